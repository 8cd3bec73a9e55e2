"""The figures as a table for a spreadsheet: CSV (RFC 4180), UTF-8 with a mark for Excel."""

import csv
from collections.abc import Callable, Iterable, Iterator
from io import StringIO

from handlers.figures import Figures, Row
from handlers.publication import HEADS, days, group, named, ordered, per_cent
from handlers.spoken import Voice
from handlers.staff import platform
from handlers.talk import Blank, Say
from locales import N_

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it Excel reads Chinese as Latin-1
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    N_("Table"),
    N_("Row"),
    N_("Number"),
    N_("Per cent of the table"),
    N_("Removed"),
    N_("Not removed"),
    N_("Not asked yet"),
    N_("Median days until removal"),
)

Cells = tuple[str, ...]
Spoken = Callable[[Blank], str]


def sheet(told: Figures, voice: Voice) -> bytes:
    """All that may be told of a period, a line a number; its first line names the columns."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    for cells in (tuple(map(voice.label, COLUMNS)), *rows(told, voice)):
        lines.writerow(map(inert, cells))
    return (MARK + text.getvalue()).encode()


def inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def rows(told: Figures, voice: Voice) -> Iterator[Cells]:
    """Table after table; the first is of the period itself."""

    def spoken(words: Blank) -> str:
        return voice.label(words if isinstance(words, Say) else Say("{words}", {"words": words}))

    yield (told.period.name, spoken(Say(N_("Cases"))), str(told.cases or ""), *[""] * 5)
    if told.links:
        yield (told.period.name, spoken(Say(N_("Links"))), *numbers(told.links, 0, spoken))
    tables: tuple[tuple[str, tuple[Row, ...], list[Blank]], ...] = (
        ("places", told.groups, [group(row) for row in told.groups]),
        ("platforms", told.platforms, [platform(row.name) for row in told.platforms]),
    )
    for table, counted, names in tables:
        whole = sum(row.count for row in told.groups)
        for row, name in zip(counted, names, strict=True):
            yield (spoken(Say(HEADS[table])), spoken(name), *numbers(row, whole, spoken))
    for table, counted in {**told.people, "outcome": told.outcomes}.items():
        whole = (told.cases or 0) if table == "harm" else sum(row.count for row in counted)
        for row in ordered(table, counted):
            name = spoken(named(table, row.name))
            yield (spoken(Say(HEADS[table])), name, *numbers(row, whole, spoken))


def numbers(row: Row, whole: int, spoken: Spoken) -> Iterable[str]:
    """A row's number, its share, and, where they are told, its parts and its days."""
    yield str(row.count)
    yield per_cent(row.count, whole) if whole else ""
    waiting, removed, left = row.parts or ("", "", "")
    yield from map(str, (removed, left, waiting))
    yield spoken(days(row.median)) if row.median else ""
