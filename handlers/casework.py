"""What a caseworker does with a case they hold: one verb a function, inside one transaction.

Nobody else gets this far: the casebook makes a Work only for who has the right (handlers.verbs).
A verb of an update that was heard before (*first* is False) changes nothing and shows how things
stand.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from handlers import desk, leases
from handlers.desk import Opened, Written
from handlers.hours import next_hour
from handlers.housing import settle
from handlers.kin import bucket
from handlers.staff import Caseworker, Screen, Summary, Telling, under_age
from handlers.talk import Say
from locales import LANGUAGES, N_
from storage.books import AlreadyTaken, Books, Case, Consent, LinkRow, NoSuchLink, Request
from storage.keys import StaffKeys
from storage.links import Elsewhere
from storage.requests import OF_THE_CASE
from storage.seal import NotOpened, Place, Sealed, seal, unseal

HIDDEN_AFTER = timedelta(minutes=15)
KEPT_FOR = timedelta(days=30)
MANY_REVEALS = 10  # an hour


@dataclass(frozen=True, slots=True)
class Act:
    """One update of a caseworker in the private chat: the message pressed, or the one typed.

    *here* is *now* in Hong Kong's time.
    """

    by: Caseworker
    update: int
    message: int
    now: datetime
    here: datetime

    @property
    def today(self) -> date:
        """The day in Hong Kong."""
        return self.here.date()


@dataclass(frozen=True, slots=True)
class Work:
    """A caseworker, a case, and the transaction in which they do something with it.

    *screen*: the message that will show what came of it; *kept_for*: how long a closed case stays.
    """

    books: Books
    keys: StaffKeys
    act: Act
    case: Case
    first: bool
    new_id: Callable[[], str]
    screen: int
    kept_for: timedelta = KEPT_FOR

    @property
    def room(self) -> int:
        """How much a page may hold, since it is spoken once for each language."""
        return desk.ROOM if self.act.by.language else desk.ROOM // len(LANGUAGES)

    async def note_down(self, *whats: str) -> None:
        """The audit row of this act, or one for each thing that it did."""
        await self.books.audit.add_all(self.act.by.id, whats, self.case.name, self.act.now)

    async def reveals(self) -> int:
        """How often this caseworker has opened links within the hour."""
        hour = self.act.now - timedelta(hours=1)
        return await self.books.audit.times(self.act.by.id, "reveal", hour)

    async def note_reveal(self, what: str) -> None:
        """The audit row of links shown; more than ten an hour by one person tells the leads."""
        await self.note_down(what)
        by = self.act.by
        if await self.reveals() == MANY_REVEALS + 1:
            body = {"what": "reveals", "name": by.name}
            await self.books.outbox.put(
                "staff", "leads", key=f"reveals:{by.id}", body=body, due=self.act.now
            )

    async def put_card(self) -> None:
        """The group's card, as the case is now."""
        await self.books.outbox.put_card(self.case.id, self.case.urgency, self.act.now)

    async def write(self, text: str) -> None:
        """A caseworker's note or reason, sealed."""
        note, author = self.new_id(), self.act.by.id
        sealed = seal(text.encode(), self.keys.own.public, self.place(f"staff note {note}"))
        await self.books.notes.add(note, self.case.id, author, sealed, self.act.today)

    async def hide_later(self) -> None:
        """What is about to be shown is hidden in time, whatever becomes of us."""
        chat, message = self.act.by.id, self.screen
        await self.books.outbox.put(
            "staff",
            "hide",
            case_id=self.case.id,
            key=f"hide:{chat}:{message}",
            body={
                "chat": chat,
                "message": message,
                "language": self.act.by.language,
                "leads": self.act.by.leads,
            },
            due=self.act.now + HIDDEN_AFTER,
        )

    async def is_closed_to_us(self) -> bool:
        """Whether these links stay closed: under 18, and no lead has just said why."""
        return await is_closed(self.books, self.case, self.act.by.id)

    @property
    def unlocked(self) -> str:
        """The letter that lies in the outbox while a lead may see the links."""
        return unlocked(self.case.id, self.act.by.id)

    def place(self, field: str) -> Place:
        """Where a field of this case is sealed."""
        return Place(self.case.id, field)


def unlocked(case_id: str, holder: int) -> str:
    """The key of that letter."""
    return f"unlocked:{case_id}:{holder}"


async def is_closed(books: Books, case: Case, holder: int) -> bool:
    """Whether the links of a case stay closed to who holds it."""
    return under_age(case) and await books.outbox.get(unlocked(case.id, holder)) is None


async def claimed(books: Books, by: Caseworker, case_id: str, now: datetime) -> Case:
    """The case as it is after this press: this caseworker's, or the one's who came first."""
    try:
        case = await books.cases.claim(case_id, by.id, by.name)
    except AlreadyTaken:
        return await books.cases.get(case_id)
    await books.audit.add(by.id, "take", case.name, now)
    await leases.take_up(books, case, by, now)
    await books.outbox.put_card(case.id, case.urgency, now)
    return case


async def put_fresh_card(books: Books, case: Case, now: datetime, loud: bool = False) -> None:
    """A new card at the end of the group's chat, where it is seen; the old one goes after it.

    *loud*: with a sound, and the line that nobody has taken it yet.
    """
    post = await books.posts.get(case.id)
    fresh = post.message if post else None
    await books.outbox.put_card(case.id, case.urgency, now, fresh, loud=loud)


async def tell(books: Books, case: Case, whom: int | None, what: str, act: Act) -> None:
    """One line for a caseworker about their case, in their private chat; not to oneself."""
    if whom in (None, act.by.id):
        return
    body = {"chat": whom, "what": what, "by": act.by.name}
    await books.outbox.put("staff", "word", case_id=case.id, body=body, due=act.now)


# Reading what is sealed


def opened(sealed: Sealed, keys: StaffKeys, place: Place) -> bytes | None:
    """What was sealed there; None where our key does not open it."""
    try:
        return unseal(sealed, keys.own, place)
    except NotOpened:
        return None


def read_link(row: LinkRow, keys: StaffKeys, reference: str = "") -> Opened:
    """One link, opened."""
    plain = opened(row.sealed, keys, Place(row.case_id, f"link {row.number}"))
    fields: Mapping[str, Any] = json.loads(plain) if plain else {}
    link = Opened(row.number, row.state, **fields, reference=reference, look=row.look)
    return replace(link, reason=row.reason or "")


def reference_place(request: Request) -> Place:
    """Where its reference is sealed; a link's first one as before there were requests."""
    field = f"reference {request.link}"
    later = "" if request.number == 1 else f".{request.number}"
    return Place(request.case_id, field + later)


def read_reference(request: Request, keys: StaffKeys) -> str:
    """The platform's own number for a request; "" where it has none."""
    if request.reference is None:
        return ""
    return (opened(request.reference, keys, reference_place(request)) or b"").decode()


def read_told(plain: bytes | None) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """What happened, and what came of the legal check; before there was one, a list was kept."""
    told = json.loads(plain) if plain else []
    if isinstance(told, list):
        return tuple(told), {}
    return tuple(told["kinds"]), told["check"]


async def links_of(books: Books, case: Case, keys: StaffKeys) -> list[Opened]:
    """All links of a case, opened."""
    told = {
        request.link: read_reference(request, keys)
        for request in await books.requests.of(case.id)
        if request.reference
    }
    rows = await books.links.of(case.id)
    return [read_link(row, keys, told.get(row.number, "")) for row in rows]


async def links_seen(work: Work) -> list[Opened]:
    """All links of a case, opened, each with how often other cases have it, or its home."""
    for row in await work.books.links.of(work.case.id):
        if row.home is None:
            await settle(work.books, work.case.id, read_link(row, work.keys), work.keys)
    others = await work.books.links.elsewhere(work.case.id)
    links = await links_of(work.books, work.case, work.keys)
    return [_seen(link, others.get(link.number, Elsewhere())) for link in links]


def _seen(link: Opened, elsewhere: Elsewhere) -> Opened:
    seen, home_seen = bucket(elsewhere.link), bucket(elsewhere.home)
    return replace(link, seen=seen, home_seen=home_seen, minor=elsewhere.minor)


async def summary(books: Books, case: Case, keys: StaffKeys) -> Summary:
    """A case without its contents."""
    platforms: dict[str, int] = {}
    for row in await books.links.of(case.id):
        name = read_link(row, keys).platform
        platforms[name] = platforms.get(name, 0) + 1
    happened, check = read_told(opened(case.happened, keys, Place(case.id, "happened")))
    consents = await books.consents.of(case.id)
    return Summary(
        case,
        platforms,
        await books.links.states(case.id),
        happened,
        case.note is not None or await books.notes.has_from_person(case.id),
        check,
        may_ask(case, consents),
        lets(consents, "watch"),
        await books.letterboxes.get(case.id) is not None,
        await leases.is_offered(books, case.id),
        not case.news and lets(consents, "write"),
        await told_of(books, case),
        case.holder is not None and not await is_closed(books, case, case.holder),
    )


async def told_of(books: Books, case: Case) -> dict[str, Telling]:
    """Who was told of a case where somebody may be under 18; the last time counts."""
    if not under_age(case):
        return {}
    requests = await books.requests.of_link(case.id, OF_THE_CASE)
    return {one.rung: Telling(one.asked, one.answer is None) for one in requests}


def lets(consents: Mapping[str, Consent], what: str) -> bool:
    """Whether the person agreed to it, and has not taken it back."""
    return what in consents and consents[what].given


def may_ask(case: Case, consents: Mapping[str, Consent]) -> bool:
    """Whether the person lets us ask the platforms; an older version asked nobody about it."""
    if case.ends:
        return False
    return "ask" not in consents or consents["ask"].given or under_age(case)


async def lets_ask(books: Books, case: Case) -> bool:
    """Whether the person lets us ask the platforms."""
    return may_ask(case, await books.consents.of(case.id))


async def told(work: Work) -> Summary:
    """The case as it is now, after what this transaction did."""
    return await summary(work.books, await work.books.cases.get(work.case.id), work.keys)


async def the_row(work: Work, number: int) -> LinkRow:
    """One link as it is kept; raises NoSuchLink."""
    for row in await work.books.links.of(work.case.id):
        if row.number == number:
            return row
    raise NoSuchLink


async def the_link(work: Work, number: int) -> Opened:
    """One link, opened; raises NoSuchLink."""
    return read_link(await the_row(work, number), work.keys)


# Verbs of the panel


async def see(work: Work, page: int, word: str) -> Screen:
    """What the group's card tells, with the way back to that page of the queue."""
    return desk.waiting(await told(work), page)


async def take(work: Work, number: int, word: str) -> Screen:
    """As on the card: the first press wins."""
    if work.first:
        await claimed(work.books, work.act.by, work.case.id, work.act.now)
    return desk.panel(await told(work), work.act.by)


async def show_panel(work: Work, number: int, word: str) -> Screen:
    """The panel; whatever was shown in its place is gone."""
    return desk.panel(await told(work), work.act.by)


async def reveal(work: Work, page: int, word: str) -> Screen:
    """The links, with their audit row and their hiding, or none of it."""
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    if work.first:
        await work.note_reveal("reveal")
    await work.hide_later()
    links = await links_seen(work)
    screen = desk.links_page(await told(work), links, page, work.room)
    often = await work.reveals()
    return desk.with_a_pause(screen, often) if often > MANY_REVEALS else screen


async def ask_unlock(work: Work, number: int, word: str) -> Screen:
    """Why does a lead have to see links where somebody may be under 18?"""
    return desk.ask_reason(work.case, "unlock")


async def unlock(work: Work, number: int, text: str) -> Screen:
    """The links for as long as they are shown; the reason lies sealed among the notes."""
    if work.first:
        await work.write(text)
        await work.note_reveal("reveal under 18")
        await work.books.outbox.put(
            "staff",
            "lapse",
            case_id=work.case.id,
            key=work.unlocked,
            body={},
            due=work.act.now + HIDDEN_AFTER,
        )
    await work.hide_later()
    links = await links_seen(work)
    return desk.links_page(await told(work), links, 0, work.room)


async def refused_under_age(work: Work) -> Screen:
    """These links are opened by nobody but a lead, who says why."""
    line = Say(N_("These links stay closed: somebody may be under 18. Please refer the case."))
    return desk.panel(await told(work), work.act.by, line)


async def loosen(work: Work, number: int, word: str) -> Screen:
    """A long link by itself, unprotected so that it can be copied; the courier withdraws it."""
    if await work.is_closed_to_us():
        return await refused_under_age(work)
    await the_link(work, number)
    if work.first:
        await work.note_reveal("reveal loose")
        body = {"chat": work.act.by.id, "number": number, "language": work.act.by.language}
        await work.books.outbox.put(
            "staff", "loose", case_id=work.case.id, body=body, due=work.act.now
        )
    await work.hide_later()
    links = await links_seen(work)
    page = page_with(desk.pages_of(links, work.room), number)
    return desk.links_page(await told(work), links, page, work.room)


def page_with(pages: list[tuple[Opened, ...]], number: int) -> int:
    """Which page holds a link."""
    return next(i for i, page in enumerate(pages) if any(link.number == number for link in page))


async def read_notes(work: Work, page: int, word: str) -> Screen:
    """The notes, audited and hidden like the links."""
    if work.first:
        await work.note_down("read note")
    await work.hide_later()
    return desk.notes_page(await told(work), await notes_of(work), page, room=work.room)


async def ask_note(work: Work, number: int, word: str) -> Screen:
    """What is to be noted?"""
    return desk.ask_note(work.case)


async def notes_of(work: Work) -> list[Written]:
    """The person's note, then the caseworkers'."""
    written = []
    if work.case.note:
        plain = opened(work.case.note, work.keys, work.place("note")) or b""
        written.append(Written(plain.decode()))
    for note in await work.books.notes.of(work.case.id):
        if note.kind == "unsent":
            continue
        whose = "person" if note.kind == "person" else "staff"
        plain = opened(note.sealed, work.keys, work.place(f"{whose} note {note.id}")) or b""
        written.append(Written(plain.decode(), note.day, note.kind))
    return written


async def put_news(work: Work, kind: str = "news", *, last: bool = False) -> None:
    """One line for the person, if they want it: to where only the door can tell.

    *kind*: "news" changes the line that is there; a "letter" is worth one of its own. The *last*
    one goes although the address goes too.
    """
    address = await work.books.addresses.get(work.case.id, work.act.today)
    inner = opened(address.sealed, work.keys, work.place("address")) if address else None
    if not work.case.news or address is None or inner is None:
        return
    await work.books.outbox.put(
        "door",
        kind,
        case_id=work.case.id,
        key=f"{kind}:{work.case.id}",
        body={
            "inner": inner.hex(),
            "language": work.case.language,
            "silent": address.silent,
            "last": last,
        },
        due=next_hour(work.act.now, address.hour),
    )


# What is typed


async def keep_note(work: Work, number: int, text: str) -> Screen:
    """A caseworker's note, sealed."""
    if work.first:
        await work.write(text)
        await work.note_down("note")
    return desk.panel(await told(work), work.act.by, Say(N_("The note is kept.")))
