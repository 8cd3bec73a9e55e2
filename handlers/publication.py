"""The figures in words, laid out as the press prints them: shares of places, then of people."""

from collections.abc import Iterable, Mapping

from handlers.figures import UNSAID, Figures, Row
from handlers.merging import OTHER
from handlers.report import HAPPENED, MINOR
from handlers.staff import LANGUAGE_WORDS, Screen, platform
from handlers.standing import OUTCOMES
from handlers.talk import Blank, Fact, Say, Strong
from locales import BOTH, N_

GENDER = {
    "woman": N_("women"),
    "man": N_("men"),
    "non-binary": N_("non-binary"),
    "own words": N_("in own words"),
}
WHO = {
    "partner": N_("intimate partner"),
    "known": N_("somebody known"),
    "online": N_("met online"),
    "unknown": N_("unknown"),
}
MADE = {
    "agreed": N_("agreed to then"),
    "own": N_("made by oneself"),
    "secret": N_("in secret"),
    "edited": N_("edited or by AI"),
    "taken": N_("taken from a device"),
    "unknown": N_("not sure"),
}
LANGUAGE = {**LANGUAGE_WORDS, BOTH: N_("none chosen")}
ALSO = {UNSAID: N_("not said"), OTHER: N_("other")}
WORDS: Mapping[str, Mapping[str, str]] = {
    "gender": GENDER,
    "who": WHO,
    "made": MADE,
    "age": dict[str, str](MINOR.items()),
    "language": LANGUAGE,
    "harm": HAPPENED,
    "outcome": {"open": N_("still open"), **OUTCOMES},
}
HEADS = {
    "places": N_("Where the links are"),
    "platforms": N_("Platforms"),
    "gender": N_("Gender"),
    "who": N_("Shared or threatened by"),
    "made": N_("How it was made"),
    "harm": N_("What happened (cases)"),
    "age": N_("Age then"),
    "language": N_("Language"),
    "outcome": N_("How cases ended"),
}

FORMS = ("chart.png", "table.csv")
"""What follows the words: a picture and a table, each a file."""

BAD_PERIOD = Say(
    N_("I do not know that period. Please type one like these: {examples}."),
    {"examples": ("/figures 2026", "/figures 2026-Q3", "/figures 2026-11")},
)
IN_PRIVATE = Say(N_("Please ask me for figures in the private chat."))
FEW = Say(N_("Fewer than five cases: no more is told, so that nobody can be found in it."))
AGREED = Say(N_("Counted are cases whose person agreed. Numbers below five are joined to others."))
ROUNDED = Say(
    N_("In less than a year, numbers are rounded to five, and nothing is told about people.")
)
RUNNING = Say(N_("It is not over: please publish years that are."))


def page(told: Figures) -> Screen:
    """The figures of a period; they hold nothing personal, so that they may be forwarded."""
    foot = (
        AGREED,
        *(() if told.period.is_year else (ROUNDED,)),
        *(() if told.over else (RUNNING,)),
    )
    return Screen((title(told), *body(told), *foot), protect=False)


def title(told: Figures) -> Say:
    """Of which period."""
    words = N_("Figures of {period}") if told.over else N_("Figures of {period}, so far")
    return Say("{title}", {"title": Strong(Say(words, {"period": told.period.name}))})


def body(told: Figures) -> tuple[Say, ...]:
    """How many, and then line after line what can be told of them."""
    if told.cases is None:
        return (FEW,)
    if not told.cases:
        return (Say(N_("Nothing is counted in it.")),)
    lines = [head(told), *places(told)]
    for question, counted in told.people.items():
        lines += (
            in_counts(question, counted) if question == "harm" else in_shares(question, counted)
        )
    return (*lines, *in_counts("outcome", told.outcomes), *times(told), *least(told))


def head(told: Figures) -> Say:
    """Cases, links, and the share that was removed."""
    blanks: dict[str, Blank] = {"cases": number(told.cases or 0)}
    if told.links is None:
        return Say(N_("{cases} cases, fewer than five links"), blanks)
    blanks["links"] = number(told.links.count)
    if told.links.parts is None or not told.links.count:
        return Say(N_("{cases} cases, {links} links"), blanks)
    blanks["share"] = share(told.links.removed, told.links.count)
    return Say(N_("{cases} cases, {links} links, {share} removed"), blanks)


def places(told: Figures) -> Iterable[Say]:
    """The share of each group of places."""
    whole = sum(row.count for row in told.groups)
    shares = tuple(
        Say(N_("{share} {name}"), {"share": share(row.count, whole), "name": group(row)})
        for row in told.groups
    )
    return (Say("{shares}", {"shares": shares}),) if shares else ()


def in_shares(question: str, counted: tuple[Row, ...]) -> Iterable[Say]:
    """One question: each answer and its share of all cases."""
    whole = sum(row.count for row in counted)
    shares = tuple(
        Say(
            N_("{name} {share}"),
            {"name": named(question, row.name), "share": share(row.count, whole)},
        )
        for row in ordered(question, counted)
    )
    return line(question, shares)


def in_counts(question: str, counted: tuple[Row, ...]) -> Iterable[Say]:
    """One question: each answer and in how many cases."""
    counts = tuple(
        Say("{name} {count}", {"name": named(question, row.name), "count": number(row.count)})
        for row in ordered(question, counted)
    )
    return line(question, counts)


def line(question: str, pieces: tuple[Say, ...]) -> Iterable[Say]:
    """A line with its head; none without pieces."""
    if not pieces:
        return ()
    return (Say(N_("• {head}: {pieces}"), {"head": Say(HEADS[question]), "pieces": pieces}),)


def times(told: Figures) -> Iterable[Say]:
    """In how many days half of what was removed was removed, by group of places."""
    medians = tuple(
        Say("{name} {days}", {"name": group(row), "days": days(row.median)})
        for row in told.groups
        if row.median
    )
    if not medians:
        return ()
    return (Say(N_("• Median days until removal: {medians}"), {"medians": medians}),)


def least(told: Figures) -> Iterable[Say]:
    """Who removed the least of what they were asked for."""
    found = tuple(
        Say(
            N_("{platform} ({removed} of {asked})"),
            {
                "platform": platform(row.name),
                "removed": number(row.removed),
                "asked": number(row.asked),
            },
        )
        for row in told.least_responsive()
    )
    if not found:
        return ()
    return (Say(N_("• Removed the least of what they were asked for: {found}"), {"found": found}),)


# Pieces


def ordered(question: str, counted: tuple[Row, ...]) -> list[Row]:
    """Answers in the order of the question; what was not said and all others come last."""
    order = [*WORDS[question], *ALSO]
    return sorted(counted, key=lambda row: order.index(row.name) if row.name in order else 0)


def named(question: str, value: str) -> Say:
    """An answer in words."""
    return Say(ALSO.get(value) or WORDS[question].get(value, "{value}"), {"value": value})


def group(row: Row) -> Blank:
    """A group of places in words."""
    return Say(ALSO[OTHER]) if row.name == OTHER else Fact(f"press.{row.name}.name")


def share(part: int, whole: int) -> Say:
    """A share in per cent, with one decimal where there is one."""
    return Say(N_("{number} %"), {"number": per_cent(part, whole)})


def per_cent(part: int, whole: int) -> str:
    """The same without its sign."""
    return f"{100 * part / whole:.1f}".removesuffix(".0")


def number(many: int) -> str:
    """A number as it is printed: 1,342."""
    return f"{many:,}"


def days(stretch: str) -> Blank:
    """A stretch of days: "4–5"; a hyphen would make a date of it in a spreadsheet."""
    first, _, last = stretch.partition("-")
    if not last:
        return Say(N_("{days} or more"), {"days": first})
    return first if first == last else f"{first}–{last}"
