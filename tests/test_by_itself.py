"""A chat that clears itself, for who asked; and the one silent offer. Against the sandbox."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from secrets import randbelow
from typing import Any

import pytest
from sqlalchemy import select

from bot.sandbox.chats import Json, Message
from handlers import wishes
from storage import tables
from storage.books import Letter, Store
from storage.counts import open_counts
from storage.drafts import open_drafts
from storage.keys import DoorKeys, StaffKeys, read_door_keys, write_new_keys
from storage.seal import NotOpened, Place, unseal
from tests.canaries import Canaries, encoded
from tests.conftest import Clock
from tests.doors import CLEARED, Door, Guest, copied, labels, open_door
from tests.test_front_door import TO_REVIEW, draft_of

QUARTER, HOUR = 15 * 60, 3600
AFTER = ("/start", "[Clear by itself]", "[After 15 minutes]")
IN_TIME = ("/start", "[Clear by itself]", "[Ask me in time]")


async def rows(door: Door) -> list[Any]:
    """The wishes that are written down."""
    async with door.reception.store.begin() as books:
        found = await books._connection.execute(select(tables.outbox))
    return [row for row in found if row.lane == wishes.LANE]


# After fifteen idle minutes


async def test_who_asked_for_it_finds_the_chat_empty_after_15_idle_minutes(
    door: Door, clock: Clock
) -> None:
    guest = door.person()
    await guest.walk(*AFTER, "/report", "[No, 18", "https://example.org/zz/1")

    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert guest.texts == [], "nothing at all, not even a line"
    assert await draft_of(guest) is None
    assert await rows(door) == []


async def test_who_writes_while_their_chat_is_cleared_is_answered_meanwhile(
    door: Door, clock: Clock
) -> None:
    guest = door.person()
    await guest.walk(*AFTER)
    before = set(guest.chat.messages)
    clock.move(QUARTER + 1)
    sweep, begun, go_on = door.reception.sweep, asyncio.Event(), asyncio.Event()

    async def slow(chat: int, messages: Mapping[int, float]) -> set[int]:
        begun.set()
        await go_on.wait()
        return await sweep(chat, messages)

    door.reception.sweep = slow
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(door.caretaker.round())
        await begun.wait()
        answer = await guest.walk(*AFTER)
        go_on.set()

    assert answer.id in guest.chat.messages
    assert not before & set(guest.chat.messages)
    assert len(await rows(door)) == 1, "what they have asked for meanwhile holds"


async def test_who_did_not_ask_finds_the_chat_as_it_was(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW)
    before = guest.texts

    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert guest.texts == before
    assert await rows(door) == []


@pytest.mark.parametrize("act", ["[Done]", "hello"])
async def test_whatever_somebody_does_starts_the_quarter_anew(
    door: Door, clock: Clock, act: str
) -> None:
    guest = door.person()
    await guest.walk(*AFTER, *TO_REVIEW[1:6])

    clock.move(QUARTER - 1)
    await guest.walk(act)
    clock.move(QUARTER - 1)
    await door.caretaker.round()
    assert guest.texts != []

    clock.move(2)
    await door.caretaker.round()
    assert guest.texts == []


async def test_a_press_that_only_redraws_starts_the_quarter_anew(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*AFTER, *TO_REVIEW[1:5])

    for _ in range(3):
        clock.move(QUARTER - 1)
        await guest.press("Secretly filmed")
        await door.caretaker.round()
        assert guest.texts != []


async def test_clearing_by_hand_ends_the_wish(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*AFTER, "x", "/start")

    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert len(guest.texts) == 3, "the neutral line, /start, the welcome"


async def test_the_wish_can_be_taken_back(door: Door, clock: Clock) -> None:
    guest = door.person()
    shown = await guest.walk(*AFTER, "/start", "[Clear by itself]", "[Leave it as it is]")
    assert shown.text.startswith("Nothing is cleared by itself.")

    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert guest.texts != []


async def test_a_number_not_saved_goes_too_and_the_report_stays(door: Door, clock: Clock) -> None:
    guest = door.person()
    code = copied(await guest.walk(*AFTER, *TO_REVIEW[1:], "[Send]"))

    clock.move(QUARTER + 1)
    await door.caretaker.round()
    shown = await guest.do("start")

    assert "Hello." in shown.text
    assert code not in str(guest.shown)
    assert "Removed: 0 of 1." in (await guest.walk("/status", code)).text


async def test_what_cannot_be_deleted_is_named_in_one_silent_line(
    door: Door, clock: Clock
) -> None:
    guest = door.person()
    await guest.walk("/start")
    old = list(guest.chat.messages)
    clock.move(49 * HOUR)
    await guest.walk(*AFTER)

    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert list(guest.chat.messages)[:-1] == old
    assert guest.answer.silent
    assert f"could not delete: {len(old)}" in guest.answer.text
    await door.caretaker.round()
    assert len(guest.shown) == len(old) + 1, "said once"


async def test_while_telegram_does_not_answer_it_is_tried_again(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*AFTER)
    clock.move(QUARTER + 1)

    door.sandbox.faults = lambda role, method, params: "drop_request"
    await door.caretaker.round()
    door.sandbox.faults = None
    assert guest.texts != []
    clock.move(31)
    await door.caretaker.round()

    assert guest.texts == []


async def test_a_restart_forgets_no_wish(
    store: Store, redis_url: str, door_keys: DoorKeys, clock: Clock
) -> None:
    async def opened(stack: AsyncExitStack) -> Door:
        drafts = open_drafts(redis_url, door_keys.locker(), clock)
        stack.push_async_callback(drafts.close)
        counts = open_counts(None, clock)
        return await stack.enter_async_context(
            open_door(store, drafts, counts, door_keys, randbelow, clock)
        )

    async with AsyncExitStack() as stack:
        door = await opened(stack)
        guest = door.person()
        await guest.walk(*AFTER)
        messages = dict(guest.chat.messages)
    clock.move(QUARTER + 1)
    async with AsyncExitStack() as stack:
        door = await opened(stack)
        guest = door.person(number=guest.who.id)
        guest.chat.messages.update(messages)

        await door.caretaker.round()

        assert guest.texts == []


async def test_after_a_restart_without_redis_what_may_be_left_is_said(
    sqlite_store: Store, door_keys: DoorKeys, clock: Clock
) -> None:
    async def opened(stack: AsyncExitStack) -> Door:
        drafts, counts = open_drafts(None, door_keys.locker(), clock), open_counts(None, clock)
        return await stack.enter_async_context(
            open_door(sqlite_store, drafts, counts, door_keys, randbelow, clock)
        )

    async with AsyncExitStack() as stack:
        guest = (await opened(stack)).person()
        await guest.walk(*AFTER)
    clock.move(QUARTER + 1)
    async with AsyncExitStack() as stack:
        door = await opened(stack)
        guest = door.person(number=guest.who.id)
        await door.caretaker.round()
        assert guest.shown == [], "they may have written a moment before the restart"
        clock.move(QUARTER + 1)

        await door.caretaker.round()

        assert "anything older in it" in guest.answer.text
        assert guest.answer.silent


async def test_the_door_looks_by_itself(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*AFTER)
    clock.move(QUARTER + 1)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        task = group.create_task(door.caretaker.run())
        while guest.texts:
            await door.sandbox.bell.wait()
        while await rows(door):  # noqa: ASYNC110 - the books ring no bell; then it waits for its next look
            await asyncio.sleep(0)
        task.cancel()


# The row


async def test_the_row_tells_nobody_who(
    door: Door, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    guest = door.person(number=7_111_222_333)
    await guest.walk(*AFTER)

    (row,) = await rows(door)

    raw = repr(tuple(row)).encode()
    planted = Canaries("chat", "7111222333", ("7111222333",))
    assert [how for how, bytes_ in encoded(planted.stem) if bytes_ in raw] == []
    assert row.case_id is None
    letter = Letter(**{name: getattr(row, name) for name in Letter.__dataclass_fields__})
    assert wishes.chat_of(letter, door_keys) == 7_111_222_333
    with pytest.raises(NotOpened):
        unseal(bytes.fromhex(row.body["inner"]), staff_keys.own, Place(row.key, "chat"))


async def test_a_wish_that_our_key_does_not_open_is_let_go(
    door: Door, clock: Clock, tmp_path: Path
) -> None:
    write_new_keys(tmp_path / "others")
    others = read_door_keys(tmp_path / "others")
    async with door.reception.store.begin() as books:
        due = datetime.fromtimestamp(clock(), UTC)
        await wishes.put(books, others, 5, "idle", "en", due)

    await door.caretaker.round()

    assert await rows(door) == []


async def test_a_wish_that_breaks_us_stops_no_other(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*AFTER)
    async with door.reception.store.begin() as books:
        body: dict[str, Any] = {"how": "idle"}
        await books.outbox.put(
            wishes.LANE, "wish", key="wish:0", body=body, due=datetime.fromtimestamp(0, UTC)
        )

    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert guest.texts == []


# The offer


async def test_a_silent_offer_comes_once_before_two_days(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*IN_TIME)
    before = len(guest.shown)

    clock.move(43 * HOUR)
    await door.caretaker.round()
    assert len(guest.shown) == before
    clock.move(HOUR + 60)
    await door.caretaker.round()
    await door.caretaker.round()

    assert len(guest.shown) == before + 1
    assert guest.answer.silent
    assert guest.answer.text.startswith("Shall I tidy up here?")
    assert labels(guest.answer) == ["Clear this chat"]
    assert await rows(door) == []
    await guest.press("Clear this chat")
    assert guest.texts == [CLEARED], "all of it was still young enough"


async def test_the_oldest_message_sets_the_hour_of_the_offer(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk("/start")
    clock.move(30 * HOUR)
    await guest.walk(*IN_TIME)

    clock.move(14 * HOUR + 60)
    await door.caretaker.round()

    assert "Shall I tidy up here?" in guest.answer.text


async def test_where_it_is_too_late_to_offer_what_is_left_is_said(
    door: Door, clock: Clock
) -> None:
    guest, lost = door.person(), door.person()
    await guest.walk(*IN_TIME)
    await lost.walk(*IN_TIME)
    left = len(guest.shown)
    reception = door.reception
    mark = reception.keys.person(lost.who.id)
    await reception.drafts.forget_messages(mark, set(lost.chat.messages))

    clock.move(50 * HOUR)
    await door.caretaker.round()

    assert f"could not delete: {left}" in guest.answer.text
    assert "anything older in it" in lost.answer.text
    assert labels(lost.answer) == ["How to delete the rest"]


async def test_nothing_is_offered_where_nothing_is_left(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*IN_TIME, "x")
    before = guest.texts

    clock.move(45 * HOUR)
    await door.caretaker.round()

    assert guest.texts == before


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        ((429, "Too Many Requests", {"retry_after": 9}), 1),
        ("drop_answer", 1),
        ((403, "Forbidden: bot was blocked by the user", {}), 0),
    ],
)
async def test_an_offer_is_never_made_twice(
    door: Door, clock: Clock, fault: Any, lines: int
) -> None:
    guest = door.person()
    await guest.walk(*IN_TIME)
    before = len(guest.shown)
    faults = [fault]

    def once(role: str, method: str, params: Json) -> Any:
        return faults.pop() if faults and method == "sendMessage" else None

    clock.move(44 * HOUR + 60)
    door.sandbox.faults = once
    await door.caretaker.round()
    clock.move(61)
    await door.caretaker.round()

    assert len(guest.shown) == before + lines
    assert await rows(door) == []


# What is asked


async def test_the_way_is_offered_on_the_first_screen_and_works_in_cantonese(
    door: Door, clock: Clock
) -> None:
    guest = door.person("zh-hk")

    shown = await guest.walk("/start", "[自動清除]")
    assert "15 分鐘" in shown.text
    await guest.walk("15 分鐘後清除")
    clock.move(QUARTER + 1)
    await door.caretaker.round()

    assert guest.texts == []


async def test_a_message_sent_this_moment_is_not_swept_away(door: Door, clock: Clock) -> None:
    guest: Guest = door.person()
    await guest.walk(*AFTER)
    clock.move(QUARTER + 1)
    number = door.sandbox.post(guest.chat, Message(guest.who.id, text="wait")).id

    await door.reception.seen(guest.who.id, {number: clock()})
    await door.caretaker.round()

    assert "wait" in guest.texts
