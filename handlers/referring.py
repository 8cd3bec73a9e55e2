"""Passing on: who is told where somebody may be under 18, and since when. Each is told once.

A telling is a request about the whole case (storage.requests). It closes nothing: more than one
body may have to know, and the caseworker may keep the case open.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from functools import wraps

from handlers.casework import Work, put_news, told
from handlers.desk import back, panel
from handlers.directory import full_line
from handlers.staff import Screen, Summary, press, service, spelled
from handlers.standing import SENT_THERE
from handlers.talk import Button, Fact, Say, Strong
from locales import N_
from storage.requests import OF_THE_CASE

WHOM = ("police", "welfare", SENT_THERE)
UNDONE_WITHIN = timedelta(minutes=10)

Do = Callable[[Work, int, str], Awaitable[Screen]]

# The screen


def page(of: Summary, fresh: Collection[str] = (), first: Say | None = None) -> Screen:
    """The duty first, then who may act where somebody is under 18, and which of them has it.

    *fresh*: who was told so lately that it can be undone.
    """
    lines = [full_line("help.emergency")]
    for whom in WHOM:
        lines += [full_line(f"help.{whom}"), *told_line(of, whom)]
    ask = Say(ASK)
    # Each in the place of the other: a press too many takes one back, and tells nobody else.
    keys = [
        undo_button(of.case.id, whom) if whom in fresh else tell_button(of.case.id, whom)
        for whom in WHOM
        if whom in fresh or not has_it(of, whom)
    ]
    return Screen(
        (*((first,) if first else ()), duty(of), *lines, ask),
        (*keys, *close_button(of), back(of.case.id)),
    )


ASK = N_(
    "Tell each who has to know, then press here who has it; 999 is the police. The case stays "
    "open."
)


def duty(of: Summary) -> Say:
    """What the law asks of social workers."""
    return Say(
        N_(
            "{case}: somebody may be under 18. Under {law} (since {since}), social workers must "
            "tell the Social Welfare Department or the police when they have good reason to "
            "think that someone under 18 is being seriously harmed."
        ),
        {
            "case": Strong(of.case.name),
            "law": Fact("law.reporting.name"),
            "since": Fact("law.reporting.since"),
        },
    )


def told_line(of: Summary, whom: str) -> tuple[Say, ...]:
    """That they have it, and since when; nothing where they have not."""
    if whom not in of.told:
        return ()
    sent = N_("✓ The person was sent there on {day}.")
    line = sent if whom == SENT_THERE else N_("✓ Told on {day}.")
    return (Say(line, {"day": spelled(of.told[whom].day)}),)


def has_it(of: Summary, whom: str) -> bool:
    """Whether they were told, and of all that is in the case now."""
    return whom in of.told and of.told[whom].is_whole


def tell_button(case_id: str, whom: str) -> Button:
    """They have it; a body that only the person can turn to has the person sent there."""
    words = N_("Person sent to: {name}") if whom == SENT_THERE else N_("Told: {name}")
    return Button(press("tell", case_id, 0, whom), Say(words, {"name": service(whom)}))


def undo_button(case_id: str, whom: str) -> Button:
    """They have not got it after all."""
    words = Say(N_("Undo: {name}"), {"name": service(whom)})
    return Button(press("untell", case_id, 0, whom), words)


def close_button(of: Summary) -> tuple[Button, ...]:
    """To the confirmation (handlers.endings) of what is only possible once somebody has it."""
    if not of.is_told:
        return ()
    name = press("outcome", of.case.id, 0, "referred")
    return (Button(name, N_("Close as passed on"), "danger"),)


# Verbs


def once_told(do: Do) -> Do:
    """A verb that records something: under 18 the panel instead, which says *Refer first*."""

    @wraps(do)
    async def checked(work: Work, number: int, word: str) -> Screen:
        of = await told(work)
        return await do(work, number, word) if of.may_record else panel(of, work.act.by)

    return checked


async def ask_whom(work: Work, number: int, word: str) -> Screen:
    """Who is to be told, and who was?"""
    return await shown(work)


async def tell(work: Work, number: int, whom: str) -> Screen:
    """They have it, from today on: audited, and to be undone for ten minutes."""
    of = await told(work)
    if work.first and whom in WHOM and not has_it(of, whom):
        today = work.act.today
        made = await work.books.requests.make(work.case.id, OF_THE_CASE, whom, today, today)
        await work.books.outbox.put(
            "staff",
            "lapse",
            case_id=work.case.id,
            key=fresh_key(work, whom),
            body={"number": made},
            due=work.act.now + UNDONE_WITHIN,
        )
        await note(work, f"told: {whom}")
    return await shown(work)


async def untell(work: Work, number: int, whom: str) -> Screen:
    """They have not got it after all, if that was said within ten minutes."""
    letter = await work.books.outbox.get(fresh_key(work, whom))
    if letter is None or letter.due <= work.act.now:
        of = await told(work)
        return await shown(work, Say(TOO_LATE) if work.first and whom in of.told else None)
    if work.first:
        await work.books.requests.drop(work.case.id, {OF_THE_CASE: letter.body["number"]})
        await work.books.outbox.drop(fresh_key(work, whom))
        await note(work, f"untold: {whom}")
    return await shown(work)


TOO_LATE = N_("Too late to undo: it stays. A note can say what was wrong.")


async def note(work: Work, what: str) -> None:
    """What goes with it: the audit row, the card, the news."""
    await work.note_down(what)
    await work.put_card()
    await put_news(work)


async def shown(work: Work, first: Say | None = None) -> Screen:
    """The screen as it is now."""
    of = await told(work)
    fresh = [whom for whom in of.told if has_it(of, whom) and await is_fresh(work, whom)]
    return page(of, fresh, first)


async def is_fresh(work: Work, whom: str) -> bool:
    """Whether it can still be undone."""
    letter = await work.books.outbox.get(fresh_key(work, whom))
    return letter is not None and letter.due > work.act.now


def fresh_key(work: Work, whom: str) -> str:
    """The letter that lies in the outbox as long as that."""
    return f"told:{work.case.id}:{whom}"
