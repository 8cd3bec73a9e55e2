"""The staff room on Telegram, with python-telegram-bot: cards in the group, cases in private."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from telegram import Update
from telegram.ext import Application, ApplicationBuilder

from bot import staff_slim
from bot.archivist import Archivist
from bot.bot_api import BotApi
from bot.clerk import Clerk, Room
from bot.courier import Courier, Heights, Pace
from bot.hall import NOBODY, Hall
from bot.herald import Herald
from bot.inspector import Inspector
from bot.lender import Lender
from bot.members import Members
from bot.menu import Menu
from bot.noticeboard import Noticeboard
from bot.parcels import Kind
from bot.postman import Postman
from bot.prompter import Prompter
from bot.publisher import Publisher
from bot.receiver import Desk
from bot.rounds import Rounds
from bot.rush import Rush
from bot.slim import Update as Raw
from bot.slim import lane_of, part_of
from bot.trouble import Unanswered
from handlers import staff
from handlers.casebook import Casebook
from handlers.casework import KEPT_FOR
from handlers.drafting import Organisation
from handlers.guestbook import Guestbook
from handlers.spoken import Answer
from handlers.staff import Screen
from handlers.talk import Say
from storage.books import Store
from storage.down import Down
from storage.drafts import Drafts
from storage.keys import StaffKeys

SOUNDING = Answer("…")
Telephone = Application[Any, Any, Any, Any, Any, Any]


class Switchboard(Telephone):
    """An application that does not swallow what goes wrong, so that the receiver tries again."""

    async def process_error(
        self, update: object, error: Exception, job: object = None, coroutine: object = None
    ) -> NoReturn:
        """Raise *error*."""
        raise error


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """The staff bot: what the receiver needs, and the courier and rounds to run beside it."""

    desk: Desk
    courier: Courier
    rounds: Rounds


@asynccontextmanager
async def open_staff_room(
    token: str,
    api: str,
    chat: int,
    topic: int | None,
    store: Store,
    drafts: Drafts,
    keys: StaffKeys,
    clock: Callable[[], float],
    new_id: Callable[[], str],
    pace: Pace | None = None,
    kept_for: timedelta = KEPT_FOR,
    organisation: Organisation | None = None,
) -> AsyncIterator[StaffRoom]:
    """Call Telegram once (getMe), and put the staff room together.

    *api* is the Bot API's base address; *chat* and *topic* say where the cards go; *clock* gives
    unix seconds, *new_id* 32 random hex digits; closed cases stay *kept_for*. *organisation*: in
    whose name platforms are asked.
    """
    builder = ApplicationBuilder().application_class(Switchboard).token(token)
    app = builder.base_url(f"{api}/bot").updater(None).job_queue(None).build()
    async with app, BotApi(token, api) as line:
        room, heights = Room(chat, topic, app.bot.username), Heights()
        clerk, postman = Clerk(room, keys), Postman(app.bot)
        courier = Courier(
            "staff",
            store,
            postman,
            {**clerk.kinds(), **other_kinds(room, keys, organisation)},
            clock,
            pace=pace or Pace(),
            heights=heights,
            minimal=clerk.minimal,
            moved=clerk.moved,
            rush=Rush(),
            sounding=SOUNDING,
        )
        casebook = Casebook(store, drafts, keys, new_id, kept_for)
        members = Members(app.bot, room, clock)
        book, poke = Guestbook(store), courier.poke
        inspector = Inspector(line, app.bot.id, room, book, poke, clock)
        hall = Hall(
            app.bot.id,
            room,
            casebook,
            members,
            postman,
            heights,
            poke,
            clock,
            inspector,
            book,
        )
        app.add_handlers(hall.handlers())
        menu = Menu(app.bot, room, clock)
        await menu.keep()
        archivist = Archivist(store, kept_for)
        rounds = Rounds(casebook, archivist, members, inspector, menu, poke, clock)
        yield StaffRoom(desk(app, hall), courier, rounds)


def other_kinds(
    room: Room, keys: StaffKeys, organisation: Organisation | None = None
) -> dict[str, Kind]:
    """The letters of the staff lane beside the clerk's."""
    writers = (
        Herald(room),
        Prompter(keys),
        Lender(keys, organisation),
        Noticeboard(room),
        Publisher(),
    )
    return {name: kind for writer in writers for name, kind in writer.kinds().items()}


def desk(app: Telephone, hall: Hall) -> Desk:
    """What the receiver needs of the staff room."""
    told: set[int] = set()

    async def hear(line: Sequence[Raw]) -> int:
        raw = line[0]
        if raw.keys() & {"chat_member", "my_chat_member"}:
            change = part_of(raw)
            user, inside = change["user"], change["inside"]
            await hall.changed(change["chat"]["id"], user, inside, change.get("bot", ""))
            return 1
        try:
            await app.process_update(Update.de_json(raw, app.bot))
        except Unanswered:
            raise
        except Down:
            if raw["update_id"] not in told:
                told.add(raw["update_id"])
                await tell(raw, staff.NOT_YET, staff.NOT_YET)
            raise
        told.discard(raw["update_id"])
        return 1

    async def tell(raw: Raw, said: Say, pressed: Say) -> None:
        """In private or on the press; the group is spoken to by the courier alone."""
        update = Update.de_json(raw, app.bot)
        user = update.effective_user
        if user is None or user.id in NOBODY:
            return
        by = hall.act_of(user, update.update_id, 0).by
        if update.callback_query:
            await hall.settle(update.callback_query, by, pressed)
        elif update.effective_chat and update.effective_chat.type == "private":
            await hall.show(by, Screen((said,)))

    async def sorry(raw: Raw) -> None:
        slimmed = staff_slim.slim(raw)
        if slimmed and not slimmed.keys() & {"chat_member", "my_chat_member"}:
            await tell(slimmed, staff.UNREADABLE, staff.PRESS_AGAIN)

    kinds = tuple(staff_slim.KINDS)
    return Desk("staff", kinds, staff_slim.slim, lane_of, hear, sorry)
