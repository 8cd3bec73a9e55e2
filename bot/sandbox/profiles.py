"""What a bot told Telegram about itself: commands, name and descriptions, each per language."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.chats import Json


class Profiles:
    """The last word of each bot on each matter, by scope and two-letter language ("" for all)."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str, str, str], Any] = {}

    def keep(self, bot: int, matter: str, value: Any, language: str, scope: Json | None) -> None:
        self._kept[bot, matter, _named(scope), language] = value

    def exact(self, bot: int, matter: str, language: str, scope: Json | None) -> Any:
        """Just what was set for this language and scope; None if nothing was."""
        return self._kept.get((bot, matter, _named(scope), language))

    def seen(self, bot: int, matter: str, language_code: str) -> str:
        """A name or description as a person sees it, their language first; "" if never set."""
        for language in (language_code[:2].lower(), ""):
            if found := self.exact(bot, matter, language, None):
                return str(found)
        return ""

    def commands_for(self, bot: int, scopes: list[Json], language_code: str) -> list[Json]:
        """The menu a person sees: the narrowest scope that has one, their language first."""
        for scope in scopes:
            for language in (language_code[:2].lower(), ""):
                found = self._kept.get((bot, "commands", _named(scope), language))
                if found:
                    return list(found)
        return []


def _named(scope: Json | None) -> str:
    return json.dumps(scope or {"type": "default"}, sort_keys=True)
