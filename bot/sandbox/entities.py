"""Message entities and UTF-16 units: how Telegram counts text and marks what it finds in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.sandbox.chats import Json

_STOPS = r"\s<>\"'，。！？、；：「」『』（）【】《》"
_ENDINGS = "com|org|net|info|biz|me|hk|tw|cn|jp|io|co|cc|app|tv|to|xyz|top|uk|ru"
_FOUND = {
    "url": re.compile(
        rf"https?://[^{_STOPS}]+"
        rf"|(?<![\w@./-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,5}}(?:{_ENDINGS})(?![\w.-])"
        rf"(?:[/?#][^{_STOPS}]*)?",
        re.IGNORECASE,
    ),
    "bot_command": re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,32}(?:@\w{5,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}"),
}


def units(text: str) -> int:
    """The length of *text* in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The part of *text* under an entity; offset and length in UTF-16 units."""
    part = text.encode("utf-16-le")[2 * offset : 2 * (offset + length)]
    return part.decode("utf-16-le", errors="replace")


def begins_inside(text: str, offset: int) -> bool:
    """Whether this UTF-16 offset falls between the two halves of one character."""
    unit = text.encode("utf-16-le")[2 * offset : 2 * offset + 2]
    return len(unit) == 2 and 0xDC <= unit[1] <= 0xDF


def pieces(text: str, most: int) -> Iterator[str]:
    """*text* in parts of at most *most* UTF-16 units, never through a character."""
    while units(text) > most:
        head = cut(text, 0, most).removesuffix("\ufffd")
        yield head
        text = text[len(head) :]
    yield text


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """*text* without white space around it, and its entities moved along."""
    kept = text.strip()
    start = units(text[: len(text) - len(text.lstrip())])
    end = start + units(kept)
    moved = []
    for entity in entities:
        begins = max(entity["offset"], start)
        length = min(entity["offset"] + entity["length"], end) - begins
        if length > 0:
            moved.append({**entity, "offset": begins - start, "length": length})
    return kept, moved


def marked(text: str, given: list[Json]) -> tuple[Json, ...]:
    """The *given* entities and the links, commands and mentions Telegram finds beside them."""
    found = list(given)
    for kind, pattern in _FOUND.items():
        for match in pattern.finditer(text):
            what = match[0].rstrip(".,!?;:)") if kind == "url" else match[0]
            one = {"type": kind, "offset": units(text[: match.start()]), "length": units(what)}
            if not any(_overlap(one, other) for other in found):
                found.append(one)
    return tuple(sorted(found, key=lambda one: (one["offset"], -one["length"])))


def _overlap(one: Json, other: Json) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )
