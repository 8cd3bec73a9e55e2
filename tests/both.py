"""A door on a sandbox, and a casebook with a courier whose parcels are written down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from secrets import randbelow
from uuid import uuid4

import pytest

from bot.clerk import Clerk, Room
from bot.courier import Courier, Heights, Pace
from bot.parcels import Delete, Done, Edit, Errand, Gone, Outcome, Parcel, Send
from bot.staff_room import other_kinds
from handlers.casebook import Casebook
from handlers.casework import Act
from handlers.hours import HONG_KONG
from handlers.spoken import Voice
from handlers.staff import Caseworker, Screen, press
from storage.books import Case, Store
from storage.counts import open_counts
from storage.drafts import MemoryDrafts, open_drafts
from storage.keys import DoorKeys, StaffKeys
from tests.conftest import Clock
from tests.doors import Door, Guest, copied, open_door

KIT = Caseworker(41, "Kit", "en")
GROUP = -1009988776655
LINK = "https://t.me/zz_invented_ch/1"
TO_SENT = (
    *("/start", "/report", "[No, 18", LINK, "[That is all]", "[Shared or posted]"),
    *("[Done]", "[It can wait]", "[Skip]", "[No, I will", "[Send]"),
)


@dataclass
class Written:
    """Carries nothing, and writes down what it was given; *shut* chats cannot be written to."""

    errands: list[Errand] = field(default_factory=list)
    shut: set[int] = field(default_factory=set)

    async def send(self, parcel: Parcel) -> Outcome:
        self.errands.append(Send(parcel))
        return Gone("blocked") if parcel.chat in self.shut else Done(1000 + len(self.errands))

    async def edit(self, message: int, parcel: Parcel) -> Outcome:
        self.errands.append(Edit(message, parcel))
        return Done(message)

    async def delete(self, chat: int, message: int) -> Outcome:
        self.errands.append(Delete(chat, message))
        return Done(message)


@dataclass
class Both:
    """Both sides of a case, and one clock for them."""

    door: Door
    store: Store
    clock: Clock
    casebook: Casebook
    carrier: Written
    courier: Courier
    updates: "count[int]"

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def act(self) -> Act:
        now = self.now()
        return Act(KIT, next(self.updates), 7, now, now.astimezone(HONG_KONG))

    async def press(self, verb: str, number: int = 0, word: str = "") -> str:
        """Kit presses a button of the one case; what is on the screen then."""
        case = await self.case()
        return said(await self.casebook.press(self.act(), press(verb, case.id, number, word)))

    async def type(self, text: str) -> str:
        """Kit types; what is on the screen then."""
        screen, _ = await self.casebook.type(self.act(), text)
        return said(screen)

    async def take(self) -> None:
        """Kit takes the one case."""
        case = await self.case()
        await self.casebook.take(KIT, case.id, next(self.updates), self.now())

    async def case(self) -> Case:
        """The one case there is."""
        async with self.store.begin() as books:
            found = [*await books.cases.waiting(2), *await books.cases.held_by(KIT.id)]
            if not found:
                found = [case for case in [await books.cases.named(self.name)] if case]
        (case,) = found
        self.name = case.name
        return case

    name: str = ""

    async def deliver(self) -> list[Errand]:
        """What the staff courier carries now."""
        before = len(self.carrier.errands)
        for _ in range(3):
            await self.courier.round()
        return self.carrier.errands[before:]

    async def told(self) -> list[tuple[int, str]]:
        """What the staff courier sends now, new messages only: to whom, and the words."""
        sent = [errand.parcel for errand in await self.deliver() if isinstance(errand, Send)]
        return [(parcel.chat, parcel.answer.text) for parcel in sent]

    async def filed(self, *path: str) -> tuple[Guest, str]:
        """Somebody who has filed, saved the number and come home, and their sixteen digits."""
        guest = self.door.person()
        code = copied(await guest.walk(*(path or TO_SENT)))
        await guest.walk("[I have saved it]", "[Skip]")
        return guest, code


def said(screen: Screen) -> str:
    """A screen in English."""
    return Voice("en", datetime(2027, 1, 15, tzinfo=UTC).date()).page(screen.says).text


@asynccontextmanager
async def open_both(
    store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock
) -> AsyncIterator[Both]:
    """Both sides on *store*; in the end, that Telegram found nothing wrong with the door."""
    drafts = open_drafts(None, door_keys.locker(), clock)
    counts = open_counts(None, clock)
    room, carrier, heights = Room(GROUP, None, "zz_invented_bot"), Written(), Heights()
    async with open_door(store, drafts, counts, door_keys, randbelow, clock) as door:
        now = door.sandbox.now
        kinds = {**Clerk(room, staff_keys).kinds(), **other_kinds(room, staff_keys)}
        courier = Courier(
            "staff", store, carrier, kinds, now, pace=Pace(most=1000), heights=heights
        )
        staff_drafts = MemoryDrafts(staff_keys.locker(), clock)
        casebook = Casebook(store, staff_drafts, staff_keys, lambda: uuid4().hex)
        yield Both(door, store, clock, casebook, carrier, courier, count(1))
        assert door.unexpected() == []


@pytest.fixture
async def both(
    store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock
) -> AsyncIterator[Both]:
    """On SQLite and on PostgreSQL."""
    async with open_both(store, door_keys, staff_keys, clock) as both:
        yield both


@pytest.fixture
async def one(
    sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock
) -> AsyncIterator[Both]:
    """Where the database makes no difference."""
    async with open_both(sqlite_store, door_keys, staff_keys, clock) as both:
        yield both
