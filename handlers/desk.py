"""What a caseworker sees in the private chat: a case's panel, its links, notes and record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.checking import summed_up
from handlers.kin import SEEN, Bucket
from handlers.rights import holds, may_assign, may_reopen, may_unlock
from handlers.spoken import units
from handlers.staff import (
    Caseworker,
    Screen,
    Summary,
    about,
    closed_as,
    platform,
    press,
    spelled,
    under_age,
)
from handlers.standing import link_states
from handlers.talk import Blank, Button, Code, Say, Standing, Strong
from locales import N_
from storage.books import Case
from storage.links import LinkState
from storage.notes import Kind

MOST_LINKS, MOST_CHOICES = 8, 20
ROOM = 3500  # UTF-16 units of a page, within Telegram's 4096
LINE = 120  # units that the words around a link or a note may take
SHOWN = 1000  # units of one address on a page; more are shown by themselves
COPIED = 256  # units a copy button holds (Bot API, CopyTextButton)

STATES: Mapping[LinkState, str] = {
    "new": N_("not yet asked"),
    "requested": N_("asked to remove"),
    "removed": N_("removed"),
    "refused": N_("refused"),
    "back": N_("back again"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link as its caseworker reads it; without addresses where our key does not open it.

    *reference*: of its newest request that has one; *look*: when to look after it again.
    *reason*: why the platform said no. *seen*: in how many other cases it is, *home_seen*: any of
    its channel, account or site. *minor*: another case with it is of somebody who may be under 18.
    """

    number: int
    state: LinkState
    platform: str = ""
    url: str = ""
    open_url: str = ""
    reference: str = ""
    look: date | None = None
    seen: Bucket = ""
    home_seen: Bucket = ""
    minor: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A note: the person's first one, or, with a day, a later one of some kind."""

    text: str
    day: date | None = None
    kind: Kind = "staff"


# The panel


def panel(of: Summary, by: Caseworker, first: Say | None = None) -> Screen:
    """A case and what its holder can do; for anybody else one line."""
    if not holds(by, of.case):
        return Screen((whose(of),), tuple(panel_of_others(of, by)))
    lines = [*((first,) if first else ()), *about(of)]
    lines += (summed_up(of.check),) if of.check else ()
    lines.append(Say(NOTE_THERE if of.note else NO_NOTE))
    if of.links:
        lines.append(states_line(of))
        lines += () if of.may_record else (Say(REFER_FIRST),)
    return Screen(tuple(lines), tuple(panel_buttons(of, by)))


def waiting(of: Summary, page: int) -> Screen:
    """A case that waits, as its card tells it: to be taken here too, or back to the queue."""
    take = Button(press("take", of.case.id), N_("Take"), "primary")
    return Screen(about(of), (take, Button(f"queue:{page}", N_("Back"))))


NOTE_THERE, NO_NOTE = N_("• The person's note: written"), N_("• The person's note: none")
REFER_FIRST = N_("Refer first. Record comes once somebody was told.")


def panel_of_others(of: Summary, by: Caseworker) -> list[Button]:
    """What may be done with a case by who does not hold it."""
    reopen = Button(press("reopen", of.case.id), N_("Reopen"))
    assign = Button(press("reassign", of.case.id), N_("Reassign"))
    return [
        *((reopen,) if may_reopen(by, of.case) else ()),
        *((assign,) if may_assign(by, of.case) else ()),
    ]


def states_line(of: Summary) -> Say:
    """How many links are in each state."""
    links = Standing(of.case.state, of.links)
    return Say(N_("Links: {links}."), {"links": link_states(links)})


def whose(of: Summary) -> Say:
    """Why there is nothing to do here."""
    name: dict[str, Blank] = {"case": Strong(of.case.name), "name": of.case.holder_name or ""}
    match of.case.state:
        case "taken":
            return Say(N_("{name} has {case}."), name)
        case "closed":
            blanks = {"case": name["case"], "how": closed_as(of.case, of.told)}
            if of.case.erased_on is None:
                return Say("{case}: {how}", blanks)
            day = spelled(of.case.erased_on)
            return Say(N_("{case}: {how} It is erased on {day}."), {**blanks, "day": day})
        case _:
            return Say(N_("{case} is waiting. Take it on its card in the group."), name)


def panel_buttons(of: Summary, by: Caseworker) -> list[Button]:
    """*Refer* stands in place of *Show links* where somebody may be under 18."""
    case = of.case.id
    if under_age(of.case):
        first = [Button(press("refer", case), N_("Refer"), "primary")]
    else:
        first = [Button(press("show", case), N_("Show links"), "primary")] if of.links else []
    record = [Button(press("record", case), N_("Record"))] if of.links and of.may_record else []
    draft = [Button(press("draft", case), N_("Draft"))] if of.links and of.may_ask else []
    unlock = [Button(press("unlock", case), N_("Open links, say why"))] if of.links else []
    hand_over = Button(press("offer", case), N_("Hand over"))
    keep = Button(press("keep", case), N_("Keep it"))
    return [
        *first,
        Button(press("note", case), N_("Notes")),
        *record,
        *(draft if not under_age(of.case) else ()),
        *([Button(press("write", case), N_("Write to the person"))] if of.reachable else []),
        *(unlock if may_unlock(by, of.case) else ()),
        keep if of.offered else hand_over,
        Button(press("release", case), N_("Release")),
        Button(press("close", case), N_("Close"), "danger"),
    ]


def back(case_id: str) -> Button:
    """To the panel; what was shown is hidden by that."""
    return Button(press("panel", case_id), N_("Back"))


def turns(verb: str, case_id: str, page: int, pages: int) -> list[Button]:
    """To the page before and the page after."""
    before = [Button(press(verb, case_id, page - 1), N_("Previous"))] if page else []
    after = [Button(press(verb, case_id, page + 1), N_("Next"))] if page + 1 < pages else []
    return before + after


# Links


def pages_of(links: Sequence[Opened], room: int = ROOM) -> list[tuple[Opened, ...]]:
    """Links in pages of at most eight, and at most *room* units where one alone is not more."""
    pages: list[tuple[Opened, ...]] = [()]
    left = room
    for link in links:
        size = LINE + min(units(link.open_url), SHOWN) + units(link.reference)
        size += LINE * len(seen_lines(link))
        if pages[-1] and (len(pages[-1]) == MOST_LINKS or size > left):
            pages.append(())
            left = room
        pages[-1] = (*pages[-1], link)
        left -= size
    return pages


def links_page(of: Summary, links: Sequence[Opened], page: int, room: int = ROOM) -> Screen:
    """One page of addresses: inert, to be copied, never to be tapped."""
    pages = pages_of(links, room)
    page = min(page, len(pages) - 1)
    says = [Say(N_("{case}: links, hidden after 15 minutes."), {"case": Strong(of.case.name)})]
    keys: list[Button] = []
    for link in pages[page]:
        says += link_lines(link)
        keys += link_buttons(of.case.id, link)
    moves = turns("show", of.case.id, page, len(pages))
    first = pages[page][0].number if pages[page] else 1
    record = Button(press("record", of.case.id, page_of_choices(first)), N_("Record"))
    family = Button(press("family", of.case.id), FAMILY)
    draft = Button(press("draft", of.case.id), N_("Draft"))
    return Screen(tuple(says), (*keys, *moves, record, draft, family, back(of.case.id)))


FAMILY = N_("Family")


def link_lines(link: Opened) -> list[Say]:
    """A link in words, and its address as code, so that no tap opens it."""
    lines = [link_line(link)]
    if link.open_url:
        lines.append(Say("{address}", {"address": Code(cut(link.open_url))}))
    else:
        lines.append(Say(N_("Our key does not open this one.")))
    if link.reference:
        lines.append(Say(N_("Reference: {reference}"), {"reference": Code(link.reference)}))
    return lines + seen_lines(link)


def seen_lines(link: Opened) -> list[Say]:
    """That other cases have it too, or its home; of which they are, nothing."""
    lines = [Say(MINOR_THERE)] if link.minor else []
    lines += [Say(N_("This link: {seen}."), {"seen": Say(SEEN[link.seen])})] if link.seen else []
    if link.home_seen not in ("", link.seen):
        home = N_("Its channel, account or site: {seen}.")
        lines.append(Say(home, {"seen": Say(SEEN[link.home_seen])}))
    return lines


MINOR_THERE = N_(
    "⚠ Reported elsewhere too, of somebody who may be under 18. Please do not open it; tell a "
    "lead."
)


def with_a_pause(shown: Screen, times: int) -> Screen:
    """For nobody but who reads it: how often, and that a pause is allowed."""
    line = Say(
        N_("You have opened links {times} times within an hour. It is fine to pause."),
        {"times": times},
    )
    return replace(shown, says=(line, *shown.says))


def page_of_choices(number: int) -> int:
    """The page of the choice of links (handlers.recording) on which a link is."""
    return (number - 1) // MOST_CHOICES


def without_address(link: Opened) -> Opened:
    """A link of which nobody here may see the address."""
    return replace(link, url="", open_url="")


def link_line(link: Opened) -> Say:
    """A link by its number, without its address."""
    return Say(
        N_("{number}. {platform} — {state}"),
        {
            "number": link.number,
            "platform": platform(link.platform),
            "state": Say(STATES[link.state]),
        },
    )


def cut(address: str) -> str:
    """As much of an address as a page shows."""
    return address if units(address) <= SHOWN else address[: SHOWN // 2] + "…"


def link_buttons(case_id: str, link: Opened) -> list[Button]:
    """To copy it; where no button holds it, to see it by itself for two minutes."""
    if not link.open_url:
        return []
    number = {"number": link.number}
    if units(link.open_url) <= COPIED:
        words = Say(N_("Copy {number}"), number)
        return [Button(f"copy {link.number}", words, copy=link.open_url)]
    words = Say(N_("Show {number} to copy"), number)
    return [Button(press("loose", case_id, link.number), words)]


def loose(link: Opened) -> Screen:
    """A long address by itself, so that the phone lets it be copied."""
    return Screen((Say("{address}", {"address": Code(link.open_url)}),))


# Notes


def notes_page(of: Summary, notes: Sequence[Written], page: int, room: int = ROOM) -> Screen:
    """The person's note, then the caseworkers'; what is typed now is none."""
    pages = note_pages(notes, room)
    page = min(page, len(pages) - 1)
    head = Say(N_("{case}: notes, hidden after 15 minutes."), {"case": Strong(of.case.name)})
    moves = turns("note", of.case.id, page, len(pages))
    add = Button(press("add", of.case.id), N_("Write a note"))
    return Screen((head, *pages[page]), (*moves, add, back(of.case.id)))


def ask_note(case: Case) -> Screen:
    """The question for a note."""
    ask = Say(N_("{case}: type the note for our team, or Back."), {"case": Strong(case.name)})
    return Screen((ask,), (back(case.id),), asks="note")


def note_pages(notes: Sequence[Written], room: int = ROOM) -> list[tuple[Say, ...]]:
    """Notes in pages of *room* units; a long one is cut into pieces."""
    pages: list[tuple[Say, ...]] = [()]
    left = room
    for note in notes:
        for piece in pieces(note.text, room // 2):
            size = LINE + units(piece)
            if pages[-1] and size > left:
                pages.append(())
                left = room
            pages[-1] = (*pages[-1], note_title(note), Say("{note}", {"note": Code(piece)}))
            left -= size
    return pages if pages[0] else [(Say(N_("No note yet.")),)]


def note_title(note: Written) -> Say:
    """Whose note it is."""
    if note.day is None:
        return Say(N_("The person wrote:"))
    if note.kind == "person":
        return Say(N_("The person wrote, {day}:"), {"day": spelled(note.day)})
    if note.kind == "letter":
        return Say(N_("We wrote to the person, {day}:"), {"day": spelled(note.day)})
    return Say(N_("Our team, {day}:"), {"day": spelled(note.day)})


def pieces(text: str, most: int) -> list[str]:
    """*text* in pieces of at most *most* units; a character takes at most two."""
    step = most // 2
    return [text[start : start + step] for start in range(0, len(text), step)]


# Reasons

REASONS: Mapping[str, str] = {
    "reopen": N_("{case}: why is it opened again? Type the reason, or Back."),
    "unlock": N_(
        "{case}: why do you have to see these links yourself? Type the reason, or Back. It is "
        "kept with the case."
    ),
    "assign": N_("{case}: why do you give it to somebody else? Type the reason, or Back."),
}


def ask_reason(case: Case, what: str, number: int = 0) -> Screen:
    """A reason to be typed; it is kept, sealed, among the notes."""
    ask = Say(REASONS[what], {"case": Strong(case.name)})
    return Screen((ask,), (back(case.id),), asks=what, number=number)
