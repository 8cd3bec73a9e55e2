"""Telegram's own limits, as data, and the answer when one is passed.

Numbers and words from core.telegram.org/bots/api, tdlib/td and tdlib/telegram-bot-api (pace: its
issue 648). No answer repeats what a bot or a person wrote.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.chats import Json
from bot.sandbox.entities import begins_inside, marked, trimmed, units

MOST_TEXT = 4096  # UTF-16 units, after trimming
MOST_CAPTION = 1024  # UTF-16 units
MOST_FILE = 50 * 2**20  # bytes
MOST_PHOTO = 10 * 2**20
MOST_DATA = 64  # bytes of callback_data
MOST_COPY = 256  # UTF-16 units of copy_text
MOST_BUTTONS = 100
MOST_BUTTONS_A_ROW = 8
MOST_PLACEHOLDER = 64
MOST_TOAST = 200
MOST_DELETED = 100
DELETABLE = 48 * 3600.0  # seconds after sending
STYLES = frozenset({"primary", "success", "danger"})
BUTTON_KINDS = frozenset({"callback_data", "url", "copy_text"})
ENTITY_KINDS = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)

_CODES = {
    400: "Bad Request: ",
    401: "Unauthorized",
    403: "Forbidden: ",
    404: "Not Found: ",
    409: "Conflict: ",
    429: "Too Many Requests: ",
}


class Refused(Exception):
    """The Bot API answers ok=false; *expected* as in Refusal."""

    def __init__(
        self, code: int, why: str, *, expected: bool = False, parameters: Json | None = None
    ) -> None:
        prefix = _CODES.get(code, "")
        super().__init__(prefix + why.removeprefix(prefix))
        self.code = code
        self.expected = expected
        self.parameters = parameters or {}


@dataclass(slots=True)
class Pace:
    """How much one bot may say: sends and edits in one group a minute, and in all a second."""

    group_a_minute: int = 20
    all_a_second: int = 30
    _said: dict[tuple[int, int | None], deque[float]] = field(default_factory=dict)

    def check(self, bot: int, group: int | None, now: float) -> None:
        """Count one message of *bot*, or refuse it with the whole seconds to wait."""
        wait = self._wait((bot, None), self.all_a_second, 1.0, now)
        if group is not None:
            wait = max(wait, self._wait((bot, group), self.group_a_minute, 60.0, now))
        if wait:
            after = {"retry_after": wait}
            raise Refused(429, f"retry after {wait}", expected=True, parameters=after)
        for key in {(bot, None), (bot, group)}:
            self._said[key].append(now)

    def _wait(self, key: tuple[int, int | None], most: int, span: float, now: float) -> int:
        said = self._said.setdefault(key, deque())
        while said and said[0] <= now - span:
            said.popleft()
        return 0 if len(said) < most else max(1, math.ceil(said[0] + span - now))


def words(text: str, given: Iterable[Json], caption: bool = False) -> tuple[str, tuple[Json, ...]]:
    """A message's text, trimmed, with the given and the found entities; 1-4096 UTF-16 units.

    A *caption* may be empty, and has at most 1024.
    """
    entities = list(given)
    for entity in entities:
        _entity(text, entity)
    kept, moved = trimmed(text, entities)
    if not kept and not caption:
        raise Refused(400, "message text is empty")
    if units(kept) > (MOST_CAPTION if caption else MOST_TEXT):
        raise Refused(400, f"message {'caption ' if caption else ''}is too long")
    return kept, marked(kept, moved)


def _entity(text: str, entity: Json) -> None:
    begins, ends = entity["offset"], entity["offset"] + entity["length"]
    if entity["type"] not in ENTITY_KINDS:
        raise Refused(400, "can't parse MessageEntity: unsupported type specified")
    if entity["type"] == "text_link" and not entity.get("url"):
        raise Refused(400, "can't parse MessageEntity: URL is missing")
    if begins < 0 or entity["length"] <= 0 or ends > units(text):
        where = f"entity beginning at UTF-16 offset {begins}"
        raise Refused(400, f"{where} ends after the end of the text at UTF-16 offset {ends}")
    if begins_inside(text, begins) or begins_inside(text, ends):
        raise Refused(400, f"entity at UTF-16 offset {begins} cuts through a UTF-16 symbol")


def keyboard(markup: Json | None) -> tuple[tuple[Json, ...], ...]:
    """The inline buttons of a reply_markup, row by row; none for other kinds, checked too."""
    markup = markup or {}
    if units(markup.get("input_field_placeholder") or "") > MOST_PLACEHOLDER:
        raise Refused(400, "input field placeholder is too long")
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    if sum(map(len, rows)) > MOST_BUTTONS or max(map(len, rows), default=0) > MOST_BUTTONS_A_ROW:
        raise Refused(400, "REPLY_MARKUP_TOO_LONG")
    for button in (button for row in rows for button in row):
        _any_button(button)
        if "inline_keyboard" in markup:
            _inline_button(button)
    inline = markup.get("inline_keyboard") or []
    return tuple(tuple(row) for row in inline if row)


def _any_button(button: Json) -> None:
    if not button["text"].strip():
        raise Refused(400, "can't parse keyboard button: text must be non-empty")
    if button.get("style") not in {None, *STYLES}:
        raise Refused(400, "BUTTON_STYLE_INVALID")


def _inline_button(button: Json) -> None:
    kinds = button.keys() - {"text", "style", "icon_custom_emoji_id"}
    if not kinds:
        raise Refused(400, "text buttons are unallowed in the inline keyboard")
    if len(kinds) > 1 or not kinds <= BUTTON_KINDS:
        raise Refused(400, "BUTTON_TYPE_INVALID")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MOST_DATA:
        raise Refused(400, "BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= units(button["copy_text"]["text"]) <= MOST_COPY:
        raise Refused(400, "BUTTON_COPY_TEXT_INVALID")
    if not button.get("url", "https://").startswith(("https://", "http://", "tg://")):
        raise Refused(400, "BUTTON_URL_INVALID")


def requests(markup: Json, *, private: bool) -> None:
    """Buttons that ask for a chat: in private chats only, each with a number of its own."""
    buttons = [button for row in markup.get("keyboard") or [] for button in row]
    asked = [
        button["request_chat"]["request_id"] for button in buttons if "request_chat" in button
    ]
    if asked and not private:
        raise Refused(400, "chats can be requested in private chats only")
    if len(set(asked)) < len(asked):
        raise Refused(400, "KEYBOARD_BUTTON_REQUEST_ID_DUPLICATE")
