"""One whole case during which one half of the house is killed at one moment, and what must hold.

Telegram, the door and the staff room are three processes, forked from one that has imported
everything, so that a start costs no two seconds.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr
from sqlalchemy import Table, func, select

from bot.bot_api import BotApi
from bot.config import DoorSettings, StaffSettings
from bot.sandbox import phone
from bot.sandbox.phone import Phone, Shown, add_person, state
from bot.sandbox.telegram import default_sandbox
from bot.tour import Hand, asks, code_of, code_on, copied, opens
from handlers import report
from handlers.desk import NO_NOTE
from handlers.doors import MINE, REPORT_LINKS
from handlers.spoken import Voice
from handlers.talk import Say
from storage import tables
from storage.books import Books, Store
from storage.codes import stretch
from storage.keys import read_door_keys, write_new_keys
from tests import crash

TODAY = date(2026, 11, 24)
LEASE = 31.0  # seconds after which a letter that a dead courier had is anybody's
PATIENCE = 60.0  # seconds until a process that should end is given up

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash", "bot.news", "bot.staff_room"])

LINKS = ("t.me/zz_invented_demo_ch/1042 please help", "lihkg.com/thread/99000001/page/1")


@dataclass(frozen=True, slots=True)
class Kill:
    """Which half dies at which seam, and what somebody is doing then.

    *point*: as in the list of crash points; *act*: one of those in `Story`.
    """

    point: str
    half: str
    seam: str
    act: str
    redis: bool = False

    def __str__(self) -> str:
        return f"{self.seam} at {self.act}{', drafts in Redis' if self.redis else ''}"

    @property
    def loses_the_draft(self) -> bool:
        """Drafts in memory die with the door, unless by then they were a case."""
        kept = self.redis or (self.act == "send" and self.seam not in ("C7", "C11"))
        return self.half == "door" and not kept and self.act != "one more word"


KILLS = (
    Kill("C5", "door", "C5", "a link"),
    Kill("C5", "door", "C5", "send"),
    Kill("C5", "door", "C5", "a link", redis=True),
    Kill("C5", "door", "C5", "send", redis=True),
    Kill("C5", "door", "C5 saved", "a link", redis=True),
    Kill("C5", "door", "C5 saved", "send", redis=True),
    Kill("C6", "door", "answer shown", "a link"),
    Kill("C6", "door", "answer shown", "a link", redis=True),
    Kill("C7", "door", "C7", "send"),
    Kill("C11", "door", "C11", "send"),
    Kill("C13", "door", "C13", "send"),
    Kill("C13", "door", "C13", "send", redis=True),
    Kill("C15", "door", "answer shown", "send"),
    Kill("C17", "door", "C17", "one more word"),
    Kill("C18", "staff", "C18", "send"),
    Kill("C19", "staff", "C19", "send"),
    Kill("C20", "staff", "C20", "send"),
    Kill("C25", "staff", "C25", "take"),
    Kill("C28", "staff", "C28", "show links"),
    Kill("C28", "staff", "C28 committed", "show links"),
)


@dataclass
class World:
    """Three processes and a folder."""

    folder: Path
    base: str
    http: aiohttp.ClientSession
    door: DoorSettings
    staff: StaffSettings
    ahead: float = 0.0
    running: dict[str, ForkServerProcess] = field(default_factory=dict)

    def start(self, half: str) -> None:
        """A new process; after a death of the courier's, when what it had leased is free."""
        settings, run = (self.door, crash.door) if half == "door" else (self.staff, crash.staff)
        self.running[half] = forked(run, self.folder, settings, self.ahead)

    def arm(self, kill: Kill) -> None:
        crash.Fuse(self.folder / crash.ARMED, kill.half).arm(kill.seam)

    async def dies(self, half: str) -> None:
        """Wait until it is killed."""
        ended = await over(self.running.pop(half))
        assert ended == -signal.SIGKILL, f"the {half} ended by itself: {ended}"
        self.ahead += LEASE if half == "staff" else 0

    async def rest(self, *halves: str) -> None:
        """Let them do what is left to do, and end."""
        for half in halves:
            self.running[half].terminate()
        for half in halves:
            ended = await over(self.running.pop(half))
            assert ended == 0, f"the {half} did not end well: {ended}"

    def end(self) -> None:
        """Whatever still runs, runs no more."""
        for process in self.running.values():
            process.kill()


def forked(run: Callable[..., None], *given: Any) -> ForkServerProcess:
    process = FORKS.Process(target=run, args=given, daemon=True)
    process.start()
    return process


async def over(process: ForkServerProcess) -> int | None:
    """The exit code, once it is over; minus a signal's number."""
    await asyncio.to_thread(process.join, PATIENCE)
    return process.exitcode


@asynccontextmanager
async def world(
    folder: Path, redis_url: str | None = None, database_url: str = ""
) -> AsyncIterator[World]:
    """Telegram, the door and the staff room, begun; killed in the end, if they still are."""
    write_new_keys(folder / "keys")
    ours, theirs = FORKS.Pipe(duplex=False)
    sandbox = forked(crash.telegram, theirs)
    async with AsyncExitStack() as stack:
        stack.callback(sandbox.kill)
        base = await asyncio.to_thread(ours.recv)
        names = default_sandbox(lambda: 0.0)  # the same bots and the same group
        shared: dict[str, Any] = {
            "keys": folder / "keys",
            "database_url": database_url or f"sqlite+aiosqlite:///{folder / 'books.db'}",
            "redis_url": redis_url,
            "telegram_api": base,
        }
        door = DoorSettings(door_token=SecretStr(names.bot("door").token), **shared)
        token = SecretStr(names.bot("staff").token)
        staff = StaffSettings(staff_token=token, staff_chat=names.group.id, **shared)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        here = World(folder, base, http, door, staff)
        stack.callback(here.end)
        here.start("door")
        here.start("staff")
        yield here


# The story

Seen = Callable[[Shown], bool]
Do = Callable[[], Awaitable[Any]]


def quiet(line: str) -> None:
    """Nobody listens."""


@dataclass
class Story:
    """A person reports, a caseworker takes the case and looks at it; *kill* comes in between.

    *around*: acts during which something else happens, and what.
    """

    world: World
    kill: Kill | None
    hand: Hand
    group: Hand
    private: Hand
    around: dict[str, Callable[[Do], Awaitable[None]]] = field(default_factory=dict)
    patience: float = phone.PATIENCE

    async def play(self) -> None:
        """All of it, and all that was left to do."""
        hand, group, private = self.hand, self.group, self.private
        await self.report()
        await self.act("one more word", lambda: hand.phone.say("hello?"), self.sees(hand, code_on))
        await hand.press(report.SAVED, asks("report", "group"))
        await hand.press(report.SKIP, asks("report", "saved"))
        await self.act("take", lambda: group.press("Take"), self.sees(group, is_taken))
        card = await group.until(is_taken, "[Open]")
        await private.start(opens(card), Say(NO_NOTE))
        links = self.sees(private, lambda page: len(copied(page)) == len(LINKS))
        await self.act("show links", lambda: private.press("Show links"), links)
        await self.world.rest("door", "staff")

    async def report(self) -> None:
        """From the first word to the number and the card; again from the start if it is lost."""
        for name, do, seen in self.steps():
            if not await self.act(name, do, seen):
                return await self.report()
        take = self.group.voice.label("Take")
        await self.group.until(lambda card: take in card.labels(), f"[{take}]")
        return None

    def steps(self) -> list[tuple[str, Do, Do]]:
        """What a person does, and what they see then."""
        hand, say = self.hand, self.hand.phone.say
        kind, urgency = report.HAPPENED["shared"], report.URGENCY["now"]
        return [
            ("start", hand.phone.start, self.asked("home", "welcome")),
            ("door", lambda: hand.press(MINE), self.asked("home", "mine")),
            ("begin", lambda: hand.press(REPORT_LINKS), self.asked("report", "age")),
            ("age", lambda: hand.press(report.NO), self.asked("report", "links")),
            (
                "a link",
                lambda: say(LINKS[0]),
                self.sees(hand, lambda one: "Telegram 1" in one.text),
            ),
            (
                "a second",
                lambda: say(LINKS[1]),
                self.sees(hand, lambda one: "LIHKG 1" in one.text),
            ),
            ("links", lambda: hand.press(report.THAT_IS_ALL), self.asked("report", "happened")),
            ("kind", lambda: hand.press(kind), self.asked("report", "happened")),
            ("kinds", lambda: hand.press(report.DONE), self.asked("report", "urgency")),
            ("urgency", lambda: hand.press(urgency), self.asked("report", "note")),
            ("note", lambda: hand.press(report.SKIP), self.asked("report", "news")),
            ("news", lambda: hand.press(report.NEWS_NO), self.asked("report", "review")),
            ("send", lambda: hand.press(report.SEND), self.sees(hand, code_on)),
        ]

    async def act(self, name: str, do: Do, seen: Do) -> bool:
        """Do it, though half the house may die of it; False if the draft died too."""
        if self.kill is None or self.kill.act != name:
            await (self.around[name](do) if name in self.around else do())
            await seen()
            return True
        kill, self.kill = self.kill, None
        self.world.arm(kill)
        await do()
        await self.world.dies(kill.half)
        before = last_change(await self.hand.phone.screen())
        self.world.start(kill.half)
        if kill.loses_the_draft:
            await self.hand.phone.until(lambda screen: last_change(screen) > before, "an answer")
            await self.hand.phone.say("/stop")
            await self.sees(self.hand, bool)()
            return False
        await seen()
        return True

    def sees(self, hand: Hand, right: Seen) -> Do:
        """What the bot shows is right, and the last thing in the chat is the bot's."""
        return lambda: hand.phone.until(
            lambda screen: screen[-1].by_bot and any(map(right, hand.looks_at(screen))),
            "the right answer",
            self.patience,
        )

    def asked(self, talk: str, step: str) -> Do:
        """A question of the talk."""
        line = self.hand.voice.page((asks(talk, step),)).text
        return self.sees(self.hand, lambda one: line in one.text)


def is_taken(card: Shown) -> bool:
    return bool(opens(card))


def last_change(screen: list[Shown]) -> int:
    return max(message.version for message in screen)


async def story(world: World, kill: Kill | None) -> Story:
    """Two people of whom nobody has heard, and the staff group."""
    person = await add_person(world.http, world.base, "Robin", "en")
    worker = await add_person(world.http, world.base, "Kim", "en", caseworker=True)
    own, both = Voice("en", TODAY), Voice(None, TODAY)
    group = Hand(Phone(world.http, world.base, worker, group=True), "group", both, quiet)
    private = Hand(Phone(world.http, world.base, worker, "staff"), "private", own, quiet)
    for number in range(3):
        await group.phone.say(f"good morning {number}")
    return Story(
        world,
        kill,
        Hand(Phone(world.http, world.base, person), "person", own, quiet),
        group,
        private,
    )


# What must hold


async def broken(story: Story) -> list[str]:
    """What does not hold, once all is at rest. It should be empty."""
    world = story.world
    store = Store(world.door.database_url.get_secret_value())
    try:
        async with store.begin() as books:
            wrong = await in_the_books(story, books)
    finally:
        await store.close()
    refused = (await state(world.http, world.base))["refused"]
    wrong += [f"refused: {one}" for one in refused if not one["expected"]]
    for settings in (world.door.door_token, world.staff.staff_token):
        async with BotApi(settings.get_secret_value(), world.base) as api:
            waiting = (await api.call("getWebhookInfo"))["pending_update_count"]
            wrong += [f"{waiting} updates were never answered"] if waiting else []
    return wrong


async def in_the_books(story: Story, books: Books) -> list[str]:
    """One case, and what belongs to it, as the books and the two chats show it."""
    screen = await story.hand.phone.screen()
    codes = {code_of(message) for message in screen if code_on(message)}
    counted = {table.name: await count(books, table) for table in ONE_CASE}
    wrong = [f"{counted[t.name]} {t.name}" for t in ONE_CASE if counted[t.name] != ONE_CASE[t]]
    if len(codes) != 1:
        return [*wrong, f"{len(codes)} codes"]
    keys = read_door_keys(story.world.door.keys)
    code = codes.pop().replace(" ", "")
    case = await books.cases.by_receipt(keys.receipt(stretch(code, keys.salt)))
    if case is None:
        return [*wrong, "the code that was shown leads nowhere"]
    cards = [m for m in await story.group.phone.screen() if m.by_bot and case.name in m.text]
    post = await books.posts.get(case.id)
    if post is None or [card.id for card in cards] != [post.message]:
        wrong.append(f"{len(cards)} cards, of which the books know {post is not None}")
    if case.holder != story.private.phone.person:
        wrong.append("the case has no owner, or another one")
    done = [row.what for row in await books.audit.of(case.name)]
    return wrong if done == ["take", "reveal"] else [*wrong, f"audit: {done}"]


# What one case leaves behind, once it is shown. Of its own letters one will hide it again, and one
# ends its holder's time with it.
ONE_CASE: dict[Table, int] = {
    tables.cases: 1,
    tables.links: len(LINKS),
    tables.receipts: 1,
    tables.pending: 1,
    tables.outbox: 2,
    tables.quarantine: 0,
}


async def count(books: Books, table: Table) -> int:
    query = select(func.count()).select_from(table)
    if table is tables.outbox:
        query = query.where(table.c.case_id.is_not(None))
    return await books._connection.scalar(query) or 0
