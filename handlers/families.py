"""Families: which homes belong together, as the books have it.

A family shows names from other cases, never the cases: the staff tied these names to each other
so that one may be found by another. But what only cases know in which somebody may be under 18
stays as closed as their links, except to who sees those.
"""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from handlers.casework import read_link
from handlers.homes import Home
from handlers.housing import read_home, settle
from handlers.kin import Bond, Family, Kin, bucket
from storage.books import Books, Case
from storage.homes import NEVER_SEEN, Tie
from storage.keys import StaffKeys

MOST_DRAWN = 40
MOST_LISTED = 200


async def family_of(books: Books, keys: StaffKeys, mark: bytes) -> tuple[Home, ...]:
    """The home of this mark (a link's `home`) and all that is tied to it, however far.

    The nearest first, at most forty; one draft may cover them all.
    """
    marks = await _reached(books, [mark], MOST_DRAWN, "")
    return tuple((await _named(books, keys, marks)).values())


async def homes_of(books: Books, case: Case, keys: StaffKeys) -> Mapping[bytes, tuple[int, ...]]:
    """The homes of a case's links, by their marks, each with the numbers of its links."""
    homes: dict[bytes, tuple[int, ...]] = {}
    for row in await books.links.of(case.id):
        mark = row.home or await settle(books, case.id, read_link(row, keys), keys)
        if mark:
            homes[mark] = (*homes.get(mark, ()), row.number)
    return homes


async def family(books: Books, case: Case, keys: StaffKeys, most: int = MOST_DRAWN) -> Family:
    """A case's homes and their families, *most* homes in all, those that are tied first."""
    own = await homes_of(books, case, keys)
    tied = _ends(await books.homes.ties(own))
    marks = await _reached(books, [mark for mark in own if mark in tied], most, case.id)
    marks = list(dict.fromkeys((*marks, *own)))[:most]
    names, seen = await _named(books, keys, marks), await books.homes.seen(marks, case.id)
    first = sorted(names, key=lambda mark: own.get(mark, (MOST_LISTED,)))
    kin = tuple(
        Kin(names[mark], bucket(seen.get(mark, NEVER_SEEN).cases), own.get(mark, ()))
        for mark in first
    )
    bonds = tuple(
        Bond(names[tie.home], tie.kind, names[tie.other], number_of(tie))
        for tie in await books.homes.ties(marks)
        if tie.home in names and tie.other in names
    )
    return Family(kin, bonds, len([mark for mark in own if mark not in names]))


def number_of(tie: Tie) -> int:
    """By which a button knows a tie: 48 bits, at most 15 digits."""
    return int.from_bytes(sha256(b" ".join((tie.home, tie.kind.encode(), tie.other))).digest()[:6])


async def _reached(
    books: Books, start: Iterable[bytes], most: int, apart_from: str
) -> list[bytes]:
    """What ties lead to from *start*, step by step, past nothing that is closed."""
    reached = list(start)[:most]
    new = reached
    while new and len(reached) < most:
        ends = _ends(await books.homes.ties(new)) - set(reached)
        seen = await books.homes.seen(ends, apart_from)
        new = sorted(mark for mark in ends if not seen.get(mark, NEVER_SEEN).closed)
        new = new[: most - len(reached)]
        reached = [*reached, *new]
    return reached


def _ends(ties: Iterable[Tie]) -> set[bytes]:
    return {mark for tie in ties for mark in (tie.home, tie.other)}


async def _named(books: Books, keys: StaffKeys, marks: Collection[bytes]) -> dict[bytes, Home]:
    """The names of homes, in the same order; without those that our key does not open."""
    sealed = await books.homes.named(marks)
    names = {mark: read_home(sealed[mark], mark, keys) for mark in marks if mark in sealed}
    return {mark: name for mark, name in names.items() if name}
