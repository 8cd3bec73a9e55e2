"""The tables. What a person wrote is in them only sealed, and a person only as a mark.

No integer column can hold a person's chat id: the few wide ones are caseworkers and our own group.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """A moment in UTC, aware on both sides; SQLite alone would give it back without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment (ValueError): nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back what was put in, whatever the driver dropped."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def hour(moment: datetime) -> datetime:
    """The hour that *moment* is in: where a second could tell who it was, no more is kept."""
    return moment.replace(minute=0, second=0, microsecond=0)


def ten_minutes(moment: datetime) -> datetime:
    """The next full ten minutes: no less than was promised, and no second is kept."""
    whole = moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=10)


# Autoincrement, so that the number of a deleted letter is never given to another one.
Serial = BigInteger().with_variant(Integer, "sqlite")


def _case(*, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    cascade = ForeignKey("cases.id", ondelete="CASCADE")
    return Column("case_id", CHAR(32), cascade, primary_key=primary_key, nullable=nullable)


cases = Table(
    "cases",
    metadata,
    Column("id", CHAR(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("language", String(16), nullable=False),
    Column("minor", String(8), nullable=False),
    Column("urgency", String(8), nullable=False),
    Column("news", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("holder", BigInteger),
    Column("holder_name", String(256)),
    Column("outcome", String(64)),
    Column("day", Date, nullable=False),
    Column("happened", LargeBinary, nullable=False),
    Column("note", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("ends", Date),
    Column("counted", Boolean, nullable=False, server_default=false()),
    Column("referred_to", String(16)),
    Column("hour", Integer, nullable=False, server_default="0"),
    Column("counted_as", String(16)),
    Column("erased_on", Date),
    Column("numbered", Integer, nullable=False, server_default="0"),
)
Index(
    "cases_waiting",
    cases.c.urgency,
    cases.c.day,
    cases.c.hour,
    cases.c.id,
    postgresql_where=text("state = 'waiting'"),
    sqlite_where=text("state = 'waiting'"),
)
Index("cases_held", cases.c.holder)

links = Table(
    "links",
    metadata,
    _case(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("mark", LargeBinary),
    Column("day", Date, nullable=False),
    Column("reason", String(16)),
    Column("counted_as", String(32)),
    Column("since", Date, nullable=False, server_default="1970-01-01"),
    Column("look", Date),
    Column("home", LargeBinary),
    Index("links_mark", "mark"),
    Index("links_home", "home"),
)

homes = Table(
    "homes",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)


def _home(name: str) -> Column[bytes]:
    cascade = ForeignKey("homes.mark", ondelete="CASCADE")
    return Column(name, LargeBinary, cascade, primary_key=True)


ties = Table(
    "ties",
    metadata,
    _home("home"),
    Column("kind", String(8), primary_key=True),
    _home("other"),
    Index("ties_other", "other"),
)

requests = Table(
    "requests",
    metadata,
    _case(primary_key=True),
    Column("link", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rung", String(16), nullable=False),
    Column("asked", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("reference", LargeBinary),
    Column("answer", String(16)),
    Column("answered", Date),
)

receipts = Table(
    "receipts",
    metadata,
    Column("tag", LargeBinary, primary_key=True),
    _case(),
)

pending = Table(
    "pending",
    metadata,
    Column("person", String(32), primary_key=True),
    _case(),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Column("saved", Boolean, nullable=False, server_default=false()),
)

addresses = Table(
    "addresses",
    metadata,
    _case(primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("until", Date, nullable=False),
    Column("hour", Integer),
    Column("silent", Boolean, nullable=False, server_default=true()),
)

letterboxes = Table(
    "letterboxes",
    metadata,
    _case(primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("labels", LargeBinary, nullable=False),
)

letters = Table(
    "letters",
    metadata,
    Column("id", CHAR(32), primary_key=True),
    _case(),
    Column("number", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("day", Date, nullable=False),
    UniqueConstraint("case_id", "number", name="letters_number"),
)

consents = Table(
    "consents",
    metadata,
    _case(primary_key=True),
    Column("what", String(8), primary_key=True),
    Column("given", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Column("wording", String(24), nullable=False),
)

news_cards = Table(
    "news_cards",
    metadata,
    _case(primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

figures = Table(
    "figures",
    metadata,
    Column("month", CHAR(7), primary_key=True),
    Column("what", String(32), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("id", CHAR(32), primary_key=True),
    _case(),
    Column("number", Integer, nullable=False),
    Column("author", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", String(8), nullable=False, server_default="staff"),
    UniqueConstraint("case_id", "number", name="notes_number"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("lane", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    _case(nullable=True),
    Column("key", String(128), unique=True),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("due", Utc, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("leased_until", Utc),
    Column("floor", BigInteger),
    Index("outbox_due", "lane", "due"),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("shown", Integer, nullable=False),
    Index("posts_message", "chat", "message"),
)

lines = Table(
    "lines",
    metadata,
    _case(primary_key=True),
    Column("page", CHAR(32), nullable=False),
    Index("lines_page", "page"),
)

seen = Table(
    "seen",
    metadata,
    Column("bot", String(16), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("at", Utc, nullable=False),
    Index("seen_at", "at"),
)

pulses = Table(
    "pulses",
    metadata,
    Column("half", String(16), primary_key=True),
    Column("at", Utc, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    Column("who", BigInteger, nullable=False),
    Column("what", String(64), nullable=False),
    Column("case_name", String(64), nullable=False),
    Column("chain", LargeBinary),
    Index("audit_case_name", "case_name"),
    Index("audit_who", "who", "at"),
    sqlite_autoincrement=True,
)

signs = Table(
    "signs",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("who", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(256), nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("bot", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("error", String(128), nullable=False),
    Column("day", Date, nullable=False),
    Column("times", Integer, nullable=False),
    UniqueConstraint("bot", "kind", "error", "day", name="quarantine_day"),
    sqlite_autoincrement=True,
)
