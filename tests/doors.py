"""A door on a sandbox for the tests: everything real, and hands that act only when told."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import randbelow
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from pydantic import SecretStr

from bot import door_slim, front_door, news
from bot.alarm import Roll
from bot.caretaker import Caretaker
from bot.config import DoorSettings, StaffSettings
from bot.courier import Courier, Heights, Pace
from bot.demo import running
from bot.halves import open_both
from bot.receiver import Desk
from bot.sandbox.acts import perform
from bot.sandbox.chats import Chat, Json, Message, Person
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from handlers.reception import Reception
from storage.books import Store
from storage.codes import Shelf
from storage.counts import Counts
from storage.drafts import Drafts
from storage.keys import DoorKeys, write_new_keys

Below = Callable[[int], int]
WORD = "invented-heron"  # the leads' word for /alarm
CLEARED = (
    "Nothing here.\n"
    "To remove this chat and anything older in it, hold it in your chat list, then tap Delete."
)


@dataclass
class Door:
    """The door, hearing an update when `hear` is called, so that a test knows when it has."""

    base: str
    sandbox: Sandbox
    bot: Bot
    desk: Desk
    reception: Reception
    courier: Courier
    leads: list[int]
    caretaker: Caretaker

    @property
    def account(self) -> int:
        """The door's id in the sandbox."""
        return self.sandbox.bot("door").id

    def waiting(self) -> list[Json]:
        """The updates that the door has not confirmed, as Telegram sends them."""
        return self.sandbox.inboxes[self.account].ready(100, self.sandbox.now())

    async def hear(self) -> None:
        """Hear all that waits, and confirm it. Raises what a turn raises."""
        for update in self.waiting():
            await self.hear_one(update)
            self.sandbox.inboxes[self.account].begin_poll(update["update_id"] + 1)

    async def hear_one(self, update: Json) -> None:
        """Hear one update, as the receiver would."""
        slimmed = door_slim.slim(update)
        if slimmed is not None:
            await self.desk.hear([slimmed])

    def person(self, code: str = "en", number: int | None = None) -> "Guest":
        """Somebody with this language code, whose chat with the door is open."""
        person = self.sandbox.add_person("Somebody", code, number)
        self.sandbox.begin(self.account, person.id)
        return Guest(self, person)

    def unexpected(self) -> list[Any]:
        """The calls that Telegram refused and that no normal life explains."""
        return [call for call in self.sandbox.refused if not call.expected]


@dataclass
class Guest:
    """One person's hands and eyes; each act is heard at once."""

    door: Door
    who: Person

    @property
    def chat(self) -> Chat:
        chat = self.door.sandbox.private(self.door.account, self.who.id)
        assert chat
        return chat

    @property
    def shown(self) -> list[Message]:
        """All messages, oldest first."""
        return list(self.chat.messages.values())

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.shown]

    @property
    def answer(self) -> Message:
        """The door's message that changed last."""
        ours = [message for message in self.shown if message.sender == self.door.account]
        return max(ours, key=lambda message: message.version)

    def act(self, act: str, **what: Any) -> Json:
        """Do it, unheard as yet."""
        return perform(
            self.door.sandbox, {"act": act, "bot": "door", "person": self.who.id, **what}
        )

    async def do(self, act: str, **what: Any) -> Message:
        """Do it; gives the answer."""
        self.act(act, **what)
        await self.door.hear()
        return self.answer

    async def say(self, text: str) -> Message:
        return await self.do("say", text=text)

    def press_unheard(self, label: str) -> None:
        """Press the newest button with these words."""
        for message in reversed(self.shown):
            for button in (button for row in message.buttons for button in row):
                if label in button["text"]:
                    self.act("press", message=message.id, data=button["callback_data"])
                    return
        raise LookupError(label)

    async def press(self, label: str) -> Message:
        """Press the newest button with these words; gives the answer."""
        self.press_unheard(label)
        await self.door.hear()
        return self.answer

    async def press_data(self, data: str) -> Message:
        """Press a button that an older version showed."""
        self.door.sandbox.press(self.who, self.chat, self.answer, data)
        await self.door.hear()
        return self.answer

    async def walk(self, *acts: str) -> Message:
        """Press what is in brackets, type the rest; gives the last answer."""
        for act in acts:
            if act.startswith("["):
                await self.press(act[1:-1])
            else:
                await self.say(act)
        return self.answer


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message.buttons for button in row]


def copied(message: Message) -> str:
    """What its copy button copies."""
    buttons = [button for row in message.buttons for button in row]
    return str(next(one["copy_text"]["text"] for one in buttons if "copy_text" in one))


@asynccontextmanager
async def open_house(
    folder: Path, database_url: str, redis_url: str | None, clock: Callable[[], float]
) -> AsyncIterator[tuple[Sandbox, str]]:
    """Both halves at work on a sandbox, as in the demo; gives it and its address."""
    sandbox = default_sandbox(clock)
    write_new_keys(folder / "keys")
    async with serving(sandbox) as base:
        shared: dict[str, Any] = {
            "keys": folder / "keys",
            "database_url": database_url,
            "redis_url": redis_url,
            "telegram_api": base,
        }
        front = DoorSettings(door_token=SecretStr(sandbox.bot("door").token), **shared)
        token, group = SecretStr(sandbox.bot("staff").token), sandbox.group.id
        room = StaffSettings(staff_token=token, staff_chat=group, **shared)
        async with (
            open_both(front, room, sandbox.now, randbelow) as halves,
            running(*(half.run() for half in halves)),
        ):
            for half in halves:
                await half.receiver.drained.wait()
            yield sandbox, base


@asynccontextmanager
async def open_door(
    store: Store,
    drafts: Drafts,
    counts: Counts,
    keys: DoorKeys,
    below: Below,
    clock: Callable[[], float],
) -> AsyncIterator[Door]:
    """A door as bot.halves wires it, on a sandbox of its own, whose pace is no hindrance."""
    sandbox = default_sandbox(clock)
    sandbox.pace.all_a_second = 10_000
    account = sandbox.bot("door")
    async with serving(sandbox) as base:
        session = AiohttpSession(api=TelegramAPIServer.from_base(base))
        bot = Bot(account.token, session=session)
        now, heights = sandbox.now, Heights()
        sweep = front_door.sweeper(bot, now)
        shelf = Shelf(keys, below)
        reception = Reception(store, drafts, counts, keys, shelf, sweep, below, now)
        leads: list[int] = []
        desk = front_door.desk(bot, reception, heights, now, Roll(WORD, leads))
        sandbox.inboxes[account.id].allow(desk.allowed)
        kinds = news.kinds(keys, reception)
        carrier = news.DoorCarrier(bot, reception, now)
        courier = Courier("door", store, carrier, kinds, now, pace=Pace(), heights=heights)
        try:
            put_away = partial(front_door.put_away, bot)
            caretaker = Caretaker(reception, carrier, put_away, now)
            yield Door(base, sandbox, bot, desk, reception, courier, leads, caretaker)
        finally:
            await session.close()
