"""Contestants in fresh processes, run by turns, and what came of it as ratios."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.gauge import pss_bytes
from benchmarks.load import Line, LoadApi, serving
from storage.keys import write_new_keys

DOOR, STAFF, GROUP = "1:door", "2:staff", -100_2000_000_001
ROOT = Path(__file__).parent.parent
Settings = dict[str, str]
Measures = Mapping[str, float]


class Fell(Exception):
    """A contestant ended by itself: nothing it measured is worth telling."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A bot in a process of its own; *watch* raises Fell should it end by itself."""

    process: Process
    watch: asyncio.Task[None]

    @property
    def pid(self) -> int:
        return self.process.pid

    async def gauge(self) -> dict[str, float]:
        """What benchmarks.gauge.telling tells: CPU seconds, and the longest hold since."""
        self.process.send_signal(signal.SIGUSR1)
        assert self.process.stdout
        told: dict[str, float] = json.loads(await self.process.stdout.readline())
        return told

    def pss(self) -> int:
        """Bytes of memory."""
        return pss_bytes(self.pid)

    async def kill(self) -> None:
        """As a machine that loses its power would."""
        self.watch.cancel()
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def running(*command: str, settings: Settings | None = None) -> AsyncIterator[Contestant]:
    """`python -m COMMAND` on the last core; we, and so the loopback API, are on the first."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, cwd=ROOT, env=os.environ | (settings or {}), stdout=PIPE
    )
    async with asyncio.TaskGroup() as group:
        contestant = Contestant(process, group.create_task(ended(process, command[0])))
        try:
            apart(process.pid)
            yield contestant
        finally:
            await contestant.kill()


async def ended(process: Process, name: str) -> None:
    """Wait for what should not happen."""
    code = await process.wait()
    raise Fell(f"{name} ended with {code}")


def apart(pid: int) -> None:
    """Let that process and this one not share a core, where there are two."""
    cores = sorted(os.sched_getaffinity(0) | os.sched_getaffinity(pid))
    if len(cores) > 1:
        os.sched_setaffinity(pid, {cores[-1]})
        os.sched_setaffinity(0, {cores[0]})


@contextmanager
def house(base: str, redis_url: str = "") -> Iterator[Settings]:
    """Settings of a new house: SQLite in a folder of its own, new keys."""
    with TemporaryDirectory() as folder:
        write_new_keys(Path(folder) / "keys")
        yield {
            "FRONT_DOOR_DOOR_TOKEN": DOOR,
            "FRONT_DOOR_STAFF_TOKEN": STAFF,
            "FRONT_DOOR_STAFF_CHAT": str(GROUP),
            "FRONT_DOOR_KEYS": f"{folder}/keys",
            "FRONT_DOOR_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/front-door.db",
            "FRONT_DOOR_REDIS_URL": redis_url,
            "FRONT_DOOR_TELEGRAM_API": base,
        }


def file_of(settings: Settings) -> str:
    """The SQLite file of a house."""
    return settings["FRONT_DOOR_DATABASE_URL"].partition("///")[2]


@asynccontextmanager
async def echoing() -> AsyncIterator[tuple[Contestant, Line]]:
    """The bare echo bot and its line."""
    async with serving() as api, running("benchmarks.echo", DOOR, api.base) as bot:
        yield bot, await listening(api)


@asynccontextmanager
async def our_door(*options: str) -> AsyncIterator[tuple[Contestant, Line]]:
    """Our door with free codes, SQLite and drafts in memory, and its line."""
    async with serving() as api:
        with house(api.base) as settings:
            async with running("benchmarks.door", *options, settings=settings) as bot:
                yield bot, await listening(api)


async def listening(api: LoadApi, token: str = DOOR) -> Line:
    """The line of a bot that has begun to poll."""
    line = api.lines[token]
    await line.polled.wait()
    return line


# A contest


@dataclass(frozen=True, slots=True)
class Contest:
    """What each contestant measured in each round."""

    rounds: tuple[Mapping[str, Measures], ...]

    def median(self, name: str, what: str) -> float:
        """The middle of what one contestant measured."""
        return statistics.median(each[name][what] for each in self.rounds)

    def ratio(self, name: str, what: str, to: str = "echo") -> float:
        """The middle of the rounds' ratios of two contestants."""
        return statistics.median(each[name][what] / each[to][what] for each in self.rounds)

    def within(self, name: str, what: str, to: str) -> float:
        """The middle of the rounds' ratios of two measures of one contestant."""
        return statistics.median(each[name][what] / each[name][to] for each in self.rounds)


async def contest(rounds: int, **contestants: Callable[[], Awaitable[Measures]]) -> Contest:
    """All contestants in each round, another one first each time."""
    names, held = list(contestants), []
    for number in range(rounds):
        turn = number % len(names)
        held.append({name: await contestants[name]() for name in names[turn:] + names[:turn]})
    return Contest(tuple(held))
