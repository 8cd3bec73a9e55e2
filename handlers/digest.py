"""What the group sees in a rush: one page that names many new cases, in place of a card each."""

from collections.abc import Iterator, Sequence

from handlers.report import URGENCY
from handlers.room import HELD_BACK
from handlers.staff import Screen, press, under_age
from handlers.talk import Blank, Button, Say
from locales import N_
from storage.books import Case

LINES = 60  # names of some 20 letters, in both languages: well within Telegram's 4096
CHILD = "⚠ "

HEAD = Say(N_("Many new cases at once. Press a name to take that case; it then gets its card."))
CHILDREN = Say(N_("⚠: may be under 18."))


def page(cases: Sequence[Case], bare: bool = False) -> Screen:
    """Up to sixty cases by name, the most urgent first, each to be taken with a press.

    *bare*: nothing but the names, since content leaks from the group.
    """
    if bare:
        by_name = sorted(cases, key=lambda case: case.name)
        return Screen((HEAD, HELD_BACK), tuple(take_button(case, case.name) for case in by_name))
    ranked = [case for degree in URGENCY for case in cases if case.urgency == degree]
    buttons = [take_button(case, named(case)) for case in ranked]
    says = [HEAD, *degrees(ranked)]
    if any(map(under_age, ranked)):
        says.append(CHILDREN)
    return Screen(tuple(says), tuple(buttons))


def take_button(case: Case, words: str | Say) -> Button:
    """A press that takes it."""
    return Button(press("take", case.id), words)


def degrees(cases: Sequence[Case]) -> Iterator[Say]:
    """A line for each degree of urgency: how many, and their names."""
    for degree, words in URGENCY.items():
        names = tuple(named(case) for case in cases if case.urgency == degree)
        if names:
            blanks: dict[str, Blank] = {"urgency": Say(words), "all": len(names), "names": names}
            yield Say("{urgency} ({all}): {names}", blanks)


def named(case: Case) -> Say:
    """A case's name; marked where somebody may be under 18."""
    mark = CHILD if under_age(case) else ""
    return Say("{mark}{name}", {"mark": mark, "name": case.name})
