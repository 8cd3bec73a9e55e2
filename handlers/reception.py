"""One turn, in the order that survives a crash: lock, load, take a turn, commit, save, answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter

from handlers import news, visits, wishes
from handlers.consents import ASK_NEWS, WORDINGS, given_with_send
from handlers.home import HOUSE, TALK_OVER
from handlers.hours import HONG_KONG, at
from handlers.names import new_id, new_name
from handlers.sealing import fit_to_keep, seal_address, seal_labels, seal_link
from handlers.spoken import Answer, Voice
from handlers.talk import (
    CLEAR,
    DigitOff,
    Done,
    Draft,
    Effect,
    Filed,
    Heard,
    Mine,
    Pressed,
    Said,
    Swept,
    Told,
    TooMany,
    Turn,
    Unknown,
)
from handlers.visits import Visit, consent, count_answers
from locales import BOTH
from storage.books import Books, Case, Consent, NewCase, NoSuchCase, Store
from storage.codes import Prepared, Shelf, in_fours, is_whole
from storage.counts import Counts
from storage.drafts import Drafts
from storage.keys import DoorKeys
from storage.outbox import AT_ONCE
from storage.seal import Place, PublicKey, Sealed, seal, unseal

TRIES_AN_HOUR = 5
NAMES_TRIED = 20  # then a number is added: there are some eight thousand names
DAY = 24 * 3600
FORGETS = (Effect.CLEAR, Effect.FORGET)
LONG = 500  # letters in one message


@dataclass(frozen=True, slots=True)
class Memory:
    """One person's draft row: the draft, the last update heard, and what was answered.

    *at*: when that was, in unix seconds.
    """

    draft: Draft
    update: int
    answer: Answer | None
    at: float = 0.0


_MEMORY = TypeAdapter(Memory)


@dataclass(frozen=True, slots=True)
class Tidied:
    """A chat was cleared by itself. *chose*: the list to choose from was on the screen."""

    swept: Swept
    chose: bool


Sweep = Callable[[int, Mapping[int, float]], Awaitable[set[int]]]


class Reception:
    """Hears people. *sweep(chat, messages)* deletes messages and gives back the ids that stayed.

    *below(n)* rolls dice, 0 to n-1; *clock* gives unix seconds. Every verb may raise Down: then
    nothing was received, and hearing the same update again is safe.
    """

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        counts: Counts,
        keys: DoorKeys,
        shelf: Shelf,
        sweep: Sweep,
        below: Callable[[int], int],
        clock: Callable[[], float],
    ) -> None:
        self.store, self.drafts, self.counts = store, drafts, counts
        self.keys, self.shelf, self.sweep = keys, shelf, sweep
        self.below, self.clock = below, clock
        self.began = clock()  # of what was before, memory alone knows nothing

    async def hear(
        self, chat: int, heard: Sequence[tuple[int, Heard]], language: str | None
    ) -> tuple[int, Answer | None]:
        """Hear one person's updates in order, as many as one answer is enough for, and answer.

        Gives how many those were. Each is heard, its links are kept; only the last is answered,
        None where there is nothing to say. Safe to repeat: the same update gets the same answer
        and changes nothing.
        """
        person = self.keys.person(chat)
        async with self.drafts.hold(person) as held:
            memory = _MEMORY.validate_json(held.kept) if held.kept else None
            known = memory.update if memory else 0
            new = [(update, one) for update, one in heard if update > known or not memory]
            if not new:
                repeated = memory.answer if memory and heard[-1][0] == known else None
                return len(heard), repeated
            lapsed = memory is None and await self.counts.drop(_unsent(person)) > 0
            draft = memory.draft if memory else await self._returning(person, language)
            turn, many = await self._turn(draft, new, chat, person)
            update, last = new[many - 1]
            await self._mark_unsent(person, draft, turn)
            if lapsed and turn.effect not in FORGETS and TALK_OVER not in turn.says:
                turn = replace(turn, says=(TALK_OVER, *turn.says))
            voice = Voice(turn.draft.language, self.today())
            answer = None if turn.silent else voice.answer(turn)
            if answer and not answer.chooses:
                answer = replace(answer, closes=chose(memory, last))
            gone = turn.effect in FORGETS
            kept = Memory(turn.draft, update, answer, self.clock())
            held.kept = None if gone else _MEMORY.dump_json(kept, exclude_defaults=True)
            return len(heard) - len(new) + many, answer

    async def _turn(
        self, draft: Draft, heard: Sequence[tuple[int, Heard]], chat: int, person: str
    ) -> tuple[Turn, int]:
        """The turn that has an answer, its effect carried out, and how many turns it took."""
        first = heard[0][1]
        if isinstance(first, Pressed) and (ended := news.ended(first.name)):
            return await self._end_news(ended, chat, draft), 1
        turn, many = await take_all(draft, [one for _, one in heard])
        return await self._carry_out(turn, chat, person, heard[many - 1][0]), many

    async def seen(self, chat: int, messages: Mapping[int, float]) -> None:
        """Remember messages of the chat (id -> unix seconds), so that they can be cleared."""
        await self.drafts.remember(self.keys.person(chat), messages)

    async def _returning(self, person: str, language: str | None) -> Draft:
        """A new draft; for somebody whose number is not saved yet, the place where it is shown."""
        draft = Draft(ref=self._new_ref(), language=language)
        async with self.store.begin() as books:
            pending = await books.pending.get(person, self._now())
        if pending is None or pending.saved:
            return draft
        return replace(draft, ref=pending.case_id, talk="report", step="sent", sent=True)

    async def _carry_out(self, turn: Turn, chat: int, person: str, update: int) -> Turn:
        draft = turn.draft
        match turn.effect:
            case None:
                return turn
            case Effect.FILE:
                told = await self._file(draft, chat, person, update)
                draft = draft if draft.sent else draft.bare()
            case Effect.SAVED:
                told = await self._save_code(person)
                draft = draft.fresh(self._new_ref())
            case Effect.CHECK:
                told = await self._check(draft.code, person)
                draft = replace(draft, code="")
                if told == Done():
                    draft = draft.fresh(self._new_ref())
            case Effect.SHOW:
                told = await self._number(person)
            case Effect.LOOK_UP:
                mine, told = await self._look_up(draft.code, person)
                draft = replace(draft, code="", mine=mine)
            case Effect.CLEAR:
                told = await self._clear(chat, person)
                await self._wish(chat, None, None)
            case Effect.CLEAR_LATER:
                told = await self._wish(chat, "idle", draft.language)
            case Effect.OFFER_LATER:
                told = await self._wish(chat, "offer", draft.language)
            case Effect.NEVER_BY_ITSELF:
                told = await self._wish(chat, None, None)
            case Effect.FORGET:
                told = Done()
            case effect:
                draft, told = await self._visit(effect, draft, chat)
        return HOUSE.told(replace(turn, draft=draft), told)

    async def _file(self, draft: Draft, chat: int, person: str, update: int) -> Told:
        """One transaction: case, links, receipt, pending code, address, notice, seen-mark."""
        if not draft.sent:
            prepared = await self.shelf.take()
            report = await asyncio.to_thread(
                _Report.of, draft, chat, self.keys, prepared.letterbox
            )
            async with self.store.begin() as books:
                # For the record only: the case's own id keeps it from being filed twice, since
                # the ids of updates may start again anywhere.
                await books.seen.mark("door", "update", str(update), self._now())
                await self._put(books, draft, report, prepared, person)
        return await self._number(person)

    async def _put(
        self, books: Books, draft: Draft, report: "_Report", prepared: Prepared, person: str
    ) -> None:
        case = NewCase(
            id=draft.ref,
            name=await self._free_name(books),
            language=draft.language or BOTH,
            minor=draft.minor or "unsure",
            urgency=draft.urgency or "calm",
            news=bool(draft.news),
            day=self.today(),
            happened=report.happened,
            note=report.note,
            hour=self._now().astimezone(HONG_KONG).hour,
        )
        if not await books.cases.file(case, report.links):
            return
        await books.receipts.put(prepared.tag, case.id)
        await books.letterboxes.put(case.id, prepared.letterbox.as_bytes(), report.labels)
        number = seal(prepared.code.encode(), self.keys.back.public, _number_place(person))
        await books.pending.put(person, case.id, number, self._now())
        if report.address:
            until = self.today() + timedelta(days=news.NEWS_DAYS)
            await books.addresses.put(case.id, report.address, until)
        await books.consents.put(*consents_in(draft, case))
        if "count" in draft.agreed:
            await count_answers(books, case.id, draft, case.day)
        await books.outbox.put_card(case.id, case.urgency, AT_ONCE, new=True)

    async def _number(self, person: str) -> Told:
        """The number that this person has not saved yet."""
        async with self.store.begin() as books:
            pending = await books.pending.get(person, self._now())
        if pending is None:
            return Done()
        code = unseal(pending.sealed, self.keys.back, _number_place(person))
        return Filed(in_fours(code.decode()))

    async def _save_code(self, person: str) -> Told:
        async with self.store.begin() as books:
            await books.pending.save(person)
        return Done()

    async def _check(self, digits: str, person: str) -> Told:
        """Done where the digits are of the number; the number, where they are not."""
        told = await self._number(person)
        if isinstance(told, Filed) and digits not in (
            *told.code.split(),
            told.code.replace(" ", ""),
        ):
            return told
        return await self._save_code(person)

    async def _look_up(self, code: str, person: str) -> tuple[Mine | None, Told]:
        if not is_whole(code):
            return None, DigitOff()
        async with self.store.begin() as books:  # a try that cannot be answered is no try
            await books.pending.get(person, self._now())
        if await self.counts.add(f"look up:{person}", 3600) > TRIES_AN_HOUR:
            return None, TooMany()
        ticket = await self.shelf.ticket(code)
        async with self.store.begin() as books:
            return await visits.opened(books, ticket, self._new_ref(), self.today())

    async def _end_news(self, ticket: str, chat: int, draft: Draft) -> Turn:
        """From the line itself, whatever the talk is about; the talk stays where it is.

        A ticket that was not made for this chat ends nothing.
        """
        if case_id := self.keys.case_of(ticket, chat):
            with suppress(NoSuchCase):
                async with self.store.begin() as books:
                    await visits.end_news(books, case_id, self.today())
        return Turn(draft, (news.NO_MORE,), (CLEAR,), redraw=True)

    async def _visit(self, effect: Effect, draft: Draft, chat: int) -> tuple[Draft, Told]:
        """What a person does with the case that is open; it may have gone meanwhile."""
        if draft.mine is None:
            return draft.away(), Unknown()
        try:
            async with self.store.begin() as books:
                case = await books.cases.get(draft.mine.id)
                return await visits.do(
                    effect, self._visit_of(books, case, draft, draft.mine, chat)
                )
        except NoSuchCase:
            return draft.away(), Unknown()

    def _visit_of(self, books: Books, case: Case, draft: Draft, mine: Mine, chat: int) -> Visit:
        now, today = self._now(), self.today()
        return Visit(books, self.keys, case, mine, draft, now, today, chat, self._new_ref)

    async def _clear(self, chat: int, person: str) -> Told:
        """Delete what can be deleted. The number goes too: whoever reads on must not find it."""
        messages = await self.drafts.remembered(person)
        left = await self.sweep(chat, messages)
        async with self.store.begin() as books:
            await books.pending.drop(person)
        await self.drafts.forget_messages(person, set(messages) - left)
        return Swept(len(left))

    async def clear_if_quiet(self, chat: int, seconds: float) -> "Tidied | float":
        """Clear a chat in which nobody has done anything for *seconds*, as if they had asked.

        Where somebody has, the unix second at which it is worth looking again. The wish is the
        caller's to drop, once this is done: until then it is tried again.
        """
        person = self.keys.person(chat)
        async with self.drafts.hold(person) as held:
            memory = _MEMORY.validate_json(held.kept) if held.kept else None
            messages = await self.drafts.remembered(person)
            last = max((memory.at if memory else self.began, *messages.values()))
            if last + seconds > self.clock():
                return last + seconds
            async with self.store.begin() as books:
                await books.pending.drop(person)
            await self.counts.drop(_unsent(person))
            held.kept = None
        # Whoever writes from here on begins anew, and need not wait until Telegram has done it.
        left = await self.sweep(chat, messages)
        await self.drafts.forget_messages(person, set(messages) - left)
        return Tidied(Swept(len(left), known=bool(messages)), chose(memory))

    async def _mark_unsent(self, person: str, before: Draft, turn: Turn) -> None:
        """For a day, and only for who talked with us: that there was something not yet sent.

        Else a report half made would be gone after thirty idle minutes, and nobody told.
        """
        had, has = before.unsent, turn.draft.unsent and turn.effect not in FORGETS
        if has and not had:
            await self.counts.add(_unsent(person), DAY)
        elif had and not has:
            await self.counts.drop(_unsent(person))

    async def _wish(self, chat: int, how: wishes.How | None, language: str | None) -> Told:
        """Write down how this chat is to be cleared by itself; None: not at all."""
        now = self._now()
        messages = await self.drafts.remembered(self.keys.person(chat)) if how else {}
        sent = [at(seconds) for seconds in messages.values()]
        due = now + wishes.QUIET if how == "idle" else wishes.offered_at(sent, now)
        async with self.store.begin() as books:
            if how is None:
                await wishes.drop(books, self.keys, chat)
            else:
                await wishes.put(books, self.keys, chat, how, language, due)
        return Done()

    async def _free_name(self, books: Books) -> str:
        for tail in (*[""] * NAMES_TRIED, f" {self.below(10_000)}"):
            name = new_name(self.below) + tail
            if await books.cases.name_is_free(name):
                break
        return name

    def _new_ref(self) -> str:
        return new_id(self.below)

    def _now(self) -> datetime:
        return at(self.clock())

    def today(self) -> date:
        """The day in Hong Kong."""
        return self._now().astimezone(HONG_KONG).date()


async def take_all(draft: Draft, heard: Sequence[Heard]) -> tuple[Turn, int]:
    """Take turns until one must be answered; that turn, and how many they were."""
    turn, many = await take(draft, heard[0]), 1
    while many < len(heard) and not turn.effect and not HOUSE.speaks_for_itself(heard[many - 1]):
        await asyncio.sleep(0)  # others may be heard in between
        after, many = await take(turn.draft, heard[many]), many + 1
        turn = replace(turn, draft=after.draft) if after.silent else after
    return turn, many


def chose(memory: Memory | None, heard: Heard | None = None) -> bool:
    """Whether the person could choose from their list until now."""
    chosen = isinstance(heard, Said) and heard.chosen
    return chosen or bool(memory and memory.answer and memory.answer.chooses)


async def take(draft: Draft, heard: Heard) -> Turn:
    """A turn of the talk; over a long message in a thread, since 200 links take 20 ms to read."""
    if isinstance(heard, Said) and len(heard.text) > LONG:
        return await asyncio.to_thread(HOUSE.take, draft, heard)
    return HOUSE.take(draft, heard)


def _unsent(person: str) -> str:
    return f"unsent:{person}"


def _number_place(person: str) -> Place:
    return Place(person, "number")


def consents_in(draft: Draft, case: NewCase) -> list[Consent]:
    """All four answers of a report, each with the words in which it asked."""
    yes = {*given_with_send(draft), *(("write",) if draft.news else ())}
    asked = {**WORDINGS, "write": ASK_NEWS}
    return [
        consent(case.id, what, what in yes, case.day, words, case.language)
        for what, words in asked.items()
    ]


def note_of(draft: Draft) -> str:
    """The note as it may be kept."""
    return fit_to_keep(draft.note, draft.minor or "unsure")


def told_of(draft: Draft) -> bytes:
    """What happened, and what came of the legal check where it goes along: JSON, in one field."""
    told = {"kinds": draft.happened, "check": dict(draft.checked)}
    return json.dumps(told).encode()


@dataclass(frozen=True, slots=True)
class _Report:
    """A draft, sealed: plaintext ends here."""

    links: tuple[Sealed, ...]
    happened: Sealed
    note: Sealed | None
    address: Sealed | None
    labels: Sealed

    @classmethod
    def of(cls, draft: Draft, chat: int, keys: DoorKeys, letterbox: PublicKey) -> "_Report":
        """Seal each field to the staff key, at its place in the case."""

        def to_staff(plain: bytes, field: str) -> Sealed:
            return seal(plain, keys.staff, Place(draft.ref, field))

        links = tuple(
            seal_link(kept.link, number, draft.ref, keys)
            for number, kept in enumerate(draft.links, 1)
        )
        platforms = {number: kept.link.platform for number, kept in enumerate(draft.links, 1)}
        return cls(
            links=links,
            happened=to_staff(told_of(draft), "happened"),
            note=to_staff(note_of(draft).encode(), "note") if draft.note else None,
            address=seal_address(chat, draft.ref, keys) if draft.news else None,
            labels=seal_labels(platforms, draft.ref, letterbox),
        )
