"""The homes of links, and what ties them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; links of before get their homes when their card or their page is made."""
    op.add_column("links", sa.Column("home", sa.LargeBinary()))
    op.create_index("links_home", "links", ["home"])
    op.create_table(
        "homes",
        sa.Column("mark", sa.LargeBinary(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ties",
        _home("home"),
        sa.Column("kind", sa.String(8), primary_key=True),
        _home("other"),
    )
    op.create_index("ties_other", "ties", ["other"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ties")
    op.drop_table("homes")
    op.drop_index("links_home", "links")
    op.drop_column("links", "home")


def _home(name: str) -> "sa.Column[bytes]":
    cascade = sa.ForeignKey("homes.mark", ondelete="CASCADE")
    return sa.Column(name, sa.LargeBinary(), cascade, primary_key=True)
