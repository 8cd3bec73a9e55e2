"""Ids, and case names: two plain words that can be said aloud, and that say nothing."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import locales

WORDS = Path(locales.__file__).with_name("case_names.toml")


@cache
def _words() -> tuple[list[str], list[str]]:
    lists = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return lists["first"], lists["second"]


def new_id(below: Callable[[int], int]) -> str:
    """32 hex digits by dice: the id of a case or a note; in no order."""
    return bytes(below(256) for _ in range(16)).hex()


def new_name(below: Callable[[int], int]) -> str:
    """A name by dice: *below(n)* gives 0 to n-1."""
    return " ".join(words[below(len(words))] for words in _words())


def names_in(text: str) -> list[str]:
    """The case names, used or not, that stand in *text*."""
    first, second = _words()
    pairs = pairwise(re.findall(r"[a-z]+", text.lower()))
    return list(dict.fromkeys(f"{a} {b}" for a, b in pairs if a in first and b in second))
