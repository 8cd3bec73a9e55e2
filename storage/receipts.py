"""The three ways back to a case: a receipt code, a code not yet saved, a return address."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed
from storage.statements import put
from storage.tables import hour

PENDING_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pending:
    """A code that was shown, or was about to be, and that nobody has said to have saved."""

    person: str
    case_id: str
    sealed: Sealed
    at: datetime


class Receipts:
    """Which case a receipt code belongs to; the code itself is not kept."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, tag: bytes, case_id: str) -> None:
        """Let the code with this tag lead to this case (`cases.by_receipt`)."""
        row = tables.receipts.insert().values(tag=tag, case_id=case_id)
        await self._connection.execute(row)


class PendingCodes:
    """One code a person, kept for 24 hours, so that a crash after filing cannot lose it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, person: str, case_id: str, sealed: Sealed, at: datetime) -> None:
        """Keep a person's code, in place of an older one of theirs.

        By the hour: beside Telegram's own records a second would tell who reported.
        """
        values = {"person": person, "case_id": case_id, "sealed": sealed, "at": hour(at)}
        await put(self._connection, tables.pending, **values)

    async def get(self, person: str, now: datetime) -> Pending | None:
        """The person's code, if it is younger than 24 hours."""
        rows = tables.pending.c
        fresh = (rows.person == person) & (rows.at > now - PENDING_FOR)
        query = select(tables.pending).where(fresh).with_for_update()
        row = (await self._connection.execute(query)).first()
        return None if row is None else Pending(**row._asdict())

    async def drop(self, person: str) -> None:
        """The person has saved it."""
        await self._connection.execute(
            delete(tables.pending).where(tables.pending.c.person == person)
        )


class Addresses:
    """Return addresses of those who asked for news, sealed twice."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, case_id: str, sealed: Sealed, until: date) -> None:
        """Keep an address up to and including *until*, in place of an older one."""
        await put(self._connection, tables.addresses, case_id=case_id, sealed=sealed, until=until)

    async def get(self, case_id: str, today: date) -> Sealed | None:
        """The address, unless there is none or its time is over."""
        rows = tables.addresses.c
        query = select(rows.sealed).where(rows.case_id == case_id, rows.until >= today)
        found: Sealed | None = await self._connection.scalar(query)
        return found

    async def drop(self, case_id: str) -> None:
        """Forget it: the case is closed, or the person has blocked the bot."""
        rows = tables.addresses
        await self._connection.execute(delete(rows).where(rows.c.case_id == case_id))
