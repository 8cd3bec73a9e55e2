"""Slim before parse: what both bots keep of an update before any model sees it.

One odd forward must not stop the loop (aiogram issues 1587 and 1840), and what we do not read
cannot leak: names, pictures, quotes and contacts are left behind here.
"""

from collections.abc import Callable, Mapping
from typing import Any

Update = dict[str, Any]
Kinds = Mapping[str, Callable[[Update], Update | None]]

TEXT_KINDS = ("url", "text_link", "bot_command")
MEDIA = frozenset(
    (
        "animation",
        "audio",
        "checklist",
        "contact",
        "dice",
        "document",
        "game",
        "gift",
        "giveaway",
        "invoice",
        "live_photo",
        "location",
        "paid_media",
        "photo",
        "poll",
        "rich_message",
        "sticker",
        "story",
        "venue",
        "video",
        "video_note",
        "voice",
    )
)


def slimmed(update: Update, kinds: Kinds) -> Update | None:
    """*update* (Bot API, Update) as *kinds* keep it; None where nothing is for us."""
    for kind, keep in kinds.items():
        if kind in update:
            kept = keep(update[kind])
            return kept and {"update_id": update["update_id"], kind: kept}
    return None


def part_of(update: Update) -> Update:
    """What an update is about: its message, its press."""
    part: Update = next(part for key, part in update.items() if key != "update_id")
    return part


def lane_of(update: Update) -> str:
    """What keeps order: the chat."""
    part = part_of(update)
    inside = part if "chat" in part else part.get("message", {})
    return str(inside["chat"]["id"] if "chat" in inside else part["from"]["id"])


def only(whole: Update, *keys: str) -> Update:
    """These fields, where they are there."""
    return {key: whole[key] for key in keys if key in whole}


def chat(whole: Update) -> Update:
    """A chat by its number."""
    return only(whole, "id", "type")


def entities(marks: list[Update]) -> list[Update]:
    """The marks that matter: links and commands."""
    return [
        only(mark, "type", "offset", "length", "url")
        for mark in marks
        if mark["type"] in TEXT_KINDS
    ]


def press(query: Update, person: Callable[[Update], Update]) -> Update:
    """A press: who, on which message, and what the button said to us."""
    kept = {
        "id": query["id"],
        "from": person(query["from"]),
        "chat_instance": "-",
        "data": query.get("data", ""),
    }
    if message := query.get("message"):
        kept["message"] = only(message, "message_id", "date") | {"chat": chat(message["chat"])}
    return kept
