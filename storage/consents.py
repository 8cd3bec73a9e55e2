"""Consents: what a person lets us do, since which day, and in which words they were asked."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import insert


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer. *what*: "ask", "watch", "count" or "write"; *wording*: the words shown."""

    case_id: str
    what: str
    given: bool
    day: date
    wording: str


class Consents:
    """The consents within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, *consents: Consent) -> None:
        """The last word on each, in place of an older one."""
        table = tables.consents
        row = insert(self._connection, table).values([asdict(consent) for consent in consents])
        last = {name: row.excluded[name] for name in ("given", "day", "wording")}
        await self._connection.execute(
            row.on_conflict_do_update(index_elements=["case_id", "what"], set_=last)
        )

    async def of(self, case_id: str) -> dict[str, Consent]:
        """All that was answered, by *what*; a case of an older version has none."""
        query = select(tables.consents).where(tables.consents.c.case_id == case_id)
        found = [Consent(**row._asdict()) for row in await self._connection.execute(query)]
        return {consent.what: consent for consent in found}
