"""The links of a case, numbered from 1, each with what became of it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed

LinkState = Literal["new", "requested", "removed", "refused", "back"]

_T, _C = tables.links.c, tables.cases.c


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link. *day*: the last change's; *reason*: why it cannot be removed, a word of ours.

    *look*: the day to look after it again: an answer is due, or nobody could tell. *home*: the
    mark of its channel, account or site (storage.homes). *since*: the day it was given.
    *counted_as*: as what it stands in the figures; None: it does not.
    """

    case_id: str
    number: int
    sealed: Sealed
    state: LinkState
    mark: bytes | None
    day: date
    reason: str | None = None
    look: date | None = None
    home: bytes | None = None
    counted_as: str | None = None
    since: date = date.min


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """In how many other cases the same link is, and any link of the same home.

    *minor*: one of those with the same link is of somebody who may be under 18.
    """

    link: int = 0
    home: int = 0
    minor: bool = False


class NoSuchLink(LookupError):
    """The case has no link of this number."""


class Links:
    """The links within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, case_id: str) -> list[LinkRow]:
        """All links of a case, in order."""
        query = select(tables.links).where(_T.case_id == case_id).order_by(_T.number)
        return [LinkRow(**row._asdict()) for row in await self._connection.execute(query)]

    async def add(self, case_id: str, sealed: Sequence[Sealed], day: date) -> list[LinkRow]:
        """More links for a case, numbered on from its last."""
        # The lock keeps two additions from taking the same numbers.
        lock = select(tables.cases.c.id).where(tables.cases.c.id == case_id)
        await self._connection.execute(lock.with_for_update(key_share=True))
        first = await self.last(case_id) + 1
        added = [
            LinkRow(case_id, number, link, "new", None, day, since=day)
            for number, link in enumerate(sealed, start=first)
        ]
        if added:
            await self._connection.execute(
                tables.links.insert(), [_values(link) for link in added]
            )
        return added

    async def last(self, case_id: str) -> int:
        """The highest number that a link of the case has, or had; 0 when there was none."""
        query = select(func.coalesce(func.max(_T.number), 0)).where(_T.case_id == case_id)
        had = select(_C.numbered).where(_C.id == case_id)
        now = await self._connection.scalar(query) or 0
        return max(now, await self._connection.scalar(had) or 0)

    async def record(
        self,
        case_id: str,
        number: int,
        state: LinkState,
        day: date,
        look: date | None = None,
    ) -> LinkRow:
        """What became of one link; NoSuchLink if there is none of this number.

        A reason belongs to the state before, and goes with it.
        """
        return _only(await self.record_all(case_id, [number], state, day, look))

    async def record_all(
        self,
        case_id: str,
        numbers: Collection[int],
        state: LinkState,
        day: date,
        look: date | None = None,
    ) -> list[LinkRow]:
        """The same for many, in one statement; gives those that are there."""
        reason = case((_T.state == state, _T.reason), else_=None)
        values = {"state": state, "day": day, "look": look}
        return await self._change_all(case_id, numbers, reason=reason, **values)

    async def look_on(self, case_id: str, number: int, day: date | None) -> LinkRow:
        """When to look after it again; NoSuchLink if there is none of this number."""
        return await self._change(case_id, number, look=day)

    async def due(self, case_id: str, today: date) -> list[LinkRow]:
        """The links of a case to be looked after by *today*."""
        query = select(tables.links).where(_T.case_id == case_id, _T.look <= today)
        rows = await self._connection.execute(query.order_by(_T.number))
        return [LinkRow(**row._asdict()) for row in rows]

    async def due_in(self, case_ids: Collection[str], today: date) -> Counter[str]:
        """How many links of each of these cases are to be looked after by *today*."""
        query = (
            select(_T.case_id, func.count().label("times"))
            .where(_T.case_id.in_(case_ids), _T.look <= today)
            .group_by(_T.case_id)
        )
        rows = await self._connection.execute(query)
        return Counter({row.case_id: row.times for row in rows})

    async def next_look(self, case_id: str, after: date | None = None) -> date | None:
        """The first day on which one of a case is to be looked after; with *after*, later ones."""
        query = select(func.min(_T.look)).where(_T.case_id == case_id)
        later = query.where(_T.look > after) if after else query
        found: date | None = await self._connection.scalar(later)
        return found

    async def explain(self, case_id: str, number: int, reason: str) -> LinkRow:
        """Why this link is as it is; NoSuchLink if there is none of this number."""
        return await self._change(case_id, number, reason=reason)

    async def explain_all(self, case_id: str, numbers: Collection[int], reason: str) -> None:
        """The same for many, in one statement."""
        await self._change_all(case_id, numbers, reason=reason)

    async def count(self, case_id: str) -> int:
        """How many links a case has."""
        query = select(func.count()).where(_T.case_id == case_id)
        return await self._connection.scalar(query) or 0

    async def unmarked(self, case_ids: Collection[str]) -> list[str]:
        """Of these cases, those with a link that has no mark yet."""
        query = select(_T.case_id).where(_T.case_id.in_(case_ids), _T.mark.is_(None))
        return list(await self._connection.scalars(query.distinct().order_by(_T.case_id)))

    async def mark(self, case_id: str, number: int, mark: bytes) -> None:
        """Remember the mark by which the same link is found in other cases."""
        await self._change(case_id, number, mark=mark)

    async def count_as(
        self, case_id: str, numbers: Collection[int], before: str | None, what: str
    ) -> set[int]:
        """From now on these stand in the figures as *what*; gives those of which it is news.

        A link that does not stand there as *before* any more is none of them.
        """
        which = _these(case_id, numbers) & _T.counted_as.is_not_distinct_from(before)
        statement = update(tables.links).where(which).values(counted_as=what)
        return set(await self._connection.scalars(statement.returning(_T.number)))

    async def marked(self, mark: bytes, case_id: str) -> list[LinkRow]:
        """The links of this mark in that case, and those in others that were removed.

        Not all: in a rush hundreds may have sent the same one.
        """
        which = (_T.case_id == case_id) | (_T.state == "removed")
        query = select(tables.links).where(_T.mark == mark, which).order_by(_T.case_id, _T.number)
        return [LinkRow(**row._asdict()) for row in await self._connection.execute(query)]

    async def reseal(self, case_id: str, number: int, sealed: Sealed) -> None:
        """The same link as it was sent again."""
        await self._change(case_id, number, sealed=sealed)

    async def drop(self, case_id: str, number: int) -> None:
        """It stands there already, under another number; this one is never given again.

        A draft or an old button may still speak of it.
        """
        which = (_T.case_id == case_id) & (_T.number == number)
        await self._connection.execute(delete(tables.links).where(which))
        case_row = update(tables.cases).where(_C.id == case_id, _C.numbered < number)
        await self._connection.execute(case_row.values(numbered=number))

    async def settle(self, case_id: str, number: int, home: bytes) -> None:
        """Remember the mark of its home."""
        await self._change(case_id, number, home=home)

    async def elsewhere(self, case_id: str) -> Mapping[int, Elsewhere]:
        """By their numbers, the links of a case that other cases have too, or their homes."""
        links = await self._others(case_id, "mark")
        homes = await self._others(case_id, "home")
        minors = await self._others(case_id, "mark", _C.minor != "no")
        return {
            n: Elsewhere(links.get(n, 0), homes.get(n, 0), n in minors)
            for n in links.keys() | homes.keys()
        }

    async def _others(
        self, case_id: str, by: str, whose: ColumnElement[bool] | None = None
    ) -> dict[int, int]:
        other = tables.links.alias()
        same = (_T[by] == other.c[by]) & (other.c.case_id != case_id)
        query = select(_T.number, func.count(other.c.case_id.distinct()).label("times"))
        query = query.join_from(tables.links, other, same).where(_T.case_id == case_id)
        if whose is not None:
            query = query.join(tables.cases, _C.id == other.c.case_id).where(whose)
        rows = await self._connection.execute(query.group_by(_T.number))
        return {row.number: row.times for row in rows}

    async def states(self, case_id: str) -> Counter[str]:
        """How many links of a case are in each state."""
        query = (
            select(_T.state, func.count().label("times"))
            .where(_T.case_id == case_id)
            .group_by(_T.state)
        )
        rows = await self._connection.execute(query)
        return Counter({row.state: row.times for row in rows})

    async def cases_with(self, mark: bytes) -> list[str]:
        """The ids of all cases with a link of this mark."""
        query = select(_T.case_id).where(_T.mark == mark).distinct().order_by(_T.case_id)
        return list(await self._connection.scalars(query))

    async def _change(self, case_id: str, number: int, **values: Any) -> LinkRow:
        return _only(await self._change_all(case_id, [number], **values))

    async def _change_all(
        self, case_id: str, numbers: Collection[int], **values: Any
    ) -> list[LinkRow]:
        which = _these(case_id, numbers)
        statement = update(tables.links).where(which).values(values).returning(tables.links)
        return [LinkRow(**row._asdict()) for row in await self._connection.execute(statement)]


def _these(case_id: str, numbers: Collection[int]) -> ColumnElement[bool]:
    return (_T.case_id == case_id) & _T.number.in_(numbers)


def _only(rows: Sequence[LinkRow]) -> LinkRow:
    if not rows:
        raise NoSuchLink
    return rows[0]


def _values(link: LinkRow) -> dict[str, Any]:
    return {column.name: getattr(link, column.name) for column in tables.links.c}
