"""Signs of life: when each half last said that it hears Telegram."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import insert


class Pulses:
    """One moment a half, by its name."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def beat(self, half: str, now: datetime) -> None:
        """That half is alive *now*."""
        row = insert(self._connection, tables.pulses).values(half=half, at=now)
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=["half"], set_={"at": now})
        )

    async def last(self, half: str) -> datetime | None:
        """When that half was last alive; None: never."""
        query = select(tables.pulses.c.at).where(tables.pulses.c.half == half)
        return await self._connection.scalar(query)
