"""News for people: one quiet line, changed in place, for those who asked; carried by aiogram."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiohttp import ClientConnectorError

from bot.front_door import NO_PREVIEW, entities_of, inline
from bot.parcels import (
    Done,
    Edit,
    Errand,
    Gone,
    Kind,
    Nothing,
    NotThere,
    Outcome,
    Parcel,
    Same,
    Send,
    Unreached,
    Unsure,
    Wait,
    Wrong,
)
from handlers import news
from handlers.home import MY_CASE
from handlers.hours import next_hour
from handlers.reception import Reception
from handlers.spoken import Voice
from handlers.talk import CLEAR, Button
from locales import N_
from storage.books import Books, Letter
from storage.down import Down
from storage.keys import DoorKeys
from storage.seal import Place, Sealed, seal, unseal

ASK = Button(MY_CASE.name, N_("How things stand"))
EDITABLE_FOR = timedelta(hours=47)  # Telegram says 48; the last hour is left to slow lines


@dataclass(frozen=True, slots=True)
class Line:
    """Which message the last line of news is, and since when (unix seconds).

    Not in which chat: the door alone could then tell who has which case.
    """

    message: int
    at: float


def kinds(keys: DoorKeys, reception: Reception) -> dict[str, Kind]:
    """The letters of the door's lane."""
    teller = Teller(keys, reception)
    return {
        "news": Kind(teller.change, teller.after),
        "letter": Kind(teller.tell, teller.after),
    }


class Teller:
    """Tells a person, in the one chat that they gave, that something is new: never what."""

    def __init__(self, keys: DoorKeys, reception: Reception) -> None:
        self._keys, self._reception = keys, reception

    async def change(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The line that is there says it now, without a sound; an old or lost one is left."""
        parcel = await self._parcel(books, letter, now)
        if parcel is None:
            return Nothing()
        line = await self._line(books, letter)
        if line and now.timestamp() - line.at < EDITABLE_FOR.total_seconds():
            return Edit(line.message, parcel)
        return Send(parcel)

    async def tell(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """A line of its own."""
        parcel = await self._parcel(books, letter, now)
        return Send(parcel) if parcel else Nothing()

    async def _parcel(self, books: Books, letter: Letter, now: datetime) -> Parcel | None:
        """Open the return address: only the door can, and only for this one line.

        None where the person wants none any more, or none at this hour: then it waits for theirs.
        """
        case = await books.cases.get(str(letter.case_id))
        address = await books.addresses.get(case.id, self._reception.today())
        if address is None and not letter.body.get("last"):
            return None
        if address and (due := next_hour(now, address.hour)) > now:
            await put_again(books, letter, due)
            return None
        silent = address.silent if address else letter.body["silent"]
        inner = Sealed(bytes.fromhex(letter.body["inner"]))
        chat = unseal(inner, self._keys.back, Place(case.id, "address"))
        states = await books.links.states(case.id)
        waiting = await books.letterboxes.letters(case.id)
        gone = 0 if waiting or case.minor != "no" else states["removed"]
        voice = Voice(letter.body["language"], self._reception.today())
        end = news.end_button(self._keys.ticket(case.id, int(chat)))
        answer = voice.message((news.line(gone, states.total()),), (ASK, end, CLEAR))
        return Parcel(int(chat), answer, silent=silent)

    async def _line(self, books: Books, letter: Letter) -> Line | None:
        sealed = await books.news_cards.get(str(letter.case_id))
        if sealed is None:
            return None
        plain = unseal(sealed, self._keys.back, Place(str(letter.case_id), "news card"))
        told = json.loads(plain)
        return Line(told["message"], told["at"])

    async def after(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """Note where the line is; a lost one is sent anew; who blocked the door wants no news."""
        case_id = str(letter.case_id)
        match errand, outcome:
            case _, Gone():
                await books.addresses.drop(case_id)
                await books.news_cards.drop(case_id)
            case _ if letter.body.get("last") and not isinstance(outcome, NotThere):
                await books.news_cards.drop(case_id)
            case Send(), Done(message):
                line = {"message": message, "at": now.timestamp()}
                place = Place(case_id, "news card")
                sealed = seal(json.dumps(line).encode(), self._keys.back.public, place)
                await books.news_cards.put(case_id, sealed)
            case Edit(), NotThere():
                await books.news_cards.drop(case_id)
                await put_again(books, letter, now)


async def put_again(books: Books, letter: Letter, due: datetime) -> None:
    """The same letter, for later: done with this one, it stays."""
    await books.outbox.put(
        "door", letter.kind, case_id=letter.case_id, key=letter.key, body=letter.body, due=due
    )


class DoorCarrier:
    """Carries the door's parcels (bot.parcels.Carrier), and notes them: they can be cleared."""

    def __init__(self, bot: Bot, reception: Reception, clock: Callable[[], float]) -> None:
        self._bot, self._reception, self._clock = bot, reception, clock

    async def send(self, parcel: Parcel) -> Outcome:
        """Bot API, sendMessage."""
        outcome = await self._send(parcel)
        if isinstance(outcome, Done):
            with suppress(Down):  # it is sent: a second copy would be worse than one not noted
                await self._reception.seen(parcel.chat, {outcome.message: self._clock()})
        return outcome

    async def _send(self, parcel: Parcel) -> Outcome:
        return await outcome_of(
            lambda: self._bot.send_message(
                parcel.chat,
                parcel.answer.text,
                entities=entities_of(parcel.answer.marks),
                reply_markup=inline(parcel.answer),
                link_preview_options=NO_PREVIEW,
                disable_notification=parcel.silent,
                protect_content=parcel.protect,
                parse_mode=None,
            )
        )

    async def edit(self, message: int, parcel: Parcel) -> Outcome:
        """Bot API, editMessageText."""
        return await outcome_of(
            lambda: self._bot.edit_message_text(
                parcel.answer.text,
                chat_id=parcel.chat,
                message_id=message,
                entities=entities_of(parcel.answer.marks),
                reply_markup=inline(parcel.answer),
                link_preview_options=NO_PREVIEW,
                parse_mode=None,
            )
        )

    async def delete(self, chat: int, message: int) -> Outcome:
        """Bot API, deleteMessage."""
        return await outcome_of(lambda: self._bot.delete_message(chat, message))


async def outcome_of(call: Callable[[], Awaitable[object]]) -> Outcome:
    """Call once, and say how it went."""
    try:
        return Done(getattr(await call(), "message_id", 0))
    except TelegramAPIError as error:
        return outcome(error)


def outcome(error: TelegramAPIError) -> Outcome:
    """aiogram's errors as the courier knows them."""
    match error:
        case TelegramRetryAfter():
            return Wait(error.retry_after)
        case TelegramForbiddenError():
            return Gone("blocked")
        case TelegramBadRequest() if "not modified" in error.message:
            return Same()
        case TelegramBadRequest() if "not found" in error.message or "can't be" in error.message:
            return NotThere()
        case TelegramBadRequest():
            return Wrong("text")
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError):
            return Unreached()
        case TelegramNetworkError() | TelegramServerError():
            return Unsure()
        case _:
            return Unreached()
