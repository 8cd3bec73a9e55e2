"""How a case stands, in words: its state, each link by its number, and what happens next."""

from handlers.talk import Blank, Day, Fact, LinkStanding, Say, Standing
from locales import N_

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
    "back": N_("came back: {count}"),
}

LINES = {
    "new": N_("{platform}, link {number}: not yet asked."),
    "requested": N_("{platform}, link {number}: asked on {day}."),
    "removed": N_("{platform}, link {number}: removed, seen on {day}."),
    "refused": N_("{platform}, link {number}: the platform said no, {day}."),
    "back": N_("{platform}, link {number}: came back, seen on {day}."),
}

REASONS = {
    "rules": N_("It says that this does not break its rules."),
    "proof": N_("It wants to see proof of identity. You do not have to give any."),
    "silent": N_("It answers nobody."),
    "closed": N_("It stands in a closed group or chat that nobody outside can see."),
    "nobody": N_("Nobody can be found who runs it."),
    "court": N_("It says that a court has to order it."),
}
"""Why a link cannot be removed, as the platform has it."""

OUTCOMES = {
    "removed": N_("all links were removed"),
    "partly": N_("some links were removed"),
    "refused": N_("the platforms did not remove them"),
    "referred": N_("it was passed on to those who can help"),
    "withdrawn": N_("it was withdrawn"),
    "no answer": N_("the platforms did not answer"),
}

SENT_THERE = "take_it_down"  # where only the person can turn to: nothing is passed on by that
SHOWN = N_("you were told where to turn")

ENDS = N_("Next: on {day} all of it is erased, as you wished. Until then you can keep it.")
REMOVED = N_("Removed: {removed} of {all}.")
MOST_LINES = 8  # more links than these have a screen of their own


def standing(told: Standing) -> tuple[Say, ...]:
    """One case in words and numbers."""
    outcome = Say(outcome_of(told))
    state = Say(STATES[told.state], {"outcome": outcome} if told.state == "closed" else {})
    if told.ends:
        return (state, *links_in_words(told), Say(ENDS, {"day": Day(told.ends)}))
    return (state, *links_in_words(told), next_step(told), *until(told))


def outcome_of(told: Standing) -> str:
    """How it ended; who was only sent elsewhere is not told that it was passed on."""
    if told.outcome == "referred" and told.told and not passed_on(told):
        return SHOWN
    return OUTCOMES.get(told.outcome, N_("our work on it is done"))


def passed_on(told: Standing) -> bool:
    """Whether anybody has it of us; to whom is not said on a screen that others may see."""
    return any(whom != SENT_THERE for whom in told.told)


def links_in_words(told: Standing) -> tuple[Say, ...]:
    """How the links stand: each by itself, or, where there are many, how many in each state.

    Where somebody may be under 18 they stay closed, and so how each stands is not told.
    """
    total = sum(told.links.values())
    if not total:
        return ()
    if told.minor != "no":
        return (Say(CLOSED_LINKS, {"all": total}),)
    removed = Say(REMOVED, {"removed": told.links.get("removed", 0), "all": total})
    if told.each and len(told.each) <= MOST_LINES:
        return (removed, *map(link_line, told.each))
    return (removed, Say(N_("Links: {links}."), {"links": link_states(told)}))


CLOSED_LINKS = N_("Links in it: {all}. They stay closed, unless somebody in charge has to look.")


def link_line(link: LinkStanding) -> Say:
    """One link: its platform and number, since when, and why not, if it cannot be removed."""
    platform: Blank = Fact(f"platforms.{link.platform}.name")
    line = Say(
        LINES[link.state],
        {
            "platform": platform if link.platform else Say(N_("A site")),
            "number": link.number,
            "day": Day(link.day),
        },
    )
    if link.reason not in REASONS:
        return line
    return Say(N_("{line} {reason}"), {"line": line, "reason": Say(REASONS[link.reason])})


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
        return after_the_end(told)
    if told.minor != "no" and passed_on(told):
        return Say(
            N_(
                "Our team has passed it on to those who may act where somebody is under 18. "
                "They do not always tell us what they do."
            )
        )
    if told.minor != "no":
        return Say(
            N_(
                "Next: our team passes it on to those who may act where somebody is under 18. "
                "As a rule we ask no platform ourselves."
            )
        )
    if not told.links:
        return Say(N_("Next: somebody reads what you wrote. Links can be added at any time."))
    if told.consents is not None and "ask" not in told.consents:
        return Say(NOT_ASKED)
    if told.state == "waiting":
        return Say(N_("Next: somebody reads it and writes to the platforms. This can take days."))
    return the_work(told)


NOT_ASKED = N_("Next: no platform is asked, as you wished. You can change that here.")


def until(told: Standing) -> tuple[Say, ...]:
    """Until when a closed case can be opened again; then nothing of it is left."""
    if not told.erased:
        return ()
    line = N_("On {day} all that is in this case is erased; this number then opens nothing.")
    return (Say(line, {"day": Day(told.erased)}),)


def after_the_end(told: Standing) -> Say:
    """What may still come of a closed case."""
    if told.outcome == "referred" and (passed_on(told) or not told.told):
        return Say(N_("Those it was passed on to act from here. They do not always tell us."))
    if told.outcome == "removed":
        return Say(N_("If a link comes back, or there is another, add it here."))
    return Say(N_("If something changes, add a link or write to us: the case is opened again."))


def the_work(told: Standing) -> Say:
    """What the caseworker who has it does next, as the links stand."""
    states = {state for state, count in told.links.items() if count}
    if states & {"requested", "back"}:
        line = N_("Next: we wait for the platforms' answers and ask again. This can take days.")
    elif states == {"new"}:
        line = N_("Next: your caseworker writes to the platforms. This can take days.")
    elif "new" in states:
        line = N_("Next: your caseworker asks about those not yet asked. This can take days.")
    elif states == {"removed"}:
        line = N_("Next: your caseworker closes the case. If a link comes back, add it here.")
    else:
        line = N_(
            "Next: where the platform said no, your caseworker looks for another way. There is "
            "not always one."
        )
    return Say(line)
