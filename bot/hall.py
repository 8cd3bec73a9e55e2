"""The hall: hears the staff group and the private chats of caseworkers, and answers them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Message, Update, User
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter
from telegram.ext import CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.clerk import Room, moment, spoken
from bot.courier import Heights
from bot.inspector import Inspector
from bot.members import Members
from bot.parcels import Done, Gone, NotThere, Outcome, Parcel, Same, Wrong
from bot.postman import Postman
from bot.trouble import Unanswered
from handlers import commands, staff
from handlers import room as rooms
from handlers.casebook import Casebook
from handlers.casework import Act
from handlers.guestbook import Guestbook
from handlers.hours import HONG_KONG
from handlers.links import Entity, find
from handlers.staff import Caseworker, Screen
from handlers.talk import Say
from locales import language_of

ANONYMOUS = 1087968824  # GroupAnonymousBot, in place of an administrator who remains anonymous
NOBODY = frozenset({ANONYMOUS, 136817688, 777000})  # and of a channel, and Telegram itself
COMMAND = re.compile(r"/([a-z]+)(?:@(\w+))?(?:\s+(\S.*))?", re.DOTALL)
PAYLOAD = re.compile(r"case_([0-9a-f]{32})")
ON_A_CARD = re.compile(r"(take|accept):([0-9a-f]{32}):0:")
KNOW = re.compile(r"know:([0-9a-f]{8})")
QUEUE = re.compile(r"queue:([0-9]{1,4})")
LEAF = re.compile(r"leaf:([0-9a-f]{32}):([0-9]{1,4})")
AT_A_GLANCE = 80  # letters read before a toast is gone; what is longer waits for a tap


class NotAccepted(Exception):
    """Telegram finds an answer of ours wrong: a fault of this house."""


class Hall:
    """Hears the group and the private chats, and answers; it has no opinion about cases."""

    def __init__(
        self,
        bot: int,
        room: Room,
        casebook: Casebook,
        members: Members,
        postman: Postman,
        heights: Heights,
        poke: Callable[[], None],
        clock: Callable[[], float],
        inspector: Inspector,
        book: Guestbook,
    ) -> None:
        self.inspector, self.book = inspector, book
        self.bot, self.room, self.casebook, self.members = bot, room, casebook, members
        self.postman, self.heights, self.poke, self.clock = postman, heights, poke, clock

    def handlers(self) -> list[Any]:
        """What hears what."""
        typed = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
        return [
            CallbackQueryHandler(self.pressed),
            MessageHandler(typed, self.typed),
            MessageHandler(filters.ChatType.GROUPS, self.overheard),
        ]

    # The group

    async def overheard(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command is answered through the courier; words about a case are taken away."""
        message = update.effective_message
        if message is None or message.chat.id != self.room.chat:
            return
        self.heights.seen(message.chat.id, message.message_id)
        await self._rearranged(message)
        match = self._command(message)
        if match and update.message and (not match[3] or match[1] in ("duty", "figures")):
            await self._asked(update.update_id, message, match[1], match[3] or "")
        elif await self._about_a_case(message):
            await self.casebook.send_away(
                message.chat.id, message.message_id, update.update_id, self.now()
            )
        self.poke()

    async def _asked(self, update: int, message: Message, what: str, rest: str) -> None:
        if what not in (*commands.COMMANDS, "start"):
            return
        user = message.from_user
        if user is None or message.sender_chat or user.id in NOBODY:
            hidden = user is not None and user.id == ANONYMOUS
            who = "hidden" if hidden else "yourself"
            nobody = Caseworker(0, "", None)
            await self.casebook.answer_group(nobody, who, update, self.now())
            return
        act, refused = await self._let_in(self.act_of(user, update, message.message_id))
        if refused is not None:
            return
        if what == "room":
            await self.inspector.look(update)
            return
        if what in ("freeze", "thaw"):
            await self.casebook.freeze(act, what == "freeze", there=True)
            what = "leads only"  # for anybody else: this update of a lead's has its answer
        elif rest in ("on", "off"):
            await self.casebook.duty(act, rest == "on")
        await self.casebook.answer_group(act.by, what, update, self.now())

    async def _rearranged(self, message: Message) -> None:
        """A bot joined, or messages now go after another time."""
        for user in message.new_chat_members:
            await self.inspector.meet(user.id, user.full_name, True)
        if message.message_auto_delete_timer_changed:
            self.inspector.want()

    async def _about_a_case(self, message: Message) -> bool:
        """A reply to one of our messages, a link, or the name of an open case."""
        replied = message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == self.bot:
            return True
        text = message.text or message.caption or ""
        return bool(find(text, entities_of(message))) or await self.casebook.is_about_a_case(text)

    async def changed(self, chat: int, user: int, inside: bool, bot: str = "") -> None:
        """Somebody's membership changed; who is out of the group loses their cases at once.

        *bot*: the name of a bot; "" for a person.
        """
        self.members.forget(user)
        if chat != self.room.chat:
            return
        if not inside:
            await self.casebook.let_go(user, self.now())
            self.poke()
        if bot:
            await self.inspector.meet(user, bot, inside)
        self.inspector.want()

    # The private chats

    async def typed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command, or the words that were asked for."""
        message = update.effective_message
        if message is None or message.from_user is None:
            return
        self.heights.seen(message.chat.id, message.message_id)
        act = self.act_of(message.from_user, update.update_id, message.message_id)
        act, refused = await self._let_in(act)
        by = act.by
        if by.leads:
            await self.casebook.reach(by)
        if refused:
            await self.show(by, Screen((refused,)))
        elif match := self._command(message):
            await self.show(by, await self._commanded(act, message, match[1], match[3] or ""))
        elif not message.text:
            await self.show(by, await self.casebook.throw_out(act))
        else:
            screen, on = await self.casebook.type(act, message.text)
            await self.show(by, screen, on)
        self.poke()

    async def _commanded(self, act: Act, message: Message, what: str, rest: str) -> Screen:
        payload = PAYLOAD.fullmatch(rest)
        match what:
            case "start" if payload:
                return await self.casebook.press(act, staff.press("panel", payload[1]))
            case "queue" | "mine":
                return await self.casebook.listed(act, what)
            case "case" if rest:
                return await self.casebook.named(act, rest)
            case "family":
                return await self.casebook.family(act, rest)
            case "find" if links := find(message.text or "", entities_of(message)):
                return await self.casebook.with_link(act, links)
            case "freeze" | "thaw":
                return await self.casebook.freeze(act, what == "freeze")
            case "room":
                return rooms.screen(await self.inspector.look(), private=True)
            case "figures":
                return await self.casebook.figures(act, rest)
            case "duty" if rest in ("on", "off", ""):
                return await self.casebook.duty(act, rest == "on" if rest else None)
            case _:
                return commands.private_help(act.by.leads)

    # Presses

    async def pressed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Cards and the digest in the group, all else in private; the press is answered last."""
        query = update.callback_query
        if query is None or query.message is None:
            return
        act = self.act_of(query.from_user, update.update_id, query.message.message_id)
        act, said = await self._let_in(act)
        in_group = query.message.chat.id == self.room.chat
        if said == staff.OUTSIDER and not in_group:
            # What a former caseworker still had on the screen goes too.
            await self.redraw(act.by, act.message, Screen((said,)))
        elif said is None and in_group:
            said = await self._take(act, query.data or "")
        elif said is None and query.message.chat.id != act.by.id:
            said = staff.NOT_MINE  # the group under a number we do not know yet
        elif said is None:
            said = await self._press(act, query.data or "")
        self.poke()
        await self.settle(query, act.by, said)

    async def _let_in(self, act: Act) -> tuple[Act, Say | None]:
        """The act of a member, who may lead the group; or why they may not act now."""
        if act.by.id in NOBODY:
            return act, staff.YOURSELF
        membership = await self.members.of(act.by.id)
        if not membership.inside:
            return act, staff.OUTSIDER
        act = replace(act, by=replace(act.by, leads=membership.leading))
        return act, staff.HIDDEN if membership.hidden else None

    async def _take(self, act: Act, name: str) -> Say | None:
        if known := KNOW.fullmatch(name):
            return await self.book.know(act, known[1])
        if match := LEAF.fullmatch(name):
            await self.casebook.turn(act, match[1], int(match[2]))
            return None
        match = ON_A_CARD.fullmatch(name)
        if match is None:
            return staff.NOT_MINE
        if match[1] == "accept":
            return await self.casebook.accept(act, match[2])
        return await self.casebook.take(act.by, match[2], act.update, act.now)

    async def _press(self, act: Act, name: str) -> Say | None:
        if match := QUEUE.fullmatch(name):
            screen = await self.casebook.listed(act, "queue", int(match[1]))
        else:
            screen = await self.casebook.press(act, name)
        return None if await self.redraw(act.by, act.message, screen) else staff.GONE

    async def settle(self, query: CallbackQuery, by: Caseworker, said: Say | None) -> None:
        """Answer the press; one that is too old is nobody's fault."""
        text = spoken(Screen((said,)), by.language, self.now()).text if said else None
        try:
            await query.answer(text, show_alert=len(text or "") > AT_A_GLANCE)
        except (BadRequest, Forbidden):
            return
        except (NetworkError, RetryAfter) as error:
            raise Unanswered(type(error).__name__) from None

    # Showing

    async def show(self, by: Caseworker, screen: Screen, on: int = 0) -> None:
        """Redraw message *on*, or send a new one. Raises Unanswered."""
        if on and await self.redraw(by, on, screen):
            return
        outcome = await self.postman.send(self._parcel(by, screen))
        if arrived(outcome) and isinstance(outcome, Done):
            self.heights.sent(by.id, outcome.message)

    async def redraw(self, by: Caseworker, message: int, screen: Screen) -> bool:
        """Whether *message* shows *screen* now; False where it is gone. Raises Unanswered."""
        return arrived(await self.postman.edit(message, self._parcel(by, screen)))

    def _parcel(self, by: Caseworker, screen: Screen) -> Parcel:
        answer = spoken(screen, by.language, self.now())
        return Parcel(by.id, answer, protect=screen.protect)

    # Who and when

    def now(self) -> datetime:
        """The time, in UTC."""
        return moment(self.clock)

    def act_of(self, user: User, update: int, message: int) -> Act:
        """An act of *user*, now; whether they may is not looked at."""
        by = Caseworker(user.id, user.full_name, language_of(user.language_code))
        now = self.now()
        return Act(by, update, message, now, now.astimezone(HONG_KONG))

    def _command(self, message: Message) -> re.Match[str] | None:
        match = COMMAND.fullmatch(message.text or "")
        ours = match and match[2] in (None, self.room.username)
        return match if ours else None


def entities_of(message: Message) -> tuple[Entity, ...]:
    """The marks on a message's words, as links are found by."""
    return tuple(
        Entity(str(part.type), part.offset, part.length, part.url or "")
        for part in message.entities or message.caption_entities
    )


def arrived(outcome: Outcome) -> bool:
    """True: it is on the screen. False: there is no such message, or no such chat any more."""
    match outcome:
        case Done() | Same():
            return True
        case NotThere() | Gone():
            return False
        case Wrong(why):
            raise NotAccepted(why)
        case _:
            raise Unanswered("no answer from Telegram")
