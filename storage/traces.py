"""Traces: which updates took effect, who did what, and what could not be read."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import insert
from storage.tables import hour


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A caseworker's act on a case. *who* is a user id; *case_name* the two words."""

    at: datetime
    who: int
    what: str
    case_name: str


@dataclass(frozen=True, slots=True)
class QuarantineCount:
    """How many updates of one kind could not be read, by which bot, for which error."""

    bot: str
    kind: str
    error: str
    times: int


class Seen:
    """Marks of updates and presses, written with their effect, so that none has it twice."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def mark(self, bot: str, kind: str, key: str, now: datetime) -> bool:
        """True the first time; False when it was there: it has had its effect.

        By the hour: beside Telegram's own records a second would tell who was heard.
        """
        values = {"bot": bot, "kind": kind, "key": key, "at": hour(now)}
        row = insert(self._connection, tables.seen).values(values)
        marked = row.on_conflict_do_nothing().returning(tables.seen.c.key)
        return (await self._connection.execute(marked)).first() is not None


BEGINNING = bytes(32)  # what the first row is chained to


def link_of(before: bytes, row: AuditRow) -> bytes:
    """The 32 bytes that chain a row to the one *before* it (SHA-256): none changes alone."""
    written = json.dumps([row.at.astimezone(UTC).isoformat(), row.who, row.what, row.case_name])
    return hashlib.sha256(before + written.encode()).digest()


class Audit:
    """Who looked at, or changed, which case, and when; each row is chained to the one before."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, who: int, what: str, case_name: str, now: datetime) -> None:
        """Write it down, in the transaction of the act itself."""
        await self.add_all(who, [what], case_name, now)

    async def add_all(self, who: int, whats: Sequence[str], case_name: str, now: datetime) -> None:
        """One row for each of these, in their order."""
        chain, rows = await self._end(), []
        for what in whats:
            chain = link_of(chain, AuditRow(now, who, what, case_name))
            row = {"who": who, "what": what, "case_name": case_name, "at": now, "chain": chain}
            rows.append(row)
        if rows:
            await self._connection.execute(tables.audit.insert(), rows)

    async def hold(self) -> None:
        """On PostgreSQL nobody else adds a row before this transaction ends."""
        if self._connection.dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(hashtext('front-door audit'))")
            await self._connection.execute(lock)

    async def _end(self) -> bytes:
        """The chain's last link, which stays the last until this transaction ends."""
        await self.hold()
        t = tables.audit.c
        last = select(t.chain).order_by(t.id.desc()).limit(1)
        return await self._connection.scalar(last) or BEGINNING

    async def first_broken(self) -> int | None:
        """The number of the first row that is not what was written, or whose forerunner is gone.

        None: the chain is whole. Rows taken from its end are missed only by who noted the end.
        """
        t, before = tables.audit.c, BEGINNING
        query = select(t.id, t.at, t.who, t.what, t.case_name, t.chain).order_by(t.id)
        async with self._connection.stream(query) as rows:
            async for row in rows:
                before = link_of(before, AuditRow(row.at, row.who, row.what, row.case_name))
                if row.chain != before:
                    return int(row.id)
        return None

    async def end(self) -> tuple[int, str]:
        """How many rows there are, and the last link in hex, to be noted elsewhere."""
        rows = await self._connection.scalar(select(func.count()).select_from(tables.audit))
        return rows or 0, (await self._end()).hex()

    async def times(self, who: int, what: str, since: datetime) -> int:
        """How often *who* did something whose name begins with *what* after *since*."""
        t = tables.audit.c
        theirs = (t.who == who) & (t.at > since) & t.what.startswith(what, autoescape=True)
        query = select(func.count()).select_from(tables.audit).where(theirs)
        return await self._connection.scalar(query) or 0

    async def of(self, case_name: str) -> list[AuditRow]:
        """All that was done with one case, in order."""
        t = tables.audit.c
        query = select(t.at, t.who, t.what, t.case_name)
        rows = await self._connection.execute(query.where(t.case_name == case_name).order_by(t.id))
        return [AuditRow(**row._asdict()) for row in rows]


class Quarantine:
    """What could not be read, by kind and day: never whose it was nor what it said."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, bot: str, kind: str, error: str, day: date) -> None:
        """Count one more of this kind of update, error class and day."""
        table = tables.quarantine
        row = insert(self._connection, table).values(
            bot=bot, kind=kind, error=error, day=day, times=1
        )
        same = ["bot", "kind", "error", "day"]
        more = {"times": table.c.times + 1}
        await self._connection.execute(row.on_conflict_do_update(index_elements=same, set_=more))

    async def since(self, day: date) -> list[QuarantineCount]:
        """What was counted on that day and later."""
        t = tables.quarantine.c
        kind = (t.bot, t.kind, t.error)
        query = select(*kind, func.sum(t.times).label("times")).where(t.day >= day)
        rows = await self._connection.execute(query.group_by(*kind).order_by(*kind))
        return [QuarantineCount(**row._asdict()) for row in rows]
