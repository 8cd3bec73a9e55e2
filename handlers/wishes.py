"""The wish that a chat clears itself, or is offered to be cleared: one timed row in the outbox.

The row tells nobody who: its key is the mark of the chat, and the chat itself is sealed to the
return key, which only the door has. It is there only for those who asked, and goes with the wish.
"""

from datetime import datetime, timedelta
from typing import Literal

from storage.books import Books, Letter
from storage.keys import DoorKeys
from storage.seal import Place, seal, unseal

How = Literal["idle", "offer"]

LANE: Literal["caretaker"] = "caretaker"
QUIET = timedelta(minutes=15)
DELETABLE = timedelta(hours=48)
OFFERED = timedelta(hours=44)  # after the oldest message: four hours are left to answer
SOON = timedelta(hours=1)


async def put(
    books: Books, keys: DoorKeys, chat: int, how: How, language: str | None, due: datetime
) -> None:
    """Write the wish of one chat down, in the place of an earlier one."""
    key = _key(keys, chat)
    inner = seal(str(chat).encode(), keys.back.public, Place(key, "chat"))
    body = {"how": how, "language": language, "inner": inner.hex()}
    await books.outbox.put(LANE, "wish", key=key, body=body, due=due)


async def drop(books: Books, keys: DoorKeys, chat: int) -> None:
    """No wish any more."""
    await books.outbox.drop(_key(keys, chat))


def chat_of(letter: Letter, keys: DoorKeys) -> int:
    """Whose wish it is; raises NotOpened where our key did not seal it."""
    inner = bytes.fromhex(letter.body["inner"])
    return int(unseal(inner, keys.back, Place(str(letter.key), "chat")))


def offered_at(messages: list[datetime], now: datetime) -> datetime:
    """When to offer it: in time for the oldest message that can still be deleted."""
    oldest = min((sent for sent in messages if sent > now - DELETABLE), default=now)
    return max(oldest + OFFERED, now + SOON)


def _key(keys: DoorKeys, chat: int) -> str:
    return f"wish:{keys.person(chat)}"
