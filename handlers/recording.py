"""What became of one link: chosen by its number and tail, recorded in two taps, undone in ten
minutes; whom we asked for it, by which way, and what a caseworker sees there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers import desk, dues, ladder, records, sheet, together
from handlers.casework import (
    Work,
    lets_ask,
    links_of,
    read_link,
    read_reference,
    reference_place,
    refused_under_age,
    the_row,
    told,
)
from handlers.desk import MOST_CHOICES, Opened, back, turns
from handlers.sheet import CHOICES, WHY, Sheet, asked_of, known_line
from handlers.staff import DO_NOT_ASK, Screen, Summary, press
from handlers.talk import Button, Say, Strong
from locales import N_
from storage.books import Request
from storage.seal import seal

MOST_OF_A_REFERENCE = 200  # letters: more would leave no room for the address beside it
LOOK_AGAIN = timedelta(days=3)  # where nobody could tell

# Which link


def choose_link(
    of: Summary, links: Sequence[Opened], page: int, today: date | None = None
) -> Screen:
    """Which link something is known of; those to be looked after by *today* are marked."""
    pages = [links[i : i + MOST_CHOICES] for i in range(0, len(links), MOST_CHOICES)] or [[]]
    page = min(page, len(pages) - 1)
    ask = Say(N_("{case}: which link?"), {"case": Strong(of.case.name)})
    keys = [
        Button(press("state", of.case.id, link.number), Say("{n}", {"n": link.number}))
        for link in pages[page]
    ]
    says = (ask, *(due_line(link, today) for link in pages[page]))
    moves = turns("record", of.case.id, page, len(pages))
    every = together.all_buttons(of.case.id, links, pages[page])
    return Screen(says, (*every, *keys, *moves, back(of.case.id)))


def due_line(link: Opened, today: date | None) -> Say:
    """One link; marked where it is due."""
    is_due = today and link.look and link.look <= today
    return Say(N_("⏰ {link}"), {"link": known_line(link)}) if is_due else known_line(link)


async def ask_link(work: Work, page: int, word: str) -> Screen:
    """Which link? Their tails are audited and hidden in time, as all that is shown of them."""
    of, links = await told(work), await links_of(work.books, work.case, work.keys)
    if not of.may_record:
        return desk.panel(of, work.act.by)
    if await work.is_closed_to_us():
        inert = [desk.without_address(link) for link in links]
        screen = choose_link(of, inert, page, work.act.today)
        return replace(screen, says=(Say(BY_NUMBER), *screen.says))
    await work.hide_later()
    if work.first:
        await work.note_down("tails")
    return choose_link(of, links, page, work.act.today)


BY_NUMBER = N_("The links stay closed: record by number what those who were told say of them.")


# Its sheet


async def sheet_of(work: Work, number: int) -> Sheet:
    """All that is known of one link; its address and references only where they may be seen.

    Raises NoSuchLink.
    """
    row, inert = await the_row(work, number), await work.is_closed_to_us()
    link = read_link(row, work.keys)
    if inert:
        link = desk.without_address(link)
    else:
        await work.hide_later()
    asked = tuple(
        asked_of(request, "" if inert else read_reference(request, work.keys))
        for request in await work.books.requests.of_link(work.case.id, number)
    )
    undo = await records.last(work, row) is not None
    return Sheet(await told(work), link, work.act.today, asked, undo, inert)


async def looked_at(work: Work, number: int) -> Sheet:
    """The same, for who only looks: audited, for the tail and the references are content."""
    known = await sheet_of(work, number)
    if work.first and not known.inert:
        await work.note_down("tails")
    return known


async def ask_state(work: Work, number: int, word: str) -> Screen:
    """What became of that link?"""
    return sheet.page(await looked_at(work, number))


async def show_ways(work: Work, number: int, word: str) -> Screen:
    """All ways by which it can be asked."""
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    return sheet.ways(await looked_at(work, number))


async def show_recorded(work: Work, number: int) -> Screen:
    """What is recorded of that link now, and what may follow."""
    return sheet.recorded(await sheet_of(work, number))


# Recording


async def record(work: Work, number: int, word: str) -> Screen:
    """A link's new state, its audit row and the news, or none of it; the card tells no states.

    *Asked* is a request by the way that is next; *removed* and *refused* answer the last one.
    """
    state = CHOICES.get(word)
    if state is None:
        return desk.panel(await told(work), work.act.by)
    if state == "requested":
        return await ask(work, number, await way_now(work, number))
    row = await the_row(work, number)
    if work.first and row.state != state:
        await records.put_state(work, [row], state)
    return await show_recorded(work, number)


async def way_now(work: Work, number: int) -> str:
    """By which way a link is asked now; the last one again, where none is left."""
    known = await sheet_of(work, number)
    return known.rung or ladder.rungs(known.link.platform)[-1]


async def ask(work: Work, number: int, rung: str) -> Screen:
    """It was asked by that way: from today on its clock runs."""
    row = await the_row(work, number)
    platform = read_link(row, work.keys).platform
    if rung not in ladder.rungs(platform):
        return desk.panel(await told(work), work.act.by)
    if not await lets_ask(work.books, work.case):
        return desk.panel(await told(work), work.act.by, Say(DO_NOT_ASK))
    past = await work.books.requests.of_link(work.case.id, number)
    if work.first and not records.is_asked(row, past, rung, work.act.today):
        await records.make_requests(work, [row], platform, rung)
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


# Undone


async def undo(work: Work, number: int, word: str) -> Screen:
    """The link is as it was before its last record, if that is not ten minutes old."""
    before = await records.last(work, await the_row(work, number))
    if work.first and before is not None:
        await records.take_back(work, [before])
    gone = work.first and before is None
    line = Say(N_("Too late to undo: record it anew.") if gone else N_("Undone."))
    return sheet.page(await sheet_of(work, number), line)


# Its reference


async def keep_reference(work: Work, number: int, text: str) -> Screen:
    """The platform's own number for the last request, sealed."""
    await the_row(work, number)
    if work.first:
        request = await last_request(work, number)
        words = text[:MOST_OF_A_REFERENCE].encode()
        sealed = seal(words, work.keys.own.public, reference_place(request))
        await work.books.requests.refer(request, sealed)
        await work.note_down(f"reference {number}")
    return desk.panel(await told(work), work.act.by, Say(N_("The reference is kept.")))


async def last_request(work: Work, number: int) -> Request:
    """The last one; a reference alone tells that there was one, which nobody noted."""
    row, today = await the_row(work, number), work.act.today
    asked = await work.books.requests.of_link(work.case.id, number)
    if not asked:
        await work.books.requests.make(work.case.id, number, "", today, today)
        asked = await work.books.requests.of_link(work.case.id, number)
        if row.state in records.ANSWERED:
            await work.books.requests.answer(asked[-1], records.ANSWERED[row.state], today)
    return asked[-1]


# Checked by hand


async def ask_seen(work: Work, number: int, word: str) -> Screen:
    """What does the caseworker see there? Nothing is fetched by us."""
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    return sheet.check(await looked_at(work, number))


async def note_seen(work: Work, number: int, word: str) -> Screen:
    """Gone is removed, for a human says so. Still there keeps its state, unless it was gone.

    Where nobody can tell, it is looked at again on another day.
    """
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    row = await the_row(work, number)
    if word not in sheet.SEEN:
        return desk.panel(await told(work), work.act.by)
    if work.first:
        await work.note_down(f"check {number}: {word}")
    if word == "gone":
        return await record(work, number, "removed")
    if word == "still" and row.state == "removed":
        return await record(work, number, "back")
    if word == "unsure" and work.first:
        await records.remember(work, [records.before(row, row.state)])
        await work.books.links.look_on(work.case.id, number, work.act.today + LOOK_AGAIN)
        await dues.expect(work.books, work.case.id, work.act.now + LOOK_AGAIN)
    return sheet.checked(await sheet_of(work, number), word)
