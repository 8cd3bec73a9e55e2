"""What is counted of each case and link, the day on which a closed case is erased, and up to which
number a case has given its links numbers."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT_FOR = timedelta(days=30)
BY_YEAR = ("gender", "who", "made")
FIGURES = sa.table(
    "figures",
    sa.column("month", sa.CHAR(7)),
    sa.column("what", sa.String()),
    sa.column("value", sa.String()),
    sa.column("times", sa.Integer()),
)
CASES = sa.table(
    "cases",
    sa.column("id", sa.CHAR(32)),
    sa.column("state", sa.String()),
    sa.column("day", sa.Date()),
    sa.column("erased_on", sa.Date()),
)
LINKS = sa.table(
    "links",
    sa.column("case_id", sa.CHAR(32)),
    sa.column("state", sa.String()),
    sa.column("day", sa.Date()),
    sa.column("since", sa.Date()),
)

Row = tuple[str, str, str]


def upgrade() -> None:
    """Add to what is there; nothing is copied, since dropping a table would take its children."""
    op.add_column("cases", sa.Column("counted_as", sa.String(16)))
    op.add_column("cases", sa.Column("erased_on", sa.Date()))
    numbered = sa.Column("numbered", sa.Integer(), nullable=False, server_default="0")
    op.add_column("cases", numbered)
    op.add_column("links", sa.Column("counted_as", sa.String(32)))
    since = sa.Column("since", sa.Date(), nullable=False, server_default="1970-01-01")
    op.add_column("links", since)
    _begin_to_count_days()
    _count_anew(_yearly)


def downgrade() -> None:
    """Take it out again; a year's answers become its last month's, since months are not known.

    What was not counted before goes, or it would be counted twice after the next way up.
    """
    _count_anew(_monthly)
    op.drop_column("links", "since")
    op.drop_column("links", "counted_as")
    op.drop_column("cases", "numbered")
    op.drop_column("cases", "erased_on")
    op.drop_column("cases", "counted_as")


def _begin_to_count_days() -> None:
    """A link is as old as its last change, or, once changed, as its case; closed cases stay on."""
    connection = op.get_bind()
    of_case = sa.select(CASES.c.day).where(CASES.c.id == LINKS.c.case_id).scalar_subquery()
    since = sa.case((LINKS.c.state == "new", LINKS.c.day), else_=of_case)
    connection.execute(sa.update(LINKS).values(since=since))
    today = connection.scalar(sa.select(sa.func.current_date()))
    last = date.fromisoformat(str(today)) + KEPT_FOR + timedelta(days=2)  # of any time zone
    closed = sa.update(CASES).where(CASES.c.state == "closed")
    connection.execute(closed.values(erased_on=last))


def _count_anew(renamed: Callable[[str, str, str], Row | None]) -> None:
    """The same counters under other names; those that get one name become one, or (None) go."""
    connection, counted = op.get_bind(), Counter[Row]()
    for row in connection.execute(sa.select(FIGURES)).all():
        if name := renamed(row.month, row.what, row.value):
            counted[name] += row.times
    connection.execute(sa.delete(FIGURES))
    for (month, what, value), times in counted.items():
        values = {"month": month, "what": what, "value": value, "times": times}
        connection.execute(sa.insert(FIGURES).values(values))


def _yearly(month: str, what: str, value: str) -> Row:
    if what in BY_YEAR:
        return f"{month[:4]}-00", what, value
    return (month, "case", value) if what == "outcome" else (month, what, value)


def _monthly(month: str, what: str, value: str) -> Row | None:
    if what == "case" and value == "withdrawn":
        return month, "outcome", value
    return (month.replace("-00", "-12"), what, value) if what in BY_YEAR else None
