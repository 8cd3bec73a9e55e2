"""Figures 1 and 5 and the loop: CPU an update, others while one floods, the longest hold."""

import asyncio
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from benchmarks.load import Line, Prepared
from benchmarks.rows import Plan, Row
from benchmarks.runs import Contest, Contestant, Measures, contest, echoing, our_door
from benchmarks.talks import PASTE, TALK, crowd, messages, talks
from storage.codes import stretch

Open = Callable[[], AbstractAsyncContextManager[tuple[Contestant, Line]]]
Make = Callable[[range, int], list[Prepared]]
WARM = 3  # talks before anything is measured
AT_ONCE = 50  # people whose talks are interleaved


# 1: CPU an update


async def cpu_an_update(plan: Plan) -> list[Row]:
    """The whole sealed report talk beside an echo of as many messages."""
    held = await contest(
        plan.rounds,
        echo=lambda: spent(plan, echoing, said_back, answers=True),
        control=lambda: spent(plan, echoing, said_back, answers=True),
        ours=lambda: spent(plan, our_door, report, answers=False),
    )
    flat = Row.of("1 CPU an update, flat out", held, "flat", "ms", most=0.6)
    slow = Row.of("1 CPU an update, at 10/s", held, "slow", "ms", most=0.6)
    return [flat, slow, a_code()]


async def spent(plan: Plan, opened: Open, make: Make, *, answers: bool) -> Measures:
    """Milliseconds of CPU an update, flat out and at ten a second."""
    async with opened() as (bot, line):
        numbers = Numbers(line, make, answers)
        await numbers.play(WARM)
        before = (await bot.gauge())["cpu"]
        updates = await numbers.play(plan.talks)
        flat = (await bot.gauge())["cpu"] - before
        slow, few = await numbers.slowly(bot, plan.seconds)
        return {"flat": 1000 * flat / updates, "slow": 1000 * slow / few}


class Numbers:
    """Gives a line its updates, with new ids and new people each time."""

    def __init__(self, line: Line, make: Make, answers: bool) -> None:
        self._line, self._make, self._answers = line, make, answers
        self._people, self._update, self._said = 0, 1, 0

    def _next(self, many: int) -> list[Prepared]:
        made = self._make(crowd(many, after=self._people), self._update)
        self._people += many
        self._update += len(made)
        self._said += len(made) if self._answers else 0
        return made

    async def play(self, many: int) -> int:
        """So many talks flat out; the number of their updates."""
        start = self._update
        for some in range(0, many, AT_ONCE):
            self._line.put(self._next(min(AT_ONCE, many - some)))
        await self._line.finished(self._said)
        return self._update - start

    async def slowly(self, bot: Contestant, seconds: float) -> tuple[float, int]:
        """Ten updates a second; the CPU seconds, and the number of updates."""
        updates = self._next(1 + int(seconds * 10) // len(TALK))
        before = (await bot.gauge())["cpu"]
        for update in updates:
            self._line.put([update])
            await asyncio.sleep(0.1)
        await self._line.finished(self._said)
        return (await bot.gauge())["cpu"] - before, len(updates)


def report(people: range, first: int) -> list[Prepared]:
    """The report talk."""
    return talks(people, TALK, first=first)


def said_back(people: range, first: int) -> list[Prepared]:
    """As many plain messages as the talk has updates."""
    return talks(people, ["zz invented words"] * len(TALK), first=first)


def a_code() -> Row:
    """Preparing one code, one a report: outside figure 1, where codes are free."""
    start = time.process_time()
    for _ in range(3):
        stretch("0" * 16, b"zz invented salt")
    seconds = (time.process_time() - start) / 3
    an_update = f"{1000 * seconds / len(TALK):.1f} ms an update"
    return Row("1 (apart: one Argon2id code a report)", "", f"{1000 * seconds:.0f} ms", an_update)


# 5: others while one floods


FLOOD = 600
OTHERS = 100
A_SECOND = 20


async def others(plan: Plan) -> list[Row]:
    """The slowest hundredth of a calm crowd, alone and beside one who sends 600 at once."""
    held = await contest(
        plan.rounds,
        echo=lambda: calm_and_flooded(echoing),
        ours=lambda: calm_and_flooded(our_door),
    )
    echo, ours = (held.within(name, "flooded", "calm") for name in ("echo", "ours"))
    waits = [f"{held.median('ours', what):.0f}" for what in ("calm", "flooded")]
    return [
        Row(
            f"5 others' p99 while one floods {FLOOD}",
            f"x{echo:.1f} calm",
            f"{' -> '.join(waits)} ms",
            f"x{ours:.1f} calm",
            "<= x2 calm",
            ours <= 2,
        )
    ]


async def calm_and_flooded(opened: Open) -> Measures:
    """Milliseconds in which all but the slowest hundredth had their answer."""
    return {"calm": await waited(opened, 0), "flooded": await waited(opened, FLOOD)}


async def waited(opened: Open, flood: int) -> float:
    """One message of each of a crowd, evenly, and before them all a flood from one chat."""
    async with opened() as (_, line):
        line.put(messages(crowd(WARM)))
        await line.finished(WARM)
        start = WARM + 1
        line.put(talks(crowd(1, after=WARM), ["zz invented words"] * flood, first=start))
        people = crowd(OTHERS, after=WARM + 1)
        for update in messages(people, first=start + flood):
            line.put([update])
            await asyncio.sleep(1 / A_SECOND)
        await line.finished()
        await line.until(lambda: all(person in line.answered for person in people))
        waits = [line.answered[person] - line.due[person] for person in people]
        return 1000 * statistics.quantiles(waits, n=100)[98]


# The loop


async def holds(plan: Plan) -> list[Row]:
    """200 links in one message, kept, reviewed and filed: nobody else may wait 5 ms for it."""
    held = await contest(plan.rounds, ours=held_up)
    return [hold(held, what) for what in ("pasted", "sent")]


async def held_up() -> Measures:
    """Milliseconds of the longest rounds: in an ordinary talk, reading 200 links, sending them."""
    async with our_door("--holds") as (bot, line):
        numbers = Numbers(line, report, answers=False)
        await numbers.play(WARM)
        await bot.gauge()
        first = await numbers.play(1) + WARM * len(TALK) + 1
        told = {"calm": await bot.gauge()}
        reading = ("/start", "[report]", "[minor:no]", PASTE, "[all]", "[done]", "[urgency:soon]")
        person = crowd(1, after=100)
        line.put(talks(person, reading, first=first))
        await line.finished()
        told["pasted"] = await bot.gauge()
        line.put(talks(person, ("[skip]", "[news:no]", "[send]"), first=first + len(reading)))
        await line.finished()
        told["sent"] = await bot.gauge()
    clock = {what: 1000 * each["hold"] for what, each in told.items()}
    return clock | {f"{what} cpu": 1000 * each["hold cpu"] for what, each in told.items()}


def hold(held: Contest, what: str) -> Row:
    """Judged by the clock; an ordinary talk beside it shows what the machine adds."""
    longest = held.median("ours", what)
    return Row(
        f"- longest hold of the loop, 200 links {what}",
        f"{held.median('ours', 'calm'):.1f} ms calm",
        f"{longest:.1f} ms ({held.median('ours', f'{what} cpu'):.1f} of CPU)",
        f"x{held.within('ours', what, 'calm'):.1f} calm",
        "<= 5 ms",
        longest <= 5,
    )
