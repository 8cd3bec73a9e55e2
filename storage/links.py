"""The links of a case, numbered from 1, each with what became of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed

LinkState = Literal["new", "requested", "removed", "refused", "back"]

_T = tables.links.c


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link. *reference*: the platform's own number for a request; *day*: the last change's.

    *since*: the day it was given. *reason*: why it cannot be removed, one of a few words of ours.
    *counted_as*: as what it stands in the figures; None: it does not.
    """

    case_id: str
    number: int
    sealed: Sealed
    state: LinkState
    reference: Sealed | None
    mark: bytes | None
    day: date
    reason: str | None = None
    counted_as: str | None = None
    since: date = date.min


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
        last = select(func.coalesce(func.max(_T.number), 0)).where(_T.case_id == case_id)
        first = (await self._connection.scalar(last) or 0) + 1
        added = [
            LinkRow(case_id, number, link, "new", None, None, day, since=day)
            for number, link in enumerate(sealed, start=first)
        ]
        if added:
            await self._connection.execute(
                tables.links.insert(), [_values(link) for link in added]
            )
        return added

    async def record(
        self, case_id: str, number: int, state: LinkState, reference: Sealed | None, day: date
    ) -> LinkRow:
        """What became of one link; NoSuchLink if there is none of this number.

        A reason belongs to the state before, and goes with it.
        """
        values = {"state": state, "reference": reference, "day": day}
        reason = case((_T.state == state, _T.reason), else_=None)
        return await self._change(case_id, number, reason=reason, **values)

    async def explain(self, case_id: str, number: int, reason: str) -> LinkRow:
        """Why this link is as it is; NoSuchLink if there is none of this number."""
        return await self._change(case_id, number, reason=reason)

    async def count(self, case_id: str) -> int:
        """How many links a case has."""
        query = select(func.count()).where(_T.case_id == case_id)
        return await self._connection.scalar(query) or 0

    async def mark(self, case_id: str, number: int, mark: bytes) -> None:
        """Remember the mark by which the same link is found in other cases."""
        await self._change(case_id, number, mark=mark)

    async def count_as(self, link: LinkRow, what: str) -> bool:
        """True once: from now on it stands in the figures as *what*; False where it was first."""
        before = _T.counted_as.is_not_distinct_from(link.counted_as)
        which = (_T.case_id == link.case_id) & (_T.number == link.number) & before
        statement = update(tables.links).where(which).values(counted_as=what)
        return (await self._connection.execute(statement.returning(_T.number))).first() is not None

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
        which = (_T.case_id == case_id) & (_T.number == number)
        statement = update(tables.links).where(which).values(values).returning(tables.links)
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise NoSuchLink
        return LinkRow(**row._asdict())


def _values(link: LinkRow) -> dict[str, Any]:
    return {column.name: getattr(link, column.name) for column in tables.links.c}
