"""The notice board: the room's own card, and all cases' cards where details go or come back."""

from datetime import datetime

from bot.clerk import Room, spoken
from bot.parcels import Done, Errand, Kind, Nothing, Outcome, Parcel, Send, shown_as
from handlers import guestbook, room
from handlers.digest import put_page
from storage.books import Books, Letter


class Noticeboard:
    """Two kinds of letters of the staff lane: "room" and "cards"."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def kinds(self) -> dict[str, Kind]:
        """The letters that the guest book writes."""
        return {
            guestbook.CARD: Kind(self.card, self.after_card, paced=True),
            "cards": Kind(self.renew),
        }

    async def card(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The one card of the room, as it was found last."""
        answer = spoken(room.screen(await guestbook.last(books)), None, now)
        silent = not letter.body.get("loud")
        parcel = Parcel(self.room.chat, answer, silent, thread=self.room.topic)
        return await shown_as(books, letter, parcel, guestbook.CARD)

    async def after_card(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """The card that it replaces goes."""
        old = letter.body.get("fresh")
        if old and isinstance(errand, Send) and isinstance(outcome, Done):
            body = {"chat": errand.parcel.chat, "message": old}
            key = f"stale:{errand.parcel.chat}:{old}"
            await books.outbox.put("staff", "stale", key=key, body=body, due=now)

    async def renew(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Every card and page in the group is written anew, as its turn comes.

        One that waits to be written is written so anyway.
        """
        for case_id, urgency in await books.posts.cards():
            if await books.outbox.get(f"card:{case_id}") is None:
                await books.outbox.put_card(case_id, urgency, now, new=True)
        for page in await books.lines.pages():
            await put_page(books, page, now)
        return Nothing()
