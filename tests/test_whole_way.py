"""One case through everything: both real bots, on the sandbox, as the demo runs them."""

import secrets
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import aiohttp
import pytest

from bot.demo import playing
from bot.sandbox.phone import Phone, add_person, state
from bot.tour import Hand, Missing, ask, asks, play, remove_one, report_links
from handlers import standing
from handlers.spoken import Voice
from handlers.talk import Say
from tests.conftest import Clock

TODAY = date(2026, 11, 24)
LINKS = (
    "佢post咗喺https://t.me/zz_invented_demo_ch/1042，求幫手",
    "睇呢度：lihkg.com/thread/99000001/page/1。唔該",
    "hxxps://t[.]me/zz_invented_demo_ch/1043",
)


def quiet(line: str) -> None:
    """Nobody listens."""


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("language", ["en", "yue_Hant"])
async def test_a_reported_link_is_removed_and_the_person_is_told(
    language: str, tmp_path: Path, going_clock: Clock, http: aiohttp.ClientSession
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        await play(http, base, language, TODAY, quiet)

        refused = (await state(http, base))["refused"]
        assert [call for call in refused if not call["expected"]] == []


async def test_a_second_start_finds_yesterdays_case_again(
    tmp_path: Path, going_clock: Clock, http: aiohttp.ClientSession
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        person = await add_person(http, base, "Tour", "zh-hant")
        worker = await add_person(http, base, "Robin", "zh-hk", caseworker=True)
        hand = Hand(Phone(http, base, person), "person", Voice("yue_Hant", TODAY), quiet)
        code = await report_links(hand, LINKS)
    going_clock.move(24 * 3600)

    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        hand = Hand(Phone(http, base, person), "person", Voice("yue_Hant", TODAY), quiet)
        group = Hand(Phone(http, base, worker, group=True), "group", Voice(None, TODAY), quiet)
        private = Hand(
            Phone(http, base, worker, "staff"), "private", Voice("yue_Hant", TODAY), quiet
        )
        await remove_one(group, private)
        await ask(hand, code)


async def test_a_card_is_taken_though_another_message_came_after_it(
    tmp_path: Path, going_clock: Clock, http: aiohttp.ClientSession
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        person = await add_person(http, base, "Tour", "en")
        worker = await add_person(http, base, "Robin", "en", caseworker=True)
        own, both = Voice("en", TODAY), Voice(None, TODAY)
        group = Hand(Phone(http, base, worker, group=True), "group", both, quiet)
        private = Hand(Phone(http, base, worker, "staff"), "private", own, quiet)
        await report_links(Hand(Phone(http, base, person), "person", own, quiet), LINKS)
        await group.until(lambda card: bool(card.buttons), "the card")
        await group.phone.say("/room")
        await group.phone.until(lambda screen: screen[-1].text.startswith("🟢"), "the room's card")

        await remove_one(group, private)


async def test_the_tour_names_the_line_that_is_missing(
    tmp_path: Path,
    going_clock: Clock,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        person = await add_person(http, base, "Tour", "en")
        hand = Hand(Phone(http, base, person), "person", Voice("en", TODAY), quiet)
        await hand.start("", asks("home", "welcome"))
        monkeypatch.setattr("bot.tour.PATIENCE", 0)

        with pytest.raises(Missing, match="person: never seen: Removed: 1 of 3"):
            await hand.sees(Say(standing.REMOVED, {"removed": 1, "all": 3}))
