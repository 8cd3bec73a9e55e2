"""What is to be looked after by its day: one letter a case, to whoever holds the case then.

A link has a day to look (storage.links) while an answer is due, or since nobody could tell. All
that fall on one day are one line. What is answered, closed or given back is not reminded of.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from handlers.desk import Opened
from handlers.hours import HONG_KONG
from handlers.staff import Screen, platform, press
from handlers.talk import Button, Say, Strong
from locales import N_
from storage.books import Books, Case, Letter

AGAIN = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""After a reminder that changed nothing; the last is repeated."""
AT_HAND = 8  # links that a reminder has a button for


def due_key(case_id: str) -> str:
    """The letter that reminds of a case's links."""
    return f"due:{case_id}"


def today(now: datetime) -> date:
    """The day in Hong Kong."""
    return now.astimezone(HONG_KONG).date()


def on(day: date, now: datetime) -> datetime:
    """*day* at this hour; now, if that day has come."""
    return max(now, now + (day - today(now)))


async def expect(books: Books, case_id: str, due: datetime) -> None:
    """Its holder is reminded then, unless earlier of something else."""
    waiting = await books.outbox.get(due_key(case_id))
    if waiting is None or waiting.due > due:
        await put(books, case_id, due, 0)


async def hand_on(books: Books, case_id: str, now: datetime) -> None:
    """Somebody holds it now: what is due is theirs, at once or on its day."""
    if day := await books.links.next_look(case_id):
        await put(books, case_id, on(day, now), 0)


async def remind_again(books: Books, letter: Letter, now: datetime) -> None:
    """The next letter, if something is due or will be: later each time that nothing changed."""
    case_id, stage, first = str(letter.case_id), letter.body["stage"], today(now)
    later = await books.links.next_look(case_id, first)
    moments = [on(later, now)] if later else []
    if await books.links.due(case_id, first):
        moments.append(now + AGAIN[min(stage, len(AGAIN) - 1)])
        stage += 1
    if moments:
        await put(books, case_id, min(moments), stage)


async def put(books: Books, case_id: str, due: datetime, stage: int) -> None:
    """The one letter of the case, in place of the one that lies there."""
    body = {"stage": stage}
    await books.outbox.put(
        "staff", "due", case_id=case_id, key=due_key(case_id), body=body, due=due
    )


def reminder(case: Case, links: Sequence[Opened]) -> Screen:
    """Which links of a case are due, by number and platform: never an address."""
    head = Say(
        N_("{case}: answers are due. Please look by hand whether these are gone:"),
        {"case": Strong(case.name)},
    )
    keys = [
        Button(press("look", case.id, link.number), Say(CHECK_ONE, {"number": link.number}))
        for link in links[:AT_HAND]
    ]
    return Screen((head, *by_platform(links)), (*keys, *into(case, len(links))))


CHECK_ONE = N_("Check {number}")


def into(case: Case, links: int) -> tuple[Button, ...]:
    """To the case; where not all have a button, to the list of its links."""
    record = Button(press("record", case.id), N_("Record"))
    return (*((record,) if links > AT_HAND else ()), Button(press("panel", case.id), N_("Open")))


def by_platform(links: Sequence[Opened]) -> list[Say]:
    """A line a platform, with the numbers of its links."""
    numbers: dict[str, list[Say]] = {}
    for link in links:
        numbers.setdefault(link.platform, []).append(Say("{n}", {"n": link.number}))
    return [
        Say(N_("• {platform}: {links}"), {"platform": platform(name), "links": tuple(found)})
        for name, found in numbers.items()
    ]
