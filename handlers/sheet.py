"""The sheet of one link: how its platform is asked, what was asked, what may come next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers import ladder
from handlers.desk import STATES, Opened, back, link_line, page_of_choices
from handlers.protect import known, route_lines
from handlers.staff import DO_NOT_ASK, Screen, Summary, platform, press, spelled
from handlers.talk import Blank, Button, Code, Fact, Read, Say
from locales import N_, facts
from storage.books import Request
from storage.links import LinkState

TAIL = 12  # letters of an address by which it is known again
MOST_ASKED = 3  # requests on a sheet, the latest; older ones are in the audit
CUT_TO = 40  # letters of an older request's reference

CHOICES: Mapping[str, LinkState] = {state: state for state in STATES if state != "new"}

WHY: Mapping[str, str] = {
    "rules": N_("Within its rules"),
    "proof": N_("Wants proof of identity"),
    "silent": N_("Answers nobody"),
    "closed": N_("Closed group"),
    "nobody": N_("Nobody to ask"),
    "court": N_("Wants a court order"),
}
"""Why a platform said no, as handlers.standing.REASONS tells the person."""

ANSWERS: Mapping[str, str] = {
    "removed": N_("removed, {day}"),
    "refused": N_("refused, {day}"),
    "silent": N_("no answer until {day}"),
}

SEEN: Mapping[str, str] = {
    "gone": N_("Gone"),
    "still": N_("Still there"),
    "unsure": N_("Cannot tell"),
}
"""What a caseworker saw, who looked with their own eyes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, its reference opened. *rung* and *answer* as in storage.requests."""

    rung: str
    asked: date
    due: date
    reference: str = ""
    answer: str = ""
    answered: date | None = None


def asked_of(row: Request, reference: str) -> Asked:
    """A request as the sheet tells it."""
    return Asked(row.rung, row.asked, row.due, reference, row.answer or "", row.answered)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A link, its requests, the oldest first, and today; *undo*: its last record is fresh.

    *inert*: nobody here may open the link.
    """

    of: Summary
    link: Opened
    today: date
    asked: tuple[Asked, ...] = ()
    undo: bool = False
    inert: bool = False

    @property
    def case(self) -> str:
        """The id of its case."""
        return self.of.case.id

    @property
    def over(self) -> bool:
        """Whether the last request came to nothing: refused, or its time is over."""
        if not self.asked:
            return False
        last = self.asked[-1]
        return last.answer in ("refused", "silent") or (not last.answer and last.due <= self.today)

    @property
    def rung(self) -> str | None:
        """By which way it is to be asked now; None where none is left."""
        return self.way(self.over)

    def way(self, over: bool) -> str | None:
        """The same, as if the last request had come to nothing, or had not."""
        return ladder.now_on(self.link.platform, [one.rung for one in self.asked], over)


# Words


def known_line(link: Opened) -> Say:
    """A link by its number and the tail of its address, inert; the tail only where it is open.

    Of the tidied address: what an app adds when sharing ("?s=20") makes all tails alike.
    """
    if not link.open_url:
        return link_line(link)
    blanks: dict[str, Blank] = {
        "number": link.number,
        "platform": platform(link.platform),
        "tail": Code("…" + link.url[-TAIL:]),
        "state": Say(STATES[link.state]),
    }
    return Say(N_("{number}. {platform} {tail} — {state}"), blanks)


def rung_name(rung: str) -> Blank:
    """A way by its name."""
    return Fact(f"rungs.{rung}.name") if rung else Say(N_("a way nobody noted"))


def way_lines(name: str, rung: str) -> tuple[Say, ...]:
    """What to do on that way, where it leads and what it asks for."""
    entry = ladder.entry_of(name)
    text = as_read(f"rungs.{rung}", "text")
    if rung == "form":
        who = (who_line(entry),) if "who_en" in entry.fields else ()
        # Of any website the facts tell what a person may do, not what our team does.
        is_told = known(entry) and entry.key != "platforms.website"
        return (*(route_lines(entry) if is_told else (text,)), *who)
    if rung == "trusted" and entry.fields.get("trusted_confidence") in ladder.KNOWN:
        return (as_read(entry.key, "trusted"), text)
    if rung == "regulator" and "regulator" in entry.fields:
        return (as_read(f"rungs.{entry.fields['regulator']}", "text"), text)
    return (text,)


def as_read(key: str, field: str) -> Say:
    """What the facts say, and when that was read; past its date, that it is being checked."""
    return Say("{text} ({read})", {"text": Fact(f"{key}.{field}"), "read": Read(key)})


def who_line(entry: facts.Entry) -> Say:
    """Who may ask there."""
    return Say(N_("Who may ask: {who}."), {"who": Fact(f"{entry.key}.who")})


CLOCKS: Mapping[ladder.Whose, str] = {
    "platform": N_("By its own word it answers within {hours} hours."),
    "guide": N_("We look again in {days} days."),
    "ours": N_("It names no time; we look again in {days} days."),
}


def clock_line(name: str, rung: str) -> Say:
    """How long an answer may take, and who says so."""
    clock = ladder.clock(name, rung)
    blanks: dict[str, Blank] = {"hours": clock.hours, "days": clock.days}
    if clock.whose == "law":
        law: dict[str, Blank] = {
            "law": Fact(f"{ladder.LAW}.name"),
            "note": as_read(ladder.LAW, "note"),
        }
        return Say(N_("{law} gives it {hours} hours. {note}"), {**blanks, **law})
    entry = ladder.entry_of(name)
    if clock.whose == "guide" and "hours_by_en" in entry.fields:
        return Say(GUIDE, {**blanks, "by": Fact(f"{entry.key}.hours_by")})
    return Say(CLOCKS[clock.whose], blanks)


GUIDE = N_(
    "{by}: an answer within {hours} hours. That is their experience, no promise of the platform's."
)


def asked_lines(asked: Sequence[Asked]) -> list[Say]:
    """What was asked, and what came of it; the newest reference whole."""
    lines: list[Say] = []
    first = max(0, len(asked) - MOST_ASKED)
    for one in asked[first:]:
        lines.append(asked_line(one))
        if one.reference:
            whole = one is asked[-1] or len(one.reference) <= CUT_TO
            shown = one.reference if whole else one.reference[:CUT_TO] + "…"
            lines.append(Say(N_("Reference: {reference}"), {"reference": Code(shown)}))
    return lines


def asked_line(one: Asked) -> Say:
    """When, by which way, and what came of it."""
    if one.answer and one.answered:
        answer = Say(ANSWERS[one.answer], {"day": spelled(one.answered)})
    else:
        answer = Say(N_("answer due {day}"), {"day": spelled(one.due)})
    day, rung = spelled(one.asked), rung_name(one.rung)
    return Say(N_("• Asked {day}, {rung}: {answer}"), {"day": day, "rung": rung, "answer": answer})


def look_line(link: Opened) -> tuple[Say, ...]:
    """When to look after it again."""
    if link.look is None:
        return ()
    return (Say(N_("• Look again: {day}"), {"day": spelled(link.look)}),)


def next_lines(sheet: Sheet, rung: str | None) -> tuple[Say, ...]:
    """The way to try next, in full; or that none is left, or that nobody may ask."""
    if not sheet.of.may_ask:
        return (Say(DO_NOT_ASK),)
    if rung is None:
        return (Say(N_("No other way is left: every one has been tried.")),)
    head = Say(N_("Next way: {rung}."), {"rung": rung_name(rung)})
    return (head, *way_lines(sheet.link.platform, rung))


def next_button(sheet: Sheet, rung: str | None) -> tuple[Button, ...]:
    """To say that it was asked that way; not where nobody may ask."""
    if rung is None or not sheet.of.may_ask:
        return ()
    return (asked_button(sheet, rung),)


def asked_button(sheet: Sheet, rung: str) -> Button:
    """It was asked by this way."""
    words = Say(N_("Asked: {rung}"), {"rung": rung_name(rung)})
    return Button(press("ask", sheet.case, sheet.link.number, rung), words)


# Screens


def page(sheet: Sheet, first: Say | None = None) -> Screen:
    """The whole sheet, and the question what became of the link."""
    head = ((first,) if first else ()) + (known_line(sheet.link),)
    past = (*asked_lines(sheet.asked), *why_line(sheet.link))
    says = (*head, *now_lines(sheet), *past, *look_line(sheet.link))
    keys = [press_of(sheet, "set", state, STATES[state]) for state in CHOICES.values()]
    more = (*looking(sheet), *undo_button(sheet))
    ask = Say(N_("What became of it?"))
    return Screen((*says, ask), (*keys, *more, to_the_list(sheet, N_("Back"))))


def now_lines(sheet: Sheet) -> tuple[Say, ...]:
    """How it is asked now, and by when it should be answered; of what is gone, nothing.

    Nothing either where nobody here asks: under 18, and where the person took it back.
    """
    if sheet.link.state == "removed" or sheet.inert:
        return ()
    rung, name = sheet.rung, sheet.link.platform
    if rung is None or not sheet.of.may_ask:
        return next_lines(sheet, rung)
    if sheet.over:
        return (*next_lines(sheet, rung), clock_line(name, rung))
    head = Say(N_("Way: {rung}."), {"rung": rung_name(rung)})
    return (head, *way_lines(name, rung), clock_line(name, rung))


def press_of(sheet: Sheet, verb: str, word: str, words: str) -> Button:
    """A button about this link."""
    return Button(press(verb, sheet.case, sheet.link.number, word), words)


def looking(sheet: Sheet) -> tuple[Button, ...]:
    """To tell what one sees there, and to ask another way; not where nobody here may open it."""
    if sheet.inert:
        return ()
    return (
        press_of(sheet, "look", "", N_("Check by hand")),
        press_of(sheet, "ways", "", N_("Other ways")),
    )


def undo_button(sheet: Sheet) -> tuple[Button, ...]:
    """To take the last record back."""
    return (press_of(sheet, "undo", "", N_("Undo")),) if sheet.undo else ()


def to_the_list(sheet: Sheet, words: str) -> Button:
    """Back to the page on which the link is."""
    return Button(press("record", sheet.case, page_of_choices(sheet.link.number)), words)


def ways(sheet: Sheet) -> Screen:
    """The whole ladder, each way to be chosen by who has asked that way."""
    name, rungs = sheet.link.platform, ladder.rungs(sheet.link.platform)
    says = [known_line(sheet.link), Say(N_("The ways to ask, one after the other:"))]
    for rung in rungs:
        says.append(Say(N_("• {rung}:"), {"rung": rung_name(rung)}))
        says += way_lines(name, rung)
    keys = [asked_button(sheet, rung) for rung in rungs] if sheet.of.may_ask else []
    return Screen(tuple(says), (*keys, to_the_sheet(sheet)))


def to_the_sheet(sheet: Sheet) -> Button:
    """Back to the sheet."""
    return press_of(sheet, "state", "", N_("Back"))


RECORDED = N_("Recorded. Type the platform's reference, or Back.")


def recorded(sheet: Sheet) -> Screen:
    """It is recorded: when an answer is due, or what to try next; a reference may follow."""
    last = sheet.asked[-1:]
    says = (known_line(sheet.link), *map(asked_line, last), *why_line(sheet.link))
    keys: tuple[Button, ...] = why_buttons(sheet)
    if sheet.link.state in ("refused", "back") and not sheet.inert:
        says += next_lines(sheet, sheet.rung)
        keys += next_button(sheet, sheet.rung)
    more = (to_the_list(sheet, N_("Another link")), back(sheet.case))
    buttons = (*keys, *undo_button(sheet), *more)
    return Screen((*says, Say(RECORDED)), buttons, asks="reference", number=sheet.link.number)


def why_line(link: Opened) -> tuple[Say, ...]:
    """The reason of a *no*, as the person is told it."""
    if link.state != "refused" or link.reason not in WHY:
        return ()
    return (Say(N_("Why: {why}."), {"why": Say(WHY[link.reason])}),)


def why_buttons(sheet: Sheet) -> tuple[Button, ...]:
    """A *no* may be given its reason, which the person is told in plain words."""
    if sheet.link.state != "refused":
        return ()
    return tuple(press_of(sheet, "why", reason, words) for reason, words in WHY.items())


def check(sheet: Sheet) -> Screen:
    """What does the caseworker see there?"""
    ask = Say(
        N_(
            "Please look yourself, in a private window; we open nothing. Is it still there? You "
            "can leave it to a colleague."
        )
    )
    keys = [press_of(sheet, "found", seen, words) for seen, words in SEEN.items()]
    return Screen((known_line(sheet.link), ask), (*keys, to_the_sheet(sheet)))


def checked(sheet: Sheet, seen: str) -> Screen:
    """Still there: what to try next. Nobody could tell: when to look again."""
    says: tuple[Say, ...] = (known_line(sheet.link),)
    keys: tuple[Button, ...] = ()
    if seen == "still":
        # Who was asked and has not done it by now is as good as silent.
        rung = sheet.way(sheet.over or sheet.link.state == "requested")
        says += next_lines(sheet, rung)
        keys = next_button(sheet, rung)
    else:
        says += (Say(N_("Noted.")), *look_line(sheet.link))
    more = (to_the_list(sheet, N_("Another link")), back(sheet.case))
    return Screen(says, (*keys, *undo_button(sheet), *more))
