"""Adding to a case that is open: links, and words for the team. Nothing goes without Send."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.gather import MOST_LINKS, by_platform
from handlers.report import GO_ON, TAKE_OUT, THAT_IS_ALL, ask_duty, only_links
from handlers.talk import (
    Added,
    Blank,
    Button,
    Draft,
    Go,
    Heard,
    Mine,
    Move,
    Pressed,
    Said,
    Say,
    Stay,
    Told,
)
from locales import N_

WANTED: Mapping[str, str] = {"add links": "links", "add note": "note"}
"""Where a button of the case leads, once the duty to report was read."""


def toward(step: str, draft: Draft, mine: Mine) -> Go:
    """There; where somebody may be under 18, past the duty to report, before anything is told."""
    if mine.standing.minor == "no" or mine.warned:
        return Go(step, draft)
    return Go("duty", replace(draft, mine=replace(mine, want=step)))


def ask_case_duty(draft: Draft) -> tuple[Say, ...]:
    """The reporting duty of social workers, as in the report."""
    return ask_duty(draft)


def read_case_duty(draft: Draft, heard: Heard) -> Move:
    """On to where the person was going."""
    if draft.mine is None or heard != Pressed(GO_ON.name):
        return Stay(draft)
    mine = replace(draft.mine, want="", warned=True)
    return Go(draft.mine.want or "note", replace(draft, mine=mine))


# Links


def ask_add_links(draft: Draft) -> Say:
    """Any number of messages, as in the report."""
    if draft.links:
        return Say(
            N_("Links here, not sent yet: {all}. Paste more, or press That is all."),
            {"all": len(draft.links)},
        )
    return Say(N_("Please paste the links to add, one or many, as messy as they are."))


def choose_add_links(draft: Draft) -> tuple[Button, ...]:
    """As long as there is no link, there is nothing to send or to take out."""
    return (TAKE_OUT, THAT_IS_ALL) if draft.links else ()


def read_add_links(draft: Draft, heard: Heard) -> Move:
    """Links are kept before this is asked: what comes here has none."""
    match heard:
        case Pressed(TAKE_OUT.name) if draft.links:
            return Go("take out", draft)
        case Pressed(THAT_IS_ALL.name) if draft.links:
            return Go("review", draft)
        case Said():
            line = N_("I see no link in that. It usually starts with https://")
            return Stay(draft, (Say(line),))
        case _:
            return Stay(draft)


# Words


def ask_add_note(draft: Draft) -> Say:
    """One message; no names."""
    if draft.words:
        return Say(N_("What you wrote is kept, not sent. Write it anew to replace it."))
    return Say(N_("Please write it in one message. No names are needed."))


def read_add_note(draft: Draft, heard: Heard) -> Move:
    """Any words; a link by itself is a link, and is kept as one."""
    match heard:
        case Said(text) if text.strip() and not only_links(text):
            words = replace(draft, words=text.strip(), words_message=heard.message)
            return Go("review", words)
        case _:
            return Stay(draft)


# Send


def ask_addition(draft: Draft) -> tuple[Say, ...]:
    """What goes into the case, in numbers; no address and no word is repeated."""
    if not (draft.links or draft.words):
        return (Say(N_("There is nothing to send yet.")),)
    links = by_platform(tuple(kept.link for kept in draft.links))
    blanks: dict[str, Blank] = {"all": len(draft.links), "links": links}
    counted = (Say(N_("• Links: {all} ({links})"), blanks),) if links else ()
    written = (Say(N_("• Your words: written")),) if draft.words else ()
    return (Say(N_("This is added to your case when you press Send:")), *counted, *written)


def added(draft: Draft, told: Told) -> tuple[Say, ...]:
    """That it is in the case now; and what had no room in it."""
    if not isinstance(told, Added) or not (told.links or told.note or told.over):
        return (Say(N_("There was nothing to send.")),)
    lines = [Say(N_("Sent. Our team has it."))] if told.links or told.note else []
    if told.over:
        words = N_("A case holds {most} links; {over} did not fit. Please report those anew.")
        lines.append(Say(words, {"most": MOST_LINKS, "over": told.over}))
    return tuple(lines)
