"""The herald tells the staff what people do with their cases, and erases those withdrawn."""

from contextlib import suppress
from datetime import datetime

from bot.clerk import Room, spoken
from bot.parcels import Edit, Errand, Gone, Kind, Nothing, Outcome, Parcel, Send
from handlers import counting, guestbook, leases, notices, room
from handlers.casebook import withdraw
from handlers.digest import put_page
from handlers.hours import HONG_KONG
from storage.books import Books, Case, Letter, NoSuchCase


class Herald:
    """Knows whom each notice is for, as the case is when it goes."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def kinds(self) -> dict[str, Kind]:
        """The notices among the letters of the staff lane."""
        return {
            "told": Kind(self.told, self.after_told),
            "told all": Kind(self.told_all, paced=True),
            "erase": Kind(self.erase),
            "erased": Kind(self.erased, self.after_erased, paced=True),
        }

    async def told(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """To the holder; without one, to all if it is open again. The card shows the rest.

        One that is kept after all waits as before: nobody was reminded of it meanwhile.
        """
        case = await books.cases.get(str(letter.case_id))
        if letter.body["what"] == "withdrawn" and case.ends is None:
            return Nothing()  # they keep it, and that has a letter of its own
        if case.state == "taken" and case.holder is not None:
            language = await leases.language_of(books, case.holder)
            answer = spoken(notices.to_holder(case, letter.body), language, now)
            return Send(Parcel(case.holder, answer, silent=False, protect=True))
        again, kept = letter.body.get("again"), letter.body["what"] == "kept"
        if case.state == "waiting" and (again or kept):
            await leases.begin_to_wait(books, case.id, now)
        if again:
            await self._tell_all(books, letter, now)
        return Nothing()

    async def after_told(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """A holder whose chat cannot be written to is told in the group."""
        if isinstance(outcome, Gone):
            await self._tell_all(books, letter, now)

    async def _tell_all(self, books: Books, letter: Letter, now: datetime) -> None:
        await books.outbox.put(
            "staff",
            "told all",
            case_id=letter.case_id,
            key=f"told all:{letter.id}",
            body=letter.body,
            due=now,
        )

    async def told_all(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """In the group, for all who are on duty."""
        case = await books.cases.get(str(letter.case_id))
        offered = await leases.is_offered(books, case.id)
        screen = notices.to_group(case, letter.body, self.room.username, offered)
        if await guestbook.leaking(books):
            screen = room.bare_news(case, self.room.username)
        parcel = Parcel(self.room.chat, spoken(screen, None, now), thread=self.room.topic)
        return Send(parcel)

    async def erase(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """A withdrawn case goes now, whatever becomes of its card, which says so afterwards."""
        with suppress(NoSuchCase):
            case = await books.cases.get(letter.body["case"])
            if case.ends is None or case.ends > now.astimezone(HONG_KONG).date():
                return Nothing()
            await counting.withdraw(books, case)
            await erase_case(books, case, now)
        await books.outbox.put(
            "staff", "erased", key=f"erased:{letter.body['case']}", body=letter.body, due=now
        )
        return Nothing()

    async def erased(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The last words on its card; one that is gone is not posted anew."""
        post = await books.posts.get(letter.body["case"])
        if post is None:
            return Nothing()
        screen = notices.erased(letter.body["name"], bool(letter.body.get("closed")))
        answer = spoken(screen, None, now)
        return Edit(post.message, Parcel(post.chat, answer, thread=self.room.topic))

    async def after_erased(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """The card is nobody's any more."""
        await books.posts.drop(letter.body["case"])


async def erase_case(books: Books, case: Case, now: datetime) -> None:
    """All but the counters and who did what; what is still on a screen is taken away too.

    What would have hidden it goes with the case, so it is deleted at once.
    """
    for shown in await books.outbox.of_case(case.id, "hide"):
        await withdraw(books, shown.body["chat"], shown.body["message"], now)
    if case.state == "taken" and case.holder is not None:
        await leases.hide_shown(books, case.holder, now)
    if page := await books.lines.drop(case.id):
        await put_page(books, page, now)
    await books.cases.erase(case.id)
