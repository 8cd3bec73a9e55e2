"""Many links at once: what became of all of one platform, recorded by one press and so undone."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers import batches, desk, ladder, records
from handlers.addressees import all_of, called
from handlers.batches import Batch
from handlers.casework import Work, lets_ask, links_of, read_link, told
from handlers.desk import STATES, Opened, back, page_of_choices
from handlers.drafting import Addressee
from handlers.sheet import CHOICES, WHY, rung_name
from handlers.staff import DO_NOT_ASK, Screen, Summary, press
from handlers.talk import Blank, Button, Say, Strong
from locales import N_
from storage.books import Case, LinkRow, NoSuchCase, NoSuchLink, Request
from storage.links import LinkState

ENDS: tuple[LinkState, ...] = ("removed", "refused", "back")
ASKED = "requested"  # each by the way that is next for it
A_RUN = 3  # numbers in a row that are told by the first and the last

Stood = tuple[str, int]
"""How a link stood when it was shown: its state, and how many requests there were."""


@dataclass(frozen=True, slots=True)
class One:
    """One link of many, and its requests, the oldest first."""

    row: LinkRow
    asked: Sequence[Request]

    @property
    def stood(self) -> Stood:
        """How it stands now."""
        return (self.row.state, len(self.asked))

    def is_news(self, word: str, today: date) -> bool:
        """Whether that would be news of it: a state, or a way by which it was asked."""
        if word == "back" or self.row.state == "removed":
            return word == "back" and self.row.state == "removed"
        if word in ENDS:
            return self.row.state != word
        if word == ASKED:
            look = self.row.look
            return self.row.state != ASKED or (look is not None and look <= today)
        return not records.waits(self.row, self.asked, today)


# Screens


def all_buttons(case_id: str, links: Sequence[Opened], page: Collection[Opened]) -> list[Button]:
    """For each platform on a page that has more than one link there, or that was removed.

    No more than a page has links: of sites there may be as many as Telegram takes no buttons for.
    """
    keys = []
    for to, those in all_of(links).items():
        if not any(link in page for link in those):
            continue
        gone = sum(link.state == "removed" for link in those)
        count, words = len(those) - gone, ALL
        if count <= 1:
            count, words = gone, ALL_GONE
        if count > 1:
            name = press("every", case_id, those[0].number)
            keys.append(Button(name, Say(words, {"platform": called(to), "count": count})))
    return keys


ALL, ALL_GONE = N_("All of {platform}: {count}"), N_("{platform}, removed: {count}")


def choose_state(
    of: Summary, to: Addressee, many: Sequence[One], offered: Iterable[Button]
) -> Screen:
    """What became of all of them? How they stand, and what makes sense."""
    case = of.case
    numbers: dict[LinkState, list[int]] = {}
    for one in many:
        numbers.setdefault(one.row.state, []).append(one.row.number)
    stand = [
        Say(
            N_("• {state}, {count}: {links}"),
            {"state": Say(STATES[state]), "count": len(those), "links": runs(those)},
        )
        for state, those in numbers.items()
    ]
    head = Say(
        N_("{case}: all of {platform}."), {"case": Strong(case.name), "platform": called(to)}
    )
    ask = Say(N_("What became of them? One press records it for all of which it is news."))
    no = () if of.may_ask else (Say(DO_NOT_ASK),)
    to_the_list = Button(press("record", case.id, page_of_choices(many[0].row.number)), N_("Back"))
    return Screen((head, *stand, *no, ask), (*offered, to_the_list))


def runs(numbers: Iterable[int]) -> tuple[str, ...]:
    """Numbers as people tell them: 1–4, 7."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return tuple(piece for run in found for piece in pieces(run))


def pieces(run: Sequence[int]) -> Iterator[str]:
    """Numbers in a row."""
    if len(run) < A_RUN:
        yield from map(str, run)
    else:
        yield f"{run[0]}–{run[-1]}"


def words_of(word: str, count: int) -> Say:
    """What stands on the button for that."""
    if state := CHOICES.get(word):
        return Say(N_("{state}: {count}"), {"state": Say(STATES[state]), "count": count})
    return Say(N_("Asked, {rung}: {count}"), {"rung": rung_name(word), "count": count})


# What became of all of them?


async def ask_state(work: Work, number: int, word: str) -> Screen:
    """All of the platform, or site, of that link; raises NoSuchLink.

    How they stand is kept, so that nothing is recorded of a link that has changed since.
    """
    inert = await work.is_closed_to_us()
    to, many = await group_of(work, number, inert)
    if to.site:
        await work.hide_later()
    if work.first:
        await work.note_down(*(["sites"] if to.site else []))
        await keep_shown(work, many)
    of = await told(work)
    offered = offers(work, of, to.platform, many, inert)
    return choose_state(of, to, many, offered)


async def group_of(work: Work, number: int, inert: bool) -> tuple[Addressee, list[One]]:
    """Whom that link is with, and all that are with them; raises NoSuchLink."""
    links = await links_of(work.books, work.case, work.keys)
    if inert:
        links = [desk.without_address(link) for link in links]
    for to, those in all_of(links).items():
        numbers = [link.number for link in those]
        if number in numbers:
            return to, list((await ones(work, numbers)).values())
    raise NoSuchLink


async def ones(work: Work, numbers: Iterable[int]) -> Mapping[int, One]:
    """These links as they are kept, by number; what is not there any more is left out."""
    asked, those = await records.requests_of(work), set(numbers)
    return {
        row.number: One(row, asked.get(row.number, ()))
        for row in await work.books.links.of(work.case.id)
        if row.number in those
    }


def offers(
    work: Work, of: Summary, name: str, many: Sequence[One], inert: bool
) -> Iterator[Button]:
    """Each that would be news of one; how it is asked in full only where it may be opened."""
    ways = ((ASKED,) if inert else ladder.rungs(name)) if of.may_ask else ()
    for word in (*ways, *ENDS):
        if count := sum(one.is_news(word, work.act.today) for one in many):
            name_of = press("each", of.case.id, work.act.update, word)
            yield Button(name_of, words_of(word, count))


def shown_key(work: Work, mark: int) -> str:
    """The letter that keeps how links stood when they were shown."""
    return f"shown:{work.act.by.id}:{mark}"


async def keep_shown(work: Work, many: Iterable[One]) -> None:
    """How they stand now."""
    body = {"stood": [[one.row.number, *one.stood] for one in many]}
    due = work.act.now + batches.KEPT_FOR
    await work.books.outbox.keep(work.case.id, {shown_key(work, work.act.update): body}, due)


async def shown(work: Work, mark: int) -> Mapping[int, Stood] | None:
    """How they stood, by number; None where that is over."""
    letter = await work.books.outbox.get(shown_key(work, mark))
    if letter is None or letter.case_id != work.case.id or letter.due <= work.act.now:
        return None
    return {number: (state, asked) for number, state, asked in letter.body["stood"]}


# Recorded


async def record(work: Work, mark: int, word: str) -> Screen:
    """All of which that is news, and which stand as they did when they were shown."""
    batch = await batches.get(work, mark)
    if batch is None and word not in ENDS and not await lets_ask(work.books, work.case):
        return desk.panel(await told(work), work.act.by, Say(DO_NOT_ASK))
    if batch is None and work.first:
        batch = await recorded(work, mark, word)
    if batch is None:
        return desk.panel(await told(work), work.act.by, Say(OVER))
    return await result(work, mark, batch)


OVER = N_("That list is too old. Please choose again.")


async def recorded(work: Work, mark: int, word: str) -> Batch | None:
    """Record it; None where nothing was shown, or that word means nothing there."""
    stood = await shown(work, mark)
    now = await ones(work, stood or ())
    if not stood or not now or word not in words_for(work, now):
        return None
    state = CHOICES.get(word, "requested")
    same = [one for number, one in now.items() if one.stood == stood[number]]
    changed = stood.keys() - {one.row.number for one in same}
    left = [n for n in changed if n not in now or now[n].row.state != state]
    news = [one.row for one in same if one.is_news(word, work.act.today)]
    numbers = [row.number for row in await put(work, news, word, mark)]
    batch = Batch(state, {work.case.id: numbers}, sorted(left))
    await batches.keep(work, mark, batch)
    return batch


def words_for(work: Work, now: Mapping[int, One]) -> tuple[str, ...]:
    """What may be recorded of links of one platform."""
    name = read_link(next(iter(now.values())).row, work.keys).platform
    return (*ladder.rungs(name), ASKED, *ENDS)


async def put(work: Work, rows: list[LinkRow], word: str, mark: int) -> list[LinkRow]:
    """Record it of these; gives those of which it was news."""
    if word == ASKED or not rows:
        return await records.ask_by(work, rows, batch=mark)
    if state := CHOICES.get(word):
        await records.put_state(work, rows, state, mark)
    else:
        platform = read_link(rows[0], work.keys).platform
        await records.make_requests(work, rows, platform, word, mark)
    return rows


async def explain(work: Work, mark: int, word: str) -> Screen:
    """Why the platform said no to all of them; what has a reason of its own keeps it."""
    batch = await batches.get(work, mark)
    if batch is None or batch.undone is not None or batch.state != "refused" or word not in WHY:
        return desk.panel(await told(work), work.act.by)
    if work.first:
        now = await ones(work, batch.links.get(work.case.id, ()))
        same = ("refused", None), ("refused", batch.why or None)
        numbers = [n for n, one in now.items() if (one.row.state, one.row.reason) in same]
        await work.books.links.explain_all(work.case.id, numbers, word)
        await work.note_down(*(f"why {number}: {word}" for number in numbers))
        if numbers:
            batch = replace(batch, why=word)
            await batches.keep(work, mark, batch)
    return await result(work, mark, batch)


async def undo(work: Work, mark: int, word: str) -> Screen:
    """All are as they were, if that is not ten minutes old and nobody recorded them anew."""
    batch = await batches.get(work, mark)
    late = Say(N_("Too late to undo: record it anew."))
    if batch is None:
        return desk.panel(await told(work), work.act.by, late)
    if not work.first or batch.undone is not None:
        return await result(work, mark, batch)
    undone = await batches.undo(work, mark, batch)
    return await result(work, mark, undone or batch, None if undone else late)


# What came of it


async def result(work: Work, mark: int, batch: Batch, first: Say | None = None) -> Screen:
    """What is recorded and what was left; to be explained, and to be undone at once."""
    lines = undone_lines if batch.undone is not None else recorded_lines
    head = (first,) if first else ()
    case = work.case.id
    keys = [Button(press("because", case, mark, why), WHY[why]) for why in reasons(batch)]
    if any(befores for _, befores in await batches.fresh(work, mark, batch)):
        keys.append(Button(press("takeback", case, mark), N_("Undo all")))
    page = page_of_choices(min(batch.links.get(case) or batch.left or [1]))
    keys.append(Button(press("record", case, page), N_("Another link")))
    says = (*head, *lines(work.case, batch, await cases_of(work, batch)))
    return Screen(says, (*keys, back(case)))


async def cases_of(work: Work, batch: Batch) -> Mapping[str, Case]:
    """The cases of a batch that are there."""
    found = {}
    for case_id in batch.links:
        try:
            found[case_id] = await work.books.cases.get(case_id)
        except NoSuchCase:
            continue
    return found


def reasons(batch: Batch) -> Iterable[str]:
    """Those that may be given for a *no* to all."""
    said_no = batch.state == "refused" and batch.undone is None
    return WHY if said_no and any(batch.links.values()) else ()


def recorded_lines(here: Case, batch: Batch, cases: Mapping[str, Case]) -> Iterator[Say]:
    """What is recorded, case by case, and what is not."""
    if batch.missed is not None:
        missed = {"count": batch.missed}
        yield Say(SOME_NOT_RECORDED, missed) if batch.missed else Say(ALL_RECORDED)
    for case_id, numbers in batch.links.items():
        if case_id in cases and numbers:
            blanks = {**counted(cases[case_id], numbers), "state": Say(STATES[batch.state])}
            yield Say(N_("{case}: recorded as “{state}”, links: {count} ({links})."), blanks)
    if not any(batch.links.values()) and batch.missed is None:
        nothing = N_("{case}: nothing is recorded, for it would change none of them.")
        yield Say(nothing, {"case": Strong(here.name)})
    if batch.left:
        left = N_("Changed since they were shown, and left as they are: {links}.")
        yield Say(left, {"links": runs(batch.left)})
    if batch.why:
        yield Say(N_("Why: {why}."), {"why": Say(WHY[batch.why])})


ALL_RECORDED = N_("All of these are recorded as asked.")
SOME_NOT_RECORDED = N_("Recorded, but for {count}: not yours any more, or not to be asked.")


def undone_lines(here: Case, batch: Batch, cases: Mapping[str, Case]) -> Iterator[Say]:
    """What is as it was, case by case, and what is not."""
    undone, others = batch.undone or {}, 0
    yield Say(N_("Undone."))
    for case_id, numbers in batch.links.items():
        if case_id not in undone or case_id not in cases:
            others += len(numbers)
            continue
        case, those = cases[case_id], undone[case_id]
        if those:
            yield Say(N_("{case}: as before, links: {count} ({links})."), counted(case, those))
        if left := [number for number in numbers if number not in those]:
            yield Say(N_("{case}: changed since, and left so: {links}."), counted(case, left))
    if others:
        yield Say(N_("Not yours any more, and left as recorded: {count}."), {"count": others})


def counted(case: Case, numbers: Sequence[int]) -> dict[str, Blank]:
    """A case, how many of its links, and which."""
    return {"case": Strong(case.name), "count": len(numbers), "links": runs(numbers)}
