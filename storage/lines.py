"""Lines: the new cases that stand, in a rush, on a page in the group instead of on a card each."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.cases import Case

_T = tables.lines.c
_CASE = tables.cases.c


class Lines:
    """The lines within one transaction. *page*: the id of the case that began it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def unshown(self, case_ids: Collection[str]) -> set[str]:
        """Of these cases, those that wait, and that have neither a card nor a line."""
        query = (
            select(_CASE.id)
            .where(_CASE.id.in_(case_ids), _CASE.state == "waiting")
            .where(_CASE.id.not_in(select(tables.posts.c.key)))
            .where(_CASE.id.not_in(select(_T.case_id)))
        )
        return set(await self._connection.scalars(query))

    async def put(self, page: str, case_ids: Sequence[str]) -> None:
        """A line for each, on this page."""
        rows = [{"case_id": case_id, "page": page} for case_id in case_ids]
        await self._connection.execute(tables.lines.insert(), rows)

    async def waiting_on(self, page: str) -> list[Case]:
        """The cases on a page that still wait."""
        query = select(tables.cases).join(tables.lines, _T.case_id == _CASE.id)
        rows = await self._connection.execute(
            query.where(_T.page == page, _CASE.state == "waiting")
        )
        return [Case(**row._asdict()) for row in rows]

    async def pages(self) -> list[str]:
        """All pages that have a line."""
        return list(await self._connection.scalars(select(_T.page).distinct().order_by(_T.page)))

    async def drop(self, case_id: str) -> str | None:
        """The case has its own card now; gives the page it stood on, if it did."""
        gone = delete(tables.lines).where(_T.case_id == case_id).returning(_T.page)
        return (await self._connection.execute(gone)).scalar()
