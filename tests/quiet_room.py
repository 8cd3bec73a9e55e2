"""A staff room that hears and delivers only when it is told to: no task runs beside the test.

The hall, the library, the courier and the small Telegram are the real ones.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bot import staff_slim
from bot.sandbox.chats import BotAccount, Chat, Message, Person
from bot.sandbox.entities import marked
from bot.sandbox.limits import Pace as Limits
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from bot.staff_room import StaffRoom, open_staff_room
from storage.books import Store
from storage.drafts import MemoryDrafts
from tests.cases import Keys
from tests.conftest import Clock
from tests.shift import IN_MEMORY, AtOnce


@dataclass
class QuietRoom:
    """The room, and a hand on everything around it."""

    sandbox: Sandbox
    room: StaffRoom
    store: Store
    keys: Keys
    clock: Clock
    drafts: MemoryDrafts
    bot: BotAccount

    async def hear(self) -> None:
        """All that Telegram has for the bot."""
        inbox = self.sandbox.inboxes[self.bot.id]
        while inbox.waiting:
            slimmed = self.room.desk.slim(inbox.waiting.popleft().as_json())
            if slimmed is not None:
                await self.room.desk.hear([slimmed])

    async def deliver(self) -> None:
        """The courier goes until nothing is due."""
        for _ in range(8):
            if not await self.room.courier.round():
                return

    def chat(self, who: Person) -> Chat:
        """Somebody's private chat with the bot."""
        return self.sandbox.begin(self.bot.id, who.id)

    def shown(self, chat: Chat, text: str = "zz") -> Message:
        """A message of the bot's that lies in a chat already."""
        return self.sandbox.post(chat, Message(self.bot.id, text))

    async def press(self, who: Person, chat: Chat, data: str) -> Message:
        """Press a button that tells the bot *data*; gives the message it stood on."""
        message = self.shown(chat)
        self.sandbox.press(who, chat, message, data)
        await self.hear()
        return message

    async def say(self, who: Person, chat: Chat, text: str, channel: bool = False) -> Message:
        """Write, in the name of a channel if so."""
        hidden = chat.bot is None and who.id in chat.anonymous
        draft = Message(
            who.id,
            text,
            marked(text, []),
            anonymous=hidden,
            channel={"id": -1009999999999, "type": "channel", "title": "zz"} if channel else None,
        )
        sent = self.sandbox.post(chat, draft)
        await self.hear()
        return sent

    def person(self, name: str) -> Person:
        """Somebody by name."""
        (found,) = [one for one in self.sandbox.people() if one.name == name]
        return found


async def prepare(path: Path) -> None:
    """Books in which nothing is written yet, in a file that can be copied into memory."""
    store = Store(f"sqlite+aiosqlite:///{path}")
    await store.prepare()
    await store.close()
    with closing(sqlite3.connect(path)) as books:
        books.execute("PRAGMA journal_mode = delete")  # in memory there is no other file


def in_memory(path: Path) -> tuple[Store, sqlite3.Connection]:
    """A copy of books that no disk makes wait, and a connection that looks at it from outside."""
    name = f"/{uuid4().hex}"
    outside = sqlite3.connect(f"file:{name}?{IN_MEMORY}", uri=True)
    with closing(sqlite3.connect(path)) as books:
        books.backup(outside)
    return Store(f"sqlite+aiosqlite:///file:{name}?{IN_MEMORY}&uri=true"), outside


@asynccontextmanager
async def open_quiet_room(store: Store, keys: Keys, clock: Clock) -> AsyncIterator[QuietRoom]:
    """In the end, that Telegram found nothing wrong with it."""
    sandbox = default_sandbox(clock)
    bot = sandbox.bot("staff")
    drafts = MemoryDrafts(keys.staff.locker(), sandbox.now)
    async with (
        serving(sandbox) as base,
        open_staff_room(
            bot.token,
            base,
            sandbox.group.id,
            None,
            store,
            drafts,
            keys.staff,
            sandbox.now,
            lambda: uuid4().hex,
            pace=AtOnce(),
        ) as room,
    ):
        sandbox.inboxes[bot.id].allow(staff_slim.KINDS)
        sandbox.pace = Limits(10**6, 10**6)  # no second passes between two presses here
        yield QuietRoom(sandbox, room, store, keys, clock, drafts, bot)
        assert [one for one in sandbox.refused if not one.expected] == []
