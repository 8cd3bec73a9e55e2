"""Records: what became of links of a case, one or many at once, and how they were before.

With each record go, in one transaction: for each link its audit row and the letter that lies in
the outbox while it can be taken back; for the case its counters and one line of news.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from handlers import counting, dues, ladder
from handlers.casework import Work, put_news, read_link
from handlers.sheet import Sheet, asked_of
from handlers.staff import Summary
from storage.books import Letter, LinkRow, Request
from storage.links import LinkState
from storage.requests import Answer

UNDONE_WITHIN = timedelta(minutes=10)
NOTHING: Mapping[int, int] = {}

ANSWERED: dict[LinkState, Answer] = {"removed": "removed", "refused": "refused"}


@dataclass(frozen=True, slots=True)
class Before:
    """How a link was before its last record, as its letter keeps it; days in ISO 8601, or "".

    *made*: the number of a request that was made since; *answered*: of one that was answered; 0
    for none. *now*: its state since then. *batch*: with what it was recorded, 0 where by itself.
    """

    link: int
    state: LinkState
    day: str
    reason: str = ""
    look: str = ""
    made: int = 0
    answered: int = 0
    now: str = ""
    batch: int = 0

    @classmethod
    def read(cls, letter: Letter) -> "Before":
        """From its letter; one of an older version knew its link by the key alone."""
        number = int(str(letter.key).rpartition(":")[2])
        return cls(**{"link": number, **letter.body, "reason": letter.body["reason"] or ""})

    def still(self, row: LinkRow) -> bool:
        """Whether nobody has recorded anything else since: we do so ourselves, when it is back."""
        return self.now in ("", row.state)


# What was asked


async def requests_of(work: Work) -> Mapping[int, Sequence[Request]]:
    """All requests of the case, by link, the oldest first."""
    found: dict[int, list[Request]] = {}
    for request in await work.books.requests.of(work.case.id):
        found.setdefault(request.link, []).append(request)
    return found


def open_one(asked: Sequence[Request]) -> Request | None:
    """The last request, if nobody has answered it."""
    return asked[-1] if asked and asked[-1].answer is None else None


def is_asked(row: LinkRow, asked: Sequence[Request], rung: str, today: date) -> bool:
    """Whether that way was asked already, and has time left to answer."""
    return waits(row, asked, today) and asked[-1].rung == rung


def waits(row: LinkRow, asked: Sequence[Request], today: date) -> bool:
    """Whether it was asked, by whichever way, and the answer has time left."""
    request = open_one(asked)
    return row.state == "requested" and request is not None and request.due > today


def next_way(work: Work, row: LinkRow, asked: Sequence[Request]) -> tuple[str, str | None]:
    """A link's platform, and by which way it is asked now; None where none is left."""
    link, past = read_link(row, work.keys), tuple(asked_of(one, "") for one in asked)
    return link.platform, Sheet(Summary(work.case), link, work.act.today, past).rung


# Recorded


async def put_state(work: Work, rows: Sequence[LinkRow], state: LinkState, batch: int = 0) -> None:
    """Their new state; *removed* and *refused* answer the last request of each."""
    asked, today = await requests_of(work), work.act.today
    waiting = {row.number: open_one(asked.get(row.number, ())) for row in rows}
    answered: dict[int, int] = {}
    if state in ANSWERED:
        answered = {link: one.number for link, one in waiting.items() if one}
        await work.books.requests.answer_all(work.case.id, answered, ANSWERED[state], today)
    looks: dict[date | None, list[int]] = {}
    for row in rows:
        keeps = waiting[row.number] and state not in ANSWERED
        looks.setdefault(row.look if keeps else None, []).append(row.number)
    for look, numbers in looks.items():
        await work.books.links.record_all(work.case.id, numbers, state, today, look)
    await note(work, [before(row, state, NOTHING, answered, batch) for row in rows])


async def make_requests(
    work: Work, rows: Sequence[LinkRow], platform: str, rung: str, batch: int = 0
) -> None:
    """A new request for each, and a reminder when its time is over; the ones before stay
    unanswered.
    """
    case_id, today = work.case.id, work.act.today
    asked, numbers = await requests_of(work), [row.number for row in rows]
    silent = {n: one.number for n in numbers if (one := open_one(asked.get(n, ())))}
    await work.books.requests.answer_all(case_id, silent, "silent", today)
    due = ladder.due(platform, rung, today)
    made = await work.books.requests.make_all(case_id, numbers, rung, today, due)
    await work.books.links.record_all(case_id, numbers, "requested", today, due)
    await dues.expect(work.books, case_id, work.act.now + (due - today))
    await note(work, [before(row, "requested", made, silent, batch) for row in rows])


async def ask_by(
    work: Work, rows: Iterable[LinkRow], own: bool = False, batch: int = 0
) -> list[LinkRow]:
    """Each was asked by the way that is next for it; the last one again, where none is left.

    *own*: the platform itself was asked, by a way of its own. Gives those for which that is news.
    """
    asked = await requests_of(work)
    ways: dict[tuple[str, str], list[LinkRow]] = {}
    for row in rows:
        past = asked.get(row.number, ())
        platform, way = next_way(work, row, past)
        rung = ladder.its_own(platform, way) if own else way or ladder.rungs(platform)[-1]
        if not is_asked(row, past, rung, work.act.today):
            ways.setdefault((platform, rung), []).append(row)
    for (platform, rung), same in ways.items():
        await make_requests(work, same, platform, rung, batch)
    return [row for same in ways.values() for row in same]


def before(
    row: LinkRow,
    now: LinkState,
    made: Mapping[int, int] = NOTHING,
    answered: Mapping[int, int] = NOTHING,
    batch: int = 0,
) -> Before:
    """How a link is, before it is *now*; *made* and *answered*: of all links, by their numbers."""
    return Before(
        row.number,
        row.state,
        row.day.isoformat(),
        row.reason or "",
        row.look.isoformat() if row.look else "",
        made.get(row.number, 0),
        answered.get(row.number, 0),
        now,
        batch,
    )


async def note(work: Work, befores: Sequence[Before]) -> None:
    """What goes with every record: how each was before, the count, the audit rows, the news."""
    await remember(work, befores)
    await counting.follow_links(work.books, work.case, work.keys)
    await work.note_down(*(f"record {one.link}: {one.now}" for one in befores))
    await put_news(work)


# Undone


def undo_key(work: Work, number: int) -> str:
    """The letter that lies in the outbox while a link's last record can be undone."""
    return f"undo:{work.case.id}:{number}"


async def remember(work: Work, befores: Sequence[Before]) -> None:
    """How the links were, for ten minutes."""
    bodies = {undo_key(work, one.link): asdict(one) for one in befores}
    await work.books.outbox.keep(work.case.id, bodies, work.act.now + UNDONE_WITHIN)


async def last(work: Work, row: LinkRow) -> Before | None:
    """How the link was before its last record, while that can be undone."""
    letter = await work.books.outbox.get(undo_key(work, row.number))
    if letter is None or letter.due <= work.act.now:
        return None
    found = Before.read(letter)
    return found if found.still(row) else None


async def of_batch(work: Work, batch: int) -> list[Before]:
    """The same of all that were recorded together, and not anew since."""
    rows = {row.number: row for row in await work.books.links.of(work.case.id)}
    letters = await work.books.outbox.of_case(work.case.id, "lapse")
    fresh = [one for one in letters if one.due > work.act.now and one.body.get("batch") == batch]
    found = [Before.read(letter) for letter in fresh]
    return [one for one in found if one.link in rows and one.still(rows[one.link])]


async def take_back(work: Work, befores: Sequence[Before]) -> None:
    """The links are as they were: with the audit, the count and the news of that."""
    for (state, day, reason, look), numbers in alike(befores).items():
        await put_back(work, numbers, state, day, reason, look)
    made = {one.link: one.made for one in befores if one.made}
    answered = {one.link: one.answered for one in befores if one.answered}
    await work.books.requests.drop(work.case.id, made)
    await work.books.requests.reopen(work.case.id, answered)
    await counting.follow_links(work.books, work.case, work.keys)
    await work.books.outbox.drop(*(undo_key(work, one.link) for one in befores))
    await work.note_down(*(f"undo {one.link}: {one.state}" for one in befores))
    await put_news(work)


def alike(befores: Iterable[Before]) -> Mapping[tuple[LinkState, str, str, str], list[int]]:
    """The numbers of those that were the same."""
    found: dict[tuple[LinkState, str, str, str], list[int]] = {}
    for one in befores:
        found.setdefault((one.state, one.day, one.reason, one.look), []).append(one.link)
    return found


async def put_back(
    work: Work, numbers: Collection[int], state: LinkState, day: str, reason: str, look: str
) -> None:
    """State, reason and day; who looks after it is reminded as before."""
    case_id, again = work.case.id, date.fromisoformat(look) if look else None
    await work.books.links.record_all(case_id, numbers, state, date.fromisoformat(day), again)
    if reason:
        await work.books.links.explain_all(case_id, numbers, reason)
    if again:
        await dues.expect(work.books, case_id, dues.on(again, work.act.now))
