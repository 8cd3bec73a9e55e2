"""Rate counts: one contract, in memory and in Redis."""

import asyncio

import pytest
from redis.asyncio import Redis

from storage.counts import Counts, MemoryCounts, RedisCounts, open_counts
from storage.down import Down
from tests.conftest import Clock


class TestCounts:
    async def test_each_name_is_counted_by_itself(self, counts: Counts) -> None:
        assert [await counts.add("tries:a", 3600) for _ in range(3)] == [1, 2, 3]
        assert await counts.add("tries:b", 3600) == 1

    async def test_what_is_dropped_begins_anew(self, counts: Counts) -> None:
        for _ in range(3):
            await counts.add("a", 3600)
        await counts.add("b", 3600)

        assert [await counts.drop("a"), await counts.drop("a")] == [3, 0]
        assert (await counts.add("a", 3600), await counts.add("b", 3600)) == (1, 2)

    async def test_fifty_at_once_are_fifty(self, counts: Counts) -> None:
        found = await asyncio.gather(*(counts.add("tries:a", 3600) for _ in range(50)))

        assert sorted(found) == list(range(1, 51))


async def test_in_memory_a_window_ends_when_its_seconds_are_over(clock: Clock) -> None:
    counts = MemoryCounts(clock)
    await counts.add("short", 60)
    await counts.add("long", 3600)
    await counts.add("short", 60)

    clock.move(59)
    assert await counts.add("short", 60) == 3
    clock.move(1)
    assert await counts.add("short", 60) == 1
    assert await counts.add("long", 3600) == 2


async def test_in_memory_a_window_begun_anew_has_its_full_seconds(clock: Clock) -> None:
    counts = MemoryCounts(clock)
    await counts.add("a", 60)
    clock.move(30)
    await counts.drop("a")
    await counts.add("a", 60)

    clock.move(59)
    assert await counts.add("a", 60) == 2
    clock.move(1)
    assert await counts.drop("a") == 0


async def test_memory_keeps_nothing_of_windows_that_are_over(clock: Clock) -> None:
    counts = MemoryCounts(clock)
    for number in range(100):
        await counts.add(f"tries:{number}", 60)

    clock.move(60)
    await counts.add("tries:new", 60)

    assert len(counts) == 1


async def test_redis_forgets_a_window_by_itself(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        counts = RedisCounts(redis)
        await counts.add("tries:a", 3600)
        await redis.expire("count:tries:a", 100)
        await counts.add("tries:a", 3600)

        assert 0 < await redis.ttl("count:tries:a") <= 100


async def test_redis_that_is_not_there_is_down_and_tells_nothing(clock: Clock) -> None:
    counts = open_counts("redis://:zz-word@127.0.0.1:1/0", clock)

    with pytest.raises(Down) as down:
        await counts.add("zz-name", 60)

    assert "zz" not in str(down.value)
    assert "127.0.0.1" not in str(down.value)
    assert down.value.__suppress_context__
    await counts.close()
