"""What the staff room keeps of a case besides."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to what is there; nothing is copied, since dropping a table would take its children."""
    op.add_column("cases", sa.Column("referred_to", sa.String(16)))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("cases", "referred_to")
