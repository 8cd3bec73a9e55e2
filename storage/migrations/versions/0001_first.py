"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make them."""
    _make_cases()
    _make_what_belongs_to_a_case()
    _make_ways_back()
    _make_letters()
    _make_traces()


def downgrade() -> None:
    """Drop them, those that point to others first."""
    for table in ("quarantine", "audit", "seen", "posts", "outbox", "notes", "addresses"):
        op.drop_table(table)
    for table in ("pending", "receipts", "links", "cases"):
        op.drop_table(table)


def _case_id(*, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(
        "case_id", sa.CHAR(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=nullable
    )


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.CHAR(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("minor", sa.String(8), nullable=False),
        sa.Column("urgency", sa.String(8), nullable=False),
        sa.Column("news", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("holder", sa.BigInteger()),
        sa.Column("holder_name", sa.String(256)),
        sa.Column("outcome", sa.String(64)),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("happened", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index(
        "cases_waiting",
        "cases",
        ["urgency", "day", "id"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index("cases_held", "cases", ["holder"])


def _make_what_belongs_to_a_case() -> None:
    op.create_table(
        "links",
        _case_id(),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reference", sa.LargeBinary()),
        sa.Column("mark", sa.LargeBinary()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number"),
    )
    op.create_index("links_mark", "links", ["mark"])
    op.create_table(
        "notes",
        sa.Column("id", sa.CHAR(32), primary_key=True),
        _case_id(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.UniqueConstraint("case_id", "number", name="notes_number"),
    )


def _make_ways_back() -> None:
    op.create_table("receipts", sa.Column("tag", sa.LargeBinary(), primary_key=True), _case_id())
    op.create_table(
        "pending",
        sa.Column("person", sa.String(32), primary_key=True),
        _case_id(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "addresses",
        _case_id(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )


def _make_letters() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        _case_id(nullable=True),
        sa.Column("key", sa.String(128), unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", Moment),
        sa.Column("floor", sa.BigInteger()),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_due", "outbox", ["lane", "due"])
    op.create_table(
        "posts",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
    )
    op.create_index("posts_message", "posts", ["chat", "message"])


def _make_traces() -> None:
    op.create_table(
        "seen",
        sa.Column("bot", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("seen_at", "seen", ["at"])
    op.create_table(
        "audit",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("case_name", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_case_name", "audit", ["case_name"])
    op.create_table(
        "quarantine",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("bot", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("error", sa.String(128), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.UniqueConstraint("bot", "kind", "error", "day", name="quarantine_day"),
        sqlite_autoincrement=True,
    )
