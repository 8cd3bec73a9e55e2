"""What the door keeps of an update: words, links, where it stands; of a person, their number."""

from bot.slim import Kinds, Update, chat, entities, only, press, slimmed

STAND_IN = {"file_id": "-", "file_unique_id": "-"}

# What Telegram itself writes into a private chat: noted, so that it can be cleared; not answered.
SERVICE = frozenset(
    (
        "boost_added",
        "chat_background_set",
        "connected_website",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "message_auto_delete_timer_changed",
        "pinned_message",
        "refunded_payment",
        "successful_payment",
        "users_shared",
        "write_access_allowed",
    )
)


def slim(update: Update) -> Update | None:
    """The few fields the door uses; None where nothing is for us."""
    return slimmed(update, KINDS)


def _message(message: Update) -> Update | None:
    if message["chat"]["type"] != "private" or message["from"]["is_bot"]:
        return None
    kept = only(message, "message_id", "date", "text", "caption", "media_group_id")
    kept |= {"chat": chat(message["chat"]), "from": _person(message["from"])}
    for key in ("entities", "caption_entities"):
        if key in message:
            kept[key] = entities(message[key])
    if (origin := message.get("forward_origin", {})).get("type") == "channel":
        kept["forward_origin"] = _origin(origin)
    if shared := message.get("chat_shared"):
        kept["chat_shared"] = only(shared, "request_id", "chat_id", "title", "username")
    elif "text" not in message and not SERVICE & message.keys():
        kept["document"] = STAND_IN  # also what Telegram invents next year
    return kept


def _origin(origin: Update) -> Update:
    channel = only(origin["chat"], "id", "type", "username")
    return only(origin, "type", "date", "message_id") | {"chat": channel}


def _membership(change: Update) -> Update | None:
    """Only being let into a group or channel matters: the door leaves it at once."""
    status = change["new_chat_member"]["status"]
    if change["chat"]["type"] == "private" or status in ("left", "kicked"):
        return None
    member = {"status": "member", "user": _person(change["new_chat_member"]["user"])}
    return {
        "chat": chat(change["chat"]),
        "from": _person(change["from"]),
        "date": change["date"],
        "old_chat_member": member,
        "new_chat_member": member,
    }


def _person(user: Update) -> Update:
    return only(user, "id", "is_bot", "language_code") | {"first_name": "-"}


KINDS: Kinds = {
    "message": _message,
    "edited_message": _message,
    "callback_query": lambda query: press(query, _person),
    "my_chat_member": _membership,
}
