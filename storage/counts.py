"""Rate counts: how often something happened in a window; in Redis, or in this process's memory."""

import heapq
from collections.abc import Callable
from typing import Protocol

from redis.asyncio import Redis

from storage.drafts import plainly


class Counts(Protocol):
    """What both places promise. *name* never holds a chat id: a mark, or a fixed word."""

    async def add(self, name: str, seconds: int) -> int:
        """Count one more; how many since the window of *seconds* began, this one included."""
        ...

    async def drop(self, name: str) -> int:
        """Forget a name; how many there were."""
        ...

    async def close(self) -> None:
        """Let go of Redis, if there is one."""
        ...


def open_counts(redis_url: str | None, clock: Callable[[], float]) -> Counts:
    """Counts in Redis, or without an address in memory. *clock* gives seconds."""
    return MemoryCounts(clock) if redis_url is None else RedisCounts(Redis.from_url(redis_url))


class MemoryCounts:
    """Counts that end with this process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}  # when its window ends, how many
        self._ends: list[tuple[float, str]] = []  # a heap

    def __len__(self) -> int:
        """How many names are being counted."""
        return len(self._counts)

    async def add(self, name: str, seconds: int) -> int:
        """As promised in `Counts`."""
        self._forget()
        end, count = self._counts.get(name, (self._clock() + seconds, 0))
        if not count:
            heapq.heappush(self._ends, (end, name))
        self._counts[name] = end, count + 1
        return count + 1

    async def drop(self, name: str) -> int:
        """As promised in `Counts`."""
        self._forget()
        _, count = self._counts.pop(name, (0.0, 0))
        return count

    def _forget(self) -> None:
        now = self._clock()
        while self._ends and self._ends[0][0] <= now:
            end, name = heapq.heappop(self._ends)
            if (
                name in self._counts and self._counts[name][0] == end
            ):  # else dropped, and begun anew
                del self._counts[name]

    async def close(self) -> None:
        """Nothing to let go of."""


class RedisCounts:
    """Counts that all processes share; Redis forgets each with its window."""

    def __init__(self, redis: Redis, prefix: str = "count") -> None:
        self._redis = redis
        self._prefix = prefix

    async def add(self, name: str, seconds: int) -> int:
        """As promised in `Counts`."""
        key = f"{self._prefix}:{name}"
        with plainly():
            async with self._redis.pipeline(transaction=True) as steps:
                steps.set(key, 0, ex=seconds, nx=True)
                steps.incr(key)
                _, count = await steps.execute()
        return int(count)

    async def drop(self, name: str) -> int:
        """As promised in `Counts`."""
        with plainly():
            return int(await self._redis.getdel(f"{self._prefix}:{name}") or 0)

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()
