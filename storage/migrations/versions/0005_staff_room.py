"""What the staff room keeps of a case besides."""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AUDIT = sa.table(
    "audit",
    sa.column("id", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("who", sa.BigInteger()),
    sa.column("what", sa.String()),
    sa.column("case_name", sa.String()),
    sa.column("chain", sa.LargeBinary()),
)
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
    op.add_column("audit", sa.Column("chain", sa.LargeBinary()))
    op.create_index("audit_who", "audit", ["who", "at"])
    _chain_what_is_there()


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("audit_who", "audit")
    op.drop_column("audit", "chain")
    op.drop_table("signs")
    _make_index("urgency", "day", "id")
    op.drop_column("cases", "hour")
    op.drop_column("cases", "referred_to")


def _chain_what_is_there() -> None:
    """Each row to the one before it, as storage.traces does it."""
    connection, before = op.get_bind(), bytes(32)
    for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.id)).all():
        at = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
        written = json.dumps([at.astimezone(UTC).isoformat(), row.who, row.what, row.case_name])
        before = hashlib.sha256(before + written.encode()).digest()
        connection.execute(sa.update(AUDIT).where(AUDIT.c.id == row.id).values(chain=before))


def _make_index(*columns: str) -> None:
    op.drop_index("cases_waiting", "cases")
    op.create_index(
        "cases_waiting",
        "cases",
        [*columns],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
