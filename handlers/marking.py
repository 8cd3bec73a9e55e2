"""Marks: by them the same link is found again, in its own case and in any other."""

import json
from datetime import date, datetime

from handlers.casework import read_link
from handlers.desk import Opened
from handlers.housing import settle
from handlers.staff import Screen, platform, press
from handlers.talk import Button, Say, Strong
from locales import N_
from storage.books import Books, Case, LinkRow
from storage.keys import StaffKeys
from storage.seal import Place, seal

OURSELVES = 0  # in the audit, where no caseworker did it


async def mark(books: Books, case: Case, keys: StaffKeys, now: datetime) -> None:
    """Mark what is new in a case; what was removed elsewhere, or here before, is back.

    The same link sent twice to one case is kept once, as it stood there first.
    """
    for row in await books.links.of(case.id):
        link = None if row.mark else read_link(row, keys)
        if link and link.url:
            await mark_one(books, row, link, keys, now)


async def mark_one(
    books: Books, row: LinkRow, link: Opened, keys: StaffKeys, now: datetime
) -> None:
    """One link, and what follows for the others of its mark."""
    mark = keys.mark(link.url)
    others = await books.links.marked(mark)
    here = [one for one in others if one.case_id == row.case_id and one.number < row.number]
    if here and await is_untouched(books, row):
        await merge(books, here[0], row, link, keys)
    else:
        await books.links.mark(row.case_id, row.number, mark)
        await settle(books, row.case_id, link, keys)
    for one in others if row.state == "new" else ():
        if one.state == "removed":
            await put_back(books, one, row.day, now)


async def is_untouched(books: Books, row: LinkRow) -> bool:
    """Whether nobody has done anything with it yet."""
    return row.state == "new" and not await books.requests.of_link(row.case_id, row.number)


async def merge(
    books: Books, first: LinkRow, again: LinkRow, link: Opened, keys: StaffKeys
) -> None:
    """One row for both, with the longer address: a key or a token may be all that opens it."""
    if len(link.open_url) > len(read_link(first, keys).open_url):
        fields = {"platform": link.platform, "url": link.url, "open_url": link.open_url}
        place = Place(first.case_id, f"link {first.number}")
        sealed = seal(json.dumps(fields).encode(), keys.own.public, place)
        await books.links.reseal(first.case_id, first.number, sealed)
    await books.links.drop(again.case_id, again.number)


async def put_back(books: Books, row: LinkRow, day: date, now: datetime) -> None:
    """A letter, so that its case is held still by itself."""
    await books.outbox.put(
        "staff",
        "back",
        case_id=row.case_id,
        key=f"back:{row.case_id}:{row.number}",
        body={"number": row.number, "day": day.isoformat()},
        due=now,
    )


async def find_back(
    books: Books, case: Case, number: int, reported: date, today: date, now: datetime
) -> LinkRow | None:
    """That link is back: recorded once, whoever holds the case; None where it is not.

    It is not where it was removed after it was *reported*. A closed case stays closed.
    """
    rows = {row.number: row for row in await books.links.of(case.id)}
    row = rows.get(number)
    if row and row.state == "removed" and row.day <= reported:
        row = await books.links.record(case.id, number, "back", today)
        await books.audit.add(OURSELVES, f"record {number}: back", case.name, now)
    return row if row and row.state == "back" else None


def is_back(case: Case, link: Opened) -> Screen:
    """For whoever holds its case: by number and platform, never where it was seen."""
    line = Say(
        N_("{case}: link {number} ({platform}) was reported again. It counts as back again."),
        {"case": Strong(case.name), "number": link.number, "platform": platform(link.platform)},
    )
    return Screen((line,), (Button(press("state", case.id, link.number), N_("Open")),))
