"""Receipt codes: sixteen digits a person can say on the phone, and what is kept in their place."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from storage.keys import DoorKeys
from storage.seal import PrivateKey, PublicKey

DIGITS = 16

# H. M. Damm's weakly totally anti-symmetric quasigroup of order 10 (dissertation, Marburg 2004):
# it catches every wrong digit and every swap of two neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def new_code(below: Callable[[int], int]) -> str:
    """A new code: 15 random digits and their check digit.

    *below(n)* gives one of 0 ... n-1, as `secrets.randbelow` does.
    """
    digits = f"{below(10 ** (DIGITS - 1)):0{DIGITS - 1}}"
    return digits + _check_digit(digits)


def is_whole(code: str) -> bool:
    """Whether these are sixteen plain digits, the last of which fits the others."""
    plain = len(code) == DIGITS and code.isascii() and code.isdigit()
    return plain and _check_digit(code) == "0"


def in_fours(code: str) -> str:
    """As it is shown and read aloud: `1234 5678 9012 3456`."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def stretch(code: str, salt: bytes) -> bytes:
    """32 bytes that cost 64 MiB and some 0.2 s to make (Argon2id, RFC 9106): guessing is dear."""
    argon2 = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=64 * 1024)
    return argon2.derive(code.encode())


def _check_digit(digits: str) -> str:
    """The digit that fits after *digits*; "0" when the last of them is their right check digit."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return str(row)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A code nobody has yet, the tag that will be kept in its place, and its letterbox."""

    code: str = field(repr=False)
    tag: bytes
    letterbox: PublicKey


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a typed code stands for: the *tag* finds the case, *letterbox* opens its letters."""

    tag: bytes
    letterbox: PrivateKey


class Shelf:
    """Codes prepared ahead, so that sending a report waits for no stretching.

    One worker thread does all the stretching, one at a time; whoever waits for it goes before
    the filling of the shelf.
    """

    def __init__(self, keys: DoorKeys, below: Callable[[int], int], most: int = 8) -> None:
        self._keys = keys
        self._below = below
        self._most = most
        self._ready: deque[Prepared] = deque()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="codes")
        self._waiting = 0
        self._may_fill = asyncio.Event()
        self._look()

    def __len__(self) -> int:
        """How many codes stand ready."""
        return len(self._ready)

    async def fill(self) -> None:
        """Keep the shelf full, for ever: a task to be cancelled at the end."""
        while True:
            await self._may_fill.wait()
            self._ready.append(await self._prepare())
            self._look()

    async def take(self) -> Prepared:
        """One code, for one person; made on the spot when the shelf is empty."""
        if not self._ready:
            with self._ahead():
                return await self._prepare()
        taken = self._ready.popleft()
        self._look()
        return taken

    async def ticket(self, code: str) -> Ticket:
        """What *code* stands for."""
        with self._ahead():
            return await self._ticket(code)

    async def _prepare(self) -> Prepared:
        code = new_code(self._below)
        ticket = await self._ticket(code)
        return Prepared(code, ticket.tag, ticket.letterbox.public)

    async def _ticket(self, code: str) -> Ticket:
        loop = asyncio.get_running_loop()
        stretched = await loop.run_in_executor(self._worker, stretch, code, self._keys.salt)
        return Ticket(self._keys.receipt(stretched), self._keys.letterbox(stretched))

    @contextmanager
    def _ahead(self) -> Iterator[None]:
        """Somebody waits: filling stands back until nobody does."""
        self._waiting += 1
        self._look()
        try:
            yield
        finally:
            self._waiting -= 1
            self._look()

    def _look(self) -> None:
        if len(self._ready) < self._most and not self._waiting:
            self._may_fill.set()
        else:
            self._may_fill.clear()
