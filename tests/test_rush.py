"""Many reports at once: each is named in the group within seconds, and none is lost or doubled."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
from handlers import digest
from handlers.hours import at
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
        self,
        many: int,
        first: int = 0,
        urgency: Urgency = "soon",
        minor: Minor = "no",
        day: date = date(2027, 1, 15),
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
                day=day,
            )
            for name in names
        ]

    async def turn(self, ids: list[str], leaf: int) -> None:
        """As the casebook does it: to another leaf of the digest that the first of these began."""
        async with self.store.begin() as books:
            await digest.turn(books, ids[0], leaf, at(self.clock()))

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
    assert "More cases wait" in page.text
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


async def test_a_digest_shows_sixty_and_turns_for_five_minutes(group: Group) -> None:
    courier = group.courier()
    ids = await group.file(70)
    await group.pass_seconds(courier, 1)
    (first,) = group.shown
    assert sum(map(len, first.buttons)) == 61
    assert "zz case 060." not in first.text

    await group.turn(ids, 1)
    await group.pass_seconds(courier, 1)
    (turned,) = group.shown
    assert "Page 2 of 2." in turned.text
    assert sum(map(len, turned.buttons)) == 11
    assert all(f"zz case {number:03}." in turned.text for number in range(60, 70))
    await group.file(1, first=70)
    await group.pass_seconds(courier, 60)
    assert "zz case 070." in group.shown[0].text

    group.clock.move(5 * 60)
    await group.pass_seconds(courier, 2)

    (back,) = group.shown
    assert "Page 1 of 2." in back.text


async def test_a_leaf_that_is_empty_by_now_is_the_last(group: Group) -> None:
    courier = group.courier()
    ids = await group.file(61)
    await group.pass_seconds(courier, 1)

    await group.take(ids[3])
    await group.pass_seconds(courier, 30)
    await group.turn(ids, 1)
    await group.pass_seconds(courier, 1)

    digest = group.shown[0]
    assert "Page" not in digest.text
    assert sum(map(len, digest.buttons)) == 60


async def test_what_happens_now_has_its_own_card_with_a_sound(group: Group) -> None:
    await group.file(2, first=100, urgency="now")
    await group.file(20)

    await group.pass_seconds(group.courier(), 30)

    page, *cards = group.shown
    assert [group.times(number) for number in range(22)] == [1] * 20 + [0, 0]
    assert ["zz case 10" in card.text for card in cards] == [True, True]
    assert [message.silent for message in group.shown] == [True, False, False]
    assert "zz case 10" not in page.text


async def test_more_urgent_ones_than_cards_can_go_out_are_named_until_theirs_come(
    group: Group,
) -> None:
    courier = group.courier()
    await group.file(20, urgency="now")

    await group.pass_seconds(courier, 2)
    digest, *_ = group.shown
    assert all(f"zz case {number:03}." in digest.text for number in range(20))
    await group.pass_seconds(courier, 200)

    assert len(group.shown) == 20
    assert all(group.times(number) == 1 for number in range(20))
    assert not [one for one in group.shown if one.silent]


async def test_past_ten_that_wait_a_new_one_joins_the_digest(group: Group) -> None:
    courier = group.courier()
    await group.file(10)
    await group.pass_seconds(courier, 60)

    await group.file(1, first=10)
    await group.pass_seconds(courier, 2)
    await group.file(1, first=11)
    await group.pass_seconds(courier, 10)

    *cards, digest = group.shown
    assert len(cards) == 10
    assert "More cases wait: 2." in digest.text


async def test_when_ten_or_fewer_wait_new_ones_have_cards_and_the_digest_empties(
    group: Group,
) -> None:
    courier = group.courier()
    ids = await group.file(11)
    await group.pass_seconds(courier, 1)
    for case_id in ids[:5]:
        await group.take(case_id)
    await group.pass_seconds(courier, 60)

    await group.file(1, first=11)
    await group.pass_seconds(courier, 30)

    assert [one for one in group.shown if "zz case 011." in one.text and "Sent:" in one.text]
    assert "More cases wait: 6." in group.shown[0].text


async def test_the_digest_has_the_urgent_and_then_the_oldest_first(group: Group) -> None:
    await group.file(4, urgency="calm", day=date(2027, 1, 9))
    await group.file(4, first=4, day=date(2027, 1, 15))
    await group.file(4, first=8, day=date(2027, 1, 14), minor="unsure")

    await group.courier().round()

    (shown,) = group.shown
    english = shown.text.split("More cases wait: 12.")[1]
    english = english[english.index("In the next days") :]
    numbers = [int(one) for one in re.findall(r"zz case (\d+)", english)]
    assert numbers == [8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]
    assert "In the next days (8): ⚠ zz case 008. (" in english
    assert "zz case 000. (6 days)" in english


async def test_ten_at_once_have_a_card_each(group: Group) -> None:
    await group.file(10)

    await group.pass_seconds(group.courier(), 60)

    assert len(group.shown) == 10
    assert not [one for one in group.shown if "More cases wait" in one.text]


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
    assert not [one for one in group.shown if "More cases wait" in one.text]


async def test_a_page_without_cases_goes(group: Group) -> None:
    courier = group.courier()
    ids = await group.file(11)
    await group.pass_seconds(courier, 1)

    for case_id in ids:
        await group.take(case_id)
    await group.pass_seconds(courier, 90)

    assert len(group.shown) == 11
    assert not [one for one in group.shown if "More cases wait" in one.text]


async def test_who_may_be_under_18_is_marked(group: Group) -> None:
    await group.file(11)
    await group.file(1, first=11, minor="unsure")

    await group.courier().round()

    (page,) = group.shown
    assert "⚠ zz case 011." in page.text
    assert page.text.count("⚠ zz case") == 2


async def test_who_comes_later_joins_the_same_digest_after_a_restart_too(group: Group) -> None:
    await group.file(11)
    await group.pass_seconds(group.courier(), 70)

    await group.file(11, first=11)
    await group.pass_seconds(group.courier(), 2)

    (digest,) = group.shown
    assert all(f"zz case {number:03}." in digest.text for number in range(22))


async def test_in_a_rush_one_digest_reminds_of_all_that_stand_on_it(group: Group) -> None:
    courier = group.courier()
    await group.file(20)
    await group.pass_seconds(courier, 1)
    (first,) = group.shown
    group.clock.move(60)
    await group.file(5, first=20)
    await group.pass_seconds(courier, 10)

    group.clock.move(2 * 3600 - 60)
    await group.pass_seconds(courier, 90)

    (digest,) = group.shown
    assert digest.id != first.id
    assert not digest.silent
    assert "Nobody has taken these yet." in digest.text
    assert all(group.times(number) == 1 for number in range(25))


@pytest.mark.parametrize("sent", [False, True])
async def test_a_courier_that_dies_over_a_reminder_neither_loses_nor_doubles_the_digest(
    group: Group, monkeypatch: pytest.MonkeyPatch, sent: bool
) -> None:
    courier = group.courier()
    await group.file(20)
    await group.pass_seconds(courier, 1)
    send = group.postman.send

    async def dying(parcel: Parcel) -> Outcome:
        if sent:
            await send(parcel)
        raise Killed

    monkeypatch.setattr(group.postman, "send", dying)
    group.clock.move(2 * 3600)
    with pytest.raises(Killed):
        await group.pass_seconds(courier, 5)
    monkeypatch.undo()
    group.clock.move(31)
    await group.pass_seconds(group.courier(), 60)

    assert all(group.times(number) == 1 for number in range(20))
    assert len(group.shown) == 1


async def test_a_digest_too_old_to_be_deleted_says_that_it_is_further_down(group: Group) -> None:
    courier = group.courier()
    await group.file(20)
    await group.pass_seconds(courier, 1)

    group.clock.move(72 * 3600)
    await group.pass_seconds(courier, 60)

    old, digest = group.shown
    assert "What stood here is further down now." in old.text
    assert not old.buttons
    assert "More cases wait: 20." in digest.text


async def test_a_withdrawn_case_leaves_the_digest_and_nobody_is_reminded_of_it(
    group: Group,
) -> None:
    courier = group.courier()
    ids = await group.file(20)
    await group.pass_seconds(courier, 1)

    async with group.store.begin() as books:
        await books.cases.end_on(ids[0], date(2027, 1, 18))
        await books.outbox.put_card(ids[0], "soon", datetime(1970, 1, 1, tzinfo=UTC))
    await group.pass_seconds(courier, 30)
    group.clock.move(2 * 3600)
    await group.pass_seconds(courier, 60)

    card, digest = group.shown
    assert "Withdrawn by the person" in card.text
    assert card.silent
    assert "Nobody has taken it yet" not in card.text
    assert "zz case 000." not in digest.text


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
    assert len([one for one in group.shown if "More cases wait" in one.text]) == 1


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
