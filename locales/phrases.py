"""Phrases that volunteers listed, and whether they are in what somebody typed.

`facts/distress.toml` has words of despair, `facts/danger.toml` words of danger now,
`facts/questions.toml` plain questions about us, `facts/hints.toml` what people write in place of a
press.
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
# One for all that people here type for each other: 係 for 喺, 比 for 俾, and so on.
_ONE_FOR_ALL = str.maketrans("喺系比畀無黎來左地洗哂架", "係係俾俾冇嚟嚟咗哋使晒㗎")
_NO_WORD = re.compile("[^a-z0-9]+")
_ADDRESS = re.compile(
    r"(?:hxxps?|https?)://[!-~]+|www\.[!-~]+|(?<![a-z0-9.-])[a-z0-9.-]{1,253}/[!-~]*"
)


def folded(text: str) -> str:
    """Text as we compare it: one width, one case, nothing unseen, no apostrophes, one space."""
    seen = (mark for mark in normalize("NFKC", text).lower() if category(mark) != "Cf")
    return " ".join("".join(seen).translate(_APOSTROPHES).split())


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, as phrases are looked for in it; links are not looked at.

    *words* are the English ones with a space on both sides of each; *joined* has no spaces, and
    one character for those that are typed for each other.
    """

    length: int
    words: str
    joined: str

    @classmethod
    def of(cls, text: str) -> "Typed":
        """From the text as it came."""
        seen = _ADDRESS.sub(" | ", folded(text))
        return cls(len(text), _spaced(seen), _joined(seen))


def _spaced(text: str) -> str:
    # An English word glued to Chinese is still a word.
    return f" {_NO_WORD.sub(' ', text).strip()} "


def _joined(text: str) -> str:
    return text.replace(" ", "").translate(_ONE_FOR_ALL)


@dataclass(frozen=True, slots=True)
class Phrases:
    """English counts as whole words, Chinese anywhere; what is *harmless* is taken out first."""

    english: tuple[str, ...]
    harmless_english: tuple[str, ...]
    chinese: tuple[str, ...]
    harmless_chinese: tuple[str, ...]

    @classmethod
    def of(cls, lists: Mapping[str, Iterable[str]]) -> "Phrases":
        """From lists under `en`, `yue_Hant`, `harmless_en` and `harmless`."""
        english, harmless_english = (
            tuple(_spaced(folded(phrase)) for phrase in lists.get(key, ()))
            for key in ("en", "harmless_en")
        )
        chinese, harmless_chinese = (
            tuple(_joined(folded(phrase)) for phrase in lists.get(key, ()))
            for key in ("yue_Hant", "harmless")
        )
        return cls(english, harmless_english, chinese, harmless_chinese)

    def among(self, typed: Typed) -> bool:
        """Whether one of them was typed."""
        words = _without(self.harmless_english, typed.words)
        joined = _without(self.harmless_chinese, typed.joined)
        return any(phrase in words for phrase in self.english) or any(
            phrase in joined for phrase in self.chinese
        )


def _without(phrases: Iterable[str], text: str) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " | ")
    return text


@cache
def _listed(name: str) -> Phrases:
    return Phrases.of(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


@cache
def _tables(name: str) -> Mapping[str, Phrases]:
    tables = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return {table: Phrases.of(lists) for table, lists in tables.items()}


def questions() -> Mapping[str, Phrases]:
    """The plain questions of questions.toml, by their tables."""
    return _tables("questions")


def hint(typed: Typed, *tables: str) -> str | None:
    """The first of these tables of hints.toml that has what was typed."""
    return next((table for table in tables if _tables("hints")[table].among(typed)), None)


def is_distress(typed: Typed) -> bool:
    """Whether these are words of despair, by distress.toml."""
    return _listed("distress").among(typed)


def is_danger(typed: Typed) -> bool:
    """Whether somebody is in danger now, by danger.toml."""
    return _listed("danger").among(typed)


def question(typed: Typed) -> str | None:
    """Which plain question this is; None: none of them."""
    if typed.length > LONGEST_QUESTION:
        return None
    return next((name for name, asked in questions().items() if asked.among(typed)), None)
