"""The requests by which links were asked to go, numbered from 1 for each link.

A request about the case as a whole tells who was told of it (handlers.referring).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed

# "silent": no answer came in its time, and the next way was tried. "added" is for tellings of a
# whole case: the person has added something since.
Answer = Literal["removed", "refused", "silent", "added"]

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
        return (await self.make_all(case_id, [link], rung, asked, due))[link]

    async def make_all(
        self, case_id: str, links: Collection[int], rung: str, asked: date, due: date
    ) -> Mapping[int, int]:
        """One more for each of these links of a case; gives their numbers, by link."""
        theirs = (_T.case_id == case_id) & _T.link.in_(links)
        query = select(_T.link, func.max(_T.number).label("last")).where(theirs)
        rows = await self._connection.execute(query.group_by(_T.link))
        last = {row.link: row.last for row in rows}
        made = {link: last.get(link, 0) + 1 for link in links}
        same = {"case_id": case_id, "rung": rung, "asked": asked, "due": due}
        new = [{**same, "link": link, "number": number} for link, number in made.items()]
        if new:
            await self._connection.execute(tables.requests.insert(), new)
        return made

    async def answer(self, request: Request, answer: Answer, day: date) -> None:
        """What came of it."""
        await self.answer_all(request.case_id, {request.link: request.number}, answer, day)

    async def answer_all(
        self, case_id: str, numbers: Mapping[int, int], answer: Answer, day: date
    ) -> None:
        """What came of these requests, one a link: *numbers* are theirs, by link."""
        await self._change(case_id, numbers, answer=answer, answered=day)

    async def outdate(self, case_id: str, link: int, day: date) -> None:
        """Something was added after the requests of this link were made, as far as they stand."""
        theirs = (_T.case_id == case_id) & (_T.link == link) & _T.answer.is_(None)
        row = update(tables.requests).where(theirs)
        await self._connection.execute(row.values(answer="added", answered=day))

    async def reopen(self, case_id: str, numbers: Mapping[int, int]) -> None:
        """No answer after all."""
        await self._change(case_id, numbers, answer=None, answered=None)

    async def refer(self, request: Request, reference: Sealed) -> None:
        """The platform's own number for it."""
        await self._change(request.case_id, {request.link: request.number}, reference=reference)

    async def drop(self, case_id: str, numbers: Mapping[int, int]) -> None:
        """They were never made."""
        await self._connection.execute(delete(tables.requests).where(_these(case_id, numbers)))

    async def _change(self, case_id: str, numbers: Mapping[int, int], **values: Any) -> None:
        row = update(tables.requests).where(_these(case_id, numbers))
        await self._connection.execute(row.values(values))


def _these(case_id: str, numbers: Mapping[int, int]) -> ColumnElement[bool]:
    return (_T.case_id == case_id) & tuple_(_T.link, _T.number).in_(list(numbers.items()))
