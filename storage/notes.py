"""Caseworkers' notes on a case, sealed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed

_T = tables.notes.c


@dataclass(frozen=True, slots=True)
class Note:
    """One note. *id*: 32 random hex digits; *author*: a caseworker's user id."""

    id: str
    case_id: str
    author: int
    sealed: Sealed
    day: date


class Notes:
    """The notes within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, note_id: str, case_id: str, author: int, sealed: Sealed, day: date
    ) -> None:
        """Keep a note, after the case's others."""
        lock = select(tables.cases.c.id).where(tables.cases.c.id == case_id)
        await self._connection.execute(lock.with_for_update(key_share=True))
        last = select(func.coalesce(func.max(_T.number), 0) + 1).where(_T.case_id == case_id)
        values = {
            "id": note_id,
            "case_id": case_id,
            "author": author,
            "sealed": sealed,
            "day": day,
        }
        row = tables.notes.insert().values(number=last.scalar_subquery(), **values)
        await self._connection.execute(row)

    async def of(self, case_id: str) -> list[Note]:
        """All notes of a case, in the order they were written."""
        query = select(_T.id, _T.case_id, _T.author, _T.sealed, _T.day)
        ordered = query.where(_T.case_id == case_id).order_by(_T.number)
        return [Note(**row._asdict()) for row in await self._connection.execute(ordered)]
