"""Each half watches the other, and says so aloud where it is silent or its letters wait.

What is wrong with a half it cannot always tell by itself: its process is dead, its token is
refused, it was put out of the group. So the staff room tells the group about the door, and the
door tells the leads, in private, about the staff room and about the database.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import NoReturn

from handlers.hours import at
from handlers.talk import Code, Say
from locales import N_
from storage.books import Store
from storage.down import Down
from storage.outbox import Lane

log = logging.getLogger(__name__)

LIMIT = timedelta(minutes=2)
PATIENCE = timedelta(seconds=20)
AGAIN = timedelta(hours=1)
LOOK_SECONDS = 20.0
DEAF_SECONDS = 60.0  # two long polls

SILENT, STUCK, NO_BOOKS, WELL = "silent", "stuck", "no books", "well"
ALARMS: dict[tuple[Lane, str], Say] = {
    ("staff", SILENT): Say(
        N_("The staff bot is silent: cases wait and nobody sees them. Please look after it now.")
    ),
    ("staff", STUCK): Say(
        N_("Cards do not reach the staff group. Is the staff bot still in it? Please look now.")
    ),
    ("staff", NO_BOOKS): Say(
        N_("The database cannot be used: people are told that nothing is sent. Please look now.")
    ),
    ("staff", WELL): Say(N_("The staff bot is well again.")),
    ("door", SILENT): Say(
        N_("The door is silent: people write and get no answer. Please look after it now.")
    ),
    ("door", STUCK): Say(N_("News does not reach people. Please look after the door.")),
    ("door", WELL): Say(N_("The door is well again.")),
}


@dataclass(frozen=True, slots=True)
class Worry:
    """What is wrong with the other half ("": nothing), since when, and when that was last said.

    *told*: something was said since all was well.
    """

    trouble: str = ""
    since: datetime | None = None
    said: datetime | None = None
    told: bool = False


def next_worry(before: Worry, trouble: str, now: datetime) -> tuple[Worry, str]:
    """The next worry, and what is to be said now: a trouble, WELL, or "".

    Said once it has lasted: letters for LIMIT (a letter at once is always overdue), all else for
    one look more, since a half that starts again is no alarm. Then once an hour.
    """
    if not trouble:
        return Worry(), WELL if before.told else ""
    if before.trouble != trouble or before.since is None:
        return Worry(trouble, now, told=before.told), ""
    lasted = now - before.since >= (LIMIT if trouble == STUCK else PATIENCE)
    if not lasted or (before.said and now - before.said < AGAIN):
        return before, ""
    return replace(before, said=now, told=True), trouble


class Watch:
    """One half's eye on the *other*: its pulse and its letters. *tell* says an alarm aloud.

    *clock* gives unix seconds. *tell* may raise Down, and is then asked again.
    """

    def __init__(
        self,
        other: Lane,
        store: Store,
        tell: Callable[[str], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._other, self._store, self._tell, self._clock = other, store, tell, clock
        self._worry = Worry()

    async def run(self) -> NoReturn:
        """Look until cancelled. By the clock, since what is looked for is that nobody calls."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Look once, and say what has to be said."""
        now = at(self._clock())
        worry, words = next_worry(self._worry, await self._trouble(now), now)
        if words and (self._other, words) not in ALARMS:
            worry = replace(worry, said=None, told=self._worry.told)
        elif words:
            log.error("alarm: the %s half is %s", self._other, words)
            try:
                await self._tell(words)
            except Down as down:
                log.warning("the alarm waits, %s", type(down).__name__)
                worry = replace(worry, said=self._worry.said, told=self._worry.told)
        self._worry = worry

    async def _trouble(self, now: datetime) -> str:
        try:
            async with self._store.begin() as books:
                pulse = await books.pulses.last(self._other)
                stuck = await books.outbox.is_stuck(self._other, now - LIMIT)
        except Down:
            return NO_BOOKS
        if pulse is None or now - pulse > LIMIT:
            return SILENT
        return STUCK if stuck else ""


async def beat(
    half: Lane, store: Store, listened: Callable[[], float], clock: Callable[[], float]
) -> NoReturn:
    """Note that *half* is alive, as long as Telegram answers it: *listened*, in unix seconds."""
    while True:
        now = clock()
        try:
            if now - listened() < DEAF_SECONDS:
                async with store.begin() as books:
                    await books.pulses.beat(half, at(now))
        except Down:
            log.warning("%s: the pulse waits for the database", half)
        await asyncio.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class Roll:
    """Whom the door tells: *chats*, the leads' private chats with it; *word*, known to them only.

    A bot cannot write first (Bot API, 403): so a lead opens the door's bot and types /alarm WORD.
    """

    word: str = ""
    chats: Collection[int] = ()

    def answer(self, chat: int, typed: str) -> Say | None:
        """What a lead is told; None where these are no words of a lead's."""
        command, _, word = typed.strip().partition(" ")
        known = compare_digest(word.strip().encode(), self.word.encode())
        if command != "/alarm" or not self.word or not known:
            return None
        if chat in self.chats:
            return Say(N_("Alarms about the bots come to this chat."))
        blanks = {"number": Code(str(chat))}
        words = N_(
            "Alarms do not come here yet. This chat's number is {number}: whoever runs the bots "
            "adds it to FRONT_DOOR_ALARM_CHATS."
        )
        return Say(words, blanks)
