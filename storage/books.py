"""The books: all that is kept, one transaction at a time, on SQLite or PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, event, exc, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import tables
from storage.cases import AlreadyTaken, Case, Cases, NameTaken, NewCase, NoSuchCase, NotYours
from storage.consents import Consent, Consents
from storage.down import Broken, Down
from storage.figures import Figures
from storage.homes import Homes
from storage.letterboxes import LETTERS_FOR, InBox, Letterbox, Letterboxes
from storage.lines import Lines
from storage.links import LinkRow, Links, NoSuchLink
from storage.migrations import are_current, upgrade
from storage.news_cards import NewsCards
from storage.notes import Note, Notes
from storage.outbox import Letter, Outbox
from storage.posts import Post, Posts
from storage.pulses import Pulses
from storage.receipts import Address, Addresses, Pending, PendingCodes, Receipts, over
from storage.requests import Request, Requests
from storage.signs import Signs
from storage.traces import Audit, AuditRow, Quarantine, Seen

__all__ = [
    "Address",
    "AlreadyTaken",
    "AuditRow",
    "Books",
    "Broken",
    "Case",
    "Consent",
    "Down",
    "InBox",
    "Letter",
    "Letterbox",
    "LinkRow",
    "NameTaken",
    "NewCase",
    "NoSuchCase",
    "NoSuchLink",
    "NotYours",
    "Note",
    "Pending",
    "Post",
    "Request",
    "Store",
]

SEEN_FOR = timedelta(hours=72)

_DOWN = "the database cannot be used just now"
_WRONG_STATES = ("22", "23", "42")  # PostgreSQL: data, a constraint, the statement itself
_WRONG_CODES = (1, 19, 20, 21)  # SQLite: ERROR, CONSTRAINT, MISMATCH, MISUSE

_PRAGMAS = (
    "synchronous = full",
    "secure_delete = on",
    "foreign_keys = on",
)


class Books:
    """Everything that is kept, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.cases = Cases(connection)
        self.links = Links(connection)
        self.requests = Requests(connection)
        self.homes = Homes(connection)
        self.receipts = Receipts(connection)
        self.pending = PendingCodes(connection)
        self.addresses = Addresses(connection)
        self.letterboxes = Letterboxes(connection)
        self.consents = Consents(connection)
        self.news_cards = NewsCards(connection)
        self.figures = Figures(connection)
        self.notes = Notes(connection)
        self.outbox = Outbox(connection)
        self.posts = Posts(connection)
        self.lines = Lines(connection)
        self.seen = Seen(connection)
        self.pulses = Pulses(connection)
        self.audit = Audit(connection)
        self.signs = Signs(connection)
        self.quarantine = Quarantine(connection)

    async def sweep(self, now: datetime) -> None:
        """Forget what has had its time: seen-marks, codes, return addresses, letters."""
        await self._forget(tables.seen, tables.seen.c.at <= now - SEEN_FOR)
        await self._forget(tables.pending, over(now))
        await self._forget(tables.letters, tables.letters.c.day < now.date() - LETTERS_FOR)
        await self._forget(tables.addresses, tables.addresses.c.until < now.date())

    async def _forget(self, table: Table, which: ColumnElement[bool]) -> None:
        await self._connection.execute(delete(table).where(which))


class Store:
    """A database: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://...`."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    async def prepare(self) -> None:
        """Bring the tables to what this version needs; the folder of a SQLite file is made.

        Two processes may do this at once. Raises Down.
        """
        file = self._engine.url.database
        if self._engine.dialect.name == "sqlite" and file:
            try:
                Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError:
                raise Down(_DOWN) from None
        async with self._transaction() as connection:
            await connection.run_sync(_upgrade_alone)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Books]:
        """One transaction: kept if the block ends well, undone if it raises. Raises Down."""
        async with self._transaction() as connection:
            yield Books(connection)

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[Books]:
        """The same, one after the other with all of the staff's half: its acts end in the audit.

        On PostgreSQL they would else take the audit, the counters and the homes in many orders,
        and stand in each other's way; SQLite has one writer anyway. Raises Down.
        """
        async with self.begin() as books:
            await books.audit.hold()
            yield books

    async def close(self) -> None:
        """Let go of the database."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """The drivers' many errors as two; theirs print addresses and values, ours never do."""
        try:
            async with AsyncExitStack() as stack:
                yield await self._begun(stack)
        except (exc.DBAPIError, exc.TimeoutError) as error:
            if isinstance(error, exc.DBAPIError) and _is_ours(error):
                raise Broken(f"{type(error).__name__} in {error.statement}") from None
            raise Down(_DOWN) from None

    async def _begun(self, stack: AsyncExitStack) -> AsyncConnection:
        try:
            return await stack.enter_async_context(self._engine.begin())
        except OSError:  # asyncpg's own, as the socket raised it
            raise Down(_DOWN) from None


def _engine(url: str) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite":
        patience = {"timeout": 10}  # seconds to connect
        return create_async_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args=patience
        )
    # One connection, for which all transactions queue: SQLite has one writer anyway. For another
    # process's transaction the driver waits five seconds, or the address's `?timeout=`.
    engine = create_async_engine(
        url, hide_parameters=True, pool_size=1, max_overflow=0, pool_timeout=60
    )
    event.listen(engine.sync_engine, "connect", _set_up)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    # Left to itself the driver begins late, and two who read before they write lose an update.
    connection.isolation_level = None
    connection.run_async(_into_wal)
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def _into_wal(connection: Any) -> None:
    """As often as it takes, for five seconds: both halves may have just made the same file.

    SQLite refuses this change at once while another process makes it, whatever its time-out is.
    """
    for last in (*[False] * 99, True):
        try:
            await connection.execute("PRAGMA journal_mode = wal")
        except sqlite3.OperationalError as error:
            if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.sleep(0.05)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade_alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('front-door tables'))"))
    if not are_current(connection):
        upgrade(connection)


def _is_ours(error: exc.DBAPIError) -> bool:
    """Whether the statement was wrong, rather than the database away, full, locked or stopped."""
    state = getattr(error.orig, "sqlstate", None) or ""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return state[:2] in _WRONG_STATES or code & 0xFF in _WRONG_CODES
