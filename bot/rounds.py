"""The rounds: by the clock, whoever holds a case is looked for, what waits too long is told, and
what has had its time is erased.

Telegram tells who leaves (chat_member), but an update can be missed: while the bot is no
administrator, or after a day without us. Only holders are asked for, one after the other. The
room itself is looked at once a day (bot.inspector).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from bot.archivist import Archivist
from bot.clerk import moment
from bot.inspector import Inspector
from bot.members import Members
from bot.menu import Menu
from handlers.casebook import Casebook
from storage.down import Down

log = logging.getLogger(__name__)

ROUND_SECONDS = 45.0  # by the clock: who left has lost their cases within a minute
TICK = 1.0  # seconds between looks at the clock, which may be moved


class Rounds:
    """Goes once at the start, then every 45 seconds. *clock* gives unix seconds."""

    def __init__(
        self,
        casebook: Casebook,
        archivist: Archivist,
        members: Members,
        inspector: Inspector,
        menu: Menu,
        poke: Callable[[], None],
        clock: Callable[[], float],
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._casebook, self._archivist, self._members = casebook, archivist, members
        self._inspector, self._menu = inspector, menu
        self._poke, self._clock, self._wait = poke, clock, wait
        self._next = 0.0

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            await self._look()
            now = self._clock()
            if not 0 < self._next - now <= ROUND_SECONDS:  # due, or the clock was set back
                self._next = now + ROUND_SECONDS
                await self._go()
            await self._wait(TICK)

    async def _look(self) -> None:
        try:
            await self._inspector.look_if_due()
        except Down:
            log.warning("staff: the room check waits for the database")

    async def _go(self) -> None:
        try:
            await self._menu.keep()
            await self._casebook.begin_days(moment(self._clock))
            await self._casebook.tell_of_the_oldest(moment(self._clock))
            if await self._archivist.go(moment(self._clock)):
                self._poke()
            await self._members.note_leads()
            for holder in await self._casebook.holders():
                if await self._members.have_lost(holder):
                    await self._casebook.let_go(holder, moment(self._clock))
                    self._poke()
        except Down:
            log.warning("staff: the rounds wait for the database or for Telegram")
