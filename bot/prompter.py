"""The prompter tells a holder, in private, what is due in their case and what came back."""

from datetime import date, datetime, timedelta

from bot.clerk import spoken
from bot.parcels import Errand, Kind, Nothing, Outcome, Parcel, Send
from handlers import counting, dues, leases, marking
from handlers.casework import read_link
from handlers.staff import Screen
from storage.books import Books, Case, Letter
from storage.keys import StaffKeys

A_DAY = timedelta(days=1)


class Prompter:
    """Knows, for each of its letters, who holds the case now."""

    def __init__(self, keys: StaffKeys) -> None:
        self.keys = keys

    def kinds(self) -> dict[str, Kind]:
        """Its letters of the staff lane."""
        return {
            "due": Kind(self.due, self.after_due),
            "back": Kind(self.back),
            "twice": Kind(self.twice),
        }

    async def due(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The links to be looked after today; nothing where nobody holds the case, or it ends."""
        case = await books.cases.get(str(letter.case_id))
        rows = await books.links.due(case.id, dues.today(now))
        if case.ends or not rows or not await leases.is_latest(books, letter):
            return Nothing()
        links = [read_link(row, self.keys) for row in rows]
        return await self._to_holder(books, case, dues.reminder(case, links), now)

    async def after_due(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """The next one. A case that is taken again gets its letter from that."""
        case = await books.cases.get(str(letter.case_id))
        if case.state != "taken" or not await leases.is_latest(books, letter):
            return
        if case.ends:  # the person may keep it after all
            await dues.put(books, case.id, now + A_DAY, letter.body["stage"])
        else:
            await dues.remind_again(books, letter, now)

    async def back(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """A link that was removed was reported again, perhaps elsewhere."""
        case = await books.cases.get(str(letter.case_id))
        reported = date.fromisoformat(letter.body["day"])
        row = await marking.find_back(
            books, case, letter.body["number"], reported, dues.today(now), now
        )
        if row is None:
            return Nothing()
        await counting.follow_links(books, case, self.keys)
        screen = marking.again(case, read_link(row, self.keys), "back")
        return await self._to_holder(books, case, screen, now)

    async def twice(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """A person sent a link that stands in the case already; what is back is told as that."""
        case = await books.cases.get(str(letter.case_id))
        rows = {row.number: row for row in await books.links.of(case.id)}
        row = rows.get(letter.body["number"])
        if row is None or row.state in ("removed", "back"):
            return Nothing()
        screen = marking.again(case, read_link(row, self.keys), "twice")
        return await self._to_holder(books, case, screen, now)

    async def _to_holder(self, books: Books, case: Case, screen: Screen, now: datetime) -> Errand:
        """In their language, where it is known."""
        if case.state != "taken" or case.holder is None:
            return Nothing()
        answer = spoken(screen, await leases.language_of(books, case.holder), now)
        return Send(Parcel(case.holder, answer, silent=False, protect=True))
