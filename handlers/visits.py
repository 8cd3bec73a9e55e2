"""What a person does with the case their code has opened: one verb a function, one transaction.

Everything they give is sealed to the staff here; what our team wrote to them opens with the code.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from handlers import counting
from handlers.casework import told_of
from handlers.consents import NAMES, WORDINGS, version
from handlers.gather import MOST_LINKS
from handlers.links import Link
from handlers.news import NEWS_DAYS, timed
from handlers.sealing import fit_to_keep, seal_address, seal_labels, seal_link
from handlers.spoken import units
from handlers.talk import (
    Added,
    Draft,
    Effect,
    LinkStanding,
    Mine,
    News,
    Standing,
    Told,
    Unknown,
)
from storage.books import Books, Case, Consent, LinkRow
from storage.codes import Ticket
from storage.keys import DoorKeys
from storage.letterboxes import InBox
from storage.outbox import AT_ONCE
from storage.requests import OF_THE_CASE
from storage.seal import Place, PublicKey, Sealed, seal, unseal
from storage.tables import hour

WITHDRAWN_AFTER = timedelta(hours=72)
LETTERS_ROOM = 1800  # UTF-16 units of one screen, beside how the case stands
PERSON = 0  # the author of what a person adds: no caseworker has this id


@dataclass(frozen=True, slots=True)
class Visit:
    """A case, opened by its code, and the transaction in which something is done with it."""

    books: Books
    keys: DoorKeys
    case: Case
    mine: Mine
    draft: Draft
    now: datetime
    today: date
    chat: int
    new_id: Callable[[], str]

    async def first(self) -> bool:
        """True once for each act, however often its update is heard."""
        return await self.books.seen.mark("door", "act", self.mine.act, self.now)

    def to_staff(self, plain: str, field: str) -> Sealed:
        """Closed for the staff, at its place in this case."""
        return seal(plain.encode(), self.keys.staff, Place(self.case.id, field))


# Opening


async def opened(books: Books, ticket: Ticket, act: str, today: date) -> tuple[Mine | None, Told]:
    """The case of this code, and how it stands."""
    case = await books.cases.by_receipt(ticket.tag)
    if case is None:
        return None, Unknown()
    platforms = await read_labels(books, case.id, ticket)
    told = await standing(books, case, platforms, today)
    sealed = await books.letterboxes.letters(case.id)
    letters = read_letters(sealed, case.id, ticket)
    mine = Mine(case.id, act, told, letters=tuple(letters))
    more = len(sealed) - len(letters)
    return mine, replace(told, letters=tuple(letters.values()), more_letters=more)


def read_letters(sealed: Sequence[InBox], case_id: str, ticket: Ticket) -> dict[str, str]:
    """What our team wrote, by id, as much as one screen holds; the oldest first."""
    read: dict[str, str] = {}
    for letter in sealed:
        place = Place(case_id, f"letter {letter.id}")
        text = unseal(letter.sealed, ticket.letterbox, place).decode()
        if read and sum(map(units, (*read.values(), text))) > LETTERS_ROOM:
            break
        read[letter.id] = text
    return read


async def read_labels(books: Books, case_id: str, ticket: Ticket) -> Mapping[int, str]:
    """Which platform each link is on. A case without a letterbox gets its own now."""
    box = await books.letterboxes.get(case_id)
    if box is None:
        public = ticket.letterbox.public
        await books.letterboxes.put(case_id, public.as_bytes(), seal_labels({}, case_id, public))
        return {}
    plain = unseal(box.labels, ticket.letterbox, Place(case_id, "labels"))
    return {int(number): platform for number, platform in json.loads(plain).items()}


async def standing(
    books: Books, case: Case, platforms: Mapping[int, str], today: date
) -> Standing:
    """How a case stands; of each link only its platform, its number and what became of it."""
    rows = await books.links.of(case.id)
    return Standing(
        case.state,
        await books.links.states(case.id),
        case.outcome or "",
        case.minor,
        tuple(as_told(row, platforms) for row in rows),
        await given(books, case, today),
        case.counted,
        news=await news_of(books, case, today),
        ends=case.ends.isoformat() if case.ends else "",
        erased=case.erased_on.isoformat() if case.erased_on else "",
        told=tuple(whom for whom, one in (await told_of(books, case)).items() if one.is_whole),
    )


async def news_of(books: Books, case: Case, today: date) -> News | None:
    """When news come, if any do."""
    address = await books.addresses.get(case.id, today)
    if address is None:
        return None
    return News(address.until.isoformat(), address.hour, address.silent)


async def given(books: Books, case: Case, today: date) -> dict[str, str]:
    """What is agreed to, and since which day; news only while there is somewhere to send them."""
    found = await books.consents.of(case.id)
    address = await books.addresses.get(case.id, today)
    said = {
        what: answer.day.isoformat()
        for what, answer in found.items()
        if answer.given and (what != "write" or address)
    }
    if "ask" not in found and case.minor == "no":  # an older version took it for granted
        return {"ask": case.day.isoformat(), **said}
    return said


def as_told(row: LinkRow, platforms: Mapping[int, str]) -> LinkStanding:
    """One link as its person may hear of it."""
    platform, day = platforms.get(row.number, ""), row.day.isoformat()
    return LinkStanding(row.number, platform, row.state, day, row.reason or "")


def platforms_of(told: Standing) -> dict[int, str]:
    """What was read with the code, while the case is open."""
    return {link.number: link.platform for link in told.each if link.platform}


# Adding


async def add(visit: Visit) -> tuple[Draft, Told]:
    """The links and the words into the case; a closed one is opened again.

    Heard again, it says the same: what came since the person saw the case had room in it.
    """
    draft, known = visit.draft, platforms_of(visit.mine.standing)
    had, first = await visit.books.links.count(visit.case.id), await visit.first()
    room = MOST_LINKS - had if first else had - len(visit.mine.standing.each)
    fitting, over = draft.links[:room], draft.links[room:]
    if first and (fitting or draft.words):
        known |= await add_links(visit, [kept.link for kept in fitting], known)
        await add_words(visit)
        if draft.words:
            await visit.books.letterboxes.take_out(*visit.mine.letters)
        again = await visit.books.cases.wait_again(visit.case.id)
        await counting.follow_case(visit.books, visit.case.id)
        await visit.books.requests.outdate(visit.case.id, OF_THE_CASE, visit.today)
        what = {"links": len(fitting), "words": bool(draft.words), "again": again}
        await tell_team(visit, {"what": "added", **what})
    bare = replace(draft, links=over, words="", words_message=0, settled=draft.newest)
    after, now = await afterwards(visit, bare, known, read=bool(draft.words))
    return after, Added(now, len(fitting), bool(draft.words), len(over))


async def add_links(visit: Visit, links: list[Link], known: Mapping[int, str]) -> dict[int, str]:
    """Links after the case's others; gives which platform each of the new numbers is on."""
    if not links:
        return {}
    first = await visit.books.links.last(visit.case.id) + 1
    new = {number: link.platform for number, link in enumerate(links, first)}
    sealed = await asyncio.to_thread(
        lambda: [
            seal_link(link, number, visit.case.id, visit.keys)
            for number, link in enumerate(links, first)
        ]
    )
    await visit.books.links.add(visit.case.id, sealed, visit.today)
    box = await visit.books.letterboxes.get(visit.case.id)
    if box:
        labels = seal_labels({**known, **new}, visit.case.id, PublicKey.from_bytes(box.key))
        await visit.books.letterboxes.put(visit.case.id, box.key, labels)
    return new


async def add_words(visit: Visit) -> None:
    """What the person wrote, among the notes of the case."""
    if not visit.draft.words:
        return
    note = visit.new_id()
    words = fit_to_keep(visit.draft.words, visit.case.minor)
    sealed = visit.to_staff(words, f"person note {note}")
    await visit.books.notes.add(note, visit.case.id, PERSON, sealed, visit.today, "person")


async def tell_team(visit: Visit, what: Mapping[str, Any]) -> None:
    """A notice for whoever has the case, and its card as it is now."""
    await visit.books.outbox.put("staff", "told", case_id=visit.case.id, body=what, due=AT_ONCE)
    await visit.books.outbox.put_card(visit.case.id, visit.case.urgency, AT_ONCE)


async def read(visit: Visit) -> tuple[Draft, Told]:
    """The letters that were shown are read: nobody keeps them any longer."""
    if await visit.first():
        await visit.books.letterboxes.take_out(*visit.mine.letters)
    platforms = platforms_of(visit.mine.standing)
    return await afterwards(visit, visit.draft, platforms, read=True)


# Consents


async def agree(visit: Visit) -> tuple[Draft, Told]:
    """Turn one of the four on or off; the team is told where it may not ask any more."""
    what = visit.draft.choice
    now_given = what not in await given(visit.books, visit.case, visit.today)
    if await visit.first() and what in NAMES:
        spoken = visit.draft.language or visit.case.language
        answer = consent(visit.case.id, what, now_given, visit.today, WORDINGS[what], spoken)
        await visit.books.consents.put(answer)
        if what == "write":
            await turn_news(visit, now_given)
        if what == "count":
            await visit.books.outbox.put_card(visit.case.id, visit.case.urgency, AT_ONCE)
        if what == "ask":
            await tell_team(visit, {"what": "ask again" if now_given else "do not ask"})
    return await afterwards(visit, visit.draft, platforms_of(visit.mine.standing))


def consent(case_id: str, what: str, yes: bool, day: date, words: str, language: str) -> Consent:
    """The answer, its day, and which words were shown, in which language."""
    return Consent(case_id, what, yes, day, version(words, language))


async def turn_news(visit: Visit, wanted: bool) -> None:
    """With news goes the only thing by which we could find the person."""
    await visit.books.cases.want_news(visit.case.id, wanted)
    await visit.books.news_cards.drop(visit.case.id)
    if not wanted:
        await forget_address(visit.books, visit.case.id)
        return
    sealed = seal_address(visit.chat, visit.case.id, visit.keys)
    until = visit.today + timedelta(days=NEWS_DAYS)
    await visit.books.addresses.put(visit.case.id, sealed, until)


async def forget_address(books: Books, case_id: str) -> None:
    """Where the person is, and all that was on its way there."""
    await books.addresses.drop(case_id)
    await books.news_cards.drop(case_id)
    for kind in ("news", "letter"):
        await books.outbox.drop(f"{kind}:{case_id}")


async def time_news(visit: Visit) -> tuple[Draft, Told]:
    """The hour and the silence of news; pressing it here is also a yes to more days, here."""
    news = await news_of(visit.books, visit.case, visit.today)
    if await visit.first() and news:
        chosen = timed(news, visit.draft.choice)
        sealed = seal_address(visit.chat, visit.case.id, visit.keys)
        until = visit.today + timedelta(days=NEWS_DAYS)
        await visit.books.addresses.put(visit.case.id, sealed, until, chosen.hour, chosen.silent)
    return await afterwards(visit, visit.draft, platforms_of(visit.mine.standing))


async def end_news(books: Books, case_id: str, today: date) -> None:
    """One tap on the line itself, without the code: it only ever takes away."""
    case = await books.cases.get(case_id)
    await books.cases.want_news(case.id, False)
    await forget_address(books, case.id)
    answer = consent(case.id, "write", False, today, WORDINGS["write"], case.language)
    await books.consents.put(answer)


async def count(visit: Visit) -> tuple[Draft, Told]:
    """The answers into the year's counters, once a case; nothing of them into the case."""
    if await visit.first():
        await count_answers(visit.books, visit.case.id, visit.draft, visit.case.day)
    bare = replace(visit.draft, figures=())
    return await afterwards(visit, bare, platforms_of(visit.mine.standing))


async def count_answers(books: Books, case_id: str, draft: Draft, day: date) -> None:
    """One more of each answer, in the counters of the year in which the case was sent."""
    if draft.figures and await books.cases.count(case_id):
        year = counting.year_of(day)
        answers = {(year, question, answer): 1 for question, answer in draft.figures}
        await books.figures.change(answers)


# Withdrawing


async def withdraw(visit: Visit) -> tuple[Draft, Told]:
    """To be erased after 72 hours, by the clock, unless the person keeps it after all."""
    if await visit.first() and visit.case.ends is None:
        await visit.books.cases.end_on(visit.case.id, visit.today + WITHDRAWN_AFTER)
        await visit.books.outbox.put(
            "staff",
            "erase",
            key=f"erase:{visit.case.id}",
            body={"case": visit.case.id, "name": visit.case.name, "urgency": "now"},
            due=hour(visit.now + WITHDRAWN_AFTER + timedelta(minutes=59, seconds=59)),
        )
        await tell_team(visit, {"what": "withdrawn"})
    return await afterwards(visit, visit.draft, platforms_of(visit.mine.standing))


async def keep(visit: Visit) -> tuple[Draft, Told]:
    """Not erased after all."""
    if await visit.first() and visit.case.ends is not None:
        await visit.books.cases.end_on(visit.case.id, None)
        await visit.books.outbox.drop(f"erase:{visit.case.id}")
        await tell_team(visit, {"what": "kept"})
    return await afterwards(visit, visit.draft, platforms_of(visit.mine.standing))


# After each


async def afterwards(
    visit: Visit, draft: Draft, platforms: Mapping[int, str], read: bool = False
) -> tuple[Draft, Standing]:
    """The case as it is now, open for the next act. *read*: so are the letters that were shown."""
    case = await visit.books.cases.get(visit.case.id)
    now = await standing(visit.books, case, platforms, visit.today)
    letters = () if read else visit.mine.letters
    mine = replace(visit.mine, act=visit.new_id(), standing=now, letters=letters)
    return replace(draft, mine=mine), now


Verb = Callable[[Visit], Awaitable[tuple[Draft, Told]]]

VERBS: Mapping[Effect, Verb] = {
    Effect.ADD: add,
    Effect.READ: read,
    Effect.AGREE: agree,
    Effect.TIME: time_news,
    Effect.COUNT: count,
    Effect.WITHDRAW: withdraw,
    Effect.KEEP: keep,
}


async def do(effect: Effect, visit: Visit) -> tuple[Draft, Told]:
    """Carry out one of the effects that change a case."""
    return await VERBS[effect](visit)
