"""The staff bot's menu: its commands, for the group alone, in each language of a phone."""

import logging
from collections.abc import Callable
from datetime import datetime

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.clerk import Room, here, moment
from handlers.commands import COMMANDS, in_menu
from handlers.spoken import Voice

log = logging.getLogger(__name__)

# Telegram takes two letters (Bot API, setMyCommands); "" is every phone in another language.
PHONES = {"": None, "en": "en", "zh": "yue_Hant"}


class Menu:
    """The menu stands in one chat, so it is set anew once the group has a new id."""

    def __init__(self, bot: Bot, room: Room, clock: Callable[[], float]) -> None:
        self._bot, self._room, self._clock = bot, room, clock
        self._chat = 0  # where it stands

    async def keep(self) -> None:
        """Set it where the group is now, unless it stands there."""
        if self._chat != self._room.chat:
            self._chat = self._room.chat
            await set_menu(self._bot, self._room, moment(self._clock))


async def set_menu(bot: Bot, room: Room, now: datetime) -> None:
    """Tell Telegram (setMyCommands); a menu that cannot be set keeps nobody from working."""
    scope = BotCommandScopeChat(room.chat)
    try:
        for phone, language in PHONES.items():
            voice = Voice(language, here(now).date())
            menu = [BotCommand(name, voice.label(in_menu(one))) for name, one in COMMANDS.items()]
            await bot.set_my_commands(menu, scope, phone or None)
    except TelegramError as error:
        log.warning("staff: the menu of commands was not set, %s", type(error).__name__)
