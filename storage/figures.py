"""Figures: how often what happened in a month. No case, no person, no day."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import insert


class Figures:
    """The counters within one transaction; erasing a case leaves them as they are."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self, day: date, what: str, value: str) -> None:
        """One more of *value* in the month of *day*. Both are words of ours, never a person's."""
        table = tables.figures
        row = insert(self._connection, table).values(
            month=f"{day:%Y-%m}", what=what, value=value, times=1
        )
        more = {"times": table.c.times + 1}
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=["month", "what", "value"], set_=more)
        )

    async def of(self, month: str) -> dict[tuple[str, str], int]:
        """The counters of a month ("2026-11"), by what and value."""
        t = tables.figures.c
        query = select(t.what, t.value, t.times).where(t.month == month)
        rows = await self._connection.execute(query.order_by(t.what, t.value))
        return {(row.what, row.value): row.times for row in rows}
