"""From one caseworker to another: offered and accepted, or given by a lead with a reason."""

from collections.abc import Sequence

from handlers import desk, leases
from handlers.casework import Work, put_fresh_card, tell, told
from handlers.desk import back
from handlers.staff import Caseworker, Screen, Summary, press
from handlers.talk import Button, Say, Strong
from locales import N_
from storage.signs import Sign

QUEUE = 0  # in place of a caseworker's number: back to the queue

# Offered and accepted


async def offer(work: Work, number: int, word: str) -> Screen:
    """Offered to the group; until a colleague accepts, it stays theirs."""
    if work.first:
        await leases.offer(work.books, work.case.id, work.act.now)
        await work.note_down("offer")
        await put_fresh_card(work.books, work.case, work.act.now)
    return desk.panel(await told(work), work.act.by)


async def keep(work: Work, number: int, word: str) -> Screen:
    """Not offered any more."""
    if work.first:
        await work.books.outbox.drop(leases.offer_key(work.case.id))
        await work.note_down("keep")
        await work.put_card()
    return desk.panel(await told(work), work.act.by)


# Given by a lead


def choose_colleague(of: Summary, by: Caseworker, on_duty: Sequence[Sign]) -> Screen:
    """To the lead, to whoever is on duty, or back to the queue."""
    ask = Say(
        N_("{case}: whose shall it be? Named are you and who is on /duty."),
        {"case": Strong(of.case.name)},
    )
    others = (sign for sign in on_duty if sign.who not in (by.id, of.case.holder))
    keys = [
        *([] if of.case.holder == by.id else [to(of, by.id, Say(N_("Mine")))]),
        *(to(of, sign.who, Say("{name}", {"name": sign.name})) for sign in others),
        to(of, QUEUE, Say(N_("Back to the queue"))),
    ]
    return Screen((ask,), (*keys, back(of.case.id)))


def to(of: Summary, who: int, words: Say) -> Button:
    """To one of them."""
    return Button(press("assign", of.case.id, who), words)


async def ask_colleague(work: Work, number: int, word: str) -> Screen:
    """Whose shall it be?"""
    on_duty = await work.books.signs.out("duty")
    return choose_colleague(await told(work), work.act.by, on_duty)


async def ask_why(work: Work, who: int, word: str) -> Screen:
    """Why?"""
    return desk.ask_reason(work.case, "assign", who)


async def assign(work: Work, who: int, text: str) -> Screen:
    """It is theirs now, or nobody's; the reason lies sealed among the notes."""
    if work.first:
        colleague = await known(work, who)
        if colleague is None and who != QUEUE:
            return await ask_colleague(work, who, text)
        await work.write(text)
        await work.note_down(f"reassign: {who}" if who else "reassign: queue")
        await give(work, colleague)
        if work.case.holder is not None:
            await leases.hide_shown(work.books, work.case.holder, work.act.now)
        await tell(work.books, work.case, work.case.holder, "taken away", work.act)
    return desk.panel(await told(work), work.act.by)


async def known(work: Work, who: int) -> Caseworker | None:
    """The lead, or somebody on duty; their language is not known here."""
    by = work.act.by
    if who == by.id:
        return by
    on_duty = {sign.who: sign.name for sign in await work.books.signs.out("duty")}
    return Caseworker(who, on_duty[who], None) if who in on_duty else None


async def give(work: Work, colleague: Caseworker | None) -> None:
    """Hand the case itself over, with the letters that go with it."""
    books, case, now = work.books, work.case, work.act.now
    if colleague is None:
        await books.cases.give(case.id, None, None)
        await leases.lay_down(books, case.id)
        await leases.wait(books, case.id, now)
        await put_fresh_card(books, case, now)
        return
    await books.cases.give(case.id, colleague.id, colleague.name)
    await leases.take_up(books, case, colleague, now)
    await work.put_card()
    await tell(books, case, colleague.id, "given", work.act)
