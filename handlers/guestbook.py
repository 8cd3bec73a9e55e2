"""The guest book: how the room was found last, and which administrators and bots are known.

What was found lies in the outbox as a letter that never falls due: the cards are written from it,
and the next look replaces it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from handlers import room, staff
from handlers.casebook import seen_first
from handlers.casework import Act
from handlers.hours import HONG_KONG
from handlers.room import Check, Facts, Member
from handlers.talk import Say
from storage.books import Books, Store
from storage.signs import Sign

KEPT = "room seen"
CARD = "room"
NEVER_DUE = datetime(9999, 12, 31, tzinfo=UTC)
A_DAY = timedelta(days=1)
SOON = timedelta(minutes=10)  # until a room that could not be looked at is tried again
_CHECK = TypeAdapter(Check)


class Guestbook:
    """What is known of the room; each call is one transaction, and may raise Down."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def next_look(self) -> datetime | None:
        """When the room is to be looked at again; None where it never was."""
        async with self.store.in_turn() as books:
            letter = await books.outbox.get(KEPT)
        return datetime.fromisoformat(letter.body["next"]) if letter else None

    async def bots(self) -> list[Sign]:
        """The bots that were seen to join, as far as they have not left."""
        async with self.store.in_turn() as books:
            return await books.signs.out("bot")

    async def meet(self, bot: Member, inside: bool) -> None:
        """Another bot came into the group, or left it."""
        async with self.store.in_turn() as books:
            if inside:
                await books.signs.hang("bot", bot.id, bot.name)
            else:
                await books.signs.take_down("bot", bot.id)

    async def note(
        self,
        facts: Facts | None,
        asked_for: Sequence[Sign],
        now: datetime,
        update: int = 0,
    ) -> Check:
        """What was found, or (None) that the room could not be looked at; then the old stays.

        *asked_for*: the bots that were looked for by number. *update*: of who asked in the group,
        where the card is then shown anew; heard again, it does nothing more.
        """
        async with self.store.in_turn() as books:
            before = await last(books)
            first = not update or await seen_first(books, update, now)
            day = now.astimezone(HONG_KONG).date().isoformat()
            if facts is None:
                check = replace(before, missed=before.missed or day)
            else:
                await forget_bots(books, facts, asked_for)
                unknown = await unknown_leads(books, facts, before)
                check = Check(day, facts, unknown)
            await keep(books, check, now + until_next(facts))
            await tell(books, before, check, now, asked=bool(update) and first)
            return check

    async def know(self, act: Act, mark: str) -> Say:
        """A lead vouches for the administrators whom the button named; with audit rows."""
        if not act.by.leads:
            return staff.LEADS_ONLY
        async with self.store.in_turn() as books:
            before = await last(books)
            if not before.unknown:
                return room.KNOWN
            if room.mark_of(before.unknown) != mark:
                return room.CHANGED
            known = {sign.who for sign in await books.signs.out("known")}
            if known and act.by.id not in known:
                return room.VOUCHED
            for lead in before.unknown:
                await books.signs.hang("known", lead.id, lead.name)
                await books.audit.add(act.by.id, f"know administrator {lead.id}", "", act.now)
            check = replace(before, unknown=())
            await keep(books, check, act.now + A_DAY)
            await tell(books, before, check, act.now)
            return room.KNOWN


def until_next(facts: Facts | None) -> timedelta:
    """How long after a look the next one comes."""
    return A_DAY if facts else SOON


async def last(books: Books) -> Check:
    """What was found last; an empty one where nothing ever was."""
    letter = await books.outbox.get(KEPT)
    return _CHECK.validate_python(letter.body["check"]) if letter else Check()


async def leaking(books: Books) -> bool:
    """Whether details of cases are held back from the group."""
    return bool(room.leaks(await last(books)))


async def keep(books: Books, check: Check, again: datetime) -> None:
    """Until it is looked at *again*."""
    kept = _CHECK.dump_python(check, mode="json")
    body = {"check": kept, "next": again.isoformat()}
    await books.outbox.put("staff", KEPT, key=KEPT, body=body, due=NEVER_DUE)


async def forget_bots(books: Books, facts: Facts, asked_for: Sequence[Sign]) -> None:
    """Bots that left unseen."""
    here = {bot.id for bot in facts.bots}
    for sign in asked_for:
        if sign.who not in here:
            await books.signs.take_down("bot", sign.who)


async def unknown_leads(books: Books, facts: Facts, before: Check) -> tuple[Member, ...]:
    """Administrators for whom nobody has vouched; one who was none meanwhile is unknown again.

    Whoever leads the group when it is looked at for the first time is known: they set it up, and
    the card names them.
    """
    known, leads = {sign.who for sign in await books.signs.out("known")}, facts.leads
    for gone in known - {lead.id for lead in leads}:
        await books.signs.take_down("known", gone)
    if before.facts is not None or known:
        return tuple(lead for lead in leads if lead.id not in known)
    for lead in leads:
        await books.signs.hang("known", lead.id, lead.name)
    return ()


async def tell(
    books: Books, before: Check, check: Check, now: datetime, asked: bool = False
) -> None:
    """The room's card, where it has changed; all cards, where details go or come back.

    One that leaks anew is posted anew, with a sound: nobody reads what is far up.
    """
    alarm = bool(room.leaks(check) - room.leaks(before))
    if asked or alarm or check != before:
        await put_card(books, now, fresh=asked or alarm, loud=alarm)
    if bool(room.leaks(before)) != bool(room.leaks(check)):
        await books.outbox.put("staff", "cards", key="cards", body={}, due=now)


async def put_card(books: Books, now: datetime, *, fresh: bool, loud: bool) -> None:
    """Let the courier bring the room's card up to date, or post it anew in place of the old."""
    waiting = await books.outbox.get(CARD)
    body: dict[str, Any] = dict(waiting.body) if waiting else {}
    if fresh and (post := await books.posts.get(CARD)):
        body["fresh"] = post.message
    if loud:
        body["loud"] = True
    await books.outbox.put("staff", CARD, key=CARD, body=body, due=now)
