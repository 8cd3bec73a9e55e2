"""Posts: which messages in the group are ours, and what they show."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import put

_T = tables.posts.c


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours. *key*: a case's id, or a page's; *shown*: the version it shows."""

    key: str
    chat: int
    message: int
    shown: int


class Posts:
    """The posts within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, key: str) -> Post | None:
        """The post, held still until the transaction ends."""
        query = select(tables.posts).where(_T.key == key).with_for_update()
        row = (await self._connection.execute(query)).first()
        return None if row is None else Post(**row._asdict())

    async def put(self, key: str, chat: int, message: int, shown: int) -> None:
        """Remember where it is and what it shows, in place of what was known."""
        await put(self._connection, tables.posts, key=key, chat=chat, message=message, shown=shown)

    async def drop(self, key: str) -> None:
        """It is no longer there."""
        await self._connection.execute(delete(tables.posts).where(_T.key == key))

    async def cards(self) -> list[tuple[str, str]]:
        """The cases that have a card, those that are not closed first: id and urgency."""
        case = tables.cases.c
        query = select(case.id, case.urgency).join(tables.posts, _T.key == case.id)
        rows = await self._connection.execute(query.order_by(case.state == "closed", case.id))
        return [(row.id, row.urgency) for row in rows]

    async def ours(self, chat: int, above: int) -> set[int]:
        """The ids of our messages in a chat, above a floor."""
        query = select(_T.message).where(_T.chat == chat, _T.message > above)
        return set(await self._connection.scalars(query))

    async def highest(self, chat: int) -> int:
        """The highest id of a message of ours in a chat; 0 when there is none."""
        return (
            await self._connection.scalar(select(func.max(_T.message)).where(_T.chat == chat)) or 0
        )
