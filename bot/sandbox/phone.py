"""One person's hands and eyes, over HTTP only: end-to-end tests and the tour use a Phone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.sandbox.chats import Json

PATIENCE = 30.0  # seconds a Phone looks for something before it gives up


class NeverSeen(AssertionError):
    """What was waited for did not come; tells what was on the screen instead."""


class NoSuchButton(LookupError):
    """No message here has a button with these words; tells which there are."""


class NotDone(RuntimeError):
    """The sandbox would not do that; tells why."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; kind is "callback", "url" or "copy"."""

    text: str
    style: str | None
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a person sees it; *version* is the sandbox's when it last changed."""

    id: int
    version: int
    author: int
    by_bot: bool
    date: int
    text: str
    entities: tuple[Json, ...]
    buttons: tuple[tuple[Button, ...], ...]
    reply_to: int | None
    edited: bool
    media: str | None
    protected: bool
    silent: bool
    preview: bool
    forward: str | None
    service: str | None
    thread: int | None

    def labels(self) -> list[str]:
        """The words on its buttons, in reading order."""
        return [button.text for row in self.buttons for button in row]

    def __str__(self) -> str:
        labels = " ".join(f"[{label}]" for label in self.labels())
        words = self.service or self.text or f"({self.media})"
        return f"{self.id}: {words} {labels}".strip()


class Phone:
    """A person in one chat: with the bot of a role, or (group=True) in the staff group."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: str,
        person: int,
        bot: str = "door",
        *,
        group: bool = False,
    ) -> None:
        self.person = person
        self._http = http
        self._base = base
        self._role = None if group else bot
        self._acted = 0

    @property
    def in_group(self) -> bool:
        """Whether this is the staff group, where messages of others come in between."""
        return self._role is None

    async def start(self, payload: str = "") -> None:
        """Press Start, or follow a link with a payload."""
        await self._act("start", payload=payload)

    async def say(self, text: str, **more: Any) -> list[int]:
        """Type and send; gives the ids. *more*: reply_to, thread, entities."""
        return list((await self._act("say", text=text, **more))["messages"])

    async def press(self, label: str, message: int | None = None) -> None:
        """Press the newest button whose words contain *label* (under *message*, if given).

        One whose words are just that goes first.
        """
        shown = await self.screen()
        for one in reversed(shown if message is None else [s for s in shown if s.id == message]):
            found = [button for row in one.buttons for button in row if label in button.text]
            for button in sorted(found, key=lambda button: button.text != label)[:1]:
                data = button.value if button.kind == "callback" else None
                await self._act("press", message=one.id, data=data)
                return
        there = [text for one in shown for text in one.labels()]
        raise NoSuchButton(f"{label!r} is not among {there}")

    async def edit(self, message: int, text: str) -> None:
        await self._act("edit", message=message, text=text)

    async def media(self, kind: str, caption: str = "", album: str | None = None) -> list[int]:
        """Send a stand-in photo, video, voice, sticker or document; gives the ids."""
        sent = await self._act("media", kind=kind, caption=caption, album=album)
        return list(sent["messages"])

    async def forward(self, channel: Json, text: str = "", media: str | None = None) -> list[int]:
        """Forward a post; channel: title, post, and username or channel_id. Gives the ids."""
        sent = await self._act("forward", **{"from": channel}, text=text, media=media)
        return list(sent["messages"])

    async def delete(self, message: int) -> None:
        await self._act("delete", message=message)

    async def block(self) -> None:
        await self._act("block")

    async def unblock(self) -> None:
        await self._act("unblock")

    async def screen(self) -> list[Shown]:
        """All messages of this chat, oldest first."""
        return self._shown(await state(self._http, self._base, self.person))

    async def until(
        self,
        seen: Callable[[list[Shown]], object],
        what: str,
        timeout: float = PATIENCE,  # noqa: ASYNC109 - a person's patience, named in NeverSeen
    ) -> list[Shown]:
        """The screen as soon as *seen* holds for it; NeverSeen after *timeout* seconds."""
        whole = await self._watch(lambda whole: seen(self._shown(whole)), what, timeout)
        return self._shown(whole)

    async def sees(self, text: str) -> Shown:
        """The newest message that contains *text*, once there is one."""
        found = await self.until(lambda shown: any(text in one.text for one in shown), repr(text))
        return next(one for one in reversed(found) if text in one.text)

    async def answer(self) -> Shown:
        """The bot's newest message, new or changed since the last act, once there is one."""
        found = await self.until(self._answers, "an answer")
        return max(self._answers(found), key=lambda one: one.version)

    async def toast(self, text: str) -> str:
        """The newest line with *text* that flashed up for this person, once there is one."""

        def mine(whole: Json) -> list[str]:
            flashed = [one["text"] for one in whole["toasts"] if one["person"] == self.person]
            return [one for one in flashed if text in one]

        return mine(await self._watch(mine, f"toast {text!r}", PATIENCE))[-1]

    def _answers(self, shown: list[Shown]) -> list[Shown]:
        return [one for one in shown if one.by_bot and one.version > self._acted]

    async def _watch(self, seen: Callable[[Json], object], what: str, patience: float) -> Json:
        """The state as soon as *seen* holds for it."""
        whole = await state(self._http, self._base, self.person)
        try:
            async with asyncio.timeout(patience):
                while not seen(whole):
                    whole = await _later(self._http, self._base, self.person, whole["version"])
        except TimeoutError:
            lines = "\n".join(map(str, self._shown(whole)))
            raise NeverSeen(f"never seen: {what}; on the screen:\n{lines}") from None
        return whole

    def _shown(self, whole: Json) -> list[Shown]:
        """The messages of this chat; the staff group is the first without a bot of its own."""
        roles = {bot["id"]: bot["role"] for bot in whole["bots"]}
        for chat in whole["chats"]:
            if roles.get(chat["bot"]) == self._role and chat["person"] in {None, self.person}:
                return [_shown(one) for one in chat["messages"]]
        return []

    async def _act(self, act: str, **what: Any) -> Json:
        where: Json = {"group": True} if self._role is None else {"bot": self._role}
        done = await perform(
            self._http, self._base, {"act": act, "person": self.person, **where, **what}
        )
        self._acted = done["version"]
        return done


async def perform(http: aiohttp.ClientSession, base: str, act: Json) -> Json:
    """Do one act of the sandbox's page API; NotDone with the reason if it would not."""
    async with http.post(f"{base}/sandbox/act", json=act) as answer:
        done: Json = await answer.json()
    if not done["ok"]:
        raise NotDone(f"{act['act']}: {done['why']}")
    return done


async def add_person(
    http: aiohttp.ClientSession,
    base: str,
    name: str,
    language_code: str,
    caseworker: bool = False,
) -> int:
    """Somebody new, and their id; a caseworker is in the staff group at once."""
    who = {"name": name, "language_code": language_code, "caseworker": caseworker}
    return int((await perform(http, base, {"act": "add_person", **who}))["person"])


async def state(http: aiohttp.ClientSession, base: str, person: int | None = None) -> Json:
    """The sandbox's State; with *person*, only the chats they are in."""
    only = {} if person is None else {"person": str(person)}
    async with http.get(f"{base}/sandbox/state", params=only) as answer:
        whole: Json = await answer.json()
    return whole


async def move_clock(http: aiohttp.ClientSession, base: str, seconds: float) -> None:
    """Let time pass in the sandbox."""
    await perform(http, base, {"act": "move_clock", "seconds": seconds})


async def _later(http: aiohttp.ClientSession, base: str, person: int, version: int) -> Json:
    only = {"person": str(person), "after": str(version)}
    async with http.get(f"{base}/sandbox/wait", params=only) as answer:
        whole: Json = await answer.json()
    return whole


def _shown(one: Json) -> Shown:
    same = {
        name: one[name] for name in Shown.__dataclass_fields__ if name in one and name != "buttons"
    }
    same["entities"] = tuple(one["entities"])
    buttons = tuple(tuple(Button(**button) for button in row) for row in one["buttons"])
    return Shown(author=one["from"]["id"], by_bot=one["from"]["bot"], buttons=buttons, **same)
