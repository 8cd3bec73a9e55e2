"""What people do on their phones: one function an act, from the page or from a test.

Each takes the act as JSON and gives what to add to {"ok": true}. An act that a person could not
do on a real phone raises CannotDo with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.sandbox import wire
from bot.sandbox.chats import Chat, Json, Message
from bot.sandbox.entities import marked, pieces, units
from bot.sandbox.limits import MOST_CAPTION, MOST_TEXT
from bot.sandbox.listed import LISTED, fits, shared
from bot.sandbox.telegram import Sandbox


class CannotDo(Exception):
    """A real phone would not let this person do that now."""


def perform(sandbox: Sandbox, act: Json) -> Json:
    """Do one act. Raises CannotDo, also for an act that is not spelled right."""
    name = act.get("act")
    if name not in ACTS:
        raise CannotDo(f"there is no act {name!r}")
    try:
        done = ACTS[name](sandbox, act)
    except (KeyError, TypeError, ValueError, IndexError) as odd:
        raise CannotDo(f"{name}: {type(odd).__name__} {odd}") from odd
    return {"ok": True, "version": sandbox.version, **(done or {})}


def start(sandbox: Sandbox, act: Json) -> Json:
    """Press Start, or follow a link with a payload."""
    chat = sandbox.begin(sandbox.bot(act["bot"]).id, act["person"])
    return _write(sandbox, chat, act, f"/start {act.get('payload') or ''}".strip())


def say(sandbox: Sandbox, act: Json) -> Json:
    """Type and send, in the name of a *channel* if so; what is too long goes out in pieces."""
    chat = _open_chat(sandbox, act)
    text = act["text"].strip()
    if not text:
        raise CannotDo("there is nothing to send")
    return _write(sandbox, chat, act, text)


def _write(sandbox: Sandbox, chat: Chat, act: Json, text: str) -> Json:
    sent = []
    given = list(act.get("entities") or ())
    for piece in pieces(text, MOST_TEXT):
        draft = _by(chat, act, text=piece, entities=marked(piece, given))
        sent.append(sandbox.post(chat, draft).id)
        given = []  # entities given by hand belong to the first piece
    _hide_once(chat)
    return {"messages": sent}


def edit(sandbox: Sandbox, act: Json) -> None:
    """Change the words of one's own message."""
    chat = _open_chat(sandbox, act)
    old = chat.messages.get(act["message"])
    if old is None or old.sender != act["person"] or old.service:
        raise CannotDo("only one's own messages can be edited")
    words = act["text"].strip()
    new = replace(old, text=words, entities=marked(words, []), edited=int(sandbox.now()))
    sandbox.change(chat, new)


def media(sandbox: Sandbox, act: Json) -> Json:
    """Send a stand-in picture, film, voice note, sticker or file."""
    chat = _open_chat(sandbox, act)
    words = act.get("caption") or ""
    if units(words) > MOST_CAPTION:
        raise CannotDo("a caption has at most 1024 letters")
    draft = _by(
        chat,
        act,
        text=words,
        entities=marked(words, []),
        media=_kind(act["kind"]),
        album=act.get("album"),
    )
    return {"messages": [sandbox.post(chat, draft).id]}


def forward(sandbox: Sandbox, act: Json) -> Json:
    """Forward a channel's post."""
    chat = _open_chat(sandbox, act)
    words = act.get("text") or ""
    draft = _by(
        chat,
        act,
        text=words,
        entities=marked(words, []),
        media=_kind(act.get("media")),
        forward=_origin(act["from"], int(sandbox.now())),
    )
    return {"messages": [sandbox.post(chat, draft).id]}


def _origin(channel: Json, now: int) -> Json:
    chat = _channel(channel)
    return {"type": "channel", "date": now, "chat": chat, "message_id": channel["post"]}


def _channel(channel: Json) -> Json:
    public = {"username": channel["username"]} if channel.get("username") else {}
    number = channel.get("channel_id") or -1009999999999
    return {"id": number, "type": "channel", "title": channel["title"], **public}


def press(sandbox: Sandbox, act: Json) -> Json:
    """Press a button that tells the bot *data*; the message may have changed meanwhile."""
    chat = _open_chat(sandbox, act)
    message = chat.messages.get(act["message"])
    if message is None:
        raise CannotDo("that message is gone")
    if not isinstance(act.get("data"), str):
        raise CannotDo("that button does not tell the bot")
    person = sandbox.person(act["person"])
    return {"query": sandbox.press(person, chat, message, act["data"]).id}


def share_chat(sandbox: Sandbox, act: Json) -> Json:
    """Choose one of one's own channels or groups, with a button that asks for it."""
    chat = _open_chat(sandbox, act)
    asked = [one for row in (chat.keyboard or {}).get("requests", ()) for one in row if one]
    request = next((one for one in asked if one["request_id"] == act["request"]), None)
    listed = next((one for one in LISTED if one.id == act["chat"]), None)
    if request is None or listed is None or not fits(listed, request):
        raise CannotDo("no button asks for that")
    service = {"chat_shared": shared(listed, request)}
    sent = sandbox.post(chat, _by(chat, act, service=service))
    _hide_once(chat)
    return {"messages": [sent.id]}


def delete(sandbox: Sandbox, act: Json) -> None:
    """Delete a message for both sides. No bot is told."""
    sandbox.remove(_chat(sandbox, act), [act["message"]])


def block(sandbox: Sandbox, act: Json) -> None:
    sandbox.set_blocked(_chat(sandbox, act), True)


def unblock(sandbox: Sandbox, act: Json) -> None:
    sandbox.set_blocked(_chat(sandbox, act), False)


def add_person(sandbox: Sandbox, act: Json) -> Json:
    """Somebody new; a caseworker is a member of the staff group from the start."""
    person = sandbox.add_person(act["name"], act.get("language_code") or "")
    if act.get("caseworker"):
        sandbox.join(person.id)
    return {"person": person.id}


def join(sandbox: Sandbox, act: Json) -> None:
    sandbox.join(_somebody(sandbox, act))


def leave(sandbox: Sandbox, act: Json) -> None:
    sandbox.leave(_somebody(sandbox, act))


def administrator(sandbox: Sandbox, act: Json) -> None:
    sandbox.set_administrator(_somebody(sandbox, act), bool(act["on"]))


def anonymous(sandbox: Sandbox, act: Json) -> None:
    sandbox.set_anonymous(sandbox.person(act["person"]).id, bool(act["on"]))


def move_clock(sandbox: Sandbox, act: Json) -> None:
    sandbox.move_clock(float(act["seconds"]))


def add_bot_to_group(sandbox: Sandbox, act: Json) -> Json:
    """Somebody adds the bot to a group that is none of ours."""
    group = sandbox.make_group("Another group", sandbox.people()[0].id)
    sandbox.join(sandbox.bot(act["bot"]).id, chat=group)
    return {"chat": group.id}


def hear_again(sandbox: Sandbox, act: Json) -> None:
    """Telegram sends its last batch once more."""
    sandbox.inboxes[sandbox.bot(act["bot"]).id].hear_again()


def _chat(sandbox: Sandbox, act: Json) -> Chat:
    if act.get("group"):
        return sandbox.group
    chat = sandbox.private(sandbox.bot(act["bot"]).id, sandbox.person(act["person"]).id)
    if chat is None:
        raise CannotDo("press Start first")
    return chat


def _open_chat(sandbox: Sandbox, act: Json) -> Chat:
    """The chat, if this person may write in it now."""
    chat = _chat(sandbox, act)
    if chat.blocked:
        raise CannotDo("the bot is blocked")
    if chat.bot is None and act["person"] not in chat.present():
        raise CannotDo("not a member of the group")
    return chat


def _by(chat: Chat, act: Json, **words: Any) -> Message:
    person = act["person"]
    hidden = person in chat.anonymous and chat.rules(person)
    return Message(
        person,
        reply_to=act.get("reply_to"),
        thread=act.get("thread"),
        anonymous=hidden,
        channel=_channel(act["channel"]) if act.get("channel") else None,
        **words,
    )


def _kind(media: str | None) -> str | None:
    if media is not None and media not in wire.MEDIA_KINDS:
        raise CannotDo("there is no such kind of file")
    return media


def _somebody(sandbox: Sandbox, act: Json) -> int:
    """A person by id, or a bot by its role."""
    return sandbox.bot(act["bot"]).id if "bot" in act else sandbox.person(act["person"]).id


def _hide_once(chat: Chat) -> None:
    """A phone closes a one-time keyboard and a forced reply once something is sent."""
    chat.force_reply = None
    if chat.keyboard and chat.keyboard.get("once"):
        chat.keyboard = None


ACTS: dict[str, Callable[[Sandbox, Json], Json | None]] = {
    act.__name__: act
    for act in (
        start,
        say,
        press,
        edit,
        media,
        forward,
        share_chat,
        block,
        unblock,
        add_person,
        join,
        leave,
        administrator,
        anonymous,
        move_clock,
        add_bot_to_group,
        delete,
        hear_again,
    )
}
