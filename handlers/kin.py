"""A family: the homes of a case and those the staff tied to them, in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.homes import Home
from handlers.talk import Blank, Code, Say
from locales import N_

Bucket = Literal["", "some", "many"]
Kind = Literal["sub", "copies", "ads"]  # as storage.homes keeps them

SOME, MANY = 2, 5  # a smaller number could join persons
MOST_OF_A_NAME = 48  # letters

SEEN: Mapping[Bucket, str] = {
    "some": N_("seen in 2–4 other cases"),
    "many": N_("seen in 5 or more other cases"),
}

TIES: Mapping[Kind, str] = {
    "sub": N_("sub-channel of"),
    "copies": N_("copies from"),
    "ads": N_("advertised by"),
}


@dataclass(frozen=True, slots=True)
class Kin:
    """A home in a family. *numbers*: the case's own links there; none where it is only tied."""

    home: Home
    seen: Bucket = ""
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bond:
    """*home* is a sub-channel of *other*, copies from it, is advertised by it.

    *number*: by which a button knows it, at most 15 digits.
    """

    home: Home
    kind: Kind
    other: Home
    number: int = 0


@dataclass(frozen=True, slots=True)
class Family:
    """The case's own homes first. *more*: how many of its own found no room."""

    kin: tuple[Kin, ...] = ()
    bonds: tuple[Bond, ...] = ()
    more: int = 0


def bucket(cases: int) -> Bucket:
    """How many other cases, as much of it as may be told."""
    if cases < SOME:
        return ""
    return "some" if cases < MANY else "many"


def short(home: Home) -> str:
    """Its name, cut in the middle where it is long: both ends tell it apart."""
    name, half = home.name, MOST_OF_A_NAME // 2
    return name if len(name) <= MOST_OF_A_NAME else f"{name[: half - 1]}…{name[-half:]}"


def named(kin: Kin) -> Say:
    """One home in a line: its links, its name, how often it was seen."""
    blanks: dict[str, Blank] = {
        "home": Code(short(kin.home)),
        "links": tuple(Say("{number}", {"number": number}) for number in kin.numbers),
    }
    line = Say("{links}: {home}" if kin.numbers else "• {home}", blanks)
    if not kin.seen:
        return line
    return Say("{home} — {seen}", {"home": line, "seen": Say(SEEN[kin.seen])})


def bound(bond: Bond) -> Say:
    """What one home is to another."""
    return Say("→ {tie} {home}", {"tie": Say(TIES[bond.kind]), "home": Code(short(bond.other))})


def in_words(family: Family) -> Iterator[tuple[Say, ...]]:
    """Each home, with what it is to others."""
    for kin in family.kin:
        bonds = [bound(bond) for bond in family.bonds if bond.home == kin.home]
        yield (named(kin), *(Say("   {bond}", {"bond": bond}) for bond in bonds))


def caption(family: Family, fits: Callable[[Sequence[Say]], bool]) -> tuple[Say, ...]:
    """The family in words, as much of it as *fits*: for who cannot see the picture."""
    head = Say(N_("Taken away after 15 minutes. The numbers are those of the links."))
    lines = [line for block in in_words(family) for line in block]
    every = len(lines) + family.more
    shown = next(
        shown
        for shown in range(len(lines), -1, -1)
        if not shown or fits((head, *lines[:shown], *_and_more(every - shown)))
    )
    return (head, *lines[:shown], *_and_more(every - shown))


def _and_more(lines: int) -> tuple[Say, ...]:
    more = Say(N_("And {more} more lines: press Family."), {"more": lines})
    return (more,) if lines else ()
