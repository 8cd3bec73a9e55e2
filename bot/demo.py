"""The demo: a small Telegram, the door and the staff room in one process, kept in one folder."""

import asyncio
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot import tour as tours
from bot.config import DoorSettings, StaffSettings
from bot.halves import Below, Clock, open_both
from bot.sandbox.kept import keep, kept_sandbox
from bot.sandbox.server import LOOPBACK, serving
from bot.trouble import Trouble
from handlers.drafting import Organisation
from locales import LANGUAGES
from storage.keys import KeysExist, write_new_keys

KEYS, WORLD, LOCK = "keys", "telegram.json", "lock"
INVENTED = Organisation("Lantern House (demo)", "removals@example.org", "Z. Z. Invented, Lead")
CODES = 4  # a demo files few reports, and each number costs a fifth of a second to prepare

Say = Callable[[str], None]

WHAT_TO_TRY = """
Open {url}

What to try there:
  1. On the Cantonese phone press Start, 呢件事發生喺我身上, 舉報連結, and paste a few messy links.
  2. Answer the questions, press Send, and keep the sixteen digits.
  3. In the staff group press Take, then Open: the private chat opens.
     Show links, Draft a request for them, then Record one of them as removed.
  4. On the phone ask with the sixteen digits: 1 of 3 is removed.

Both halves lie on this one machine, which in earnest they must not.
Ctrl-C stops. All is kept in {folder}/ until `--fresh` forgets it.
"""


def forget(folder: Path) -> None:
    """Forget all that earlier demos kept. Raises Trouble where *folder* is no demo's own."""
    if folder.exists() and not {KEYS, WORLD} & {path.name for path in folder.iterdir()}:
        raise Trouble(f"{folder} holds no demo: it is left as it is.")
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep *folder* for this process. Raises Trouble where another demo has it."""
    # A file lock that every system has, and that ends with its process.
    with closing(sqlite3.connect(folder / LOCK, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise Trouble(
                f"A demo is already running on {folder}. Stop it, or give this one --folder."
            ) from None
        yield


def prepare(folder: Path, say: Say) -> None:
    """The folder and the keys, made on the first run."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_new_keys(folder / KEYS)
        say("    new keys")
    except KeysExist:
        say("    yesterday's keys are still here")


async def play(folder: Path, port: int, fresh: bool, clock: Clock, below: Below, say: Say) -> None:
    """The demo until it is cancelled; *fresh* forgets earlier ones first."""
    if fresh:
        forget(folder)
    async with playing(folder, port, clock, below, say) as url:
        say(WHAT_TO_TRY.format(url=url, folder=folder))
        await asyncio.get_running_loop().create_future()


async def tour(clock: Clock, below: Below, today: date, say: Say) -> None:
    """One whole case in each language, in a folder of its own. Raises Missing."""
    with TemporaryDirectory() as folder:
        async with (
            playing(Path(folder), 0, clock, below, say) as url,
            aiohttp.ClientSession() as http,
        ):
            for language in LANGUAGES:
                await tours.play(http, url, language, today, say)
    say("\nThe tour is over: all was seen.")


@asynccontextmanager
async def playing(
    folder: Path, port: int, clock: Clock, below: Below, say: Say
) -> AsyncIterator[str]:
    """Start everything, each step said; gives the page's address. Stops it all, and keeps it.

    Raises KeysUnreadable, Down, OSError.
    """
    say("1/4 the keys")
    prepare(folder, say)
    say("2/4 the sandbox Telegram")
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(folder))
        sandbox = stack.enter_context(kept_sandbox(folder / WORLD, clock))
        base = await stack.enter_async_context(serving(sandbox, free(port)))
        shared: dict[str, Any] = {
            "keys": folder / KEYS,
            "database_url": f"sqlite+aiosqlite:///{folder / 'front-door.db'}",
            "redis_url": None,
            "telegram_api": base,
        }
        door = DoorSettings(door_token=SecretStr(sandbox.bot("door").token), **shared)
        staff = StaffSettings(
            staff_token=SecretStr(sandbox.bot("staff").token),
            staff_chat=sandbox.group.id,
            organisation=INVENTED.name,
            email=INVENTED.email,
            signature=INVENTED.signature,
            **shared,
        )
        say("3/4 the door and the staff room")
        halves = await stack.enter_async_context(open_both(door, staff, sandbox.now, below, CODES))
        say("4/4 their first look at Telegram")
        works = [half.run() for half in halves]
        async with running(*works, keep(sandbox, folder / WORLD)):
            for half in halves:
                await half.receiver.drained.wait()
            yield base


def free(port: int) -> int:
    """*port*, or 0 (any) where somebody listens there already."""
    with socket.socket() as probe:
        return 0 if probe.connect_ex((LOOPBACK, port)) == 0 else port


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Works going on side by side until left; one that falls takes all down."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()
