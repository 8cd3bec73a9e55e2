"""The herald tells the staff what people do with their cases: the holder, or else the group."""

from datetime import datetime

from bot.clerk import Room, spoken
from bot.parcels import Errand, Gone, Kind, Nothing, Outcome, Parcel, Send
from handlers import notices
from storage.books import Books, Letter


class Herald:
    """Knows whom each notice is for, as the case is when it goes."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def kinds(self) -> dict[str, Kind]:
        """The notices among the letters of the staff lane."""
        return {
            "told": Kind(self.told, self.after_told),
            "told all": Kind(self.told_all, paced=True),
        }

    async def told(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """To the holder; without one, to all if it is open again. The card shows the rest."""
        case = await books.cases.get(str(letter.case_id))
        if case.state == "taken" and case.holder is not None:
            answer = spoken(notices.to_holder(case, letter.body), None, now)
            return Send(Parcel(case.holder, answer, silent=False, protect=True))
        if letter.body.get("again"):
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
        screen = notices.to_group(case, letter.body, self.room.username)
        parcel = Parcel(self.room.chat, spoken(screen, None, now), thread=self.room.topic)
        return Send(parcel)
