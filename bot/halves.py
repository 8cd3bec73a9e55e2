"""The two halves, wired: settings, a clock and dice in; a door or a staff room that runs out."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.alarm import ALARMS, Roll, Watch, beat
from bot.bot_api import BotApi
from bot.config import DoorSettings, HouseSettings, StaffSettings
from bot.courier import Courier, Heights, Pace
from bot.receiver import Desk, Receiver, Update
from handlers.hours import at
from handlers.names import new_id
from handlers.reception import Reception, Sweep
from storage.books import Store
from storage.codes import Shelf
from storage.counts import open_counts
from storage.down import Down
from storage.drafts import open_drafts
from storage.keys import DoorKeys, read_door_keys, read_staff_keys

log = logging.getLogger(__name__)

Clock = Callable[[], float]
Below = Callable[[int], int]
SWEEP_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Half:
    """The door or the staff room, ready to run."""

    name: str
    courier: Courier
    receiver: Receiver
    chores: tuple[Callable[[], Coroutine[Any, Any, None]], ...]

    async def run(self) -> None:
        """Until cancelled. The receiver starts last: first what carries, then what promises."""
        be_prompt()
        async with asyncio.TaskGroup() as group:
            for chore in self.chores:
                group.create_task(chore())
            group.create_task(self.courier.run())
            group.create_task(self.receiver.run())


def be_prompt() -> None:
    """Let nobody wait for the interpreter itself.

    What is there by now stays for good: the collector need not look at it again and again. And a
    thread that reads or seals two hundred links gives the interpreter back after a millisecond.
    """
    gc.freeze()
    sys.setswitchinterval(0.001)


@asynccontextmanager
async def open_store(settings: HouseSettings) -> AsyncIterator[Store]:
    """The database, migrated; closed in the end. Raises Down."""
    store = Store(settings.database_url.get_secret_value())
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_reception(
    settings: DoorSettings,
    keys: DoorKeys,
    store: Store,
    sweep: Sweep,
    clock: Clock,
    below: Below,
    codes: int,
) -> AsyncIterator[Reception]:
    """Who hears people; lets go of the drafts and counts in the end."""
    async with AsyncExitStack() as stack:
        drafts = open_drafts(settings.redis, keys.locker(), clock)
        stack.push_async_callback(drafts.close)
        counts = open_counts(settings.redis, clock)
        stack.push_async_callback(counts.close)
        shelf = Shelf(keys, below, codes)
        yield Reception(store, drafts, counts, keys, shelf, sweep, below, clock)


@asynccontextmanager
async def open_door(
    settings: DoorSettings,
    clock: Clock,
    below: Below,
    heard: Callable[[], None] = lambda: None,
    codes: int = 100,
) -> AsyncIterator[Half]:
    """The door, with up to *codes* case numbers prepared ahead.

    *heard* is called after each turn, so that a courier near by can be poked.
    """
    # aiogram takes two seconds to import: only the door pays them.
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    from bot import caretaker, front_door, news, profile

    keys = read_door_keys(settings.keys)
    token = settings.door_token.get_secret_value()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        api = await stack.enter_async_context(BotApi(token, settings.api))
        server = TelegramAPIServer.from_base(settings.api)
        session = AiohttpSession(api=server, timeout=front_door.ANSWER_SECONDS)
        stack.push_async_callback(session.close)
        bot = Bot(token, session=session)
        sweep = front_door.sweeper(bot, clock)
        opening = open_reception(settings, keys, store, sweep, clock, below, codes)
        reception = await stack.enter_async_context(opening)
        heights = Heights()
        carrier = news.DoorCarrier(bot, reception, clock)
        courier = Courier(
            "door",
            store,
            carrier,
            news.kinds(keys, reception),
            clock,
            pace=Pace(),
            heights=heights,
        )
        roll = Roll(settings.alarm_word.get_secret_value(), settings.alarm_chats)
        desk = front_door.desk(bot, reception, heights, clock, roll)
        receiver = Receiver(api, then(desk, heard), store, clock)
        cry = front_door.crier(bot, roll.chats, reception.today)
        watch = Watch("staff", store, lambda what: cry(ALARMS["staff", what]), clock)
        chores = (
            reception.shelf.fill,
            lambda: keep_house(store, clock),
            lambda: beat("door", store, lambda: receiver.listened, clock),
            *((watch.run,) if roll.chats else ()),
            lambda: profile.introduce(api, reception.today()),
            caretaker.Caretaker(reception, carrier, partial(front_door.put_away, bot), clock).run,
        )
        yield Half("door", courier, receiver, chores)


@asynccontextmanager
async def open_staff(
    settings: StaffSettings,
    clock: Clock,
    below: Below,
    heard: Callable[[], None] = lambda: None,
) -> AsyncIterator[Half]:
    """The staff room. *heard* is called after each turn."""
    from bot.staff_room import open_staff_room

    keys = read_staff_keys(settings.keys)
    token = settings.staff_token.get_secret_value()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        api = await stack.enter_async_context(BotApi(token, settings.api))
        drafts = open_drafts(settings.redis, keys.locker(), clock, prefix="staff")
        stack.push_async_callback(drafts.close)
        room = await stack.enter_async_context(
            open_staff_room(
                token,
                settings.api,
                settings.staff_chat,
                settings.staff_topic,
                store,
                drafts,
                keys,
                clock,
                partial(new_id, below),
                kept_for=settings.keep_closed,
                organisation=settings.in_whose_name,
            )
        )
        receiver = Receiver(api, then(room.desk, heard), store, clock)
        watch = Watch("door", store, partial(tell_group, store, clock), clock)
        chores = (
            lambda: keep_house(store, clock),
            lambda: beat("staff", store, lambda: receiver.listened, clock),
            watch.run,
            room.rounds.run,
        )
        yield Half("staff", room.courier, receiver, chores)


@asynccontextmanager
async def open_both(
    door: DoorSettings, staff: StaffSettings, clock: Clock, below: Below, codes: int = 100
) -> AsyncIterator[tuple[Half, Half]]:
    """The staff room and the door in one process; what one writes, the other's courier sees."""
    couriers: list[Courier] = []

    def poke() -> None:
        for courier in couriers:
            courier.poke()

    async with (
        open_staff(staff, clock, below, poke) as room,
        open_door(door, clock, below, poke, codes) as front,
    ):
        couriers += [room.courier, front.courier]
        yield room, front


def then(desk: Desk, after: Callable[[], None]) -> Desk:
    """The same desk, which tells when it has heard something."""

    async def hear(line: Sequence[Update]) -> int:
        heard = await desk.hear(line)
        after()
        return heard

    return replace(desk, hear=hear)


async def tell_group(store: Store, clock: Clock, what: str) -> None:
    """Let the staff courier tell the group what is wrong with the door. Raises Down."""
    async with store.begin() as books:
        now = at(clock())
        await books.outbox.put("staff", "alarm", key="alarm", body={"what": what}, due=now)


async def keep_house(store: Store, clock: Clock) -> None:
    """Once an hour, forget what has had its time."""
    while True:
        try:
            async with store.begin() as books:
                await books.sweep(at(clock()))
        except Down:
            log.warning("sweeping waits for the database")
        await asyncio.sleep(SWEEP_SECONDS)
