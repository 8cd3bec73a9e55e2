"""Figure 4: kill -9 among 600 updates, at once or at 50 a second; what is lost, what is doubled.

`benchmarks kill` looks closer, at each point where a crash could hurt; this is the crowd's view.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass

from benchmarks.load import Line, Prepared, serving
from benchmarks.rows import Plan, Row
from benchmarks.runs import DOOR, Settings, file_of, house, running
from benchmarks.talks import TO_SEND, crowd, messages, talks
from tests.servers import valkey

UPDATES = 600
PEOPLE = UPDATES // len(TO_SEND)
A_SECOND = 50


@dataclass(frozen=True, slots=True)
class Harm:
    """What a kill did. *repeated*: answers said again, which change nothing."""

    lost: int = 0
    doubled: int = 0
    repeated: int = 0

    def __add__(self, other: Harm) -> Harm:
        return Harm(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


async def killed(plan: Plan) -> list[Row]:
    """Half of the kills in a burst, half in a steady stream; one echo of each beside them."""
    echo = ours = Harm()
    for number in range(plan.kills):
        after = (1 + 2 * (number // 2)) * UPDATES // plan.kills  # spoken answers, ever later
        steady = bool(number % 2)
        if number < 2:
            echo += await echo_killed(after, steady)
        ours += await door_killed(after, steady)
    return [
        Row(
            f"4 kill -9 among {UPDATES}, {plan.kills} times (2 of echo)",
            f"{echo.lost} lost, {echo.doubled} doubled",
            f"{ours.lost} lost, {ours.doubled} doubled",
            f"{ours.repeated} answers repeated",
            "0 lost, 0 doubled",
            not ours.lost and not ours.doubled,
        )
    ]


async def echo_killed(after: int, steady: bool) -> Harm:
    """One message of each: never answered is lost, answered twice is doubled."""
    people = crowd(UPDATES)
    async with serving() as api:
        command = ("benchmarks.echo", DOOR, api.base)
        line = api.lines[DOOR]
        await twice(command, {}, line, messages(people), after, steady)
        said = [line.spoken.get(person, 0) for person in people]
        return Harm(said.count(0), sum(times > 1 for times in said))


async def door_killed(after: int, steady: bool) -> Harm:
    """Whole reports: a person without a case is a loss, a case too many is a double."""
    with valkey() as redis_url:
        async with serving() as api:
            with house(api.base, redis_url) as settings:
                updates = talks(crowd(PEOPLE), TO_SEND)
                line = api.lines[DOOR]
                await twice(("benchmarks.door",), settings, line, updates, after, steady)
                people, cases = kept(settings)
                repeated = sum(line.spoken.values()) - UPDATES
                return Harm(PEOPLE - people, cases - people, max(0, repeated))


async def twice(
    command: Sequence[str],
    settings: Settings,
    line: Line,
    updates: Sequence[Prepared],
    after: int,
    steady: bool,
) -> None:
    """Run, kill after so many answers, run again until nothing waits."""
    async with asyncio.TaskGroup() as group:
        async with running(*command, settings=settings) as bot:
            await line.polled.wait()
            group.create_task(pour(line, updates, steady))
            await line.until(lambda: sum(line.spoken.values()) >= after)
            await bot.kill()
        async with running(*command, settings=settings):
            await line.until(lambda: line.taken >= len(updates) and not line.waiting)
            await quiet(line)


async def quiet(line: Line) -> None:
    """Who confirms first is still answering: wait until it says nothing for a second."""
    spoken = -1
    while spoken != (spoken := sum(line.spoken.values())):  # noqa: ASYNC110 - silence is no event
        await asyncio.sleep(1)


async def pour(line: Line, updates: Sequence[Prepared], steady: bool) -> None:
    """All at once, or fifty a second."""
    if not steady:
        line.put(updates)
        return
    for update in updates:
        line.put([update])
        await asyncio.sleep(1 / A_SECOND)


def kept(settings: Settings) -> tuple[int, int]:
    """How many people have a case number, and how many cases there are."""
    with closing(sqlite3.connect(file_of(settings))) as books:
        (people,) = books.execute("SELECT count(*) FROM pending").fetchone()
        (cases,) = books.execute("SELECT count(*) FROM cases").fetchone()
    return people, cases
