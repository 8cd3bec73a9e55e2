"""How is my case: the code, typed in any digits, tells the state in words."""

from dataclasses import replace

from handlers.digits import code_in
from handlers.talk import (
    HOME,
    Blank,
    Button,
    DigitOff,
    Draft,
    Effect,
    Go,
    Heard,
    Move,
    Said,
    Say,
    Script,
    Standing,
    Stay,
    Step,
    Talk,
    Telling,
    Told,
    TooMany,
)
from locales import N_

BACK = Button("home", N_("Back"))

STATES = {
    "waiting": N_("Your report is safe with our team. A caseworker will take it up."),
    "taken": N_("A caseworker is working on your report."),
    "closed": N_("Your case is closed: {outcome}."),
}

LINK_STATES = {
    "new": N_("not yet asked: {count}"),
    "requested": N_("asked the platform to remove: {count}"),
    "removed": N_("removed: {count}"),
    "refused": N_("the platform said no: {count}"),
    "back": N_("came back (being asked again): {count}"),
}

OUTCOMES = {
    "removed": N_("all links were removed"),
    "partly": N_("some links were removed"),
    "refused": N_("the platforms did not remove them"),
    "referred": N_("it was passed on to those who can help"),
    "withdrawn": N_("it was withdrawn"),
    "no answer": N_("the platforms did not answer"),
}


REMOVED = N_("Removed: {removed} of {all}.")


def ask_code(draft: Draft) -> Say:
    """Ask for the code."""
    return Say(N_("Please type the 16 digits of your case number. Spaces do not matter."))


def read_code(draft: Draft, heard: Heard) -> Move:
    """Sixteen digits are looked up; anything else is answered kindly."""
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go("standing", replace(draft, code=code))
    line = N_("I need the 16 digits of your case number, like 1234 5678 9012 3456.")
    return Stay(draft, (Say(line),))


def ask_more(draft: Draft) -> Say:
    """The question that stays on the screen after an answer."""
    return Say(N_("You can type your case number again at any time."))


def tell_standing(draft: Draft, told: Told) -> Telling:
    """State, links by state, what happens next."""
    match told:
        case Standing():
            return Telling((*standing(told), ask_more(draft)))
        case DigitOff():
            off = N_("One digit seems off. Please check the number and type it again.")
            return Telling((Say(off),))
        case TooMany():
            wait = N_("That was tried too often. Please try again in an hour.")
            return Telling((Say(wait),))
        case _:
            gone = N_("I find no case with that number. Please check it, or report again.")
            return Telling((Say(gone),))


def standing(told: Standing) -> tuple[Say, ...]:
    """One case in words and numbers."""
    outcome = Say(OUTCOMES.get(told.outcome, N_("our work on it is done")))
    state = Say(STATES[told.state], {"outcome": outcome} if told.state == "closed" else {})
    total = sum(told.links.values())
    if not total:
        return state, next_step(told)
    removed = {"removed": told.links.get("removed", 0), "all": total}
    return (
        state,
        Say(REMOVED, removed),
        Say(N_("Links: {links}."), {"links": link_states(told)}),
        next_step(told),
    )


def link_states(told: Standing) -> tuple[Blank, ...]:
    """How many links are in each state, in the order of the work."""
    return tuple(
        Say(words, {"count": told.links[state]})
        for state, words in LINK_STATES.items()
        if told.links.get(state)
    )


def next_step(told: Standing) -> Say:
    """What happens next, promising nothing that we cannot keep."""
    if told.state == "closed":
        return Say(N_("If a link comes back, please report it again."))
    if told.state == "waiting":
        return Say(N_("Next: somebody reads it and writes to the platforms. This can take days."))
    return Say(N_("Next: we wait for the platforms' answers and ask again. This can take days."))


STATUS = Script(
    "status",
    Step(
        "code",
        ask_code,
        read_code,
        buttons={BACK: HOME},
        to=("standing", Talk("report")),
        free=True,
    ),
    Step(
        "standing",
        ask_more,
        read_code,
        buttons={BACK: HOME},
        to=("standing", Talk("report")),
        effect=Effect.LOOK_UP,
        tell=tell_standing,
        free=True,
    ),
    opening=lambda draft: "standing" if draft.code else "code",
)
