"""A Bot API call: its parameters read from the wire and held against aiogram's models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from bot.sandbox.chats import BotAccount, Chat, Json, Message, Upload
from bot.sandbox.limits import Refused
from bot.sandbox.telegram import Sandbox

if TYPE_CHECKING:
    from aiogram.methods import TelegramMethod

# In the Bot API, but not in this house: no markup in texts, no businesses, no old names.
UNSPOKEN = frozenset(
    [
        "parse_mode",
        "business_connection_id",
        "direct_messages_topic_id",
        "inline_message_id",
        "rich_message",
        "allow_paid_broadcast",
        "message_effect_id",
        "suggested_post_parameters",
        "receiver_user_id",
        "ephemeral_message_parameters",
        "allow_sending_without_reply",
        "reply_to_message_id",
        "disable_web_page_preview",
    ]
)


@dataclass(frozen=True, slots=True)
class Call:
    """What a bot asks, once read: parameters are plain JSON values."""

    sandbox: Sandbox
    bot: BotAccount
    params: Json

    def chat(self) -> Chat:
        """The chat named by chat_id, if this bot is in it."""
        number = self.params["chat_id"]
        group = self.sandbox.chats.get((None, number))
        if group is not None:
            return self._group(group)
        chat = self.sandbox.private(self.bot.id, number)
        if chat is None and number in self.sandbox.accounts:
            raise Refused(403, "bot can't initiate conversation with a user")
        if chat is None:
            raise Refused(400, "chat not found")
        return chat

    def open_chat(self) -> Chat:
        """The same, if the bot may write there now."""
        chat = self.chat()
        if chat.blocked:
            raise Refused(403, "bot was blocked by the user", expected=True)
        return chat

    def paced(self, chat: Chat) -> None:
        """Count a message of this bot, or refuse it for now (429)."""
        group = chat.id if chat.bot is None else None
        self.sandbox.pace.check(self.bot.id, group, self.sandbox.now())

    def own(self, chat: Chat) -> Message:
        """The message named by message_id, if it is this bot's to edit."""
        message = chat.messages.get(self.params.get("message_id") or 0)
        if message is None:
            raise Refused(400, "message to edit not found", expected=True)
        if message.sender != self.bot.id or message.fixed or message.service:
            raise Refused(400, "message can't be edited", expected=chat.bot is None)
        return message

    def _group(self, group: Chat) -> Chat:
        match group.standing.get(self.bot.id):
            case "creator" | "administrator" | "member":
                return group
            case "kicked":
                raise Refused(403, "bot was kicked from the supergroup chat", expected=True)
            case "left":
                raise Refused(403, "bot is not a member of the supergroup chat")
            case _:
                raise Refused(400, "chat not found")


@cache
def models() -> dict[str, type[TelegramMethod[Any]]]:
    """aiogram's model of each Bot API method, by its name. The import takes seconds."""
    import aiogram.methods

    found = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    return {one.__api_method__: one for one in found if hasattr(one, "__api_method__")}


def read(method: str, raw: Mapping[str, Any]) -> Json:
    """The parameters of a call, JSON strings opened. Refused where no model accepts them.

    An uploaded file stays as it is; the model sees its name.
    """
    uploads = {name: value for name, value in raw.items() if isinstance(value, Upload)}
    raw = {**raw, **{name: file.name for name, file in uploads.items()}}
    model = models()[method]
    for name in raw:
        if name not in model.model_fields:
            raise Refused(400, f"{method} has no such parameter")
        if name in UNSPOKEN:
            raise Refused(400, f"{name} is not used in this house")
    params = {name: _opened(model, name, value) for name, value in raw.items()}
    params = {name: value for name, value in params.items() if value is not None}
    try:
        parsed = model.model_validate_json(json.dumps(params), strict=True)
    except ValidationError as odd:
        first = odd.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "parameters"
        raise Refused(400, f"can't parse {where}: {first['type']}") from None
    if any(_strangers(parsed)):
        raise Refused(400, f"can't parse {method}: an object has a field no model knows")
    return params | uploads


def _opened(model: type[BaseModel], name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kinds = set(_kinds(model.model_fields[name].annotation))
    if str in kinds and int not in kinds:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    if getattr(annotation, "__origin__", None) is not list:
        for part in get_args(annotation):
            yield from _kinds(part)


def _strangers(value: Any) -> Iterator[str]:
    """The names in a parsed value that its model does not have (aiogram's models let them in)."""
    if isinstance(value, BaseModel):
        yield from value.model_extra or ()
        for name in type(value).model_fields:
            yield from _strangers(getattr(value, name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strangers(part)
