"""Sending: no card is lost, none is doubled. Against the sandbox, whose lines can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from bot.bot_api import BotApi, Refused, Unsure
from bot.bot_api import Failed as CallFailed
from bot.courier import Courier, Heights, Pace
from bot.parcels import (
    Delete,
    Done,
    Edit,
    Errand,
    Gone,
    Kind,
    Moved,
    NotThere,
    Outcome,
    Parcel,
    Same,
    Send,
    Unreached,
    Wait,
    Wrong,
)
from bot.parcels import Unsure as NotSure
from bot.sandbox.server import serving
from bot.sandbox.telegram import Message, Sandbox, default_sandbox
from handlers.hours import at
from handlers.spoken import Answer
from storage import tables
from storage.books import Books, Letter, NewCase, Store
from storage.down import Down
from storage.outbox import Lane
from storage.seal import Sealed
from tests.conftest import Clock

LEASE = 30.0


class Killed(BaseException):
    """The process dies here."""


@dataclass
class ApiCarrier:
    """A plain carrier over the raw client."""

    api: BotApi
    die_after_send: bool = False
    calls: list[str] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> Outcome:
        more = {"disable_notification": parcel.silent, "message_thread_id": parcel.thread}
        return await self._do("sendMessage", chat_id=parcel.chat, text=parcel.answer.text, **more)

    async def edit(self, message: int, parcel: Parcel) -> Outcome:
        where = {"chat_id": parcel.chat, "message_id": message}
        return await self._do("editMessageText", text=parcel.answer.text, **where)

    async def delete(self, chat: int, message: int) -> Outcome:
        return await self._do("deleteMessage", chat_id=chat, message_id=message)

    async def _do(self, method: str, **params: Any) -> Outcome:
        self.calls.append(method)
        try:
            result = await self.api.call(method, **params)
        except CallFailed as failed:
            return outcome_of(failed)
        if self.die_after_send and method == "sendMessage":
            raise Killed
        return Done(result["message_id"] if isinstance(result, dict) else params["message_id"])


def outcome_of(failed: CallFailed) -> Outcome:
    match failed:
        case Refused(moved_to=int(chat)):
            return Moved(chat)
        case Refused(code=429, retry_after=int(seconds)):
            return Wait(seconds)
        case Refused(code=403):
            return Gone("403")
        case Refused(description=why) if "not modified" in why:
            return Same()
        case Refused(description=why) if "not found" in why or "can't be" in why:
            return Wrong("thread") if "thread" in why else NotThere()
        case Refused():
            return Wrong("text")
        case Unsure():
            return NotSure()
        case _:
            return Unreached()


@dataclass
class World:
    """A staff group in the sandbox, its cards, and couriers that come and go."""

    sandbox: Sandbox
    store: Store
    clock: Clock
    base: str
    carrier: ApiCarrier
    cards: dict[str, str] = field(default_factory=dict)
    ended: list[tuple[str, Outcome]] = field(default_factory=list)
    heights: Heights = field(default_factory=Heights)
    fault: Any = None
    faults_left: int = 0
    group: int = 0

    def courier(self, lane: Lane = "staff", **more: Any) -> Courier:
        """A new process's courier: nothing of an earlier one is left but the books."""
        self.heights = Heights()
        kinds = {
            "card": Kind(self.deliver_card, self.after, paced=True),
            "say": Kind(self.deliver_say, paced=True),
            "line": Kind(self.deliver_line, self.after),
            "withdraw": Kind(self.deliver_withdrawal, self.after),
        }
        given = {"pace": Pace(), "heights": self.heights, "dice": lambda: 0.0, **more}
        return Courier(lane, self.store, self.carrier, kinds, self.clock, **given)

    async def deliver_card(self, books: Books, letter: Letter, now: datetime) -> Errand:
        case = letter.body["case"]
        parcel = Parcel(self.group, Answer(self.cards[case]), thread=letter.body.get("thread"))
        post = await books.posts.get(case)
        return Edit(post.message, parcel, case) if post else Send(parcel, case)

    async def deliver_say(self, books: Books, letter: Letter, now: datetime) -> Errand:
        return Send(Parcel(self.group, Answer("Two cases wait.")))

    async def deliver_line(self, books: Books, letter: Letter, now: datetime) -> Errand:
        return Send(Parcel(letter.body["person"], Answer("There is news.")))

    async def deliver_withdrawal(self, books: Books, letter: Letter, now: datetime) -> Errand:
        return Delete(letter.body["person"], letter.body["message"])

    async def after(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        self.ended.append((letter.kind, outcome))

    async def card(self, case: str, text: str, **more: Any) -> None:
        """The fact and its letter, in one transaction as a handler would write it."""
        self.cards[case] = text
        await self.write("card", {"case": case, **more}, key=f"card:{case}")

    async def write(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        lane: Lane = "staff",
        key: str | None = None,
        later: float = 0,
    ) -> None:
        due = at(self.clock() + later)
        async with self.store.begin() as books:
            await books.outbox.put(lane, kind, key=key, body=body, due=due)

    def see(self, role: str, method: str, params: dict[str, Any]) -> Any:
        if self.faults_left == 0:
            return None
        self.faults_left -= 1
        return self.fault

    def break_next(self, fault: Any, times: int = 1) -> None:
        self.fault, self.faults_left = fault, times

    def shown(self) -> list[str]:
        """What the staff bot's messages in the group say, oldest first."""
        bot = self.sandbox.bot("staff").id
        messages = self.sandbox.group.messages.values()
        return [one.text for one in messages if one.sender == bot and not one.service]

    def chatter(self, *texts: str) -> None:
        for text in texts:
            caseworker = self.sandbox.people()[-1].id
            self.sandbox.post(self.sandbox.group, Message(caseworker, text=text))

    async def left(self) -> int:
        """How many letters are in the outbox, due or not."""
        async with self.store.begin() as books:
            rows = await books.outbox._connection.execute(select(tables.outbox.c.id))
            return len(rows.all())

    async def settle(self, courier: Courier, step: float = 1.0, most: int = 2000) -> None:
        """Rounds, while the clock goes on, until no letter is left."""
        for _ in range(most):
            await courier.round()
            if not await self.left():
                return
            self.clock.move(step)
        raise AssertionError("letters are left")

    def no_invalid_call(self) -> bool:
        return [one for one in self.sandbox.refused if not one.expected] == []


@pytest.fixture
async def world(clock: Clock, store: Store) -> AsyncIterator[World]:
    sandbox = default_sandbox(clock)
    async with (
        serving(sandbox) as base,
        BotApi(sandbox.bot("staff").token, base) as api,
    ):
        world = World(sandbox, store, clock, base, ApiCarrier(api), group=sandbox.group.id)
        sandbox.faults = world.see
        yield world


async def file_case(store: Store) -> str:
    """A case whose person asked for news; gives its id."""
    day = date(2027, 1, 15)
    case = NewCase("c" * 32, "Blue heron", "en", "no", "soon", True, day, Sealed(b"sealed"))
    async with store.begin() as books:
        await books.cases.file(case, [])
        await books.addresses.put(case.id, Sealed(b"address"), day + timedelta(days=90))
    return case.id


@asynccontextmanager
async def as_door(world: World, *people: int) -> AsyncIterator[None]:
    """The door's carrier in place of the staff room's, with the chats it has."""
    door = world.sandbox.bot("door")
    for person in people:
        world.sandbox.begin(door.id, person)
    async with BotApi(door.token, world.base) as api:
        world.carrier = ApiCarrier(api)
        yield


# One card


async def test_a_card_is_sent_once_and_then_edited(world: World) -> None:
    courier = world.courier()
    await world.card("a", "Blue heron: waiting")
    assert await courier.round() == 1

    await world.card("a", "Blue heron: Kit has it")
    await courier.round()

    assert world.shown() == ["Blue heron: Kit has it"]
    assert await world.left() == 0
    assert world.no_invalid_call()


async def test_edits_coalesce_to_the_newest_version(world: World) -> None:
    courier = world.courier()
    await world.card("a", "one")
    await courier.round()

    for text in ("two", "three", "four"):
        await world.card("a", text)
    await courier.round()

    assert world.shown() == ["four"]
    assert world.carrier.calls == ["sendMessage", "editMessageText"]


async def test_a_newer_version_written_while_sending_is_sent_next(world: World) -> None:
    courier = world.courier()
    await world.card("a", "one")
    send = world.carrier.send

    async def meanwhile(parcel: Parcel) -> Outcome:
        await world.card("a", "two")
        return await send(parcel)

    world.carrier.send = meanwhile  # type: ignore[method-assign]  # the moment that counts
    await courier.round()
    assert world.shown() == ["one"]
    await courier.round()

    assert world.shown() == ["two"]
    assert await world.left() == 0


async def test_a_card_that_somebody_deleted_is_posted_anew(world: World) -> None:
    courier = world.courier()
    await world.card("a", "one")
    await courier.round()
    group = world.sandbox.group
    world.sandbox.remove(group, [max(group.messages)])

    await world.card("a", "two")
    await world.settle(courier)

    assert world.shown() == ["two"]


# Never lost, never doubled


async def test_a_card_whose_answer_is_lost_is_sent_once(world: World) -> None:
    courier = world.courier()
    await world.card("a", "Blue heron")
    world.break_next("drop_answer")

    await courier.round()
    world.chatter("good morning", "morning")
    await world.settle(courier)

    assert world.shown() == ["Blue heron"]
    assert world.carrier.calls.count("sendMessage") == 1
    assert [kind for kind, _ in world.ended] == ["card"]


async def test_a_card_whose_request_is_lost_is_sent_again(world: World) -> None:
    courier = world.courier()
    await world.card("a", "Blue heron")
    world.break_next("drop_request")

    await courier.round()
    world.chatter("good morning")
    await world.settle(courier)

    assert world.shown() == ["Blue heron"]


@pytest.mark.parametrize("chatter", [0, 3, 15])
async def test_a_card_is_sent_once_when_the_process_dies_before_it_is_marked(
    world: World, chatter: int
) -> None:
    await world.card("a", "Red kite")
    await world.courier().round()
    await world.card("b", "Blue heron")
    world.chatter("before")
    world.carrier.die_after_send = True
    with pytest.raises(Killed):
        await world.courier().round()

    world.carrier.die_after_send = False
    world.chatter(*(str(number) for number in range(chatter)))
    await world.card("b", "Blue heron, and more")
    world.clock.move(LEASE)
    await world.settle(world.courier())

    assert world.shown() == ["Red kite", "Blue heron, and more"]
    assert world.no_invalid_call()


async def test_what_a_dead_process_had_leased_waits_for_the_lease_to_end(world: World) -> None:
    await world.card("a", "Blue heron")
    world.carrier.die_after_send = True
    with pytest.raises(Killed):
        await world.courier().round()

    world.carrier.die_after_send = False
    world.clock.move(LEASE - 1)
    assert await world.courier().round() == 0
    world.clock.move(1)
    assert await world.courier().round() == 1


async def test_a_dead_process_that_had_not_sent_yet_loses_nothing(world: World) -> None:
    await world.card("a", "Blue heron")
    send = world.carrier.send

    async def die(parcel: Parcel) -> Outcome:
        raise Killed

    world.carrier.send = die  # type: ignore[method-assign]  # after the intent, before the request
    with pytest.raises(Killed):
        await world.courier().round()

    world.carrier.send = send  # type: ignore[method-assign]  # the next one is well again
    world.clock.move(LEASE)
    await world.settle(world.courier())

    assert world.shown() == ["Blue heron"]


async def test_looking_for_a_card_goes_on_where_it_was_broken_off(world: World) -> None:
    courier = world.courier()
    await world.card("a", "Blue heron")
    world.chatter("one", "two", "three")
    world.break_next("drop_answer")
    await courier.round()
    world.clock.move(1)
    looked = []

    def third_time(role: str, method: str, params: dict[str, Any]) -> Any:
        looked.append(params["message_id"])
        return (429, "retry after 5", {"retry_after": 5}) if len(looked) == 3 else None

    world.sandbox.faults = third_time
    await world.settle(courier)

    assert looked[2] == looked[3]
    assert world.shown() == ["Blue heron"]


async def test_the_bots_own_answers_are_never_taken_for_a_lost_letter(world: World) -> None:
    person = world.sandbox.people()[0].id
    async with as_door(world, person):
        courier = world.courier("door")
        door = world.sandbox.bot("door").id
        chat = world.sandbox.begin(door, person)
        asked = world.sandbox.post(chat, Message(door, text="Where would you like to start?"))
        world.heights.sent(person, asked.id)
        await world.write("line", {"person": person}, lane="door")
        world.break_next("drop_request")
        await courier.round()
        meanwhile = world.sandbox.post(chat, Message(door, text="Thank you."))
        world.heights.sent(person, meanwhile.id)

        await world.settle(courier)

    texts = [one.text for one in chat.messages.values()]
    assert texts == ["Where would you like to start?", "Thank you.", "There is news."]


async def test_after_a_restart_an_answer_in_the_group_is_not_taken_for_a_lost_card(
    world: World,
) -> None:
    await world.write("say", {})
    await world.courier().round()
    restarted = world.courier()
    await world.card("a", "Blue heron")
    world.break_next("drop_request")

    await world.settle(restarted)

    assert world.shown() == ["Two cases wait.", "Blue heron"]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_card_whose_arrival_could_not_be_noted_is_found_again(
    world: World, times: int
) -> None:
    downs = iter([True] * times)

    async def lose_the_books(
        books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        if next(downs, False):
            raise Down

    world.after = lose_the_books  # type: ignore[method-assign]  # the moment that counts
    courier = world.courier()
    await world.card("a", "Blue heron")
    for _ in range(times):
        with pytest.raises(Down):
            await courier.round()
        world.clock.move(LEASE + 1)

    await world.settle(courier)

    assert world.shown() == ["Blue heron"]


async def test_in_a_private_chat_old_answers_are_left_alone_when_no_height_is_known(
    world: World,
) -> None:
    person = world.sandbox.people()[0].id
    async with as_door(world, person):
        door = world.sandbox.bot("door").id
        chat = world.sandbox.begin(door, person)
        world.sandbox.post(chat, Message(door, text="Where would you like to start?"))
        courier = world.courier("door")
        await world.write("line", {"person": person}, lane="door")
        world.break_next("drop_request")

        await world.settle(courier)

    texts = [one.text for one in chat.messages.values()]
    assert texts == ["Where would you like to start?", "There is news."]


# Pace


async def test_a_flood_limit_is_obeyed_by_the_whole_lane(world: World) -> None:
    courier = world.courier()
    await world.card("a", "one")
    await world.card("b", "two")
    world.break_next((429, "retry after 7", {"retry_after": 7}))

    await courier.round()
    world.clock.move(6.9)
    await courier.round()
    assert world.carrier.calls == ["sendMessage"]
    world.clock.move(0.2)
    await courier.round()

    assert world.shown() == ["one", "two"]
    assert world.carrier.calls == ["sendMessage"] * 3


async def test_private_letters_do_not_wait_for_room_in_the_group(world: World) -> None:
    kit = world.sandbox.people()[2].id
    world.sandbox.begin(world.sandbox.bot("staff").id, kit)
    courier = world.courier()
    for number in range(20):
        await world.card(str(number), f"case {number}")
    await courier.round()

    await world.write("line", {"person": kit})
    await courier.round()

    assert len(world.shown()) == 8
    assert ("line", Done(1)) in world.ended


def test_a_pace_gives_eighteen_places_a_minute() -> None:
    pace = Pace()
    taken = [second for second in range(600) if pace.take(second)]

    a_minute = [sum(begin <= second < begin + 60 for second in taken) for begin in range(540)]
    assert max(a_minute) == min(a_minute) == 18


def test_a_pace_survives_a_clock_set_back() -> None:
    pace = Pace()
    for _ in range(8):
        pace.take(100_000)

    assert not pace.take(100_000)
    assert pace.take(10_000)


def test_new_cards_leave_half_the_places_for_those_who_look_at_the_screen() -> None:
    pace = Pace()

    assert [pace.take(0, new_card=True) for _ in range(5)] == [True] * 4 + [False]
    assert [pace.take(0) for _ in range(5)] == [True] * 4 + [False]
    assert pace.take(20, new_card=True)


def test_after_a_burst_nothing_waits_for_much_more_than_twenty_seconds() -> None:
    pace = Pace()
    taken = [second for second in range(600) if pace.take(second)]

    assert max(after - before for before, after in pairwise(taken)) <= 20


# What can go wrong


async def test_a_blocked_person_ends_the_letter_and_what_follows_is_told(world: World) -> None:
    person = world.sandbox.people()[0].id
    async with as_door(world, person):
        door = world.sandbox.bot("door").id
        world.sandbox.set_blocked(world.sandbox.begin(door, person), True)
        await world.write("line", {"person": person}, lane="door")

        assert await world.courier("door").round() == 1

    assert world.ended == [("line", Gone("403"))]
    assert await world.left() == 0


async def test_the_address_of_a_blocked_person_is_dropped_with_the_letter(world: World) -> None:
    person = world.sandbox.people()[0].id
    case = await file_case(world.store)

    async def drop(
        books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        if isinstance(outcome, Gone):
            await books.addresses.drop(case)

    world.after = drop  # type: ignore[method-assign]  # the door's own
    async with as_door(world, person):
        door = world.sandbox.bot("door").id
        world.sandbox.set_blocked(world.sandbox.begin(door, person), True)
        await world.write("line", {"person": person}, lane="door")
        await world.courier("door").round()

    async with world.store.begin() as books:
        assert await books.addresses.get(case, date(2027, 1, 15)) is None
    assert await world.left() == 0


async def test_out_of_the_group_the_cards_wait_and_come_when_it_is_back(world: World) -> None:
    kit, staff = world.sandbox.people()[2].id, world.sandbox.bot("staff").id
    world.sandbox.begin(staff, kit)
    world.sandbox.leave(staff, kicked=True)
    courier = world.courier()
    await world.card("a", "one")
    await world.card("b", "two")
    await world.write("line", {"person": kit})

    await courier.round()
    assert world.carrier.calls == ["sendMessage"] * 2  # one card, one private line
    world.sandbox.join(staff, administrator=True)
    await world.settle(courier)

    assert world.shown() == ["one", "two"]


async def test_a_group_that_moved_gets_its_cards_at_its_new_id(world: World) -> None:
    courier = world.courier(moved=lambda chat: setattr(world, "group", chat))
    await world.card("a", "one")
    await courier.round()
    new, world.group = world.group, -1005
    async with world.store.begin() as books:
        await books.posts.put("a", -1005, 1, 1)
    await world.card("a", "two")
    world.break_next((400, "group upgraded", {"migrate_to_chat_id": new}))

    await world.settle(courier)

    assert world.shown() == ["one", "two"]
    assert world.group == new


async def test_a_wrong_card_goes_out_in_its_plainest_form(world: World) -> None:
    courier = world.courier(minimal=lambda letter: Parcel(world.group, Answer("A case waits.")))
    await world.card("a", "Blue heron", thread=999)

    await courier.round()

    assert world.shown() == ["A case waits."]
    assert world.carrier.calls == ["sendMessage"] * 3


async def test_a_card_that_is_wrong_in_every_form_is_parked_and_never_discarded(
    world: World,
) -> None:
    courier = world.courier()
    await world.card("a", "Blue heron")
    world.break_next((400, "Bad Request: whatever", {}), times=2)

    await courier.round()
    world.clock.move(3599)
    await courier.round()
    assert world.shown() == []
    world.clock.move(2)
    await courier.round()

    assert world.shown() == ["Blue heron"]


async def test_a_letter_that_breaks_us_waits_and_the_others_go_on(world: World) -> None:
    courier = world.courier()
    await world.write("card", {"case": "no such case"})
    await world.write("of a later version", {})
    await world.card("a", "Blue heron")

    assert await courier.round() == 1

    assert world.shown() == ["Blue heron"]
    assert await world.left() == 2


async def test_a_network_that_is_down_is_asked_less_and_less_often(world: World) -> None:
    async with BotApi("1:NOWHERE", "http://127.0.0.1:9") as api:
        world.carrier = ApiCarrier(api)
        courier = world.courier(pace=Pace(most=1000))
        await world.card("a", "one")
        await world.card("b", "two")
        tried = []
        for second in range(200):
            before = len(world.carrier.calls)
            await courier.round()
            if len(world.carrier.calls) > before:
                tried.append(second)
            world.clock.move(1)

    assert tried == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert await world.left() == 2


# In time


async def test_letters_due_later_wait_for_the_clock(world: World) -> None:
    kit, staff = world.sandbox.people()[2].id, world.sandbox.bot("staff").id
    chat = world.sandbox.begin(staff, kit)
    shown = world.sandbox.post(chat, Message(staff, text="https://example.org/1"))
    await world.write("withdraw", {"person": kit, "message": shown.id}, later=900)
    courier = world.courier()

    world.clock.move(899)
    await courier.round()
    assert chat.messages
    world.clock.move(1)
    await courier.round()

    assert not chat.messages
    assert await world.left() == 0


async def test_a_withdrawal_of_what_is_gone_already_is_done(world: World) -> None:
    kit, staff = world.sandbox.people()[2].id, world.sandbox.bot("staff").id
    world.sandbox.begin(staff, kit)
    await world.write("withdraw", {"person": kit, "message": 41})

    assert await world.courier().round() == 1


async def test_a_poke_wakes_the_courier(world: World) -> None:
    asleep = asyncio.Event()

    async def wait(poked: asyncio.Event, seconds: float) -> None:
        asleep.set()
        await poked.wait()

    courier = world.courier(wait=wait)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(courier.run())
        await asleep.wait()
        await world.card("a", "Blue heron")
        asleep.clear()
        courier.poke()
        await asleep.wait()
        task.cancel()

    assert world.shown() == ["Blue heron"]
