"""Phrases that volunteers listed, and whether they are in what somebody typed.

`facts/distress.toml` has words of despair, `facts/danger.toml` words of danger now,
`facts/questions.toml` plain questions about us.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from unicodedata import category, normalize

from locales.facts import FOLDER

LONGEST_QUESTION = 80  # letters: what is longer tells something, and asks us nothing

_APOSTROPHES = str.maketrans("", "", "'’‘`")
_ADDRESS = re.compile(
    r"(?:hxxps?|https?)://[!-~]+|www\.[!-~]+|(?<![a-z0-9.-])[a-z0-9.-]{1,253}/[!-~]*"
)


def folded(text: str) -> str:
    """Text as we compare it: one width, one case, nothing unseen, no apostrophes, one space."""
    seen = (mark for mark in normalize("NFKC", text).lower() if category(mark) != "Cf")
    return " ".join("".join(seen).translate(_APOSTROPHES).split())


@dataclass(frozen=True, slots=True)
class Phrases:
    """English counts as whole words, Chinese anywhere; what is *harmless* is taken out first."""

    english: re.Pattern[str]
    harmless_english: re.Pattern[str]
    chinese: re.Pattern[str]
    harmless_chinese: re.Pattern[str]

    @classmethod
    def of(cls, lists: Mapping[str, Iterable[str]]) -> "Phrases":
        """From lists under `en`, `yue_Hant`, `harmless_en` and `harmless`."""
        return cls(
            _words(lists.get("en", ())),
            _words(lists.get("harmless_en", ())),
            re.compile(_any_of(map(_joined, lists.get("yue_Hant", ())))),
            re.compile(_any_of(map(_joined, lists.get("harmless", ())))),
        )

    def among(self, text: str) -> bool:
        """Whether one of them is in *text*; links are not looked at."""
        text = _ADDRESS.sub(" ", folded(text))
        words = self.harmless_english.sub("|", text)
        joined = self.harmless_chinese.sub("|", _joined(text))
        return bool(self.english.search(words) or self.chinese.search(joined))


def _words(phrases: Iterable[str]) -> re.Pattern[str]:
    # ASCII borders, so that an English word glued to Chinese is still a word.
    return re.compile(rf"(?<![a-z0-9])(?:{_any_of(phrases)})(?![a-z0-9])")


def _joined(text: str) -> str:
    return folded(text).replace(" ", "")


def _any_of(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(folded(phrase)) for phrase in phrases) or r"(?!)"


@cache
def _listed(name: str) -> Phrases:
    return Phrases.of(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


@cache
def _questions() -> dict[str, Phrases]:
    tables = tomllib.loads((FOLDER / "questions.toml").read_text(encoding="utf-8"))
    return {name: Phrases.of(lists) for name, lists in tables.items()}


def is_distress(text: str) -> bool:
    """Whether these are words of despair, by distress.toml."""
    return _listed("distress").among(text)


def is_danger(text: str) -> bool:
    """Whether somebody is in danger now, by danger.toml."""
    return _listed("danger").among(text)


def question(text: str) -> str | None:
    """Which plain question of questions.toml this is; None: none of them."""
    if len(text) > LONGEST_QUESTION:
        return None
    return next((name for name, asked in _questions().items() if asked.among(text)), None)
