"""Unfinished talks: sealed, under a mark of the chat, for 30 idle minutes; never on disk.

In Redis when there is one, else in this process's memory. Beside them the ids of the messages of
both sides, so that a person can clear the chat: for a week, since what is older than Telegram's
48 hours, and so cannot be deleted any more, has to be named.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from struct import Struct
from typing import Protocol, cast
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from storage.down import Down
from storage.seal import Locker

IDLE_SECONDS = 30 * 60
MESSAGE_SECONDS = 7 * 24 * 60 * 60
LOCK_SECONDS = 15  # more than a turn takes; the next door waits so long for one that was killed
LOOK_AGAIN_SECONDS = 0.05
HOUR = 3600
_MESSAGE = Struct(">qd")  # its id, and when it was sent
_MESSAGE_STEP = 32  # always one length; and up to 64 bytes, locked, Redis keeps a set compactly

# KEYS: lock, draft. ARGV: token, the lock's milliseconds. False when another process has the lock;
# a lock that is ours already means that the client asks again after a lost answer.
_LOCK_AND_LOAD = """
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
and redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
return {redis.call('GET', KEYS[2])}
"""

# KEYS: lock, draft. ARGV: token, what to do, the draft's seconds, the draft. 0: the lock is lost.
_SAVE_AND_UNLOCK = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == 'keep' then redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[3])
elseif ARGV[2] == 'forget' then redis.call('DEL', KEYS[2]) end
redis.call('DEL', KEYS[1])
return 1
"""

# KEYS: messages. ARGV: the newest hour that is forgotten, seconds, then hour and entry by turns.
_REMEMBER = """
redis.call('ZADD', KEYS[1], unpack(ARGV, 3))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


@dataclass(slots=True)
class Held:
    """One person's unfinished talk, while it is held. Set *kept*; None forgets it."""

    kept: bytes | None


class Drafts(Protocol):
    """What both places promise. *person*: the mark of a chat, never the chat's id."""

    def hold(self, person: str) -> AbstractAsyncContextManager[Held]:
        """Wait for the person, load; saved if the block ends well, as it was if it raises."""
        ...

    async def remember(self, person: str, messages: Mapping[int, float]) -> None:
        """Keep message ids, each for a week from when it was sent (seconds since 1970)."""
        ...

    async def remembered(self, person: str) -> dict[int, float]:
        """The message ids kept for a person, and when each was sent."""
        ...

    async def forget_messages(self, person: str, ids: Collection[int]) -> None:
        """These are deleted, or cannot be."""
        ...

    async def close(self) -> None:
        """Let go of Redis, if there is one."""
        ...


def open_drafts(
    redis_url: str | None, locker: Locker, clock: Callable[[], float], prefix: str = "door"
) -> Drafts:
    """Drafts in Redis, or without an address in memory. *clock* gives seconds since 1970."""
    if redis_url is None:
        return MemoryDrafts(locker, clock)
    return RedisDrafts(Redis.from_url(redis_url), locker, clock, prefix)


class MemoryDrafts:
    """Drafts that end with this process; sealed all the same, so that a memory dump says less."""

    def __init__(self, locker: Locker, clock: Callable[[], float]) -> None:
        self._locker = locker
        self._clock = clock
        self.turns = Turns()
        self._kept: dict[str, tuple[float, bytes]] = {}  # until when; the longest idle first
        self._messages: dict[str, dict[bytes, float]] = {}  # when sent; the longest idle first

    @asynccontextmanager
    async def hold(self, person: str) -> AsyncIterator[Held]:
        """As promised in `Drafts`."""
        async with self.turns.of(person):
            self._forget_idle()
            _, locked = self._kept.get(person, (0, None))
            held = Held(None if locked is None else self._locker.unlock(locked, _draft(person)))
            yield held
            self._kept.pop(person, None)
            if held.kept is not None:
                until = self._clock() + IDLE_SECONDS
                self._kept[person] = until, self._locker.lock(held.kept, _draft(person))

    async def remember(self, person: str, messages: Mapping[int, float]) -> None:
        """As promised in `Drafts`."""
        self._forget_old()
        theirs = self._messages.pop(person, {})
        self._messages[person] = theirs | _locked(self._locker, person, messages)

    async def remembered(self, person: str) -> dict[int, float]:
        """As promised in `Drafts`."""
        self._forget_old()
        return dict(self._opened(person).values())

    async def forget_messages(self, person: str, ids: Collection[int]) -> None:
        """As promised in `Drafts`."""
        for locked, (number, _) in self._opened(person).items():
            if number in ids:
                del self._messages[person][locked]

    async def close(self) -> None:
        """Nothing to let go of."""

    def _opened(self, person: str) -> dict[bytes, tuple[int, float]]:
        return _opened(self._locker, person, self._messages.get(person, ()), self._clock())

    def _forget_idle(self) -> None:
        now = self._clock()
        for person, (until, _) in list(self._kept.items()):
            if until > now:
                break
            del self._kept[person]

    def _forget_old(self) -> None:
        oldest = self._clock() - MESSAGE_SECONDS
        for person, messages in list(self._messages.items()):
            if any(sent > oldest for sent in messages.values()):
                break
            del self._messages[person]


class RedisDrafts:
    """Drafts that outlive this process. Redis sees marks of chats and sealed bytes.

    A person is locked by a token that ends by itself after 15 s and that only its owner takes
    back. A turn is two commands: lock and load, save and unlock.
    """

    def __init__(
        self, redis: Redis, locker: Locker, clock: Callable[[], float], prefix: str = "door"
    ) -> None:
        self._redis = redis
        self._locker = locker
        self._clock = clock
        self._prefix = prefix
        self.turns = Turns()
        self._lock_and_load = redis.register_script(_LOCK_AND_LOAD)
        self._save_and_unlock = redis.register_script(_SAVE_AND_UNLOCK)
        self._remember = redis.register_script(_REMEMBER)

    @asynccontextmanager
    async def hold(self, person: str) -> AsyncIterator[Held]:
        """As promised in `Drafts`; Down if Redis is, or if the block took more than 15 s."""
        token = uuid4().hex
        async with self.turns.of(person):
            try:
                held = Held(await self._load(person, token))
                yield held
            except BaseException:
                with suppress(Down):  # the lock ends by itself
                    await self._unlock(person, token, "leave")
                raise
            if held.kept is None:
                await self._unlock(person, token, "forget")
            else:
                locked = self._locker.lock(held.kept, _draft(person))
                await self._unlock(person, token, "keep", locked)

    async def remember(self, person: str, messages: Mapping[int, float]) -> None:
        """As promised in `Drafts`."""
        if not messages:
            return
        oldest = (self._clock() - MESSAGE_SECONDS) // HOUR - 1
        entries = [
            word
            for locked, sent in _locked(self._locker, person, messages).items()
            for word in (sent // HOUR, locked)
        ]
        with plainly():
            key = self._key("messages", person)
            await self._remember([key], [oldest, MESSAGE_SECONDS, *entries])

    async def remembered(self, person: str) -> dict[int, float]:
        """As promised in `Drafts`."""
        return dict((await self._opened(person)).values())

    async def forget_messages(self, person: str, ids: Collection[int]) -> None:
        """As promised in `Drafts`."""
        opened = await self._opened(person)
        gone = [locked for locked, (number, _) in opened.items() if number in ids]
        if gone:
            with plainly():
                await self._redis.zrem(self._key("messages", person), *gone)

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def _load(self, person: str, token: str) -> bytes | None:
        keys = [self._key("lock", person), self._key("draft", person)]
        with plainly():
            # Another process having this person is rare: Redis is asked again, not listened to.
            while not (  # noqa: ASYNC110 - no event comes from another process
                found := await self._lock_and_load(keys, [token, LOCK_SECONDS * 1000])
            ):
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        locked = found[0]
        return None if locked is None else self._locker.unlock(locked, _draft(person))

    async def _unlock(self, person: str, token: str, what: str, locked: bytes = b"") -> None:
        keys = [self._key("lock", person), self._key("draft", person)]
        with plainly():
            ours = await self._save_and_unlock(keys, [token, what, IDLE_SECONDS, locked])
        if what != "leave" and not ours:
            raise Down("a turn took so long that another one may have begun")

    async def _opened(self, person: str) -> dict[bytes, tuple[int, float]]:
        with plainly():
            kept = await self._redis.zrange(self._key("messages", person), 0, -1)
        return _opened(self._locker, person, cast("list[bytes]", kept), self._clock())

    def _key(self, kind: str, person: str) -> str:
        return f"{self._prefix}:{kind}:{person}"


class Turns:
    """One turn a person at a time within this process; a lock lives while somebody wants it."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._wanted: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many people somebody holds or waits for."""
        return len(self._locks)

    @asynccontextmanager
    async def of(self, person: str) -> AsyncIterator[None]:
        """Wait for one's turn with *person*, first come first served."""
        self._wanted[person] += 1
        try:
            async with self._locks.setdefault(person, asyncio.Lock()):
                yield
        finally:
            self._wanted[person] -= 1
            if not self._wanted[person]:
                del self._wanted[person], self._locks[person]


def _draft(person: str) -> str:
    return f"draft:{person}"


def _messages(person: str) -> str:
    return f"messages:{person}"


def _locked(locker: Locker, person: str, messages: Mapping[int, float]) -> dict[bytes, float]:
    """Each message as one locked entry, with the second it was sent."""
    return {
        locker.lock(_MESSAGE.pack(number, sent), _messages(person), _MESSAGE_STEP): sent
        for number, sent in messages.items()
    }


def _opened(
    locker: Locker, person: str, entries: Iterable[bytes], now: float
) -> dict[bytes, tuple[int, float]]:
    """What `_locked` locked, less what is older than a week: entry -> (message id, sent)."""
    opened = {entry: _MESSAGE.unpack(locker.unlock(entry, _messages(person))) for entry in entries}
    return {
        entry: (number, sent)
        for entry, (number, sent) in opened.items()
        if sent > now - MESSAGE_SECONDS
    }


@contextmanager
def plainly() -> Iterator[None]:
    """Redis's many errors as one, without its address."""
    try:
        yield
    except RedisError:
        raise Down("Redis cannot be used just now") from None
