"""What the staff bot keeps of an update before the library reads it; the rest is not known."""

from typing import Any

from bot.slim import MEDIA

Update = dict[str, Any]

TEXT_KINDS = ("url", "text_link", "bot_command")


def slim(update: Update) -> Update | None:
    """The few fields the staff bot uses (Bot API, Update); None where nothing is for us."""
    for kind, keep in KINDS.items():
        if kind in update:
            kept = keep(update[kind])
            return kept and {"update_id": update["update_id"], kind: kept}
    return None


def lane_of(update: Update) -> str:
    """What keeps order: the chat."""
    part = part_of(update)
    inside = part if "chat" in part else part.get("message", {})
    return str(inside["chat"]["id"] if "chat" in inside else part["from"]["id"])


def part_of(update: Update) -> Update:
    """What the update is about, whatever kind it is."""
    part: Update = next(part for key, part in update.items() if key != "update_id")
    return part


def _message(message: Update) -> Update | None:
    kept = _bare(message)
    if "sender_chat" in message:
        kept["sender_chat"] = _chat(message["sender_chat"])
    if words := message.get("text") or message.get("caption"):
        found = message.get("entities") or message.get("caption_entities") or []
        kept["text"] = words
        kept["entities"] = [_entity(part) for part in found if part["type"] in TEXT_KINDS]
    if (replied := message.get("reply_to_message")) and "forum_topic_created" not in replied:
        kept["reply_to_message"] = _bare(replied)
    readable = kept.keys() & {"text", "reply_to_message"} or MEDIA & message.keys()
    return kept if readable else None


def _bare(message: Update) -> Update:
    kept: Update = {key: message[key] for key in ("message_id", "date")}
    kept["chat"] = _chat(message["chat"])
    return kept | ({"from": _person(message["from"])} if "from" in message else {})


def _entity(entity: Update) -> Update:
    return {key: entity[key] for key in ("type", "offset", "length", "url") if key in entity}


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
    """Who joined or left: what we know of their membership is dropped."""
    user = change["new_chat_member"]["user"]
    return {"chat": _chat(change["chat"]), "user": user["id"]}


def _chat(chat: Update) -> Update:
    return {"id": chat["id"], "type": chat["type"]}


def _person(user: Update) -> Update:
    """A caseworker by the name the group knows them by."""
    keys = ("id", "is_bot", "first_name", "last_name", "language_code")
    return {key: user[key] for key in keys if key in user}


KINDS = {
    "message": _message,
    "edited_message": _message,
    "callback_query": _press,
    "my_chat_member": _membership,
    "chat_member": _membership,
}
