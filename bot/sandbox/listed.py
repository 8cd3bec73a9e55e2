"""The chats on everybody's phone besides ours: invented channels and groups, to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.chats import Json


@dataclass(frozen=True, slots=True)
class Listed:
    """A channel or a group that somebody is in; *username* only where it is public."""

    id: int
    channel: bool
    title: str
    username: str = ""


LISTED = (
    Listed(-1002000000101, True, "Invented public channel", "zz_invented_demo_ch"),
    Listed(-1002000000102, True, "虛構私人頻道"),
    Listed(-1002000000103, False, "Invented public group", "zz_invented_demo_group"),
    Listed(-1002000000104, False, "虛構私人群組"),
    Listed(-2000105, False, "Invented small group"),
)


def fits(one: Listed, request: Mapping[str, Any]) -> bool:
    """Whether a phone offers it (Bot API, KeyboardButtonRequestChat)."""
    public = request.get("chat_has_username")
    return one.channel is request["chat_is_channel"] and public in (None, bool(one.username))


def shared(one: Listed, request: Mapping[str, Any]) -> Json:
    """What the bot is told of it (Bot API, ChatShared): only what it asked for."""
    told: Json = {"request_id": request["request_id"], "chat_id": one.id}
    if request.get("request_title"):
        told["title"] = one.title
    if request.get("request_username") and one.username:
        told["username"] = one.username
    return told
