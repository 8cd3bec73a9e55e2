"""What a person can do with their case: letters, consents, figures, news, withdrawing it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NO, YES = sa.false(), sa.true()
TABLES = ("figures", "news_cards", "consents", "letters", "letterboxes")


def _columns() -> tuple[tuple[str, sa.Column[Any]], ...]:
    """What is added to the tables there are: made anew each time, as a column has one table."""
    return (
        ("cases", sa.Column("ends", sa.Date())),
        ("cases", sa.Column("counted", sa.Boolean(), nullable=False, server_default=NO)),
        ("links", sa.Column("reason", sa.String(16))),
        ("pending", sa.Column("saved", sa.Boolean(), nullable=False, server_default=NO)),
        ("addresses", sa.Column("hour", sa.Integer())),
        ("addresses", sa.Column("silent", sa.Boolean(), nullable=False, server_default=YES)),
        ("notes", sa.Column("kind", sa.String(8), nullable=False, server_default="staff")),
    )


def upgrade() -> None:
    """Add columns to what is there, and make the new tables."""
    for table, column in _columns():
        op.add_column(table, column)
    _make_letters()
    _make_the_rest()


def downgrade() -> None:
    """Take them away again; what was in them is lost."""
    for table in TABLES:
        op.drop_table(table)
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)


def _case_id(*, primary_key: bool = False) -> sa.Column[str]:
    cascade = sa.ForeignKey("cases.id", ondelete="CASCADE")
    return sa.Column("case_id", sa.CHAR(32), cascade, primary_key=primary_key, nullable=False)


def _make_letters() -> None:
    op.create_table(
        "letterboxes",
        _case_id(primary_key=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.CHAR(32), primary_key=True),
        _case_id(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.UniqueConstraint("case_id", "number", name="letters_number"),
    )


def _make_the_rest() -> None:
    op.create_table(
        "consents",
        _case_id(primary_key=True),
        sa.Column("what", sa.String(8), primary_key=True),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wording", sa.String(24), nullable=False),
    )
    op.create_table(
        "news_cards",
        _case_id(primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "figures",
        sa.Column("month", sa.CHAR(7), primary_key=True),
        sa.Column("what", sa.String(32), primary_key=True),
        sa.Column("value", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
    )
