"""What the door keeps of an update before any model sees it; the rest is not parsed and not known.

One odd forward must not stop the loop (aiogram issues 1587 and 1840), and what we do not read
cannot leak: names, pictures, quotes and contacts are left behind here.
"""

from typing import Any

Update = dict[str, Any]

WORDS = ("text", "caption", "entities", "caption_entities")
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
STAND_IN = {"file_id": "-", "file_unique_id": "-"}


def slim(update: Update) -> Update | None:
    """The few fields the door uses (Bot API, Update); None where nothing is for us."""
    for kind, keep in KINDS.items():
        if kind in update:
            kept = keep(update[kind])
            return kept and {"update_id": update["update_id"], kind: kept}
    return None


def lane_of(update: Update) -> str:
    """What keeps order: the chat."""
    part = part_of(update)
    return str(part["chat"]["id"] if "chat" in part else part["from"]["id"])


def part_of(update: Update) -> Update:
    """What an update is about: its message, its press."""
    part: Update = next(part for key, part in update.items() if key != "update_id")
    return part


def _message(message: Update) -> Update | None:
    if message["chat"]["type"] != "private" or message["from"]["is_bot"]:
        return None
    kept = {
        "message_id": message["message_id"],
        "date": message["date"],
        "chat": _chat(message["chat"]),
        "from": _person(message["from"]),
    }
    kept |= {key: message[key] for key in ("text", "caption", "media_group_id") if key in message}
    for key in ("entities", "caption_entities"):
        if key in message:
            kept[key] = [_entity(part) for part in message[key] if part["type"] in TEXT_KINDS]
    if (origin := message.get("forward_origin", {})).get("type") == "channel":
        kept["forward_origin"] = _origin(origin)
    if MEDIA & message.keys():
        kept["document"] = STAND_IN
    return kept if kept.keys() & {"text", "document"} else None


def _entity(entity: Update) -> Update:
    return {key: entity[key] for key in ("type", "offset", "length", "url") if key in entity}


def _origin(origin: Update) -> Update:
    chat = origin["chat"]
    return {
        "type": "channel",
        "date": origin["date"],
        "chat": _chat(chat) | ({"username": chat["username"]} if "username" in chat else {}),
        "message_id": origin["message_id"],
    }


def _press(query: Update) -> Update:
    kept = {
        "id": query["id"],
        "from": _person(query["from"]),
        "chat_instance": "-",
        "data": query.get("data", ""),
    }
    if message := query.get("message"):
        kept["message"] = {
            "message_id": message["message_id"],
            "date": message["date"],
            "chat": _chat(message["chat"]),
        }
    return kept


def _membership(change: Update) -> Update | None:
    """Only being let into a group or channel matters: the door leaves it at once."""
    status = change["new_chat_member"]["status"]
    if change["chat"]["type"] == "private" or status in ("left", "kicked"):
        return None
    member = {"status": "member", "user": _person(change["new_chat_member"]["user"])}
    return {
        "chat": _chat(change["chat"]),
        "from": _person(change["from"]),
        "date": change["date"],
        "old_chat_member": member,
        "new_chat_member": member,
    }


def _chat(chat: Update) -> Update:
    return {"id": chat["id"], "type": chat["type"]}


def _person(user: Update) -> Update:
    kept = {"id": user["id"], "is_bot": user["is_bot"], "first_name": "-"}
    return kept | ({"language_code": user["language_code"]} if "language_code" in user else {})


KINDS = {
    "message": _message,
    "edited_message": _message,
    "callback_query": _press,
    "my_chat_member": _membership,
}
