"""The sandbox speaks the Bot API to both real clients, and is as strict as Telegram is."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    MessageOriginChannel,
    Update,
)
from telegram.error import BadRequest, Forbidden, RetryAfter
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, ContextTypes

from bot.sandbox.acts import CannotDo, perform
from bot.sandbox.chats import Json
from bot.sandbox.screen import state
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from tests.conftest import Clock

SAM, CHING, KIT, OWNER = 5_000_001, 5_000_002, 5_000_003, 5_000_004
DOOR, STAFF = "1000000001:DOOR-sandbox", "1000000002:STAFF-sandbox"
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Telegram:
    """A running sandbox, and a line to it on which anything can be sent."""

    sandbox: Sandbox
    base: str
    http: aiohttp.ClientSession

    @property
    def group(self) -> int:
        return self.sandbox.group.id

    def act(self, name: str, **what: Any) -> Json:
        return perform(self.sandbox, {"act": name, **what})

    def started(self, person: int = SAM, bot: str = "door") -> int:
        self.act("start", person=person, bot=bot)
        return person

    async def ask(self, method: str, token: str = DOOR, /, **params: Any) -> Json:
        """The whole answer of one call, sent as JSON."""
        address = f"{self.base}/bot{token}/{method}"
        async with self.http.post(address, json=params) as answer:
            body: Json = await answer.json()
        assert answer.status == body.get("error_code", 200)
        return body

    async def call(self, method: str, token: str = DOOR, /, **params: Any) -> Any:
        """The result of a call that must be taken."""
        body = await self.ask(method, token, **params)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, token: str = DOOR, /, **params: Any) -> str:
        """Code and description of a call that must be refused; it must also be recorded."""
        before = len(self.sandbox.refused)
        body = await self.ask(method, token, **params)
        assert not body["ok"], body
        assert len(self.sandbox.refused) == before + 1
        recorded = self.sandbox.refused[-1]
        assert (recorded.code, recorded.description) == (body["error_code"], body["description"])
        return f"{body['error_code']} {body['description']}"

    async def heard(self, token: str = DOOR, **params: Any) -> list[Json]:
        """All that waits for a bot, without confirming it."""
        return list(await self.call("getUpdates", token, **params))

    async def forget(self, token: str = DOOR) -> None:
        await self.call("deleteWebhook", token, drop_pending_updates=True)

    def unexpected(self) -> list[str]:
        return [one.description for one in self.sandbox.refused if not one.expected]

    def words(self, person: int, role: str = "door") -> list[str]:
        chat = self.sandbox.private(self.sandbox.bot(role).id, person)
        assert chat is not None
        return [one.text for one in chat.messages.values()]


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[Telegram]:
    sandbox = default_sandbox(clock)
    async with serving(sandbox) as base, aiohttp.ClientSession() as http:
        yield Telegram(sandbox, base, http)


@pytest.fixture
async def door(telegram: Telegram) -> AsyncIterator[Bot]:
    server = TelegramAPIServer.from_base(telegram.base)
    async with Bot(DOOR, session=AiohttpSession(api=server)) as bot:
        yield bot


Staff = Application[Any, Any, Any, Any, Any, Any]


@pytest.fixture
async def staff(telegram: Telegram) -> AsyncIterator[Staff]:
    app = ApplicationBuilder().token(STAFF).base_url(f"{telegram.base}/bot").build()
    async with app:
        yield app


def buttons(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


# The two real clients


async def test_aiogram_sends_edits_and_deletes(telegram: Telegram, door: Bot) -> None:
    sam = telegram.started()
    markup = types.InlineKeyboardMarkup(
        inline_keyboard=[
            [types.InlineKeyboardButton(text="Yes", callback_data="yes", style="success")],
            [
                types.InlineKeyboardButton(
                    text="Copy", copy_text=types.CopyTextButton(text="1234 5678")
                ),
                types.InlineKeyboardButton(text="Web", url="https://www.example.org/"),
            ],
        ]
    )

    sent = await door.send_message(
        sam,
        "  你好 1234",
        entities=[types.MessageEntity(type="code", offset=5, length=4)],
        reply_markup=markup,
        reply_parameters=types.ReplyParameters(message_id=1),
        link_preview_options=types.LinkPreviewOptions(is_disabled=True),
        protect_content=True,
        disable_notification=True,
    )
    edited = await door.edit_message_text("再見", chat_id=sam, message_id=sent.message_id)

    assert sent.text == "你好 1234"
    assert [(one.type, one.offset, one.length) for one in sent.entities or ()] == [("code", 3, 4)]
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == markup.model_dump()
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    assert sent.has_protected_content
    assert isinstance(edited, types.Message)
    assert (edited.text, edited.reply_markup) == ("再見", None)
    assert edited.edit_date == int(telegram.sandbox.now())
    assert await door.delete_messages(sam, [1, sent.message_id, 999])
    assert telegram.words(sam) == []
    assert telegram.unexpected() == []


async def test_aiogram_hears_every_kind_of_message(telegram: Telegram, door: Bot) -> None:
    sam = telegram.started(CHING)
    channel = {"title": "zz_invented", "username": "zz_invented_chan", "post": 7}
    private = {"title": "zz_closed", "channel_id": -1001234567890, "post": 8}
    said = telegram.act("say", person=sam, bot="door", text="睇 https://t.me/zz_invented/1 /help")
    telegram.act("edit", person=sam, bot="door", message=said["messages"][0], text="冇嘢")
    for kind in ("photo", "video", "voice", "sticker", "document"):
        telegram.act("media", person=sam, bot="door", kind=kind, caption="t.me/x", album="a")
    telegram.act("forward", person=sam, bot="door", **{"from": channel}, text="post")
    telegram.act("forward", person=sam, bot="door", **{"from": private}, media="photo")

    updates = await door.get_updates()

    start, said_, edited, *files, public, closed = (
        update.message or update.edited_message for update in updates
    )
    assert start is not None
    assert start.from_user is not None
    assert start.from_user.language_code == "zh-hant"
    assert said_ is not None
    assert [(one.type, one.extract_from(said_.text or "")) for one in said_.entities or ()] == [
        ("url", "https://t.me/zz_invented/1"),
        ("bot_command", "/help"),
    ]
    assert edited is not None
    assert (edited.message_id, edited.text) == (said_.message_id, "冇嘢")
    kinds = [one.content_type for one in files if one]
    assert kinds == ["photo", "video", "voice", "sticker", "document"]
    assert {(one.media_group_id, one.caption) for one in files if one} == {("a", "t.me/x")}
    assert public is not None
    assert isinstance(public.forward_origin, types.MessageOriginChannel)
    assert public.forward_origin.chat.username == "zz_invented_chan"
    assert closed is not None
    assert isinstance(closed.forward_origin, types.MessageOriginChannel)
    assert closed.forward_origin.chat.id == -1001234567890


async def test_aiogram_answers_a_press(telegram: Telegram, door: Bot) -> None:
    sam = telegram.started()
    await telegram.forget()
    markup = types.InlineKeyboardMarkup(
        inline_keyboard=[[types.InlineKeyboardButton(text="Go", callback_data="go")]]
    )
    sent = await door.send_message(sam, "?", reply_markup=markup)
    telegram.act("press", person=sam, bot="door", message=sent.message_id, data="go")

    [update] = await door.get_updates()

    query = update.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id) == ("go", sent.message_id)
    assert await door.answer_callback_query(query.id, text="taken", show_alert=True)
    toast = state(telegram.sandbox)["toasts"][-1]
    assert (toast["person"], toast["text"], toast["alert"]) == (sam, "taken", True)


async def test_aiogram_learns_about_chats_and_itself(telegram: Telegram, door: Bot) -> None:
    sam = telegram.started()
    me = await door.get_me()
    full = await door.get_chat(sam)
    hook = await door.get_webhook_info()

    assert (me.username, me.is_bot) == ("front_door_demo_bot", True)
    assert (full.type, full.first_name) == ("private", "Sam")
    assert (hook.url, hook.pending_update_count) == ("", 1)
    assert await door.set_my_name("Door", language_code="en")
    assert (await door.get_my_name(language_code="en")).name == "Door"
    assert await door.set_my_description("What we do")
    assert (await door.get_my_description()).description == "What we do"
    assert await door.set_my_short_description("Short")
    assert (await door.get_my_short_description()).short_description == "Short"
    assert await door.send_chat_action(sam, "typing")
    assert telegram.unexpected() == []


async def test_commands_are_shown_in_the_language_of_the_person(
    telegram: Telegram, door: Bot
) -> None:
    telegram.started(SAM)
    telegram.started(CHING)
    scope = types.BotCommandScopeAllPrivateChats()
    await door.set_my_commands([types.BotCommand(command="start", description="Begin")])
    await door.set_my_commands(
        [types.BotCommand(command="start", description="開始")], scope=scope, language_code="zh"
    )

    shown = {one["person"]: one["commands"] for one in state(telegram.sandbox)["chats"]}

    assert shown[SAM] == [{"command": "start", "description": "Begin"}]
    assert shown[CHING] == [{"command": "start", "description": "開始"}]
    [kept] = await door.get_my_commands(scope=scope, language_code="zh")
    assert kept.description == "開始"


async def test_aiogram_gets_telegrams_errors_as_its_own(telegram: Telegram, door: Bot) -> None:
    sam = telegram.started()
    telegram.sandbox.pace.all_a_second = 1
    await door.send_message(sam, "one")
    with pytest.raises(TelegramRetryAfter) as slow:
        await door.send_message(sam, "two")
    telegram.act("block", person=sam, bot="door")
    with pytest.raises(TelegramForbiddenError):
        await door.send_message(sam, "three")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await door.send_message(42, "four")
    assert slow.value.retry_after == 1


async def test_ptb_polls_and_works_with_a_group(telegram: Telegram, staff: Staff) -> None:
    taken: asyncio.Queue[str | None] = asyncio.Queue()

    async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        await query.edit_message_text("taken")
        await query.answer("yours")
        await taken.put(query.data)

    staff.add_handler(CallbackQueryHandler(take))
    card = await staff.bot.send_message(
        telegram.group,
        "case ABC",
        entities=[MessageEntity("bold", 0, 4)],
        reply_markup=InlineKeyboardMarkup(
            [
                [
                    InlineKeyboardButton("Take", callback_data="t"),
                    InlineKeyboardButton("Copy", copy_text=CopyTextButton("x" * 256)),
                ]
            ]
        ),
        protect_content=True,
    )
    await staff.start()
    assert staff.updater is not None
    await staff.updater.start_polling(allowed_updates=Update.ALL_TYPES)
    telegram.act("press", person=KIT, group=True, message=card.message_id, data="t")

    async with asyncio.timeout(20):
        assert await taken.get() == "t"
    await staff.updater.stop()
    await staff.stop()

    shown = telegram.sandbox.group.messages[card.message_id]
    assert (shown.text, shown.buttons, shown.protected) == ("taken", (), True)
    assert telegram.sandbox.toasts[-1].text == "yours"
    assert telegram.unexpected() == []


async def test_ptb_learns_who_is_in_the_group(telegram: Telegram, staff: Staff) -> None:
    group = telegram.group
    telegram.sandbox.set_administrator(KIT)
    telegram.sandbox.set_anonymous(KIT)

    status = {who: (await staff.bot.get_chat_member(group, who)).status for who in (SAM, KIT)}
    rulers = await staff.bot.get_chat_administrators(group)

    assert status == {SAM: "left", KIT: "administrator"}
    assert [one.user.id for one in rulers] == [OWNER, KIT, staff.bot.id]
    assert await staff.bot.get_chat_member_count(group) == 3
    full = await staff.bot.get_chat(group)
    assert (full.title, full.has_visible_history) == ("Staff room", True)
    assert await staff.bot.pin_chat_message(group, 1)


async def test_ptb_hears_changes_of_members_and_forwards(telegram: Telegram, staff: Staff) -> None:
    await telegram.forget(STAFF)
    await telegram.heard(STAFF, allowed_updates=list(Update.ALL_TYPES))
    telegram.sandbox.join(SAM)
    telegram.sandbox.leave(KIT)
    telegram.sandbox.set_administrator(staff.bot.id, False)
    telegram.act(
        "forward", person=SAM, group=True, **{"from": {"title": "zz", "post": 1}}, text="/queue"
    )

    updates = await staff.bot.get_updates()

    changes = [one.chat_member for one in updates if one.chat_member]
    assert [(one.new_chat_member.user.id, one.new_chat_member.status) for one in changes] == [
        (SAM, "member"),
        (KIT, "left"),
    ]
    [own] = [one.my_chat_member for one in updates if one.my_chat_member]
    assert own.new_chat_member.status == "member"
    forwarded = updates[-1].message
    assert forwarded is not None
    assert isinstance(forwarded.forward_origin, MessageOriginChannel)


@pytest.mark.filterwarnings(
    "ignore::telegram.warnings.PTBDeprecationWarning"
)  # its own RetryAfter
async def test_ptb_gets_telegrams_errors_as_its_own(telegram: Telegram, staff: Staff) -> None:
    telegram.sandbox.pace.group_a_minute = 1
    await staff.bot.send_message(telegram.group, "one")
    with pytest.raises(RetryAfter):
        await staff.bot.send_message(telegram.group, "two")
    with pytest.raises(Forbidden, match="initiate"):
        await staff.bot.send_message(KIT, "three")
    with pytest.raises(BadRequest, match="not found"):
        await staff.bot.edit_message_text("four", telegram.group, 999)


# Getting updates


async def test_an_update_stays_until_its_offset_confirms_it(telegram: Telegram) -> None:
    telegram.started()
    telegram.act("say", person=SAM, bot="door", text="two")
    first, second = await telegram.heard()

    assert await telegram.heard() == [first, second]
    assert await telegram.heard(limit=1) == [first]
    assert await telegram.heard(offset=second["update_id"]) == [second]
    assert await telegram.heard() == [second]
    assert await telegram.heard(offset=second["update_id"] + 1) == []


async def test_a_negative_offset_keeps_only_the_newest(telegram: Telegram) -> None:
    telegram.started()
    telegram.act("say", person=SAM, bot="door", text="two")

    [newest] = await telegram.heard(offset=-1)

    assert newest["message"]["text"] == "two"
    assert await telegram.heard() == [newest]


async def test_a_long_poll_is_woken_at_once(telegram: Telegram) -> None:
    telegram.started()
    await telegram.forget()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        poll = group.create_task(telegram.heard(timeout=600))
        await polling(telegram)
        telegram.act("say", person=SAM, bot="door", text="now")

    assert [update["message"]["text"] for update in poll.result()] == ["now"]


async def polling(telegram: Telegram, polls: int = 1) -> None:
    """Until the door's poll number *polls* since the fixture's is open."""
    inbox = telegram.sandbox.inboxes[telegram.sandbox.bot("door").id]
    start = inbox.newest_poll
    while inbox.newest_poll < start + polls:
        await inbox.bell.wait()


async def test_a_second_poller_ends_the_first_with_409(telegram: Telegram) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        older = group.create_task(telegram.ask("getUpdates", timeout=600))
        await polling(telegram)
        newer = group.create_task(telegram.heard(timeout=600))
        await polling(telegram)
        telegram.started()

    assert older.result()["error_code"] == 409
    assert len(newer.result()) == 1
    assert [one.expected for one in telegram.sandbox.refused] == [True]


async def test_serving_ends_with_polls_and_streams_open(clock: Clock) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        async with serving(default_sandbox(clock)) as base:
            stream = await http.get(f"{base}/sandbox/events")
            poll = asyncio.ensure_future(http.get(f"{base}/bot{DOOR}/getUpdates?timeout=600"))
            await stream.content.readline()
        with pytest.raises(aiohttp.ClientError):
            await poll
        stream.close()


async def test_updates_are_forgotten_after_a_day(telegram: Telegram, clock: Clock) -> None:
    telegram.started()
    clock.move(DAY - 1)
    assert len(await telegram.heard()) == 1
    telegram.sandbox.move_clock(1)
    assert await telegram.heard() == []


async def test_only_asked_for_kinds_are_kept_and_the_wish_is_remembered(
    telegram: Telegram,
) -> None:
    await telegram.heard(allowed_updates=["callback_query"])
    telegram.started()
    assert await telegram.heard() == []
    await telegram.heard(allowed_updates=[])
    telegram.act("say", person=SAM, bot="door", text="hear me")
    assert len(await telegram.heard()) == 1


async def test_changes_of_members_come_only_when_asked_for(telegram: Telegram) -> None:
    await telegram.forget(STAFF)
    telegram.sandbox.join(SAM)
    assert [list(one)[1] for one in await telegram.heard(STAFF)] == ["message"]


async def test_a_confirmed_batch_can_come_again(telegram: Telegram) -> None:
    telegram.started()
    batch = await telegram.heard()
    assert await telegram.heard(offset=batch[-1]["update_id"] + 1) == []
    telegram.act("hear_again", bot="door")
    assert await telegram.heard(offset=batch[-1]["update_id"] + 1) == batch
    assert await telegram.heard() == []


# Limits


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n ", "400 Bad Request: message text is empty"),
        ("x" * 4097, "400 Bad Request: message is too long"),
        ("😀" * 2049, "400 Bad Request: message is too long"),
        ("\ud800", "400 Bad Request: can't parse parameters: json_invalid"),
    ],
)
async def test_text_has_1_to_4096_utf16_units(telegram: Telegram, text: str, why: str) -> None:
    sam = telegram.started()
    assert await telegram.refusal("sendMessage", chat_id=sam, text=text) == why
    sent = await telegram.call("sendMessage", chat_id=sam, text=f"  {'😀' * 2048}\n")
    assert await telegram.refusal("editMessageText", chat_id=sam, text=text, **edit(sent)) == why


def edit(sent: Json) -> Json:
    return {"message_id": sent["message_id"]}


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "嘅" * 22}, "BUTTON_DATA_INVALID"),
        ({"copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"url": "javascript:x"}, "BUTTON_URL_INVALID"),
        ({"callback_data": "x", "style": "pink"}, "BUTTON_STYLE_INVALID"),
        ({"callback_data": "x", "url": "https://example.org"}, "BUTTON_TYPE_INVALID"),
        ({}, "text buttons are unallowed in the inline keyboard"),
    ],
)
async def test_a_button_is_held_to_telegrams_limits(
    telegram: Telegram, button: Json, why: str
) -> None:
    sam = telegram.started()
    markup = buttons([{"text": "A", **button}])
    refused = await telegram.refusal("sendMessage", chat_id=sam, text="x", reply_markup=markup)
    assert refused == f"400 Bad Request: {why}"


async def test_64_bytes_and_256_units_fit_in_a_button(telegram: Telegram) -> None:
    row: list[Json] = [
        {"text": "A", "callback_data": "嘅" * 21 + "x"},
        {"text": "B", "copy_text": {"text": "x" * 256}},
    ]
    sam = telegram.started()
    await telegram.call("sendMessage", chat_id=sam, text="x", reply_markup=buttons(row))


@pytest.mark.parametrize(
    ("rows", "columns", "fits"), [(12, 8, True), (1, 9, False), (13, 8, False)]
)
async def test_a_keyboard_has_at_most_100_buttons_and_8_a_row(
    telegram: Telegram, rows: int, columns: int, fits: bool
) -> None:
    one = {"text": "A", "callback_data": "a"}
    markup = buttons(*[[one] * columns] * rows)
    sam = telegram.started()
    answer = await telegram.ask("sendMessage", chat_id=sam, text="x", reply_markup=markup)
    assert answer["ok"] == fits


@pytest.mark.parametrize(
    ("entity", "why"),
    [
        ({"type": "bold", "offset": 1, "length": 3}, "ends after the end of the text"),
        ({"type": "bold", "offset": 0, "length": 0}, "ends after the end of the text"),
        ({"type": "bold", "offset": 1, "length": 2}, "cuts through a UTF-16 symbol"),
        ({"type": "loud", "offset": 0, "length": 1}, "unsupported type"),
        ({"type": "text_link", "offset": 0, "length": 1}, "URL is missing"),
    ],
)
async def test_entities_lie_within_the_text_in_utf16_units(
    telegram: Telegram, entity: Json, why: str
) -> None:
    sam = telegram.started()
    refused = await telegram.refusal("sendMessage", chat_id=sam, text="😀x", entities=[entity])
    assert why in refused


@pytest.mark.parametrize(
    "params",
    [
        {"parse_mode": "HTML"},
        {"loud": True},
        {"entities": [{"type": "bold", "offset": "x", "length": 1}]},
        {"reply_markup": {"inline_keyboard": [[{"callback_data": "no words"}]]}},
        {"reply_markup": {"inline_keyboard": [[{"text": "A", "callback": "x"}]]}},
        {"reply_markup": "{"},
        {"text": 5},
        {"business_connection_id": "b"},
    ],
)
async def test_what_no_model_knows_is_refused(telegram: Telegram, params: Json) -> None:
    call = {"chat_id": telegram.started(), "text": "x"} | params
    assert (await telegram.refusal("sendMessage", **call)).startswith("400 Bad Request: ")


async def test_unknown_methods_and_tokens_are_refused(telegram: Telegram) -> None:
    assert await telegram.refusal("getFile", file_id="x") == "404 Not Found: method not found"
    assert await telegram.refusal("getMe", "1:nobody") == "401 Unauthorized"
    async with telegram.http.post(f"{telegram.base}/bot{DOOR}/getMe", data=b"{") as answer:
        assert answer.status == 200
    headers = {"Content-Type": "application/json"}
    async with telegram.http.post(
        f"{telegram.base}/bot{DOOR}/getMe", data=b"{", headers=headers
    ) as answer:
        assert answer.status == 400


async def test_an_unchanged_edit_is_not_modified(telegram: Telegram) -> None:
    sam = telegram.started()
    markup = buttons([{"text": "A", "callback_data": "a"}])
    sent = await telegram.call(
        "sendMessage", chat_id=sam, text="see https://example.org", reply_markup=markup
    )
    same = {"chat_id": sam, "reply_markup": markup, **edit(sent)}
    refused = await telegram.refusal("editMessageText", text="see https://example.org ", **same)
    assert refused.startswith("400 Bad Request: message is not modified: ")
    assert "not modified" in await telegram.refusal("editMessageReplyMarkup", **same)
    await telegram.call("editMessageReplyMarkup", chat_id=sam, **edit(sent))
    assert telegram.unexpected() == []


async def test_only_ones_own_existing_messages_can_be_edited(telegram: Telegram) -> None:
    sam = telegram.started()
    missing = await telegram.refusal("editMessageText", chat_id=sam, message_id=99, text="x")
    others = await telegram.refusal("editMessageText", chat_id=sam, message_id=1, text="x")
    keys = {"keyboard": [[{"text": "A"}]]}
    sent = await telegram.call("sendMessage", chat_id=sam, text="x", reply_markup=keys)
    fixed = await telegram.refusal("editMessageText", chat_id=sam, text="y", **edit(sent))

    assert missing == "400 Bad Request: message to edit not found"
    assert others == fixed == "400 Bad Request: message can't be edited"


async def test_a_reply_needs_its_message(telegram: Telegram) -> None:
    call = {"chat_id": telegram.started(), "text": "x"}
    refused = await telegram.refusal("sendMessage", **call, reply_parameters={"message_id": 9})
    assert refused == "400 Bad Request: message to be replied not found"
    lenient = {"message_id": 9, "allow_sending_without_reply": True}
    sent = await telegram.call("sendMessage", **call, reply_parameters=lenient)
    assert "reply_to_message" not in sent


async def test_messages_can_be_deleted_for_48_hours(telegram: Telegram, clock: Clock) -> None:
    sam = telegram.started()
    sent = await telegram.call("sendMessage", chat_id=sam, text="x")
    clock.move(2 * DAY - 1)
    await telegram.call("deleteMessage", chat_id=sam, message_id=1)
    young = await telegram.call("sendMessage", chat_id=sam, text="y")
    clock.move(1)
    old = await telegram.refusal("deleteMessage", chat_id=sam, **edit(sent))
    both = [sent["message_id"], young["message_id"]]
    assert old == "400 Bad Request: message can't be deleted for everyone"
    assert await telegram.refusal("deleteMessages", chat_id=sam, message_ids=both) == old
    assert telegram.words(sam) == ["x", "y"]
    assert telegram.unexpected() == []


async def test_1_to_100_messages_are_deleted_at_once(telegram: Telegram) -> None:
    sam = telegram.started()
    many = {"chat_id": sam, "message_ids": list(range(1, 102))}
    assert "too many" in await telegram.refusal("deleteMessages", **many)
    none = await telegram.refusal("deleteMessages", chat_id=sam, message_ids=[])
    assert none == "400 Bad Request: message identifiers are not specified"
    assert await telegram.call("deleteMessages", chat_id=sam, message_ids=list(range(1, 101)))
    gone = await telegram.refusal("deleteMessage", chat_id=sam, message_id=1)
    assert gone == "400 Bad Request: message to delete not found"


async def test_only_an_administrator_bot_deletes_what_others_wrote_in_a_group(
    telegram: Telegram,
) -> None:
    [said] = telegram.act("say", person=KIT, group=True, text="words")["messages"]
    call = {"chat_id": telegram.group, "message_id": said}
    telegram.sandbox.set_administrator(telegram.sandbox.bot("staff").id, False)
    assert "can't be deleted" in await telegram.refusal("deleteMessage", STAFF, **call)
    telegram.sandbox.set_administrator(telegram.sandbox.bot("staff").id)
    await telegram.call("deleteMessage", STAFF, **call)


async def press(telegram: Telegram) -> Json:
    """A door's button pressed by Sam; the update the door hears."""
    sam = telegram.started()
    markup = buttons([{"text": "A", "callback_data": "a"}])
    sent = await telegram.call("sendMessage", chat_id=sam, text="x", reply_markup=markup)
    await telegram.forget()
    telegram.act("press", person=sam, bot="door", message=sent["message_id"], data="a")
    [update] = await telegram.heard()
    query: Json = update["callback_query"]
    return query


async def test_a_press_is_forgotten_after_150_seconds(telegram: Telegram, clock: Clock) -> None:
    query = await press(telegram)
    clock.move(149)
    assert len(await telegram.heard()) == 1
    clock.move(2)
    assert await telegram.heard() == []
    refused = await telegram.refusal("answerCallbackQuery", callback_query_id=query["id"])
    assert refused.startswith("400 Bad Request: query is too old")


async def test_a_press_is_answered_once_and_in_200_units(telegram: Telegram) -> None:
    query = {"callback_query_id": (await press(telegram))["id"]}
    assert "TOO_LONG" in await telegram.refusal("answerCallbackQuery", text="x" * 201, **query)
    assert await telegram.call("answerCallbackQuery", text="x" * 200, **query)
    assert "too old" in await telegram.refusal("answerCallbackQuery", **query)


async def test_a_person_is_not_written_to_first_nor_when_they_blocked(
    telegram: Telegram,
) -> None:
    call = {"chat_id": SAM, "text": "x"}
    first = await telegram.refusal("sendMessage", **call)
    telegram.started()
    telegram.act("block", person=SAM, bot="door")
    blocked = await telegram.refusal("sendMessage", **call)
    changes = [one for one in await telegram.heard() if "my_chat_member" in one]
    telegram.act("start", person=SAM, bot="door")

    assert first == "403 Forbidden: bot can't initiate conversation with a user"
    assert blocked == "403 Forbidden: bot was blocked by the user"
    assert changes[0]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    await telegram.call("sendMessage", **call)


async def test_a_group_answers_only_the_bots_inside(telegram: Telegram) -> None:
    call = {"chat_id": telegram.group, "text": "x"}
    staff = telegram.sandbox.bot("staff").id
    outside = await telegram.refusal("sendMessage", **call)
    telegram.sandbox.leave(staff)
    left = await telegram.refusal("sendMessage", STAFF, **call)
    telegram.sandbox.join(staff)
    telegram.sandbox.leave(staff, kicked=True)
    kicked = await telegram.refusal("sendMessage", STAFF, **call)

    assert outside == "400 Bad Request: chat not found"
    assert left == "403 Forbidden: bot is not a member of the supergroup chat"
    assert kicked == "403 Forbidden: bot was kicked from the supergroup chat"


async def test_a_group_takes_20_messages_and_edits_a_minute(
    telegram: Telegram, clock: Clock
) -> None:
    call = {"chat_id": telegram.group}
    sent = await telegram.call("sendMessage", STAFF, **call, text="x")
    for number in range(19):
        await telegram.call("editMessageText", STAFF, **call, **edit(sent), text=str(number))
    clock.move(20)
    answer = await telegram.ask("sendMessage", STAFF, **call, text="x")
    assert answer["parameters"] == {"retry_after": 40}
    assert answer["description"] == "Too Many Requests: retry after 40"
    clock.move(40)
    await telegram.call("sendMessage", STAFF, **call, text="x")
    assert telegram.unexpected() == []


async def test_a_bot_says_30_things_a_second(telegram: Telegram, clock: Clock) -> None:
    call = {"chat_id": telegram.started(), "text": "x"}
    for _ in range(30):
        await telegram.call("sendMessage", **call)
    assert "retry after 1" in await telegram.refusal("sendMessage", **call)
    clock.move(1)
    await telegram.call("sendMessage", **call)


async def test_a_bot_describes_itself_within_limits(telegram: Telegram) -> None:
    command = {"command": "Start", "description": "x"}
    too_much: dict[str, Json] = {
        "setMyName": {"name": "x" * 65},
        "setMyDescription": {"description": "x" * 513},
        "setMyShortDescription": {"short_description": "x" * 121},
        "setMyCommands": {"commands": [command]},
        "getMyCommands": {"language_code": "zh-hant"},
    }
    for method, params in too_much.items():
        assert (await telegram.refusal(method, **params)).startswith("400 ")


async def test_a_topic_that_is_not_there_is_not_found(telegram: Telegram) -> None:
    call = {"chat_id": telegram.group, "text": "x"}
    thread = telegram.sandbox.make_topic("cases")
    sent = await telegram.call("sendMessage", STAFF, **call, message_thread_id=thread)
    assert sent["message_thread_id"] == thread
    telegram.sandbox.delete_topic(thread)
    refused = await telegram.refusal("sendMessage", STAFF, **call, message_thread_id=thread)
    assert refused == "400 Bad Request: message thread not found"


# Groups


async def test_a_group_counts_its_messages_for_everybody(telegram: Telegram) -> None:
    before = telegram.sandbox.group.last_id
    [said] = telegram.act("say", person=KIT, group=True, text="one")["messages"]
    sent = await telegram.call("sendMessage", STAFF, chat_id=telegram.group, text="two")
    assert (said, sent["message_id"]) == (before + 1, before + 2)


async def test_private_chats_of_one_bot_share_a_counter(telegram: Telegram) -> None:
    numbers = [
        telegram.act("start", person=who, bot=bot)["messages"][0]
        for who, bot in ((SAM, "door"), (CHING, "door"), (SAM, "staff"), (SAM, "door"))
    ]
    assert numbers == [1, 2, 1, 3]


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(telegram: Telegram) -> None:
    telegram.sandbox.set_administrator(telegram.sandbox.bot("staff").id, False)
    sent = await telegram.call("sendMessage", STAFF, chat_id=telegram.group, text="card")
    await telegram.forget(STAFF)
    for text in ("hello", "/queue@other_demo_bot", "@front_door_staff_demo_bot hi", "/queue"):
        telegram.act("say", person=KIT, group=True, text=text)
    telegram.act("say", person=KIT, group=True, text="re", reply_to=sent["message_id"])

    heard = [one["message"]["text"] for one in await telegram.heard(STAFF)]

    assert heard == ["@front_door_staff_demo_bot hi", "/queue", "re"]


async def test_an_administrator_bot_hears_all_but_never_a_bot(telegram: Telegram) -> None:
    await telegram.forget(STAFF)
    telegram.sandbox.join(telegram.sandbox.bot("door").id)
    await telegram.call("sendMessage", chat_id=telegram.group, text="I am the door")
    telegram.act("say", person=KIT, group=True, text="hello")
    texts = [one["message"].get("text") for one in await telegram.heard(STAFF)]
    assert texts == [None, "hello"]


async def test_an_anonymous_administrator_writes_in_the_name_of_the_group(
    telegram: Telegram,
) -> None:
    await telegram.forget(STAFF)
    telegram.act("anonymous", person=OWNER, on=True)
    telegram.act("say", person=OWNER, group=True, text="who am I")
    [update] = await telegram.heard(STAFF)
    message = update["message"]
    assert message["from"]["id"] == 1087968824
    assert message["sender_chat"]["id"] == message["chat"]["id"] == telegram.group


async def test_a_channel_writes_in_its_own_name(telegram: Telegram) -> None:
    await telegram.forget(STAFF)
    telegram.act("say", person=OWNER, group=True, text="zz", channel={"title": "zz invented"})
    [update] = await telegram.heard(STAFF)
    message = update["message"]
    assert message["from"]["id"] == 136817688
    assert message["sender_chat"]["title"] == "zz invented"


async def test_only_an_administrator_bot_is_told_about_others(telegram: Telegram) -> None:
    staff = telegram.sandbox.bot("staff").id
    ask = {"chat_id": telegram.group, "user_id": KIT}
    assert (await telegram.call("getChatMember", STAFF, **ask))["status"] == "member"
    telegram.sandbox.set_administrator(staff, False)
    refused = await telegram.refusal("getChatMember", STAFF, **ask)
    assert refused == "400 Bad Request: CHAT_ADMIN_REQUIRED"
    own = await telegram.call("getChatMember", STAFF, **{**ask, "user_id": staff})
    assert own["status"] == "member"


async def test_a_bot_added_to_another_group_is_told_and_can_leave(telegram: Telegram) -> None:
    group = telegram.act("add_bot_to_group", bot="door")["chat"]
    told = [one["my_chat_member"] for one in await telegram.heard() if "my_chat_member" in one]
    assert (told[0]["chat"]["id"], told[0]["new_chat_member"]["status"]) == (group, "member")
    assert await telegram.call("leaveChat", chat_id=group)
    assert "not a member" in await telegram.refusal("sendMessage", chat_id=group, text="x")


# People


async def test_a_text_too_long_for_one_message_goes_out_in_several(telegram: Telegram) -> None:
    telegram.started()
    telegram.act("say", person=SAM, bot="door", text="x" + "😀" * 4096)
    *_, first, second, third = telegram.words(SAM)
    assert [len(one.encode("utf-16-le")) // 2 for one in (first, second, third)] == [4095, 4096, 2]
    assert len(await telegram.heard()) == 4


@pytest.mark.parametrize(
    "act",
    [
        {"act": "say", "person": CHING, "bot": "door", "text": "before Start"},
        {"act": "say", "person": SAM, "bot": "door", "text": "  "},
        {"act": "say", "person": SAM, "group": True, "text": "no member"},
        {"act": "say", "person": 99, "bot": "door", "text": "nobody"},
        {"act": "press", "person": SAM, "bot": "door", "message": 99, "data": "a"},
        {"act": "press", "person": SAM, "bot": "door", "message": 1, "data": None},
        {"act": "edit", "person": SAM, "bot": "door", "message": 99, "text": "x"},
        {"act": "media", "person": SAM, "bot": "door", "kind": "smell"},
        {"act": "dance"},
    ],
)
async def test_what_a_phone_could_not_do_is_told(telegram: Telegram, act: Json) -> None:
    telegram.started()
    with pytest.raises(CannotDo):
        perform(telegram.sandbox, act)
    async with telegram.http.post(f"{telegram.base}/sandbox/act", json=act) as answer:
        assert (answer.status, (await answer.json())["ok"]) == (400, False)


async def test_a_phone_shows_the_reply_keyboard_until_it_is_removed(telegram: Telegram) -> None:
    call = {"chat_id": telegram.started(), "text": "x"}

    async def keyboard(markup: Json) -> Json:
        await telegram.call("sendMessage", **call, reply_markup=markup)
        chat: Json = state(telegram.sandbox, SAM)["chats"][0]
        return chat

    rows = {"keyboard": [[{"text": "A"}, {"text": "B"}]], "input_field_placeholder": "words"}
    shown = (await keyboard(rows))["keyboard"]
    assert (shown["rows"], shown["placeholder"]) == ([["A", "B"]], "words")
    assert (await keyboard({"remove_keyboard": True}))["keyboard"] is None
    assert (await keyboard({"force_reply": True}))["force_reply"] == 4


# The page API


async def test_the_page_hears_of_every_change(telegram: Telegram) -> None:
    async with asyncio.timeout(20), telegram.http.get(f"{telegram.base}/sandbox/events") as sent:
        first = json.loads((await sent.content.readline()).removeprefix(b"data: "))
        await sent.content.readline()
        telegram.started()
        second = json.loads((await sent.content.readline()).removeprefix(b"data: "))
    assert second["version"] > first["version"]
    assert len(second["chats"]) == len(first["chats"]) + 1


async def test_other_web_pages_are_turned_away(telegram: Telegram) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        async with telegram.http.get(f"{telegram.base}/sandbox/state", headers=headers) as answer:
            assert answer.status == 403


async def test_it_runs_in_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    base = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as http, http.get(f"{base}/bot{DOOR}/getMe") as answer:
        assert (await answer.json())["ok"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


# Faults, and what is recorded


async def test_a_fault_can_cut_the_line_before_or_after_the_effect(telegram: Telegram) -> None:
    sam = telegram.started()
    faults = {"before": "drop_request", "after": "drop_answer"}
    telegram.sandbox.faults = lambda role, method, params: faults.get(params.get("text", ""))
    for text in ("before", "after"):
        with pytest.raises(aiohttp.ClientError):
            await telegram.ask("sendMessage", chat_id=sam, text=text)
    assert telegram.words(sam) == ["/start", "after"]


async def test_a_fault_can_answer_with_any_error(telegram: Telegram) -> None:
    moved = {"migrate_to_chat_id": -1005}
    telegram.sandbox.faults = lambda role, method, params: (400, "Bad Request: moved", moved)
    answer = await telegram.ask("getMe")
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: moved",
        "parameters": moved,
    }
    assert telegram.unexpected() == []


async def test_refusals_hold_nothing_anybody_wrote(telegram: Telegram) -> None:
    canary, number = "zz_canary", 77_123_456
    sam = telegram.started()
    said = {"chat_id": sam, "text": canary}
    odd: list[tuple[str, Json]] = [
        ("sendMessage", {**said, "text": [canary]}),
        ("sendMessage", {**said, "entities": canary}),
        ("sendMessage", {**said, "entities": [{"type": canary, "offset": 0, "length": 1}]}),
        ("sendMessage", {**said, "reply_markup": buttons([{"text": canary, "url": canary}])}),
        ("sendMessage", {**said, "reply_markup": {canary: canary}}),
        ("sendMessage", {**said, canary: canary}),
        ("sendMessage", {**said, "chat_id": number}),
        ("sendMessage", {**said, "chat_id": canary}),
        ("sendMessage", {**said, "text": canary * 999}),
        ("sendMessage", {**said, "reply_parameters": {"message_id": number}}),
        ("editMessageText", {**said, "message_id": number}),
        ("setMyCommands", {"commands": [{"command": "Zz_canary", "description": canary}]}),
        ("answerCallbackQuery", {"callback_query_id": canary}),
        ("getChatMember", {"chat_id": number, "user_id": number}),
        ("zz canary", {}),
    ]
    for method, params in odd:
        await telegram.refusal(method, **params)
    await telegram.refusal("getMe", f"{number}:{canary}")
    recorded = repr(telegram.sandbox.refused)
    assert len(telegram.sandbox.refused) == len(odd) + 1
    assert "canary" not in recorded.lower()
    assert str(number) not in recorded
