"""What is written to a case after it is filed, sealed: notes, and both sides of the letters."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed

_T = tables.notes.c

# A caseworker's note, the person's, a letter to the person, and one that is not sent yet.
Kind = Literal["staff", "person", "letter", "unsent"]


@dataclass(frozen=True, slots=True)
class Note:
    """One note. *id*: 32 random hex digits; *author*: a caseworker's user id, 0 for the person.

    *number* counts a case's notes from 1.
    """

    id: str
    case_id: str
    author: int
    sealed: Sealed
    day: date
    kind: Kind = "staff"
    number: int = 0


class Notes:
    """The notes within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        note_id: str,
        case_id: str,
        author: int,
        sealed: Sealed,
        day: date,
        kind: Kind = "staff",
    ) -> int:
        """Keep a note, after the case's others; gives its number."""
        lock = select(tables.cases.c.id).where(tables.cases.c.id == case_id)
        await self._connection.execute(lock.with_for_update(key_share=True))
        last = select(func.coalesce(func.max(_T.number), 0) + 1).where(_T.case_id == case_id)
        values = {
            "id": note_id,
            "case_id": case_id,
            "author": author,
            "sealed": sealed,
            "day": day,
            "kind": kind,
        }
        row = tables.notes.insert().values(number=last.scalar_subquery(), **values)
        kept = await self._connection.execute(row.returning(_T.number))
        return int(kept.scalar_one())

    async def of(self, case_id: str) -> list[Note]:
        """All notes of a case, in the order they were written."""
        query = select(tables.notes).where(_T.case_id == case_id).order_by(_T.number)
        return [Note(**row._asdict()) for row in await self._connection.execute(query)]

    async def has_from_person(self, case_id: str) -> bool:
        """Whether the person wrote something after sending."""
        query = select(_T.id).where(_T.case_id == case_id, _T.kind == "person").limit(1)
        return await self._connection.scalar(query) is not None

    async def unsent(self, case_id: str) -> Note | None:
        """The letter that waits to be sent; None when it is sent, or thrown away."""
        which = (_T.case_id == case_id) & (_T.kind == "unsent")
        row = (await self._connection.execute(select(tables.notes).where(which))).first()
        return None if row is None else Note(**row._asdict())

    async def sent(self, note_id: str) -> None:
        """What was unsent is on its way."""
        row = update(tables.notes).where(_T.id == note_id)
        await self._connection.execute(row.values(kind="letter"))

    async def drop_unsent(self, case_id: str) -> None:
        """Throw away what was written to the person and not sent."""
        which = (_T.case_id == case_id) & (_T.kind == "unsent")
        await self._connection.execute(delete(tables.notes).where(which))
