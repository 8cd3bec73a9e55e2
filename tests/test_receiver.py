"""Receiving: nothing sent is lost, whatever breaks. Against the sandbox's real getUpdates."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.bot_api import BotApi, Failed, Refused, Unreached, Unsure
from bot.receiver import Desk, Receiver, TokenRefused, Update
from bot.sandbox.acts import perform
from bot.sandbox.inbox import Bell
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from storage import tables
from storage.books import Store
from storage.down import Down
from tests.conftest import Clock

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens


async def at_ease(text: str) -> None:
    """Nothing happens when this is heard."""


@dataclass
class World:
    """A sandbox, a door that only listens, and all that was seen of both."""

    sandbox: Sandbox
    api: BotApi
    store: Store
    clock: Clock
    act: Callable[[str], Awaitable[None]] = at_ease
    begun: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    apologies: list[Update] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    polls: list[dict[str, Any]] = field(default_factory=list)
    fault: Any = None
    all_as_one: bool = False
    bell: Bell = field(default_factory=Bell)

    def say(self, person: int, *texts: str) -> None:
        for text in texts:
            perform(self.sandbox, {"act": "say", "person": person, "bot": "door", "text": text})

    def gate(self, *texts: str) -> asyncio.Event:
        """Hearing one of *texts* (none: any) lasts until this is set."""
        gate = asyncio.Event()

        async def wait(text: str) -> None:
            if text in texts or not texts:
                await gate.wait()

        self.act = wait
        return gate

    def receiver(self, **more: Any) -> Receiver:
        desk = Desk("door", ("message",), slim, lane, self.hear, self.sorry)
        given = {"pause": self.pause, "dice": lambda: 0.0, **more}
        return Receiver(self.api, desk, self.store, self.clock, **given)

    async def hear(self, line: Sequence[Update]) -> int:
        """Hear the first; or all, as one."""
        texts = [update["message"]["text"] for update in line[: None if self.all_as_one else 1]]
        for text in texts:
            self.begun.append(text)
            self.bell.ring()
            await self.act(text)
        self.heard.extend(texts)
        self.bell.ring()
        return len(texts)

    async def sorry(self, update: Update) -> None:
        self.apologies.append(update)
        self.bell.ring()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.bell.ring()
        await asyncio.sleep(0)

    def see(self, role: str, method: str, params: dict[str, Any]) -> Any:
        if method == "getUpdates":
            self.polls.append(params)
        self.bell.ring()
        return self.fault

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            await self.bell.wait()

    def unconfirmed(self) -> int:
        return len(self.sandbox.inboxes[self.sandbox.bot("door").id])

    def confirmed(self, update: int) -> bool:
        return any(poll.get("offset") == update + 1 for poll in self.polls)

    async def quarantined(self) -> list[tuple[Any, ...]]:
        t = tables.quarantine.c
        async with self.store.begin() as books:
            query = select(t.bot, t.kind, t.error, t.times)
            return [tuple(row) for row in await books.quarantine._connection.execute(query)]


def slim(update: Update) -> Update | None:
    message = update["message"]
    if message["text"] == "cannot be slimmed":
        raise KeyError(message["text"])
    return None if message["text"] == "not for us" else update


def lane(update: Update) -> str:
    return str(update["message"]["chat"]["id"])


@pytest.fixture
async def world(clock: Clock, sqlite_store: Store) -> AsyncIterator[World]:
    sandbox = default_sandbox(clock)
    door = sandbox.bot("door")
    for person in sandbox.people():
        sandbox.begin(door.id, person.id)
    async with serving(sandbox) as base, BotApi(door.token, base) as api:
        world = World(sandbox, api, sqlite_store, clock)
        sandbox.faults = world.see
        yield world


@asynccontextmanager
async def running(receiver: Receiver) -> AsyncIterator[None]:
    """The receiver at work; on leaving it is cancelled, and has stopped."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(receiver.run())
        yield
        task.cancel()


def people(world: World) -> list[int]:
    return [person.id for person in world.sandbox.people()]


# The receipt


async def test_an_update_is_confirmed_only_after_it_is_heard(world: World) -> None:
    sam, *_ = people(world)
    gate = world.gate("hello")
    world.say(sam, "hello")

    async with running(world.receiver()):
        await world.until(lambda: len(world.polls) >= 4)
        assert world.unconfirmed() == 1
        assert world.heard == []

        gate.set()
        await world.until(lambda: world.confirmed(1))

    assert world.heard == ["hello"]
    assert world.unconfirmed() == 0


async def test_an_update_in_hand_that_comes_again_is_dropped(world: World) -> None:
    sam, *_ = people(world)
    gate = world.gate("hello")
    world.say(sam, "hello", "and more")

    async with running(world.receiver()):
        await world.until(lambda: len(world.polls) >= 5)
        gate.set()
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.begun == world.heard == ["hello", "and more"]


async def test_what_is_not_for_us_is_dropped_and_confirmed(world: World) -> None:
    sam, *_ = people(world)
    world.say(sam, "not for us", "for us")

    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["for us"]


async def test_update_ids_that_restart_low_are_heard(world: World) -> None:
    sam, *_ = people(world)
    inbox = world.sandbox.inboxes[world.sandbox.bot("door").id]
    inbox.next_id = 900_000
    world.say(sam, "before")

    async with running(world.receiver()):
        await world.until(lambda: world.confirmed(900_000))
        inbox.next_id = 7
        world.say(sam, "a quiet week later")
        await world.until(lambda: world.confirmed(7))

    assert world.heard == ["before", "a quiet week later"]


async def test_a_poll_without_news_asks_for_no_old_offset(world: World) -> None:
    sam, *_ = people(world)
    world.say(sam, "hello")

    async with running(world.receiver(poll_seconds=0)):
        await world.until(lambda: len(world.polls) > 3)

    assert [poll.get("offset") for poll in world.polls[:3]] == [None, 2, None]


async def test_drained_is_set_once_all_that_waited_is_heard(world: World) -> None:
    sam, ching, *_ = people(world)
    world.say(sam, "one", "two")
    world.say(ching, "three")
    receiver = world.receiver()

    async with running(receiver):
        await receiver.drained.wait()
        assert sorted(world.heard) == ["one", "three", "two"]


# Lanes


async def test_one_chat_keeps_its_order(world: World) -> None:
    sam, *_ = people(world)
    words = [str(number) for number in range(30)]
    world.say(sam, *words)

    async def yielding(text: str) -> None:
        for _ in range(int(text) % 3):
            await asyncio.sleep(0)

    world.act = yielding
    async with running(world.receiver()):
        await world.until(lambda: len(world.heard) == 30)

    assert world.heard == words


async def test_a_slow_chat_does_not_hold_up_others(world: World) -> None:
    sam, ching, *_ = people(world)
    gate = world.gate("slow")
    world.say(sam, "slow", "after slow")
    world.say(ching, "quick", "and quick")

    async with running(world.receiver()):
        await world.until(lambda: world.heard == ["quick", "and quick"])
        world.say(ching, "later too")
        await world.until(lambda: world.heard[-1] == "later too")
        assert world.unconfirmed() == 5
        gate.set()
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard[-2:] == ["slow", "after slow"]


async def test_a_flooding_chat_does_not_starve_others(world: World) -> None:
    sam, ching, *_ = people(world)
    world.say(sam, *(f"flood {number}" for number in range(50)))
    world.say(ching, "please")

    async with running(world.receiver(lanes=1)):
        await world.until(lambda: len(world.heard) == 51)

    assert world.heard.index("please") == 1


async def test_what_is_heard_in_one_turn_is_finished_together(world: World) -> None:
    sam, ching, *_ = people(world)
    world.all_as_one = True
    gate = world.gate("flood 0")
    words = [f"flood {number}" for number in range(250)]
    world.say(sam, *words)
    world.say(ching, "please")

    async with running(world.receiver()):
        await world.until(lambda: world.begun == ["flood 0"])
        assert not world.confirmed(1)
        gate.set()
        await world.until(lambda: world.unconfirmed() == 0)

    assert [word for word in world.heard if word != "please"] == words
    assert len([poll for poll in world.polls if poll.get("timeout") == 0]) < 10


async def test_of_what_is_heard_in_one_turn_only_the_broken_one_is_set_aside(
    world: World,
) -> None:
    sam, *_ = people(world)
    world.all_as_one = True

    async def choke(text: str) -> None:
        if text == "poison":
            raise ValueError(text)

    world.act = choke
    world.say(sam, "before", "poison", "after it", "and after")

    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["before", "after it", "and after"]
    assert [update["message"]["text"] for update in world.apologies] == ["poison"]


async def test_a_full_window_stops_polling(world: World) -> None:
    everybody = people(world)
    gate = world.gate()
    for person in everybody:
        world.say(person, f"from {person}")

    async with running(world.receiver(window=3, lull=0.0)):
        await world.until(lambda: len(world.begun) == 3)
        for _ in range(20):
            await world.api.call("getMe")  # time enough for many polls
        assert len(world.polls) == 1
        gate.set()
        await world.until(lambda: world.unconfirmed() == 0)

    assert len(world.heard) == len(everybody) == 4


# What breaks


async def test_a_poison_update_is_quarantined_after_three_tries_and_others_go_on(
    world: World,
) -> None:
    sam, ching, *_ = people(world)

    async def choke(text: str) -> None:
        if text == "poison":
            raise ValueError(text)

    world.act = choke
    world.say(sam, "poison", "after it")
    world.say(ching, "beside it")

    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.begun.count("poison") == 3
    assert sorted(world.heard) == ["after it", "beside it"]
    assert [pause for pause in world.pauses if pause] == [1.0, 5.0]
    assert [update["message"]["text"] for update in world.apologies] == ["poison"]
    assert await world.quarantined() == [("door", "message", "ValueError", 1)]


async def test_what_cannot_be_slimmed_is_quarantined_too(world: World) -> None:
    sam, *_ = people(world)
    world.say(sam, "cannot be slimmed", "hello")

    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["hello"]
    assert await world.quarantined() == [("door", "message", "KeyError", 1)]


async def test_a_turn_over_time_is_heard_again_and_never_quarantined(world: World) -> None:
    sam, *_ = people(world)
    gate = world.gate("slow")
    world.say(sam, "slow", "hello")

    async with running(world.receiver(turn_seconds=0.05)):
        await world.until(lambda: world.begun.count("slow") > 3)
        gate.set()
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["slow", "hello"]
    assert await world.quarantined() == []


async def test_an_apology_that_fails_holds_nobody_up(world: World) -> None:
    sam, *_ = people(world)

    async def unhearable(update: Update) -> None:
        raise ConnectionError

    world.sorry = unhearable  # type: ignore[method-assign]  # this one's own way to fail
    world.say(sam, "cannot be slimmed", "hello")

    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["hello"]


async def test_a_database_that_is_down_loses_nothing_and_quarantines_nothing(
    world: World,
) -> None:
    sam, ching, *_ = people(world)
    down = True

    async def need_it(text: str) -> None:
        if down:
            raise Down

    world.act = need_it
    world.say(sam, "one", "two")
    world.say(ching, "three")

    async with running(world.receiver()):
        await world.until(lambda: world.begun.count("one") > 10)
        assert world.unconfirmed() == 3
        down = False
        await world.until(lambda: world.unconfirmed() == 0)

    assert sorted(world.heard) == ["one", "three", "two"]
    assert max(world.pauses) == 30.0
    assert await world.quarantined() == []


async def test_what_fails_while_the_database_is_down_is_tried_until_it_is_up(
    world: World, tmp_path: Path
) -> None:
    sam, *_ = people(world)
    broken = True

    async def choke(text: str) -> None:
        if broken:
            raise TimeoutError

    world.act = choke
    world.store = Store(f"sqlite+aiosqlite:///{tmp_path / 'no such folder' / 'books.db'}")
    world.say(sam, "hello")

    async with running(world.receiver()):
        await world.until(lambda: world.begun.count("hello") > 6)
        assert world.unconfirmed() == 1
        broken = False
        await world.until(lambda: world.unconfirmed() == 0)

    await world.store.close()
    assert world.heard == ["hello"]
    assert world.apologies == []


# Stopping


async def test_cancelling_confirms_only_what_is_finished(world: World) -> None:
    sam, ching, *_ = people(world)
    world.gate("slow")
    world.say(ching, "quick")
    world.say(sam, "slow")
    world.say(ching, "quick too")

    async with running(world.receiver(turn_seconds=0.2, lull=60)):
        await world.until(lambda: len(world.heard) == 2)

    assert world.unconfirmed() == 2
    assert world.polls[-1] == {"offset": 2, "limit": 1, "timeout": 0}


async def test_cancelling_lets_the_turns_in_hand_finish(world: World) -> None:
    sam, *_ = people(world)
    gate = world.gate("slow")
    world.say(sam, "slow")

    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.receiver().run())
        await world.until(lambda: world.begun == ["slow"])
        task.cancel()
        gate.set()

    assert world.heard == ["slow"]
    assert world.unconfirmed() == 0


async def test_what_a_stopped_receiver_left_is_heard_by_the_next(world: World) -> None:
    sam, ching, *_ = people(world)
    world.gate("slow")
    world.say(ching, "quick")
    world.say(sam, "slow")
    async with running(world.receiver(turn_seconds=0.05)):
        await world.until(lambda: world.heard == ["quick"])

    world.act = at_ease
    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["quick", "slow"]


# What Telegram answers


async def test_a_second_poller_is_told_of_once_and_outlasted(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    sam, *_ = people(world)
    world.fault = (409, "terminated by other getUpdates request", {})
    world.say(sam, "hello")

    async with running(world.receiver()):
        await world.until(lambda: len(world.pauses) == 4)
        world.fault = None
        await world.until(lambda: world.heard == ["hello"])

    assert world.pauses[:4] == [3.0] * 4
    assert caplog.text.count("somebody else polls with this token") == 1


async def test_a_refused_token_ends_it_plainly(world: World, clock: Clock) -> None:
    world.fault = (401, "", {})

    with pytest.raises(TokenRefused, match="token of the door bot"):
        await world.receiver().run()


async def test_a_flood_limit_is_obeyed_exactly(world: World) -> None:
    sam, *_ = people(world)
    world.fault = (429, "retry after 7", {"retry_after": 7})
    world.say(sam, "hello")

    async with running(world.receiver()):
        await world.until(lambda: len(world.pauses) == 2)
        world.fault = None
        await world.until(lambda: world.heard == ["hello"])

    assert world.pauses[:2] == [7, 7]


async def test_a_network_that_is_down_is_asked_less_and_less_often(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with BotApi("1:NOWHERE", NOWHERE) as world.api, running(world.receiver()):
        await world.until(lambda: len(world.pauses) >= 8)

    assert world.pauses[:8] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert caplog.text.count("polling:") == 1


async def test_a_cut_answer_loses_no_update(world: World) -> None:
    sam, *_ = people(world)
    world.fault = "drop_answer"
    world.say(sam, "hello")

    async with running(world.receiver()):
        await world.until(lambda: len(world.polls) == 3)
        world.fault = None
        await world.until(lambda: world.unconfirmed() == 0)

    assert world.heard == ["hello"]


async def test_nothing_of_a_person_or_a_token_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sam, *_ = people(world)

    async def choke(text: str) -> None:
        raise ValueError(text)

    world.act = choke
    world.say(sam, "zz_invented_words")

    async with running(world.receiver()):
        await world.until(lambda: world.unconfirmed() == 0)

    assert "quarantined a message after ValueError" in caplog.text
    for secret in ("zz_invented_words", str(sam), world.sandbox.bot("door").token):
        assert secret not in caplog.text


# The client


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("drop_request", Unsure),
        ("drop_answer", Unsure),
        ((502, "Bad Gateway", {}), Unsure),
        ((400, "Bad Request", {}), Refused),
    ],
)
async def test_a_failed_call_says_what_is_known_and_no_more(
    world: World, fault: Any, kind: type[Failed]
) -> None:
    world.fault = fault

    with pytest.raises(kind) as failed:
        await world.api.call("getMe")

    assert world.sandbox.bot("door").token not in f"{failed.value!r} {world.api!r}"


async def test_no_connection_means_certainly_not_sent() -> None:
    async with BotApi("1:NOWHERE", NOWHERE) as api:
        with pytest.raises(Unreached, match="getMe"):
            await api.call("getMe")


async def test_a_refusal_carries_what_to_wait_for_and_where_a_group_went(world: World) -> None:
    world.fault = (429, "retry after 3", {"retry_after": 3, "migrate_to_chat_id": -1005})

    with pytest.raises(Refused) as refused:
        await world.api.call("getMe")

    assert (refused.value.code, refused.value.retry_after) == (429, 3)
    assert refused.value.moved_to == -1005
