"""A loopback Bot API for load: it hands out prepared updates, and counts what comes back.

Not the strict sandbox: that one checks every call against aiogram's models, and would be what is
measured. This one reads four numbers out of a request with a pattern, believes everything, and
answers from templates, so that nearly all the work of a run is the bot's. It honours `offset`,
`limit` and `timeout` of getUpdates, because who confirms what, and when, is part of the contest.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

LOOPBACK = "127.0.0.1"
SPOKEN = frozenset((b"sendMessage", b"editMessageText"))
TRUE = frozenset((b"answerCallbackQuery", b"deleteMessages", b"deleteMessage", b"deleteWebhook"))

_REQUEST = re.compile(rb"^[A-Z]+ /bot([^/]+)/(\w+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NUMBERS = {
    name: re.compile(rb"\b" + name.encode() + rb'"?[=:] *"?(-?\d+)')
    for name in ("offset", "limit", "timeout", "chat_id")
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An update as it will be handed out: JSON, and whose it is."""

    id: int
    chat: int
    body: bytes


@dataclass(slots=True)
class Line:
    """One bot's line: what waits for it, and what it has said. Times are `perf_counter` ones."""

    waiting: deque[Prepared] = field(default_factory=deque)
    due: dict[int, float] = field(default_factory=dict)  # chat -> when its first update came
    answered: dict[int, float] = field(default_factory=dict)  # chat -> when it was first spoken to
    spoken: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # chat -> how often
    taken: int = 0  # updates, ever
    polled: asyncio.Event = field(default_factory=asyncio.Event)  # at least once
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, updates: Sequence[Prepared]) -> None:
        """These have come in just now."""
        now = time.perf_counter()
        for update in updates:
            self.due.setdefault(update.chat, now)
        self.waiting.extend(updates)
        self.taken += len(updates)
        self.changed.set()

    def confirm(self, offset: int) -> None:
        """Forget what the bot says it has (getUpdates, offset)."""
        while self.waiting and self.waiting[0].id < offset:
            self.waiting.popleft()

    def said(self, chat: int) -> None:
        """The bot has spoken to *chat*."""
        self.answered.setdefault(chat, time.perf_counter())
        self.spoken[chat] += 1

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something about this line is true."""
        while not true():
            self.changed.clear()
            await self.changed.wait()

    async def finished(self, answers: int = 0) -> None:
        """All updates are confirmed, and there were so many answers in all.

        Who confirms last needs only the first; who confirms first needs both.
        """
        await self.until(lambda: not self.waiting and sum(self.spoken.values()) >= answers)


class LoadApi:
    """The lines of all bots that call, by token; *base* is the address to give them."""

    def __init__(self) -> None:
        self.base = ""
        self.lines: dict[str, Line] = defaultdict(Line)
        self.messages = 1_000_000

    def next_message(self) -> int:
        """The id of a new message."""
        self.messages += 1
        return self.messages


class Connection(asyncio.Protocol):
    """One kept-alive HTTP connection; requests come one after the other."""

    def __init__(self, api: LoadApi) -> None:
        self._api = api
        self._read = b""
        self._polling: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._polling:
            self._polling.cancel()

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, gap, rest = self._read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not gap or len(rest) < (int(length[1]) if length else 0):
            return
        self._read = b""
        request = _REQUEST.match(head)
        assert request, "not a call of the Bot API"
        self._respond(self._api.lines[request[1].decode()], request[2], rest)

    def _respond(self, line: Line, method: bytes, body: bytes) -> None:
        if method == b"getUpdates":
            self._poll(line, body)
        elif method in SPOKEN:
            chat = number(body, "chat_id")
            line.said(chat)
            self._answer(_MESSAGE % (self._api.next_message(), chat))
        elif method == b"getMyCommands":
            self._answer(b"[]")
        else:
            self._answer(b"true" if method in TRUE else _BOT)
        line.changed.set()

    def _poll(self, line: Line, body: bytes) -> None:
        line.polled.set()
        line.confirm(number(body, "offset"))
        limit, seconds = number(body, "limit") or 100, number(body, "timeout")
        if line.waiting or not seconds:
            self._hand_out(line, limit)
        else:
            loop = asyncio.get_running_loop()
            self._polling = loop.create_task(self._wait(line, limit, seconds))

    async def _wait(self, line: Line, limit: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await line.until(lambda: bool(line.waiting))
        except TimeoutError:
            pass
        self._hand_out(line, limit)

    def _hand_out(self, line: Line, limit: int) -> None:
        some = [line.waiting[n].body for n in range(min(limit, len(line.waiting)))]
        self._answer(b"[" + b",".join(some) + b"]")

    def _answer(self, result: bytes) -> None:
        body = b'{"ok":true,"result":' + result + b"}"
        self._transport.write(_HEAD % len(body) + body)


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_BOT = b'{"id":1,"is_bot":true,"first_name":"zz invented","username":"zz_invented_bot"}'
_MESSAGE = (
    b'{"message_id":%d,"date":1800000000,"text":"-","from":' + _BOT + b","
    b'"chat":{"id":%d,"type":"private","first_name":"zz invented"}}'
)


def number(body: bytes, name: str) -> int:
    """One number of a form or of JSON; 0 where it is not given."""
    found = _NUMBERS[name].search(body)
    return int(found[1]) if found else 0


@asynccontextmanager
async def serving() -> AsyncIterator[LoadApi]:
    """Serve on a free port of loopback until left."""
    api = LoadApi()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api), LOOPBACK, 0)
    api.base = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    try:
        yield api
    finally:
        server.close()
