"""News for people: one neutral line, silently, to those who asked for it; carried by aiogram."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

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
    Errand,
    Gone,
    Kind,
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
from handlers.home import MY_CASE
from handlers.reception import Reception
from handlers.spoken import Voice
from handlers.talk import CLEAR, Button, Say
from locales import N_
from storage.books import Books, Letter
from storage.down import Down
from storage.keys import DoorKeys
from storage.seal import Place, Sealed, unseal

NEWS = N_("There is something new here, for when you have time.")
ASK = Button(MY_CASE.name, N_("How things stand"))


def kinds(keys: DoorKeys, reception: Reception) -> dict[str, Kind]:
    """The letters of the door's lane."""

    async def deliver(books: Books, letter: Letter, now: datetime) -> Errand:
        """Open the return address: only the door can, and only for this one line."""
        inner = Sealed(bytes.fromhex(letter.body["inner"]))
        chat = unseal(inner, keys.back, Place(str(letter.case_id), "address"))
        voice = Voice(letter.body["language"], reception.today())
        return Send(Parcel(int(chat), voice.message((Say(NEWS),), (ASK, CLEAR))))

    async def after(
        books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """Who blocked the door wants no news."""
        if isinstance(outcome, Gone):
            await books.addresses.drop(str(letter.case_id))

    return {"news": Kind(deliver, after)}


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
