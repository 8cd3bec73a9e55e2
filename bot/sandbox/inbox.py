"""One bot's updates on Telegram's side, kept until the bot confirms them or they grow old."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.chats import Json

KEPT = 24 * 3600.0  # seconds an update waits for its bot
PRESS_KEPT = 150.0  # seconds a press waits; Bot API server, Client.cpp
ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Bell:
    """Wakes everybody who waits, at once. A ring that nobody waits for is not kept."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()


@dataclass(frozen=True, slots=True)
class Update:
    """One update; *dies* is the unix second after which Telegram forgets it."""

    id: int
    kind: str
    body: Json
    dies: float

    def as_json(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


class Inbox:
    """The queue behind getUpdates, for one bot."""

    def __init__(self, first_id: int) -> None:
        self.bell = Bell()
        self.newest_poll = 0
        self.allowed: frozenset[str] = frozenset()
        self.next_id = first_id
        self.waiting: deque[Update] = deque()
        self._handed: list[Update] = []
        self._again: list[Update] = []

    def put(self, kind: str, body: Json, now: float) -> None:
        """Keep an update, unless the bot did not ask for its kind when it happened."""
        asked = kind in self.allowed if self.allowed else kind not in ONLY_IF_ASKED
        if not asked:
            return
        dies = now + (PRESS_KEPT if kind == "callback_query" else KEPT)
        self.waiting.append(Update(self.next_id, kind, body, dies))
        self.next_id += 1
        self.bell.ring()

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remember which kinds to keep from now on; None leaves it as it was."""
        if kinds is not None:
            self.allowed = frozenset(kinds)

    def begin_poll(self, offset: int) -> int:
        """Confirm what lies before *offset* and end any older poll; names the new poll.

        A negative offset keeps only that many updates, counted from the newest.
        """
        kept = [update for update in self.waiting if update.id >= offset]
        self.waiting = deque(kept if offset >= 0 else kept[offset:])
        self.newest_poll += 1
        self.bell.ring()
        return self.newest_poll

    def ready(self, limit: int, now: float) -> list[Json]:
        """Up to *limit* updates, oldest first, as JSON; they stay until confirmed."""
        self.waiting = deque(update for update in self.waiting if update.dies > now)
        found = [*self._again, *self.waiting][:limit]
        self._again = self._again[len(found) :]
        self._handed = found or self._handed
        return [update.as_json() for update in found]

    def hear_again(self) -> None:
        """Hand the last batch over once more, confirmed or not, as Telegram sometimes does."""
        self._again = [one for one in self._handed if one not in self.waiting]
        self.bell.ring()

    def clear(self) -> None:
        """Drop all that waits (drop_pending_updates)."""
        self.waiting.clear()

    def __len__(self) -> int:
        return len(self.waiting)
