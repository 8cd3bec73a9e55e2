"""Figure 6: many reports in a second into a group of 20 messages a minute. The clock is real.

The group is the strict sandbox's, for its 429; the staff room is a process of its own, as in
earnest. Where the digest has more than one leaf, a caseworker turns it, leaf by leaf. Reports are
filed straight into the database, since the door takes longer to prepare their codes than this
lasts.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.rows import Plan, Row
from benchmarks.runs import Settings, file_of, house, running
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from handlers.names import new_name
from storage.books import Store
from storage.keys import read_door_keys, read_staff_keys
from tests.cases import Keys, file_case

LOOK = 0.1  # seconds between looks at the group
MINUTE = 60.0
SETTLED = 5.0  # seconds until all are on the digest, and its leaves stay as they are


@dataclass(frozen=True, slots=True)
class Seen:
    """What the group showed: *all_at*: seconds until the last name was seen, None: never."""

    in_time: int
    in_all: int
    all_at: float | None
    messages: int
    lost: int
    too_many: int
    """How often Telegram had to say 429."""


async def rush(plan: Plan) -> list[Row]:
    """A minute of the staff group."""
    many, soon = plan.reports, 5.0 if plan.reports <= 60 else MINUTE
    seen = await watched(many, soon)
    a_case = seen.messages / many
    all_at = "not in a minute" if seen.all_at is None else f"all after {seen.all_at:.0f} s"
    return [
        Row(
            f"6 {many} reports in a second, named in the group",
            "20 of 60 (two peers)",
            f"{seen.in_time} in {soon:.0f} s, {all_at}",
            "",
            f"{many} in {soon:.0f} s",
            seen.in_time == many,
        ),
        Row(
            "6 lost: neither in the group nor in the outbox",
            "40 of 60 (two peers)",
            f"{seen.lost} ({many - seen.in_all} to be named yet)",
            f"{seen.too_many} times 429",
            "0 lost",
            not seen.lost,
        ),
        Row(
            "6 group messages a case in that minute, edits counted",
            "",
            f"{seen.messages} / {many}",
            f"{a_case:.2f}",
            "<= 0.1",
            a_case <= 0.1,
        ),
    ]


async def watched(many: int, soon: float) -> Seen:
    """File them, and watch the group for a minute."""
    sandbox = default_sandbox(time.time)
    async with serving(sandbox) as base:
        with house(base) as settings:
            settings["FRONT_DOOR_STAFF_TOKEN"] = sandbox.bot("staff").token
            settings["FRONT_DOOR_STAFF_CHAT"] = str(sandbox.group.id)
            async with running("bot", "staff", settings=settings):
                await begun(sandbox)
                names = await file(many, settings)
                return await watch(sandbox, names, soon, settings)


async def begun(sandbox: Sandbox) -> None:
    """The staff room has begun to poll."""
    inbox = sandbox.inboxes[sandbox.bot("staff").id]
    while not inbox.newest_poll:  # noqa: ASYNC110 - its bell rings for updates, not only for polls
        await asyncio.sleep(LOOK)


async def file(many: int, settings: Settings) -> list[str]:
    """File so many cases of three links, with other names each; gives the names."""
    folder = Path(settings["FRONT_DOOR_KEYS"])
    keys = Keys(read_door_keys(folder), read_staff_keys(folder))
    now = time.time()
    day = datetime.fromtimestamp(now, UTC).date()
    names: set[str] = set()
    while len(names) < many:
        names.add(new_name(secrets.randbelow))
    store = Store(settings["FRONT_DOOR_DATABASE_URL"])
    try:
        for name in names:
            await file_case(store, keys, now, name=name, day=day)
    finally:
        await store.close()
    return list(names)


async def watch(sandbox: Sandbox, names: list[str], soon: float, settings: Settings) -> Seen:
    """Look at the group until a minute is over."""
    began = time.monotonic()
    unseen, in_time, all_at = set(names), 0, None
    shown: set[tuple[int, int]] = set()
    turned: set[str] = set()
    while (passed := time.monotonic() - began) < MINUTE:
        texts = list(written(sandbox, shown))
        if passed > SETTLED:
            turn_on(sandbox, turned)
        unseen = {name for name in unseen if not any(name in text for text in texts)}
        if passed <= soon:
            in_time = len(names) - len(unseen)
        if not unseen and all_at is None:
            all_at = passed
        await asyncio.sleep(LOOK)
    too_many = sum(refusal.code == 429 for refusal in sandbox.refused)
    in_all = len(names) - len(unseen)
    return Seen(in_time, in_all, all_at, len(shown), forgotten(settings), too_many)


def turn_on(sandbox: Sandbox, turned: set[str]) -> None:
    """A caseworker presses *Next* on the digest, once on each leaf."""
    kit = next(one for one in sandbox.people() if one.name == "Kit")
    for message in list(sandbox.group.messages.values()):
        for key in (key for row in message.buttons for key in row):
            name = key.get("callback_data", "")
            if name.startswith("leaf:") and "Next" in key["text"] and name not in turned:
                turned.add(name)
                sandbox.press(kit, sandbox.group, message, name)


def forgotten(settings: Settings) -> int:
    """How many cases have no card, no line on the digest, no letter that would bring one."""
    with closing(sqlite3.connect(file_of(settings))) as books:
        (many,) = books.execute(_FORGOTTEN).fetchone()
    return int(many)


_FORGOTTEN = """
SELECT count(*) FROM cases
WHERE id NOT IN (SELECT key FROM posts)
AND id NOT IN (SELECT case_id FROM lines)
AND id NOT IN (SELECT case_id FROM outbox WHERE case_id IS NOT NULL)
"""


def written(sandbox: Sandbox, shown: set[tuple[int, int]]) -> Iterator[str]:
    """What the staff bot has in the group now; each message and each edit is noted in *shown*."""
    bot = sandbox.bot("staff").id
    for message in sandbox.group.messages.values():
        if message.sender == bot:
            shown.add((message.id, message.version))
            yield message.text
