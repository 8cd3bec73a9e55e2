"""How a case ends: given back, closed; and how a closed one is opened again."""

from handlers import counting, desk, leases, retention
from handlers.casework import Work, put_fresh_card, put_news, told
from handlers.desk import back
from handlers.staff import Screen, Summary, press, service, spelled, under_age
from handlers.standing import OUTCOMES, REMOVED
from handlers.talk import Button, Say, Strong
from locales import N_

# Closing


def outcomes_of(of: Summary) -> tuple[str, ...]:
    """The outcomes that are possible: what the records contradict is not offered.

    Under 18, nothing is passed on before *Refer* has noted to whom.
    """
    count, every = of.links.get, sum(of.links.values())
    removed = count("removed", 0)
    possible = {
        "removed": removed == every > 0,
        "partly": 0 < removed < every,
        "refused": not removed and count("refused", 0) > 0,
        "referred": of.is_told or not under_age(of.case),
        "withdrawn": True,
        "no answer": not removed and count("requested", 0) + count("back", 0) > 0,
    }
    return tuple(outcome for outcome in OUTCOMES if possible[outcome])


def counts(of: Summary) -> tuple[Say, ...]:
    """How much is removed, and how the links stand."""
    every = sum(of.links.values())
    if not every:
        return ()
    removed = {"removed": of.links.get("removed", 0), "all": every}
    return Say(REMOVED, removed), desk.states_line(of)


def choose_outcome(of: Summary) -> Screen:
    """How it ended."""
    ask = Say(N_("{case}: how did it end?"), {"case": Strong(of.case.name)})
    keys = [
        Button(press("outcome", of.case.id, 0, outcome), OUTCOMES[outcome])
        for outcome in outcomes_of(of)
    ]
    return Screen((*counts(of), ask), (*keys, back(of.case.id)))


def confirm_close(of: Summary, outcome: str) -> Screen:
    """Once more, with the name and the counts: closed is told to the person."""
    ask = Say(
        N_("{case}: close it, because {outcome}?"),
        {"case": Strong(of.case.name), "outcome": Say(OUTCOMES[outcome])},
    )
    close = Button(press("end", of.case.id, 0, outcome), N_("Yes, close it"), "danger")
    back_there = "refer" if of.is_told and outcome == "referred" else "close"
    keys = (close, Button(press(back_there, of.case.id), N_("Back")))
    return Screen((ask, *told_lines(of, outcome), *counts(of)), keys)


def told_lines(of: Summary, outcome: str) -> tuple[Say, ...]:
    """Where it is passed on, who has it, and since when."""
    if outcome != "referred":
        return ()
    return tuple(
        Say(N_("✓ {name}: {day}"), {"name": service(whom), "day": spelled(one.day)})
        for whom, one in of.told.items()
    )


async def ask_outcome(work: Work, number: int, word: str) -> Screen:
    """How did it end?"""
    return choose_outcome(await told(work))


async def ask_close(work: Work, number: int, word: str) -> Screen:
    """Is that so?"""
    of = await told(work)
    return confirm_close(of, word) if word in outcomes_of(of) else choose_outcome(of)


async def close(work: Work, number: int, word: str) -> Screen:
    """Closed with that outcome; what has become impossible meanwhile is asked again."""
    of = await told(work)
    if work.first and word not in outcomes_of(of):
        return choose_outcome(of)
    return await end(work, word)


async def end(work: Work, outcome: str) -> Screen:
    """The case is over: one last line of news, and we need not know where the person is.

    So news are over too, also should it be opened again; the person may ask for them anew.
    """
    if work.first:
        await retention.close(work, outcome)
        await counting.follow_case(work.books, work.case.id)
        await put_news(work, last=True)
        await work.books.addresses.drop(work.case.id)
        await leases.lay_down(work.books, work.case.id)
        await leases.hide_shown(work.books, work.act.by.id, work.act.now)
        await work.note_down(f"close: {outcome}")
        await work.put_card()
    return desk.panel(await told(work), work.act.by)


# Giving back, opening again

UNTOLD = N_(
    "Open again. The person is not told by us: what leads to their chat was forgotten when it was "
    "closed. What you write to them waits for their number."
)


async def ask_release(work: Work, number: int, word: str) -> Screen:
    """Is that so? A tap that missed gives nothing away."""
    ask = Say(N_("{case}: give it back to the queue?"), {"case": Strong(work.case.name)})
    yes = Button(press("give", work.case.id), N_("Yes, give it back"), "danger")
    return Screen((ask,), (yes, back(work.case.id)))


async def release(work: Work, number: int, word: str) -> Screen:
    """Back to the queue."""
    if work.first:
        await work.books.cases.release(work.case.id, work.act.by.id)
        await work.note_down("release")
        await leases.lay_down(work.books, work.case.id)
        await leases.hide_shown(work.books, work.act.by.id, work.act.now)
        await leases.wait(work.books, work.case.id, work.act.now)
        await put_fresh_card(work.books, work.case, work.act.now)
    return desk.panel(await told(work), work.act.by)


async def ask_reopen(work: Work, number: int, word: str) -> Screen:
    """Why is it opened again?"""
    return desk.ask_reason(work.case, "reopen")


async def reopen(work: Work, number: int, text: str) -> Screen:
    """It is theirs now; the reason lies sealed among the notes.

    The person hears of it where they have asked for news since it was closed. Else nobody knows
    where they are, and the caseworker is told that only a letter waits for them.
    """
    by = work.act.by
    if work.first and await work.books.cases.reopen(work.case.id, by.id, by.name):
        await counting.follow_case(work.books, work.case.id)
        await work.write(text)
        await work.note_down("reopen")
        await leases.take_up(work.books, work.case, by, work.act.now)
        await put_fresh_card(work.books, work.case, work.act.now)
        await put_news(work)
    return desk.panel(await told(work), by, None if work.case.news else Say(UNTOLD))
