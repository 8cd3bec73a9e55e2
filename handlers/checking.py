"""The guided legal check as a talk: seven questions, then what may apply, and why, in a line each.

The answers live in the draft and are forgotten when the talk is left. Only the result may go along
with a report, and only where the person attaches it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from handlers.cards import (
    BLACKMAIL,
    CHANGED,
    CHILD,
    DOXXING,
    HACKING,
    NO_ADVICE,
    OFFENCES,
    THREATS,
)
from handlers.check import How, check
from handlers.directory import short_line
from handlers.doors import REPORT_LINKS
from handlers.law import LAW_CARDS
from handlers.report import DONE, GO_ON, SKIP, UNSURE, ask_call_first
from handlers.talk import (
    LAW,
    REPORT,
    Blank,
    Button,
    Draft,
    Exit,
    Fact,
    Go,
    Heard,
    Move,
    Number,
    Pressed,
    Say,
    Script,
    Stay,
    Step,
    Strong,
    While,
)
from locales import N_

# "help" is answered beside the question, so that no answer is lost.
SOMEBODY = Button("help", N_("Get help now"))
LEAVE = Button(LAW_CARDS.name, N_("Leave the questions"))
ATTACH = Button("attach", N_("Attach to a report"), "primary")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its key in `handlers.check`, its words, and a label for each answer."""

    key: str
    words: str
    answers: Mapping[str, str]

    def button(self, code: str, words: str | Say) -> Button:
        """The button of one answer."""
        return Button(f"{self.key}:{code}", words)

    def pressed(self, heard: Heard) -> str:
        """The code of the answer that was pressed; "" for anything else."""
        if not isinstance(heard, Pressed):
            return ""
        key, _, code = heard.name.partition(":")
        known = key == self.key and code in (*self.answers, "unsure", "skip")
        return code if known else ""


AGE = Question(
    "q5",
    N_("How old was the person in the image then?"),
    {"u16": N_("Under 16"), "16_17": N_("16 or 17"), "18": N_("18 or over")},
)
HAPPENED = Question(
    "q1",
    N_("What happened without your agreement? Choose all that fit, then press Done."),
    {
        "captured": N_("Watched or filmed me"),
        "shared": N_("Shown, sent or posted"),
        "threat": N_("Says they will share"),
        "fake_made": N_("Made a fake image"),
        "details": N_("Posted my details"),
    },
)
SHOWS = Question(
    "q2",
    N_("What does it show, or what do they say it shows? No details are needed."),
    {
        "parts": N_("Bare intimate parts"),
        "underwear": N_("Parts in underwear"),
        "toilet_or_sex": N_("Toilet or a sexual act"),
        "neither": N_("None of these"),
    },
)
REAL = Question(
    "q3",
    N_("Is it real, or edited?"),
    {
        "real": N_("Real"),
        "edited": N_("Edited but looks real"),
        "edited_obvious": N_("Plainly a fake"),
    },
)
MADE = Question(
    "q4",
    N_("How was it made?"),
    {
        "agreed": N_("I agreed to it"),
        "self_sent": N_("I took or sent it"),
        "secret_private": N_("Secretly in private"),
        "under_clothes": N_("Up or down clothes"),
        "secret_call": N_("Secretly on a call"),
        "open_no_consent": N_("Openly though I said no"),
        "hacked": N_("From my phone or account"),
        "not_real": N_("It is made up"),
    },
)
DEMAND = Question(
    "q6",
    N_("Are they asking for something: money, images, sex, a meeting, staying together?"),
    {"money": N_("Money"), "other": N_("Something else"), "none": N_("Nothing is asked for")},
)
PLACE = Question(
    "q7",
    N_("Who is in Hong Kong, or did a part of it happen here?"),
    {
        "both": N_("Both of us or part of it"),
        "offender_only": N_("Only the other person"),
        "victim_only": N_("Only me"),
        "none": N_("Nothing is here"),
    },
)
QUESTIONS = (AGE, HAPPENED, SHOWS, REAL, MADE, DEMAND, PLACE)

NOT_READ = N_("Please choose with the buttons, or type a number.")


def ask(question: Question) -> Callable[[Draft], tuple[Say, ...]]:
    """The question with its place among the seven; before the first, what becomes of it all."""
    number = QUESTIONS.index(question) + 1
    blanks: dict[str, Blank] = {
        "number": number,
        "all": len(QUESTIONS),
        "words": Say(question.words),
    }
    line = Say(N_("{number} of {all}. {words}"), blanks)
    before = (Say(BEFORE, {"all": len(QUESTIONS)}),) if number == 1 else ()
    return lambda draft: (*before, line)


BEFORE = N_(
    "{all} questions about which law may apply. You can skip any. Nothing you press is sent to "
    "our team, and it is forgotten when you leave."
)


def choose(question: Question) -> Callable[[Draft], tuple[Button, ...]]:
    """The answers, ticked where several may be chosen; not sure, skip, a person, leave."""

    def choices(draft: Draft) -> tuple[Button, ...]:
        chosen = draft.answers.get(question.key, ())
        answers = (
            question.button(
                code, Say(N_("✓ {words}"), {"words": Say(words)}) if code in chosen else words
            )
            for code, words in question.answers.items()
        )
        done = (DONE,) if question is HAPPENED else ()
        unsure = question.button("unsure", UNSURE.words)
        skip = question.button("skip", SKIP.words)
        return (*answers, *done, unsure, skip, SOMEBODY, LEAVE)

    return choices


def read(question: Question, to: str) -> Callable[[Draft, Heard], Move]:
    """One answer, kept until the talk is left; *not sure* and *skip* keep none."""

    def answer(draft: Draft, heard: Heard) -> Move:
        code = question.pressed(heard)
        if not code:
            return Stay(draft, (Say(NOT_READ),))
        return Go(to, answered(draft, question, code), redraw=True)

    return answer


def answered(draft: Draft, question: Question, *codes: str) -> Draft:
    """*draft* with this answer in place of an earlier one."""
    others = {key: kept for key, kept in draft.answers.items() if key != question.key}
    known = tuple(code for code in question.answers if code in codes)
    return replace(draft, answers=others | ({question.key: known} if known else {}))


def read_age(draft: Draft, heard: Heard) -> Move:
    """Where it may be somebody under 18, who can help comes first, and what not to keep."""
    move = read(AGE, "child")(draft, heard)
    grown = isinstance(move, Go) and move.draft.answers.get(AGE.key) == ("18",)
    return replace(move, to="what happened") if isinstance(move, Go) and grown else move


def read_happened(draft: Draft, heard: Heard) -> Move:
    """A press ticks or unticks. Who does not know is better off with a person than with us."""
    chosen = draft.answers.get(HAPPENED.key, ())
    match HAPPENED.pressed(heard):
        case "unsure" | "skip":
            return Go("person", draft, redraw=True)
        case "" if heard == Pressed(DONE.name) and chosen:
            return Go("shows", draft, redraw=True)
        case "" if heard == Pressed(DONE.name):
            line = N_("Please choose one or more, or press Skip.")
            return Stay(draft, (Say(line),))
        case "":
            return Stay(draft, (Say(NOT_READ),))
        case code:
            return Stay(answered(draft, HAPPENED, *set(chosen) ^ {code}), redraw=True)


# What comes of it


WHY: Mapping[tuple[str, How], str] = {
    ("AAB", "may"): N_("Somebody watched or filmed you secretly, where it was private."),
    ("AAB", "depends"): N_("It turns on what was filmed, where, and how secretly."),
    ("AAC", "may"): N_("Somebody filmed up or down your clothes."),
    ("AAC", "depends"): N_("It turns on how it was filmed."),
    ("AAD", "may"): N_("What was shared had been filmed secretly, or up or down clothes."),
    ("AAD", "depends"): N_("It turns on how that had been made."),
    ("AAE", "may"): N_("An intimate image was shared, or is threatened to be, against your will."),
    ("AAE", "depends"): N_("It turns on what it shows, and whether it could be believed."),
    ("XBORDER", "may"): N_(
        "With nothing in Hong Kong, its law may not reach; other places' laws may help."
    ),
    ("XBORDER", "depends"): N_("How far Hong Kong's law reaches depends on what happened here."),
    ("CHILD", "may"): N_(
        "At that age a stricter law may apply. Please keep no copy of the image, nor send it."
    ),
    ("CHILD", "depends"): N_(
        "Depending on the age and on what it shows, a stricter law may apply. Please keep no copy "
        "of the image, nor send it."
    ),
    ("CONSENT_VOID", "may"): N_("At that age, a “yes” is not enough by itself."),
    ("MINOR18", "may"): N_("There is a removal tool for pictures of that age: {take_it_down}."),
    ("BLACKMAIL", "may"): N_(
        "Asking for money may be blackmail. Please do not pay, send nothing more, and talk with "
        "somebody before you answer."
    ),
    ("BLACKMAIL", "depends"): N_(
        "It depends whether such a demand is blackmail. Please send nothing more, and talk with "
        "somebody before you answer."
    ),
    ("INTIM", "may"): N_("Threatening you to get something may be criminal intimidation."),
    ("INTIM", "depends"): N_("It depends whether the threat is criminal intimidation too."),
    ("DOX", "may"): N_(
        "Posting your details may be doxxing; the Privacy Commissioner can order it away."
    ),
    ("HACK", "depends"): N_("Getting into your phone or account may be an offence; it depends."),
    ("MAKING_ONLY", "may"): N_(
        "Only making a fake image is none of the four today; other laws may apply. Please keep "
        "the messages and the account names."
    ),
    ("NO_FIT_FOUR", "may"): N_(
        "We do not see one of the four offences in this. That does not mean that nothing can be "
        "done."
    ),
}
"""Why, in one line each; those beside the four in the order in which they are told."""

STANDS_ON = tuple(dict.fromkeys(key for card in OFFENCES.values() for key in card.entries))


def ask_result(draft: Draft) -> tuple[Say, ...]:
    """Which of the four may apply or depend, what else does, and what to do next."""
    found = check(draft.answers)
    four = [offence(flag, found[flag]) for flag in OFFENCES if flag in found]
    head = [Say(N_("From your answers, in the law of Hong Kong:"))] if four else []
    lines = (*first_of_all(found), *head, *four, *besides(found))
    ask = tuple(map(short_line, whom(found)))
    return (
        Say("{result}", {"result": While(STANDS_ON, lines, (Say(CHANGED), *ask))}),
        Say(N_("Next: talk with somebody, report the links, or read on. You decide.")),
        *ask,
        Say(N_("Only a court can decide. {no_advice}"), {"no_advice": Say(NO_ADVICE)}),
    )


def whom(found: Mapping[str, How]) -> tuple[str, ...]:
    """Who to ask: for somebody under 18, those who are there for them."""
    if "MINOR18" in found or "CONSENT_VOID" in found:
        return ("help.welfare",)
    return ("help.welfare", "help.rainlily") if "CHILD" in found else ("help.rainlily",)


def first_of_all(found: Mapping[str, How]) -> tuple[Say, ...]:
    """Where Hong Kong's law may not reach, that comes first."""
    return (besides_line("XBORDER", found["XBORDER"]),) if "XBORDER" in found else ()


def offence(flag: str, how: How) -> Say:
    """One of the four, and why."""
    card = OFFENCES[flag]
    words = {
        "may": N_("• {title} ({section}): may apply. {why}"),
        "depends": N_("• {title} ({section}): it depends. {why}"),
    }
    blanks: dict[str, Blank] = {
        "title": Strong(card.title),
        "section": Fact(f"law.{card.key}.short"),
        "why": Say(WHY[flag, how]),
    }
    return Say(words[how], blanks)


def besides(found: Mapping[str, How]) -> tuple[Say, ...]:
    """What else applies."""
    return tuple(
        besides_line(flag, how)
        for flag, how in WHY
        if found.get(flag) == how and flag not in (*OFFENCES, "XBORDER")
    )


def besides_line(flag: str, how: How) -> Say:
    """One line of that."""
    tool = {"take_it_down": Number("help.take_it_down")} if flag == "MINOR18" else {}
    return Say("• {why}", {"why": Say(WHY[flag, how], tool)})


def ask_result_again(draft: Draft) -> Say:
    """The result itself still stands above."""
    return Say(N_("What came of your answers stands above."))


def read_result(draft: Draft, heard: Heard) -> Move:
    """The result, and no answer, goes along with a report."""
    if heard == Pressed(ATTACH.name):
        line = N_(
            "These go along with your report: the laws that may apply, about how old the person "
            "was then, whether it was only made, and whether it reaches across the border."
        )
        return Go(REPORT, replace(draft, checked=check(draft.answers)), (Say(line),))
    return Stay(draft, (Say(NOT_READ),))


def ask_person(draft: Draft) -> tuple[Say, ...]:
    """Without what happened there is nothing to look up; a person can listen."""
    return (
        Say(N_("That is all right. A person can listen, and find out with you what applies:")),
        *map(short_line, whom(check(draft.answers))),
        Say(N_("You can also report links, or read what the law says.")),
    )


# What a caseworker sees of it


NAMES: Mapping[str, str] = {
    **{flag: card.title for flag, card in OFFENCES.items()},
    "MAKING_ONLY": N_("only made, not shared"),
    "DOX": DOXXING.title,
    "CHILD": CHILD.title,
    "MINOR18": N_("16 or 17 then"),
    "CONSENT_VOID": N_("too young to consent"),
    "BLACKMAIL": BLACKMAIL.title,
    "INTIM": THREATS.title,
    "HACK": HACKING.title,
    "XBORDER": N_("across the border"),
    "NO_FIT_FOUR": N_("none of the four"),
}


def summed_up(found: Mapping[str, str]) -> Say:
    """An attached result in one line."""
    may = tuple(Say(words) for flag, words in NAMES.items() if found.get(flag) == "may")
    depends = tuple(Say(words) for flag, words in NAMES.items() if found.get(flag) == "depends")
    if not depends:
        return Say(N_("• Legal check: may apply: {may}"), {"may": may})
    if not may:
        return Say(N_("• Legal check: depends: {depends}"), {"depends": depends})
    words = N_("• Legal check: may apply: {may}; depends: {depends}")
    return Say(words, {"may": may, "depends": depends})


# The table


def row(
    name: str,
    question: Question,
    to: tuple[Exit, ...],
    read_it: Callable[[Draft, Heard], Move],
) -> Step:
    """A question's step."""
    return Step(name, ask(question), read_it, to=to, choices=choose(question))


CHECK = Script(
    "check",
    row("how old", AGE, ("what happened", "child"), read_age),
    Step("child", ask_call_first, buttons={GO_ON: "what happened", LEAVE: LAW}),
    row("what happened", HAPPENED, ("shows", "person"), read_happened),
    row("shows", SHOWS, ("real",), read(SHOWS, "real")),
    row("real", REAL, ("made",), read(REAL, "made")),
    row("made", MADE, ("demand",), read(MADE, "demand")),
    row("demand", DEMAND, ("place",), read(DEMAND, "place")),
    row("place", PLACE, ("result",), read(PLACE, "result")),
    Step(
        "result",
        ask_result,
        read_result,
        to=(REPORT,),
        choices=lambda draft: (ATTACH, SOMEBODY, REPORT_LINKS, LAW_CARDS),
        again=ask_result_again,
    ),
    Step(
        "person",
        ask_person,
        to=(REPORT,),
        choices=lambda draft: (SOMEBODY, REPORT_LINKS, LAW_CARDS),
    ),
)
