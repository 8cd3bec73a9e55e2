"""Out: what the outbox holds reaches Telegram: paced, retried, never lost and never doubled.

sendMessage has no key that would make it safe to repeat. So before a message is sent, the books
get the intent and the floor: the highest message id known in that chat. When the answer does not
come, or this process dies, the message is looked for above that floor, by editing what may be it
into exactly what it should be; only if it is nowhere is it sent again. That works because one
courier sends everything, one letter at a time.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NoReturn

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from bot.parcels import (
    Carrier,
    Delete,
    Done,
    Edit,
    Errand,
    Gone,
    Kind,
    Moved,
    Nothing,
    NotThere,
    Outcome,
    Parcel,
    Same,
    Send,
    Unreached,
    Unsure,
    Wait,
    Wrong,
)
from bot.rush import Rush, urgency
from handlers.digest import PAGE
from handlers.hours import at
from handlers.spoken import Answer
from storage.books import Books, Letter, Store
from storage.down import Down
from storage.outbox import Lane

log = logging.getLogger(__name__)

REACH = 20  # how many message ids above the floor are looked at
BATCH = 1000  # letters looked at in one round, so that the urgent are among them
TICK = 1.0  # seconds between looks at the outbox: the other process cannot poke us
DOWN_SECONDS = 5.0
GONE_SECONDS = 60.0
ODD_SECONDS = 60.0
PARKED_SECONDS = 3600.0
LATEST = "latest"  # the post that is only the newest of our other messages in the group


class Heights:
    """The message ids used so far, as far as this process has seen.

    A group counts its own messages; all private chats of a bot share one counter.
    """

    def __init__(self) -> None:
        self._highest: dict[int, int] = {}
        self._ours: deque[tuple[int, int]] = deque(maxlen=1000)

    def seen(self, chat: int, message: int) -> None:
        """Somebody's message."""
        chat = min(chat, 0)
        self._highest[chat] = max(message, self._highest.get(chat, 0))

    def sent(self, chat: int, message: int) -> None:
        """A message of this bot: never to be taken for one that is looked for."""
        self.seen(chat, message)
        self._ours.append((min(chat, 0), message))

    def above(self, chat: int) -> int:
        """The highest id seen; 0 when none was."""
        return self._highest.get(min(chat, 0), 0)

    def ours(self, chat: int) -> set[int]:
        """The latest ids of this bot's own messages."""
        return {message for where, message in self._ours if where == min(chat, 0)}


class Pace:
    """How often the group may be written to, edits included; Telegram takes about 20 a minute.

    18 in a minute and 8 in any 20 seconds, so that even after a burst an urgent card waits some
    20 seconds at most. Half of the 8 are kept from new cards: a page names many cases, and who
    has pressed something is looking at the screen.
    """

    def __init__(self, most: int = 8, seconds: float = 20.0, minute: int = 18) -> None:
        self._new_cards, self._window = max(1, most // 2), int(seconds * 1000)
        # One less, since the library counts both ends of its window.
        rates = [Rate(most, self._window - 1)]
        rates += [Rate(minute, 3 * self._window - 1)] if minute > most else []
        self._bucket = InMemoryBucket(rates)
        self.held_until = 0.0

    def take(self, now: float, *, new_card: bool = False) -> bool:
        """Take a place, if there is one."""
        if now < self.held_until:
            return False
        item = RateItem("group", int(now * 1000))
        newest = self._bucket.peek(0)
        if newest is not None and newest.timestamp > item.timestamp:
            self._bucket.flush()  # the clock was set back: what is noted lies in the future
        self._bucket.leak(item.timestamp)
        if new_card and self._lately(item.timestamp) >= self._new_cards:
            return False
        return bool(self._bucket.put(item))

    def _lately(self, now: int) -> int:
        """How many places were taken in the last 20 seconds, as far as that matters here."""
        last = (self._bucket.peek(number) for number in range(self._new_cards))
        return sum(one is not None and one.timestamp > now - self._window for one in last)

    def hold(self, until: float) -> None:
        """No places before *until*, in unix seconds."""
        self.held_until = until


async def until_poked(poked: asyncio.Event, seconds: float) -> None:
    """Wait for a poke, *seconds* at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await poked.wait()


class Courier:
    """Delivers the letters of one lane. There must be one courier a lane.

    *clock* gives unix seconds. *minimal* is a letter's plainest parcel, for when Telegram finds
    the usual one wrong; *moved* is told a group's new id; *rush* puts many new cards on the digest
    (None: each goes out by itself); *sounding* is sent to a group, and deleted, before all else
    (None: its ids are known). *wait* sleeps until a poke, *dice* gives 0 to 1.
    """

    def __init__(
        self,
        lane: Lane,
        store: Store,
        carrier: Carrier,
        kinds: Mapping[str, Kind],
        clock: Callable[[], float],
        *,
        pace: Pace,
        heights: Heights,
        minimal: Callable[[Letter], Parcel | None] = lambda letter: None,
        moved: Callable[[int], None] = lambda chat: None,
        rush: Rush | None = None,
        sounding: Answer | None = None,
        lease_seconds: float = 30.0,
        wait: Callable[[asyncio.Event, float], Awaitable[None]] = until_poked,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._lane, self._store, self._carrier, self._clock = lane, store, carrier, clock
        self._begin = store.in_turn if lane == "staff" else store.begin
        self._kinds, self._pace, self._heights = kinds, pace, heights
        self._minimal, self._moved, self._rush = minimal, moved, rush
        self._lease_seconds, self._wait, self._dice = lease_seconds, wait, dice
        self._sounding, self._sounded = sounding, set[int]()
        self._poked = asyncio.Event()
        self._quiet_until = 0.0  # nothing at all is sent before
        self._falls = 0  # how often in a row Telegram was not reached

    def poke(self) -> None:
        """Something was written: look now."""
        self._poked.set()

    async def run(self) -> NoReturn:
        """Deliver until cancelled. A letter in hand then is looked for by the next courier."""
        while True:
            self._poked.clear()
            try:
                busy, seconds = await self.round() > 0, TICK
            except Down:
                log.warning("%s courier: waiting for the database", self._lane)
                busy, seconds = False, DOWN_SECONDS
            if not busy:
                await self._wait(self._poked, seconds)

    async def round(self) -> int:
        """Go once through the letters that are due; how many came to their end. Raises Down."""
        now = self._clock()
        if now < self._quiet_until:
            return 0
        ended, held = 0, list[int]()
        for letter in await self._lease(now):
            if self._clock() >= now + self._lease_seconds:
                break  # the lease is over: from here on they are anybody's, and come again
            if not self._has_room(letter):
                held.append(letter.id)
            else:
                ended += await self._serve(letter)
        if held:
            async with self._store.begin() as books:
                await books.outbox.put_back(
                    held, at(max(self._quiet_until, self._pace.held_until))
                )
        return ended

    # Which letters go now

    async def _lease(self, now: float) -> list[Letter]:
        """The letters that are due, the digest first and the urgent before the calm."""
        async with self._store.begin() as books:
            letters = await self._due(books, now)
            joined = await self._rush.join(books, letters, now) if self._rush else None
            if joined is not None:
                letters = [letter for letter in letters if letter.id not in joined]
                letters += await self._due(books, now)
        return sorted(letters, key=rank)

    async def _due(self, books: Books, now: float) -> list[Letter]:
        return await books.outbox.lease(self._lane, at(now), self._lease_seconds, BATCH)

    def _has_room(self, letter: Letter) -> bool:
        """Whether this letter may go now; then its place is taken."""
        now = self._clock()
        if now < self._quiet_until:
            return False
        kind = self._kinds.get(letter.kind)
        paced = kind is not None and kind.paced
        return not paced or self._pace.take(now, new_card=letter.body.get("new", False))

    # One letter

    async def _serve(self, letter: Letter) -> bool:
        """Ask what it wants, do that, note how it went; whether it ended. Raises Down."""
        try:
            errand = await self._ask(letter)
            outcome = await self._insist(letter, errand)
            return await self._note(letter, errand, outcome)
        except Down:
            raise
        except Exception as fault:  # noqa: BLE001 - a letter that breaks us waits, and the others go on
            log.error("%s courier: %s broke, %s", self._lane, letter.kind, type(fault).__name__)
            return await self._later(letter, ODD_SECONDS)

    async def _ask(self, letter: Letter) -> Errand:
        async with self._begin() as books:
            return await self._kinds[letter.kind].deliver(books, letter, at(self._clock()))

    async def _insist(self, letter: Letter, errand: Errand) -> Outcome:
        """Twice as it is; if Telegram still finds it wrong, in its plainest form."""
        outcome: Outcome = Same()
        for version in (errand, errand, *self._plain(letter, errand)):
            outcome = await self._carry(letter, version)
            if not isinstance(outcome, Wrong):
                break
        return outcome

    def _plain(self, letter: Letter, errand: Errand) -> tuple[Errand, ...]:
        parcel = self._minimal(letter)
        if parcel is None or not isinstance(errand, Send | Edit):
            return ()
        return (replace(errand, parcel=parcel),)

    async def _carry(self, letter: Letter, errand: Errand) -> Outcome:
        match errand:
            case Send(parcel):
                return await self._send(letter, parcel)
            case Edit(message, parcel):
                return await self._carrier.edit(message, parcel)
            case Delete(chat, message):
                return await self._carrier.delete(chat, message)
            case Nothing():
                return Same()

    # Sending, never lost and never doubled

    async def _send(self, letter: Letter, parcel: Parcel) -> Outcome:
        """Send it, unless an earlier try of which nobody knows the end did arrive."""
        if in_doubt(letter, parcel):
            found = await self._look_for(letter, parcel)
            if not isinstance(found, NotThere):
                return found
        if self._sounding and parcel.chat < 0 and parcel.chat not in self._sounded:
            height = await self._sound(replace(parcel, answer=self._sounding))
            if not isinstance(height, Done):
                return height
        await self._intend(letter, await self._floor(parcel.chat))
        outcome = await self._carrier.send(parcel)
        if isinstance(outcome, Done):
            self._heights.seen(parcel.chat, outcome.message)
        elif not isinstance(outcome, Unsure):
            await self._intend(letter, None)  # it did not arrive: nothing to look for
        return outcome

    async def _sound(self, parcel: Parcel) -> Outcome:
        """Learn how high a group's ids are by now, before this process's first message there.

        What was written there while nobody listened is never heard of; and a floor that is too
        low by more than REACH would hide the message that is looked for.
        """
        outcome = await self._carrier.send(parcel)
        if isinstance(outcome, Done):
            self._heights.sent(parcel.chat, outcome.message)
            self._sounded.add(parcel.chat)
            await self._carrier.delete(parcel.chat, outcome.message)
        return outcome

    async def _look_for(self, letter: Letter, parcel: Parcel) -> Outcome:
        """Done: found, and it now shows *parcel*. NotThere: it never arrived. Else: not yet known.

        Not paced: this is seldom, and a 429 is obeyed.
        """
        floor = letter.floor or 0
        ours = await self._ours(parcel.chat, floor)
        for message in range(floor + 1, floor + 1 + REACH):
            outcome = await self._carrier.edit(message, parcel) if message not in ours else None
            match outcome:
                case Done() | Same():
                    return Done(message)
                case NotThere() | None:
                    continue
                case _:
                    await self._intend(letter, message - 1)  # the next look begins here
                    return outcome
        return NotThere()

    async def _ours(self, chat: int, floor: int) -> set[int]:
        async with self._store.begin() as books:
            return await books.posts.ours(chat, floor) | self._heights.ours(chat)

    async def _floor(self, chat: int) -> int:
        async with self._store.begin() as books:
            return max(self._heights.above(chat), await books.posts.highest(chat))

    async def _intend(self, letter: Letter, floor: int | None) -> None:
        async with self._store.begin() as books:
            await books.outbox.intend(letter.id, floor)

    # Noting how it went

    async def _note(self, letter: Letter, errand: Errand, outcome: Outcome) -> bool:
        """Put the letter off, or end it; whether it ended."""
        match outcome:
            case Wait(seconds):
                return await self._later(letter, self._hush(seconds))
            case Unreached():
                self._falls += 1
                return await self._later(letter, self._hush(self._backoff(self._falls)))
            case Unsure():
                return await self._later(letter, self._backoff(letter.tries + 1))
            case Gone() if chat_of(errand) < 0:
                log.error("%s courier: put out of the group", self._lane)
                self._pace.hold(self._clock() + GONE_SECONDS)
                return await self._later(letter, GONE_SECONDS)
            case Moved(chat):
                log.warning("%s courier: the group has a new id", self._lane)
                self._moved(chat)
                return await self._later(letter, 0, forget=post_of(errand))
            case NotThere() if isinstance(errand, Edit) and errand.post:
                return await self._later(letter, 0, forget=errand.post)
            case Wrong(why) if not isinstance(errand, Delete):
                log.error("%s courier: parked a %s, %s", self._lane, letter.kind, why)
                return await self._later(letter, PARKED_SECONDS)
        await self._end(letter, errand, outcome)
        return True

    async def _later(self, letter: Letter, seconds: float, *, forget: str | None = None) -> bool:
        async with self._store.begin() as books:
            if forget is not None:
                await books.posts.drop(forget)
            await books.outbox.again(letter.id, at(self._clock() + seconds))
        return False

    async def _end(self, letter: Letter, errand: Errand, outcome: Outcome) -> None:
        """One transaction: where the message is, what follows from it, and the letter is done."""
        after = self._kinds[letter.kind].after
        async with self._begin() as books:
            await remember(books, letter, errand, outcome)
            if after is not None:
                await after(books, letter, errand, outcome, at(self._clock()))
            await books.outbox.done(letter)
        if isinstance(errand, Send) and isinstance(outcome, Done):
            # Only now: had the books been lost in between, it would have to be looked for.
            self._heights.sent(errand.parcel.chat, outcome.message)
        self._falls = 0

    def _hush(self, seconds: float) -> float:
        """Nothing goes out for *seconds*, which it gives back."""
        self._quiet_until = self._clock() + seconds
        return seconds

    def _backoff(self, tries: int) -> float:
        """1, 2, 4 ... 60 seconds, up to half of that less."""
        return min(60.0, 2.0 ** (min(tries, 7) - 1)) * (1 - self._dice() / 2)


async def remember(books: Books, letter: Letter, errand: Errand, outcome: Outcome) -> None:
    """Note where a post is, and what it shows; or that it is no more.

    Other messages in the group count as one post, so that after a restart, when no heights are
    known, the newest of them is not taken for one that is looked for.
    """
    match errand, outcome:
        case Send(parcel, None), Done(message) if parcel.chat < 0:
            await books.posts.put(LATEST, parcel.chat, message, letter.version)
        case Send(parcel, str(post)), Done(message):
            await books.posts.put(post, parcel.chat, message, letter.version)
        case Edit(message, parcel, str(post)), Done() | Same():
            await books.posts.put(post, parcel.chat, message, letter.version)
        case Delete(_, _, str(post)), _:
            await books.posts.drop(post)


def in_doubt(letter: Letter, parcel: Parcel) -> bool:
    """Was it sent to the group before, and nobody knows how that ended?

    In a private chat nothing is looked for: the bot also answers there by itself, and an answer
    must never be overwritten. There a second copy is the lesser harm.
    """
    return letter.floor is not None and parcel.chat < 0


def rank(letter: Letter) -> int:
    """Who goes first, among those due: the digest, then the urgent."""
    return -1 if letter.kind == PAGE else urgency(letter)


def chat_of(errand: Errand) -> int:
    match errand:
        case Send(parcel) | Edit(_, parcel):
            return parcel.chat
        case Delete(chat):
            return chat
        case Nothing():
            return 0


def post_of(errand: Errand) -> str | None:
    return None if isinstance(errand, Nothing) else errand.post
