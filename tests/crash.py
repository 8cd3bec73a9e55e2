"""A half of the house that dies at one exact moment: SIGKILL, as when the power goes.

Each moment is a seam between two steps of the real house. It is armed from outside by writing its
name into a file of the world's folder, and is met once: the file goes before the process does.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from secrets import randbelow
from typing import Any

import httpx

from bot import front_door, halves
from bot.bot_api import BotApi
from bot.config import DoorSettings, StaffSettings
from bot.demo import running
from bot.postman import Postman
from bot.sandbox.server import serving
from bot.sandbox.telegram import default_sandbox
from storage import drafts
from storage.books import Books, Store
from storage.cases import Cases
from storage.outbox import Outbox
from storage.traces import Audit

Settings = DoorSettings | StaffSettings
ARMED = "armed"

Done = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Fuse:
    """Where a moment is armed for one half."""

    file: Path
    half: str

    def arm(self, moment: str) -> None:
        """From now on the half dies when it comes to *moment*."""
        self.file.with_suffix(".new").write_text(f"{self.half} {moment}")
        self.file.with_suffix(".new").replace(self.file)

    def burns(self, moment: str) -> bool:
        """Whether *moment* is the one."""
        return self.file.exists() and self.file.read_text() == f"{self.half} {moment}"

    def meet(self, moment: str) -> None:
        """Come to *moment*: die there if it is armed."""
        if self.burns(moment):
            self.file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def door(folder: Path, settings: DoorSettings, ahead: float) -> None:
    """A process that is the door; its clock is *ahead* seconds before ours. Ends with SIGTERM."""
    wire(Fuse(folder / ARMED, "door"))
    asyncio.run(live(lambda clock: halves.open_door(settings, clock, randbelow, codes=1), ahead))


def staff(folder: Path, settings: StaffSettings, ahead: float) -> None:
    """A process that is the staff room."""
    wire(Fuse(folder / ARMED, "staff"))
    asyncio.run(live(lambda clock: halves.open_staff(settings, clock, randbelow), ahead))


def telegram(told: Connection) -> None:
    """A process that is Telegram; *told* gets its address. It sees the others die."""
    asyncio.run(_telegram(told))


async def _telegram(told: Connection) -> None:
    async with serving(default_sandbox(time.time)) as base:
        told.send(base)
        await asyncio.get_running_loop().create_future()


async def live(opened: Callable[[halves.Clock], Any], ahead: float) -> None:
    """Run a half until SIGTERM; then until all it has been told is heard, and all is sent."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with AsyncExitStack() as stack:
        half: halves.Half = await stack.enter_async_context(opened(lambda: time.time() + ahead))
        idle = listened_to(half.courier)
        await stack.enter_async_context(running(half.run()))
        await stopped.wait()
        await half.receiver.drained.wait()
        for _ in range(2):  # a round under way may have missed the last letter
            idle.clear()
            half.courier.poke()
            await idle.wait()


def listened_to(courier: Any) -> asyncio.Event:
    """Set whenever the courier has found nothing to do."""
    idle = asyncio.Event()
    wait = courier._wait

    async def waiting(poked: asyncio.Event, seconds: float) -> None:
        idle.set()
        await wait(poked, seconds)

    courier._wait = waiting
    return idle


# The seams


def wire(fuse: Fuse) -> None:
    """Put every moment of this process in its place."""
    for place in (drafts.MemoryDrafts, drafts.RedisDrafts):
        change(place, "hold", lambda real: held(real, fuse))
    change(front_door, "show", lambda real: shown(real, fuse))
    change(Cases, "file", lambda real: first(real, lambda: fuse.meet("C7")))
    change(Outbox, "put", lambda real: then(real, partial(letter_written, fuse)))
    change(Outbox, "intend", lambda real: then(real, intent_written))
    change(Cases, "claim", lambda real: then(real, lambda *_: DONE.get().append("C25")))
    change(Audit, "add_all", lambda real: then(real, partial(audited, fuse)))
    change(Store, "begin", lambda real: committed(real, fuse))
    change(BotApi, "call", lambda real: polled(real, fuse))
    change(httpx.AsyncClient, "send", lambda real: traced(real, fuse))
    change(Postman, "send", lambda real: then(real, lambda *_: fuse.meet("C20")))


def change(owner: Any, name: str, wrapped: Callable[[Any], Any]) -> None:
    """Put *wrapped(real)* in the place of a function."""
    setattr(owner, name, wrapped(getattr(owner, name)))


def first(real: Callable[..., Awaitable[Any]], meet: Callable[[], None]) -> Any:
    """*meet*, then the real thing."""

    async def both(*given: Any, **named: Any) -> Any:
        meet()
        return await real(*given, **named)

    return both


def then(real: Callable[..., Awaitable[Any]], meet: Done) -> Any:
    """The real thing, then *meet* with what was given to it."""

    async def both(*given: Any, **named: Any) -> Any:
        result = await real(*given, **named)
        meet(*given)
        return result

    return both


DONE: ContextVar[list[str]] = ContextVar("DONE")
"""What the transaction under way has done: moments that are met once it is committed."""


def letter_written(fuse: Fuse, outbox: Outbox, lane: str, kind: str) -> None:
    if kind == "card":
        fuse.meet("C11")
        DONE.get().append("C13")


def intent_written(outbox: Outbox, letter: int, floor: int | None) -> None:
    if floor is not None:
        DONE.get().append("C18")


def audited(fuse: Fuse, audit: Audit, who: int, whats: Sequence[str], *_: object) -> None:
    if "reveal" in whats:
        fuse.meet("C28")
        DONE.get().append("C28 committed")


def committed(real: Any, fuse: Fuse) -> Any:
    """A transaction; once it is committed, the moments it has earned."""

    @asynccontextmanager
    async def begin(store: Store) -> AsyncIterator[Books]:
        done: list[str] = []
        token = DONE.set(done)
        async with real(store) as books:
            yield books
        DONE.reset(token)
        for moment in done:
            fuse.meet(moment)

    return begin


def held(real: Any, fuse: Fuse) -> Any:
    """A turn with one person: before its draft is saved, and after."""

    @asynccontextmanager
    async def hold(place: Any, person: str) -> AsyncIterator[drafts.Held]:
        async with real(place, person) as found:
            yield found
            fuse.meet("C5")
        fuse.meet("C5 saved")

    return hold


def shown(real: Any, fuse: Fuse) -> Any:
    """An answer that is on the screen, and not the one before, which is there as we are armed."""

    async def show(*given: Any) -> Any:
        armed = fuse.burns("answer shown")
        result = await real(*given)
        if armed:
            fuse.meet("answer shown")
        return result

    return show


def polled(real: Any, fuse: Fuse) -> Any:
    """A poll whose offset told Telegram to forget all that came before, and that brought more."""
    known: set[int] = set()

    async def call(api: BotApi, method: str, **params: Any) -> Any:
        result = await real(api, method, **params)
        if method == "getUpdates":
            new = {update["update_id"] for update in result} - known
            if params["offset"] is not None and new and len(new) == len(result):
                fuse.meet("C17")
            known.update(new)
        return result

    return call


def traced(real: Any, fuse: Fuse) -> Any:
    """python-telegram-bot's request: the last byte of a message is written, nothing is read."""

    async def send(client: httpx.AsyncClient, request: httpx.Request, **named: Any) -> Any:
        async def trace(event: str, info: object) -> None:
            if event.endswith("send_request_body.complete"):
                fuse.meet("C19")

        if request.url.path.endswith("/sendMessage"):
            request.extensions["trace"] = trace
        return await real(client, request, **named)

    return send
