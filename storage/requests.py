"""The requests by which links were asked to go, numbered from 1 for each link.

A request about the case as a whole tells who was told of it (handlers.referring).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed

# "silent": no answer came in its time, and the next way was tried.
Answer = Literal["removed", "refused", "silent"]

OF_THE_CASE = 0  # in place of a link

_T = tables.requests.c


@dataclass(frozen=True, slots=True)
class Request:
    """One request. *rung*: by which way (handlers.ladder), "" where nobody noted it; whoever was
    told of the whole case, as help.toml names them.

    *due*: the day on which its answer was due; *reference*: the platform's own number for it.
    """

    case_id: str
    link: int
    number: int
    rung: str
    asked: date
    due: date
    reference: Sealed | None = None
    answer: Answer | None = None
    answered: date | None = None


class Requests:
    """The requests within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, case_id: str) -> list[Request]:
        """All of a case, link after link, each in the order they were made."""
        query = select(tables.requests).where(_T.case_id == case_id)
        rows = await self._connection.execute(query.order_by(_T.link, _T.number))
        return [Request(**row._asdict()) for row in rows]

    async def of_link(self, case_id: str, link: int) -> list[Request]:
        """Those of one link, in the order they were made."""
        return [one for one in await self.of(case_id) if one.link == link]

    async def make(self, case_id: str, link: int, rung: str, asked: date, due: date) -> int:
        """One more; gives its number."""
        theirs = (_T.case_id == case_id) & (_T.link == link)
        last = select(func.coalesce(func.max(_T.number), 0) + 1).where(theirs)
        values = {"case_id": case_id, "link": link, "rung": rung, "asked": asked, "due": due}
        row = tables.requests.insert().values(number=last.scalar_subquery(), **values)
        made = await self._connection.execute(row.returning(_T.number))
        return int(made.scalar_one())

    async def answer(self, request: Request, answer: Answer, day: date) -> None:
        """What came of it."""
        await self._change(request.case_id, request.link, request.number, answer, day)

    async def reopen(self, case_id: str, link: int, number: int) -> None:
        """No answer after all."""
        await self._change(case_id, link, number, None, None)

    async def refer(self, request: Request, reference: Sealed) -> None:
        """The platform's own number for it."""
        which = _which(request.case_id, request.link, request.number)
        row = update(tables.requests).where(which)
        await self._connection.execute(row.values(reference=reference))

    async def drop(self, case_id: str, link: int, number: int) -> None:
        """It was never made."""
        await self._connection.execute(
            delete(tables.requests).where(_which(case_id, link, number))
        )

    async def _change(
        self, case_id: str, link: int, number: int, answer: Answer | None, day: date | None
    ) -> None:
        row = update(tables.requests).where(_which(case_id, link, number))
        await self._connection.execute(row.values(answer=answer, answered=day))


def _which(case_id: str, link: int, number: int) -> Any:
    return (_T.case_id == case_id) & (_T.link == link) & (_T.number == number)
