"""What a person lets us do: four things, each asked in plain words, each to be taken back.

Who agrees to be counted is offered three questions. Their answers go into counters and nowhere
else; own words are not kept at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from zlib import crc32

from handlers.talk import (
    Button,
    Day,
    Draft,
    Go,
    Heard,
    Move,
    Pressed,
    Said,
    Say,
    Standing,
    Stay,
    Step,
    Words,
)
from locales import LANGUAGES, N_
from locales.catalogue import wording

NAMES = {
    "ask": N_("Ask platforms for me"),
    "watch": N_("Look for new copies"),
    "count": N_("Count me in figures"),
    "write": N_("Tell me here"),
}
"""The four, as a button has them."""

WORDINGS = {
    "ask": N_("Ask the platforms to remove the links: in our name, never in yours."),
    "watch": N_("Go on looking whether it is posted again."),
    "count": N_("Count this case in our monthly figures: without any name, link or case number."),
    "write": N_(
        "Tell you in this chat when something changes; anyone holding your phone could see it."
    ),
}
"""In which words each is asked; what was shown is kept with the answer, by `version`."""

ASK_NEWS = N_(
    "When something changes, shall I show one neutral line here? Anyone holding your "
    "phone could see it. If unsure, choose No: you can always ask with your case number."
)
"""In which words a report asks the fourth."""

IN_REPORT = ("watch", "count")  # Send itself asks the platforms; news have their own question
DONE = Button("done", N_("Done"), "primary")
SKIP = Button("skip", N_("Skip"))


def version(words: str, language: str) -> str:
    """Which words were shown: it changes with them, so nobody can forget to change it."""
    languages = (language,) if language in LANGUAGES else LANGUAGES
    shown = "\n".join(wording(words, one) for one in languages)
    return f"{language}:{crc32(shown.encode()):08x}"


def toggle(what: str, given: bool) -> Button:
    """A button that turns one of the four on or off."""
    words = NAMES[what]
    return Button(
        f"consent:{what}", Say(N_("✓ {words}"), {"words": Say(words)}) if given else words
    )


def toggled(heard: Heard) -> str:
    """Which of the four a press turns; "" for none."""
    if not isinstance(heard, Pressed) or not heard.name.startswith("consent:"):
        return ""
    what = heard.name.removeprefix("consent:")
    return what if what in NAMES else ""


# In the report: a step that nobody has to take


def ask_more_consents(draft: Draft) -> tuple[Say, ...]:
    """Two more things that we may do; no is as good as yes."""
    lines = tuple(Say("• {line}", {"line": Say(WORDINGS[what])}) for what in IN_REPORT)
    return (Say(N_("May we also? You can leave both, and take each back later.")), *lines)


def choose_more_consents(draft: Draft) -> tuple[Button, ...]:
    """Each, ticked where it is given."""
    return (*(toggle(what, what in draft.agreed) for what in IN_REPORT), DONE)


def read_more_consents(draft: Draft, heard: Heard) -> Move:
    """Turn one, or go on: to the questions only for who wants to be counted."""
    what = toggled(heard)
    if what in IN_REPORT:
        others = tuple(one for one in draft.agreed if one != what)
        agreed = others if what in draft.agreed else (*others, what)
        return Stay(replace(draft, agreed=agreed), redraw=True)
    if heard == Pressed(DONE.name):
        return Go("gender" if "count" in draft.agreed else "review", draft)
    return Stay(draft)


def given_with_send(draft: Draft) -> tuple[str, ...]:
    """What this report lets us do. Where somebody may be under 18 we ask no platform."""
    ask = ("ask",) if draft.minor == "no" else ()
    return (*ask, *(what for what in IN_REPORT if what in draft.agreed))


def in_review(draft: Draft) -> tuple[Say, ...]:
    """What Send lets us do, in the words that are kept with it."""
    given = given_with_send(draft)
    if not given:
        return ()
    lines = tuple(Say("• {line}", {"line": Say(WORDINGS[what])}) for what in given)
    return (Say(N_("By sending it you let us, until you take it back in your case:")), *lines)


# In the open case


def ask_consents(draft: Draft) -> tuple[Say, ...]:
    """Each of the four, in full, and whether and since when it is given."""
    given = (draft.mine.standing.consents or {}) if draft.mine else {}
    lines = tuple(consent_line(what, given) for what in NAMES if offered(what, draft))
    return (*lines, Say(N_("Press one to change it. What is counted already stays counted.")))


def offered(what: str, draft: Draft) -> bool:
    """Whether it makes sense here: where somebody may be under 18 we ask no platform."""
    return what != "ask" or draft.mine is None or draft.mine.standing.minor == "no"


def consent_line(what: str, given: Mapping[str, str]) -> Say:
    """One of the four."""
    line = Say(WORDINGS[what])
    if what in given:
        return Say(N_("• {line} Yes, since {day}."), {"line": line, "day": Day(given[what])})
    return Say(N_("• {line} No."), {"line": line})


def choose_consents(draft: Draft) -> tuple[Button, ...]:
    """Each, ticked where it is given."""
    given: Mapping[str, str] = (draft.mine.standing.consents or {}) if draft.mine else {}
    return tuple(toggle(what, what in given) for what in NAMES if offered(what, draft))


def read_consents(draft: Draft, heard: Heard) -> Move:
    """Turn one; news are asked about in full first, since anybody may see them."""
    what = toggled(heard)
    if not what or not offered(what, draft) or draft.mine is None:
        return Stay(draft)
    return Go("agreed", replace(draft, choice=what))


def agreed(told: Standing, what: str) -> Say:
    """What was changed."""
    if what in (told.consents or {}):
        return Say(N_("Noted: yes."))
    if what == "ask":
        return Say(N_("Noted: no. From now on our team asks no platform about this case."))
    return Say(N_("Noted: no."))


# Three questions, each to be skipped

QUESTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "gender": (
        N_("For our figures only. How do you describe your gender? Press, type it, or skip."),
        {"woman": N_("Woman"), "man": N_("Man"), "non-binary": N_("Non-binary")},
    ),
    "who": (
        N_("Who shared it, or threatens to?"),
        {
            "partner": N_("Partner or ex-partner"),
            "known": N_("Somebody I know"),
            "online": N_("Somebody met online"),
            "unknown": N_("I do not know"),
        },
    ),
    "made": (
        N_("How was it made?"),
        {
            "agreed": N_("I agreed to it then"),
            "own": N_("I made it myself"),
            "secret": N_("In secret"),
            "edited": N_("Edited, or by AI"),
            "taken": N_("Taken from my device"),
            "unknown": N_("I am not sure"),
        },
    ),
}
OWN_WORDS = "own words"  # what is counted in place of them


def questions(end: str) -> tuple[Step, ...]:
    """The three, one after the other, and then *end*."""
    names = tuple(QUESTIONS)
    then = (*names[1:], end)
    return tuple(
        Step(
            name,
            asking(name),
            reading(name, to),
            buttons={SKIP: to},
            to=(to,),
            choices=choosing(name),
        )
        for name, to in zip(names, then, strict=True)
    )


def asking(name: str) -> Callable[[Draft], Words]:
    """The question."""
    return lambda draft: Say(QUESTIONS[name][0])


def choosing(name: str) -> Callable[[Draft], tuple[Button, ...]]:
    """Its answers."""
    buttons = tuple(
        Button(f"{name}:{value}", words) for value, words in QUESTIONS[name][1].items()
    )
    return lambda draft: buttons


def reading(name: str, to: str) -> Callable[[Draft, Heard], Move]:
    """One of its answers; for the gender any words, of which only that there were some stays."""

    def read(draft: Draft, heard: Heard) -> Move:
        for value in QUESTIONS[name][1]:
            if heard == Pressed(f"{name}:{value}"):
                return Go(to, answered(draft, name, value))
        if name == "gender" and isinstance(heard, Said) and heard.text.strip():
            return Go(to, answered(draft, name, OWN_WORDS))
        return Stay(draft)

    return read


def answered(draft: Draft, name: str, value: str) -> Draft:
    """The answer, in place of an older one."""
    others = tuple(answer for answer in draft.figures if answer[0] != name)
    return replace(draft, figures=(*others, (name, value)))
