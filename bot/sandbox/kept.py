"""A sandbox that is found again tomorrow: its world in one JSON file, written as it changes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from bot.sandbox.chats import BotAccount, Chat, Person
from bot.sandbox.inbox import Update
from bot.sandbox.telegram import Sandbox, default_sandbox

SAVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class KeptInbox:
    """What waited for a bot; *next_id* goes on, so that no update id comes twice."""

    next_id: int
    allowed: frozenset[str]
    waiting: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class World:
    """All of a sandbox that a restart must not change."""

    version: int
    moved: float
    bots: tuple[BotAccount, ...]
    people: tuple[Person, ...]
    chats: tuple[Chat, ...]
    private_ids: dict[int, int]
    inboxes: dict[int, KeptInbox]

    @classmethod
    def of(cls, sandbox: Sandbox) -> Self:
        """A picture of *sandbox* now."""
        inboxes = {
            bot: KeptInbox(inbox.next_id, inbox.allowed, tuple(inbox.waiting))
            for bot, inbox in sandbox.inboxes.items()
        }
        return cls(
            sandbox.version,
            sandbox.moved,
            tuple(sandbox.bots()),
            tuple(sandbox.people()),
            tuple(sandbox.chats.values()),
            dict(sandbox.private_ids),
            inboxes,
        )

    def restore(self, clock: Callable[[], float]) -> Sandbox:
        """The same sandbox, under the same clock."""
        sandbox = Sandbox(clock)
        sandbox.moved = self.moved
        for bot in self.bots:
            sandbox.add_bot(bot.role, bot.name, bot.username, bot.token, bot.privacy_mode)
            inbox, kept = sandbox.inboxes[bot.id], self.inboxes[bot.id]
            inbox.next_id, inbox.allowed = kept.next_id, kept.allowed
            inbox.waiting = deque(kept.waiting)
        sandbox.accounts.update({person.id: person for person in self.people})
        sandbox.chats.update({(chat.bot, chat.id): chat for chat in self.chats})
        sandbox.private_ids.update(self.private_ids)
        sandbox.version = self.version
        return sandbox


_WORLD = TypeAdapter(World)


@contextmanager
def kept_sandbox(path: Path, clock: Callable[[], float]) -> Iterator[Sandbox]:
    """Yesterday's sandbox if *path* has one, else the demo's; written to *path* in the end."""
    if path.exists():
        sandbox = _WORLD.validate_json(path.read_bytes()).restore(clock)
    else:
        sandbox = default_sandbox(clock)
    try:
        yield sandbox
    finally:
        write(sandbox, path)


async def keep(sandbox: Sandbox, path: Path) -> None:
    """Write *sandbox* down soon after each change, so that a killed demo is found again too."""
    while True:
        await sandbox.bell.wait()
        await asyncio.sleep(SAVE_SECONDS)
        write(sandbox, path)


def write(sandbox: Sandbox, path: Path) -> None:
    """Write all of it, or nothing."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(_WORLD.dump_json(World.of(sandbox)))
    unfinished.chmod(0o600)
    unfinished.replace(path)
