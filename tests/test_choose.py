"""Instead of a link they cannot copy: a person chooses the chat from their own list."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from bot.demo import playing
from bot.sandbox.acts import CannotDo
from bot.sandbox.chats import Json
from bot.sandbox.limits import Refused, requests
from handlers import report
from handlers.doors import MINE, REPORT_LINKS
from handlers.links import Origin, from_chosen
from storage.keys import StaffKeys
from storage.seal import Place, unseal
from tests.conftest import SCREENSHOTS, Clock
from tests.doors import CLEARED, Door, Guest, copied, labels
from tests.test_by_hand import CHING, POCKET, Chat
from tests.test_front_door import LINK, cases_of, draft_of, urls
from tests.test_whole_way import quiet

PUBLIC, PRIVATE, GROUP, SMALL = -1002000000101, -1002000000102, -1002000000104, -2000105
TO_LIST = ("/start", "/report", "[No, 18", "[No link? Choose a chat]")
CHANNELS, GROUPS = 1, 2


def below(guest: Guest) -> list[str]:
    """The words on the keys below the field."""
    return [text for row in (guest.chat.keyboard or {}).get("rows", ()) for text in row]


def services(guest: Guest) -> list[Any]:
    return [message.service for message in guest.shown if message.service]


@pytest.mark.parametrize(
    ("request_", "chat", "url"),
    [
        (CHANNELS, PUBLIC, "https://t.me/zz_invented_demo_ch"),
        (CHANNELS, PRIVATE, "https://t.me/c/2000000102"),
        (GROUPS, GROUP, "https://t.me/c/2000000104"),
        (GROUPS, SMALL, "https://t.me/c/-2000105"),
    ],
)
async def test_a_chosen_chat_is_kept_like_a_link_and_its_line_is_deleted(
    door: Door, request_: int, chat: int, url: str
) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)
    assert below(guest) == ["Choose a channel", "Choose a group", "Back", "Clear this chat"]

    shown = await guest.do("share_chat", request=request_, chat=chat)

    assert await urls(guest) == [url]
    assert "Got it: Telegram 1. In all: 1." in shown.text
    assert services(guest) == []
    assert below(guest) == []
    assert "…" not in guest.texts
    assert labels(shown)[:2] == ["Take a link out", "That is all"], "back at the links"


async def test_no_picture_and_nothing_else_is_asked_for(door: Door) -> None:
    asked: list[Json] = []
    door.sandbox.faults = lambda role, method, params: asked.append(params)
    guest = door.person()
    await guest.walk(*TO_LIST)

    markup = json.loads(asked[-2]["reply_markup"])

    buttons = [button for row in markup["keyboard"] for button in row]
    assert [button["request_chat"] for button in buttons if button.get("request_chat")] == [
        {
            "request_id": number,
            "chat_is_channel": number == CHANNELS,
            "request_title": True,
            "request_username": True,
        }
        for number in (CHANNELS, GROUPS)
    ]
    assert markup["one_time_keyboard"] is True


async def test_the_caseworker_gets_the_title_of_what_no_link_opens(
    door: Door, staff_keys: StaffKeys
) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)
    await guest.do("share_chat", request=CHANNELS, chat=PRIVATE)
    await guest.walk("[That is all]", "[Done]", "[It can wait]", "[Skip]", "[No, I will")
    copied(await guest.walk("[Send]"))

    (case,) = await cases_of(door)
    async with door.reception.store.begin() as books:
        (row,) = await books.links.of(case.id)
    link = json.loads(unseal(row.sealed, staff_keys.own, Place(case.id, "link 1")))

    assert link == {
        "platform": "telegram",
        "url": "https://t.me/c/2000000102",
        "open_url": "https://t.me/c/2000000102 (虛構私人頻道)",
    }


@pytest.mark.parametrize("leaving", ["Back", "/report", "/start", "/stop"])
async def test_the_keys_are_gone_however_the_list_is_left(door: Door, leaving: str) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)

    await guest.say(leaving)

    assert below(guest) == []
    assert "…" not in guest.texts


@pytest.mark.parametrize("clearing", ["x", "Clear this chat", "/clear"])
async def test_clearing_takes_the_keys_along(door: Door, clearing: str) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)

    await guest.say(clearing)

    assert guest.texts == [CLEARED]
    assert below(guest) == []


async def test_a_chat_that_clears_itself_takes_the_keys_along(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk("/start", "[Clear by itself]", "[After 15 minutes]")
    await guest.walk("/report", "[No, 18", "[No link? Choose a chat]")

    clock.move(15 * 60 + 1)
    await door.caretaker.round()

    assert (guest.texts, below(guest)) == ([], [])


async def test_the_keys_are_understood_where_the_language_is_not_known(door: Door) -> None:
    guest = door.person("fr")
    await guest.walk("/start", "/report", "2", "[No link? Choose a chat]")

    draft_before = await draft_of(guest)
    await guest.say(below(guest)[2])
    draft = await draft_of(guest)
    assert draft_before
    assert draft
    assert (draft_before.step, draft.step) == ("choose", "links")
    await guest.press("No link? Choose a chat")
    await guest.say(below(guest)[3])

    assert len(guest.texts) == 1


async def test_help_beside_the_list_leaves_the_list(door: Door) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)

    shown = await guest.say("/help")

    assert "999" in shown.text
    assert below(guest)[0] == "Choose a channel"


@pytest.mark.parametrize("typed", ["Choose a channel", "zz my channel", "[press]"])
async def test_where_no_list_opens_it_is_said_what_else_to_do(door: Door, typed: str) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)

    shown = await (guest.press_data("choose:group") if typed == "[press]" else guest.say(typed))

    assert "If no list opens on your phone" in shown.text
    assert "Got it" in (await guest.say(LINK)).text
    draft = await draft_of(guest)
    assert draft
    assert draft.step == "links"


async def test_a_chat_chosen_with_a_key_left_over_is_kept(door: Door, clock: Clock) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)
    clock.move(31 * 60)

    await guest.do("share_chat", request=CHANNELS, chat=PUBLIC)

    assert await urls(guest) == ["https://t.me/zz_invented_demo_ch"]
    assert (services(guest), below(guest)) == ([], [])


async def test_the_same_choice_heard_twice_is_one_link(door: Door) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)
    guest.act("share_chat", request=CHANNELS, chat=PRIVATE)
    (update,) = door.waiting()

    await door.hear_one(update)
    await door.hear_one(update)

    assert await urls(guest) == ["https://t.me/c/2000000102"]


async def test_an_old_screen_is_not_redrawn_into_keys(door: Door) -> None:
    guest = door.person()
    first = await guest.do("start")
    await guest.walk(*TO_LIST[1:])

    [data] = [
        button["callback_data"]
        for row in first.buttons
        for button in row
        if button["text"] == "廣東話"
    ]
    shown = await guest.do("press", message=first.id, data=data)

    assert "揀頻道" in below(guest)
    assert shown.id != first.id


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("zz \u202eevil\u200b\n name", "https://t.me/c/5 (zz evil name)"),
        ("", "https://t.me/c/5"),
    ],
)
def test_a_title_is_one_plain_line(title: str, told: str) -> None:
    link = from_chosen(Origin("", -1000000000005, 0, title))

    assert link
    assert (link.url, link.open_url) == ("https://t.me/c/5", told)


async def test_the_sandbox_is_as_strict_as_a_phone(door: Door) -> None:
    guest = door.person()
    await guest.walk(*TO_LIST)

    for asked, chat in ((CHANNELS, GROUP), (GROUPS, PUBLIC), (3, PUBLIC), (CHANNELS, -5)):
        with pytest.raises(CannotDo):
            guest.act("share_chat", request=asked, chat=chat)
    one: Json = {"text": "?", "request_chat": {"request_id": 1, "chat_is_channel": True}}
    with pytest.raises(Refused, match="private"):
        requests({"keyboard": [[one]]}, private=False)
    with pytest.raises(Refused, match="DUPLICATE"):
        requests({"keyboard": [[one], [one]]}, private=True)


async def test_a_person_chooses_on_the_page(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        page = await browser.new_page(viewport=POCKET)
        await page.goto(base)
        person = Chat(page, CHING, "阿晴", "yue_Hant")

        await person.start()
        await person.press(MINE)
        await person.press(REPORT_LINKS)
        await person.press(report.NO)
        await person.press(report.NO_LINK)
        await person.press(report.CHANNEL)
        await expect(page.get_by_role("menuitem", name="Invented public channel")).to_be_visible()
        await page.screenshot(path=SCREENSHOTS / "choose-360.png")
        await page.get_by_role("menuitem", name="虛構私人頻道").click()

        await person.sees("總共 1 條")
        await expect(person.place.get_by_role("group", name="Reply keyboard")).to_be_hidden()
        await expect(person.place.locator(".service")).to_have_count(0)
        assert await page.get_by_role("button", name="Refused calls: 0").count() == 1
