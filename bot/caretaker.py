"""Chats that clear themselves, for those who asked; and the one silent offer to clear in time.

A wish is a timed row (`handlers.wishes`), so a restart forgets none. Its look is cheap and not
urgent: no poke is needed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from bot.parcels import Carrier, Outcome, Parcel, Unreached, Wait
from handlers import wishes
from handlers.erase import ask_offer, tell_cleared
from handlers.hours import at
from handlers.reception import Reception, Tidied
from handlers.spoken import Voice
from handlers.talk import CLEAR, Button, Draft, Say, Swept, Telling
from storage.books import Letter
from storage.down import Down
from storage.seal import NotOpened

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
LEASE_SECONDS = 60.0
AGAIN = timedelta(seconds=30)
BATCH = 100


class Caretaker:
    """Looks after the wishes. *clock* gives unix seconds.

    *put_away(chat)* takes the list to choose from off the screen.
    """

    def __init__(
        self,
        reception: Reception,
        carrier: Carrier,
        put_away: Callable[[int], Awaitable[object]],
        clock: Callable[[], float],
    ) -> None:
        self._reception, self._carrier = reception, carrier
        self._put_away, self._clock = put_away, clock
        self._store, self._keys = reception.store, reception.keys

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            try:
                await self.round()
            except Down:
                log.warning("caretaker: waiting for the database")
            await asyncio.sleep(LOOK_SECONDS)

    async def round(self) -> None:
        """Go once through the wishes that are due. Raises Down."""
        now = self._now()
        async with self._store.begin() as books:
            letters = await books.outbox.lease(wishes.LANE, now, LEASE_SECONDS, BATCH)
        for letter in letters:
            if self._now() >= now + timedelta(seconds=LEASE_SECONDS):
                break  # from here on they are anybody's, and come again
            await self._serve(letter)

    async def _serve(self, letter: Letter) -> None:
        try:
            chat = wishes.chat_of(letter, self._keys)
            if letter.body["how"] == "idle":
                await self._clear(letter, chat)
            else:
                await self._offer(letter, chat)
        except NotOpened:
            log.error("caretaker: a wish that our key does not open")
            await self._done(letter)
        except Down:
            await self._again(letter)
        except Exception as fault:  # noqa: BLE001 - a wish that breaks us waits, and the others go on
            log.error("caretaker: a wish broke, %s", type(fault).__name__)
            await self._again(letter)

    async def _clear(self, letter: Letter, chat: int) -> None:
        """Clear a chat that has been quiet long enough; else look again when it may have been.

        Where all went, not a word is sent: nobody asked for a line just then.
        """
        came = await self._reception.clear_if_quiet(chat, wishes.QUIET.total_seconds())
        if not isinstance(came, Tidied):
            async with self._store.begin() as books:
                await books.outbox.put_back([letter.id], at(came))
            return
        await self._done(letter)
        if came.chose:
            await self._put_away(chat)
        if came.swept.left or not came.swept.known:
            telling = tell_cleared(Draft(), came.swept)
            await self._say(letter, chat, telling.says, telling.buttons)

    async def _offer(self, letter: Letter, chat: int) -> None:
        """Ask once whether to clear; where it is too late for that, say what is left.

        The floor marks that it may have been sent: then it is not sent a second time.
        """
        if letter.floor is None:
            telling = await self._offered(chat)
            async with self._store.begin() as books:
                await books.outbox.intend(letter.id, 0)
            outcome = await self._say(letter, chat, telling.says, telling.buttons)
            if isinstance(outcome, Unreached | Wait):
                async with self._store.begin() as books:
                    await books.outbox.intend(letter.id, None)
                await self._again(letter)
                return
        await self._done(letter)

    async def _offered(self, chat: int) -> Telling:
        messages = await self._reception.drafts.remembered(self._keys.person(chat))
        oldest = (self._now() - wishes.DELETABLE).timestamp()
        if any(sent > oldest for sent in messages.values()):
            return Telling((ask_offer(),), (CLEAR,))
        return tell_cleared(Draft(), Swept(len(messages)))

    async def _say(
        self, letter: Letter, chat: int, says: Sequence[Say], buttons: Sequence[Button]
    ) -> Outcome:
        voice = Voice(letter.body["language"], self._reception.today())
        return await self._carrier.send(Parcel(chat, voice.message(says, buttons), silent=True))

    async def _again(self, letter: Letter) -> None:
        async with self._store.begin() as books:
            await books.outbox.again(letter.id, self._now() + AGAIN)

    async def _done(self, letter: Letter) -> None:
        async with self._store.begin() as books:
            await books.outbox.done(letter)

    def _now(self) -> datetime:
        return at(self._clock())
