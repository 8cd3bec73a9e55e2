"""Letterboxes: what the team writes to a person, sealed so that only their code opens it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed
from storage.statements import put

LETTERS_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A case's letterbox. *key*: the raw public key that closes what is put in.

    *labels*: which platform each link is on, sealed to that key.
    """

    case_id: str
    key: bytes
    labels: Sealed


@dataclass(frozen=True, slots=True)
class InBox:
    """One letter to the person. *id*: 32 random hex digits."""

    id: str
    case_id: str
    number: int
    sealed: Sealed
    day: date


class Letterboxes:
    """The letterboxes within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, case_id: str, key: bytes, labels: Sealed) -> None:
        """Hang up a case's letterbox, or change its labels."""
        await put(self._connection, tables.letterboxes, case_id=case_id, key=key, labels=labels)

    async def get(self, case_id: str) -> Letterbox | None:
        """The letterbox; None: an older version filed the case, and its code was not typed yet."""
        rows = tables.letterboxes
        row = (
            await self._connection.execute(select(rows).where(rows.c.case_id == case_id))
        ).first()
        return None if row is None else Letterbox(**row._asdict())

    async def post(self, letter_id: str, case_id: str, sealed: Sealed, day: date) -> None:
        """Put a letter in."""
        rows = tables.letters.c
        last = select(func.coalesce(func.max(rows.number), 0) + 1).where(rows.case_id == case_id)
        values = {"id": letter_id, "case_id": case_id, "sealed": sealed, "day": day}
        row = tables.letters.insert().values(number=last.scalar_subquery(), **values)
        await self._connection.execute(row)

    async def letters(self, case_id: str) -> list[InBox]:
        """What is in it, the oldest first."""
        rows = tables.letters
        query = select(rows).where(rows.c.case_id == case_id).order_by(rows.c.number)
        return [InBox(**row._asdict()) for row in await self._connection.execute(query)]

    async def take_out(self, *letter_ids: str) -> None:
        """They are read."""
        rows = tables.letters
        await self._connection.execute(delete(rows).where(rows.c.id.in_(letter_ids)))
