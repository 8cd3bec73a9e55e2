"""The sandbox's page in a real Chromium: it draws what bots send, and a person can do it all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.pictures import png
from bot.sandbox.server import serving
from bot.sandbox.telegram import default_sandbox
from tests.conftest import SCREENSHOTS

SAM, CHING, KIT = 5000001, 5000002, 5000003
DOOR, STAFF = "1000000001:DOOR-sandbox", "1000000002:STAFF-sandbox"
START = 1_795_500_000.0  # unix seconds; a morning in Hong Kong


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot played by the test, over the raw Bot API."""

    http: aiohttp.ClientSession
    base: str
    token: str

    async def call(self, method: str, **params: Any) -> Any:
        async with self.http.post(f"{self.base}/bot{self.token}/{method}", json=params) as sent:
            answer = await sent.json()
        assert answer["ok"], answer
        return answer["result"]

    async def say(self, chat: int, text: str, **more: Any) -> int:
        """Send a message; gives its id."""
        sent = await self.call("sendMessage", chat_id=chat, text=text, **more)
        return int(sent["message_id"])

    async def hears(self, kind: str) -> Any:
        """The next update of that kind; what comes before it is dropped."""
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, limit=1, timeout=20):
                offset = update["update_id"] + 1
                if kind in update:
                    await self.call("getUpdates", offset=offset, limit=1)
                    return update[kind]


@dataclass(frozen=True, slots=True)
class World:
    """One sandbox, the page open on it, and both bots."""

    base: str
    page: Page
    door: Bot
    staff: Bot
    group: int
    requests: list[str]
    complaints: list[str]

    def chat(self, name: str) -> Locator:
        return self.page.locator(f'[data-chat="{name}"]')

    def message(self, chat: str, number: int) -> Locator:
        return self.chat(chat).locator(f'[data-message="{number}"]')

    def field(self, chat: str) -> Locator:
        return self.chat(chat).get_by_label("Write a message")

    async def say(self, chat: str, text: str) -> None:
        await self.field(chat).fill(text)
        await self.field(chat).press("Enter")

    async def start(self, chat: str) -> None:
        """Press Start, and wait until the chat is there."""
        await self.chat(chat).get_by_role("button", name="Start", exact=True).click()
        await expect(self.field(chat)).to_be_visible()


@pytest.fixture
async def world(browser: Browser) -> AsyncIterator[World]:
    sandbox = default_sandbox(lambda: START)
    async with serving(sandbox) as base, aiohttp.ClientSession() as http:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: complaints.append(line.text) if line.type == "error" else None,
        )
        await page.goto(base)
        await expect(page.locator("[data-chat]").first).to_be_visible()
        bots = (Bot(http, base, DOOR), Bot(http, base, STAFF))
        yield World(base, page, *bots, sandbox.group.id, requests, complaints)
        assert complaints == []
        await page.close()


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


async def test_two_chinese_characters_do_not_draw_the_same_box(world: World) -> None:
    pixels = """async (characters) => {
        await document.fonts.load('40px "Noto Sans HK Subset"', characters.join(""));
        return characters.map((character) => {
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 48;
            const pen = canvas.getContext("2d");
            pen.font = '40px "Noto Sans HK Subset"';
            pen.fillText(character, 2, 40);
            return canvas.toDataURL();
        });
    }"""
    characters = [*"嘅咗唔佢喺俾啲嚟哋冇嘢揾攞噉睇，", "\U0010fffd", " "]

    drawn = await world.page.evaluate(pixels, characters)

    assert len(set(drawn)) == len(characters)


async def test_the_page_asks_nobody_else(world: World) -> None:
    await world.start(f"door:{CHING}")
    await world.door.say(CHING, "https://example.org/zz_invented 講下發生咩事")
    await expect(world.chat(f"door:{CHING}")).to_contain_text("講下發生咩事")

    assert [url for url in world.requests if not url.startswith((world.base, "data:"))] == []


async def test_what_is_typed_reaches_the_bot(world: World) -> None:
    await world.start(f"door:{CHING}")
    await world.say(
        f"door:{CHING}", "/start 佢post咗喺https://t.me/zz_invented_demo_ch/1042，求幫手"
    )

    heard = [await world.door.hears("message") for _ in range(2)]

    assert [one["text"] for one in heard] == [
        "/start",
        "/start 佢post咗喺https://t.me/zz_invented_demo_ch/1042，求幫手",
    ]
    assert heard[1]["from"]["id"] == CHING


async def test_shift_and_enter_make_a_new_line(world: World) -> None:
    await world.start(f"door:{SAM}")
    field = world.field(f"door:{SAM}")
    await field.press_sequentially("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await field.press("Enter")

    await expect(field).to_have_value("")
    await world.door.hears("message")
    assert (await world.door.hears("message"))["text"] == "one\ntwo"


async def test_a_press_reaches_the_bot_and_its_answer_shows(world: World) -> None:
    await world.start(f"door:{SAM}")
    buttons = keyboard([{"text": "Yes", "callback_data": "yes", "style": "primary"}])
    await world.door.say(SAM, "Shall we?", reply_markup=buttons)
    chat = world.chat(f"door:{SAM}")

    await chat.get_by_role("button", name="Yes").click()
    query = await world.door.hears("callback_query")
    await world.door.call("answerCallbackQuery", callback_query_id=query["id"], text="Thank you")

    assert query["data"] == "yes"
    await expect(chat.get_by_role("status")).to_have_text("Thank you")


async def test_an_alert_waits_for_ok(world: World) -> None:
    await world.start(f"door:{SAM}")
    buttons = keyboard([{"text": "Yes", "callback_data": "yes"}])
    await world.door.say(SAM, "Shall we?", reply_markup=buttons)
    await world.chat(f"door:{SAM}").get_by_role("button", name="Yes").click()
    query = await world.door.hears("callback_query")

    await world.door.call(
        "answerCallbackQuery", callback_query_id=query["id"], text="Not now", show_alert=True
    )

    alert = world.page.get_by_role("dialog", name="Not now")
    await expect(alert).to_be_visible()
    await alert.get_by_role("button", name="OK").click()
    await expect(alert).to_be_hidden()


async def test_edits_and_deletions_show(world: World) -> None:
    await world.start(f"door:{SAM}")
    kept = await world.door.say(SAM, "three links")
    gone = await world.door.say(SAM, "soon gone")
    await expect(world.message(f"door:{SAM}", gone)).to_be_visible()

    await world.door.call("editMessageText", chat_id=SAM, message_id=kept, text="four links")
    await world.door.call("deleteMessage", chat_id=SAM, message_id=gone)

    await expect(world.message(f"door:{SAM}", kept)).to_contain_text("four links")
    await expect(world.message(f"door:{SAM}", kept)).to_contain_text("edited")
    await expect(world.message(f"door:{SAM}", gone)).to_have_count(0)


async def test_a_person_edits_and_deletes_from_the_menu_of_a_message(world: World) -> None:
    await world.start(f"door:{SAM}")
    await world.say(f"door:{SAM}", "frist")
    mine = world.chat(f"door:{SAM}").locator("article", has_text="frist")
    await mine.hover()
    await mine.get_by_label("More about this message").click()
    await world.page.get_by_role("menuitem", name="Edit").click()
    await world.say(f"door:{SAM}", "first")

    assert (await world.door.hears("edited_message"))["text"] == "first"
    mine = world.chat(f"door:{SAM}").locator("article", has_text="first")
    await mine.hover()
    await mine.get_by_label("More about this message").click()
    await world.page.get_by_role("menuitem", name="Delete").click()
    await expect(mine).to_have_count(0)


async def test_a_copy_button_copies(world: World) -> None:
    await world.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await world.start(f"door:{SAM}")
    buttons = keyboard([{"text": "Copy the code", "copy_text": {"text": "1234 5678"}}])
    code = [{"type": "code", "offset": 0, "length": 9}]
    await world.door.say(SAM, "8765 4321", reply_markup=buttons, entities=code)
    chat = world.chat(f"door:{SAM}")

    await chat.get_by_role("button", name="Copy the code").click()
    await expect(chat.get_by_role("status")).to_have_text("Copied")
    assert await world.page.evaluate("navigator.clipboard.readText()") == "1234 5678"

    await chat.locator("code").press("Enter")
    await world.page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text === '8765 4321')"
    )


async def test_a_protected_code_does_not_copy(world: World) -> None:
    await world.start(f"staff:{KIT}")
    code = [{"type": "code", "offset": 0, "length": 7}]
    await world.staff.say(KIT, "1. link", entities=code, protect_content=True)
    chat = world.chat(f"staff:{KIT}")

    await expect(chat.get_by_role("img", name="Protected")).to_be_visible()
    await chat.locator("code").click()

    await expect(chat.get_by_role("status")).to_contain_text("protected")


async def test_entities_count_utf16_units_and_nest(world: World) -> None:
    await world.start(f"door:{SAM}")
    entities = [
        {"type": "blockquote", "offset": 0, "length": 12},
        {"type": "bold", "offset": 3, "length": 9},
        {"type": "italic", "offset": 8, "length": 4},
        {"type": "spoiler", "offset": 13, "length": 6},
    ]
    number = await world.door.say(SAM, "𠮶 bold both hidden", entities=entities)
    shown = world.message(f"door:{SAM}", number)

    await expect(shown.locator("blockquote")).to_have_text("𠮶 bold both"[:12])
    await expect(shown.locator("blockquote b")).to_have_text("bold both")
    await expect(shown.locator("blockquote b i")).to_have_text("both")
    await shown.locator(".spoiler").press("Enter")
    await expect(shown.locator(".spoiler.seen")).to_have_text("hidden")


async def test_a_long_text_is_folded_until_it_is_pressed(world: World) -> None:
    await world.start(f"door:{SAM}")
    long = "法例點寫\n" + "長嘅字。" * 200
    entities = [
        {"type": "expandable_blockquote", "offset": 5, "length": len(long)},
        {"type": "bold", "offset": 5, "length": 4},
    ]
    number = await world.door.say(SAM, f"短嘅字。\n{long}", entities=entities)
    fold = world.message(f"door:{SAM}", number).locator("blockquote")
    folded = await fold.bounding_box()

    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(fold.locator("b")).to_have_text("法例點寫")
    await fold.press("Enter")

    await expect(fold).to_have_attribute("aria-expanded", "true")
    unfolded = await fold.bounding_box()
    assert folded
    assert unfolded
    assert unfolded["height"] > 3 * folded["height"]


async def test_a_command_in_a_text_can_be_pressed(world: World) -> None:
    await world.start(f"door:{SAM}")
    command = [{"type": "bot_command", "offset": 6, "length": 5}]
    await world.door.say(SAM, "Press /help", entities=command)

    await world.chat(f"door:{SAM}").get_by_role("button", name="/help").click()

    await world.door.hears("message")
    assert (await world.door.hears("message"))["text"] == "/help"


async def test_a_reply_keyboard_types_for_the_person(world: World) -> None:
    await world.start(f"door:{CHING}")
    rows = {"keyboard": [[{"text": "有"}, {"text": "冇"}]], "resize_keyboard": True}
    await world.door.say(CHING, "仲有冇？", reply_markup=rows)

    await world.chat(f"door:{CHING}").get_by_role("button", name="冇", exact=True).click()

    await world.door.hears("message")
    assert (await world.door.hears("message"))["text"] == "冇"


async def test_a_forced_reply_quotes_its_question(world: World) -> None:
    await world.start(f"staff:{KIT}")
    await world.staff.say(KIT, "Write a note", reply_markup={"force_reply": True})
    chat = world.chat(f"staff:{KIT}")

    await expect(chat.locator(".composing")).to_contain_text("Write a note")
    await world.say(f"staff:{KIT}", "called them")

    await world.staff.hears("message")
    note = await world.staff.hears("message")
    assert note["reply_to_message"]["text"] == "Write a note"


async def test_the_settings_of_the_staff_group_are_switched_on_the_page(world: World) -> None:
    page = world.page
    await page.get_by_role("button", name="People").click()
    for label in ("newcomers see history", "messages stay", "another bot"):
        async with page.expect_response("**/sandbox/act"):
            await page.get_by_label(label).click()
        await expect(page.get_by_label(label)).to_be_checked()

    group = await world.staff.call("getChat", chat_id=world.group)

    assert group["has_visible_history"]
    assert "message_auto_delete_time" not in group
    await expect(world.chat("group")).to_contain_text("Front Door joined")


async def test_a_link_to_the_staff_bot_opens_the_speakers_own_chat(world: World) -> None:
    await world.page.get_by_label("speaking as").select_option("Kit")
    url = "https://t.me/front_door_staff_demo_bot?start=calm_heron"
    buttons = keyboard([{"text": "Open", "url": url}])
    await world.staff.say(world.group, "calm heron", reply_markup=buttons)

    await world.chat("group").get_by_role("button", name="Open").click()

    heard = await world.staff.hears("message")
    while heard["chat"]["type"] != "private":
        heard = await world.staff.hears("message")
    assert (heard["chat"]["id"], heard["text"]) == (KIT, "/start calm_heron")
    await expect(world.field(f"staff:{KIT}")).to_be_focused()


async def test_other_links_lead_nowhere(world: World) -> None:
    await world.start(f"door:{SAM}")
    buttons = keyboard([{"text": "A page", "url": "https://example.org/zz_invented"}])
    await world.door.say(SAM, "https://example.org/zz_invented", reply_markup=buttons)
    chat = world.chat(f"door:{SAM}")

    await chat.get_by_role("button", name="A page").click()

    await expect(chat.get_by_role("status")).to_contain_text("Nothing is opened here")
    await expect(chat.locator("a")).to_have_count(0)
    assert world.page.url.startswith(world.base)


async def test_pictures_forwards_and_blocking_come_from_one_menu(world: World) -> None:
    await world.start(f"door:{SAM}")
    chat, page = world.chat(f"door:{SAM}"), world.page
    await world.door.hears("message")

    await world.field(f"door:{SAM}").fill("a caption")
    await chat.get_by_label("Attach").click()
    await page.get_by_role("menuitem", name="Photo", exact=True).click()
    assert (await world.door.hears("message"))["caption"] == "a caption"

    await chat.get_by_label("Attach").click()
    await page.get_by_role("menuitem", name="album").click()
    album = [await world.door.hears("message") for _ in range(2)]
    assert album[0]["media_group_id"] == album[1]["media_group_id"]

    await chat.get_by_label("Attach").click()
    await page.get_by_role("menuitem", name="Forward").click()
    await page.get_by_role("dialog").get_by_role("button", name="Forward").click()
    origin = (await world.door.hears("message"))["forward_origin"]
    assert (origin["chat"]["username"], origin["message_id"]) == ("zz_invented_demo_ch", 1042)
    await expect(chat).to_contain_text("Forwarded from Invented channel")

    await chat.get_by_label("Attach").click()
    await page.get_by_role("menuitem", name="Block").click()
    await expect(chat.get_by_role("button", name="Unblock the bot")).to_be_visible()


async def test_a_picture_that_a_bot_sends_is_seen_and_a_file_is_offered(world: World) -> None:
    await world.start(f"staff:{KIT}")
    picture = png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="6"/>')
    for kind, name, data in [("photo", "zz.png", picture), ("document", "zz.txt", b"zz line")]:
        form = aiohttp.FormData({"chat_id": str(KIT), "caption": f"a {kind}"})
        form.add_field(kind, data, filename=name)
        method = f"send{kind.capitalize()}"
        await world.staff.http.post(f"{world.base}/bot{STAFF}/{method}", data=form)

    chat = world.chat(f"staff:{KIT}")
    shown = chat.get_by_alt_text("a photo")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 18
    async with world.page.expect_download() as download:
        await chat.get_by_role("link", name="zz.txt").click()
    assert (await download.value).suggested_filename == "zz.txt"


async def test_the_keyboard_alone_is_enough(world: World) -> None:
    page, chat = world.page, world.chat(f"door:{SAM}")
    await chat.get_by_role("button", name="Start", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(world.field(f"door:{SAM}")).to_be_visible()
    buttons = keyboard([{"text": "Begin", "callback_data": "begin"}])
    number = await world.door.say(SAM, "Welcome", reply_markup=buttons)
    await expect(world.message(f"door:{SAM}", number)).to_be_visible()

    await world.field(f"door:{SAM}").focus()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(chat.get_by_role("button", name="Begin")).to_be_focused()
    await page.keyboard.press("Enter")

    assert (await world.door.hears("callback_query"))["data"] == "begin"
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(chat.locator(".composing")).to_contain_text("Reply to Sam")
    await expect(world.field(f"door:{SAM}")).to_be_focused()


async def test_news_disturbs_neither_typing_nor_reading(world: World) -> None:
    await world.start(f"door:{SAM}")
    buttons = keyboard([{"text": "Stay", "callback_data": "stay"}])
    first = await world.door.say(SAM, "long\n" * 60, reply_markup=buttons)
    chat, field = world.chat(f"door:{SAM}"), world.field(f"door:{SAM}")
    log = chat.get_by_role("log")
    await expect(chat.get_by_role("button", name="Stay")).to_be_in_viewport()
    await field.fill("half a sen")
    await log.evaluate("log => { log.scrollTop = 100; }")
    await expect(chat.get_by_label("Go to the newest message")).to_be_visible()

    number = await world.door.say(SAM, "news")

    await expect(world.message(f"door:{SAM}", number)).to_have_count(1)
    await expect(field).to_have_value("half a sen")
    await expect(field).to_be_focused()
    assert await log.evaluate("log => log.scrollTop") == 100
    await chat.get_by_label("Go to the newest message").click()
    await expect(world.message(f"door:{SAM}", number)).to_be_in_viewport()

    await chat.get_by_role("button", name="Stay").focus()
    await world.door.call(
        "editMessageText", chat_id=SAM, message_id=first, text="short", reply_markup=buttons
    )
    await expect(world.message(f"door:{SAM}", first)).to_contain_text("short")
    await expect(chat.get_by_role("button", name="Stay")).to_be_focused()


async def test_the_clock_moves_and_people_join_from_the_strip(world: World) -> None:
    page = world.page
    await expect(page.locator("#clock")).to_have_text("14:00, 24 November")
    await page.get_by_role("button", name="+49 h").click()
    await expect(page.locator("#clock")).to_have_text("15:00, 26 November")

    await page.get_by_role("button", name="People").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Robin")
    await page.get_by_role("button", name="Add person").click()

    await expect(page.get_by_role("heading", name="Robin")).to_be_visible()


async def test_a_sample_is_pasted_on_the_cantonese_phone(world: World) -> None:
    await world.start(f"door:{CHING}")

    await world.page.get_by_role("button", name="Paste 1").click()

    await expect(world.field(f"door:{CHING}")).to_be_focused()
    await expect(world.field(f"door:{CHING}")).to_have_value(
        "佢post咗喺https://t.me/zz_invented_demo_ch/1042，求幫手"
    )


async def test_refused_calls_are_counted(world: World) -> None:
    async with world.door.http.post(f"{world.base}/bot{DOOR}/getFile", json={}) as refused:
        assert refused.status == 404

    await expect(world.page.get_by_role("button", name="Refused calls: 1")).to_be_visible()


async def scene(world: World) -> None:
    """A case half way through, for the pictures."""
    await world.start(f"door:{SAM}")
    await world.start(f"door:{CHING}")
    await world.door.say(
        SAM,
        "Hello. You can report links here. No name needed, and please no pictures.\n"
        "Telegram can see this chat; what we keep is locked.",
        reply_markup=keyboard(
            [{"text": "Report links", "callback_data": "report", "style": "primary"}],
            [
                {"text": "Ask with a code", "callback_data": "status"},
                {"text": "Help", "callback_data": "help"},
            ],
            [{"text": "Clear this chat", "callback_data": "clear", "style": "danger"}],
        ),
    )
    await world.say(f"door:{CHING}", "佢post咗喺https://t.me/zz_invented_demo_ch/1042，求幫手")
    await world.say(f"door:{CHING}", "睇呢度：lihkg.com/thread/99000001/page/1。唔該")
    await world.door.say(
        CHING,
        "收到：1 條 Telegram、1 條 LIHKG，總共 2 條。仲有冇？",
        reply_markup=keyboard(
            [{"text": "就係咁多", "callback_data": "enough", "style": "success"}],
            [{"text": "移除一條", "callback_data": "remove"}],
        ),
    )
    await world.door.say(
        CHING,
        "你嘅編號：1234 5678 9012 3456\n請抄低佢。",
        entities=[{"type": "code", "offset": 5, "length": 19}],
        reply_markup=keyboard(
            [{"text": "複製", "copy_text": {"text": "1234 5678 9012 3456"}}],
            [{"text": "我已經儲存咗", "callback_data": "saved", "style": "primary"}],
        ),
    )
    open_it = "https://t.me/front_door_staff_demo_bot?start=calm_heron"
    await world.staff.say(
        world.group,
        "calm heron\nnew today · Cantonese\n1 Telegram, 1 LIHKG · shared · urgent",
        entities=[{"type": "bold", "offset": 0, "length": 10}],
        reply_markup=keyboard(
            [{"text": "Take", "callback_data": "take", "style": "success"}],
            [{"text": "Open", "url": open_it}],
        ),
    )
    await world.start(f"staff:{KIT}")
    links = "https://t.me/zz_invented_demo_ch/1042", "https://lihkg.com/thread/99000001/page/1"
    text = f"calm heron, 2 links\n1. {links[0]}\n2. {links[1]}"
    codes = [{"type": "code", "offset": text.index(x), "length": len(x)} for x in links]
    await world.staff.say(
        KIT,
        text,
        entities=codes,
        protect_content=True,
        link_preview_options={"is_disabled": True},
        reply_markup=keyboard(
            *([{"text": f"Copy {n + 1}", "copy_text": {"text": links[n]}}] for n in range(2)),
        ),
    )
    await expect(world.chat(f"staff:{KIT}")).to_contain_text("calm heron")
    await expect(world.chat("group")).to_contain_text("calm heron")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_fits_a_desk_and_a_pocket(world: World, scheme: Any) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page = world.page
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await scene(world)
    await page.screenshot(path=SCREENSHOTS / f"page-desktop-{scheme}.png")

    await page.set_viewport_size({"width": 360, "height": 740})
    await page.reload()
    for tab, chat in [("阿晴", f"door:{CHING}"), ("Group", "group"), ("Own", f"staff:{KIT}")]:
        await page.get_by_role("tab", name=tab).click()
        await expect(world.chat(chat)).to_be_in_viewport()
        await page.screenshot(path=SCREENSHOTS / f"page-360-{chat.split(':')[0]}-{scheme}.png")

    wide = "document.documentElement.scrollWidth <= 360"
    assert await page.evaluate(wide)
