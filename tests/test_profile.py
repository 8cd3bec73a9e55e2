"""What Telegram shows of the door before a word is said: told once, in each language, and mute."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from bot.bot_api import BotApi
from bot.profile import COMMANDS, LANGUAGES_THERE, MATTERS, PRIVATE, introduce
from bot.sandbox.acts import perform
from bot.sandbox.chats import Json
from bot.sandbox.screen import state
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from bot.words import ROOT, avoided
from handlers.home import HOUSE
from handlers.spoken import Voice
from tests.conftest import Clock
from tests.doors import open_house

TODAY = date(2026, 11, 24)
SAM, CHING = 5_000_001, 5_000_002


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[tuple[Sandbox, BotApi, str]]:
    sandbox = default_sandbox(clock)
    token = sandbox.bot("door").token
    async with serving(sandbox) as base, BotApi(token, base) as api:
        yield sandbox, api, base


def called(sandbox: Sandbox, fault: Any = None, fails: str = "-") -> list[str]:
    """The methods called from now on; those named like *fails* end in *fault*."""
    methods: list[str] = []

    def faults(role: str, method: str, params: Json) -> Any:
        methods.append(method)
        return fault if fails in method else None

    sandbox.faults = faults
    return methods


def begun(sandbox: Sandbox, person: int) -> Json:
    """What somebody sees of the door: its names, and the menu of their chat with it."""
    perform(sandbox, {"act": "start", "bot": "door", "person": person})
    shown = state(sandbox)
    who = next(one for one in shown["people"] if one["id"] == person)
    chat = next(one for one in shown["chats"] if one["person"] == person)
    return {
        **who["sees"]["door"],
        "menu": {c["command"]: c["description"] for c in chat["commands"]},
    }


async def test_each_sees_the_door_in_their_language(telegram: tuple[Sandbox, BotApi, str]) -> None:
    sandbox, api, _ = telegram
    other = sandbox.add_person("Somebody", "fil")

    await introduce(api, TODAY)

    english, chinese, both = (begun(sandbox, who) for who in (SAM, CHING, other.id))
    assert (english["name"], chinese["name"]) == ("Front Door", "前門")
    assert both["name"] == "前門 · Front Door"
    assert english["description"].startswith("You can ask here")
    assert chinese["description"].startswith("有咩想問")
    assert english["menu"]["clear"] == "Clear this chat"
    assert chinese["menu"]["clear"] == "清除對話"
    assert list(both["menu"]) == list(COMMANDS)
    assert sandbox.refused == []


async def test_the_menu_is_for_private_chats_only(telegram: tuple[Sandbox, BotApi, str]) -> None:
    _, api, _ = telegram

    await introduce(api, TODAY)

    assert await api.call("getMyCommands") == []
    assert await api.call("getMyCommands", scope={"type": "all_group_chats"}) == []
    assert len(await api.call("getMyCommands", scope={"type": "all_private_chats"})) == len(
        COMMANDS
    )


async def test_only_what_differs_is_told(telegram: tuple[Sandbox, BotApi, str]) -> None:
    sandbox, api, _ = telegram
    await introduce(api, TODAY)
    await api.call("setMyName", name="Another name", language_code="zh")

    methods = called(sandbox)
    await introduce(api, TODAY)

    assert [method for method in methods if method.startswith("set")] == ["setMyName"]
    assert begun(sandbox, CHING)["name"] == "前門"


@pytest.mark.parametrize("fails", ["get", "set", "MyName"])
@pytest.mark.parametrize(
    "fault", [(429, "Too Many Requests", {"retry_after": 80_000}), (400, "?", {}), "drop_request"]
)
async def test_what_telegram_does_not_take_stops_nothing(
    telegram: tuple[Sandbox, BotApi, str], fault: Any, fails: str
) -> None:
    sandbox, api, _ = telegram
    called(sandbox, fault, fails)

    await introduce(api, TODAY)

    taken = fails == "MyName"
    assert bool(begun(sandbox, SAM)["menu"]) is taken, "the rest is told all the same"


async def test_the_door_tells_it_when_it_starts(
    tmp_path: Path, going_clock: Clock, sqlite_url: str
) -> None:
    async with open_house(tmp_path, sqlite_url, None, going_clock) as (sandbox, _):
        door = sandbox.bot("door").id
        async with asyncio.timeout(20):
            while not sandbox.profiles.exact(door, "commands", "zh", dict(PRIVATE)):
                await sandbox.bell.wait()

        assert sandbox.profiles.seen(door, "name", "zh") == "前門"


@pytest.mark.parametrize("language", LANGUAGES_THERE.values())
def test_the_words_keep_telegrams_limits(language: str | None) -> None:
    for matter in MATTERS:
        told = matter.say(Voice(language, TODAY))
        lines = [told] if isinstance(told, str) else [one["description"] for one in told]
        assert all(0 < len(line) <= matter.most for line in lines), (matter.field, lines)


@pytest.mark.parametrize("language", ["en", "yue_Hant"])
def test_no_word_tells_over_a_shoulder_what_the_door_is_for(language: str) -> None:
    for matter in MATTERS:
        told = str(matter.say(Voice(language, TODAY)))
        assert list(avoided(ROOT, told, language, f"shoulder_{language}")) == [], matter.field
    assert not any(word in " ".join(COMMANDS) for word in ("report", "case", "link"))


def test_every_command_of_the_menu_is_understood_everywhere() -> None:
    understood = {*HOUSE.anywhere, *HOUSE.beside}

    assert {f"/{command}" for command in COMMANDS} <= understood


async def test_the_page_shows_the_description_then_the_menu(
    telegram: tuple[Sandbox, BotApi, str], browser: Browser
) -> None:
    _, api, base = telegram
    await introduce(api, TODAY)
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(base)
    phone = page.locator(f'[data-chat="door:{CHING}"]')

    await expect(phone.get_by_text("有咩想問")).to_be_visible()
    await expect(phone.get_by_text("前門", exact=True)).to_be_visible()
    await phone.get_by_role("button", name="Start", exact=True).click()
    await phone.get_by_role("button", name="Commands").click()

    await expect(page.get_by_role("menuitem", name="/status 睇下進展")).to_be_visible()
