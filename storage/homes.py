"""Homes: the channels, groups, accounts and sites of links, by their marks, and what ties them.

A home's name is kept only sealed, and only as long as somebody needs it: while a link of a kept
case has it, or a tie that the staff drew leads to it from one that does. So when a case is
erased, what only it knew goes with it; but a home that the staff tied to one of another, kept
case stays: that tie is part of the other case's work.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import delete, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed
from storage.statements import insert

Kind = Literal["sub", "copies", "ads"]

MOST_TIES = 200  # read at once: a hub may have more than anybody can draw

_H, _T, _L = tables.homes.c, tables.ties.c, tables.links.c


@dataclass(frozen=True, slots=True)
class Tie:
    """*home* is a sub-channel of, copies from ("copies"), or is advertised by *other*; marks."""

    home: bytes
    kind: Kind
    other: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """In how many cases a home is; *closed*: only in such where somebody may be under 18."""

    cases: int
    closed: bool


NEVER_SEEN = Seen(0, False)


class Homes:
    """The homes within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, mark: bytes, sealed: Sealed) -> None:
        """Keep a home's name, if it is not kept."""
        await self._alone()
        row = insert(self._connection, tables.homes).values(mark=mark, sealed=sealed)
        await self._connection.execute(row.on_conflict_do_nothing())

    async def named(self, marks: Collection[bytes]) -> Mapping[bytes, Sealed]:
        """The sealed names of those that are kept."""
        query = select(tables.homes).where(_H.mark.in_(marks))
        return {row.mark: Sealed(row.sealed) for row in await self._connection.execute(query)}

    async def tie(self, tie: Tie) -> bool:
        """Tie two homes that are kept; False where they are tied so already."""
        row = insert(self._connection, tables.ties).values(asdict(tie))
        tied = await self._connection.execute(row.on_conflict_do_nothing().returning(_T.home))
        return tied.first() is not None

    async def untie(self, tie: Tie) -> None:
        """Take a tie away, and what only it needed."""
        which = (_T.home == tie.home) & (_T.kind == tie.kind) & (_T.other == tie.other)
        await self._connection.execute(delete(tables.ties).where(which))
        await self.forget()

    async def ties(self, marks: Collection[bytes]) -> list[Tie]:
        """The ties of any of these homes, in a fixed order."""
        which = or_(_T.home.in_(marks), _T.other.in_(marks))
        query = select(tables.ties).where(which).order_by(_T.home, _T.kind, _T.other)
        rows = await self._connection.execute(query.limit(MOST_TIES))
        return [Tie(**row._asdict()) for row in rows]

    async def seen(self, marks: Collection[bytes], apart_from: str = "") -> Mapping[bytes, Seen]:
        """In how many cases, but for one, each of these homes is; those in none are not told."""
        cases = tables.cases.c
        of_adults = func.count().filter(cases.minor == "no")
        query = (
            select(_L.home, func.count(_L.case_id.distinct()).label("times"), of_adults)
            .join(tables.cases, cases.id == _L.case_id)
            .where(_L.home.in_(marks), _L.case_id != apart_from)
            .group_by(_L.home)
        )
        rows = await self._connection.execute(query)
        return {home: Seen(times, not adults) for home, times, adults in rows}

    async def forget(self) -> None:
        """Forget what nobody needs: see above."""
        await self._alone()
        linked = [
            exists().where(_L.home == end).correlate(tables.ties) for end in (_T.home, _T.other)
        ]
        await self._connection.execute(delete(tables.ties).where(~or_(*linked)))
        needed = or_(*(exists().where(by == _H.mark) for by in (_L.home, _T.home, _T.other)))
        await self._connection.execute(delete(tables.homes).where(~needed))

    async def _alone(self) -> None:
        """On PostgreSQL nobody else keeps or forgets a home before this transaction ends.

        Else one would forget what another is just about to need. SQLite has one writer anyway.
        """
        if self._connection.dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(hashtext('front-door homes'))")
            await self._connection.execute(lock)
