"""Signs hung out in the staff room: who is on duty, who froze it, which leads can be told.

*known*: administrators for whom somebody vouched; *bot*: another bot, seen to join. *speaks*: the
language of a caseworker's phone, in the place of a name.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import put

Kind = Literal["duty", "frozen", "lead", "known", "bot", "speaks"]

_T = tables.signs.c


@dataclass(frozen=True, slots=True)
class Sign:
    """A caseworker's sign. *who*: a user id; *name*: as the group knows them."""

    who: int
    name: str


class Signs:
    """The signs within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hang(self, kind: Kind, who: int, name: str) -> None:
        """Hang it out, or write its name anew."""
        await put(self._connection, tables.signs, kind=kind, who=who, name=name)

    async def take_down(self, kind: Kind, who: int | None = None) -> None:
        """Take one caseworker's down, or all of this kind."""
        which = _T.kind == kind if who is None else (_T.kind == kind) & (_T.who == who)
        await self._connection.execute(delete(tables.signs).where(which))

    async def out(self, kind: Kind) -> list[Sign]:
        """All of this kind, by name."""
        query = select(_T.who, _T.name).where(_T.kind == kind).order_by(_T.name, _T.who)
        return [Sign(row.who, row.name) for row in await self._connection.execute(query)]
