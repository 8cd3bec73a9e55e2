"""What the staff room keeps of a case besides."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Add to what is there; nothing is copied, since dropping a table would take its children."""
    op.add_column("cases", sa.Column("referred_to", sa.String(16)))
    hour = sa.Column("hour", sa.Integer(), nullable=False, server_default="0")
    op.add_column("cases", hour)
    _make_index("urgency", "day", "hour", "id")
    op.create_table(
        "signs",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("who", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(256), nullable=False),
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_table("signs")
    _make_index("urgency", "day", "id")
    op.drop_column("cases", "hour")
    op.drop_column("cases", "referred_to")


def _make_index(*columns: str) -> None:
    op.drop_index("cases_waiting", "cases")
    op.create_index(
        "cases_waiting",
        "cases",
        [*columns],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
