"""The staff room by hand: two caseworkers and a lead, each in a browser of their own."""

import asyncio
import secrets
from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.demo import playing
from handlers import dues, endings, letters, replies, report, sheet
from handlers.doors import MINE, REPORT_LINKS
from handlers.talk import Say
from storage.books import Store
from tests.conftest import SCREENSHOTS, Clock
from tests.test_by_hand import DESK, KIT, POCKET, SAM, Chat
from tests.test_figures import pressed
from tests.test_whole_way import quiet

OWNER = "staff:5000004"
LINKS = (
    "it is here x.com/zz_invented_demo/status/1900000000000000001?s=20 please help",
    "and (https://twitter.com/zz_invented_demo/status/1900000000000000002).",
)
GREEN, RED, BARE = "🟢 This room is in order", "🔴 Content may leak", "Details are held back"


class Colleague:
    """One caseworker at their own browser: the group as them, and their private chat."""

    def __init__(self, page: Page, name: str, chat: str, language: str) -> None:
        self.page, self.name, self.language = page, name, language
        self.group = Chat(page, "group", "Group", None)
        self.own = Chat(page, chat, "Own", language)

    async def sit_down(self) -> None:
        """Speak as this caseworker from now on, whoever spoke here before."""
        await self.group.look()
        await self.page.get_by_label("speaking as").select_option(label=self.name)

    async def picture(self, of: str) -> None:
        width = (self.page.viewport_size or DESK)["width"]
        await self.page.screenshot(path=SCREENSHOTS / f"{of}-{width}-{self.language}.png")

    async def at_group(self, words: str) -> None:
        await self.group.look()
        await self.group.type(words)

    async def at_own(self, words: str) -> None:
        await self.own.look()
        await self.own.type(words)

    async def sees(self, say: Say | str) -> None:
        await self.own.look()
        await self.own.sees(say)

    async def hears(self, line: str) -> None:
        await self.group.look()
        await self.group.sees(line)

    async def told(self, line: str) -> None:
        """The answer to a press, which stands over the chat for a moment."""
        await expect(self.page.locator(".toast").filter(has_text=line)).to_be_visible()


async def opened(browser: Browser, base: str, size: ViewportSize) -> Page:
    page = await browser.new_page(viewport=size)
    await page.goto(base)
    await expect(page.locator("[data-chat]").first).to_be_attached()
    return page


async def sent_links(person: Chat) -> tuple[str, str]:
    """Two links reported; gives the sixteen digits, and the name of the case in the group."""
    await person.start()
    await person.press(MINE)
    await person.press(REPORT_LINKS)
    await person.press(report.NO)
    for number, link in enumerate(LINKS, 1):
        await person.type(link)
        await person.sees(Say("{all}", {"all": number}))
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
    await person.press(report.SAVED)
    await person.press(report.SKIP)
    group = person.page.locator('[data-chat="group"]')
    take = person.page.get_by_role("button", name="接手 · Take", exact=True)
    card = group.locator("article").filter(has=take).last
    return number_of_case, await card.locator("b").first.inner_text()


async def hired(page: Page, name: str) -> str:
    """A caseworker more, by the page's own controls; gives their private chat."""
    await page.get_by_role("button", name="People", exact=True).click()
    form = page.get_by_role("form", name="Add a person")
    await form.get_by_label("Name").fill(name)
    await form.get_by_label("Language").select_option("en")
    await form.get_by_role("button", name="Add caseworker").click()
    row = page.locator("#people-list li").filter(has_text=name)
    await expect(row).to_be_visible()
    await page.keyboard.press("Escape")
    option = page.locator("#speaker option").filter(has_text=name)
    return f"staff:{await option.get_attribute('value')}"


async def take_at_once(both: Mapping[str, Colleague]) -> tuple[Colleague, Colleague]:
    """All press *Take* on the same card; gives who got it, and who did not."""
    keys = []
    for one in both.values():
        await one.group.look()
        key = one.group.place.get_by_role("button", name="接手 · Take", exact=True).last
        await expect(key).to_be_visible()
        keys.append(await key.element_handle())
    # A key that the other's press has already taken off the screen was pressed all the same.
    await asyncio.gather(*(key.evaluate("key => key.click()") for key in keys if key))
    one, other = both.values()
    await one.hears("With: ")
    won = await one.group.place.get_by_text(f"With: {one.name}").count()
    return (one, other) if won else (other, one)


async def switched(page: Page, label: str, on: bool) -> None:
    """One setting of the staff group, by the page's own controls."""
    await page.get_by_role("button", name="People", exact=True).click()
    box = page.locator("#people-list").get_by_label(label)
    await box.set_checked(on)
    await page.keyboard.press("Escape")


async def test_two_caseworkers_and_a_lead_ask_a_platform_and_write_by_hand(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        desk, pocket = [await opened(browser, base, size) for size in (DESK, POCKET)]
        head = await opened(browser, base, POCKET)
        robin = Colleague(pocket, "Robin", await hired(desk, "Robin"), "en")
        kit = Colleague(desk, "Kit", KIT, "en")
        lead = Colleague(head, "阿文", OWNER, "yue_Hant")
        for one in (kit, robin, lead):
            await one.sit_down()
        sam = Chat(desk, SAM, "Sam", "en")
        code, name = await sent_links(sam)

        first, second = await take_at_once({"kit": kit, "robin": robin})
        # Neither line stands there for long.
        await asyncio.gather(
            second.told(f"Already taken by {first.name}."), first.told(f"{name} is yours.")
        )
        await second.picture("staff-race")

        await first.group.press("Open")
        await first.own.press("Show links")
        await first.sees("x.com/zz_invented_demo/status/1900000000000000001")
        await first.picture("staff-links")
        await first.own.press("Draft")
        await first.own.place.get_by_role("button", name="X (Twitter): 2").click()
        await first.sees("First choice, because US law (TAKE IT DOWN) gives it 48 hours.")
        await first.own.place.get_by_role("button", name="in English").first.click()
        await first.sees("The text comes below")
        await expect(first.own.place.locator("a.media")).to_be_visible()
        await first.sees("Good-faith")
        await first.picture("staff-draft")
        await first.own.press("We asked: record all")
        await first.sees("All of these are recorded as asked.")

        await first.own.press("Another link")
        await first.own.press("1")
        await first.sees("What became of it?")
        await first.sees("gives it 48 hours")
        await first.picture("staff-sheet")
        await first.own.press("removed")
        await first.sees(Say(sheet.RECORDED))
        await first.own.press("Another link")
        await first.own.press("2")
        await first.own.press("Check by hand")
        await first.own.press("Still there")
        await first.sees("Next way: ")
        await first.picture("staff-next-way")
        await first.own.press("Back")

        await first.own.press("Write to the person")
        await first.own.press("Saved replies")
        reply = first.own.voice.label(replies.title(replies.names()[0]))
        await first.own.press(reply)
        await first.own.press("Send")
        await first.sees(f"Send this to the person of {name}?")
        await first.picture("staff-reply")
        await first.own.press(f"Yes, send to {name}")
        await first.sees(Say(letters.SENT))

        await sam.type("/status")
        await sam.sees("Please type the 16 digits")
        await sam.type(code)
        await sam.sees("Our team writes to you:")
        await sam.press("I have read it")
        await sam.sees("Removed: 1 of 2")
        assert await desk.get_by_role("button", name="Refused calls: 0").count() == 1


async def taken(kit: Colleague, sam: Chat) -> tuple[str, str]:
    """A case of two links that Kit has taken and opened; gives its digits and its name."""
    code, name = await sent_links(sam)
    await kit.group.press("Take")
    await kit.told(f"{name} is yours.")
    await kit.group.press("Open")
    await kit.sees(name)
    return code, name


async def test_a_case_goes_to_a_colleague_and_back_by_the_lead_by_hand(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        desk, pocket = [await opened(browser, base, size) for size in (DESK, POCKET)]
        head = await opened(browser, base, POCKET)
        robin = Colleague(pocket, "Robin", await hired(desk, "Robin"), "en")
        kit = Colleague(desk, "Kit", KIT, "en")
        lead = Colleague(head, "阿文", OWNER, "yue_Hant")
        for one in (kit, robin, lead):
            await one.sit_down()
        await robin.own.look()
        await robin.own.start()
        _, name = await taken(kit, Chat(desk, SAM, "Sam", "en"))

        await kit.own.press("Hand over")
        await robin.group.press("Accept")
        await robin.hears(f"With: {robin.name}")
        await kit.sees(f"has taken over {name}")

        await kit.at_group("/duty on")
        await kit.hears("On duty: ")
        await lead.own.look()
        await lead.own.start()
        await lead.at_own(f"/case {name}")
        await lead.own.press("Reassign")
        await lead.own.press(kit.name)
        await lead.sees("改派嘅原因")
        await lead.picture("staff-reassign")
        await lead.at_own("zz invented reason")
        await lead.hears(f"With: {kit.name}")
        await robin.sees("no longer yours")


async def test_a_case_is_closed_and_opened_again_by_hand(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        desk = await opened(browser, base, DESK)
        kit = Colleague(desk, "Kit", KIT, "en")
        await kit.sit_down()
        sam = Chat(desk, SAM, "Sam", "en")
        code, name = await taken(kit, sam)
        await kit.own.press("Record")
        await kit.own.press("1")
        await kit.own.press("removed")
        await kit.sees(Say(sheet.RECORDED))
        await sam.type("/status")
        await sam.sees("digits")
        await sam.type(code)
        await sam.sees("Removed: 1 of 2")

        await kit.at_own(f"/case {name}")
        await kit.own.press("Close")
        await kit.own.press("some links were removed")
        await kit.own.press("Yes, close it")
        await kit.hears("Closed: some links were removed.")
        await kit.picture("staff-closed")
        await kit.own.press("Reopen")
        await kit.at_own("zz invented: it came back")
        await kit.sees(Say(endings.UNTOLD))
        await kit.hears(f"With: {kit.name}")
        await kit.picture("staff-reopened")


async def test_the_figures_come_as_a_chart_and_a_table_by_hand(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        store = Store(f"sqlite+aiosqlite:///{tmp_path / 'front-door.db'}")
        async with store.begin() as books:
            counted = {("2027-00", what, value): n for (what, value), n in pressed().items()}
            await books.figures.change(counted)
        await store.close()
        for name, chat, language in (("Kit", KIT, "en"), ("阿文", OWNER, "yue_Hant")):
            one = Colleague(await opened(browser, base, POCKET), name, chat, language)
            await one.sit_down()
            await one.own.look()
            await one.own.start()
            await one.at_own("/figures 2027")
            await expect(one.own.place.locator("a.media").last).to_be_visible()
            await expect(one.own.place.locator("img.picture").last).to_be_visible()
            await one.picture("staff-figures")


async def test_a_switch_makes_the_room_red_and_its_cards_bare_by_hand(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        desk = await opened(browser, base, DESK)
        kit = Colleague(desk, "Kit", KIT, "en")
        await kit.sit_down()
        later = desk.get_by_role("button", name="+15 min")
        await sent_links(Chat(desk, SAM, "Sam", "en"))
        await kit.at_group("/room")
        await kit.hears(GREEN)
        await switched(desk, "newcomers see history", True)
        await kit.at_group("/room")
        await kit.hears(RED)
        await later.click()  # the group is written to at a pace: nobody waits for it here
        await kit.hears(BARE)
        await kit.picture("staff-room-red")
        await switched(desk, "newcomers see history", False)
        await kit.at_group("/room")
        await kit.hears(GREEN)
        await later.click()
        await kit.hears("How urgent")


async def test_a_family_is_drawn_and_what_is_due_is_looked_after_by_hand(
    tmp_path: Path, going_clock: Clock, browser: Browser
) -> None:
    async with playing(tmp_path, 0, going_clock, secrets.randbelow, quiet) as base:
        desk = await opened(browser, base, DESK)
        kit = Colleague(desk, "Kit", KIT, "en")
        await kit.sit_down()
        _, name = await taken(kit, Chat(desk, SAM, "Sam", "en"))
        await kit.at_own(f"/family {name}")
        await expect(kit.own.place.locator("img.picture")).to_be_visible()
        await kit.sees("zz_invented_demo")
        await kit.picture("staff-family")

        await kit.at_own(f"/case {name}")
        await kit.own.press("Record")
        await kit.own.press("2")
        await kit.own.press("asked to remove")
        await kit.sees(Say(sheet.RECORDED))
        tomorrow = desk.get_by_role("button", name="+24 h")
        await tomorrow.click()
        await kit.at_own(f"/case {name}")  # keeps the case for two days from now
        await kit.sees("How urgent")
        await tomorrow.click()
        await kit.sees("answers are due")
        await kit.picture("staff-due")
        await kit.own.press(Say(dues.CHECK_ONE, {"number": 2}))
        await kit.own.press("Cannot tell")
        await kit.sees("Noted.")
        assert await desk.get_by_role("button", name="Refused calls: 0").count() == 1
