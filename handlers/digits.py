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
    """Sixteen digits, typed in any way, whatever the check digit; None for anything else."""
    digits = digits_of(text)
    return digits if digits and len(digits) == 16 else None
