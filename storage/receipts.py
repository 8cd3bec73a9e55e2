"""The three ways back to a case: a receipt code, a code not yet saved, a return address."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed
from storage.statements import put
from storage.tables import ten_minutes

PENDING_FOR = timedelta(hours=24)
SHOWN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pending:
    """A code that was shown, or was about to be. *saved*: the person said that they have it."""

    person: str
    case_id: str
    sealed: Sealed
    at: datetime
    saved: bool = False


def over(now: datetime) -> ColumnElement[bool]:
    """Which codes have had their time."""
    rows = tables.pending.c
    return (rows.at <= now - PENDING_FOR) | (rows.saved & (rows.at <= now - SHOWN_FOR))


class Receipts:
    """Which case a receipt code belongs to; the code itself is not kept."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, tag: bytes, case_id: str) -> None:
        """Let the code with this tag lead to this case (`cases.by_receipt`)."""
        row = tables.receipts.insert().values(tag=tag, case_id=case_id)
        await self._connection.execute(row)


class PendingCodes:
    """One code a person, kept for 24 hours, so that a crash after filing cannot lose it.

    One that is saved can be shown again until ten minutes after filing.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, person: str, case_id: str, sealed: Sealed, at: datetime) -> None:
        """Keep a person's code, in place of an older one of theirs.

        By ten minutes: beside Telegram's own records a second would tell who reported.
        """
        values = {"person": person, "case_id": case_id, "sealed": sealed, "saved": False}
        values |= {"at": ten_minutes(at)}
        await put(self._connection, tables.pending, **values)

    async def get(self, person: str, now: datetime) -> Pending | None:
        """The person's code, if it may still be shown."""
        rows = tables.pending.c
        query = select(tables.pending).where(rows.person == person, ~over(now)).with_for_update()
        row = (await self._connection.execute(query)).first()
        return None if row is None else Pending(**row._asdict())

    async def save(self, person: str) -> None:
        """The person has saved it."""
        row = update(tables.pending).where(tables.pending.c.person == person)
        await self._connection.execute(row.values(saved=True))

    async def drop(self, person: str) -> None:
        """It must not be shown again."""
        await self._connection.execute(
            delete(tables.pending).where(tables.pending.c.person == person)
        )


@dataclass(frozen=True, slots=True)
class Address:
    """Where news goes, sealed twice, up to and including *until*.

    *hour*: the hour of the day (Hong Kong) it should come, None for any; *silent*: without sound.
    """

    case_id: str
    sealed: Sealed
    until: date
    hour: int | None = None
    silent: bool = True


class Addresses:
    """Return addresses of those who asked for news, sealed twice."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self,
        case_id: str,
        sealed: Sealed,
        until: date,
        hour: int | None = None,
        silent: bool = True,
    ) -> None:
        """Keep an address up to and including *until*, in place of an older one."""
        values = {"case_id": case_id, "sealed": sealed, "until": until}
        await put(self._connection, tables.addresses, hour=hour, silent=silent, **values)

    async def get(self, case_id: str, today: date) -> Address | None:
        """The address, unless there is none or its time is over."""
        rows = tables.addresses.c
        query = select(tables.addresses).where(rows.case_id == case_id, rows.until >= today)
        row = (await self._connection.execute(query)).first()
        return None if row is None else Address(**row._asdict())

    async def drop(self, case_id: str) -> None:
        """Forget it: the case is closed, or the person wants no news, or has blocked the bot."""
        rows = tables.addresses
        await self._connection.execute(delete(rows).where(rows.c.case_id == case_id))
