"""How long a case is somebody's, and how long it may wait: letters that lie in the outbox."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers import dues
from handlers.hours import HONG_KONG
from handlers.staff import Caseworker, hours_since
from storage.books import Books, Case, Letter

HELD_FOR = timedelta(hours=48)
WARNED_AFTER = timedelta(hours=40)
REMINDED_AFTER = (timedelta(hours=2), timedelta(hours=24), timedelta(hours=72))
LONGEST_WAIT = timedelta(hours=72)  # since it was sent: beyond that the leads are told
OFFERED_FOR = timedelta(hours=24)
A_DAY = timedelta(days=1)


async def take_up(books: Books, case: Case, by: Caseworker, now: datetime) -> None:
    """*by* holds it from now on: nobody is reminded of it, no offer stands."""
    await books.outbox.drop(waiting_key(case.id))
    await books.outbox.drop(offer_key(case.id))
    await extend(books, case.id, by.id, by.language, now)
    await dues.hand_on(books, case.id, now)


async def extend(
    books: Books, case_id: str, holder: int, language: str | None, now: datetime
) -> None:
    """It is theirs for 48 hours from now; whatever they do with it calls this."""
    await note_language(books, holder, language)
    body = {"holder": holder, "stage": "warn", "ends": (now + HELD_FOR).isoformat()}
    due = now + WARNED_AFTER
    await books.outbox.put(
        "staff", "lease", case_id=case_id, key=lease_key(case_id), body=body, due=due
    )


async def note_language(books: Books, who: int, language: str | None) -> None:
    """As their phone speaks, where that is known: in it they are written to from now on."""
    if language:
        await books.signs.hang("speaks", who, language)


async def language_of(books: Books, who: int) -> str | None:
    """In which language a caseworker is written to; None: in all."""
    spoken = {sign.who: sign.name for sign in await books.signs.out("speaks")}
    return spoken.get(who)


async def end_soon(books: Books, letter: Letter) -> None:
    """Its holder is warned: it goes back when the time is over."""
    ends = datetime.fromisoformat(letter.body["ends"])
    body = {**letter.body, "stage": "end"}
    await books.outbox.put(
        "staff", "lease", case_id=letter.case_id, key=letter.key, body=body, due=ends
    )


async def is_latest(books: Books, letter: Letter) -> bool:
    """Whether nobody has written this letter anew while it was in the courier's hand."""
    latest = await books.outbox.get(letter.key or "")
    return latest is not None and latest.version == letter.version


async def lay_down(books: Books, case_id: str) -> None:
    """Nobody holds it any more."""
    await books.outbox.drop(lease_key(case_id))
    await books.outbox.drop(offer_key(case_id))
    await books.outbox.drop(dues.due_key(case_id))


async def hide_shown(books: Books, who: int, now: datetime) -> None:
    """What *who* still has on the screen of any case is hidden or taken away now."""
    for shown in ("hide", "withdraw"):
        await books.outbox.hasten(f"{shown}:{who}:", now)


async def wait(books: Books, case_id: str, since: datetime, stage: int = 0) -> None:
    """It waits since then: the group is reminded 2, 24 and 72 hours later, until it is taken."""
    await books.outbox.put(
        "staff",
        "unclaimed",
        case_id=case_id,
        key=waiting_key(case_id),
        body={"since": since.isoformat(), "stage": stage},
        due=since + REMINDED_AFTER[stage],
    )


async def begin_to_wait(books: Books, case_id: str, now: datetime) -> None:
    """Its first card is there; a card that was lost and is there again changes nothing."""
    if await books.outbox.get(waiting_key(case_id)) is None:
        await wait(books, case_id, now)


async def wait_on(books: Books, letter: Letter) -> None:
    """The next reminder, if there is one."""
    stage = letter.body["stage"] + 1
    if stage < len(REMINDED_AFTER):
        since = datetime.fromisoformat(letter.body["since"])
        await wait(books, str(letter.case_id), since, stage)


async def tell_of_the_oldest(books: Books, now: datetime) -> None:
    """Tell the leads where a case waits for longer than any may; again each day while one does.

    By the hours since it was sent, whoever may have held it in between. What its person has
    withdrawn does not count.
    """
    case = await books.cases.oldest()
    hours = hours_since(case, now.astimezone(HONG_KONG)) if case else 0
    if case is None or timedelta(hours=hours) < LONGEST_WAIT:
        await books.outbox.drop("oldest told")
    elif await books.outbox.get("oldest told") is None:
        body = {"what": "waiting", "case": case.name, "days": hours // 24}
        await books.outbox.put("staff", "leads", key="leads:oldest", body=body, due=now)
        await books.outbox.put("staff", "lapse", key="oldest told", body={}, due=now + A_DAY)


async def note_head(books: Books, rows: int, now: datetime) -> None:
    """Tomorrow the leads get the end of the audit chain, if it has more than *rows* by then."""
    body = {"rows": rows}
    await books.outbox.put("staff", "head", key="head", body=body, due=now + A_DAY)


async def begin_days(books: Books, now: datetime) -> None:
    """The first of those letters, unless one lies there."""
    if await books.outbox.get("head") is None:
        await note_head(books, 0, now)


async def offer(books: Books, case_id: str, now: datetime) -> None:
    """Its holder would hand it over; the offer stands for a day."""
    due = now + OFFERED_FOR
    await books.outbox.put(
        "staff", "offer", case_id=case_id, key=offer_key(case_id), body={}, due=due
    )


async def is_offered(books: Books, case_id: str) -> bool:
    """Whether a colleague may accept it."""
    return await books.outbox.get(offer_key(case_id)) is not None


async def offered_of(books: Books, cases: Iterable[Case]) -> set[str]:
    """The ids of those of these cases that a colleague may accept."""
    return {case.id for case in cases if await is_offered(books, case.id)}


def lease_key(case_id: str) -> str:
    """The letter that ends a lease."""
    return f"lease:{case_id}"


def waiting_key(case_id: str) -> str:
    """The letter that reminds of a case."""
    return f"unclaimed:{case_id}"


def offer_key(case_id: str) -> str:
    """The letter that lies there while an offer stands."""
    return f"offer:{case_id}"
