"""What the courier and its carriers say to each other: errands, and how they went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.spoken import Answer
from storage.books import Books, Letter


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture (a *name* that ends in ".png") or any other file."""

    name: str
    data: bytes

    @property
    def is_picture(self) -> bool:
        """Whether it is shown, rather than offered to be saved."""
        return self.name.endswith(".png")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message, ready to be shown in one chat. *thread*: the forum topic of a group.

    With *attached*, the answer is its caption (at most 1,024 UTF-16 units), and it is only ever
    sent, never edited.
    """

    chat: int
    answer: Answer
    silent: bool = True
    protect: bool = False
    thread: int | None = None
    attached: Attached | None = None


# What a letter wants now


@dataclass(frozen=True, slots=True)
class Send:
    """A new message. *post*: the key under which the books remember where it is."""

    parcel: Parcel
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Make a message show this. With *post*, a message that is gone is posted anew."""

    message: int
    parcel: Parcel
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a message away; with *post*, the books forget it."""

    chat: int
    message: int
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """The letter has no wish left."""


Errand = Send | Edit | Delete | Nothing


async def shown_as(books: Books, letter: Letter, parcel: Parcel, post: str) -> Errand:
    """A new message where there is none in that chat, or where the letter wants a fresh one in
    place of the one that is there (its body's "fresh"); else that one is edited."""
    there = await books.posts.get(post)
    if there is None or there.message == letter.body.get("fresh") or there.chat != parcel.chat:
        return Send(parcel, post)
    return Edit(there.message, parcel, post)


# How it went


@dataclass(frozen=True, slots=True)
class Done:
    """It is there, as this message."""

    message: int


@dataclass(frozen=True, slots=True)
class Same:
    """It showed exactly this before ("message is not modified")."""


@dataclass(frozen=True, slots=True)
class NotThere:
    """No such message, or one that is not ours to change."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Telegram asks for *seconds* of silence (429)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unreached:
    """Certainly not sent: no connection. Also for a dead token (401, 404): nobody is to blame."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows: the time ran out, the line was cut, 5xx."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The person blocked the bot, or the group put it out (403). Nothing else is Gone."""

    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has a new id (400 with migrate_to_chat_id)."""

    chat: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """Any other 400. *why* is ours ("thread", "text"), never Telegram's words."""

    why: str


Outcome = Done | Same | NotThere | Wait | Unreached | Unsure | Gone | Moved | Wrong


class Carrier(Protocol):
    """Carries one parcel once, and tells how that went; it never raises and never retries."""

    async def send(self, parcel: Parcel) -> Outcome: ...

    async def edit(self, message: int, parcel: Parcel) -> Outcome: ...

    async def delete(self, chat: int, message: int) -> Outcome: ...


Deliver = Callable[[Books, Letter, datetime], Awaitable[Errand]]
After = Callable[[Books, Letter, Errand, Outcome, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of letter is delivered.

    *deliver* reads the books and says what the letter wants now. *after* runs in the transaction
    that ends the letter, once it is Done, Same, NotThere, Gone, or (a Delete) Wrong. *paced*: it
    goes to the group, which takes about 20 messages a minute.
    """

    deliver: Deliver
    after: After | None = None
    paced: bool = False
