"""The stage for talks of the staff room: real halves on a sandbox, and both sides written down.

A line of a script is what somebody does; what the bots say is never in a script:

    case: quiet heron, links 1 2        a case is sent; also: under 18, not sure of 18, now, news
    Kit: (take)                         press a button by its name, shown now or earlier
    Kit: (set 1 removed)                ... with its number and its word
    Kit: (panel) quiet heron            ... of this case
    Lee: (assign 阿文)                   ... whose number is somebody's
    Kit, 阿文: (take)                    both press before either is answered
    Kit: follows Open, quiet heron      the link on a card, into the private chat
    Kit: follows Open                   ... of the newest case
    Kit: types "zz words"               in private, commands too
    Kit: types in the group "/queue"
    Kit: leaves the group
    clock: +40 h                        also min, days
    case: from the person, links 1      a whole report at the door, which is not written down
    person: (minor:no)                  at the door: a button by its whole name
    person: types "zz words"            "NUMBER" stands for the sixteen digits they were given,
                                        "LINK 4" for a fourth invented link
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random

from bot.courier import Pace
from bot.sandbox.chats import Chat, Message, Person
from bot.sandbox.entities import marked
from bot.sandbox.telegram import Sandbox
from bot.staff_room import StaffRoom, open_staff_room
from handlers.drafting import Organisation
from handlers.hours import HONG_KONG
from storage.books import Store
from storage.counts import open_counts
from storage.drafts import MemoryDrafts, open_drafts
from storage.keys import DoorKeys, StaffKeys
from tests.cases import CHAT, NOTE, Keys, file_case, telegram
from tests.conftest import Clock
from tests.doors import Door, Guest, copied, open_door

CODES = {"en": "en", "yue_Hant": "zh-hk"}
CAST = ("Kit", "阿文", "Lee")
LEADS = "Lee"
TO_NEWS = ("(all)", "(happened:shared)", "(done)", "(urgency:soon)", "(skip)")
SECONDS = {"min": 60, "h": 3600, "days": 86400}
INVENTED = Organisation("Lantern House (invented)", "removals@example.org", "Z. Z. Invented")
INDENT = "    "

LINK = re.compile(r"https://t\.me/zz_invented_\d+/\d+")
PRESS = re.compile(r"\(([a-z]+)(?: ([0-9]+|[A-Z]\w+|阿文))?(?: ([a-z_ ]+))?\)(?: (.+))?")
TYPES = re.compile(r'types( in the group)? "(.*)"')


class NotInTheScript(Exception):
    """A line that no stage understands, or a button that nobody was shown."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A button that somebody could press: on which message, and what it tells the bot."""

    chat: Chat
    message: Message
    label: str
    data: str

    def is_called(self, verb: str, number: str, word: str, case_id: str) -> bool:
        """Whether a script means this one; what it leaves out is anything."""
        found, *of = self.data.split(":", 3)
        return (
            found == verb
            and number in ("", *of[:2])
            and word in ("", *of[2:])
            and case_id in ("", *of[:1])
        )


@dataclass
class Stage:
    """One story, told line by line.

    *cases* are ids by name, *urls* their links; *shown*: every button so far; *lines*: the
    transcript; *known*: each message that is there, and what is told when it goes. *number*: the
    person's sixteen digits.
    """

    door: Door
    room: StaffRoom
    store: Store
    keys: Keys
    clock: Clock
    people: dict[str, Person]
    new_id: Callable[[], str]
    cases: dict[str, str] = field(default_factory=dict)
    urls: dict[str, set[str]] = field(default_factory=dict)
    shown: list[Seen] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    version: int = 0
    toasts: int = 0
    known: dict[tuple[int, int], str] = field(default_factory=dict)
    number: str = ""

    @property
    def sandbox(self) -> Sandbox:
        return self.door.sandbox

    @property
    def bot(self) -> int:
        return self.sandbox.bot("staff").id

    async def play(self, script: list[str]) -> list[str]:
        """The whole story, both sides."""
        for line in script:
            await self.do(line)
        return self.lines

    async def do(self, line: str) -> None:
        """One line, and everything that follows from it by itself."""
        who, _, what = line.partition(": ")
        match who:
            case "case":
                self.lines.append(line)
                await self.file(what)
            case "clock":
                self.lines.append(line)
                number, unit = what.removeprefix("+").split()
                self.clock.move(int(number) * SECONDS[unit])
            case _:
                labels = [self.act(name, what) for name in who.split(", ")]
                self.lines.append(line + labels[0])
        await self.settle()
        before = len(self.lines)
        self.write_down()
        if len(self.lines) == before:
            self.lines.append(INDENT + "(nothing is said)")
        await self.check()

    # What people do

    async def file(self, what: str) -> None:
        """A case comes in, as the door files it."""
        name, *rest = what.split(", ")
        if name == "from the person":
            await self.report(rest)
            return
        here = datetime.fromtimestamp(self.clock(), HONG_KONG)
        numbers = next((one.split()[1:] for one in rest if one.startswith("links")), ["1"])
        urls = [telegram(int(number)) for number in numbers]
        self.cases[name] = await file_case(
            self.store,
            self.keys,
            self.clock(),
            name=name,
            urls=urls,
            minor="yes" if "under 18" in rest else "unsure" if "not sure of 18" in rest else "no",
            urgency="now" if "now" in rest else "soon",
            news="news" in rest,
            day=here.date(),
            hour=here.hour,
            case_id=self.new_id(),
        )
        self.urls[name] = set(urls)

    async def report(self, rest: list[str]) -> None:
        """The person walks through a report, and keeps the number."""
        numbers = next(one.split()[1:] for one in rest if one.startswith("links"))
        urls = [telegram(int(number)) for number in numbers]
        guest = Guest(self.door, self.people["person"])
        news = "news:yes" if "news" in rest else "news:no"
        for act in ("/start", "/report", "(minor:no)", " ".join(urls), *TO_NEWS, f"({news})"):
            await (guest.press_data(act[1:-1]) if act[0] == "(" else guest.say(act))
        self.number = copied(await guest.press_data("send"))
        for name in ("saved", "skip"):
            await guest.press_data(name)
        async with self.store.begin() as books:
            (case,) = await books.cases.waiting(2)
        self.cases[case.name], self.urls[case.name] = case.id, set(urls)
        self.version = max(one.version for one in guest.shown)

    def act(self, name: str, what: str) -> str:
        """Somebody does something, unheard as yet; what is to be added to the script's line."""
        person = self.people[name]
        if name == "person":
            return self.at_the_door(person, what)
        if match := PRESS.fullmatch(what):
            return self.press(person, *match.groups(default=""))
        if match := TYPES.fullmatch(what):
            chat = self.sandbox.group if match[1] else self.private(person)
            self.say(person, chat, match[2])
        elif what.startswith("follows Open"):
            name = what.removeprefix("follows Open").removeprefix(", ") or [*self.cases][-1]
            case_id = self.cases[name]
            self.say(person, self.private(person), f"/start case_{case_id}")
        elif what == "leaves the group":
            self.sandbox.leave(person.id)
        else:
            raise NotInTheScript(what)
        return ""

    def press(self, by: Person, verb: str, number: str, word: str, case: str) -> str:
        """The newest such button; what is to be added to the line: its words."""
        case_id = self.cases[case] if case else ""
        number = str(self.people[number].id) if number in self.people else number
        for seen in (*self.buttons(by), *self.former(by)):
            if seen.is_called(verb, number, word, case_id):
                self.sandbox.press(by, seen.chat, seen.message, seen.data)
                return f"  [{seen.label}]"
        raise NotInTheScript(f"nobody was shown ({verb} {number} {word}) {case}")

    def at_the_door(self, person: Person, what: str) -> str:
        """The person presses a button that is shown, or types."""
        chat = self.sandbox.begin(self.door.account, person.id)
        if match := TYPES.fullmatch(what):
            words = match[2].replace("NUMBER", self.number)
            self.say(person, chat, re.sub(r"LINK (\d+)", self.another, words))
            return ""
        for message in reversed(chat.messages.values()):
            for seen in buttons_of(chat, message):
                if seen.data == what[1:-1]:
                    self.sandbox.press(person, chat, message, seen.data)
                    return f"  [{seen.label}]"
        raise NotInTheScript(f"the person was not shown {what}")

    def another(self, number: "re.Match[str]") -> str:
        """One more invented link, which their case may show from now on."""
        url = telegram(int(number[1]))
        self.urls[[*self.cases][-1]].add(url)
        return url

    def say(self, by: Person, chat: Chat, text: str) -> None:
        """They write it there; should it vanish at once, that is told too."""
        message = self.sandbox.post(chat, Message(by.id, text, marked(text, [])))
        name = next(name for name, one in self.people.items() if one.id == by.id)
        self.known[chat.bot or 0, message.id] = f"(what {name} wrote is taken away)"

    def private(self, person: Person) -> Chat:
        """Their chat with the staff bot, begun now if it was not."""
        return self.sandbox.begin(self.bot, person.id)

    def buttons(self, by: Person) -> Iterator[Seen]:
        """What *by* could press now, the newest first, in private before the group."""
        for chat in (self.private(by), self.sandbox.group):
            ours = [one for one in chat.messages.values() if one.sender == self.bot]
            for message in sorted(ours, key=lambda one: -one.version):
                yield from buttons_of(chat, message)

    def former(self, by: Person) -> Iterator[Seen]:
        """What *by* was shown before."""
        for seen in reversed(self.shown):
            if seen.chat.id in (by.id, self.sandbox.group.id):
                yield seen

    # What follows

    async def settle(self) -> None:
        """Hear all, and deliver all, until nothing is left to do now."""
        for _ in range(20):
            busy = await self.hear()
            busy += await self.room.courier.round() + await self.door.courier.round()
            if not busy:
                return
        raise AssertionError("it never comes to rest")

    async def hear(self) -> int:
        """What the staff bot is told now, as the receiver would tell it."""
        inbox, heard = self.sandbox.inboxes[self.bot], 0
        await self.door.hear()
        for update in inbox.ready(100, self.sandbox.now()):
            if slimmed := self.room.desk.slim(update):
                heard += await self.room.desk.hear([slimmed])
            inbox.begin_poll(update["update_id"] + 1)
        return heard

    def write_down(self) -> None:
        """What has changed on each screen since the last line."""
        new = list[tuple[int, str, Chat, Message]]()
        for name, chat in self.screens():
            for message in chat.messages.values():
                if message.version > self.version and message.sender in self.sandbox.inboxes:
                    new.append((message.version, name, chat, message))
        for _, name, chat, message in sorted(new, key=lambda one: one[0]):
            self.shown += buttons_of(chat, message)
            self.lines += told(name, message, key_of(chat, message) in self.known)
        self.lines += self.gone()
        for toast in self.sandbox.toasts[self.toasts :]:
            name = next(name for name, one in self.people.items() if one.id == toast.person)
            self.lines += block(f"bot to {name}, for a moment", toast.text.split("\n"))
        self.toasts, self.version = len(self.sandbox.toasts), self.sandbox.version

    def gone(self) -> list[str]:
        """What was taken away; noted, so that it is told once."""
        now = {
            key_of(chat, message): f"({name}: {summary(message)} is taken away)"
            for name, chat in self.screens()
            for message in chat.messages.values()
            if not message.service
        }
        now |= {key: words for key, words in self.known.items() if key in now}
        lost = [INDENT + words for key, words in self.known.items() if key not in now]
        self.known = now
        return lost

    def screens(self) -> Iterator[tuple[str, Chat]]:
        """Who sees what: the group, and every private chat that was begun."""
        yield "group", self.sandbox.group
        for name, person in self.people.items():
            for bot in (self.bot, self.door.account):
                if chat := self.sandbox.private(bot, person.id):
                    yield name, chat

    async def check(self) -> None:
        """No link and no word of a note in the group; a link with nobody but its holder."""
        for name, chat in self.screens():
            text = " ".join(map(whole, chat.messages.values()))
            if name == "group":
                assert NOTE not in text
                assert "zz_invented" not in text
            elif chat.bot == self.bot and (links := set(LINK.findall(text))):
                assert links <= await self.held(chat.id), f"{name} is shown a link"

    async def held(self, person: int) -> set[str]:
        """The links of the cases that somebody holds."""
        async with self.store.begin() as books:
            cases = await books.cases.held_by(person)
        return set[str]().union(*(self.urls[case.name] for case in cases))


def key_of(chat: Chat, message: Message) -> tuple[int, int]:
    """By which a message is known: private chats of one bot count theirs together."""
    return chat.bot or 0, message.id


def buttons_of(chat: Chat, message: Message) -> list[Seen]:
    """The buttons of a message that tell the bot something."""
    keys = [key for row in message.buttons for key in row if "callback_data" in key]
    return [Seen(chat, message, key["text"], key["callback_data"]) for key in keys]


def told(name: str, message: Message, changed: bool) -> list[str]:
    """A message of a bot as lines: the words, what is attached, the buttons."""
    to = "group" if name == "group" else f"bot to {name}"
    labels = [f"[{key['text']}]" for row in message.buttons for key in row]
    file = [f"({message.file.name})"] if message.file else []
    to += ", in place" if changed else ""
    words = message.text.split("\n") if message.text else []
    return block(to, [*words, *file, *([" ".join(labels)] if labels else [])])


def block(to: str, lines: list[str]) -> list[str]:
    """Words with who they are for; what follows the first line stands under it."""
    first, *rest = lines
    return [f"{to}: {first}", *((INDENT + line).rstrip() for line in rest)]


def summary(message: Message) -> str:
    """A message by its first words, none of them a link."""
    if message.file:
        return message.file.name
    return LINK.sub("https://…", message.text.partition("\n")[0])[:40]


def whole(message: Message) -> str:
    """All that a message could give away."""
    keys = [str(key) for row in message.buttons for key in row]
    file = message.file.data.decode("utf-8", "replace") if message.file else ""
    return " ".join((message.text, *keys, file))


@asynccontextmanager
async def open_stage(
    store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock, language: str
) -> AsyncIterator[Stage]:
    """An empty staff room and its door; everybody's phone speaks *language*.

    In the end, that Telegram found nothing wrong.
    """
    drafts, counts = open_drafts(None, door_keys.locker(), clock), open_counts(None, clock)
    async with open_door(store, drafts, counts, door_keys, Random(4).randrange, clock) as door:
        people = cast_of(door.sandbox, language)
        bot, new_id = door.sandbox.bot("staff"), ids()
        async with open_staff_room(
            bot.token,
            door.base,
            door.sandbox.group.id,
            None,
            store,
            MemoryDrafts(staff_keys.locker(), clock),
            staff_keys,
            door.sandbox.now,
            new_id,
            pace=Pace(most=1000),
            organisation=INVENTED,
        ) as room:
            door.sandbox.inboxes[bot.id].allow(room.desk.allowed)
            keys = Keys(door_keys, staff_keys)
            stage = Stage(door, room, store, keys, clock, people, new_id)
            await stage.settle()
            stage.version = door.sandbox.version
            stage.gone()
            yield stage
    assert door.unexpected() == []


def ids() -> Callable[[], str]:
    """New ids that are the same each time: lists of equal cases keep their order."""
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


def cast_of(sandbox: Sandbox, language: str) -> dict[str, Person]:
    """Kit and 阿文, Lee who leads them, and the person at the door."""
    for person in sandbox.people():
        sandbox.group.standing.pop(person.id, None)
    cast = {name: sandbox.add_person(name, CODES[language]) for name in CAST}
    for name, person in cast.items():
        sandbox.group.standing[person.id] = "creator" if name == LEADS else "member"
    cast["person"] = sandbox.add_person("Somebody", CODES[language], CHAT)
    sandbox.begin(sandbox.bot("door").id, CHAT)
    return cast
