"""kill -9 at each point where a crash could hurt, many times: what is lost, what is doubled.

Each run is a world of its own: Telegram, the door and the staff room as three processes, one case
from the first word to the links on a caseworker's screen, one kill, and all that must hold then.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.sandbox.phone import NeverSeen
from bot.trouble import Trouble
from tests.servers import Missing, valkey
from tests.survival import KILLS, Kill, broken, story, world

SIDE_BY_SIDE = 4
STEPS = (
    "start",
    "door",
    "begin",
    "age",
    "a link",
    "a second",
    "links",
    "kinds",
    "urgency",
    "note",
    "news",
)
POINTS = tuple(dict.fromkeys(kill.point for kill in KILLS))


@dataclass(frozen=True, slots=True)
class Run:
    """One kill, and what did not hold after it; *seconds* on the wall clock."""

    kill: Kill
    broken: tuple[str, ...]
    seconds: float


def kills(times: int, points: Sequence[str], redis: bool) -> Iterator[Kill]:
    """So many for each point: its seams in turn, and a kill while talking at each step in turn."""
    for point in points:
        kinds = [kill for kill in KILLS if kill.point == point and (redis or not kill.redis)]
        for number in range(times):
            kill = kinds[number % len(kinds)]
            step = STEPS[number // len(kinds) % len(STEPS)]
            yield replace(kill, act=step) if kill.act == "a link" else kill


async def survived(kill: Kill, redis_url: str | None) -> Run:
    """Play the story in a new world."""
    begun = time.monotonic()
    with TemporaryDirectory() as folder:
        try:
            async with world(Path(folder), redis_url if kill.redis else None) as here:
                told = await story(here, kill)
                await told.play()
                wrong = await broken(told)
        except (AssertionError, NeverSeen, Trouble) as fault:
            wrong = [f"{type(fault).__name__}: {fault}"]
    return Run(kill, tuple(wrong), time.monotonic() - begun)


async def all_of(these: Sequence[Kill], redis_url: str | None) -> list[Run]:
    """All, a few side by side; each that fails is told at once."""
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(kill: Kill) -> Run:
        async with room:
            run = await survived(kill, redis_url)
        for line in run.broken:
            print(f"{kill}: {line}", flush=True)
        return run

    return await asyncio.gather(*map(one, these))


def kill(times: int, points: Sequence[str]) -> bool:
    """Kill, and print a table; whether all held."""
    with ExitStack() as stack:
        try:
            redis_url = stack.enter_context(valkey())
        except Missing as why:
            print(f"MISSING HERE: {why}; drafts only in memory")
            redis_url = None
        these = list(kills(times, points, redis_url is not None))
        begun = time.monotonic()
        runs = asyncio.run(all_of(these, redis_url))
    print(f"{'point':8}{'kills':>8}{'survived':>10}{'seconds each':>14}")
    by_point = defaultdict[str, list[Run]](list)
    for run in runs:
        by_point[run.kill.point].append(run)
    for point, its in by_point.items():
        print(row(point, its))
    print(f"{row('all', runs)}   in {time.monotonic() - begun:.0f} s, {SIDE_BY_SIDE} side by side")
    return not any(run.broken for run in runs)


def row(name: str, runs: Sequence[Run]) -> str:
    """One line of the table."""
    survived = sum(not run.broken for run in runs)
    mean = sum(run.seconds for run in runs) / len(runs)
    return f"{name:8}{len(runs):8}{survived:10}{mean:14.1f}"
