"""What people see on their screens, as one JSON value: the page and the tests look at this."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from bot.sandbox.chats import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    BotAccount,
    Chat,
    Json,
    Message,
    Person,
)
from bot.sandbox.listed import LISTED
from bot.sandbox.telegram import Sandbox

_KINDS = {"callback_data": "callback", "url": "url", "copy_text": "copy"}


def state(sandbox: Sandbox, only: int | None = None) -> Json:
    """The whole of it; with *only*, just the chats that this person is in."""
    return {
        "version": sandbox.version,
        "now": sandbox.now(),
        "bots": [
            {"id": bot.id, "username": bot.username, "name": bot.name, "role": bot.role}
            for bot in sandbox.bots()
        ],
        "people": [_person(sandbox, person) for person in sandbox.people()],
        "listed": [asdict(one) for one in LISTED],
        "chats": [
            _chat(sandbox, chat)
            for chat in sandbox.chats.values()
            if only is None or only == chat.id or only in chat.standing
        ],
        "toasts": [
            {"person": one.person, "text": one.text, "alert": one.alert, "at": one.at}
            for one in [one for one in sandbox.toasts if only in {None, one.person}][-5:]
        ],
        "refused": [
            {
                "role": one.role,
                "method": one.method,
                "code": one.code,
                "description": one.description,
                "expected": one.expected,
            }
            for one in sandbox.refused
        ],
    }


def _person(sandbox: Sandbox, person: Person) -> Json:
    groups = sandbox.groups()[:1]
    return {
        "id": person.id,
        "name": person.name,
        "language_code": person.language_code,
        "caseworker": any(person.id in group.standing for group in groups),
        "administrator": any(group.rules(person.id) for group in groups),
        "anonymous": any(person.id in group.anonymous for group in groups),
        "sees": {bot.role: _introduced(sandbox, bot, person) for bot in sandbox.bots()},
    }


def _introduced(sandbox: Sandbox, bot: BotAccount, person: Person) -> Json:
    """A bot's name and description, in this person's language."""
    seen = partial(sandbox.profiles.seen, bot.id, language_code=person.language_code)
    return {"name": seen("name") or bot.name, "description": seen("description")}


def _chat(sandbox: Sandbox, chat: Chat) -> Json:
    private = chat.bot is not None
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "person": chat.id if private else None,
        "bot": chat.bot,
        "blocked": chat.blocked,
        "members": [chat.id, chat.bot] if private else chat.present(),
        "commands": commands(sandbox, chat),
        "messages": [_message(sandbox, chat, one) for one in chat.messages.values()],
        "keyboard": chat.keyboard,
        "force_reply": chat.force_reply,
    }


def commands(sandbox: Sandbox, chat: Chat) -> list[Json]:
    """The menu of commands in a chat; a group shows that of each bot in it."""
    here: Json = {"type": "chat", "chat_id": chat.id}
    if chat.bot is not None:
        scopes = [here, {"type": "all_private_chats"}, {"type": "default"}]
        language = sandbox.person(chat.id).language_code
        return sandbox.profiles.commands_for(chat.bot, scopes, language)
    scopes = [here, {"type": "all_group_chats"}, {"type": "default"}]
    return [
        command
        for bot in sandbox.bots()
        if bot.id in chat.present()
        for command in sandbox.profiles.commands_for(bot.id, scopes, "")
    ]


def _message(sandbox: Sandbox, chat: Chat, one: Message) -> Json:
    return {
        "id": one.id,
        "version": one.version,
        "from": _author(sandbox, one),
        "date": one.date,
        "text": one.text,
        "entities": [dict(entity) for entity in one.entities],
        "buttons": [[_button(button) for button in row] for row in one.buttons],
        "reply_to": one.reply_to,
        "edited": one.edited is not None,
        "media": one.media,
        "file": _file(chat, one),
        "caption_is_text": one.media is not None,
        "protected": one.protected,
        "silent": one.silent,
        "preview": not (one.preview or {}).get("is_disabled", False),
        "forward": one.forward["chat"]["title"] if one.forward else None,
        "service": _service_words(one.service) if one.service else None,
        "thread": one.thread,
    }


def _file(chat: Chat, one: Message) -> Json | None:
    """What a bot sent: its name, and where the page finds it."""
    if one.file is None:
        return None
    return {"name": one.file.name, "url": f"sandbox/file/{chat.bot or 0}/{chat.id}/{one.id}"}


def _author(sandbox: Sandbox, one: Message) -> Json:
    if one.anonymous:
        return {"id": GROUP_ANONYMOUS_BOT, "name": sandbox.group.title, "bot": False}
    if one.channel:
        return {"id": CHANNEL_BOT, "name": one.channel["title"], "bot": False}
    author = sandbox.accounts[one.sender]
    return {"id": author.id, "name": author.name, "bot": author.id in sandbox.inboxes}


def _button(button: Json) -> Json:
    field = next(name for name in _KINDS if name in button)
    value = button[field]["text"] if field == "copy_text" else button[field]
    return {
        "text": button["text"],
        "style": button.get("style"),
        "kind": _KINDS[field],
        "value": value,
    }


def _service_words(service: Json) -> str:
    match service:
        case {"new_chat_members": [{"first_name": name}]}:
            return f"{name} joined"
        case {"left_chat_member": {"first_name": name}}:
            return f"{name} left"
        case {"forum_topic_created": {"name": name}}:
            return f"topic “{name}”"
        case {"pinned_message": _}:
            return "pinned a message"
        case {"chat_shared": shared}:
            return f"shared “{shared.get('title', 'a chat')}”"
        case _:
            return "something happened"
