"""The lender gives a holder, in private, what is copied or looked at, and takes it back in time.

Only while the case is theirs. What is lent is made from the books when it is sent: no letter holds
a word of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.clerk import here, spoken
from bot.parcels import After, Attached, Done, Errand, Kind, Nothing, Outcome, Parcel, Send
from bot.pictures import png
from handlers import desk, drafted, drafting, families
from handlers.casebook import withdraw
from handlers.casework import HIDDEN_AFTER, is_closed, read_link
from handlers.drafting import Organisation
from handlers.kin import caption
from handlers.portrait import svg
from handlers.spoken import Answer, Mark, Voice, units
from handlers.staff import Screen
from storage.books import Books, Case, Letter
from storage.keys import StaffKeys

LOOSE_FOR = timedelta(minutes=2)
NEAR = 5  # messages after the last known one: an earlier try is among them, if it arrived
MOST_OF_A_CAPTION = 1024  # UTF-16 units (Bot API, sendPhoto)


class Lender:
    """Knows, for each of its letters, what is lent now, and for how long."""

    def __init__(self, keys: StaffKeys, organisation: Organisation | None = None) -> None:
        """*organisation*: in whose name platforms are asked; None where nobody has said it."""
        self.keys = keys
        self.organisation = organisation or Organisation()

    def kinds(self) -> dict[str, Kind]:
        """Its letters of the staff lane."""
        return {
            "loose": Kind(self.loose, back_in(LOOSE_FOR)),
            "draft": Kind(self.draft, self.after_draft),
            "family": Kind(self.family, back_in(HIDDEN_AFTER)),
        }

    async def loose(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """A long link by itself, to be copied, if the case is still theirs."""
        body = letter.body
        case = await books.cases.get(str(letter.case_id))
        rows = await books.links.of(case.id)
        found = [read_link(row, self.keys) for row in rows if row.number == body["number"]]
        await take_back_lost(books, letter, now + LOOSE_FOR)
        if not await may_see(books, case, body["chat"]) or not any(one.open_url for one in found):
            return Nothing()
        answer = spoken(desk.loose(found[0]), "en", now)  # no words in it: said once
        return Send(Parcel(body["chat"], answer))

    async def family(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The picture of a family, with the same in words, if the case is still theirs."""
        body, case = letter.body, await books.cases.get(str(letter.case_id))
        await take_back_lost(books, letter, now + HIDDEN_AFTER)
        if not await may_see(books, case, body["chat"]):
            return Nothing()
        of = await families.family(books, case, self.keys)
        voice = Voice(body["language"], here(now).date())
        says = caption(of, lambda says: units(voice.page(says).text) <= MOST_OF_A_CAPTION)
        picture = Attached("family.png", png(svg(of, voice.label)))
        return Send(Parcel(body["chat"], voice.message(says), protect=True, attached=picture))

    async def draft(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """One piece of a removal request, or at last its file; if the cases are still theirs."""
        await take_back_lost(books, letter, now + HIDDEN_AFTER)
        draft = await drafted.drafted(books, letter, self.keys)
        parcel = self._piece(draft, letter.body, now) if draft else None
        return Send(parcel) if parcel else Nothing()

    def _piece(
        self, draft: drafted.Drafted, body: Mapping[str, Any], now: datetime
    ) -> Parcel | None:
        """Said once whatever the language, since it is the platform that reads it."""
        to, by = draft.to, self.organisation
        texts = drafting.requests(to, draft.addresses, draft.terms, by, here(now).date())
        pieces, number = drafting.messages(texts), body["piece"]
        if number > len(pieces):
            return None
        if number == len(pieces):
            file = Attached(f"request-{to.platform}.txt", drafting.in_a_file(texts))
            return Parcel(body["chat"], Answer(""), attached=file)
        notes = drafting.by_hand(to, by) if number == len(pieces) - 1 else ()
        told = f"\n\n{spoken(Screen(notes), body['language'], now).text}" if notes else ""
        marks = (Mark("code", 0, units(pieces[number])),)
        return Parcel(body["chat"], Answer(pieces[number] + told, marks))

    async def after_draft(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """Withdrawn after a quarter of an hour, counted from its arrival; then the next one."""
        if not isinstance(errand, Send) or not isinstance(outcome, Done):
            return
        shown = await drafted.drafted(books, letter, self.keys)
        due = now + HIDDEN_AFTER if shown else now
        await withdraw(books, errand.parcel.chat, outcome.message, due)
        await drafted.put_next(books, letter, now)


def back_in(time: timedelta) -> After:
    """What was sent is withdrawn after that time, counted from its arrival."""

    async def after(
        books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        if isinstance(errand, Send) and isinstance(outcome, Done):
            await withdraw(books, errand.parcel.chat, outcome.message, now + time)

    return after


async def may_see(books: Books, case: Case, chat: int) -> bool:
    """Whether the case is still theirs, its links are open to them, and work goes on."""
    if case.holder != chat or case.state != "taken" or await books.signs.out("frozen"):
        return False
    return not await is_closed(books, case, chat)


async def take_back_lost(books: Books, letter: Letter, due: datetime) -> None:
    """An earlier try may have arrived without anybody knowing as which message.

    What stands there is taken away in time, whatever it is: in a private chat another screen of
    ours is the lesser loss.
    """
    if letter.floor is not None:
        for message in range(letter.floor + 1, letter.floor + 1 + NEAR):
            await withdraw(books, letter.body["chat"], message, due)
