"""The whole case by hand: a person and a caseworker on the demo's page, in a real Chromium."""

import secrets
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from bot.demo import playing
from handlers import checking, law, report
from handlers.cards import CARDS
from handlers.doors import INFORMATION, MINE, REPORT_LINKS
from handlers.home import MY_CASE
from handlers.spoken import Voice
from handlers.talk import CLEAR, Button, Draft, Say
from tests.conftest import SCREENSHOTS, Clock
from tests.test_whole_way import LINKS, TODAY, quiet

SAM, CHING, KIT = "door:5000001", "door:5000002", "staff:5000003"
DESK: ViewportSize = {"width": 1440, "height": 900}
POCKET: ViewportSize = {"width": 360, "height": 740}


class Chat:
    """One chat on the page, and a hand on it; the pocket shows one chat at a time."""

    def __init__(self, page: Page, name: str, tab: str, language: str | None) -> None:
        self.page, self.tab, self.voice = page, tab, Voice(language, TODAY)
        self.place: Locator = page.locator(f'[data-chat="{name}"]')

    async def start(self) -> None:
        await self.look()
        await self.place.get_by_role("button", name="Start", exact=True).click()

    async def look(self) -> None:
        tabs = self.page.get_by_role("tablist", name="Phones and chats")
        if await tabs.is_visible():
            await tabs.get_by_role("tab", name=self.tab).click()

    async def press(self, button: Button | str | Say) -> None:
        words = self.voice.label(button.words if isinstance(button, Button) else button)
        await self.look()
        keys = self.place.locator(".keys, .replies")  # "Send" is also the field's own button
        await keys.get_by_role("button", name=words, exact=True).last.click()

    async def type(self, text: str) -> None:
        field = self.place.get_by_label("Write a message")
        await field.fill(text)
        await field.press("Enter")

    async def sees(self, say: Say | str) -> None:
        line = self.voice.page((say,)).text if isinstance(say, Say) else say
        await expect(self.place.get_by_text(line).last).to_be_visible()


@pytest.mark.parametrize("size", [DESK, POCKET], ids=["desk", "pocket"])
async def test_a_person_reports_and_a_caseworker_removes_on_one_page(
    size: ViewportSize, tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        page = await browser.new_page(viewport=size)
        await page.goto(base)
        person = Chat(page, CHING, "阿晴", "yue_Hant")
        group, private = Chat(page, "group", "Group", None), Chat(page, KIT, "Own", "en")

        await person.start()
        await person.press(MINE)
        await person.press(REPORT_LINKS)
        await person.press(report.NO)
        for number, link in enumerate(LINKS, 1):
            await person.type(link)
            await person.sees(Say("總共 {all} 條", {"all": number}))
        await page.screenshot(path=SCREENSHOTS / f"links-{size['width']}.png")
        await person.press(report.THAT_IS_ALL)
        await person.press(report.HAPPENED["shared"])
        await person.press(report.DONE)
        await person.press(report.URGENCY["now"])
        await person.press(report.SKIP)
        await person.press(report.NEWS_NO)
        await person.press(report.SEND)
        code = person.place.locator("code").filter(has_text=" ").last
        await expect(code).to_be_visible()
        number_of_case = await code.inner_text()
        await page.screenshot(path=SCREENSHOTS / f"code-{size['width']}.png")
        await person.press(report.SAVED)
        await person.press(report.SKIP)

        await group.press("Take")
        await group.press("Open")
        await private.press("Show links")
        await expect(private.place.get_by_text("t.me/zz_invented_demo_ch/1042")).to_be_visible()
        await page.screenshot(path=SCREENSHOTS / f"staff-{size['width']}.png")
        await private.press("Back")
        await private.press("Record")
        await private.press("1")
        await private.press("removed")
        await private.sees("Recorded.")

        await person.look()
        await person.type("/status")
        await person.type(number_of_case)
        await person.sees("已移除：3 條入面嘅 1 條。")
        await page.screenshot(path=SCREENSHOTS / f"status-{size['width']}.png")
        assert await page.get_by_role("button", name="Refused calls: 0").count() == 1


async def test_the_person_can_ask_by_button_too(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        page = await browser.new_page(viewport=DESK)
        await page.goto(base)
        person = Chat(page, CHING, "阿晴", "yue_Hant")

        await person.start()
        await person.press(MY_CASE)
        await person.type("1234 5678 9012 3456")

        await person.sees("好似有個數字唔啱")


@pytest.mark.parametrize(
    ("chat", "tab", "language"), [(SAM, "Sam", "en"), (CHING, "阿晴", "yue_Hant")]
)
async def test_who_only_wants_to_know_finds_the_law_the_check_and_a_number(
    chat: str, tab: str, language: str, tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        page = await browser.new_page(viewport=POCKET)
        await page.goto(base)
        person = Chat(page, chat, tab, language)

        async def pictured(name: str) -> None:
            await page.screenshot(path=SCREENSHOTS / f"{name}-360-{language}.png")

        await person.start()
        await person.press(INFORMATION)
        await person.press(law.LAW_CARDS)
        await pictured("law")
        await person.press(CARDS["sharing"].title)
        await pictured("card")
        await person.press("Next")
        await person.press(law.ALL_CARDS)
        await person.sees(law.ask_list(Draft()))  # the same button stands elsewhere on the list
        await person.press(law.CAN_CHECK)
        for question in checking.QUESTIONS:
            await person.sees(Say(question.words))
            await pictured(f"check-{question.key}")
            if question is checking.HAPPENED:
                await person.press(question.answers["shared"])
                await person.press(report.DONE)
            else:
                await person.press("18 or over" if question is checking.AGE else "Not sure")
        await pictured("check-result")
        await person.press(checking.SOMEBODY)
        await pictured("help")
        await person.press(CLEAR)
        await person.sees(Say("Nothing here."))
        await pictured("cleared")
        assert await page.get_by_role("button", name="Refused calls: 0").count() == 1
