"""The Bot API of the small Telegram: one function a method, then the table of them.

What each should do: core.telegram.org/bots/api.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.sandbox import limits, wire
from bot.sandbox.calls import Call, models, read
from bot.sandbox.chats import BotAccount, Chat, Json, Message, Refusal, Toast, Upload
from bot.sandbox.entities import units
from bot.sandbox.inbox import PRESS_KEPT
from bot.sandbox.limits import Refused
from bot.sandbox.telegram import Sandbox

__all__ = ["LineCut", "models", "respond"]


class LineCut(Exception):
    """A fault asks that the connection ends here, without an answer."""


async def respond(
    sandbox: Sandbox, token: str, method: str, raw: Mapping[str, Any]
) -> tuple[int, Json]:
    """HTTP status and body for one call. Whatever is refused is also put in sandbox.refused."""
    role = "?"
    try:
        bot = _bot(sandbox, token)
        role = bot.role
        if method not in METHODS:
            raise Refused(404, "method not found")
        return 200, {"ok": True, "result": await _faulty(sandbox, bot, method, raw)}
    except Refused as refused:
        known = method if re.fullmatch(r"[A-Za-z]{1,64}", method) else "?"
        refusal = Refusal(role, known, refused.code, str(refused), refused.expected)
        sandbox.refused.append(refusal)
        sandbox.touch()
        return refused.code, _error(refused)


def _bot(sandbox: Sandbox, token: str) -> BotAccount:
    for bot in sandbox.bots():
        if bot.token == token:
            return bot
    raise Refused(401, "")


def _error(refused: Refused) -> Json:
    body: Json = {"ok": False, "error_code": refused.code, "description": str(refused)}
    return body | ({"parameters": refused.parameters} if refused.parameters else {})


async def _faulty(sandbox: Sandbox, bot: BotAccount, method: str, raw: Mapping[str, Any]) -> Any:
    fault = sandbox.faults(bot.role, method, dict(raw)) if sandbox.faults else None
    if fault == "drop_request":
        raise LineCut
    if isinstance(fault, tuple):
        code, why, parameters = fault
        raise Refused(code, why, expected=True, parameters=parameters)
    result = await METHODS[method](Call(sandbox, bot, read(method, raw)))
    if fault == "drop_answer":
        raise LineCut
    return result


# Updates


async def get_updates(call: Call) -> list[Json]:
    """Wait up to *timeout* seconds for updates. A newer poll ends this one with 409."""
    inbox, params = call.sandbox.inboxes[call.bot.id], call.params
    inbox.allow(params.get("allowed_updates"))
    mine = inbox.begin_poll(params.get("offset") or 0)
    limit = params.get("limit") or 100
    if not 1 <= limit <= 100:
        limit = 100
    try:
        async with asyncio.timeout(params.get("timeout") or 0):
            while not (found := inbox.ready(limit, call.sandbox.now())):
                await inbox.bell.wait()
                if inbox.newest_poll != mine:
                    raise Refused(409, _OTHER_POLL, expected=True)
    except TimeoutError:
        return []
    return found


_OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


async def delete_webhook(call: Call) -> bool:
    if call.params.get("drop_pending_updates"):
        call.sandbox.inboxes[call.bot.id].clear()
    return True


async def get_webhook_info(call: Call) -> Json:
    inbox = call.sandbox.inboxes[call.bot.id]
    asked = {"allowed_updates": sorted(inbox.allowed)} if inbox.allowed else {}
    waiting = {"pending_update_count": len(inbox)}
    return {"url": "", "has_custom_certificate": False, **waiting, **asked}


# Messages


async def send_message(call: Call) -> Json:
    said = limits.words(call.params["text"], call.params.get("entities") or ())
    return _sent(call, *said)


def _sender(kind: str, most: int) -> Callable[[Call], Awaitable[Json]]:
    async def send_file(call: Call) -> Json:
        """A picture or file of at most *most* bytes, with a caption."""
        upload = call.params[kind]
        if not isinstance(upload, Upload):
            raise Refused(400, "files are uploaded in this house")
        if not 0 < len(upload.data) <= most:
            raise Refused(400, "file must be non-empty and not too big")
        marks = call.params.get("caption_entities") or ()
        said = limits.words(call.params.get("caption") or "", marks, caption=True)
        return _sent(call, *said, media=kind, file=upload)

    return send_file


def _sent(call: Call, text: str, entities: tuple[Json, ...], **content: Any) -> Json:
    chat, params = call.open_chat(), call.params
    markup = params.get("reply_markup") or {}
    draft = Message(
        call.bot.id,
        text=text,
        entities=entities,
        **content,
        buttons=limits.keyboard(markup),
        reply_to=_replied(call, chat),
        thread=_thread(call, chat),
        protected=bool(params.get("protect_content")),
        silent=bool(params.get("disable_notification")),
        preview=params.get("link_preview_options"),
        fixed=bool(markup) and "inline_keyboard" not in markup,
    )
    limits.requests(markup, private=chat.bot is not None)
    call.paced(chat)
    message = call.sandbox.post(chat, draft)
    _show_keyboard(chat, message, markup)
    return wire.message(message, chat, call.sandbox.accounts)


def _replied(call: Call, chat: Chat) -> int | None:
    asked = call.params.get("reply_parameters")
    if asked is None or asked["message_id"] in chat.messages:
        return asked["message_id"] if asked else None
    if asked.get("allow_sending_without_reply"):
        return None
    raise Refused(400, "message to be replied not found")


def _thread(call: Call, chat: Chat) -> int | None:
    thread: int | None = call.params.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise Refused(400, "message thread not found")
    return thread


def _show_keyboard(chat: Chat, message: Message, markup: Json) -> None:
    if "keyboard" in markup:
        chat.keyboard = {
            "rows": [[button["text"] for button in row] for row in markup["keyboard"]],
            "requests": [
                [button.get("request_chat") for button in row] for row in markup["keyboard"]
            ],
            "placeholder": markup.get("input_field_placeholder") or "",
            "once": bool(markup.get("one_time_keyboard")),
        }
    if "remove_keyboard" in markup:
        chat.keyboard = None
    if "force_reply" in markup:
        chat.force_reply = message.id


async def edit_message_text(call: Call) -> Json:
    chat = call.open_chat()
    old = call.own(chat)
    text, entities = limits.words(call.params["text"], call.params.get("entities") or ())
    new = replace(
        old,
        text=text,
        entities=entities,
        buttons=limits.keyboard(call.params.get("reply_markup")),
        preview=call.params.get("link_preview_options"),
    )
    return _edited(call, chat, old, replace(new, edited=old.edited))


async def edit_message_reply_markup(call: Call) -> Json:
    chat = call.open_chat()
    old = call.own(chat)
    new = replace(old, buttons=limits.keyboard(call.params.get("reply_markup")))
    return _edited(call, chat, old, new)


def _edited(call: Call, chat: Chat, old: Message, new: Message) -> Json:
    if (new.text, new.entities, new.buttons) == (old.text, old.entities, old.buttons):
        raise Refused(400, _NOT_MODIFIED, expected=True)
    call.paced(chat)
    if new.text != old.text or new.entities != old.entities:
        new = replace(new, edited=int(call.sandbox.now()))
    return wire.message(call.sandbox.change(chat, new), chat, call.sandbox.accounts)


_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


async def delete_message(call: Call) -> bool:
    chat = call.chat()
    number = call.params["message_id"]
    if number not in chat.messages:
        raise Refused(400, "message to delete not found", expected=True)
    _may_delete(call, chat, [number])
    call.sandbox.remove(chat, [number])
    return True


async def delete_messages(call: Call) -> bool:
    """Deletes all or, if one of them may not be deleted, none; those already gone are skipped."""
    chat = call.chat()
    numbers = call.params["message_ids"]
    if not numbers:
        raise Refused(400, "message identifiers are not specified")
    if len(numbers) > limits.MOST_DELETED:
        raise Refused(400, "too many message identifiers specified")
    _may_delete(call, chat, numbers)
    call.sandbox.remove(chat, numbers)
    return True


def _may_delete(call: Call, chat: Chat, numbers: list[int]) -> None:
    anybodys = chat.bot is not None or chat.rules(call.bot.id)
    for message in filter(None, map(chat.messages.get, numbers)):
        if call.sandbox.now() - message.date >= limits.DELETABLE:
            raise Refused(400, "message can't be deleted for everyone", expected=True)
        if message.sender != call.bot.id and not anybodys:
            raise Refused(400, "message can't be deleted")


async def pin_chat_message(call: Call) -> bool:
    chat = call.open_chat()
    message = chat.messages.get(call.params["message_id"])
    if message is None:
        raise Refused(400, "message to pin not found")
    if chat.bot is None and not chat.rules(call.bot.id):
        raise Refused(400, "not enough rights to manage pinned messages in the chat")
    pinned = wire.message(message, chat, call.sandbox.accounts)
    call.sandbox.post(chat, Message(call.bot.id, service={"pinned_message": pinned}))
    return True


async def send_chat_action(call: Call) -> bool:
    _thread(call, call.open_chat())
    return True


async def answer_callback_query(call: Call) -> bool:
    """Once a press, within 150 s of it."""
    sandbox, params = call.sandbox, call.params
    press = sandbox.presses.get(params["callback_query_id"])
    if units(params.get("text") or "") > limits.MOST_TOAST:
        raise Refused(400, "MESSAGE_TOO_LONG")
    if press is None or press.bot != call.bot.id or sandbox.now() - press.at > PRESS_KEPT:
        raise Refused(400, _TOO_OLD, expected=True)
    del sandbox.presses[press.id]
    if params.get("text"):
        alert = bool(params.get("show_alert"))
        sandbox.toasts.append(Toast(press.person, params["text"], alert, sandbox.now()))
    sandbox.touch()
    return True


_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


# Chats and their members


async def get_chat(call: Call) -> Json:
    chat = call.chat()
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
    if chat.bot is None and chat.rules(call.bot.id):
        full["has_visible_history"] = True
    return wire.chat(chat) | full


_NO_GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)


async def get_chat_member(call: Call) -> Json:
    """About others, only an administrator bot is told."""
    chat, who = call.chat(), call.params["user_id"]
    account = call.sandbox.accounts.get(who)
    if chat.bot is not None:
        return wire.member(call.sandbox.accounts[chat.id], "member")
    if who != call.bot.id and not chat.rules(call.bot.id):
        raise Refused(400, "CHAT_ADMIN_REQUIRED")
    if account is None:
        raise Refused(400, "PARTICIPANT_ID_INVALID")
    standing = chat.standing.get(who, "left")
    return wire.member(account, standing, who in chat.anonymous, who in chat.away)


async def get_chat_administrators(call: Call) -> list[Json]:
    chat = call.chat()
    if chat.bot is not None:
        raise Refused(400, "there are no administrators in the private chat")
    return [
        wire.member(call.sandbox.accounts[who], status, who in chat.anonymous)
        for who, status in chat.standing.items()
        if chat.rules(who) and (call.params.get("return_bots") or not _is_other_bot(call, who))
    ]


def _is_other_bot(call: Call, who: int) -> bool:
    return who in call.sandbox.inboxes and who != call.bot.id


async def get_chat_member_count(call: Call) -> int:
    chat = call.chat()
    return 2 if chat.bot is not None else len(chat.present())


async def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.bot is not None:
        raise Refused(400, "chat member status can't be changed in private chats")
    call.sandbox.leave(call.bot.id, chat)
    return True


# The bot about itself


async def get_me(call: Call) -> Json:
    reads_all = not call.bot.privacy_mode
    return wire.user(call.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": reads_all,
        "supports_inline_queries": False,
    }


async def set_my_commands(call: Call) -> bool:
    commands = call.params["commands"]
    if len(commands) > 100:
        raise Refused(400, "BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise Refused(400, "BOT_COMMAND_INVALID")
        if not 1 <= units(command["description"]) <= 256:
            raise Refused(400, "BOT_COMMAND_DESCRIPTION_INVALID")
    return _keep(call, "commands", commands)


async def get_my_commands(call: Call) -> list[Json]:
    return list(_kept(call, "commands") or [])


def _setter(matter: str, most: int) -> Callable[[Call], Awaitable[bool]]:
    async def set_it(call: Call) -> bool:
        said = call.params.get(matter) or ""
        if units(said) > most:
            raise Refused(400, f"{matter} is too long")
        return _keep(call, matter, said)

    return set_it


def _getter(matter: str) -> Callable[[Call], Awaitable[Json]]:
    async def get_it(call: Call) -> Json:
        # As a person of that language sees it: what was told for all, where nothing else was.
        said = call.sandbox.profiles.seen(call.bot.id, matter, _language(call))
        return {matter: said or (call.bot.name if matter == "name" else "")}

    return get_it


def _keep(call: Call, matter: str, value: Any) -> bool:
    profiles = call.sandbox.profiles
    profiles.keep(call.bot.id, matter, value, _language(call), call.params.get("scope"))
    call.sandbox.touch()
    return True


def _kept(call: Call, matter: str) -> Any:
    profiles = call.sandbox.profiles
    return profiles.exact(call.bot.id, matter, _language(call), call.params.get("scope"))


def _language(call: Call) -> str:
    code: str = call.params.get("language_code") or ""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise Refused(400, "invalid language code specified")
    return code


METHODS: dict[str, Callable[[Call], Awaitable[Any]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendPhoto": _sender("photo", limits.MOST_PHOTO),
    "sendDocument": _sender("document", limits.MOST_FILE),
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin_chat_message,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "setMyName": _setter("name", 64),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description", 512),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description", 120),
    "getMyShortDescription": _getter("short_description"),
}
