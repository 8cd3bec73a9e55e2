"""Numbers, addresses, dates: each from a `.toml` file, with its source and its date."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "facts"


class NoSuchFact(Exception):
    """Words ask for a fact that no file holds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing we state as a fact.

    *confidence* is "verified", "secondary" or "unverified".
    *called* is the day one of us called the number or opened the page, None if nobody has.
    """

    key: str
    fields: Mapping[str, Any]

    @property
    def always(self) -> bool:
        """999: shown whatever its date."""
        return bool(self.fields.get("always"))

    @property
    def checked(self) -> date:
        """The day the source was read."""
        return date.fromisoformat(str(self.fields["checked"]))

    @property
    def best_before(self) -> date:
        """The last day it may be stated without checking again."""
        return date.fromisoformat(str(self.fields["best_before"]))

    @property
    def called(self) -> date | None:
        """The day one of us called it."""
        return self._day("called")

    def _day(self, field: str) -> date | None:
        day = self.fields.get(field)
        return date.fromisoformat(str(day)) if day else None

    @property
    def proofed(self) -> date | None:
        """The day a lawyer checked what we say about this law."""
        return self._day("proofed")

    @property
    def shown(self) -> bool:
        """What nobody could verify is not shown."""
        return self.always or self.fields["confidence"] in ("verified", "secondary")

    def stale(self, today: date) -> bool:
        """Past its date: say that it is being checked."""
        return not self.always and today > self.best_before

    def text(self, field: str, language: str) -> str:
        """The field in *language* (`name_en`, `name_yue_Hant`), or the one all languages share."""
        text = self.fields.get(f"{field}_{language}", self.fields.get(field))
        if text is None:
            raise NoSuchFact(f"{self.key}.{field}")
        return str(text)


@cache
def entries(file: str) -> dict[str, Entry]:
    """All entries of one file, in the order they stand there."""
    tables = tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))
    return {key: Entry(f"{file}.{key}", fields) for key, fields in tables.items()}


def entry(key: str) -> Entry:
    """The entry "file.name"; raises NoSuchFact."""
    file, _, name = key.partition(".")
    try:
        return entries(file)[name]
    except (KeyError, FileNotFoundError):
        raise NoSuchFact(key) from None


def shown(file: str) -> tuple[str, ...]:
    """The keys of the entries of *file* that may be shown, in order."""
    return tuple(found.key for found in entries(file).values() if found.shown)
