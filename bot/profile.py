"""What Telegram shows of the door before a word is said: name, descriptions, the menu of commands.

Whoever looks over a shoulder reads these too: no word here may tell what the door is for.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.bot_api import BotApi, Failed
from handlers.spoken import Voice
from handlers.talk import Say
from locales import N_

log = logging.getLogger(__name__)

NAME = N_("Front Door")
ABOUT = N_("Ask here, in Cantonese or English. It is free, and no name is needed.")
WELCOME = N_(
    "You can ask here, in Cantonese or English. It is free, and no name is needed. "
    "We never ask for money, identity papers or passwords. Press Start when you like."
)
COMMANDS = {
    "start": N_("Begin, or begin again"),
    "help": N_("Who can help"),
    "status": N_("How things stand"),
    "language": N_("The other language"),
    "clear": N_("Clear this chat"),
    "stop": N_("Stop"),
}

# Telegram knows two-letter codes only: `zh` is read in Hong Kong, "" by everybody else.
LANGUAGES_THERE = {"": None, "en": "en", "zh": "yue_Hant"}
PRIVATE = {"type": "all_private_chats"}


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that Telegram can be told: read with `get{about}`, told with `set{about}`.

    *most* letters (Bot API, setMyName ...); *read* finds it in the answer, *say* speaks it.
    """

    about: str
    field: str
    most: int
    say: Callable[[Voice], Any]
    read: Callable[[Any], Any]
    scope: dict[str, str] | None = None


def _text(about: str, field: str, most: int, say: Callable[[Voice], str]) -> Matter:
    return Matter(about, field, most, say, lambda answer: answer.get(field))


def _menu(voice: Voice) -> list[dict[str, str]]:
    return [{"command": c, "description": voice.label(words)} for c, words in COMMANDS.items()]


def _same_menu(answer: Any) -> Any:
    return [{name: one.get(name) for name in ("command", "description")} for one in answer]


MATTERS = (
    _text("MyName", "name", 64, lambda voice: voice.label(NAME)),
    _text("MyDescription", "description", 512, lambda voice: voice.page((Say(WELCOME),)).text),
    _text("MyShortDescription", "short_description", 120, lambda voice: voice.label(ABOUT)),
    Matter("MyCommands", "commands", 256, _menu, _same_menu, PRIVATE),
)


async def introduce(api: BotApi, today: date) -> None:
    """Tell Telegram what differs from what it knows; a refusal is logged, and changes nothing.

    Only what differs: Telegram lets a bot change its name a few times a day at most.
    """
    for code, language in LANGUAGES_THERE.items():
        voice = Voice(language, today)
        for matter in MATTERS:
            try:
                await _tell(api, matter, code, matter.say(voice))
            except Failed as failed:
                log.warning("our own words for Telegram: %s (%s)", failed, type(failed).__name__)


async def _tell(api: BotApi, matter: Matter, code: str, words: Any) -> None:
    where = {"language_code": code or None, "scope": matter.scope}
    if matter.read(await api.call(f"get{matter.about}", **where)) != words:
        await api.call(f"set{matter.about}", **where, **{matter.field: words})
