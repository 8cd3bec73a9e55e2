"""Lists of cases, in the group and in private: by name, never a link or a word of a note."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from handlers.digest import named
from handlers.report import URGENCY
from handlers.staff import Screen, age, duty_line, press, spelled, under_age
from handlers.talk import Blank, Button, Say
from locales import N_
from storage.books import Case
from storage.signs import Sign

A_PAGE = 20
MOST_WITHDRAWN = 5
NOTHING_DUE: Mapping[str, int] = MappingProxyType({})


def queue(
    cases: Sequence[Case],
    waiting: int,
    page: int,
    now: datetime,
    duty: Sequence[Sign] = (),
    withdrawn: Sequence[Case] = (),
) -> Screen:
    """What waits, the most urgent first, twenty a page; *waiting* is how many in all.

    Each with a button by which it is seen, and taken if nobody has.

    *now* is in Hong Kong's time. *withdrawn* cases stand apart: nobody need take one.
    """
    last = (*apart(withdrawn), *duty_line(duty))
    if not cases:
        return Screen((Say(N_("Nobody is waiting.")), *last))
    head = Say(N_("Waiting: {all}"), {"all": waiting})
    keys = [Button(press("see", case.id, page), named(case)) for case in cases]
    if page:
        keys.append(Button(f"queue:{page - 1}", N_("Previous")))
    if (page + 1) * A_PAGE < waiting:
        keys.append(Button(f"queue:{page + 1}", N_("Next")))
    lines = (line(case, now) for case in cases)
    return Screen((head, *lines, *last), tuple(keys))


def apart(withdrawn: Sequence[Case]) -> tuple[Say, ...]:
    """What its person has withdrawn, and the day on which it goes."""
    if not withdrawn:
        return ()
    names: tuple[Blank, ...] = tuple(
        Say("{name} ({day})", {"name": case.name, "day": spelled(case.ends)})
        for case in withdrawn[:MOST_WITHDRAWN]
        if case.ends
    )
    names += ("…",) if len(withdrawn) > MOST_WITHDRAWN else ()
    return (Say(N_("Withdrawn, erased unless the person keeps it: {names}"), {"names": names}),)


def in_group(queued: Screen, waiting: int) -> Screen:
    """The same list without buttons; what is over is found in private."""
    over = waiting - A_PAGE
    more = Say(N_("And {over} more: /queue in the private chat with me."), {"over": over})
    return Screen((*queued.says, *((more,) if over > 0 else ())))


def mine(
    cases: Sequence[Case],
    now: datetime,
    due: Mapping[str, int] = NOTHING_DUE,
    offered: Collection[str] = (),
) -> Screen:
    """What one caseworker holds; in private each opens with a press.

    *due*: in how many links of a case an answer is due, by its id; *offered*: the ids of those
    that a colleague may accept.
    """
    return choose("panel", cases, now, due, offered)


def choose(
    verb: str,
    cases: Sequence[Case],
    now: datetime,
    due: Mapping[str, int] = NOTHING_DUE,
    offered: Collection[str] = (),
) -> Screen:
    """One's own cases, each with a button that does *verb*."""
    if not cases:
        return Screen((Say(N_("You hold no case now.")),))
    buttons = tuple(
        Button(press(verb, case.id), Say("{name}", {"name": case.name})) for case in cases
    )
    lines = (
        with_dues(held_line(case, now, case.id in offered), due.get(case.id, 0)) for case in cases
    )
    return Screen((Say(N_("Your cases: {all}"), {"all": len(cases)}), *lines), buttons)


def held_line(case: Case, now: datetime, offered: bool) -> Say:
    """One case that somebody holds, and may be offering."""
    if not offered:
        return line(case, now)
    return Say(N_("{case} — offered to all"), {"case": line(case, now)})


def with_dues(one: Say, due: int) -> Say:
    """A line that also tells how many answers are due."""
    return Say(N_("{line} — ⏰ answers due: {due}"), {"line": one, "due": due}) if due else one


def line(case: Case, now: datetime) -> Say:
    """One case in a list."""
    blanks: dict[str, Blank] = {
        "name": case.name,
        "urgency": Say(URGENCY[case.urgency]),
        "age": age(case, now),
    }
    if under_age(case):
        return Say(N_("⚠ {name} — {urgency} — {age}"), blanks)
    return Say(N_("{name} — {urgency} — {age}"), blanks)


def found(cases: Sequence[Case], now: datetime) -> Screen:
    """The cases that hold a link: by name, never whose."""
    if not cases:
        return Screen((Say(N_("No case here holds that link.")),))
    shown = cases[:A_PAGE]
    head = Say(N_("Cases with that link: {all}"), {"all": len(cases)})
    minors = (MINORS,) if any(map(under_age, cases)) else ()
    return Screen((head, *(found_line(case, now) for case in shown), *minors))


MINORS = Say(
    N_("⚠: may be under 18. Please open that link in no other case either, and tell a lead.")
)


def found_line(case: Case, now: datetime) -> Say:
    """One case that was found."""
    one = Say(
        N_("{name} — {state} — {age}"),
        {"name": case.name, "state": Say(CASE_STATES[case.state]), "age": age(case, now)},
    )
    return Say("⚠ {line}", {"line": one}) if under_age(case) else one


CASE_STATES = {"waiting": N_("waiting"), "taken": N_("taken"), "closed": N_("closed")}


def on_duty(signs: Sequence[Sign]) -> Screen:
    """Who is on duty."""
    return Screen(duty_line(signs) or (Say(N_("Nobody is on duty.")),))
