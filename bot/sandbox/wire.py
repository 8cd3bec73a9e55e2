"""The Bot API's JSON shapes of our nouns, as bots receive them (core.telegram.org/bots/api)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.chats import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    Account,
    BotAccount,
    Chat,
    Json,
    Message,
)

_MEDIA: dict[str, Json] = {
    "photo": {"width": 90, "height": 90},
    "video": {"width": 90, "height": 90, "duration": 3},
    "voice": {"duration": 3},
    "sticker": {
        "type": "regular",
        "width": 90,
        "height": 90,
        "is_animated": False,
        "is_video": False,
    },
    "document": {"file_name": "stand-in.bin"},
}
MEDIA_KINDS = frozenset(_MEDIA)

_RIGHTS = [
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
]

_LEAVE = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
]


def user(account: Account) -> Json:
    """A User."""
    if isinstance(account, BotAccount):
        return {
            "id": account.id,
            "is_bot": True,
            "first_name": account.name,
            "username": account.username,
        }
    told = {"language_code": account.language_code} if account.language_code else {}
    return {"id": account.id, "is_bot": False, "first_name": account.name, **told}


def chat(of: Chat) -> Json:
    """A Chat."""
    if of.type == "private":
        return {"id": of.id, "type": "private", "first_name": of.title}
    forum = {"is_forum": True} if of.topics else {}
    return {"id": of.id, "type": "supergroup", "title": of.title, **forum}


def message(one: Message, within: Chat, accounts: Mapping[int, Account]) -> Json:
    """A Message, with the message it answers inside it."""
    shape = _bare(one, within, accounts)
    replied = within.messages.get(one.reply_to or 0)
    if replied is not None:
        shape["reply_to_message"] = _bare(replied, within, accounts)
    return shape


def _bare(one: Message, within: Chat, accounts: Mapping[int, Account]) -> Json:
    shape: Json = {"message_id": one.id, "date": one.date, "chat": chat(within)}
    shape |= _sender(one, within, accounts) | _content(one) | (one.service or {})
    if one.edited:
        shape["edit_date"] = one.edited
    if one.thread:
        shape |= {"message_thread_id": one.thread, "is_topic_message": True}
    if one.protected:
        shape["has_protected_content"] = True
    if one.forward:
        shape["forward_origin"] = one.forward
    if one.buttons:
        shape["reply_markup"] = {"inline_keyboard": [list(row) for row in one.buttons]}
    return shape


def _sender(one: Message, within: Chat, accounts: Mapping[int, Account]) -> Json:
    if one.anonymous:
        nobody = _nobody(GROUP_ANONYMOUS_BOT, "Group", "GroupAnonymousBot")
        return {"from": nobody, "sender_chat": chat(within)}
    if one.channel:
        return {"from": _nobody(CHANNEL_BOT, "Channel", "Channel_Bot"), "sender_chat": one.channel}
    return {"from": user(accounts[one.sender])}


def _nobody(number: int, name: str, username: str) -> Json:
    return {"id": number, "is_bot": True, "first_name": name, "username": username}


def _content(one: Message) -> Json:
    words, marks = ("caption", "caption_entities") if one.media else ("text", "entities")
    content: Json = media(one) if one.media else {}
    if one.text:
        content[words] = one.text
    if one.entities:
        content[marks] = [dict(entity) for entity in one.entities]
    if one.preview:
        content["link_preview_options"] = one.preview
    return content


def media(one: Message) -> Json:
    """A picture or file, most often a stand-in: its ids are invented and lead nowhere."""
    kind = one.media or ""
    number = f"{kind}-{one.id}"
    file = {
        "file_id": f"invented-{number}",
        "file_unique_id": f"unique-{number}",
        "file_size": 1000,
        **_MEDIA[kind],
    }
    if one.file:
        file |= {"file_size": len(one.file.data)}
        file |= {"file_name": one.file.name} if kind == "document" else {}
    album = {"media_group_id": one.album} if one.album else {}
    return {kind: [file] if kind == "photo" else file, **album}


def member(account: Account, status: str, anonymous: bool = False, away: bool = False) -> Json:
    """A ChatMember of this status; *away*: restricted, and not inside."""
    shape: Json = {"status": status, "user": user(account)}
    if status == "creator":
        shape["is_anonymous"] = anonymous
    if status == "administrator":
        shape |= {"is_anonymous": anonymous, **dict.fromkeys(_RIGHTS, True)}
        shape["can_promote_members"] = False
    if status == "restricted":
        shape |= {"is_member": not away, "until_date": 0, **dict.fromkeys(_LEAVE, False)}
    if status == "kicked":
        shape["until_date"] = 0
    return shape
