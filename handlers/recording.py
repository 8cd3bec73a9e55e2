"""What became of each link: chosen by its number and tail, recorded in two taps, undone in ten
minutes; and the platform's own reference for it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from handlers import counting, desk
from handlers.casework import Work, links_of, may_ask, put_news, the_link, the_row, told
from handlers.desk import (
    MOST_CHOICES,
    STATES,
    Opened,
    back,
    link_line,
    page_of_choices,
    turns,
)
from handlers.staff import DO_NOT_ASK, Screen, Summary, platform, press
from handlers.talk import Blank, Button, Code, Say, Strong
from locales import N_
from storage.books import Letter, LinkRow
from storage.links import LinkState
from storage.seal import Sealed, seal

TAIL = 12  # letters of an address by which it is known again
UNDONE_WITHIN = timedelta(minutes=10)
MOST_OF_A_REFERENCE = 200  # letters: more would leave no room for the address beside it

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

# Screens


def choose_link(of: Summary, links: Sequence[Opened], page: int) -> Screen:
    """Which link something is known of."""
    pages = [links[i : i + MOST_CHOICES] for i in range(0, len(links), MOST_CHOICES)] or [[]]
    page = min(page, len(pages) - 1)
    ask = Say(N_("{case}: which link?"), {"case": Strong(of.case.name)})
    keys = [
        Button(press("state", of.case.id, link.number), Say("{n}", {"n": link.number}))
        for link in pages[page]
    ]
    says = (ask, *map(known_line, pages[page]))
    return Screen(says, (*keys, *turns("record", of.case.id, page, len(pages)), back(of.case.id)))


def known_line(link: Opened) -> Say:
    """A link by its number and the tail of its address, inert; the tail only where it is open."""
    if not link.open_url:
        return link_line(link)
    blanks: dict[str, Blank] = {
        "number": link.number,
        "platform": platform(link.platform),
        "tail": Code("…" + link.open_url[-TAIL:]),
        "state": Say(STATES[link.state]),
    }
    return Say(N_("{number}. {platform} {tail} — {state}"), blanks)


def choose_state(of: Summary, link: Opened, undo: bool, first: Say | None = None) -> Screen:
    """What became of it."""
    ask = Say(N_("What became of it?"))
    keys = [
        Button(press("set", of.case.id, link.number, state), STATES[state])
        for state in CHOICES.values()
    ]
    says = (*((first,) if first else ()), known_line(link), ask)
    more = (*undo_button(of, link, undo), to_the_list(of, link, N_("Back")))
    return Screen(says, (*keys, *more))


def to_the_list(of: Summary, link: Opened, words: str) -> Button:
    """Back to the page on which the link is."""
    return Button(press("record", of.case.id, page_of_choices(link.number)), words)


def undo_button(of: Summary, link: Opened, undo: bool) -> tuple[Button, ...]:
    """To take the last record back."""
    return (Button(press("undo", of.case.id, link.number), N_("Undo")),) if undo else ()


RECORDED = N_("Recorded. Type the platform's reference, or Back.")


def recorded(of: Summary, link: Opened, undo: bool) -> Screen:
    """It is recorded; the platform's reference may follow."""
    keys = (to_the_list(of, link, N_("Another link")), back(of.case.id))
    screen = (known_line(link), Say(RECORDED))
    buttons = (*why_buttons(of, link), *undo_button(of, link, undo), *keys)
    return Screen(screen, buttons, asks="reference", number=link.number)


def why_buttons(of: Summary, link: Opened) -> tuple[Button, ...]:
    """A *no* may be given its reason, which the person is told in plain words."""
    if link.state != "refused":
        return ()
    return tuple(
        Button(press("why", of.case.id, link.number, reason), words)
        for reason, words in WHY.items()
    )


# Verbs


async def shown_link(work: Work, number: int) -> Opened:
    """One link, and its tail only where its address may be seen; raises NoSuchLink."""
    link = await the_link(work, number)
    if await work.is_closed_to_us():
        return desk.without_address(link)
    await work.hide_later()
    return link


async def ask_link(work: Work, page: int, word: str) -> Screen:
    """Which link? Their tails are audited and hidden in time, as all that is shown of them."""
    links = await links_of(work.books, work.case, work.keys)
    if await work.is_closed_to_us():
        links = [desk.without_address(link) for link in links]
    else:
        await work.hide_later()
        if work.first:
            await work.note_down("tails")
    return choose_link(await told(work), links, page)


async def ask_state(work: Work, number: int, word: str) -> Screen:
    """What became of that link?"""
    link = await shown_link(work, number)
    return choose_state(await told(work), link, await last(work, number) is not None)


async def record(work: Work, number: int, word: str) -> Screen:
    """A link's new state, its audit row and the news, or none of it; the card tells no states."""
    state = CHOICES.get(word)
    if state is None:
        return desk.panel(await told(work), work.act.by)
    if state == "requested" and not may_ask(work.case, await work.books.consents.of(work.case.id)):
        return desk.panel(await told(work), work.act.by, Say(DO_NOT_ASK))
    row = await the_row(work, number)
    if work.first and row.state != state:
        await remember(work, row)
        await work.books.links.record(work.case.id, number, state, row.reference, work.act.today)
        await counting.follow_links(work.books, work.case, work.keys)
        await work.note_down(f"record {number}: {state}")
        await put_news(work)
    return await show_recorded(work, number)


async def explain(work: Work, number: int, word: str) -> Screen:
    """Why the platform said no."""
    row = await the_row(work, number)
    if word not in WHY or row.state != "refused":
        return desk.panel(await told(work), work.act.by)
    if work.first:
        await work.books.links.explain(work.case.id, number, word)
        await work.note_down(f"why {number}: {word}")
    return await show_recorded(work, number)


async def show_recorded(work: Work, number: int) -> Screen:
    """What is recorded of that link now, and what may follow."""
    link, undo = await shown_link(work, number), await last(work, number) is not None
    return recorded(await told(work), link, undo)


async def undo(work: Work, number: int, word: str) -> Screen:
    """The link is as it was before its last record, if that is not ten minutes old."""
    before = await last(work, number)
    if work.first and before is not None:
        body = before.body
        reference = Sealed(bytes.fromhex(body["reference"])) if body["reference"] else None
        day = date.fromisoformat(body["day"])
        await work.books.links.record(work.case.id, number, body["state"], reference, day)
        if body["reason"]:
            await work.books.links.explain(work.case.id, number, body["reason"])
        await counting.follow_links(work.books, work.case, work.keys)
        await work.books.outbox.drop(last_key(work, number))
        await work.note_down(f"undo {number}: {body['state']}")
    gone = work.first and before is None
    line = Say(N_("Too late to undo: record it anew.") if gone else N_("Undone."))
    return choose_state(await told(work), await shown_link(work, number), False, line)


def last_key(work: Work, number: int) -> str:
    """The letter that lies in the outbox while a link's last record can be undone."""
    return f"undo:{work.case.id}:{number}"


async def last(work: Work, number: int) -> Letter | None:
    """How the link was before its last record, while that can be undone."""
    letter = await work.books.outbox.get(last_key(work, number))
    return letter if letter and letter.due > work.act.now else None


async def remember(work: Work, row: LinkRow) -> None:
    """How the link was, for ten minutes."""
    await work.books.outbox.put(
        "staff",
        "lapse",
        case_id=work.case.id,
        key=last_key(work, row.number),
        body={
            "state": row.state,
            "reference": row.reference.hex() if row.reference else "",
            "day": row.day.isoformat(),
            "reason": row.reason,
        },
        due=work.act.now + UNDONE_WITHIN,
    )


async def keep_reference(work: Work, number: int, text: str) -> Screen:
    """The platform's own number for a request, sealed."""
    link = await the_link(work, number)
    if work.first:
        place = work.place(f"reference {number}")
        sealed = seal(text[:MOST_OF_A_REFERENCE].encode(), work.keys.own.public, place)
        await work.books.links.record(work.case.id, number, link.state, sealed, work.act.today)
        await work.note_down(f"reference {number}")
    return desk.panel(await told(work), work.act.by, Say(N_("The reference is kept.")))
