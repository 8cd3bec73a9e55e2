"""What the staff are told when a person does something with their case: how much, never what."""

from collections.abc import Mapping
from typing import Any

from handlers.staff import Screen, Summary, card_buttons, press, spelled
from handlers.talk import Blank, Button, Say, Strong
from locales import N_
from storage.books import Case


def to_holder(case: Case, body: Mapping[str, Any]) -> Screen:
    """For the caseworker who has the case, in their own chat."""
    return Screen(lines(case, body), (Button(press("panel", case.id), N_("Open")),))


def to_group(case: Case, body: Mapping[str, Any], username: str, offered: bool = False) -> Screen:
    """For everybody: a closed case waits again, or its holder's chat cannot be written to.

    With the buttons that its card has, *Accept* too where its holder has offered it.
    """
    return Screen(lines(case, body), card_buttons(Summary(case, offered=offered), username))


LINES = {
    "do not ask": N_("{case}: the person wants no platform asked from now on."),
    "withdrawn": N_("{case}: the person withdraws it. It is erased on {day} unless they keep it."),
    "kept": N_("{case}: the person keeps it after all."),
    "ask again": N_("{case}: the person lets us ask the platforms again."),
}


def lines(case: Case, body: Mapping[str, Any]) -> tuple[Say, ...]:
    """What the person did; *body* is the letter's."""
    name: dict[str, Blank] = {"case": Strong(case.name)}
    if body["what"] == "added":
        return added(name, body)
    if body["what"] == "withdrawn" and case.ends:
        name["day"] = spelled(case.ends)
    return (Say(LINES[body["what"]], name),)


def erased(name: str, closed: bool = False) -> Screen:
    """What is left of a card: its case was withdrawn, or *closed* and its time was over."""
    withdrawn = N_("{case}: withdrawn by the person, and erased.")
    over = N_("{case}: closed, and erased when its time was over.")
    return Screen((Say(over if closed else withdrawn, {"case": Strong(name)}),))


def added(name: Mapping[str, Blank], body: Mapping[str, Any]) -> tuple[Say, ...]:
    """How much came into a case, and whether that opened it again."""
    again = (Say(N_("{case} is open again."), name),) if body["again"] else ()
    if body["links"] and body["words"]:
        line = N_("{case}: the person added links ({links}) and wrote to you.")
    elif body["links"]:
        line = N_("{case}: the person added links ({links}).")
    else:
        line = N_("{case}: the person wrote to you. It is under Notes.")
    return (*again, Say(line, {**name, "links": body["links"]} if body["links"] else name))
