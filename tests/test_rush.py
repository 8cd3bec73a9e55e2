"""Many reports at once: each is named in the group within seconds, and none is lost or doubled."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.ext import ExtBot

from bot.clerk import Clerk, Room
from bot.courier import Courier, Heights, Pace
from bot.parcels import Outcome, Parcel
from bot.postman import Postman
from bot.rush import Rush
from bot.sandbox.chats import Message
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from storage.books import Store
from storage.cases import Minor, Urgency
from storage.keys import DoorKeys, StaffKeys
from tests.cases import Keys, file_case
from tests.conftest import Clock

KIT = 700_000_900


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Group:
    """A staff group, its books, and couriers that come and go."""

    sandbox: Sandbox
    store: Store
    keys: Keys
    clock: Clock
    postman: Postman
    edits: int = 0

    def see(self, role: str, method: str, params: dict[str, Any]) -> None:
        self.edits += method == "editMessageText"

    def courier(self) -> Courier:
        """A new process's courier: nothing of an earlier one is left but the books."""
        clerk = Clerk(Room(self.sandbox.group.id, None, "zz_bot"), self.keys.staff)
        return Courier(
            "staff",
            self.store,
            self.postman,
            clerk.kinds(),
            self.clock,
            pace=Pace(),
            heights=Heights(),
            minimal=clerk.minimal,
            rush=Rush(),
        )

    async def file(
        self, many: int, first: int = 0, urgency: Urgency = "soon", minor: Minor = "no"
    ) -> list[str]:
        """So many cases of one link, named by their numbers; gives their ids."""
        names = [f"zz case {number:03}." for number in range(first, first + many)]
        return [
            await file_case(
                self.store,
                self.keys,
                self.clock(),
                name=name,
                urls=["https://t.me/zz_invented/1"],
                urgency=urgency,
                minor=minor,
            )
            for name in names
        ]

    async def take(self, case_id: str) -> None:
        """As the casebook does it: the case, and the letter for its card."""
        async with self.store.begin() as books:
            case = await books.cases.claim(case_id, KIT, "Kit")
            await books.outbox.put_card(case_id, case.urgency, datetime(1970, 1, 1, tzinfo=UTC))

    async def pass_seconds(self, courier: Courier, seconds: int) -> None:
        """Rounds, one a second."""
        for _ in range(seconds):
            await courier.round()
            self.clock.move(1)

    @property
    def shown(self) -> list[Message]:
        """The bot's messages in the group, oldest first."""
        bot = self.sandbox.bot("staff").id
        messages = self.sandbox.group.messages.values()
        return [one for one in messages if one.sender == bot and not one.service]

    def times(self, number: int) -> int:
        """In how many messages a case is named; in a bilingual one it stands twice."""
        return sum(f"zz case {number:03}." in one.text for one in self.shown)


@pytest.fixture
async def group(
    clock: Clock, store: Store, door_keys: DoorKeys, staff_keys: StaffKeys
) -> AsyncIterator[Group]:
    sandbox = default_sandbox(clock)
    async with serving(sandbox) as base:
        token = sandbox.bot("staff").token
        async with ExtBot(token, base_url=f"{base}/bot") as bot:
            keys = Keys(door_keys, staff_keys)
            group = Group(sandbox, store, keys, clock, Postman(bot))
            sandbox.faults = group.see
            yield group
    assert [call for call in sandbox.refused if not call.expected] == []


async def test_sixty_at_once_are_named_in_one_message(group: Group) -> None:
    await group.file(60)

    await group.courier().round()

    (page,) = group.shown
    assert all(group.times(number) == 1 for number in range(60))
    assert "Many new cases at once" in page.text
    assert sum(map(len, page.buttons)) == 60


async def test_those_who_come_later_in_a_rush_join_the_page_after_some_seconds(
    group: Group,
) -> None:
    courier = group.courier()
    await group.file(11)
    await group.pass_seconds(courier, 1)
    await group.file(3, first=11)
    await group.pass_seconds(courier, 1)
    assert group.times(11) == 0

    await group.file(3, first=14)
    await group.pass_seconds(courier, 3)

    assert len(group.shown) == 1
    assert all(group.times(number) == 1 for number in range(17))
    assert group.edits == 1


async def test_a_page_holds_sixty_and_the_rest_is_on_the_next(group: Group) -> None:
    await group.file(5, first=100, urgency="now")
    await group.file(70)

    await group.courier().round()

    first, second = group.shown
    assert sum(map(len, first.buttons)) == 60
    assert sum(map(len, second.buttons)) == 15
    assert first.text.count("zz case 104.") == 2


async def test_ten_at_once_have_a_card_each(group: Group) -> None:
    await group.file(10)

    await group.pass_seconds(group.courier(), 60)

    assert len(group.shown) == 10
    assert not [one for one in group.shown if "Many new" in one.text]


async def test_a_case_that_is_taken_gets_its_card_and_leaves_the_page(group: Group) -> None:
    courier = group.courier()
    ids = await group.file(12)
    await group.pass_seconds(courier, 1)

    await group.take(ids[4])
    await group.take(ids[5])
    await group.pass_seconds(courier, 15)

    page, *cards = group.shown
    assert sum(map(len, page.buttons)) == 10
    assert "zz case 004." not in page.text
    assert ["With: Kit" in card.text for card in cards] == [True, True]
    assert all(group.times(number) == 1 for number in range(12))
    assert group.edits == 1


async def test_a_case_nobody_takes_from_a_page_gets_its_card_after_two_hours(
    group: Group,
) -> None:
    courier = group.courier()
    ids = await group.file(11)
    await group.pass_seconds(courier, 1)
    for case_id in ids[1:]:
        await group.take(case_id)
    await group.pass_seconds(courier, 90)

    group.clock.move(2 * 3600)
    await group.pass_seconds(courier, 30)

    (card,) = [one for one in group.shown if "zz case 000." in one.text]
    assert "Nobody has taken it yet" in card.text
    assert not [one for one in group.shown if "Many new" in one.text]


async def test_a_page_without_cases_goes(group: Group) -> None:
    courier = group.courier()
    ids = await group.file(11)
    await group.pass_seconds(courier, 1)

    for case_id in ids:
        await group.take(case_id)
    await group.pass_seconds(courier, 90)

    assert len(group.shown) == 11
    assert not [one for one in group.shown if "Many new" in one.text]


async def test_who_may_be_under_18_is_marked(group: Group) -> None:
    await group.file(11)
    await group.file(1, first=11, minor="unsure")

    await group.courier().round()

    (page,) = group.shown
    assert "⚠ zz case 011." in page.text
    assert page.text.count("⚠ zz case") == 2


async def test_a_new_rush_begins_a_new_page(group: Group) -> None:
    courier = group.courier()
    await group.file(11)
    await group.pass_seconds(courier, 70)

    await group.file(11, first=11)
    await group.pass_seconds(courier, 1)

    first, second = group.shown
    assert "zz case 011." in second.text
    assert "zz case 011." not in first.text


@pytest.mark.parametrize("sent", [False, True])
async def test_a_courier_that_dies_over_a_page_neither_loses_nor_doubles_it(
    group: Group, monkeypatch: pytest.MonkeyPatch, sent: bool
) -> None:
    send = group.postman.send

    async def dying(parcel: Parcel) -> Outcome:
        if sent:
            await send(parcel)
        raise Killed

    monkeypatch.setattr(group.postman, "send", dying)
    await group.file(20)
    with pytest.raises(Killed):
        await group.courier().round()
    monkeypatch.undo()

    await group.file(2, first=20)
    await group.pass_seconds(group.courier(), 60)

    assert all(group.times(number) == 1 for number in range(22))
    assert len([one for one in group.shown if "Many new" in one.text]) == 1


async def test_a_card_that_may_have_arrived_is_looked_for_and_never_joins(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = group.postman.send

    async def dying(parcel: Parcel) -> Outcome:
        await send(parcel)
        raise Killed

    await group.file(1)
    monkeypatch.setattr(group.postman, "send", dying)
    with pytest.raises(Killed):
        await group.courier().round()
    monkeypatch.undo()
    group.clock.move(31)

    await group.file(20, first=1)
    await group.pass_seconds(group.courier(), 60)

    assert all(group.times(number) == 1 for number in range(21))
    assert len(group.shown) == 2


async def test_a_page_that_somebody_deleted_is_posted_anew(group: Group) -> None:
    courier = group.courier()
    await group.file(11)
    await group.pass_seconds(courier, 1)
    group.sandbox.remove(group.sandbox.group, [group.shown[0].id])

    await group.file(1, first=11)
    await group.pass_seconds(courier, 8)

    assert all(group.times(number) == 1 for number in range(12))


async def test_a_page_telegram_finds_wrong_says_where_the_cases_are(group: Group) -> None:
    def odd(role: str, method: str, params: dict[str, Any]) -> Any:
        return (400, "zz odd entity", {}) if "zz case" in params.get("text", "") else None

    group.sandbox.faults = odd
    await group.file(11)

    await group.courier().round()

    assert "Please use /queue" in group.shown[0].text
    group.sandbox.refused.clear()


async def test_a_case_that_is_deleted_leaves_no_line(group: Group, store: Store) -> None:
    ids = await group.file(11)
    await group.courier().round()

    async with store.begin() as books:
        assert await books.lines.drop(ids[3]) == ids[0]
        assert await books.lines.drop(ids[3]) is None
        assert len(await books.lines.waiting_on(ids[0])) == 10
