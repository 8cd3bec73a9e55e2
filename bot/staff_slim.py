"""What the staff bot keeps of an update: words, whom they answer, and a caseworker's name."""

from bot.slim import MEDIA, Kinds, Update, chat, entities, only, press, slimmed

READABLE = {
    "text",
    "caption",
    "reply_to_message",
    "new_chat_members",
    "message_auto_delete_timer_changed",
}


def slim(update: Update) -> Update | None:
    """The few fields the staff bot uses; None where nothing is for us."""
    return slimmed(update, KINDS)


def _message(message: Update) -> Update | None:
    kept = _bare(message)
    if "sender_chat" in message:
        kept["sender_chat"] = chat(message["sender_chat"])
    for words, marks in (("text", "entities"), ("caption", "caption_entities")):
        if message.get(words):
            kept |= {words: message[words], marks: entities(message.get(marks, []))}
    if (replied := message.get("reply_to_message")) and "forum_topic_created" not in replied:
        kept["reply_to_message"] = _bare(replied)
    if "message_auto_delete_timer_changed" in message:
        kept["message_auto_delete_timer_changed"] = {"message_auto_delete_time": 0}
    if bots := [_person(user) for user in message.get("new_chat_members", []) if user["is_bot"]]:
        kept["new_chat_members"] = bots
    readable = kept.keys() & READABLE or MEDIA & message.keys()
    return kept if readable else None


def _bare(message: Update) -> Update:
    kept = only(message, "message_id", "date") | {"chat": chat(message["chat"])}
    return kept | ({"from": _person(message["from"])} if "from" in message else {})


def _membership(change: Update) -> Update | None:
    """Whose membership changed, and whether they are in the group now (Bot API, ChatMember).

    *bot*: its name, where it is one.
    """
    new = change["new_chat_member"]
    out = new["status"] in ("left", "kicked")
    inside = not out and (new["status"] != "restricted" or new.get("is_member", False))
    kept = {"chat": chat(change["chat"]), "user": new["user"]["id"], "inside": inside}
    return kept | ({"bot": new["user"]["first_name"]} if new["user"]["is_bot"] else {})


def _person(user: Update) -> Update:
    """A caseworker by the name the group knows them by."""
    return only(user, "id", "is_bot", "first_name", "last_name", "language_code")


KINDS: Kinds = {
    "message": _message,
    "edited_message": _message,
    "callback_query": lambda query: press(query, _person),
    "my_chat_member": _membership,
    "chat_member": _membership,
}
