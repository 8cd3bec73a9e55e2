"""One turn, in the order that survives a crash: lock, load, take a turn, commit, save, answer."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from unicodedata import normalize

from pydantic import TypeAdapter

from handlers.home import HOUSE
from handlers.names import new_id, new_name
from handlers.spoken import Answer, Voice
from handlers.talk import (
    DigitOff,
    Done,
    Draft,
    Effect,
    Filed,
    Heard,
    Said,
    Standing,
    Swept,
    Told,
    TooMany,
    Turn,
    Unknown,
)
from storage.books import Books, NewCase, Store
from storage.codes import Prepared, Shelf, in_fours, is_whole
from storage.counts import Counts
from storage.drafts import Drafts
from storage.keys import DoorKeys
from storage.outbox import AT_ONCE
from storage.seal import Place, Sealed, seal, unseal

HONG_KONG = timezone(timedelta(hours=8))
TRIES_AN_HOUR = 5
NAMES_TRIED = 20  # then a number is added: there are some eight thousand names
ADDRESS_DAYS = 14
LONG = 500  # letters in one message


@dataclass(frozen=True, slots=True)
class Memory:
    """One person's draft row: the draft, the last update heard, and what was answered."""

    draft: Draft
    update: int
    answer: Answer | None


_MEMORY = TypeAdapter(Memory)

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

    async def hear(
        self, chat: int, update: int, heard: Heard, language: str | None
    ) -> Answer | None:
        """Answer one person once; None where there is nothing to say.

        Safe to repeat: the same *update* gets the same answer and changes nothing.
        """
        person = self.keys.person(chat)
        async with self.drafts.hold(person) as held:
            memory = _MEMORY.validate_json(held.kept) if held.kept else None
            if memory and update <= memory.update:
                return memory.answer if update == memory.update else None
            draft = memory.draft if memory else await self._returning(person, language)
            turn = await take(draft, heard)
            turn = await self._carry_out(turn, chat, person, update, heard)
            voice = Voice(turn.draft.language, self.today())
            answer = None if turn.silent else voice.answer(turn)
            gone = turn.effect in (Effect.CLEAR, Effect.FORGET)
            kept = Memory(turn.draft, update, answer)
            held.kept = None if gone else _MEMORY.dump_json(kept)
            return answer

    async def seen(self, chat: int, messages: Mapping[int, float]) -> None:
        """Remember messages of the chat (id -> unix seconds), so that they can be cleared."""
        await self.drafts.remember(self.keys.person(chat), messages)

    async def _returning(self, person: str, language: str | None) -> Draft:
        """A new draft; for somebody whose number is not saved yet, the place where it is shown."""
        draft = Draft(ref=self._new_ref(), language=language)
        async with self.store.begin() as books:
            pending = await books.pending.get(person, self._now())
        if pending is None:
            return draft
        return replace(draft, ref=pending.case_id, talk="report", step="sent", sent=True)

    async def _carry_out(
        self, turn: Turn, chat: int, person: str, update: int, heard: Heard
    ) -> Turn:
        draft = turn.draft
        match turn.effect:
            case None:
                return turn
            case Effect.FILE:
                told = await self._file(draft, chat, person, update)
                draft = draft if draft.sent else draft.bare()
            case Effect.SAVED:
                told = await self._forget_code(person)
                draft = draft.fresh(self._new_ref())
            case Effect.LOOK_UP:
                told = await self._look_up(draft.code, person)
                draft = replace(draft, code="")
            case Effect.CLEAR:
                told = await self._clear(chat, person, heard)
            case Effect.FORGET:
                told = Done()
        return HOUSE.told(replace(turn, draft=draft), told)

    async def _file(self, draft: Draft, chat: int, person: str, update: int) -> Told:
        """One transaction: case, links, receipt, pending code, address, notice, seen-mark."""
        if not draft.sent:
            prepared = await self.shelf.take()
            report = await asyncio.to_thread(_Report.of, draft, chat, self.keys)
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
            language=draft.language or "yue_Hant",
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
        number = seal(prepared.code.encode(), self.keys.back.public, _number_place(person))
        await books.pending.put(person, case.id, number, self._now())
        if report.address:
            until = self.today() + timedelta(days=ADDRESS_DAYS)
            await books.addresses.put(case.id, report.address, until)
        await books.outbox.put_card(case.id, case.urgency, AT_ONCE)

    async def _number(self, person: str) -> Told:
        """The number that this person has not saved yet."""
        async with self.store.begin() as books:
            pending = await books.pending.get(person, self._now())
        if pending is None:
            return Done()
        code = unseal(pending.sealed, self.keys.back, _number_place(person))
        return Filed(in_fours(code.decode()))

    async def _forget_code(self, person: str) -> Told:
        async with self.store.begin() as books:
            await books.pending.drop(person)
        return Done()

    async def _look_up(self, code: str, person: str) -> Told:
        if not is_whole(code):
            return DigitOff()
        async with self.store.begin() as books:  # a try that cannot be answered is no try
            await books.pending.get(person, self._now())
        if await self.counts.add(f"look up:{person}", 3600) > TRIES_AN_HOUR:
            return TooMany()
        tag = await self.shelf.tag(code)
        async with self.store.begin() as books:
            case = await books.cases.by_receipt(tag)
            if case is None:
                return Unknown()
            return Standing(case.state, await books.links.states(case.id), case.outcome or "")

    async def _clear(self, chat: int, person: str, heard: Heard) -> Told:
        """Delete what can be deleted. The number goes too: whoever reads on must not find it."""
        messages = await self.drafts.remembered(person)
        left = await self.sweep(chat, messages)
        await self._forget_code(person)
        await self.drafts.forget_messages(person, set(messages) - left)
        before = set(messages) - {heard.message if isinstance(heard, Said) else 0}
        return Swept(len(left), sure=bool(before))

    async def _free_name(self, books: Books) -> str:
        for tail in (*[""] * NAMES_TRIED, f" {self.below(10_000)}"):
            name = new_name(self.below) + tail
            if await books.cases.name_is_free(name):
                break
        return name

    def _new_ref(self) -> str:
        return new_id(self.below)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def today(self) -> date:
        """The day in Hong Kong."""
        return self._now().astimezone(HONG_KONG).date()


async def take(draft: Draft, heard: Heard) -> Turn:
    """A turn of the talk; over a long message in a thread, since 200 links take 20 ms to read."""
    if isinstance(heard, Said) and len(heard.text) > LONG:
        return await asyncio.to_thread(HOUSE.take, draft, heard)
    return HOUSE.take(draft, heard)


def _number_place(person: str) -> Place:
    return Place(person, "number")


ADDRESS = re.compile(r"[!-~]{0,200}[./:][!-~]{3,2000}")


def note_of(draft: Draft) -> str:
    """The note; where somebody may be under 18, without addresses: nobody here may open them."""
    return draft.note if draft.minor == "no" else ADDRESS.sub("(…)", normalize("NFKC", draft.note))


@dataclass(frozen=True, slots=True)
class _Report:
    """A draft, sealed: plaintext ends here."""

    links: tuple[Sealed, ...]
    happened: Sealed
    note: Sealed | None
    address: Sealed | None

    @classmethod
    def of(cls, draft: Draft, chat: int, keys: DoorKeys) -> "_Report":
        """Seal each field to the staff key, at its place in the case."""

        def to_staff(plain: bytes, field: str) -> Sealed:
            return seal(plain, keys.staff, Place(draft.ref, field))

        links = tuple(
            to_staff(
                json.dumps(
                    {
                        "platform": kept.link.platform,
                        "url": kept.link.url,
                        "open_url": kept.link.open_url,
                    }
                ).encode(),
                f"link {number}",
            )
            for number, kept in enumerate(draft.links, 1)
        )
        place = Place(draft.ref, "address")
        inner = seal(str(chat).encode(), keys.back.public, place) if draft.news else None
        return cls(
            links=links,
            happened=to_staff(json.dumps(draft.happened).encode(), "happened"),
            note=to_staff(note_of(draft).encode(), "note") if draft.note else None,
            address=seal(inner, keys.staff, place) if inner else None,
        )
