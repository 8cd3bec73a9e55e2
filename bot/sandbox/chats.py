"""The nouns of the small Telegram: people, bots, their chats and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ConfigDict

Json = dict[str, Any]

GROUP_ANONYMOUS_BOT = 1087968824  # whom Telegram names in place of an anonymous administrator
CHANNEL_BOT = 136817688  # and in place of who writes in the name of a channel
PRESENT = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass(frozen=True, slots=True)
class BotAccount:
    """A bot: "door" or "staff" by role; privacy_mode as BotFather would set it."""

    id: int
    token: str
    username: str
    name: str
    role: str
    privacy_mode: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone; language_code is what their Telegram tells bots ("" for none)."""

    id: int
    name: str
    language_code: str


Account = BotAccount | Person


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture or file that a bot sent."""

    __pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One message; entities, buttons, forward and service are shaped as in the Bot API.

    Dates are unix seconds. The id, date and version are given by the Sandbox when it is posted.
    With media, the text is its caption; *file* is what a bot sent,
    what people send is a stand-in. *fixed*: sent with a reply keyboard, so that Telegram lets
    nobody edit it. *channel*: in whose name it was written. *version* is the Sandbox's version at
    the last change.
    """

    sender: int
    text: str = ""
    entities: tuple[Json, ...] = ()
    buttons: tuple[tuple[Json, ...], ...] = ()
    reply_to: int | None = None
    media: str | None = None
    file: Upload | None = None
    album: str | None = None
    forward: Json | None = None
    service: Json | None = None
    thread: int | None = None
    protected: bool = False
    silent: bool = False
    preview: Json | None = None
    anonymous: bool = False
    channel: Json | None = None
    fixed: bool = False
    edited: int | None = None
    id: int = 0
    date: int = 0
    version: int = 0


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat (bot set, id the person's) or a supergroup (bot None).

    *standing* is each member's status in the Bot API's words: creator, administrator, member,
    left, kicked, restricted; *away* are the restricted who are not inside. *topics* are the
    thread ids that exist.
    """

    id: int
    type: Literal["private", "supergroup"]
    title: str
    bot: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    standing: dict[int, str] = field(default_factory=dict)
    anonymous: set[int] = field(default_factory=set)
    away: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    blocked: bool = False
    keyboard: Json | None = None
    force_reply: int | None = None
    last_id: int = 0

    def present(self) -> list[int]:
        """The ids of those who are in this group now."""
        return [
            who
            for who, status in self.standing.items()
            if status in PRESENT and not (status == "restricted" and who in self.away)
        ]

    def rules(self, who: int) -> bool:
        """Whether *who* is an administrator here, or the owner."""
        return self.standing.get(who) in {"creator", "administrator"}


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed an inline button; *at* is when, in unix seconds."""

    id: str
    bot: int
    person: int
    at: float


@dataclass(frozen=True, slots=True)
class Toast:
    """What answerCallbackQuery showed to the one who pressed."""

    person: int
    text: str
    alert: bool
    at: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call answered ok=false. Holds no text, chat or token, so it may be printed.

    *expected* marks what happens in a normal life: a blocked bot, a slow press, a full minute.
    """

    role: str
    method: str
    code: int
    description: str
    expected: bool
