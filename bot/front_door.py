"""The door on Telegram, with aiogram: an update becomes Heard, an Answer becomes a message."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import TypeVar

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.methods import Response
from aiogram.types import (
    CallbackQuery,
    ChatMemberUpdated,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    KeyboardButtonRequestChat,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    MessageOriginChannel,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
    User,
)

from bot import door_slim
from bot.alarm import Roll
from bot.courier import Heights
from bot.receiver import Desk
from bot.slim import Update as Raw
from bot.slim import lane_of, part_of
from bot.trouble import Unanswered
from handlers.directory import short_line
from handlers.home import HOUSE
from handlers.house import word_of
from handlers.links import Entity, Origin
from handlers.reception import Reception, Sweep
from handlers.spoken import Answer, Key, Mark, Voice
from handlers.talk import CLEAR, ERASE, Heard, Pressed, Said, Say
from locales import N_, language_of
from storage.down import Down

T = TypeVar("T")

FLOOD = 10  # waiting from one chat: more are answered as one; an album has no more pieces
ANSWER_SECONDS = 5.0  # a turn has ten: Telegram being slow must not look like the update's fault
PATIENCE_SECONDS = 3
DELETABLE_FOR = 48 * 3600
MOST_AT_ONCE = 100
REFUSALS = (TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat)
# pydantic forgets a model like Response[Message] that nobody holds, and takes 5 ms to remake it.
ANSWERS = (Response[Message], Response[Message | bool], Response[bool])
REQUESTS = {"channel": 1, "group": 2}
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

NOT_YET = (
    Say(N_("Not sent yet. We are trying; please keep this chat. If you cannot wait, call:")),
    short_line("help.emergency"),
    short_line("help.rainlily"),
)
UNREADABLE = (Say(N_("I could not read that message. Please send it again as plain text.")),)


# In


def heard_in(message: Message, edited: bool = False) -> Said:
    """A message as the talk hears it: words, links, a channel's address, never the media."""
    entities = message.entities or message.caption_entities or []
    origin, shared = message.forward_origin, message.chat_shared
    if shared:
        chat = Origin(shared.username or "", shared.chat_id, title=shared.title or "")
        return Said("", origin=chat, message=message.message_id, chosen=True)
    return Said(
        text=message.text or message.caption or "",
        entities=tuple(Entity(e.type, e.offset, e.length, e.url or "") for e in entities),
        origin=origin_of(origin) if isinstance(origin, MessageOriginChannel) else None,
        message=message.message_id,
        edited=edited,
        media="media" if message.document else "",
        album=message.media_group_id or "",
    )


def origin_of(origin: MessageOriginChannel) -> Origin:
    """Where a forwarded channel post stands."""
    return Origin(origin.chat.username or "", origin.chat.id, origin.message_id)


def front_door(
    bot: Bot, reception: Reception, heights: Heights, clock: Callable[[], float], roll: Roll
) -> Callable[[Sequence[Update]], Awaitable[int]]:
    """What hears people and leads, answers them, and gives how many updates it heard.

    It is not aiogram's dispatcher, because that one hears one update at a time.
    """

    async def hear(updates: Sequence[Update]) -> int:
        match updates[0]:
            case Update(update_id=number, callback_query=CallbackQuery() as query):
                on = query.message.message_id if query.message else None
                await reply(query.from_user, [(number, Pressed(query.data or ""))], on)
                await settle(query)  # last: a press that comes again must still be heard
            case Update(
                update_id=number, edited_message=Message(from_user=User() as user) as edit
            ):
                await listen(user, [(number, heard_in(edit, edited=True))])
            case Update(message=Message(from_user=User() as user) as message) if (
                says := roll.answer(user.id, message.text or "")
            ):
                await show(bot, user.id, Voice(None, reception.today()).message((says,)), None)
            case Update(message=Message(from_user=User() as user)):
                said = [(one.update_id, heard_in(one.message)) for one in updates if one.message]
                return await listen(user, said)
            case Update(my_chat_member=ChatMemberUpdated() as change):
                await leave(bot, change.chat.id)
        return 1

    async def listen(user: User, said: Sequence[tuple[int, Said]]) -> int:
        messages = [one.message for _, one in said]
        heights.seen(user.id, max(messages))
        await reception.seen(user.id, dict.fromkeys(messages, clock()))
        heard = list(takewhile(lambda one: says_something(one[1]), said))
        return await reply(user, heard, None) if heard else 1

    async def reply(user: User, heard: Sequence[tuple[int, Heard]], on: int | None) -> int:
        language = language_of(user.language_code)
        many, answer = await reception.hear(user.id, heard, language)
        gone = [one.message for _, one in heard[:many] if isinstance(one, Said) and to_go(one)]
        if gone:
            await delete(bot, user.id, gone)
        if answer and answer.closes and (sent := await put_away(bot, user.id)):
            heights.sent(user.id, sent)
            await reception.seen(user.id, {sent: clock()})
        if answer and (sent := await show(bot, user.id, answer, on)):
            heights.sent(user.id, sent)
            await reception.seen(user.id, {sent: clock()})
        return many

    return hear


def says_something(said: Said) -> bool:
    """Whether there is anything to answer; a service line is only remembered, to be cleared."""
    return bool(said.text or said.media or said.chosen)


def to_go(said: Said) -> bool:
    """Whether it is taken out of the chat: pictures, and the line that tells what was chosen."""
    return bool(said.media or said.chosen)


def in_one_turn(line: Sequence[Raw]) -> Sequence[Raw]:
    """Of what waits in one chat, what may be answered as one: of a flood, all its messages."""
    together = tuple(takewhile(lambda raw: "message" in raw, line))
    return together[:MOST_AT_ONCE] if len(together) > FLOOD else line[:1]


def desk(
    bot: Bot,
    reception: Reception,
    heights: Heights,
    clock: Callable[[], float],
    roll: Roll,
) -> Desk:
    """What the receiver needs of the door."""
    listening = front_door(bot, reception, heights, clock, roll)
    told: dict[int, int | None] = {}  # updates that had to wait -> the message that says so

    async def hear(line: Sequence[Raw]) -> int:
        some = in_one_turn(line)
        raw, number = some[0], some[0]["update_id"]
        try:
            updates = [Update.model_validate(one, context={"bot": bot}) for one in some]
            heard = await listening(updates)
        except Unanswered:
            raise
        except Down:
            if number not in told and not clears(raw):
                told[number] = await tell(raw, NOT_YET)
            raise
        if said := told.pop(number, None):
            await reception.seen(person_of(raw), {said: clock()})
        return heard

    async def tell(raw: Raw, says: Sequence[Say]) -> int | None:
        language = language_of(part_of(raw)["from"].get("language_code"))
        answer = Voice(language, reception.today()).message(says, (CLEAR,))
        return await show(bot, person_of(raw), answer, None)

    async def sorry(raw: Raw) -> None:
        if raw.keys() & {"message", "edited_message", "callback_query"}:
            said = (await tell(raw, UNREADABLE), part_of(raw).get("message_id"))
            now = clock()
            await reception.seen(person_of(raw), {one: now for one in said if one})

    return Desk("door", tuple(door_slim.KINDS), door_slim.slim, lane_of, hear, sorry)


def person_of(raw: Raw) -> int:
    """Who is to be answered."""
    return int(part_of(raw)["from"]["id"])


def clears(raw: Raw) -> bool:
    """Whether it clears the chat: then not even "not yet" may be left in it."""
    part = part_of(raw)
    word = word_of(part.get("text") or part.get("data") or "")
    return HOUSE.anywhere.get(word) == ERASE


# Out


async def show(bot: Bot, chat: int, answer: Answer, on: int | None) -> int | None:
    """Send *answer*, or redraw message *on* into it; None where the person cannot be reached.

    Raises Unanswered where Telegram cannot be reached or does not say what came of it.
    """
    try:
        if answer.redraw and on and not answer.chooses and await redrawn(bot, chat, answer, on):
            return on
        message = await patiently(
            lambda: bot.send_message(
                chat,
                answer.text,
                entities=entities_of(answer.marks),
                reply_markup=keyboard(answer),
                link_preview_options=NO_PREVIEW,
                parse_mode=None,
            )
        )
    except TelegramForbiddenError:
        return None
    return message.message_id


def crier(
    bot: Bot, chats: Collection[int], today: Callable[[], date]
) -> Callable[[Say], Awaitable[None]]:
    """How an alarm reaches the leads: aloud, to each. Raises Unanswered where it reached none."""

    async def cry(words: Say) -> None:
        answer = Voice(None, today()).message((words,))
        unheard = [chat for chat in chats if not await reached(chat, answer)]
        if len(unheard) == len(chats):
            raise Unanswered("no lead was reached")

    async def reached(chat: int, answer: Answer) -> bool:
        try:
            return await show(bot, chat, answer, None) is not None
        except (Unanswered, *REFUSALS):
            return False

    return cry


async def put_away(bot: Bot, chat: int) -> int | None:
    """Take the list to choose from off the screen: a bot can do that only with a message.

    It is deleted at once; its id, in case that fails, and None where nobody is reached.
    """
    try:
        message = await patiently(
            lambda: bot.send_message(
                chat, "…", reply_markup=ReplyKeyboardRemove(), disable_notification=True
            )
        )
    except TelegramForbiddenError:
        return None
    await delete(bot, chat, [message.message_id])
    return message.message_id


async def redrawn(bot: Bot, chat: int, answer: Answer, message: int) -> bool:
    """Whether *message* now shows *answer*; False where it is gone and a new one is needed."""
    try:
        await patiently(
            lambda: bot.edit_message_text(
                answer.text,
                chat_id=chat,
                message_id=message,
                entities=entities_of(answer.marks),
                reply_markup=inline(answer),
                link_preview_options=NO_PREVIEW,
                parse_mode=None,
            )
        )
    except TelegramBadRequest as error:
        return "not modified" in error.message
    return True


async def patiently(call: Callable[[], Awaitable[T]], waits: int = 1) -> T:
    """Call; where Telegram asks to wait a little, wait exactly so long and call once more.

    Raises REFUSALS; and Unanswered for all else, since that is not the update's fault: Telegram is
    not reached, breaks, answers in no JSON, asks for more patience than a turn has.
    """
    try:
        return await call()
    except TelegramRetryAfter as error:
        if not waits or error.retry_after > PATIENCE_SECONDS:
            raise Unanswered(type(error).__name__) from None
        await asyncio.sleep(error.retry_after)
        return await patiently(call, waits - 1)
    except REFUSALS:
        raise
    except (TelegramAPIError, ClientDecodeError) as error:
        raise Unanswered(type(error).__name__) from None


def entities_of(marks: Sequence[Mark]) -> list[MessageEntity]:
    """Marks as Telegram's entities (Bot API, MessageEntity)."""
    return [MessageEntity(type=m.kind, offset=m.offset, length=m.length) for m in marks]


def keyboard(answer: Answer) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """The keys below a message; only those below the field can let somebody choose a chat."""
    return chooser(answer) if answer.chooses else inline(answer)


def chooser(answer: Answer) -> ReplyKeyboardMarkup:
    """Keys below the field (Bot API, KeyboardButtonRequestChat): no picture is asked for.

    The others type their own words, which are understood as a press.
    """
    rows = [
        [KeyboardButton(text=key.label, request_chat=request(key)) for key in row]
        for row in answer.rows
    ]
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)


def request(key: Key) -> KeyboardButtonRequestChat | None:
    """What to ask Telegram for: the number, the title and the public name."""
    if not key.choose:
        return None
    return KeyboardButtonRequestChat(
        request_id=REQUESTS[key.choose],
        chat_is_channel=key.choose == "channel",
        request_title=True,
        request_username=True,
    )


def inline(answer: Answer) -> InlineKeyboardMarkup | None:
    """Keys as inline buttons (Bot API, InlineKeyboardButton)."""
    rows = [
        [
            InlineKeyboardButton(
                text=key.label,
                style=key.style or None,
                copy_text=CopyTextButton(text=key.copy) if key.copy else None,
                callback_data=None if key.copy else key.name,
            )
            for key in row
        ]
        for row in answer.rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


async def settle(query: CallbackQuery) -> None:
    """Stop the spinner; a press that is too old is not the person's fault."""
    try:
        await patiently(query.answer)
    except REFUSALS:
        return


async def leave(bot: Bot, chat: int) -> None:
    """The door works in private chats only."""
    try:
        await patiently(lambda: bot.leave_chat(chat))
    except REFUSALS:
        return  # already out


async def delete(bot: Bot, chat: int, messages: Sequence[int]) -> bool:
    """Delete up to 100 messages (Bot API, deleteMessages); False where Telegram refuses."""
    try:
        return await patiently(lambda: bot.delete_messages(chat, list(messages)))
    except REFUSALS:
        return False


def sweeper(bot: Bot, clock: Callable[[], float]) -> Sweep:
    """How reception clears a chat: in hundreds, and in halves where a hundred is refused."""

    async def sweep(chat: int, messages: Mapping[int, float]) -> set[int]:
        oldest = clock() - DELETABLE_FOR
        young = [message for message, at in messages.items() if at > oldest]
        left = set(messages) - set(young)
        for start in range(0, len(young), MOST_AT_ONCE):
            left |= await stay(chat, young[start : start + MOST_AT_ONCE])
        return left

    async def stay(chat: int, some: Sequence[int]) -> set[int]:
        """Delete *some*; the ids that Telegram keeps."""
        if await delete(bot, chat, some):
            return set()
        if len(some) == 1:
            return set(some)
        half = len(some) // 2
        return await stay(chat, some[:half]) | await stay(chat, some[half:])

    return sweep
