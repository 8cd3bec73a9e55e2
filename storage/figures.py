"""Figures: how often what happened in a month. No case, no person, no day."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import insert

Counter = tuple[str, str, str]
"""A month ("2026-11"; "2026-00" is the year as a whole), what is counted, and its value.

All are words of ours, never a person's.
"""


class Figures:
    """The counters within one transaction; erasing a case leaves them as they are."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def change(self, more: Mapping[Counter, int]) -> None:
        """So many more of each, or fewer, even than nought; of what is nought nothing is left."""
        table = tables.figures
        # In one order, so that the door and the staff's half wait for each other and do not stand
        # in each other's way.
        for (month, what, value), times in sorted(more.items()):
            if not times:
                continue
            row = insert(self._connection, table).values(
                month=month, what=what, value=value, times=times
            )
            counted = {"times": table.c.times + times}
            await self._connection.execute(
                row.on_conflict_do_update(index_elements=["month", "what", "value"], set_=counted)
            )
        if min(more.values(), default=0) < 0:
            await self._connection.execute(delete(table).where(table.c.times == 0))

    async def of(self, *months: str) -> dict[tuple[str, str], int]:
        """The counters of these months together, by what and value."""
        t = tables.figures.c
        query = select(t.what, t.value, t.times).where(t.month.in_(months))
        counted: dict[tuple[str, str], int] = {}
        for row in await self._connection.execute(query.order_by(t.what, t.value)):
            counted[row.what, row.value] = counted.get((row.what, row.value), 0) + row.times
        return counted
