"""Traces: which updates took effect, who did what, and what could not be read."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
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


class Audit:
    """Who looked at, or changed, which case, and when."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, who: int, what: str, case_name: str, now: datetime) -> None:
        """Write it down, in the transaction of the act itself."""
        row = tables.audit.insert().values(who=who, what=what, case_name=case_name, at=now)
        await self._connection.execute(row)

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
