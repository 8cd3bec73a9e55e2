"""The room check: what the staff group lets through, as a table; facts in, lines out.

A rule that leaks content, or hides from us whether it does, holds the details of every case back
until it is mended. The others are good housekeeping. Menu names are those of Telegram's own apps
on a phone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zlib import crc32

from handlers.staff import MOST_NAMED, Screen, bold, card_buttons
from handlers.staff import Summary as Of
from handlers.talk import Blank, Button, Day, Folded, Say, Strong
from locales import N_
from storage.books import Case

DAY = 86400  # seconds
SHORTEST = 7 * DAY  # a card that still waits must not go by itself


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the group, or a bot, by the name the group knows them by."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The group as Telegram tells of it; None where it does not tell us.

    *history*: new members see what was written before; *link*: an invite link of ours lets in
    whoever has it; *timer*: seconds after which messages go by themselves, 0 for never. *leads*:
    the people who are administrators; *bots*: all bots but ours that we know of. Of the staff bot
    itself: whether it is an *administrator*, may *delete* messages, and may do *more* than that.
    """

    public: bool = False
    channel: bool = False
    link: bool = False
    history: bool | None = False
    forwarding: bool = False
    previews: bool | None = False
    timer: int = 30 * DAY
    leads: tuple[Member, ...] = ()
    bots: tuple[Member, ...] = ()
    administrator: bool = True
    delete: bool = True
    more: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What was found on *day* ("2026-11-24"; "" for never); *unknown*: leads nobody vouched for.

    *missed*: the day since which the group could not be looked at, "" where it could.
    """

    day: str = ""
    facts: Facts | None = None
    unknown: tuple[Member, ...] = ()
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked at: *broken*, or in order, or (None) not to be seen.

    *good*, *bad* and the *path* that mends it are words; `{names}` in them are *whom*'s, and
    `{days}` the timer's.
    """

    key: str
    broken: Callable[[Facts, Check], bool | None]
    good: str
    bad: str
    path: str
    leaks: bool = False
    whom: Callable[[Facts, Check], tuple[Member, ...]] = lambda facts, check: facts.leads


AUTO_DELETE = N_("⋮ (or More) › Auto-Delete › 1 month")

RULES = (
    Rule(
        "public",
        lambda facts, check: facts.public,
        N_("The group is private."),
        N_("The group is public: anybody can find it, read it and join it."),
        N_("Edit › Group Type › Private Group"),
        leaks=True,
    ),
    Rule(
        "channel",
        lambda facts, check: facts.channel,
        N_("No channel is linked to it."),
        N_("A channel is linked to the group: its readers may read along."),
        N_("Edit › Linked Channel › Unlink Channel"),
        leaks=True,
    ),
    Rule(
        "link",
        lambda facts, check: facts.link,
        N_("No invite link of mine lets people in."),
        N_("An invite link of mine lets in whoever has it, unasked."),
        N_("Edit › Invite Links › Links created by other admins › me › Revoke Link"),
        leaks=True,
    ),
    Rule(
        "history",
        lambda facts, check: facts.history,
        N_("Who joins does not see what was written before."),
        N_(
            "Who joins sees all that was written before. Hiding it is for those who join from "
            "then on; who is in the group already keeps what they can see."
        ),
        N_("Edit › Chat History For New Members › Hidden"),
        leaks=True,
    ),
    Rule(
        "forwarding",
        lambda facts, check: facts.forwarding,
        N_("Messages cannot be forwarded or copied."),
        N_("Members can forward and copy messages."),
        N_("Edit › Group Type › Restrict Saving Content: on"),
        leaks=True,
    ),
    Rule(
        "bots",
        lambda facts, check: bool(facts.bots),
        N_("There is no other bot that I know of."),
        N_("Another bot is here and may read along: {names}."),
        N_("Members › that bot › Remove from Group"),
        leaks=True,
        whom=lambda facts, check: facts.bots,
    ),
    Rule(
        "unknown",
        lambda facts, check: bool(check.unknown),
        N_("Administrators: {names}."),
        N_("Nobody has vouched for an administrator yet: {names}."),
        N_(
            "One of us? Then a lead whom we know presses We know them. If not: Edit › "
            "Administrators › that name › Dismiss Admin"
        ),
        leaks=True,
        whom=lambda facts, check: check.unknown or facts.leads,
    ),
    Rule(
        "previews",
        lambda facts, check: facts.previews,
        N_("Links show no preview."),
        N_("A link that a member writes shows a preview of the page."),
        N_("Edit › Permissions › Send Media › Embed Links: off"),
    ),
    Rule(
        "for ever",
        lambda facts, check: not facts.timer,
        N_("Messages do not stay for ever."),
        N_("Messages stay here for ever."),
        AUTO_DELETE,
    ),
    Rule(
        "too short",
        lambda facts, check: 0 < facts.timer < SHORTEST if facts.timer else None,
        N_("Days until messages go: {days}."),
        N_("Days until messages go: {days}. Cards of cases that still wait go with them."),
        AUTO_DELETE,
    ),
    Rule(
        "administrator",
        lambda facts, check: not facts.administrator,
        N_("I am an administrator."),
        N_(
            "I am no administrator: I cannot see who has left, nor whether new members see what "
            "was written before."
        ),
        N_("Edit › Administrators › Add Admin › me, with only Delete Messages on"),
        leaks=True,
    ),
    Rule(
        "delete",
        lambda facts, check: not facts.delete if facts.administrator else None,
        N_("I can take words about a case out of the group."),
        N_("I cannot take words about a case out of the group."),
        N_("Edit › Administrators › me › Delete Messages: on"),
    ),
    Rule(
        "more",
        lambda facts, check: facts.more if facts.administrator else None,
        N_("I may do no more here than I need."),
        N_("I may do more here than I need, and so could a thief of my token."),
        N_("Edit › Administrators › me: only Delete Messages on"),
    ),
)

SAFE = N_("🟢 This room is in order. Looked at on {day}.")
UNTIDY = N_("🟠 This room lets nothing out, but is not in order. Looked at on {day}.")
LEAKING = N_(
    "🔴 Content may leak from this room. Until that is mended, cards show only the case's name. "
    "Looked at on {day}."
)
MISSED = N_("⚪ Since {since} I cannot look at this room. What I saw before:")
NEVER = Say(N_("⚪ I could not look at this room yet. I keep trying."))
MEND = Say(N_("To mend it, tap the group's name at the top, then (Edit may be a pencil):"))
BLIND = Say(
    N_(
        "What I cannot see: bots that came before me and are no administrators, other people's "
        "invite links, screenshots."
    )
)
WE_KNOW = N_("We know them")


def broken(check: Check) -> tuple[Rule, ...]:
    """The rules that are broken; none where the group was never seen."""
    facts = check.facts
    return tuple(rule for rule in RULES if facts and rule.broken(facts, check))


def leaks(check: Check) -> frozenset[str]:
    """The keys of the broken rules that leak content."""
    return frozenset(rule.key for rule in broken(check) if rule.leaks)


def screen(check: Check, private: bool = False) -> Screen:
    """The one card of the room: what is wrong and how to mend it, then what is in order.

    The button is on the card in the group; *private*: this is not it.
    """
    if check.facts is None:
        return Screen((NEVER, BLIND))
    red = broken(check)
    says = [*heads(check, red)]
    for rule in red:
        says += [bad_line(rule, check), Say("→ {path}", {"path": Say(rule.path)})]
    fine = Say("{fine}", {"fine": Folded((*good_lines(check), BLIND))})
    return Screen((*says, fine), () if private else know_button(check))


def heads(check: Check, red: tuple[Rule, ...]) -> Iterator[Say]:
    """Green or red, as of which day, and where each path begins."""
    if check.missed:
        yield Say("{words}", {"words": Strong(Say(MISSED, {"since": Day(check.missed)}))})
    words = LEAKING if leaks(check) else UNTIDY if red else SAFE
    yield Say("{words}", {"words": Strong(Say(words, {"day": Day(check.day)}))})
    if red:
        yield MEND


def bad_line(rule: Rule, check: Check) -> Say:
    """What is wrong."""
    line = Say(rule.bad, blanks_of(rule, check))
    return Say("🔴 {line}" if rule.leaks else "🟠 {line}", {"line": line})


def good_lines(check: Check) -> Iterator[Say]:
    """What is in order, as far as it can be seen."""
    for rule in RULES:
        if check.facts and rule.broken(check.facts, check) is False:
            yield Say("✓ {line}", {"line": Say(rule.good, blanks_of(rule, check))})


def blanks_of(rule: Rule, check: Check) -> dict[str, Blank]:
    """Whom it is about, and for how many days messages stay."""
    facts = check.facts or Facts()
    whom = rule.whom(facts, check)[:MOST_NAMED]
    names = tuple(Say("{name}", {"name": one.name}) for one in whom)
    return {"names": names, "days": max(1, facts.timer // DAY)}


# Administrators whom somebody vouches for


def know_button(check: Check) -> tuple[Button, ...]:
    """For exactly those who are named above it."""
    if not check.unknown:
        return ()
    return (Button(f"know:{mark_of(check.unknown)}", WE_KNOW, "primary"),)


def mark_of(members: tuple[Member, ...]) -> str:
    """Eight hex digits that stand for these members and no others, in a button's name."""
    ids = ",".join(str(one.id) for one in sorted(members, key=lambda one: one.id))
    return f"{crc32(ids.encode()):08x}"


KNOWN = Say(N_("Thank you. All administrators are known."))
CHANGED = Say(N_("The card shows others by now. Please read it again, then press."))
VOUCHED = Say(N_("Please let a lead do that who is known already."))


# While content leaks

HELD_BACK = Say(N_("Details are held back until this room is safe: /room"))
ONLY_PRIVATE = Say(
    N_("Until this room is safe (/room), lists are only in the private chat with me.")
)


def bare_card(of: Of, username: str) -> Screen:
    """A case's card while content leaks: its name, and *Take* or *Open*."""
    return Screen((bold(of.case.name), HELD_BACK), card_buttons(of, username))


def bare_news(case: Case, username: str) -> Screen:
    """That a person did something, and no more."""
    line = Say(N_("{case}: there is news from the person."), {"case": Strong(case.name)})
    return Screen((line, HELD_BACK), card_buttons(Of(case), username))


FURTHER_DOWN = Screen((Say(N_("The card of the room check is further down.")),))
