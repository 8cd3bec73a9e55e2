"""What is lent to a holder comes only while they may see it, and is always taken back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clerk import Clerk
from bot.clerk import Room as Group
from bot.courier import Courier, Heights, Pace
from bot.herald import erase_case
from bot.lender import Lender
from bot.parcels import Done, Nothing, Outcome, Parcel, Unsure
from bot.staff_room import other_kinds
from handlers.counting import OPEN
from handlers.staff import press
from storage import tables
from storage.books import Letter, Store
from storage.keys import DoorKeys, StaffKeys
from storage.migrations import downgrade, upgrade
from storage.seal import Place, seal
from tests.cases import Keys, telegram
from tests.conftest import Clock
from tests.test_casebook import KIT, LEAD, Room
from tests.test_families import carded, held, post
from tests.test_migrations import CASE_ID, bare, bare_url

__all__ = ["bare", "bare_url"]

GROUP = Group(-100, None, "zz_bot")
LATER = "https://t.me/zz_invented_9/9"


@pytest.fixture
def room(sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock) -> Room:
    return Room.open(sqlite_store, Keys(door_keys, staff_keys), clock)


async def more(room: Room, case_id: str, url: str) -> None:
    """The person adds a link."""
    async with room.store.begin() as books:
        number = await books.links.last(case_id) + 1
        link = f'{{"platform": "telegram", "url": "{url}", "open_url": "{url}"}}'.encode()
        sealed = seal(link, room.keys.door.staff, Place(case_id, f"link {number}"))
        await books.links.add(case_id, [sealed], room.now().date())


async def letter_of(room: Room, kind: str) -> Letter:
    return next(one for one in await room.letters() if one.kind == kind)


async def is_lent(room: Room, kind: str) -> bool:
    """Whether the letter that lies there brings anything now."""
    letter, lender = await letter_of(room, kind), Lender(room.keys.staff)
    async with room.store.begin() as books:
        errand = await lender.kinds()[kind].deliver(books, letter, room.now())
    return not isinstance(errand, Nothing)


async def test_a_long_link_does_not_come_once_work_is_frozen(room: Room) -> None:
    case_id = await held(room, telegram(1))
    await room.press("loose", case_id, 1)
    assert await is_lent(room, "loose")

    await room.book.freeze(room.act(LEAD), True)

    assert not await is_lent(room, "loose")


async def test_a_long_link_does_not_come_once_the_leads_reason_is_over(room: Room) -> None:
    case_id = await room.file(minor="yes")
    await room.take(case_id, LEAD)
    await room.book.press(room.act(LEAD), press("unlock", case_id))
    await room.book.type(room.act(LEAD, message=8), "zz reason")
    await room.book.press(room.act(LEAD), press("loose", case_id, 1))
    assert await is_lent(room, "loose")

    async with room.store.begin() as books:
        await books.outbox.drop(f"unlocked:{case_id}:{LEAD.id}")

    assert not await is_lent(room, "loose")


@pytest.mark.parametrize(("kind", "word"), [("draft", "act en"), ("loose", "")])
async def test_what_was_sent_twice_and_is_one_link_now_brings_nothing(
    room: Room, kind: str, word: str
) -> None:
    case_id = await held(room, telegram(1))
    await room.press("set", case_id, 1, "requested")
    await more(room, case_id, telegram(1))
    await room.press("compose" if kind == "draft" else kind, case_id, 2, word)

    await carded(room, case_id)

    assert not await is_lent(room, kind)


async def test_the_number_of_a_link_that_is_no_more_is_never_given_again(room: Room) -> None:
    case_id = await held(room, telegram(1))
    await room.press("set", case_id, 1, "requested")
    await more(room, case_id, telegram(1))
    drafted = await room.press("compose", case_id, 2, "act en")
    await carded(room, case_id)
    await more(room, case_id, LATER)

    await room.book.press(room.act(), drafted.buttons[0].name)

    async with room.store.begin() as books:
        links = {row.number: row.state for row in await books.links.of(case_id)}
    assert links == {1: "requested", 3: "new"}


@dataclass
class Flaky:
    """Of the first message nobody learns whether it arrived; it did."""

    sent: list[int] = field(default_factory=list)
    gone: Counter[int] = field(default_factory=Counter)

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.chat != KIT.id:
            return Done(900)
        self.sent.append(len(self.sent) + 1)
        return Unsure() if len(self.sent) == 1 else Done(self.sent[-1])

    async def edit(self, message: int, parcel: Parcel) -> Outcome:
        return Done(message)

    async def delete(self, chat: int, message: int) -> Outcome:
        self.gone[message] += 1
        return Done(message)


@pytest.mark.parametrize("kind", ["draft", "family"])
async def test_a_copy_of_which_nobody_knows_is_taken_back_too(room: Room, kind: str) -> None:
    case_id = await held(room, post("a"))
    if kind == "draft":
        await room.press("compose", case_id, 1, "act en")
    else:
        await room.press("draw", case_id)
    flaky, keys = Flaky(), room.keys.staff
    kinds = {**Clerk(GROUP, keys).kinds(), **other_kinds(GROUP, keys)}
    courier = Courier(
        "staff", room.store, flaky, kinds, room.clock, pace=Pace(most=1000), heights=Heights()
    )

    for seconds in (*[40] * 8, *[300] * 8):
        await courier.round()
        room.clock.move(seconds)

    assert len(flaky.sent) > 1
    assert set(flaky.sent) <= set(flaky.gone)


async def test_the_page_of_a_link_is_audited(room: Room) -> None:
    case_id = await held(room, telegram(1))

    for verb in ("state", "ways", "look"):
        await room.press(verb, case_id, 1)

    assert await room.audit() == ["take", "tails", "tails", "tails"]


async def test_an_old_case_that_is_erased_leaves_alone_what_its_holder_reads(room: Room) -> None:
    old = await held(room, post("a"), name="quiet heron")
    await room.press("end", old, 0, "withdrawn")
    await room.press("show", await held(room, post("b"), name="calm otter"))

    async with room.store.begin() as books:
        await erase_case(books, await books.cases.get(old), room.now())

    assert "hide" not in [one.kind for one in await room.letters()]


async def test_what_was_not_counted_before_is_not_counted_twice_after_a_way_down(
    bare: AsyncConnection,
) -> None:
    await bare.run_sync(upgrade)
    case = {"id": CASE_ID, "name": "zz", "language": "en", "minor": "no", "urgency": "soon"}
    more = {"news": False, "state": "taken", "holder": 41, "happened": b"", "version": 1}
    row = tables.cases.insert().values(**case, **more, day=date(2026, 11, 20), counted_as=OPEN)
    await bare.execute(row)
    counters = [
        ("2026-11", "case", OPEN),
        ("2026-11", "case", "withdrawn"),
        ("2026-11", "link", "chat:telegram:new"),
        ("2026-00", "age", "no"),
        ("2026-00", "gender", "woman"),
    ]
    for month, what, value in counters:
        counter = tables.figures.insert().values(month=month, what=what, value=value, times=1)
        await bare.execute(counter)

    await bare.run_sync(lambda connection: downgrade(connection, "0007"))
    await bare.run_sync(upgrade)

    left = (await bare.execute(select(tables.figures))).all()
    assert {(row.month, row.what, row.value) for row in left} == {
        ("2026-11", "case", "withdrawn"),
        ("2026-00", "gender", "woman"),
    }
