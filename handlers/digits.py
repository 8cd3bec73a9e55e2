"""Digits, however a person types them: full-width, Arabic-Indic, Devanagari, Chinese numerals."""

import re
from unicodedata import decimal, normalize

_NUMERALS = {
    character: str(value)
    for value, characters in enumerate(
        ("零〇○", "一壹幺", "二貳两兩", "三叁參", "四肆", "五伍", "六陸", "七柒", "八捌", "九玖")
    )
    for character in characters
}
_BETWEEN = re.compile(r"[\s\-–—.,·、，。:：]+")


def digits_of(text: str) -> str | None:
    """The digits of *text* as 0-9; None if it holds more than digits and what parts them."""
    folded = _BETWEEN.sub("", normalize("NFKC", text).strip("# "))
    digits = [_NUMERALS.get(mark, str(decimal(mark, ""))) for mark in folded]
    return "".join(digits) if digits and all(digits) else None


def code_in(text: str) -> str | None:
    """Sixteen digits, typed in any way, whatever the check digit; None for anything else.

    They may stand in a sentence, but not in an address, nor among more digits.
    """
    digits = digits_of(text)
    if digits:
        return digits if len(digits) == CODE_DIGITS else None
    folded = "".join(map(_as_digit, normalize("NFKC", text)))
    found = (digits_of(run[0]) for run in _RUN.finditer(folded) if _stands_free(folded, run))
    return next((digits for digits in found if digits and len(digits) == CODE_DIGITS), None)


CODE_DIGITS = 16
_RUN = re.compile(rf"[0-9](?:(?:{_BETWEEN.pattern})?[0-9])*")
_OF_AN_ADDRESS = re.compile(r"[A-Za-z0-9_/=&?%@]")


def _as_digit(mark: str) -> str:
    return _NUMERALS.get(mark, str(decimal(mark, mark)))


def _stands_free(text: str, run: re.Match[str]) -> bool:
    """Whether nothing touches it that would make it a piece of an address or a name."""
    before, after = text[: run.start()][-1:], text[run.end() :].lstrip(".:?!")[:1]
    return not (_OF_AN_ADDRESS.match(before) or _OF_AN_ADDRESS.match(after))
