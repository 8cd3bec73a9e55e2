"""Prepared updates: whole report talks, and plain messages, as Telegram would send them."""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from benchmarks.load import Prepared

SAID_AT = 1_800_000_000
FIRST_CHAT = 700_000_000
BOT = {"id": 1, "is_bot": True, "first_name": "zz invented", "username": "zz_invented_bot"}

LINKS = "喺呢度 https://t.me/zz_invented_channel/17，仲有 https://lihkg.com/thread/1234567/page/1"
MORE = "www.threads.net/@zz_invented_name/post/Cx1y2z3\u200bA4b5"
TO_SEND = (
    "/start",
    "[report]",
    "[minor:no]",
    LINKS,
    MORE,
    "[all]",
    "[happened:shared]",
    "[done]",
    "[urgency:soon]",
    "zz invented note, please hurry",
    "[done]",
    "[news:no]",
    "[send]",
)
TALK = (*TO_SEND, "[saved]")
PASTE = "\n".join(f"https://t.me/z/{number}" for number in range(100, 300))  # 200 in one message


def talks(people: Sequence[int], lines: Sequence[str] = TALK, *, first: int = 1) -> list[Prepared]:
    """These lines of all these people, everybody's first before anybody's second."""
    numbers = count(first)
    return [update(next(numbers), person, line) for line in lines for person in people]


def messages(people: Sequence[int], *, first: int = 1) -> list[Prepared]:
    """One plain message of each."""
    return talks(people, ("zz invented words",), first=first)


def crowd(many: int, *, after: int = 0) -> range:
    """The chats of so many invented people."""
    return range(FIRST_CHAT + after, FIRST_CHAT + after + many)


def update(number: int, person: int, line: str) -> Prepared:
    """A message, or for `[name]` the press of that button."""
    if line.startswith("["):
        body: dict[str, Any] = {"callback_query": _press(number, person, line[1:-1])}
    else:
        body = {"message": _message(number, person, line)}
    return Prepared(number, person, json.dumps({"update_id": number, **body}).encode())


def _person(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "zz invented", "language_code": "en"}


def _chat(person: int) -> dict[str, Any]:
    return {"id": person, "type": "private", "first_name": "zz invented"}


def _message(number: int, person: int, line: str) -> dict[str, Any]:
    return {
        "message_id": number,
        "from": _person(person),
        "chat": _chat(person),
        "date": SAID_AT,
        "text": line,
        "entities": list(_entities(line)),
    }


def _entities(line: str) -> Iterator[dict[str, Any]]:
    """Telegram marks a command; which links it marks we leave to its whims, and mark none."""
    if line.startswith("/"):
        yield {"type": "bot_command", "offset": 0, "length": len(line)}


def _press(number: int, person: int, name: str) -> dict[str, Any]:
    message = {"message_id": 1, "from": BOT, "chat": _chat(person), "date": SAID_AT, "text": "-"}
    return {
        "id": str(number),
        "from": _person(person),
        "message": message,
        "chat_instance": "1",
        "data": name,
    }
