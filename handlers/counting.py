"""Counting: what happens with a case becomes counters, in the transaction in which it happens.

Only a case whose person agreed to be counted, and only while they do. A case and each of its links
stand in one counter each, that of how they are now, in the month in which they were given: so what
is undone, comes back or is opened again moves between counters, and nothing is counted twice
however often it is heard. What is said of a person (age, gender, who shared it) is counted by the
year, since a month may have one case in it. No counter knows of another: nothing tells how two
answers go together.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import date

from handlers.casework import lets, opened, read_link, read_told
from handlers.figures import kind_of
from storage.books import Books, Case, LinkRow
from storage.figures import Counter
from storage.keys import StaffKeys
from storage.seal import Place

OPEN, WITHDRAWN = "open", "withdrawn"
LASTS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90)
"""The last day of each stretch of days to removal; what takes longer is one more."""


def month_of(day: date) -> str:
    """The month of a counter."""
    return f"{day:%Y-%m}"


def year_of(day: date) -> str:
    """In place of a month, for what is only counted by the year."""
    return f"{day:%Y}-00"


def stretch(days: int) -> str:
    """Into which stretch so many days fall, by its first and its last: "8-10", "91-"."""
    firsts = (0, *(last + 1 for last in LASTS))
    for first, last in zip(firsts, LASTS, strict=False):
        if days <= last:
            return f"{first}-{last}"
    return f"{firsts[-1]}-"


# Cases


async def count(books: Books, case: Case, keys: StaffKeys) -> None:
    """A case and its links as they are now; what is counted already stays as it is."""
    if not await agreed(books, case.id):
        return
    if case.counted_as is None and await books.cases.count_as(case, OPEN):
        kinds, _ = read_told(opened(case.happened, keys, Place(case.id, "happened")))
        await books.figures.change(dict.fromkeys(of_person(case, kinds), 1))
    await follow_case(books, case.id)
    await follow_links(books, case, keys)


def of_person(case: Case, kinds: Iterable[str]) -> list[Counter]:
    """What is counted of a case when it is first seen."""
    year = year_of(case.day)
    said = [("age", case.minor), ("language", case.language), *(("harm", kind) for kind in kinds)]
    return [
        (month_of(case.day), "case", OPEN),
        *((year, what, value) for what, value in said),
    ]


async def follow_case(books: Books, case_id: str) -> None:
    """A case that is counted moves to how it ended, or back to the open ones."""
    case = await books.cases.get(case_id)
    now = (case.outcome or OPEN) if case.state == "closed" else OPEN
    if case.counted_as not in (None, now) and await agreed(books, case_id):
        await move_case(books, case, now)


async def move_case(books: Books, case: Case, now: str) -> None:
    """From one counter of its month to another."""
    if await books.cases.count_as(case, now):
        month = month_of(case.day)
        before = (month, "case", case.counted_as or OPEN)
        await books.figures.change({before: -1, (month, "case", now): 1})


async def withdraw(books: Books, case: Case) -> None:
    """An open case is erased as its person wished; how a closed one had ended stays counted."""
    if case.counted_as == OPEN and await agreed(books, case.id):
        await move_case(books, case, WITHDRAWN)


# Links


async def follow_links(books: Books, case: Case, keys: StaffKeys) -> None:
    """Each link moves to the counter of its state.

    One that our key does not open has none, nor has one without a mark: it may yet turn out to be
    another of its case (handlers.marking).
    """
    if not await agreed(books, case.id):
        return
    more = Tally[Counter]()
    for (before, now), places in (await to_move(books, case, keys)).items():
        rows = {row.number: row for row in places}
        for number in await books.links.count_as(case.id, rows, before, now):
            more.update(moves(rows[number], places[rows[number]], now))
    await books.figures.change(more)


async def to_move(
    books: Books, case: Case, keys: StaffKeys
) -> Mapping[tuple[str | None, str], Mapping[LinkRow, str]]:
    """By what they are counted as and what they are now: the links that move, and their places."""
    found: dict[tuple[str | None, str], dict[LinkRow, str]] = {}
    for row in await books.links.of(case.id):
        moved = row.mark and stands_as(row) != row.state
        if moved and (platform := read_link(row, keys).platform):
            same = found.setdefault((row.counted_as, as_counted(row)), {})
            same[row] = f"{kind_of(platform)}:{platform}"
    return found


def moves(row: LinkRow, place: str, now: str) -> Mapping[Counter, int]:
    """From one counter of its month to another, or into its first.

    Where the platform is of another kind since, less than nought is left: it is told together with
    what stands under the former kind (handlers.figures).
    """
    month = month_of(row.since)
    before = {(month, "link", f"{place}:{row.counted_as}"): -1} if row.counted_as else {}
    return before | {(month, "link", f"{place}:{now}"): 1}


def stands_as(row: LinkRow) -> str:
    """The state in which a link is counted now, "" for none.

    Only a new state moves it: what else is noted of a removed link does not make it later.
    """
    return (row.counted_as or "").partition(":")[0]


def as_counted(row: LinkRow) -> str:
    """Its state; of a removed one also how long that took."""
    if row.state != "removed":
        return row.state
    return f"{row.state}:{stretch((row.day - row.since).days)}"


async def agreed(books: Books, case_id: str) -> bool:
    """Whether the person lets us count their case."""
    return lets(await books.consents.of(case_id), "count")
