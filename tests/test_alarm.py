"""The alarm: one half is silent, or its letters wait, and the other says so aloud."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from secrets import randbelow

import pytest

from bot.alarm import AGAIN, ALARMS, LIMIT, NO_BOOKS, SILENT, STUCK, WELL, Watch, Worry, next_worry
from bot.front_door import crier
from bot.trouble import Unanswered
from storage.books import Store
from storage.counts import open_counts
from storage.down import Down
from storage.drafts import open_drafts
from storage.keys import DoorKeys
from tests.conftest import Clock
from tests.doors import WORD, Door, open_door

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
A_LOOK = timedelta(seconds=20)


def heard(*looks: str, apart: timedelta = A_LOOK) -> list[str]:
    """What is said, look by look."""
    worry, said = Worry(), []
    for number, trouble in enumerate(looks):
        worry, words = next_worry(worry, trouble, NOW + number * apart)
        said.append(words)
    return said


def test_a_trouble_is_said_at_the_second_look_and_its_end_once() -> None:
    assert heard(SILENT, SILENT, SILENT, "", "") == ["", SILENT, "", WELL, ""]


def test_a_restart_is_no_alarm() -> None:
    assert heard("", SILENT, "", STUCK, "") == [""] * 5


def test_letters_must_wait_for_two_minutes() -> None:
    looks = heard(*[STUCK] * 8)

    assert looks.index(STUCK) == LIMIT / A_LOOK
    assert looks.count(STUCK) == 1


def test_an_alarm_is_said_again_after_an_hour() -> None:
    assert heard(*[SILENT] * 4, apart=AGAIN / 2) == ["", SILENT, "", SILENT]


def test_another_trouble_is_said_within_the_hour_too() -> None:
    looks = heard(*[STUCK] * 8, SILENT, SILENT)

    assert looks[-1] == SILENT
    assert heard(SILENT, SILENT, STUCK, "") == ["", SILENT, "", WELL]


class Loud(Watch):
    """A watch that notes what it says."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.said: list[str] = []
        self.deaf = False
        super().__init__("staff", store, self._note, clock)

    async def _note(self, what: str) -> None:
        if self.deaf:
            raise Down("nobody hears")
        self.said.append(what)

    async def looks(self, times: int, clock: Clock) -> list[str]:
        """Look so many times, a look's time apart; what was said."""
        self.said.clear()
        for _ in range(times):
            clock.move(A_LOOK.total_seconds())
            await self.look()
        return self.said


async def pulse(store: Store, clock: Clock) -> None:
    async with store.begin() as books:
        await books.pulses.beat("staff", datetime.fromtimestamp(clock(), UTC))


async def test_a_half_without_a_pulse_for_two_minutes_is_silent(
    store: Store, clock: Clock
) -> None:
    watch = Loud(store, clock)
    await pulse(store, clock)

    assert await watch.looks(6, clock) == []
    assert await watch.looks(2, clock) == [SILENT]
    await pulse(store, clock)
    assert await watch.looks(1, clock) == [WELL]


async def test_a_half_that_never_was_is_silent(store: Store, clock: Clock) -> None:
    assert await Loud(store, clock).looks(2, clock) == [SILENT]


@pytest.mark.parametrize("how", ["overdue", "tried in vain"])
async def test_a_letter_that_does_not_leave_is_told(store: Store, clock: Clock, how: str) -> None:
    watch = Loud(store, clock)
    late = datetime.fromtimestamp(clock(), UTC) + timedelta(days=how != "overdue")
    async with store.begin() as books:
        await books.outbox.put("staff", "say", key="say", body={}, due=late)
        for letter in await books.outbox.lease("staff", late, 1, 10) * 3:
            if how != "overdue":
                await books.outbox.again(letter.id, late)

    for _ in range(14):
        await pulse(store, clock)
        await watch.looks(1, clock)
        if watch.said:
            break

    assert watch.said == [STUCK]


async def test_a_letter_for_later_is_no_trouble(store: Store, clock: Clock) -> None:
    watch = Loud(store, clock)
    later = datetime.fromtimestamp(clock(), UTC) + timedelta(hours=1)
    async with store.begin() as books:
        await books.outbox.put("staff", "withdraw", key="later", body={}, due=later)

    for _ in range(10):
        await pulse(store, clock)
        assert await watch.looks(1, clock) == []


async def test_a_database_that_is_down_is_told(clock: Clock) -> None:
    store = Store("postgresql+asyncpg://nobody:x@127.0.0.1:1/none")

    assert await Loud(store, clock).looks(3, clock) == [NO_BOOKS]


async def test_an_alarm_that_nobody_heard_is_said_again(store: Store, clock: Clock) -> None:
    watch = Loud(store, clock)
    watch.deaf = True
    await watch.looks(3, clock)
    watch.deaf = False

    assert await watch.looks(1, clock) == [SILENT]


# The leads


@pytest.fixture
async def door(sqlite_store: Store, door_keys: DoorKeys, clock: Clock) -> AsyncIterator[Door]:
    drafts = open_drafts(None, door_keys.locker(), clock)
    counts = open_counts(None, clock)
    async with open_door(sqlite_store, drafts, counts, door_keys, randbelow, clock) as door:
        yield door


async def test_a_lead_opens_the_door_with_a_word_and_hears_alarms_aloud(door: Door) -> None:
    lead = door.person()
    shown = await lead.say(f"/alarm {WORD}")
    assert str(lead.who.id) in shown.text

    door.leads.append(lead.who.id)
    shown = await lead.say(f"/alarm  {WORD} ")
    assert "come to this chat" in shown.text
    await crier(door.bot, door.leads, door.reception.today)(ALARMS["staff", SILENT])

    assert "The staff bot is silent" in lead.shown[-1].text
    assert not lead.shown[-1].silent
    assert door.unexpected() == []


@pytest.mark.parametrize("typed", ["/alarm", "/alarm wrong", "/alarm ", WORD])
async def test_who_does_not_know_the_word_learns_nothing(door: Door, typed: str) -> None:
    guest = door.person()

    shown = await guest.say(typed)

    assert str(guest.who.id) not in shown.text
    assert "larm" not in shown.text


async def test_an_alarm_that_reaches_no_lead_is_not_taken_for_said(door: Door) -> None:
    door.leads.append(999_999)

    with pytest.raises(Unanswered):
        await crier(door.bot, door.leads, door.reception.today)(ALARMS["staff", SILENT])
