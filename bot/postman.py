"""The staff bot's hands: one message sent, edited or deleted through python-telegram-bot."""

import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import httpx
from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.parcels import (
    Attached,
    Done,
    Gone,
    Moved,
    NotThere,
    Outcome,
    Parcel,
    Same,
    Unreached,
    Unsure,
    Wait,
    Wrong,
)
from handlers.spoken import Answer, Key, Mark

# Or the library warns, at each 429, that it counts in whole seconds.
os.environ.setdefault("PTB_TIMEDELTA", "true")

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Postman:
    """Carries one parcel once, and tells how that went (bot.parcels.Carrier)."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, parcel: Parcel) -> Outcome:
        """Bot API, sendMessage; what is attached: sendPhoto, sendDocument."""
        if parcel.attached:
            return await self._send_file(parcel, parcel.attached)
        return await outcome_of(
            lambda: self._bot.send_message(
                parcel.chat,
                parcel.answer.text,
                entities=entities_of(parcel.answer.marks),
                reply_markup=keyboard(parcel.answer),
                link_preview_options=NO_PREVIEW,
                disable_notification=parcel.silent,
                protect_content=parcel.protect,
                message_thread_id=parcel.thread,
            )
        )

    async def _send_file(self, parcel: Parcel, file: Attached) -> Outcome:
        send = self._bot.send_photo if file.is_picture else self._bot.send_document
        return await outcome_of(
            lambda: send(
                parcel.chat,
                InputFile(file.data, file.name),
                caption=parcel.answer.text,
                caption_entities=entities_of(parcel.answer.marks),
                reply_markup=keyboard(parcel.answer),
                disable_notification=parcel.silent,
                protect_content=parcel.protect,
                message_thread_id=parcel.thread,
            )
        )

    async def edit(self, message: int, parcel: Parcel) -> Outcome:
        """Bot API, editMessageText; what was protected stays protected."""
        return await outcome_of(
            lambda: self._bot.edit_message_text(
                parcel.answer.text,
                chat_id=parcel.chat,
                message_id=message,
                entities=entities_of(parcel.answer.marks),
                reply_markup=keyboard(parcel.answer),
                link_preview_options=NO_PREVIEW,
            )
        )

    async def delete(self, chat: int, message: int) -> Outcome:
        """Bot API, deleteMessage."""
        return await outcome_of(lambda: self._bot.delete_message(chat, message))


async def outcome_of(call: Callable[[], Awaitable[object]]) -> Outcome:
    """Call once, and say how it went."""
    try:
        return Done(getattr(await call(), "message_id", 0))
    except TelegramError as error:
        return outcome(error)


def outcome(error: TelegramError) -> Outcome:
    """The library's errors as the courier knows them."""
    match error:
        case RetryAfter():
            return Wait(seconds_of(error.retry_after))
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone("put out")
        case InvalidToken():
            return Unreached()
        case BadRequest():
            return refused(error.message.lower())
        case NetworkError() if isinstance(error.__cause__, NEVER_SENT):
            return Unreached()
        case _:
            return Unsure()


def seconds_of(span: int | timedelta) -> float:
    """Seconds, in whichever way the library counts."""
    return span.total_seconds() if isinstance(span, timedelta) else span


def refused(why: str) -> Outcome:
    """What a 400 means, by Telegram's words; they go no further than this."""
    if "not modified" in why:
        return Same()
    if "thread not found" in why:
        return Wrong("thread")
    if "message" in why and ("not found" in why or "can't be" in why):
        return NotThere()
    return Wrong("text")


def entities_of(marks: Sequence[Mark]) -> list[MessageEntity]:
    """Marks as Telegram's entities (Bot API, MessageEntity)."""
    return [MessageEntity(mark.kind, mark.offset, mark.length) for mark in marks]


def keyboard(answer: Answer) -> InlineKeyboardMarkup | None:
    """Keys as inline buttons (Bot API, InlineKeyboardButton)."""
    rows = [[button(key) for key in row] for row in answer.rows]
    return InlineKeyboardMarkup(rows) if rows else None


def button(key: Key) -> InlineKeyboardButton:
    """One key: followed, copied, or pressed."""
    style = key.style or None
    if key.url:
        return InlineKeyboardButton(key.label, url=key.url, style=style)
    if key.copy:
        return InlineKeyboardButton(key.label, copy_text=CopyTextButton(key.copy), style=style)
    return InlineKeyboardButton(key.label, callback_data=key.name, style=style)
