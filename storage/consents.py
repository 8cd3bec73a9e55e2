"""Consents: what a person lets us do, since which day, and in which words they were asked."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import put


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

    async def put(self, consent: Consent) -> None:
        """The last word on it, in place of an older one."""
        await put(
            self._connection,
            tables.consents,
            case_id=consent.case_id,
            what=consent.what,
            given=consent.given,
            day=consent.day,
            wording=consent.wording,
        )

    async def of(self, case_id: str) -> dict[str, Consent]:
        """All that was answered, by *what*; a case of an older version has none."""
        query = select(tables.consents).where(tables.consents.c.case_id == case_id)
        found = [Consent(**row._asdict()) for row in await self._connection.execute(query)]
        return {consent.what: consent for consent in found}
