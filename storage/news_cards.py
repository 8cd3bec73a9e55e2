"""Where the last line of news to a person stands, sealed: so that the next one can change it."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.seal import Sealed
from storage.statements import put


class NewsCards:
    """One line a case, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, case_id: str, sealed: Sealed) -> None:
        """This is the line now."""
        await put(self._connection, tables.news_cards, case_id=case_id, sealed=sealed)

    async def get(self, case_id: str) -> Sealed | None:
        """Where it is; None when nobody knows."""
        rows = tables.news_cards.c
        found: Sealed | None = await self._connection.scalar(
            select(rows.sealed).where(rows.case_id == case_id)
        )
        return found

    async def drop(self, case_id: str) -> None:
        """It is no longer there, or not to be changed any more."""
        rows = tables.news_cards
        await self._connection.execute(delete(rows).where(rows.c.case_id == case_id))
