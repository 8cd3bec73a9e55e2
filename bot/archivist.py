"""The archivist erases closed cases when their day has come, and sees that no case is forgotten.

What is still open is never erased by time: of cases that nobody has the leads are told.
"""

from datetime import datetime, timedelta

from bot.herald import erase_case
from handlers.hours import HONG_KONG
from storage.books import Books, Case, NoSuchCase, Store

AT_ONCE_MOST = 20  # cases of one round: the courier also wants the database


class Archivist:
    """*kept_for*: how long a case may lie without its being anybody's before the leads hear it."""

    def __init__(self, store: Store, kept_for: timedelta) -> None:
        self._store, self._kept_for = store, kept_for

    async def go(self, now: datetime) -> bool:
        """Whether there was anything to do. Raises Down."""
        today = now.astimezone(HONG_KONG).date()
        async with self._store.in_turn() as books:
            due = await books.cases.to_erase(today, AT_ONCE_MOST)
            told = await self._tell_leads(books, now)
        for case_id in due:
            await self._erase(case_id, now)
        return bool(due) or told

    async def _erase(self, case_id: str, now: datetime) -> None:
        """One case in one transaction; one that was opened again this very moment stays."""
        try:
            async with self._store.in_turn() as books:
                case = await books.cases.get(case_id)
                if is_due(case, now):
                    await erase_case(books, case, now)
                    await say_so_on_its_card(books, case, now)
        except NoSuchCase:
            return

    async def _tell_leads(self, books: Books, now: datetime) -> bool:
        """Once a day, of the cases that nobody has had for so long."""
        today = now.astimezone(HONG_KONG).date()
        many, oldest = await books.cases.left_since(today - self._kept_for)
        if not many or not await books.seen.mark("staff", "left", today.isoformat(), now):
            return False
        body = {"what": "left", "all": many, "days": self._kept_for.days, "name": oldest}
        await books.outbox.put("staff", "leads", key="leads:left", body=body, due=now)
        return True


def is_due(case: Case, now: datetime) -> bool:
    """Whether a case is closed and its day has come."""
    today = now.astimezone(HONG_KONG).date()
    return case.state == "closed" and case.erased_on is not None and case.erased_on <= today


async def say_so_on_its_card(books: Books, case: Case, now: datetime) -> None:
    """The case is gone; its card says why, once it can be reached."""
    body = {"case": case.id, "name": case.name, "closed": True}
    await books.outbox.put("staff", "erased", key=f"erased:{case.id}", body=body, due=now)
