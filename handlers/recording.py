"""What became of each link: chosen by its number and tail, recorded in two taps, undone in ten
minutes; whom we asked for it, by which way, and what a caseworker sees there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers import counting, desk, dues, ladder, sheet
from handlers.casework import (
    Work,
    links_of,
    may_ask,
    put_news,
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
from storage.books import Letter, LinkRow, Request
from storage.links import LinkState
from storage.requests import Answer
from storage.seal import seal

UNDONE_WITHIN = timedelta(minutes=10)
MOST_OF_A_REFERENCE = 200  # letters: more would leave no room for the address beside it
LOOK_AGAIN = timedelta(days=3)  # where nobody could tell

ANSWERED: dict[LinkState, Answer] = {"removed": "removed", "refused": "refused"}

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
    return Screen(says, (*keys, *turns("record", of.case.id, page, len(pages)), back(of.case.id)))


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
    link, inert = read_link(await the_row(work, number), work.keys), await work.is_closed_to_us()
    if inert:
        link = desk.without_address(link)
    else:
        await work.hide_later()
    asked = tuple(
        asked_of(request, "" if inert else read_reference(request, work.keys))
        for request in await work.books.requests.of_link(work.case.id, number)
    )
    undo = await last(work, number) is not None
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
        request = await open_request(work, number)
        look = row.look if request and state not in ANSWERED else None
        await work.books.links.record(work.case.id, number, state, work.act.today, look)
        if request and state in ANSWERED:
            await work.books.requests.answer(request, ANSWERED[state], work.act.today)
        answered = request.number if request and state in ANSWERED else 0
        await note_record(work, row, state, answered=answered)
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
    if not may_ask(work.case, await work.books.consents.of(work.case.id)):
        return desk.panel(await told(work), work.act.by, Say(DO_NOT_ASK))
    if work.first and not await is_asked(work, row, rung):
        await make_request(work, row, platform, rung)
    return await show_recorded(work, number)


async def asked(work: Work, row: LinkRow) -> None:
    """The platform itself was sent a draft: a request by the way of its own that is next."""
    link = read_link(row, work.keys)
    requests = await work.books.requests.of_link(work.case.id, row.number)
    past = tuple(asked_of(request, "") for request in requests)
    way = Sheet(Summary(work.case), link, work.act.today, past).rung
    rung = ladder.its_own(link.platform, way)
    if not await is_asked(work, row, rung):
        await make_request(work, row, link.platform, rung)


async def is_asked(work: Work, row: LinkRow, rung: str) -> bool:
    """Whether that way was asked already, and has time left to answer."""
    request = await open_request(work, row.number)
    if row.state != "requested" or request is None:
        return False
    return request.rung == rung and request.due > work.act.today


async def make_request(work: Work, row: LinkRow, platform: str, rung: str) -> None:
    """A new request, and a reminder when its time is over; the one before stays unanswered."""
    case_id, today = work.case.id, work.act.today
    before = await open_request(work, row.number)
    if before:
        await work.books.requests.answer(before, "silent", today)
    due = ladder.due(platform, rung, today)
    made = await work.books.requests.make(case_id, row.number, rung, today, due)
    await work.books.links.record(case_id, row.number, "requested", today, due)
    await dues.expect(work.books, case_id, work.act.now + (due - today))
    answered = before.number if before else 0
    await note_record(work, row, "requested", made=made, answered=answered)


async def open_request(work: Work, number: int) -> Request | None:
    """The link's last request, if nobody has answered it."""
    asked = await work.books.requests.of_link(work.case.id, number)
    return asked[-1] if asked and asked[-1].answer is None else None


async def note_record(
    work: Work, before: LinkRow, state: str, made: int = 0, answered: int = 0
) -> None:
    """What goes with every record: how it was before, the count, the audit row, the news."""
    await remember(work, before, made, answered)
    await counting.follow_links(work.books, work.case, work.keys)
    await work.note_down(f"record {before.number}: {state}")
    await put_news(work)


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
    before = await last(work, number)
    if work.first and before is not None:
        await put_as_it_was(work, number, before)
        await counting.follow_links(work.books, work.case, work.keys)
        await work.books.outbox.drop(last_key(work, number))
        await work.note_down(f"undo {number}: {before.body['state']}")
        await put_news(work)
    gone = work.first and before is None
    line = Say(N_("Too late to undo: record it anew.") if gone else N_("Undone."))
    return sheet.page(await sheet_of(work, number), line)


async def put_as_it_was(work: Work, number: int, before: Letter) -> None:
    """State, reason and day; a request that was made is gone, one that was answered is open."""
    body, case_id = before.body, work.case.id
    day = date.fromisoformat(body["day"])
    look = date.fromisoformat(body["look"]) if body["look"] else None
    await work.books.links.record(case_id, number, body["state"], day, look)
    if body["reason"]:
        await work.books.links.explain(case_id, number, body["reason"])
    if body["made"]:
        await work.books.requests.drop(case_id, number, body["made"])
    if body["answered"]:
        await work.books.requests.reopen(case_id, number, body["answered"])
    if look:
        await dues.expect(work.books, case_id, dues.on(look, work.act.now))


def last_key(work: Work, number: int) -> str:
    """The letter that lies in the outbox while a link's last record can be undone."""
    return f"undo:{work.case.id}:{number}"


async def last(work: Work, number: int) -> Letter | None:
    """How the link was before its last record, while that can be undone."""
    letter = await work.books.outbox.get(last_key(work, number))
    return letter if letter and letter.due > work.act.now else None


async def remember(work: Work, row: LinkRow, made: int = 0, answered: int = 0) -> None:
    """How the link was, for ten minutes; which request was made since, and which answered."""
    await work.books.outbox.put(
        "staff",
        "lapse",
        case_id=work.case.id,
        key=last_key(work, row.number),
        body={
            "state": row.state,
            "day": row.day.isoformat(),
            "reason": row.reason,
            "look": row.look.isoformat() if row.look else "",
            "made": made,
            "answered": answered,
        },
        due=work.act.now + UNDONE_WITHIN,
    )


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
        if row.state in ANSWERED:
            await work.books.requests.answer(asked[-1], ANSWERED[row.state], today)
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
        await remember(work, row)
        await work.books.links.look_on(work.case.id, number, work.act.today + LOOK_AGAIN)
        await dues.expect(work.books, work.case.id, work.act.now + LOOK_AGAIN)
    return sheet.checked(await sheet_of(work, number), word)
