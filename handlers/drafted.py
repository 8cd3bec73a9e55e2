"""Drafts: which links of which cases a text is about, by number alone, and what brings it.

It is a letter that lies in the outbox for a day. The courier's letters and *We asked* go by
it, so that what is recorded is what was drafted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.addressees import address, addressee
from handlers.casework import Work, is_closed, lets_ask, read_link
from handlers.desk import Opened
from handlers.drafting import Addressee, Terms, fitting
from handlers.families import family_of
from handlers.staff import Caseworker
from storage.books import Books, Letter, NoSuchCase
from storage.keys import StaffKeys

KEPT_FOR = timedelta(days=1)  # within it, what was drafted is recorded by one press


# The draft


def draft_key(by: int, number: int) -> str:
    """The letter that lies in the outbox while a draft may be recorded as asked."""
    return f"drafted:{by}:{number}"


async def keep(work: Work, links: Mapping[str, Sequence[int]], terms: Terms, kin: bool) -> None:
    """Which links it is about, by case and number: no address, no name."""
    about = {"links": links, "kin": kin}
    await work.books.outbox.put(
        "staff",
        "lapse",
        case_id=work.case.id,
        key=draft_key(work.act.by.id, work.act.update),
        body={**about, "regime": terms.regime, "language": terms.language},
        due=work.act.now + KEPT_FOR,
    )


# The channels it speaks of


async def kin_of(
    books: Books, keys: StaffKeys, to: Addressee, numbers: Mapping[str, Sequence[int]]
) -> tuple[str, ...]:
    """The channels of these links and all that is tied to them there, as many as a draft holds.

    None where nothing is tied to any.
    """
    own: list[str] = []
    found: dict[str, None] = {}
    for case_id, those in numbers.items():
        rows = [row for row in await books.links.of(case_id) if row.number in those]
        own += [address(read_link(row, keys)) for row in rows]
        for mark in dict.fromkeys(row.home for row in rows if row.home):
            family = await family_of(books, keys, mark)
            there = [home.url for home in family if Addressee(home.platform) == to]
            found |= dict.fromkeys(there if len(family) > 1 else ())
    new = [url for url in found if url not in own]
    return tuple(new[: max(0, fitting([*own, *new], to) - len(own))])


# The letters that bring it


async def put_piece(
    books: Books, case_id: str, by: Caseworker, number: int, now: datetime
) -> None:
    """The first letter of a draft; each brings the next one when it has arrived."""
    body = {"chat": by.id, "language": by.language, "number": number, "piece": 0}
    key = f"draft:{by.id}:{number}"
    await books.outbox.put("staff", "draft", case_id=case_id, key=key, body=body, due=now)


async def put_next(books: Books, letter: Letter, now: datetime) -> None:
    """The letter after this one."""
    body = {**letter.body, "piece": letter.body["piece"] + 1}
    await books.outbox.put(
        "staff", "draft", case_id=letter.case_id, key=letter.key, body=body, due=now
    )


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the text of a draft is made of."""

    to: Addressee
    addresses: tuple[str, ...]
    terms: Terms


async def drafted(books: Books, letter: Letter, keys: StaffKeys) -> Drafted | None:
    """A draft as its letter finds it; None where it may not be shown any more."""
    holder = letter.body["chat"]
    draft = await books.outbox.get(draft_key(holder, letter.body["number"]))
    if draft is None or await books.signs.out("frozen"):
        return None
    found: list[Opened] = []
    for case_id, numbers in draft.body["links"].items():
        if not await is_open_to(books, case_id, holder):
            return None
        rows = await books.links.of(case_id)
        found += [read_link(row, keys) for row in rows if row.number in numbers]
    if not found:
        return None
    terms, to = Terms(draft.body["regime"], draft.body["language"]), addressee(found[0])
    kin = await kin_of(books, keys, to, draft.body["links"]) if draft.body.get("kin") else ()
    return Drafted(to, (*map(address, found), *kin), terms)


async def is_open_to(books: Books, case_id: str, holder: int) -> bool:
    """Whether it is still theirs, and a platform may still be asked about it."""
    try:
        case = await books.cases.get(case_id)
    except NoSuchCase:
        return False
    if case.state != "taken" or case.holder != holder or not await lets_ask(books, case):
        return False
    return not await is_closed(books, case, holder)
