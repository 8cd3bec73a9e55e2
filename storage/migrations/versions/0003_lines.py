"""Lines on a page, for the new cases of a rush."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    case = sa.ForeignKey("cases.id", ondelete="CASCADE")
    op.create_table(
        "lines",
        sa.Column("case_id", sa.CHAR(32), case, primary_key=True),
        sa.Column("page", sa.CHAR(32), nullable=False),
    )
    op.create_index("lines_page", "lines", ["page"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("lines")
