"""Each request to a platform is a row of its own, with the reference that stood at the link."""

from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OUR_CLOCK = timedelta(days=7)  # which platform it was stands sealed at the link

LINKS = sa.table(
    "links",
    sa.column("case_id", sa.CHAR(32)),
    sa.column("number", sa.Integer()),
    sa.column("state", sa.String()),
    sa.column("reference", sa.LargeBinary()),
    sa.column("day", sa.Date()),
    sa.column("look", sa.Date()),
)
REQUESTS = sa.table(
    "requests",
    sa.column("case_id", sa.CHAR(32)),
    sa.column("link", sa.Integer()),
    sa.column("number", sa.Integer()),
    sa.column("rung", sa.String()),
    sa.column("asked", sa.Date()),
    sa.column("due", sa.Date()),
    sa.column("reference", sa.LargeBinary()),
    sa.column("answer", sa.String()),
    sa.column("answered", sa.Date()),
)
CASES = sa.table("cases", sa.column("id", sa.CHAR(32)), sa.column("state", sa.String()))
OUTBOX = sa.table(
    "outbox",
    sa.column("lane", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("case_id", sa.CHAR(32)),
    sa.column("key", sa.String()),
    sa.column("version", sa.Integer()),
    sa.column("body", sa.JSON()),
    sa.column("due", sa.DateTime(timezone=True)),
    sa.column("tries", sa.Integer()),
)


NEWER = (
    "due",
    "back",
    "twice",
    "draft",
    "family",
    "figures",
    "leaf",
    "cards",
    "room",
    "room seen",
)
"""Kinds of letters that nobody before this version delivers."""


def upgrade() -> None:
    """Make the table, and a row in it for each request that the links tell of."""
    op.create_table(
        "requests",
        _case_id(),
        sa.Column("link", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("rung", sa.String(16), nullable=False),
        sa.Column("asked", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("reference", sa.LargeBinary()),
        sa.Column("answer", sa.String(16)),
        sa.Column("answered", sa.Date()),
    )
    op.add_column("links", sa.Column("look", sa.Date()))
    _move_references()
    _remind_holders()
    _forget_undone()
    op.drop_column("links", "reference")


def downgrade() -> None:
    """The reference of a link's first request goes back to it; whatever else was asked is lost.

    Only that one lies sealed where a link's own reference did.
    """
    op.add_column("links", sa.Column("reference", sa.LargeBinary()))
    connection = op.get_bind()
    first = (REQUESTS.c.number == 1) & REQUESTS.c.reference.is_not(None)
    for row in connection.execute(sa.select(REQUESTS).where(first)).all():
        theirs = (LINKS.c.case_id == row.case_id) & (LINKS.c.number == row.link)
        connection.execute(sa.update(LINKS).where(theirs).values(reference=row.reference))
    ours = OUTBOX.c.kind.in_(NEWER)
    connection.execute(sa.delete(OUTBOX).where(ours))
    _forget_undone()
    op.drop_column("links", "look")
    op.drop_table("requests")


def _case_id() -> sa.Column[str]:
    cascade = sa.ForeignKey("cases.id", ondelete="CASCADE")
    return sa.Column("case_id", sa.CHAR(32), cascade, primary_key=True, nullable=False)


def _move_references() -> None:
    """What is known: that it was asked, on the day of the link's last change at the latest.

    Nobody noted by which way. A reference stays sealed as it is: the first request of a link
    has the place that the link's own reference had.
    """
    connection = op.get_bind()
    asked = (LINKS.c.state == "requested") | LINKS.c.reference.is_not(None)
    for row in connection.execute(sa.select(LINKS).where(asked)).all():
        answer = {"removed": "removed", "refused": "refused", "back": "removed"}.get(row.state)
        made = {"case_id": row.case_id, "link": row.number, "number": 1, "rung": ""}
        told = {"reference": row.reference, "answer": answer}
        days = {"asked": row.day, "due": row.day + OUR_CLOCK}
        answered = {"answered": row.day if answer else None}
        connection.execute(sa.insert(REQUESTS).values(**made, **told, **days, **answered))
    waits = sa.update(LINKS).where(LINKS.c.state == "requested")
    for row in connection.execute(sa.select(LINKS).where(LINKS.c.state == "requested")).all():
        this = (LINKS.c.case_id == row.case_id) & (LINKS.c.number == row.number)
        connection.execute(waits.where(this).values(look=row.day + OUR_CLOCK))


def _remind_holders() -> None:
    """A letter for each case that somebody holds and where an answer will be due."""
    connection = op.get_bind()
    first = (
        sa.select(LINKS.c.case_id, sa.func.min(LINKS.c.look).label("day"))
        .join(CASES, CASES.c.id == LINKS.c.case_id)
        .where(LINKS.c.look.is_not(None), CASES.c.state == "taken")
        .group_by(LINKS.c.case_id)
    )
    for row in connection.execute(first).all():
        key, due = f"due:{row.case_id}", datetime.combine(row.day, time(2), UTC)
        letter = {"lane": "staff", "kind": "due", "case_id": row.case_id, "key": key}
        written = {"version": 1, "body": {"stage": 0}, "due": due, "tries": 0}
        connection.execute(sa.insert(OUTBOX).values(**letter, **written))


def _forget_undone() -> None:
    """What could be undone for ten minutes is told in other words than before."""
    undone = OUTBOX.c.key.startswith("undo:")
    op.get_bind().execute(sa.delete(OUTBOX).where(undone))
