"""The eight figures beside a bare aiogram echo bot, with their goals: which are met, which missed.

Each is the median of its rounds' ratios; contestants run by turns in fresh processes, and the
echo bot runs twice, as a control: what it is beside itself is what the machine adds.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

import typer

from benchmarks import killed, memory, queries, redis_use, rush, speed
from benchmarks.rows import FULL, QUICK, TITLES, Plan, Row, line, printed
from tests.servers import Missing

Figure = Callable[[Plan], Awaitable[list[Row]]]

FIGURES: dict[str, Figure] = {
    "1": speed.cpu_an_update,
    "2": memory.memory,
    "3": memory.start,
    "4": killed.killed,
    "5": speed.others,
    "6": rush.rush,
    "7": queries.queries,
    "8": redis_use.redis_use,
    "hold": speed.holds,
}


# What a goal that is missed would cost; printed under the table.
WHY_MISSED = {
    "1": "A press is two calls, and each goes through aiogram's client, which builds a model and "
    "reads one; a report is sealed and committed. Sending the calls without aiogram would save a "
    "fifth; the goal is that of a house without it.",
    "2": "aiogram makes hundreds of models when it is imported. Leaving most of them out means "
    "patching the library while it loads, and we do not.",
    "3": "As for 2: importing aiogram takes four fifths of the door's start.",
    "5": "Telegram shows only a hundred updates that are not confirmed, so a flood must be heard "
    "before others are seen. It is heard as one; confirming it unheard would need an inbox, and "
    "words that are not sent are never on disk.",
    "8": "The last answer is kept beside the draft, so that a replay repeats it; all is padded. A "
    "message's id is kept before it is answered, the answer's after it is sent: else a crash "
    "would leave something in a chat that is cleared.",
}


def figures(plan: Plan, only: list[str]) -> None:
    """Measure and print. Exit 1 where a goal is missed."""
    typer.echo(f"{plan.rounds} round(s) on {os.cpu_count()} cores, {load()}\n")
    typer.echo(line(TITLES))
    rows: list[Row] = []
    why = list[str]()
    for name in only or FIGURES:
        its = asyncio.run(measured(FIGURES[name], plan))
        for row in its:
            typer.echo(printed(row))
        if any(row.met is False for row in its) and name in WHY_MISSED:
            why.append(f"{name}  {WHY_MISSED[name]}")
        rows += its
    for reason in why:
        typer.echo(f"\nWhy {reason}")
    missed = sum(row.met is False for row in rows)
    met = sum(row.met is True for row in rows)
    typer.echo(f"\n{met} goals met, {missed} missed; {load()}")
    raise typer.Exit(1 if missed else 0)


async def measured(figure: Figure, plan: Plan) -> list[Row]:
    """The rows of one figure; a row that says so where it cannot be had here."""
    try:
        return await figure(plan)
    except Missing as missing:
        return [Row("not measured", "", str(missing))]


def load() -> str:
    """How busy this machine is, since only ratios outlive a busy one."""
    return f"load {os.getloadavg()[0]:.1f}"


def plan_of(quick: bool, all_reports: bool, postgres: bool) -> Plan:
    """How much of everything was asked for."""
    plan = QUICK if quick else FULL
    return replace(plan, reports=600 if all_reports else plan.reports, postgres=postgres)
