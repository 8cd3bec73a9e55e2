"""What a volunteer wrote for each of our English sentences, read from the `.po` files."""

from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent


def path_of(language: str) -> Path:
    """The `.po` file of *language*."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of *language*, with the line of each entry."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def blanks(words: str) -> frozenset[str]:
    """The names in braces, as written: `{links}` and `{links.x}` are two different blanks."""
    pieces = Formatter().parse(words)
    return frozenset(
        f"{name}!{conversion}:{spec}" if conversion or spec else name
        for _, name, spec, conversion in pieces
        if name is not None
    )


@cache
def _wordings(language: str) -> dict[str, str]:
    return {
        str(entry.id): str(entry.string)
        for entry in read_catalogue(language)
        if entry.id
        and entry.string
        and not entry.fuzzy
        and _fits(str(entry.id), str(entry.string))
    }


def _fits(words: str, wording: str) -> bool:
    """A translation with other blanks would crash or hide a number: English is said instead."""
    try:
        return blanks(words) == blanks(wording)
    except ValueError:
        return False


def wording(words: str, language: str) -> str:
    """*words* in *language*; the English words where there is no sound translation."""
    return _wordings(language).get(words, words)
