"""Figures 2 and 3: memory after many talks, and what a start costs."""

from __future__ import annotations

from contextlib import AsyncExitStack

from benchmarks.gauge import cpu_seconds
from benchmarks.load import LoadApi, serving
from benchmarks.rows import Plan, Row
from benchmarks.runs import (
    DOOR,
    STAFF,
    Contestant,
    Measures,
    Settings,
    contest,
    house,
    listening,
    running,
)
from benchmarks.speed import Numbers, report, said_back

# 2: memory


async def memory(plan: Plan) -> list[Row]:
    """Door and staff room, a process each, beside two echo bots."""
    talks = plan.remembered_talks
    held = await contest(
        plan.rounds,
        echo=lambda: two_echoes(talks),
        control=lambda: two_echoes(talks),
        ours=lambda: both_bots(talks),
    )
    return [Row.of(f"2 memory of both bots after {talks} talks", held, "pss", "MB", most=0.5)]


async def two_echoes(talks: int) -> Measures:
    """One that has echoed as many messages, and one that has had nothing to do."""
    async with (
        serving() as api,
        running("benchmarks.echo", DOOR, api.base) as busy,
        running("benchmarks.echo", STAFF, api.base) as idle,
    ):
        await listening(api, STAFF)
        await Numbers(await listening(api), said_back, answers=True).play(talks)
        return megabytes(busy, idle)


async def both_bots(talks: int) -> Measures:
    """The staff room meanwhile gets the cases, and sends cards as the group's pace allows."""
    async with serving() as api:
        with house(api.base) as settings:
            async with AsyncExitStack() as stack:
                door, staff = await start_both(stack, settings, api)
                await Numbers(await listening(api), report, answers=False).play(talks)
                return megabytes(door, staff)


async def start_both(
    stack: AsyncExitStack, settings: Settings, api: LoadApi
) -> tuple[Contestant, Contestant]:
    """The door, whose codes are free, and the staff room as it is in earnest."""
    door = await stack.enter_async_context(running("benchmarks.door", settings=settings))
    await listening(api)
    staff = await stack.enter_async_context(running("bot", "staff", settings=settings))
    await listening(api, STAFF)
    return door, staff


def megabytes(*bots: Contestant) -> Measures:
    """Their memory together."""
    return {"pss": sum(bot.pss() for bot in bots) / 1e6}


# 3: start


async def start(plan: Plan) -> list[Row]:
    """CPU until the first getUpdates, on a database that is there already: a recovery."""
    held = await contest(
        plan.rounds,
        echo=echo_start,
        control=echo_start,
        ours=lambda: our_start("door", DOOR),
        staff=lambda: our_start("staff", STAFF),
    )
    ours = Row.of("3 start of the door, to its first getUpdates", held, "cpu", "s", most=0.35)
    staff, ratio = held.median("staff", "cpu"), held.ratio("staff", "cpu")
    return [ours, Row("3 (the staff room's)", "", f"{staff:.3g} s", f"x{ratio:.2f}")]


async def echo_start() -> Measures:
    """CPU seconds."""
    async with serving() as api, running("benchmarks.echo", DOOR, api.base) as bot:
        await listening(api)
        return {"cpu": cpu_seconds(bot.pid)}


async def our_start(half: str, token: str) -> Measures:
    """CPU seconds of the second start; the first one has made the tables."""
    async with serving() as api:
        with house(api.base) as settings:
            async with running("bot", half, settings=settings):
                await listening(api, token)
            api.lines.clear()
            async with running("bot", half, settings=settings) as bot:
                await listening(api, token)
                return {"cpu": cpu_seconds(bot.pid)}
