"""Updates in, for both bots: Telegram is told that we have one only after its effect is durable.

Telegram keeps every update until a poll's `offset` passes it, for 24 hours. So the offset is the
receipt we give: it never passes an update that is not finished. A crash at any point means that
Telegram hands out the unfinished ones again; the seen-marks of those who hear make that harmless.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, NoReturn

from bot.bot_api import BotApi, Failed, Refused
from bot.trouble import Trouble
from handlers.hours import at
from storage.books import Store
from storage.down import Down

log = logging.getLogger(__name__)

Update = dict[str, Any]

TRIES = (0.0, 1.0, 5.0)  # seconds before each
LAST_CALL_SECONDS = 3.0
UNREADABLE = "unreadable"  # the lane of what nobody can slim


@dataclass(frozen=True, slots=True)
class Desk:
    """What the receiver needs from a bot.

    *slim* keeps the few fields we use of an update (pure; None: nothing for us). *lane* names
    what keeps order, the chat. *hear* gets all that waits in one lane, slimmed; it hears the
    first, or the first few in one turn, and gives how many, once their effect is durable and
    answered; raising means none yet. *sorry* asks the person once to send it again; it gets the
    update as it came.
    """

    bot: str
    allowed: tuple[str, ...]
    slim: Callable[[Update], Update | None]
    lane: Callable[[Update], str]
    hear: Callable[[Sequence[Update]], Awaitable[int]]
    sorry: Callable[[Update], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update as it came, and slimmed; or what went wrong with that."""

    update: Update
    slimmed: Update
    fault: str = ""


class Broken(Exception):
    """A turn broke; its text is the name of what went wrong."""


class TokenRefused(Trouble):
    """Telegram does not know this bot's token: it was revoked, or mistyped."""


class Receiver:
    """Hears every update at least once, each chat in order, many chats side by side.

    *clock* gives unix seconds; *lanes* is how many turns go on at once, *window* how many updates
    are in hand at most (Telegram shows no more than 100); *turn_seconds* is the time of one try.
    While something is in hand, polls are *lull* seconds apart. *pause* waits, *dice* gives 0 to 1.
    """

    def __init__(
        self,
        api: BotApi,
        desk: Desk,
        store: Store,
        clock: Callable[[], float],
        *,
        lanes: int = 32,
        window: int = 100,
        turn_seconds: float = 10.0,
        poll_seconds: int = 25,
        lull: float = 0.1,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._api, self._desk, self._store, self._clock = api, desk, store, clock
        self._width, self._window = lanes, window
        self._turn_seconds, self._poll_seconds = turn_seconds, poll_seconds
        self._lull, self._pause, self._dice = lull, pause, dice
        self._hand: dict[int, bool] = {}  # update id -> finished, in the order they were sent
        self._lanes: dict[str, deque[Waiting]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()  # lanes whose next turn may begin
        self._finished = asyncio.Event()
        self.listened = 0.0
        """When Telegram last answered a poll, in unix seconds; 0 before it did."""
        self.drained = asyncio.Event()
        """Set once what the first poll brought is finished, and all that came meanwhile."""

    async def run(self) -> NoReturn:
        """Receive until cancelled; then let the turns in hand finish, and confirm those.

        Raises TokenRefused.
        """
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work()) for _ in range(self._width)]
            try:
                await self._listen()
            finally:
                await self._put_away()
                for worker in workers:
                    worker.cancel()
        raise TokenRefused(f"Telegram does not know the token of the {self._desk.bot} bot")

    # Polling

    async def _listen(self) -> None:
        """Poll until the token is refused. Whatever else goes wrong is waited out."""
        trouble, tries = "", 0
        while True:
            try:
                for update in await self._poll():
                    self._take(update)
            except Failed as failed:
                if isinstance(failed, Refused) and failed.code in (401, 404):
                    return
                trouble = tell(trouble, failed)
                await self._pause(patience(failed, tries) * (1 + self._dice() / 4))
                tries += 1
            else:
                trouble, tries = "", 0
                await self._rest()

    async def _poll(self) -> list[Update]:
        """One poll: it confirms what is finished, and brings what is not yet in hand."""
        confirming = self._done()
        updates: list[Update] = await self._api.call(
            "getUpdates",
            offset=self._offset(),
            limit=self._window,
            # At first only what is waiting, so that it is soon known when we have caught up.
            timeout=self._poll_seconds if self.drained.is_set() else 0,
            allowed_updates=self._desk.allowed,
        )
        self.listened = self._clock()
        self._forget(confirming)
        return [update for update in updates if update["update_id"] not in self._hand]

    async def _rest(self) -> None:
        """Wait for empty hands, or a lull; and while the window is full, for a lane.

        Telegram would hand out at once, again, whatever is still unfinished.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._lull):
                await self._until(self._idle)
                self.drained.set()
        await self._until(self._has_room)

    async def _put_away(self) -> None:
        """Stopping: give the turns in hand their time, then confirm those that finished."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._turn_seconds):
                await self._until(self._idle)
        if self._done():
            with suppress(TimeoutError, Failed):
                async with asyncio.timeout(LAST_CALL_SECONDS):
                    # What this brings is not looked at, and so not confirmed either.
                    await self._api.call("getUpdates", offset=self._offset(), limit=1, timeout=0)

    # What is in hand

    def _done(self) -> list[int]:
        """The finished updates before the first unfinished one."""
        return list(takewhile(self._hand.__getitem__, self._hand))

    def _offset(self) -> int | None:
        """The lowest unfinished update, or the one after the last; None: nothing to confirm.

        Only what is in hand counts: ids may start again anywhere after a quiet week.
        """
        for number, finished in self._hand.items():
            if not finished:
                return number
        return next(reversed(self._hand)) + 1 if self._hand else None

    def _forget(self, confirmed: list[int]) -> None:
        for number in confirmed:
            del self._hand[number]

    def _idle(self) -> bool:
        return all(self._hand.values())

    def _has_room(self) -> bool:
        return len(self._hand) - len(self._done()) < self._window

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._finished.clear()
            await self._finished.wait()

    # Lanes

    def _take(self, update: Update) -> None:
        """Put an update at the end of its chat's lane; what is not for us is finished at once."""
        try:
            slimmed = self._desk.slim(update)
            lane = UNREADABLE if slimmed is None else self._desk.lane(slimmed)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, others must be heard
            self._queue(UNREADABLE, Waiting(update, {}, type(fault).__name__))
        else:
            self._hand[update["update_id"]] = slimmed is None
            if slimmed is not None:
                self._queue(lane, Waiting(update, slimmed))

    def _queue(self, lane: str, waiting: Waiting) -> None:
        self._hand[waiting.update["update_id"]] = False
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        self._lanes[lane].append(waiting)

    async def _work(self) -> None:
        """Take one turn of the next lane; then that lane goes behind all others.

        So one lane is in one pair of hands at a time, and nobody who floods starves others.
        """
        while True:
            lane = await self._ready.get()
            line = self._lanes[lane]
            heard = await self._turn(tuple(line))
            for waiting in islice(tuple(line), heard):
                self._hand[waiting.update["update_id"]] = True
                line.popleft()
            self._finished.set()
            if line:
                self._ready.put_nowait(lane)
            else:
                del self._lanes[lane]

    # A turn

    async def _turn(self, line: tuple[Waiting, ...]) -> int:
        """Hear what can be heard in one turn, or set the first aside; how many are done with.

        While what it needs is Down do neither, and wait.
        """
        seconds = growing(30.0)
        while True:
            try:
                return await self._hear(line)
            except Down as down:
                log.warning("%s: waiting, %s", self._desk.bot, type(down).__name__)
                await self._pause(next(seconds))

    async def _hear(self, line: tuple[Waiting, ...]) -> int:
        """Three tries, the first one together with what waits behind it; then quarantine.

        Raises Down: that is not the update's fault.
        """
        fault = ""
        for seconds in TRIES:
            await self._pause(seconds)
            try:
                return await self._try(line)
            except Broken as broken:
                fault, line = str(broken), line[:1]
        await self._set_aside(line[0].update, fault)
        return 1

    async def _try(self, line: tuple[Waiting, ...]) -> int:
        """Hear the first, or the first few; how many. Raises Down, and Broken."""
        if line[0].fault:
            raise Broken(line[0].fault)
        try:
            async with asyncio.timeout(self._turn_seconds):
                return await self._desk.hear([waiting.slimmed for waiting in line])
        except Down:
            raise
        except TimeoutError:
            raise Down("a turn took too long") from None  # it waited: not the update's fault
        except Exception as fault:  # noqa: BLE001 - one update that breaks us must not stop the others
            raise Broken(type(fault).__name__) from None

    async def _set_aside(self, update: Update, fault: str) -> None:
        """Note what kind of update broke what, never whose or what was in it. Raises Down."""
        kind = next((name for name in update if name != "update_id"), "nothing")
        day = at(self._clock()).date()
        try:
            async with asyncio.timeout(self._turn_seconds), self._store.begin() as books:
                await books.quarantine.add(self._desk.bot, kind, fault, day)
        except TimeoutError:
            raise Down("the database does not answer") from None
        log.error("%s: quarantined a %s after %s", self._desk.bot, kind, fault)
        await self._apologise(update)

    async def _apologise(self, update: Update) -> None:
        try:
            async with asyncio.timeout(self._turn_seconds):
                await self._desk.sorry(update)
        except Exception as fault:  # noqa: BLE001 - said once; what keeps it from being said is not retried
            log.warning("%s: could not say sorry, %s", self._desk.bot, type(fault).__name__)


def growing(most: float) -> Iterator[float]:
    """Seconds to wait, for ever: 1, 2, 4 ... *most*."""
    seconds = 1.0
    while True:
        yield min(seconds, most)
        seconds = min(seconds * 2, most)


def patience(failed: Failed, tries: int) -> float:
    """Seconds before the next poll, after so many that failed."""
    match failed:
        case Refused(code=429, retry_after=int(seconds)):
            return seconds
        case Refused(code=409):
            return 3.0
        case _:
            return min(30.0, 2.0 ** min(tries, 5))


def tell(before: str, failed: Failed) -> str:
    """Log a trouble when it begins, not at every poll; gives the trouble."""
    trouble = str(failed)
    if isinstance(failed, Refused) and failed.code == 409:
        trouble = "somebody else polls with this token"
    if trouble != before:
        log.warning("polling: %s (%s)", trouble, type(failed).__name__)
    return trouble
