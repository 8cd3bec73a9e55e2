"""A Phone sees what a person would see, and does what a person could do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.phone import (
    NeverSeen,
    NoSuchButton,
    NotDone,
    Phone,
    add_person,
    move_clock,
    perform,
    state,
)
from bot.sandbox.server import serving
from bot.sandbox.telegram import default_sandbox
from tests.conftest import Clock

SAM, KIT = 5_000_001, 5_000_003
DOOR, STAFF = "1000000001:DOOR-sandbox", "1000000002:STAFF-sandbox"


class World:
    """A served sandbox whose bots the test plays itself."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self.http = http
        self.base = base

    def phone(self, person: int, bot: str = "door", group: bool = False) -> Phone:
        return Phone(self.http, self.base, person, bot, group=group)

    async def bot(self, method: str, token: str = DOOR, /, **params: Any) -> Any:
        async with self.http.post(f"{self.base}/bot{token}/{method}", json=params) as answer:
            return (await answer.json())["result"]


@pytest.fixture
async def world(clock: Clock) -> AsyncIterator[World]:
    async with serving(default_sandbox(clock)) as base, aiohttp.ClientSession() as http:
        yield World(http, base)


def choices(*labels: str) -> Any:
    return {"inline_keyboard": [[{"text": one, "callback_data": one}] for one in labels]}


async def test_a_phone_waits_for_the_answer_to_its_last_act(world: World) -> None:
    phone = world.phone(SAM)
    await phone.start("payload")
    await world.bot("sendMessage", chat_id=SAM, text="hello", reply_markup=choices("Yes", "No"))
    first = await phone.answer()
    await phone.press("Yes")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(phone.answer())
        edit = {"message_id": first.id, "text": "thank you"}
        group.create_task(world.bot("editMessageText", chat_id=SAM, **edit))

    assert first.labels() == ["Yes", "No"]
    assert (waiting.result().text, waiting.result().edited) == ("thank you", True)
    assert [one.text for one in await phone.screen()] == ["/start payload", "thank you"]


async def test_a_phone_presses_the_newest_button_of_that_name(world: World) -> None:
    phone = world.phone(SAM)
    await phone.start()
    sent = [
        await world.bot("sendMessage", chat_id=SAM, text="x", reply_markup=choices("Go on"))
        for _ in range(2)
    ]
    await world.bot("deleteWebhook", drop_pending_updates=True)
    await phone.press("Go")
    await phone.press("Go", message=sent[0]["message_id"])
    pressed = [one["callback_query"]["message"] for one in await world.bot("getUpdates")]

    assert [one["message_id"] for one in pressed] == [
        sent[1]["message_id"],
        sent[0]["message_id"],
    ]
    with pytest.raises(NoSuchButton, match="Go on"):
        await phone.press("Stop")


async def test_a_phone_tells_what_it_saw_instead(world: World) -> None:
    phone = world.phone(SAM)
    await phone.start()
    with pytest.raises(NeverSeen, match="never seen: a reply; on the screen:\n1: /start"):
        await phone.until(lambda shown: len(shown) > 1, "a reply", timeout=0)


async def test_a_phone_sees_a_toast_meant_for_its_person(world: World) -> None:
    phone = world.phone(KIT, group=True)
    card = {"text": "card", "reply_markup": choices("Take")}
    group = next(
        one["id"] for one in (await state(world.http, world.base))["chats"] if one["bot"] is None
    )
    await world.bot("sendMessage", STAFF, chat_id=group, **card)
    await phone.sees("card")
    await phone.press("Take")
    query = (await world.bot("getUpdates", STAFF))[-1]["callback_query"]
    await world.bot("answerCallbackQuery", STAFF, callback_query_id=query["id"], text="Yours.")

    assert await phone.toast("Yours") == "Yours."


async def test_a_phone_does_all_that_a_person_can(world: World) -> None:
    phone = world.phone(await add_person(world.http, world.base, "Mo", "yue"))
    await phone.start()
    [said] = await phone.say("hello", reply_to=1)
    await phone.edit(said, "hello again")
    [photo] = await phone.media("photo", "words", album="a")
    await phone.forward({"title": "zz", "username": "zz_invented_chan", "post": 3}, "post")
    await phone.delete(photo)
    await phone.block()
    with pytest.raises(NotDone, match="blocked"):
        await phone.say("x")
    await phone.unblock()
    await move_clock(world.http, world.base, 60)

    shown = await phone.screen()
    assert [(one.text, one.edited, one.forward) for one in shown] == [
        ("/start", False, None),
        ("hello again", True, None),
        ("post", False, "zz"),
    ]
    assert shown[1].reply_to == 1


async def test_a_new_caseworker_is_in_the_group(world: World) -> None:
    worker = await add_person(world.http, world.base, "Jo", "en", caseworker=True)
    phone = world.phone(worker, group=True)
    await phone.say("morning")
    assert (await phone.screen())[-1].text == "morning"
    await perform(world.http, world.base, {"act": "leave", "person": worker})
    with pytest.raises(NotDone, match="member"):
        await phone.say("still here?")
