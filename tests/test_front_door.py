"""The door on Telegram, as people and their phones treat it. Against the sandbox."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from secrets import randbelow
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update
from aiohttp import web
from redis.asyncio import Redis
from sqlalchemy import select

from bot import door_slim
from bot.bot_api import BotApi
from bot.front_door import show
from bot.receiver import Receiver
from bot.sandbox.chats import Json, Message
from bot.sandbox.inbox import Bell
from bot.stage import CODE, STANDINGS
from bot.trouble import Unanswered
from handlers import casework, recording
from handlers.casework import Act, Work
from handlers.home import HOUSE
from handlers.links import Link
from handlers.reception import _MEMORY, Memory
from handlers.report import HAPPENED
from handlers.spoken import Answer
from handlers.staff import Caseworker
from handlers.talk import CLEAR, Draft, Kept, Mine
from locales.catalogue import wording
from storage import tables
from storage.books import Case, Store
from storage.counts import open_counts
from storage.down import Down
from storage.drafts import open_drafts
from storage.keys import DoorKeys, StaffKeys
from storage.seal import Place, unseal
from tests.conftest import Clock
from tests.doors import CLEARED, Door, Guest, copied, labels, open_door

LINK = "https://t.me/zz_invented_ch/1"
OTHER = "https://lihkg.com/thread/99000001/page/1"
REPORT = ("/start", "/report", "[No, 18", LINK, "[That is all]")
TO_REVIEW = (*REPORT, "[Shared or posted]", "[Done]", "[It can wait]", "[Skip]", "[No, I will")
PLACES = [(script.name, name) for script in HOUSE.scripts.values() for name in script.steps]


async def cases_of(door: Door) -> list[Case]:
    """All that was filed and nobody took."""
    async with door.reception.store.begin() as books:
        return await books.cases.waiting(1000)


async def draft_of(guest: Guest) -> Draft | None:
    """What is remembered of somebody's talk."""
    reception = guest.door.reception
    async with reception.drafts.hold(reception.keys.person(guest.who.id)) as held:
        return _MEMORY.validate_json(held.kept).draft if held.kept else None


async def stand(guest: Guest, talk: str, step: str) -> None:
    """Put somebody there, with something to lose."""
    draft = Draft(
        ref=f"{guest.who.id:032x}",
        language="en",
        talk=talk,
        step=step,
        minor="no",
        links=(Kept(Link("telegram", LINK, LINK), 1),),
        happened=tuple(HAPPENED),
        sent=step in ("sent", "saved"),
        mine=Mine("case", "act", STANDINGS[CODE]) if talk == "status" else None,
    )
    reception = guest.door.reception
    async with reception.drafts.hold(reception.keys.person(guest.who.id)) as held:
        held.kept = _MEMORY.dump_json(Memory(draft, 0, None))


async def urls(guest: Guest) -> list[str]:
    draft = await draft_of(guest)
    return [kept.link.url for kept in draft.links] if draft else []


# Languages


@pytest.mark.parametrize(
    ("code", "greetings"),
    [
        *((code, ("你好",)) for code in ("zh-hant", "zh-hk", "zhhkpb1", "yue", "hongkong", "zh")),
        *((code, ("Hello.",)) for code in ("en", "en-GB", "EN")),
        *((code, ("你好", "Hello.")) for code in ("fr", "tl", "")),
    ],
)
async def test_the_first_message_is_in_the_language_of_the_phone(
    door: Door, code: str, greetings: tuple[str, ...]
) -> None:
    shown = await door.person(code).do("start")

    assert [word for word in ("你好", "Hello.") if word in shown.text] == list(greetings)


async def test_an_unknown_language_is_asked_for_and_then_spoken(door: Door) -> None:
    guest = door.person("fr")

    first = await guest.do("start")
    assert {"廣東話", "English"} <= set(labels(first))
    shown = await guest.press("廣東話")

    assert "你好" in shown.text
    assert "Hello." not in shown.text


@pytest.mark.parametrize("how", ["/language", "／Language", "/language@front_door_demo_bot"])
async def test_the_language_can_be_switched_without_losing_the_draft(door: Door, how: str) -> None:
    guest = door.person("en")
    await guest.walk(*REPORT[:-1])

    shown = await guest.say(how)

    assert "連結" in shown.text
    assert "Paste" not in shown.text
    assert await urls(guest) == [LINK]


# Pictures, files and forwards


@pytest.mark.parametrize("kind", ["photo", "video", "voice", "sticker", "document"])
async def test_media_is_deleted_and_kindly_answered(door: Door, kind: str) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    shown = await guest.do("media", kind=kind)

    assert "Please send no pictures" in shown.text
    assert [message.media for message in guest.shown if message.media] == []


async def test_a_link_in_a_caption_is_kept(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    shown = await guest.do("media", kind="photo", caption=f"佢post咗喺{LINK}，求幫手")

    assert "Got it: Telegram 1" in shown.text
    assert await urls(guest) == [LINK]
    assert [message.media for message in guest.shown if message.media] == []


async def test_an_album_is_deleted_whole_and_answered_once(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])
    before = len(guest.shown)

    for _ in range(5):
        guest.act("media", kind="photo", album="album-1")
    await door.hear()

    assert len(guest.shown) == before + 1
    assert "Please send no pictures" in guest.answer.text


async def test_links_on_every_piece_of_an_album_are_kept(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    guest.act("media", kind="photo", album="album-1", caption=LINK)
    guest.act("media", kind="video", album="album-1", caption=OTHER)
    await door.hear()

    assert len(await urls(guest)) == 2


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ({"username": "zz_invented_pub", "post": 7}, "https://t.me/zz_invented_pub/7"),
        ({"channel_id": -1001234567890, "post": 9}, "https://t.me/c/1234567890/9"),
    ],
)
@pytest.mark.parametrize("media", [None, "photo"])
async def test_a_forwarded_posts_own_address_is_kept(
    door: Door, channel: Json, url: str, media: str | None
) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    await guest.do(
        "forward", **{"from": {"title": "Zz", **channel}}, media=media, text=f"see {OTHER}"
    )

    assert (await urls(guest))[0] == url
    assert len(await urls(guest)) == 2
    assert [message.media for message in guest.shown if message.media] == []


REAL_PHOTO = [
    {
        "file_id": f"invented-{width}",
        "file_unique_id": f"unique-{width}",
        "file_size": width * 100,
        "width": width,
        "height": width,
    }
    for width in (90, 320, 800)
]
REAL_ORIGIN = {
    "type": "channel",
    "chat": {
        "id": -1001234567890,
        "title": "Zz invented",
        "username": "zz_invented_pub",
        "type": "channel",
    },
    "message_id": 7,
    "author_signature": "Zz",
    "date": 1_799_999_000,
}


@pytest.mark.parametrize("place", ["links", "home"])
@pytest.mark.parametrize(
    "content",
    [
        {"photo": REAL_PHOTO},
        {"photo": REAL_PHOTO, "has_media_spoiler": True, "media_group_id": "13579"},
        {
            "video": {
                "duration": 3,
                "width": 90,
                "height": 90,
                "file_id": "a",
                "file_unique_id": "b",
            }
        },
        {"poll": {"id": "1"}},
        {"zz_content_of_next_year": {"a": 1}},
        {},
    ],
    ids=lambda content: "-".join(content) or "nothing",
)
async def test_a_forwarded_post_without_words_is_answered_kept_and_cleared(
    door: Door, content: Json, place: str
) -> None:
    guest = door.person()
    await guest.walk(*REPORT[: 3 if place == "links" else 1])
    number = guest.act("say", text="stand-in")["messages"][0]
    (update,) = door.waiting()
    bare = {key: update["message"][key] for key in ("message_id", "date", "chat", "from")}

    message = {**bare, **content, "forward_origin": REAL_ORIGIN}
    await door.hear_one({"update_id": update["update_id"], "message": message})
    door.sandbox.inboxes[door.account].clear()

    assert "Got it: Telegram 1" in guest.answer.text
    assert await urls(guest) == ["https://t.me/zz_invented_pub/7"]
    assert number not in guest.chat.messages, "a picture is taken out of the chat"
    await guest.say("x")
    assert guest.texts == [CLEARED]


@pytest.mark.parametrize("kind", ["pinned_message", "message_auto_delete_timer_changed"])
async def test_what_telegram_itself_writes_is_not_answered_but_cleared(
    door: Door, kind: str
) -> None:
    guest = door.person()
    await guest.walk("/start")
    guest.act("say", text="stand-in")
    (update,) = door.waiting()
    message = {key: update["message"][key] for key in ("message_id", "date", "chat", "from")}
    before = len(guest.shown)

    await door.hear_one({"update_id": update["update_id"], "message": {**message, kind: {"a": 1}}})
    door.sandbox.inboxes[door.account].clear()

    assert len(guest.shown) == before
    await guest.say("x")
    assert guest.texts == [CLEARED]


async def test_an_edited_message_replaces_its_links(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])
    sent = guest.act("say", text=LINK)["messages"][0]
    await door.hear()

    await guest.do("edit", message=sent, text=f"no, it was {OTHER}")
    changed = await urls(guest)
    await guest.do("edit", message=sent, text="no, nothing")

    assert [url[:17] for url in changed] == ["https://lihkg.com"]
    assert await urls(guest) == []


async def test_no_file_is_ever_asked_for(door: Door) -> None:
    asked = []
    door.sandbox.faults = lambda role, method, params: asked.append(method)
    guest = door.person()
    await guest.walk(*REPORT[:3])

    for kind in ("photo", "video", "voice", "sticker", "document"):
        await guest.do("media", kind=kind, caption=LINK)

    assert set(asked) == {"sendMessage", "answerCallbackQuery", "deleteMessages"}


# Where the door does not belong


async def test_a_group_that_the_door_is_added_to_is_left_at_once(door: Door) -> None:
    guest = door.person()

    group = guest.act("add_bot_to_group")["chat"]
    await door.hear()

    chat = door.sandbox.chats[None, group]
    assert chat.standing[door.account] == "left"
    assert [one for one in chat.messages.values() if one.sender == door.account and one.text] == []


async def test_a_channel_that_the_door_is_added_to_is_left_at_once(door: Door) -> None:
    guest = door.person()
    group = guest.act("add_bot_to_group")["chat"]
    for update in door.waiting():
        (update.get("my_chat_member") or update["message"])["chat"]["type"] = "channel"

    await door.hear()

    assert door.sandbox.chats[None, group].standing[door.account] == "left"


async def test_what_is_written_in_a_group_is_not_heard(door: Door) -> None:
    guest = door.person()
    group = guest.act("add_bot_to_group")["chat"]
    chat = door.sandbox.chats[None, group]
    door.sandbox.join(guest.who.id, chat=chat)

    door.sandbox.post(chat, Message(guest.who.id, text=f"/report {LINK}"))
    await door.hear()

    assert await draft_of(guest) is None


KINDS = {"message", "edited_message", "callback_query", "my_chat_member"}


async def test_the_door_asks_for_four_kinds_of_update_and_hears_no_other(door: Door) -> None:
    guest = door.person()
    guest.act("say", text=LINK)
    (update,) = door.waiting()
    door.sandbox.inboxes[door.account].clear()
    others = set(Update.model_fields) - {"update_id", *KINDS}
    assert {"inline_query", "business_message", "guest_message", "channel_post"} <= others

    for kind in others:
        assert door_slim.slim({"update_id": 5, kind: update["message"]}) is None, kind

    assert set(door.desk.allowed) == KINDS


@pytest.mark.parametrize("kind", ["channel", "supergroup", "group"])
@pytest.mark.parametrize("heard", ["message", "edited_message"])
async def test_a_message_outside_a_private_chat_is_not_heard(
    door: Door, kind: str, heard: str
) -> None:
    guest = door.person()
    guest.act("say", text=LINK)
    (update,) = door.waiting()
    update["message"]["chat"]["type"] = kind

    assert door_slim.slim({"update_id": 5, heard: update["message"]}) is None


async def test_somebody_who_blocked_the_door_breaks_nothing(door: Door) -> None:
    guest, other = door.person(), door.person()
    await guest.walk(*REPORT[:3])

    guest.act("say", text=LINK)
    guest.act("block")
    other.act("start")
    await door.hear()
    assert "Hello." in other.answer.text

    guest.act("unblock")
    assert "In all: 2" in (await guest.say(OTHER)).text


async def test_a_clear_and_a_block_at_once_break_nothing(door: Door) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW)

    guest.act("say", text="x")
    guest.act("media", kind="photo")
    guest.act("block")
    await door.hear()

    assert await cases_of(door) == []


# Clearing the chat


async def write(guest: Guest, count: int) -> list[int]:
    """*count* messages, of both sides in turn, as the door has heard and said them."""
    sides = cycle((guest.who.id, guest.door.account))
    buttons = (({"text": "Clear this chat", "callback_data": CLEAR.name},),)
    sandbox = guest.door.sandbox
    ids = [
        sandbox.post(
            guest.chat,
            Message(side, text=f"words {number}", buttons=buttons * (side == guest.door.account)),
        ).id
        for number, side in zip(range(count), sides, strict=False)
    ]
    sandbox.inboxes[guest.door.account].clear()
    await guest.door.reception.seen(guest.who.id, dict.fromkeys(ids, sandbox.now()))
    return ids


async def test_a_code_that_was_not_saved_is_not_shown_after_clearing(door: Door) -> None:
    guest = door.person()
    code = copied(await guest.walk(*TO_REVIEW, "[Send]"))

    await guest.press("Clear this chat")
    shown = await guest.do("start")

    assert "Hello." in shown.text
    assert not any(code in text for text in guest.texts)


@pytest.mark.parametrize("how", ["x", "press"])
async def test_what_is_too_old_to_delete_is_named(door: Door, clock: Clock, how: str) -> None:
    guest = door.person()
    old = await write(guest, 6)
    clock.move(47 * 3600)
    await write(guest, 4)
    clock.move(2 * 3600)

    shown = await (guest.say("x") if how == "x" else guest.press("Clear this chat"))

    assert "Messages I could not delete: 6." in shown.text
    assert [message.id for message in guest.shown] == [*old, shown.id]

    shown = await guest.press("How to delete the rest")

    assert [word for word in ("iPhone", "Android", "Delete") if word in shown.text] == [
        "iPhone",
        "Android",
        "Delete",
    ]


async def test_who_clears_over_messages_of_before_a_restart_is_told_how_they_go(
    door: Door,
) -> None:
    guest = door.person()
    before = [
        door.sandbox.post(guest.chat, Message(door.account, text=f"before {number}")).id
        for number in range(3)
    ]
    await guest.walk(*REPORT)

    shown = await guest.press("Clear this chat")

    assert [message.id for message in guest.shown] == [*before, shown.id]
    assert "anything older in it, hold it in your chat list, then tap Delete" in shown.text
    assert labels(shown) == ["How to delete the rest", "Start"]


async def test_one_message_that_cannot_be_deleted_keeps_no_other(door: Door) -> None:
    guest = door.person()
    ids = await write(guest, 101)

    def fault(role: str, method: str, params: Json) -> Any:
        numbers = str(params.get("message_ids", ""))
        stuck = method == "deleteMessages" and str(ids[50]) in numbers.strip("[]").split(", ")
        return (400, "Bad Request: message can't be deleted", {}) if stuck else None

    door.sandbox.faults = fault
    shown = await guest.say("x")

    assert [message.id for message in guest.shown] == [ids[50], shown.id]
    assert "Messages I could not delete: 1." in shown.text


@pytest.mark.parametrize("cut", ["drop_request", "drop_answer"])
async def test_a_clearing_that_is_cut_goes_on_when_heard_again(door: Door, cut: str) -> None:
    guest = door.person()
    await write(guest, 250)
    calls: list[str] = []

    def fault(role: str, method: str, params: Json) -> Any:
        calls.append(method)
        return cut if len(calls) == 2 else None

    door.sandbox.faults = fault
    guest.act("say", text="x")
    with pytest.raises(Unanswered):
        await door.hear()
    await door.hear()

    assert guest.texts == [CLEARED]


# News


def work_on(books: Any, staff_keys: StaffKeys, case: Case, now: datetime) -> Work:
    act = Act(Caseworker(42, "Robin", "en"), 1, 1, now, now)
    return Work(books, staff_keys, act, case, True, lambda: "f" * 32, 1)


async def record(door: Door, staff_keys: StaffKeys, *states: str) -> None:
    """A caseworker takes the one case and records what became of its first link."""
    now = datetime.fromtimestamp(door.sandbox.now(), UTC)
    async with door.reception.store.begin() as books:
        for case in await books.cases.waiting(1):
            await books.cases.claim(case.id, 42, "Robin")
        (case,) = await books.cases.held_by(42)
        for state in states:
            await recording.record(work_on(books, staff_keys, case, now), 1, state)


WITH_NEWS = (*TO_REVIEW[:-1], "[Yes, tell me", "[Send]", "[I have saved it]", "[Skip]")


async def test_the_cards_of_the_law_are_turned_in_one_message(door: Door) -> None:
    guest = door.person()
    listed = await guest.walk("/law")
    before = len(guest.shown)

    card = await guest.press("Threats")
    text = card.text
    following = await guest.press("Next")
    back = await guest.press("All cards")

    assert "Criminal intimidation" in text
    assert {listed.id, card.id, following.id, back.id} == {listed.id}
    assert len(guest.shown) == before
    await guest.press("Blackmail")
    kinds = [entity["type"] for entity in guest.answer.entities]
    assert kinds.count("expandable_blockquote") == 1


async def test_an_attached_result_is_read_behind_open_and_the_answers_nowhere(
    door: Door, staff_keys: StaffKeys
) -> None:
    guest = door.person()
    await guest.walk("/check", "[18 or over]", "[Shown, sent]", "[Done]", "[Bare intimate]")
    await guest.walk("[Real]", "[I took or sent]", "[Money]", "[Only me]", "[Attach to a report]")
    await guest.walk("[No, 18", LINK, "[That is all]", "[Done]", "[It can wait]", "[Skip]")
    await guest.walk("[No, I will", "[Send]")

    (case,) = await cases_of(door)
    async with door.reception.store.begin() as books:
        of = await casework.summary(books, case, staff_keys)

    assert of.check == {"AAE": "may", "BLACKMAIL": "may", "XBORDER": "depends"}
    plain = unseal(case.happened, staff_keys.own, Place(case.id, "happened"))
    assert not any(code in plain for code in (b"q1", b"self_sent", b"money", b"parts"))


async def test_news_is_one_silent_neutral_line(door: Door, staff_keys: StaffKeys) -> None:
    guest = door.person()
    await guest.walk(*WITH_NEWS)
    before = len(guest.shown)

    await record(door, staff_keys, "requested", "removed")
    await door.courier.round()
    await door.courier.round()

    assert len(guest.shown) == before + 1
    assert guest.answer.text == "1 of 1 gone."
    assert guest.answer.silent
    assert labels(guest.answer) == ["How things stand", "No more of these", "Clear this chat"]
    assert "16 digits" in (await guest.press("How things stand")).text


async def test_who_asked_for_no_news_gets_none(door: Door, staff_keys: StaffKeys) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW, "[Send]", "[I have saved it]", "[Skip]")
    before = len(guest.shown)

    await record(door, staff_keys, "removed")
    await door.courier.round()

    assert len(guest.shown) == before


async def test_news_can_be_cleared_like_the_rest(door: Door, staff_keys: StaffKeys) -> None:
    guest = door.person()
    await guest.walk(*WITH_NEWS)
    await record(door, staff_keys, "removed")
    await door.courier.round()

    await guest.press("Clear this chat")

    assert guest.texts == [CLEARED]


async def test_who_blocked_the_door_is_forgotten(door: Door, staff_keys: StaffKeys) -> None:
    guest = door.person()
    await guest.walk(*WITH_NEWS)
    guest.act("block")

    await record(door, staff_keys, "removed")
    await door.courier.round()

    async with door.reception.store.begin() as books:
        (case,) = await books.cases.held_by(42)
        day = datetime.fromtimestamp(door.sandbox.now(), UTC).date()
        assert await books.addresses.get(case.id, day) is None
        assert await books.outbox.waiting("door", datetime.max.replace(tzinfo=UTC)) == 0


# Heard twice


@pytest.mark.parametrize("last", ["[Send]", "[No, I will", "[It can wait]", LINK, "/help"])
async def test_the_same_update_heard_twice_answers_the_same(door: Door, last: str) -> None:
    guest = door.person()
    path = (*TO_REVIEW, "[Send]")
    await guest.walk(*(path[: path.index(last)] if last in path else TO_REVIEW))
    if last.startswith("["):
        guest.press_unheard(last[1:-1])
    else:
        guest.act("say", text=last)
    update = door.waiting()[-1]

    await door.hear_one(update)
    first = guest.answer
    draft, cases = await draft_of(guest), await cases_of(door)
    await door.hear_one(update)

    assert (guest.answer.text, guest.answer.buttons) == (first.text, first.buttons)
    assert (await draft_of(guest), await cases_of(door)) == (draft, cases)


async def test_a_silent_piece_of_an_album_heard_twice_stays_silent(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])
    guest.act("media", kind="photo", album="album-1")
    guest.act("media", kind="photo", album="album-1")
    updates = door.waiting()
    await door.hear()
    before = guest.texts

    await door.hear_one(updates[-1])

    assert guest.texts == before


async def test_the_number_is_shown_again_until_it_is_saved(door: Door, clock: Clock) -> None:
    guest = door.person()
    code = copied(await guest.walk(*TO_REVIEW, "[Send]"))

    assert copied(await guest.say("hello?")) == code
    clock.move(3600)
    assert copied(await guest.do("start")) == code
    shown = await guest.walk("[I have saved it]", "[Skip]")

    assert code not in shown.text
    assert len(await cases_of(door)) == 1


# Presses that come late, and buttons of other days


async def test_a_press_older_than_150_seconds_is_harmless(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW)
    before = guest.texts

    guest.press_unheard("Send")
    clock.move(151)
    await door.hear()
    assert guest.texts == before
    assert await cases_of(door) == []

    assert copied(await guest.press("Send"))


async def test_a_press_that_is_answered_too_late_still_counts(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW)

    guest.press_unheard("Send")
    (update,) = door.waiting()
    clock.move(151)
    await door.hear_one(update)

    assert copied(guest.answer)
    assert len(await cases_of(door)) == 1


@pytest.mark.parametrize("data", ["zz:old", "out:999", "happened:", "minor:", "\u0000", "x" * 64])
async def test_a_button_nobody_knows_is_answered_and_loses_nothing(door: Door, data: str) -> None:
    for talk, step in PLACES:
        guest = door.person()
        await guest.say("hello")
        await stand(guest, talk, step)
        links, said = await urls(guest), len(guest.shown)

        shown = await guest.press_data(data)

        assert len(guest.shown) == said + 1 or shown.version == door.sandbox.version
        assert shown.text
        assert await urls(guest) == links, (talk, step)


async def test_an_old_button_of_a_lost_talk_says_what_happened(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW)
    clock.move(31 * 60)

    shown = await guest.press("Send")

    assert "That talk is over: what you had not sent is forgotten" in shown.text
    assert await cases_of(door) == []


# A flood


async def test_of_a_flood_every_link_is_kept_and_only_the_last_message_answered(
    door: Door,
) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])
    before = len(guest.shown)
    links = [f"https://t.me/zz_invented_ch/{number}" for number in range(1, 31)]

    async with receiving(door):
        for link in links:
            guest.act("say", text=link)
        await until(door, lambda: "In all: 30" in guest.answer.text)

    assert await urls(guest) == links
    answers = len(guest.shown) - before - len(links)
    assert 0 < answers < 5


@pytest.mark.parametrize("asked", ["/help", "I want to die"])
async def test_a_cry_for_help_in_a_flood_has_its_own_answer(door: Door, asked: str) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    async with receiving(door):
        for text in (*["hello?"] * 20, asked, *["hello?"] * 20, "/start"):
            guest.act("say", text=text)
        await until(door, lambda: "Hello." in guest.answer.text)

    assert len([text for text in guest.texts if "999" in text]) == 1


async def test_a_flood_that_asks_to_clear_the_chat_leaves_nothing(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    async with receiving(door):
        for text in (*["hello?"] * 20, "x"):
            guest.act("say", text=text)
        await until(door, lambda: guest.texts == [CLEARED])


async def test_the_pictures_in_a_flood_are_taken_away(door: Door) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    async with receiving(door):
        for _ in range(15):
            guest.act("media", kind="photo")
        guest.act("say", text=LINK)
        await until(door, lambda: "In all: 1" in guest.answer.text)

    assert [message.media for message in guest.shown if message.media] == []


@pytest.mark.parametrize("heard", ["/start", "hello", OTHER, "/status", "/help"])
async def test_a_report_half_made_that_lapsed_is_told_at_the_next_message_and_once(
    door: Door, clock: Clock, heard: str
) -> None:
    guest = door.person()
    await guest.walk(*REPORT)
    clock.move(31 * 60)

    shown = await guest.say(heard)
    assert shown.text.startswith("That talk is over: what you had not sent is forgotten")
    assert "That talk is over" not in (await guest.say("/start")).text
    clock.move(24 * 3600)
    if heard != OTHER:
        assert "That talk is over" not in (await guest.say("/start")).text


@pytest.mark.parametrize(
    "way",
    [
        ("/start", "/report", "[No, 18"),
        (*REPORT[:4], "[Take a link out]", "[Link 1]"),
        (*REPORT, "x"),
        (*REPORT, "/stop"),
        (*TO_REVIEW, "[Send]", "[I have saved it]"),
    ],
    ids=["nothing", "taken out", "cleared", "stopped", "sent"],
)
async def test_where_nothing_was_lost_nothing_is_told(
    door: Door, clock: Clock, way: tuple[str, ...]
) -> None:
    guest = door.person()
    await guest.walk(*way)
    clock.move(31 * 60)

    assert "That talk is over" not in (await guest.say("/start")).text


async def test_after_a_day_or_a_clearing_nothing_is_told_of_what_lapsed(
    door: Door, clock: Clock
) -> None:
    guest, other = door.person(), door.person()
    await guest.walk(*REPORT)
    await other.walk(*REPORT)

    clock.move(31 * 60)
    assert (await guest.say("x")).text == CLEARED
    assert "That talk is over" not in (await guest.say("/start")).text
    clock.move(24 * 3600)
    assert "That talk is over" not in (await other.say("/start")).text


# What breaks


def quick(bell: Bell) -> Callable[[float], Any]:
    """Waiting that only lets others go first."""

    async def pause(seconds: float) -> None:
        bell.ring()
        await asyncio.sleep(0)

    return pause


@asynccontextmanager
async def receiving(door: Door) -> AsyncIterator[None]:
    """The door with its real receiver; stopped on leaving."""
    token = door.sandbox.bot("door").token
    async with BotApi(token, door.base) as api, asyncio.TaskGroup() as group:
        pause = quick(door.sandbox.bell)
        receiver = Receiver(api, door.desk, door.reception.store, door.sandbox.now, pause=pause)
        task = group.create_task(receiver.run())
        yield
        task.cancel()


async def until(door: Door, true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await door.sandbox.bell.wait()


async def test_an_update_no_model_accepts_is_set_aside_and_others_are_heard(door: Door) -> None:
    guest, other = door.person(), door.person()
    guest.act("say", text="zz odd words")
    (update,) = door.waiting()
    update["message"]["date"] = "zz no date"

    async with receiving(door):
        await until(door, lambda: guest.texts[1:])
        other.act("start")
        await until(door, lambda: "Hello." in "".join(other.texts))
        assert "Please send it again as plain text" in guest.answer.text
        guest.act("say", text="/start")
        await until(door, lambda: "Hello." in guest.answer.text)

    t = tables.quarantine.c
    async with door.reception.store.begin() as books:
        rows = (await books._connection.execute(select(t.bot, t.kind, t.error))).all()
    assert [tuple(row) for row in rows] == [("door", "message", "ValidationError")]
    await guest.say("x")
    assert guest.texts == [CLEARED]


@pytest.fixture
async def locked_store(tmp_path: Path) -> AsyncIterator[tuple[Store, sqlite3.Connection]]:
    """A store, and another process's hand on its file."""
    file = tmp_path / "house" / "books.db"
    store = Store(f"sqlite+aiosqlite:///{file}?timeout=0.02")
    await store.prepare()
    other = sqlite3.connect(file, isolation_level=None)
    yield store, other
    other.close()
    await store.close()


async def test_while_the_database_is_down_nothing_is_received_and_then_it_is_filed_once(
    locked_store: tuple[Store, sqlite3.Connection], door_keys: DoorKeys, clock: Clock
) -> None:
    store, other = locked_store
    drafts = open_drafts(None, door_keys.locker(), clock)
    counts = open_counts(None, clock)
    async with open_door(store, drafts, counts, door_keys, randbelow, clock) as door:
        guest = door.person()
        await guest.walk(*TO_REVIEW)

        async with receiving(door):
            other.execute("BEGIN IMMEDIATE")
            guest.press_unheard("Send")
            await until(door, lambda: "Not sent yet" in guest.answer.text)
            assert "999" in guest.answer.text
            other.execute("ROLLBACK")
            await until(door, lambda: "Sent. Our team has it." in guest.answer.text)

        assert len(await cases_of(door)) == 1
        assert len([text for text in guest.texts if "Not sent yet" in text]) == 1
        await guest.press("Clear this chat")
        assert guest.texts == [CLEARED]
        assert door.unexpected() == []


async def test_a_chat_is_cleared_even_while_the_database_is_down(
    locked_store: tuple[Store, sqlite3.Connection], door_keys: DoorKeys, clock: Clock
) -> None:
    store, other = locked_store
    drafts = open_drafts(None, door_keys.locker(), clock)
    counts = open_counts(None, clock)
    async with open_door(store, drafts, counts, door_keys, randbelow, clock) as door:
        guest = door.person()
        await guest.walk(*TO_REVIEW)

        other.execute("BEGIN IMMEDIATE")
        guest.act("say", text="x")
        with pytest.raises(Down):
            await door.hear()
        assert guest.texts == []
        other.execute("ROLLBACK")
        await door.hear()

        assert guest.texts == [CLEARED]


class Switch:
    """A way to a Redis that can be taken away: a link to its socket."""

    def __init__(self, folder: Path, server: str) -> None:
        self.path, self.server = folder / "redis", server
        self.address = f"unix://{self.path}"
        self.on()

    def on(self) -> None:
        self.path.symlink_to(self.server.removeprefix("unix://"))

    async def off(self) -> None:
        self.path.unlink()
        async with Redis.from_url(self.server) as redis:
            await redis.client_kill_filter(_type="normal", skipme=True)


async def test_while_redis_is_down_nothing_is_received_and_then_it_is_filed_once(
    redis_url: str, tmp_path: Path, sqlite_store: Store, door_keys: DoorKeys, clock: Clock
) -> None:
    if not redis_url.startswith("unix://"):
        pytest.skip("only a Redis on a socket can be taken away")
    switch = Switch(tmp_path, redis_url)
    drafts = open_drafts(switch.address, door_keys.locker(), clock)
    counts = open_counts(switch.address, clock)
    async with open_door(sqlite_store, drafts, counts, door_keys, randbelow, clock) as door:
        guest = door.person()
        await guest.walk(*TO_REVIEW)

        async with receiving(door):
            await switch.off()
            guest.press_unheard("Send")
            await until(door, lambda: "Not sent yet" in guest.answer.text)
            switch.on()
            await until(door, lambda: "Sent. Our team has it." in guest.answer.text)

        assert len(await cases_of(door)) == 1
        await guest.press("Clear this chat")
        assert guest.texts == [CLEARED]
    await drafts.close()
    await counts.close()


# Telegram's own troubles


def answering(*answers: tuple[int, Json] | None) -> Callable[[str, str, Json], Any]:
    """Telegram answers one call after another so; None, and all after: as usual."""
    coming = iter(answers)

    def fault(role: str, method: str, params: Json) -> Any:
        answer = next(coming, None)
        return answer and (answer[0], "Too Many Requests" if answer[0] == 429 else "?", answer[1])

    return fault


async def test_one_short_wait_is_waited_for(door: Door) -> None:
    guest = door.person()
    door.sandbox.faults = answering((429, {"retry_after": 1}))

    assert "Hello." in (await guest.do("start")).text


@pytest.mark.parametrize(
    "answers",
    [
        [(429, {"retry_after": 1}), (429, {"retry_after": 1})],
        [(429, {"retry_after": 30})],
        [(429, {})],
        [(502, {})],
    ],
)
async def test_an_update_that_telegram_lets_nobody_answer_is_tried_again(
    door: Door, answers: list[tuple[int, Json]]
) -> None:
    guest = door.person()
    guest.act("start")

    door.sandbox.faults = answering(*answers)
    with pytest.raises(Unanswered):
        await door.hear()
    await door.hear()

    assert [text for text in guest.texts if "Hello." in text] == [guest.answer.text]


@pytest.mark.parametrize("method", ["deleteMessages", "answerCallbackQuery", "leaveChat"])
async def test_a_429_is_never_the_updates_fault(door: Door, method: str) -> None:
    guest = door.person()
    await guest.walk(*REPORT[:3])

    def fault(role: str, called: str, params: Json) -> Any:
        return (429, "Too Many Requests", {"retry_after": 60}) if called == method else None

    door.sandbox.faults = fault
    match method:
        case "deleteMessages":
            guest.act("media", kind="photo")
        case "answerCallbackQuery":
            guest.press_unheard("That is all")
        case _:
            guest.act("add_bot_to_group")
    with pytest.raises(Down):
        await door.hear()

    door.sandbox.faults = None
    await door.hear()


async def test_an_answer_that_is_no_json_is_no_answer(clock: Clock) -> None:
    async def bad_gateway(request: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", bad_gateway)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    try:
        with pytest.raises(Unanswered):
            await show(Bot("1:zz", session=session), 1, Answer("Hello"), None)
    finally:
        await session.close()
        await runner.cleanup()


# The number, asked for


async def filed(guest: Guest) -> str:
    """Report, save, and come home; gives the sixteen digits in fours."""
    code = copied(await guest.walk(*TO_REVIEW, "[Send]"))
    await guest.walk("[I have saved it]", "[Skip]")
    return code


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")


async def test_the_number_is_understood_in_any_digits(door: Door) -> None:
    code = await filed(door.person())

    for typed in (
        code,
        code.replace(" ", ""),
        code.translate(FULL_WIDTH),
        code.translate(CHINESE),
        code.replace(" ", "－").translate(FULL_WIDTH),
        f"  {code.replace(' ', ' - ')}。",
    ):
        shown = await door.person().walk("/status", typed)
        assert "Removed: 0 of 1." in shown.text, typed


async def test_the_number_is_understood_at_home_too(door: Door) -> None:
    code = await filed(door.person())

    assert "Removed: 0 of 1." in (await door.person().walk("/start", code)).text


async def test_five_numbers_an_hour_are_looked_up(door: Door, clock: Clock) -> None:
    code = await filed(door.person())
    asking = door.person()
    await asking.say("/status")

    answers = [(await asking.say(code)).text for _ in range(6)]
    assert ["Removed: 0 of 1." in text for text in answers] == [True] * 5 + [False]
    assert "tried too often" in answers[-1]
    clock.move(3601)

    assert "Removed: 0 of 1." in (await asking.walk("/status", code)).text


async def test_a_wrong_digit_is_no_try(door: Door) -> None:
    code = await filed(door.person())
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    asking = door.person()
    await asking.say("/status")

    for _ in range(8):
        assert "One digit seems off" in (await asking.say(wrong)).text

    assert "Removed: 0 of 1." in (await asking.say(code)).text


# Without buttons


@pytest.mark.parametrize(
    "typed",
    [
        ("/start", "It happened to me", "Report links", "No, 18 or over", LINK, "That is all"),
        ("/start", "1", "1", "2", LINK, "/report", "2"),
        ("/start", "我見到啲嘢", "舉報連結", "／report", "no, 18 OR over"),
    ],
)
async def test_a_button_can_be_typed(door: Door, typed: tuple[str, ...]) -> None:
    guest = door.person()

    await guest.walk(*typed)

    draft = await draft_of(guest)
    assert draft
    assert (draft.talk, draft.minor) == ("report", "no")


async def test_a_whole_report_can_be_typed(door: Door) -> None:
    guest = door.person()

    shown = await guest.walk(
        *("/report", "2", LINK, "that is all", "shared or posted", "done", "3"),
        *("zz a note", "done", "no, i will ask", "send"),
    )
    code = copied(shown)
    await guest.walk("I have saved it", "skip", "/status")

    assert "Removed: 0 of 1." in (await guest.say(code)).text
    (case,) = await cases_of(door)
    assert (case.minor, case.urgency, case.news) == ("no", "calm", False)


async def test_who_chose_no_language_is_answered_in_both_to_the_end(door: Door) -> None:
    guest = door.person("de")

    shown = await guest.walk(*TO_REVIEW, "[Send]")

    assert [case.language for case in await cases_of(door)] == ["both"]
    assert "Sent. Our team has it." in shown.text
    assert wording("Sent. Our team has it.", "yue_Hant") in shown.text


async def test_a_link_that_came_after_sending_is_not_called_sent(door: Door) -> None:
    guest = door.person()
    await guest.walk(*TO_REVIEW, "[Send]", OTHER)

    await guest.press("I have saved it")
    shown = await guest.press("Skip")
    assert "not sent yet: 1." in shown.text

    shown = await guest.press("Report the other links")
    assert "under 18" in shown.text
