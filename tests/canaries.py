"""The canary scan: planted words are looked for in raw bytes, in every encoding we can think of.

All canaries of one kind share a stem. Where the stem is nowhere, no canary of the kind is: so a
hundred of them cost no more than one.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from redis.asyncio import Redis
from sqlalchemy import select

from storage import tables
from storage.books import Store

WIDEST = 2**40  # chat ids are numbers; sixteen digits are a text
ENDS: tuple[Literal["big", "little"], ...] = ("big", "little")


@dataclass(frozen=True, slots=True)
class Canaries:
    """Planted words of one kind; each begins with *stem*. Numbers differ in the last byte only."""

    kind: str
    stem: str
    words: tuple[str, ...]


def encoded(word: str) -> Iterator[tuple[str, bytes]]:
    """*word* as it may stand in a file, with the name of the encoding."""
    for coding in ("utf-8", "utf-16-le", "utf-16-be"):
        plain = word.encode(coding)
        yield coding, plain
        yield f"hex of {coding}", plain.hex().encode()
        yield f"HEX of {coding}", plain.hex().upper().encode()
        for shift in range(3):
            yield f"base64 of {coding} at {shift}", in_base64(plain, shift)
    yield "percent", quote(word, safe="").encode()
    yield "every byte in percent", "".join(f"%{byte:02X}" for byte in word.encode()).encode()
    yield "JSON", json.dumps(word)[1:-1].encode()
    if word.isascii() and word.isdecimal() and int(word) < WIDEST:
        yield from numbers(int(word))


def numbers(value: int) -> Iterator[tuple[str, bytes]]:
    """A number as databases keep it; without the zeros before it, since SQLite leaves them out."""
    size = (value.bit_length() + 7) // 8
    yield "int64, big end first", value.to_bytes(size, "big")
    yield "int64, little end first", value.to_bytes(8, "little")


def in_base64(plain: bytes, shift: int) -> bytes:
    """What of the base64 of *shift* bytes and *plain* depends on *plain* alone."""
    whole = base64.b64encode(bytes(shift) + plain)
    return whole[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6]


def found(data: bytes, canaries: Iterable[Canaries]) -> set[tuple[str, str]]:
    """What is in *data*: the kind, and the encoding it was found in."""
    # base64 has two alphabets
    plain = data.replace(b"-", b"+").replace(b"_", b"/")
    hits = set()
    for kind in canaries:
        for how, stem in stems(kind):
            place = plain if "base64" in how else data
            if stem in place and any(dict(encoded(word))[how] in place for word in kind.words):
                hits.add((kind.kind, how))
    return hits


def stems(canaries: Canaries) -> Iterator[tuple[str, bytes]]:
    """For each encoding, what all canaries of a kind have in common."""
    text = dict(encoded(canaries.stem))
    for how, first in encoded(canaries.words[0]):
        match how:
            case "int64, big end first":
                yield how, first[:-1]
            case "int64, little end first":
                yield how, first[1:]
            case _:
                yield how, text[how]


async def in_redis(url: str) -> bytes:
    """All keys and all values that a Redis holds."""
    held: list[bytes] = []
    async with Redis.from_url(url) as redis:
        async for key in redis.scan_iter():
            zset = await redis.type(key) == b"zset"
            held += [key, *(await redis.zrange(key, 0, -1) if zset else [await redis.get(key)])]
    return b"\n".join(held)


async def in_tables(store: Store) -> bytes:
    """Every value of every table, as it comes out of the database."""
    held: list[bytes] = []
    async with store.begin() as books:
        for table in tables.metadata.sorted_tables:
            for row in await books._connection.execute(select(table)):
                held += map(as_bytes, row)
    return b"\n".join(held)


def as_bytes(value: object) -> bytes:
    """A value as itself; a number as text too, and in eight bytes from both ends."""
    match value:
        case bytes():
            return value
        case bool() | None:
            return b""
        case int():
            both = (value.to_bytes(8, end, signed=True) for end in ENDS)
            return b" ".join([str(value).encode(), *both])
        case _:
            return str(value).encode()


def in_files(folder: Path, *leaving_out: str, since: float = 0.0) -> bytes:
    """Every file under *folder* changed since (unix seconds), but for some files or folders."""
    held: list[bytes] = []
    for path in sorted(folder.rglob("*")):
        out = set(path.relative_to(folder).parts) & set(leaving_out)
        if path.is_file() and not out and path.stat().st_mtime >= since:
            held.append(path.read_bytes())
    return b"\n".join(held)
