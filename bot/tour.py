"""The tour: one whole case, played by hands and eyes on the sandbox, in each language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import aiohttp

from bot.sandbox.phone import NeverSeen, NoSuchButton, Phone, Shown, add_person
from bot.trouble import Trouble
from handlers import desk, report, sheet, standing
from handlers.digits import code_in
from handlers.doors import MINE, REPORT_LINKS
from handlers.home import HOUSE, MY_CASE
from handlers.spoken import Voice
from handlers.talk import Button, Draft, Say, as_says

LINKS = {
    "yue_Hant": (
        "佢post咗喺https://t.me/zz_invented_demo_ch/1042，求幫手",
        "睇呢度：lihkg.com/thread/99000001/page/1。唔該",
        "hxxps://t[.]me/zz_invented_demo_ch/1043",
    ),
    "en": (
        "it is here t.me/ZZ_Invented_Demo_Ch/1042?single please help",
        "and (https://www.instagram.com/reels/ZzInventd02/?igsh=abc).",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Ft.me%2Fzz_invented_demo_ch%2F5&h=AT0x",
    ),
}
CODES = {"yue_Hant": "zh-hant", "en": "en"}
PATIENCE = 30.0  # seconds: a busy machine is slow, and nothing waits for longer than it must


class Missing(Trouble):
    """The line that should have come on a screen, and did not."""


@dataclass
class Hand:
    """One person's hand on one chat, and the eyes on it; all that is seen is told."""

    phone: Phone
    who: str
    voice: Voice
    tell: Callable[[str], None]

    async def press(self, button: Button | str | Say, then: Say | None = None) -> Shown | None:
        """Press the newest button with these words; wait until *then* is on the screen."""
        words = self.voice.label(button.words if isinstance(button, Button) else button)
        self.tell(f"{self.who} presses [{words}]")
        try:
            await self.phone.press(words)
        except NoSuchButton:
            raise Missing(f"{self.who}: [{words}]") from None
        return await self.sees(then) if then else None

    async def say(self, text: str, then: Say) -> Shown:
        """Type; wait until *then* is on the screen."""
        self.tell(f"{self.who} types: {text}")
        await self.phone.say(text)
        return await self.sees(then)

    async def start(self, payload: str, then: Say) -> Shown:
        """Press Start, or follow a link into the chat; wait until *then* is on the screen."""
        self.tell(f"{self.who} opens the chat")
        await self.phone.start(payload)
        return await self.sees(then)

    async def sees(self, say: Say) -> Shown:
        """Wait for *say* in the message that changed last."""
        line = self.voice.page((say,)).text
        return await self.until(lambda message: line in message.text, line)

    async def until(self, right: Callable[[Shown], bool], line: str) -> Shown:
        """Wait until a message of the bot is *right*; tell it. Raises Missing."""
        try:
            screen = await self.phone.until(
                lambda screen: any(map(right, self.looks_at(screen))), line, PATIENCE
            )
        except NeverSeen as never:
            raise Missing(f"{self.who}: {never}") from None
        message = next(filter(right, self.looks_at(screen)))
        self.tell(f"{self.who} sees:\n{indented(message)}")
        return message

    def looks_at(self, screen: list[Shown]) -> list[Shown]:
        """What may be the answer: the bot's message that changed last.

        In the group any, the last first: other cards come and change there meanwhile.
        """
        ours = [message for message in screen if message.by_bot]
        ours.sort(key=lambda message: message.version, reverse=True)
        return ours if self.phone.in_group else ours[:1]


def indented(message: Shown) -> str:
    """A message with its buttons, set off from the rest."""
    rows = [" ".join(f"[{key.text}]" for key in row) for row in message.buttons]
    return "\n".join(f"    {line}" for line in (*message.text.splitlines(), *rows))


def asks(talk: str, step: str) -> Say:
    """The first line of a step's question, as the tables have it."""
    draft = Draft(talk=talk, step=step, minor="no")
    return as_says(HOUSE.step(draft).ask(draft))[0]


async def play(
    http: aiohttp.ClientSession, base: str, language: str, today: date, tell: Callable[[str], None]
) -> None:
    """One case, from the first word to "removed: 1 of 3". Raises Missing."""
    tell(f"\n=== One whole case: {language} ===")
    person = await add_person(http, base, "Tour", CODES[language])
    worker = await add_person(http, base, "Robin", CODES[language], caseworker=True)
    own, both = Voice(language, today), Voice(None, today)
    hand = Hand(Phone(http, base, person), "person", own, tell)
    group = Hand(Phone(http, base, worker, group=True), "caseworker, in the group", both, tell)
    private = Hand(Phone(http, base, worker, "staff"), "caseworker, in private", own, tell)
    code = await report_links(hand, LINKS[language])
    await remove_one(group, private)
    await ask(hand, code)


async def report_links(hand: Hand, links: tuple[str, ...]) -> str:
    """Report three messy links; gives the sixteen digits."""
    await hand.start("", asks("home", "welcome"))
    await hand.press(MINE, asks("home", "mine"))
    await hand.press(REPORT_LINKS, asks("report", "age"))
    await hand.press(report.NO, asks("report", "links"))
    for number, link in enumerate(links, 1):
        await hand.say(link, Say("{all}", {"all": number}))
    await hand.press(report.THAT_IS_ALL, asks("report", "happened"))
    await hand.press(report.HAPPENED["shared"], asks("report", "happened"))
    await hand.press(report.DONE, asks("report", "urgency"))
    await hand.press(report.URGENCY["now"], asks("report", "note"))
    await hand.press(report.SKIP, asks("report", "news"))
    await hand.press(report.NEWS_NO, asks("report", "review"))
    await hand.press(report.SEND)
    shown = await hand.until(code_on, "the sixteen digits")
    await hand.press(report.SAVED, asks("report", "group"))
    await hand.say(code_of(shown)[:4], asks("report", "saved"))
    return code_of(shown)


def code_of(message: Shown) -> str:
    """The sixteen digits that a button of this message copies; "" if none does."""
    return next(iter(copied(message)), "")


def code_on(message: Shown) -> bool:
    """Whether the number is there to be copied."""
    return code_in(code_of(message)) is not None


async def remove_one(group: Hand, private: Hand) -> None:
    """Take the case, look at the links, record the first as removed."""
    take = group.voice.label("Take")
    waits = await group.until(lambda card: take in card.labels(), f"[{take}]")
    await group.press("Take")
    card = await group.until(lambda card: card.id == waits.id and bool(opens(card)), "[Open]")
    await private.start(opens(card), Say(desk.NO_NOTE))
    await private.press("Show links")
    await private.until(lambda page: len(copied(page)) == len(LINKS["en"]), "three links to copy")
    await private.press("Back", Say(desk.NO_NOTE))
    await private.press("Record")
    await private.until(lambda page: "1" in page.labels(), "[1]")
    await private.press("1", Say("What became of it?"))
    await private.press(desk.STATES["removed"], Say(sheet.RECORDED))


def copied(page: Shown) -> list[str]:
    """The addresses that a page's copy buttons hold."""
    return [key.value for row in page.buttons for key in row if key.kind == "copy"]


def opens(card: Shown) -> str:
    """What the card's link starts the private chat with; "" if it has none."""
    urls = [key.value for row in card.buttons for key in row if key.kind == "url"]
    return urls[0].partition("?start=")[2] if urls else ""


async def ask(hand: Hand, code: str) -> None:
    """The person asks with the code: one of three is removed."""
    await hand.say("/start", asks("home", "welcome"))
    await hand.press(MY_CASE, asks("status", "code"))
    await hand.say(code, Say(standing.REMOVED, {"removed": 1, "all": 3}))
