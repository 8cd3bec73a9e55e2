"""Unfinished talks: one contract, in memory and in Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from storage.down import Down
from storage.drafts import Drafts, MemoryDrafts, RedisDrafts, open_drafts
from storage.keys import DoorKeys
from tests.conftest import Clock

CHAT = 7_123_456_789
PLANTED = "zz-invented-words 佢喺呢度"
MINUTE = 60
HOUR = 3600
WEEK = 7 * 24 * HOUR


@pytest.fixture
def person(door_keys: DoorKeys) -> str:
    return door_keys.person(CHAT)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as redis:
        yield redis


@pytest.fixture
def redis_drafts(redis: Redis, door_keys: DoorKeys, clock: Clock) -> RedisDrafts:
    return RedisDrafts(redis, door_keys.locker(), clock)


@pytest.fixture
def memory_drafts(door_keys: DoorKeys, clock: Clock) -> MemoryDrafts:
    return MemoryDrafts(door_keys.locker(), clock)


async def keep(drafts: Drafts, person: str, kept: bytes | None) -> None:
    async with drafts.hold(person) as held:
        held.kept = kept


async def kept(drafts: Drafts, person: str) -> bytes | None:
    async with drafts.hold(person) as held:
        return held.kept


async def add_one(drafts: Drafts, person: str) -> None:
    async with drafts.hold(person) as held:
        number = int(held.kept or b"0")
        await asyncio.sleep(0)
        held.kept = b"%d" % (number + 1)


class TestDrafts:
    async def test_what_is_kept_is_there_at_the_next_turn(
        self, drafts: Drafts, person: str
    ) -> None:
        assert await kept(drafts, person) is None

        await keep(drafts, person, PLANTED.encode())

        assert await kept(drafts, person) == PLANTED.encode()
        assert await kept(drafts, "f" * 32) is None

    async def test_none_forgets_it(self, drafts: Drafts, person: str) -> None:
        await keep(drafts, person, b"words")

        await keep(drafts, person, None)

        assert await kept(drafts, person) is None

    async def test_an_empty_draft_is_a_draft(self, drafts: Drafts, person: str) -> None:
        await keep(drafts, person, b"")

        assert await kept(drafts, person) == b""

    async def test_an_exception_saves_nothing_and_frees_the_person(
        self, drafts: Drafts, person: str
    ) -> None:
        await keep(drafts, person, b"before")

        async def fail() -> None:
            async with drafts.hold(person) as held:
                held.kept = b"after"
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()

        assert await kept(drafts, person) == b"before"

    async def test_a_cancelled_turn_saves_nothing_and_frees_the_person(
        self, drafts: Drafts, person: str
    ) -> None:
        begun = asyncio.Event()

        async def never_ends() -> None:
            async with drafts.hold(person) as held:
                held.kept = b"after"
                begun.set()
                await asyncio.Event().wait()

        async with asyncio.TaskGroup() as group:
            turn = group.create_task(never_ends())
            await begun.wait()
            turn.cancel()

        assert await kept(drafts, person) is None

    async def test_fifty_turns_of_one_person_at_once_lose_nothing(
        self, drafts: Drafts, person: str
    ) -> None:
        await asyncio.gather(*(add_one(drafts, person) for _ in range(50)))

        assert await kept(drafts, person) == b"50"

    async def test_nobody_waits_for_somebody_else(self, drafts: Drafts, person: str) -> None:
        async with drafts.hold(person):
            assert await kept(drafts, "f" * 32) is None

    async def test_message_ids_are_kept_until_forgotten(
        self, drafts: Drafts, person: str, clock: Clock
    ) -> None:
        await drafts.remember(person, {1: clock.now, 2: clock.now + 0.5})
        await drafts.remember(person, {3: clock.now})
        await drafts.remember(person, {})
        await drafts.remember("f" * 32, {4: clock.now})

        assert await drafts.remembered(person) == {
            1: clock.now,
            2: clock.now + 0.5,
            3: clock.now,
        }
        await drafts.forget_messages(person, [1, 3, 4])
        assert await drafts.remembered(person) == {2: clock.now + 0.5}
        await drafts.forget_messages(person, {2})
        await drafts.forget_messages(person, {2})
        assert await drafts.remembered(person) == {}
        assert await drafts.remembered("f" * 32) == {4: clock.now}

    async def test_message_ids_are_kept_for_a_week_each(
        self, drafts: Drafts, person: str, clock: Clock
    ) -> None:
        await drafts.remember(person, {1: clock.now})
        clock.move(HOUR)
        await drafts.remember(person, {2: clock.now})

        clock.move(WEEK - HOUR - 1)
        assert set(await drafts.remembered(person)) == {1, 2}
        clock.move(1)
        assert set(await drafts.remembered(person)) == {2}
        clock.move(HOUR)
        assert await drafts.remembered(person) == {}

    async def test_fifty_that_remember_at_once_lose_nothing(
        self, drafts: Drafts, person: str, clock: Clock
    ) -> None:
        await asyncio.gather(*(drafts.remember(person, {n: clock.now}) for n in range(50)))

        assert set(await drafts.remembered(person)) == set(range(50))

    async def test_message_ids_stay_when_the_talk_is_forgotten(
        self, drafts: Drafts, person: str, clock: Clock
    ) -> None:
        await drafts.remember(person, {1: clock.now})

        await keep(drafts, person, None)

        assert set(await drafts.remembered(person)) == {1}


class TestMemory:
    async def test_a_draft_is_forgotten_after_30_idle_minutes(
        self, memory_drafts: MemoryDrafts, person: str, clock: Clock
    ) -> None:
        await keep(memory_drafts, person, b"words")

        clock.move(30 * MINUTE - 1)
        assert await kept(memory_drafts, person) == b"words"
        clock.move(30 * MINUTE - 1)
        assert await kept(memory_drafts, person) == b"words"
        clock.move(30 * MINUTE)
        assert await kept(memory_drafts, person) is None

    async def test_the_drafts_of_those_who_went_away_do_not_pile_up(
        self, memory_drafts: MemoryDrafts, person: str, clock: Clock
    ) -> None:
        for number in range(100):
            await keep(memory_drafts, f"{number}", b"words")
            await memory_drafts.remember(f"{number}", {number: clock.now})

        clock.move(WEEK)
        await keep(memory_drafts, person, b"words")
        await memory_drafts.remember(person, {1: clock.now})

        assert list(memory_drafts._kept) == list(memory_drafts._messages) == [person]

    async def test_the_locks_of_those_who_wait_for_nothing_are_gone(
        self, memory_drafts: MemoryDrafts, person: str
    ) -> None:
        async with memory_drafts.hold(person):
            held = len(memory_drafts.turns)
        await asyncio.gather(*(add_one(memory_drafts, f"{n % 10}") for n in range(50)))

        assert (held, len(memory_drafts.turns)) == (1, 0)

    async def test_what_is_kept_in_memory_is_sealed(
        self, memory_drafts: MemoryDrafts, person: str
    ) -> None:
        await keep(memory_drafts, person, PLANTED.encode())

        assert PLANTED.encode() not in memory_drafts._kept[person][1]


class TestRedis:
    async def test_redis_forgets_a_draft_after_30_idle_minutes(
        self, redis_drafts: RedisDrafts, redis: Redis, person: str
    ) -> None:
        await keep(redis_drafts, person, b"words")
        await redis.expire(f"door:draft:{person}", 100)

        await kept(redis_drafts, person)

        assert 30 * MINUTE - 100 < await redis.ttl(f"door:draft:{person}") <= 30 * MINUTE

    async def test_redis_forgets_message_ids_after_a_week(
        self, redis_drafts: RedisDrafts, redis: Redis, person: str, clock: Clock
    ) -> None:
        await redis_drafts.remember(person, {1: clock.now})
        assert WEEK - 100 < await redis.ttl(f"door:messages:{person}") <= WEEK

        clock.move(WEEK + HOUR)
        await redis_drafts.remember(person, {2: clock.now})

        assert await redis.zcard(f"door:messages:{person}") == 1

    async def test_a_turn_is_two_commands(
        self, redis_drafts: RedisDrafts, redis: Redis, person: str
    ) -> None:
        await keep(redis_drafts, person, b"words")
        before = await _commands(redis)

        await keep(redis_drafts, person, b"more words")

        assert await _commands(redis) - before == 2

    async def test_nothing_in_redis_can_be_read(
        self, redis_drafts: RedisDrafts, redis: Redis, person: str, clock: Clock
    ) -> None:
        await redis_drafts.remember(person, {4242424242: clock.now})
        async with redis_drafts.hold(person) as held:
            held.kept = PLANTED.encode()
            everything = await _everything(redis)
        everything += await _everything(redis)

        assert len(everything) > 4
        for number in (CHAT, 4242424242):
            forms = (f"{number}", f"{number:x}")
            raw = [form.encode() for form in forms] + [
                number.to_bytes(8),
                number.to_bytes(8, "little"),
            ]
            assert not any(form in found for form in raw for found in everything)
        for words in (PLANTED, "zz-invented-words", "佢喺呢度"):
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                assert not any(words.encode(encoding) in found for found in everything)

    async def test_two_processes_take_turns_with_one_person(
        self, redis_url: str, door_keys: DoorKeys, clock: Clock, person: str
    ) -> None:
        processes = [open_drafts(redis_url, door_keys.locker(), clock) for _ in range(2)]

        await asyncio.gather(*(add_one(processes[n % 2], person) for n in range(20)))

        assert await kept(processes[0], person) == b"20"
        for process in processes:
            await process.close()

    async def test_the_lock_of_a_process_that_died_ends_by_itself(
        self, redis_drafts: RedisDrafts, redis: Redis, person: str
    ) -> None:
        async with redis_drafts.hold(person):
            ends = await redis.pttl(f"door:lock:{person}")

        assert 0 < ends <= 15_000
        assert await redis.exists(f"door:lock:{person}") == 0

    async def test_a_turn_that_lost_its_lock_saves_nothing(
        self, redis_drafts: RedisDrafts, redis: Redis, person: str
    ) -> None:
        await keep(redis_drafts, person, b"before")

        async def lose_it() -> None:
            async with redis_drafts.hold(person) as held:
                held.kept = b"after"
                await redis.set(f"door:lock:{person}", "somebody else's")

        with pytest.raises(Down):
            await lose_it()

        assert await redis.get(f"door:lock:{person}") == b"somebody else's"
        await redis.delete(f"door:lock:{person}")
        assert await kept(redis_drafts, person) == b"before"

    async def test_redis_that_is_not_there_is_down_and_tells_nothing(
        self, door_keys: DoorKeys, clock: Clock, person: str
    ) -> None:
        drafts = open_drafts("redis://:zz-word@127.0.0.1:1/0", door_keys.locker(), clock)

        for use in (
            kept(drafts, person),
            drafts.remember(person, {1: clock.now}),
            drafts.remembered(person),
            drafts.forget_messages(person, [1]),
        ):
            with pytest.raises(Down) as down:
                await use
            assert str(down.value) == "Redis cannot be used just now"
            assert down.value.__suppress_context__
        await drafts.close()


async def _commands(redis: Redis) -> int:
    """How many script calls Redis has had."""
    stats = await redis.info("commandstats")
    return sum(stats[name]["calls"] for name in stats if name.startswith("cmdstat_evalsha"))


async def _everything(redis: Redis) -> list[bytes]:
    """All keys and all values that Redis holds."""
    found: list[bytes] = []
    async for key in redis.scan_iter():
        held: Any = (
            redis.zrange(key, 0, -1) if await redis.type(key) == b"zset" else redis.mget(key)
        )
        found += [key, *await held]
    return found
