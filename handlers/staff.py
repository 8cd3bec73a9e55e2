"""What the staff group sees: a card a case, and single lines. Never a link or a word of a note."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from handlers.report import HAPPENED, MINOR, URGENCY
from handlers.standing import OUTCOMES, SENT_THERE
from handlers.talk import Blank, Button, Fact, Say, Strong
from locales import BOTH, N_, facts
from storage.books import Case
from storage.signs import Sign

DAYS_FROM = 48  # hours
MOST_NAMED = 6  # on duty: a name may have 128 letters


@dataclass(frozen=True, slots=True)
class Caseworker:
    """A member of the staff group. *language* is ours for their phone's, None where unknown.

    *leads*: an administrator of the group.
    """

    id: int
    name: str
    language: str | None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a caseworker is asked to type (handlers.verbs.TYPED), and the message that asks.

    *update*: the one that answered it, so that hearing that again keeps it once; 0 before.
    """

    what: str
    case_id: str
    message: int
    number: int = 0
    update: int = 0


@dataclass(frozen=True, slots=True)
class Screen:
    """One message of ours. *asks*: what the next typed words will be, "" for nothing.

    Not to *protect* is only for what holds nothing personal, and may be passed on.
    """

    says: tuple[Say, ...]
    buttons: tuple[Button, ...] = ()
    asks: str = ""
    number: int = 0
    protect: bool = True


@dataclass(frozen=True, slots=True)
class Telling:
    """When a body was told of a case; *is_whole*: nothing was added by the person since."""

    day: date
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """A case without its contents. *platforms*: how many links on each, "" where none could tell.

    *links*: how many are in each state. *note*: whether the person left one. *check*: what came of
    the legal check, where they attached it. *may_ask*: whether they let us ask the platforms,
    *watch*: look for new copies; *reachable*: be written to. *offered*: its holder would hand it
    over. *news_ended*: the person wanted news, and they ended with the closing. *told*: who knows
    of it where somebody may be under 18 (help.toml). *unlocked*: a lead who has said why sees the
    links there.
    """

    case: Case
    platforms: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)
    happened: tuple[str, ...] = ()
    note: bool = False
    check: Mapping[str, str] = field(default_factory=dict)
    may_ask: bool = True
    watch: bool = False
    reachable: bool = False
    offered: bool = False
    news_ended: bool = False
    told: Mapping[str, Telling] = field(default_factory=dict)
    unlocked: bool = False

    @property
    def is_told(self) -> bool:
        """Whether anybody has all of it."""
        return any(one.is_whole for one in self.told.values())

    @property
    def is_passed_on(self) -> bool:
        """Whether a body that may act has all of it; where only a person can turn is none."""
        return any(one.is_whole and whom != SENT_THERE for whom, one in self.told.items())

    @property
    def may_record(self) -> bool:
        """Whether there is anything to record: not of links that stay closed and nobody knows of.

        Once somebody was told, what they say of a link is recorded by its number.
        """
        return not under_age(self.case) or bool(self.told) or self.unlocked


def press(verb: str, case_id: str, number: int = 0, word: str = "") -> str:
    """What a button tells us; at most 64 bytes (Bot API, callback_data)."""
    return f"{verb}:{case_id}:{number}:{word}"


def open_url(username: str, case_id: str) -> str:
    """The link that leads to the private chat, even for somebody who never began it."""
    return f"https://t.me/{username}?start=case_{case_id}"


# Lines

YOURSELF = Say(N_("Please act as yourself, not as the group."))
HIDDEN = Say(
    N_(
        "Please act as yourself: in the group, open Edit, Administrators, your name, and turn "
        "Remain anonymous off. Then do it again."
    )
)
POINTER = Say(N_("Please write about a case in the private chat with me, not here."))
OUTSIDER = Say(N_("This chat is for one team only."))
NOT_MINE = Say(N_("I do not know that button any more. Please use the card, or /mine."))
GONE = Say(N_("That message is gone. Please press Open on the card again."))
NO_CASE = Say(N_("That case is no longer here."))
NOT_NAMED = Say(N_("I find no case of that name. Please type both words of it."))
NOT_ASKED = Say(
    N_(
        "I am not waiting for words just now. Please press the button for it first, then type "
        "it; /mine lists your cases."
    )
)
NOT_YET = Say(N_("Not done yet: our records cannot be reached. I keep trying."))
NOT_KEPT = Say(
    N_(
        "What you typed is not kept. Your message stays here for 15 minutes: please send it again "
        "when work goes on."
    )
)
UNREADABLE = Say(N_("I could not read that. Please send it again as plain text."))
PRESS_AGAIN = Say(N_("That did not work. Please press it again."))

NO_FILES = Say(
    N_("I take no pictures or files, and nothing of it is kept. Please type it as plain text.")
)

LEADS_ONLY = Say(N_("Only a lead, an administrator of the group, may do that."))
NOT_FROZEN = Say(N_("Work on cases goes on."))


def frozen(signs: Sequence[Sign]) -> Say:
    """Whether all work has stopped, and by whom."""
    if not signs:
        return NOT_FROZEN
    line = N_("{name} has stopped all work on cases. A lead lets it go on with /thaw.")
    return Say(line, {"name": signs[0].name})


FREEZES = {
    "freeze": N_(
        "{name} has stopped all work on cases, {time}. What was open is hidden. A lead lets it go "
        "on with /thaw."
    ),
    "thaw": N_("Work on cases goes on. {name} has said so, {time}."),
}


def freezes(what: str, name: str, time: str) -> Say:
    """Told to the group when a lead stops all work, or lets it go on: who, and when."""
    return Say(FREEZES[what], {"name": name, "time": time})


def lapsed(case: Case) -> Say:
    """A question was left behind for another one: words typed now are for the newer."""
    return Say(
        N_("What I had asked you to type for {case} is dropped. To write it, open {case} again."),
        {"case": Strong(case.name)},
    )


# The card


def card(of: Summary, username: str, reminder: Sequence[Say] = ()) -> Screen:
    """The one card a case: what waits, then who has it, then how it ended."""
    says = (*about(of), *standing(of), *reminder)
    return Screen(says, card_buttons(of, username))


def moved(case: Case) -> Screen:
    """What an old card says that cannot be taken away."""
    line = Say(N_("{case}: its card is further down."), {"case": Strong(case.name)})
    return Screen((line,))


def remind(case: Case, on_duty: Sequence[Sign], now: datetime) -> tuple[Say, ...]:
    """That it has waited long, and who is on duty."""
    waited = Say(N_("⏰ Nobody has taken it yet. Sent: {age} ago."), {"age": age(case, now)})
    return waited, *duty_line(on_duty)


def duty_line(on_duty: Sequence[Sign]) -> tuple[Say, ...]:
    """Who is on duty, if anybody is."""
    if not on_duty:
        return ()
    names = tuple(Say("{name}", {"name": sign.name}) for sign in on_duty[:MOST_NAMED])
    return (Say(N_("On duty: {names}"), {"names": names}),)


def about(of: Summary) -> tuple[Say, ...]:
    """Everything about a case that a group may know."""
    case = of.case
    lines = [
        bold(case.name),
        Say(
            N_("• Sent: {day}, {language}"),
            {"day": spelled(case.day), "language": spoken_by(case)},
        ),
        links_line(of),
        Say(N_("• Age then: {age}"), {"age": Say(MINOR[case.minor])}),
        Say(N_("• How urgent: {urgency}"), {"urgency": Say(URGENCY[case.urgency])}),
    ]
    if of.happened:
        kinds = tuple(Say(HAPPENED[kind]) for kind in of.happened if kind in HAPPENED)
        lines.append(Say(N_("• What happened: {kinds}"), {"kinds": kinds}))
    lines.append(news_line(of))
    if of.watch:
        lines.append(Say(N_("• New copies: look for them")))
    if under_age(case):
        lines += [bold(UNDER_AGE_TOLD if of.is_passed_on else UNDER_AGE), *told_lines(of)]
    elif not of.may_ask:
        lines.append(bold(DO_NOT_ASK))
    if case.ends:
        lines.append(Say(WITHDRAWN, {"day": spelled(case.ends)}))
    return tuple(lines)


def news_line(of: Summary) -> Say:
    """Whether the person is told when something changes."""
    if of.case.news:
        return Say(N_("• News: wanted"))
    ended, never = N_("• News: ended when the case was closed"), N_("• News: not wanted")
    return Say(ended if of.news_ended else never)


LANGUAGE_WORDS = {"yue_Hant": N_("in Cantonese"), "en": N_("in English")}


def bold(words: str) -> Say:
    """A line in bold."""
    return Say("{words}", {"words": Strong(words)})


WITHDRAWN = N_("⚠ Withdrawn by the person: erased on {day}, unless they keep it.")
DO_NOT_ASK = N_("⚠ Ask no platform: the person took that back.")
UNDER_AGE = N_("⚠ May be under 18: refer it, the links stay closed.")
UNDER_AGE_TOLD = N_("⚠ May be under 18: the links stay closed.")


def told_lines(of: Summary) -> list[Say]:
    """Who was told; how a closed case ended says it itself."""
    if of.case.state == "closed":
        return []
    named = {
        whom: Say(N_("{name} ({day})"), {"name": service(whom), "day": spelled(one.day)})
        for whom, one in of.told.items()
    }
    sent = named.pop(SENT_THERE, None)
    lines = [Say(N_("• Passed on: {whom}"), {"whom": tuple(named.values())})] if named else []
    lines += [Say(N_("• The person was sent to: {whom}"), {"whom": sent})] if sent else []
    if not all(one.is_whole for one in of.told.values()):
        lines.append(bold(ADDED_SINCE))
    return lines


ADDED_SINCE = N_("⚠ The person has added something since: those who were told do not have it.")


def service(key: str) -> Blank:
    """A service of help.toml by its name."""
    return Fact(f"help.{key}.name")


def under_age(case: Case) -> bool:
    """Yes and unsure are treated alike."""
    return case.minor != "no"


def spoken_by(case: Case) -> Blank:
    """In which language, or that none was chosen."""
    both = N_("in either language (none chosen)")
    return Say(both if case.language == BOTH else LANGUAGE_WORDS[case.language])


def spelled(day: date) -> str:
    """A day, the same in every language."""
    return day.isoformat()


def links_line(of: Summary) -> Say:
    """How many links, and where."""
    counts = tuple(
        Say(N_("{platform} {count}"), {"platform": platform(name), "count": count})
        for name, count in of.platforms.items()
    )
    blanks: dict[str, Blank] = {"all": sum(of.platforms.values()), "links": counts}
    return Say(N_("• Links: {all} ({links})") if counts else N_("• Links: none yet"), blanks)


def platform(name: str) -> Blank:
    """A platform's name; a link that our key does not open has none."""
    if not name:
        return Say(N_("cannot be opened"))
    return Fact(f"platforms.{name}.name") if name in facts.entries("platforms") else name


def standing(of: Summary) -> tuple[Say, ...]:
    """Nobody's, somebody's, or over."""
    case = of.case
    name: dict[str, Blank] = {"name": case.holder_name or ""}
    match case.state:
        case "taken" if of.offered:
            return (Say(N_("With: {name}, who would like to hand it over."), name),)
        case "taken":
            return (Say(N_("With: {name}"), name),)
        case "closed":
            return (closed_as(case, of.told),)
        case _:
            return ()


def closed_as(case: Case, told: Iterable[str] = ()) -> Say:
    """How it ended; where it was passed on, to all who were *told*."""
    outcome = Say(OUTCOMES.get(case.outcome or "", N_("our work on it is done")))
    had = [*told] or [*filter(None, [case.referred_to])]
    acts = [key for key in had if key != SENT_THERE]
    whom = tuple(Say("{name}", {"name": service(key)}) for key in acts or had)
    if case.outcome == "referred" and had and not acts:
        line = N_("Closed: the person was sent to those who can help ({whom}).")
        return Say(line, {"whom": whom})
    if case.outcome != "referred" or not whom:
        return Say(N_("Closed: {outcome}."), {"outcome": outcome})
    return Say(N_("Closed: {outcome} ({whom})."), {"outcome": outcome, "whom": whom})


def card_buttons(of: Summary, username: str) -> tuple[Button, ...]:
    """*Take*, then *Open* (and *Accept* where it is offered), then none."""
    case = of.case
    accept = Button(press("accept", case.id), N_("Accept"), "primary")
    match case.state:
        case "waiting":
            return (Button(press("take", case.id), N_("Take"), "primary"),)
        case "taken":
            opening = Button("open", N_("Open"), url=open_url(username, case.id))
            return (*((accept,) if of.offered else ()), opening)
        case _:
            return ()


# After a press on the card


def taken(case: Case, by: Caseworker) -> Say:
    """Told to the one who pressed *Take*, whoever came first."""
    if case.state == "closed":
        return closed_as(case)
    if case.holder == by.id:
        return Say(N_("{name} is yours. Press Open on its card."), {"name": case.name})
    return Say(N_("Already taken by {name}."), {"name": case.holder_name or ""})


# To one caseworker

TOLD = {
    "given": N_("{case} is yours now: {by} gave it to you."),
    "accepted": N_("{by} has taken over {case}."),
    "taken away": N_("{case} is no longer yours: {by} gave it to somebody else."),
    "ends soon": N_("{case} goes back to the queue in 8 hours. Whatever you do with it keeps it."),
    "ended": N_("{case} went back to the queue: nothing was done with it for 48 hours."),
}


def tell(case: Case, what: str, by: str = "") -> Screen:
    """One line about their case."""
    opening = Button(press("panel", case.id), N_("Open"))
    line = Say(TOLD[what], {"case": Strong(case.name), "by": by})
    return Screen((line,), (opening,) if what in ("given", "ends soon") else ())


# To the leads

TO_LEADS = {
    "reveals": N_(
        "{name} has opened links more than ten times within an hour. Is that right? /freeze stops "
        "all work."
    ),
    "waiting": N_(
        "{case} has waited for {days} days, longer than any other, and nobody holds it. Who can "
        "take it?"
    ),
    "head": N_(
        "Today's end of the audit: {rows} rows, {link}. Keep this message: with it anybody can "
        "see whether rows were taken away."
    ),
    "left": N_(
        "Nobody has these cases, which were sent {days} days ago or before: {all}. The oldest is "
        "{name}. They stay until somebody takes them; please see to it."
    ),
}
CALL_LEADS = Say(
    N_("There is word for the leads: please open the private chat with me and press Start.")
)


URGENT = ("reveals", "waiting", "left")  # these call leads in the group, if nothing else does


def to_leads(body: Mapping[str, Any]) -> Screen:
    """One line for the leads: *what*, and what its words need."""
    return Screen((Say(TO_LEADS[body["what"]], body),))


# How long ago


def hours_since(case: Case, now: datetime) -> int:
    """Whole hours since it was sent; *now* is in Hong Kong's time."""
    return max(0, 24 * (now.date() - case.day).days + now.hour - case.hour)


def age(case: Case, now: datetime) -> Say:
    """How long ago it was sent: hours for two days, then days."""
    hours = hours_since(case, now)
    if not hours:
        return Say(N_("new"))
    if hours < DAYS_FROM:
        return Say(N_("{hours} h"), {"hours": hours})
    return Say(N_("{days} days"), {"days": hours // 24})
