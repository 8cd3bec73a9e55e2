"""A shift in the staff room without a network: what caseworkers see, and what must never be so.

The casebook, the clerk and the courier are the real ones. Screens are kept as Telegram would keep
them; the books are read from outside, by a connection of our own.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.archivist import Archivist
from bot.clerk import Clerk, Room, here, spoken
from bot.courier import Courier, Heights, Pace
from bot.lender import Lender
from bot.parcels import Done, NotThere, Outcome, Parcel
from bot.rush import Rush
from bot.staff_room import other_kinds
from handlers import staff, visits
from handlers.casebook import Casebook
from handlers.casework import HIDDEN_AFTER, KEPT_FOR, Act
from handlers.links import find
from handlers.sealing import seal_labels
from handlers.spoken import Answer
from handlers.staff import Caseworker, Screen, press
from handlers.talk import Draft, Effect, Kept, Mine
from handlers.verbs import PRESSED
from handlers.visits import Visit, consent
from storage.books import Store
from storage.cases import Minor
from storage.drafts import MemoryDrafts
from storage.seal import NotOpened, Place, PrivateKey, new_private_key, unseal
from tests.cases import CHAT, Keys, file_case
from tests.conftest import Clock

IN_MEMORY = "vfs=memdb"
CASES, GROUP, START = 30, -1009988776655, 1_800_000_000.0
WORKERS = [Caseworker(number, f"zz {number}", "en", leads=number < 3) for number in range(1, 9)]
LINK = re.compile(r"zz_invented_(\d+)_\d+/|zz_home_\d_/(\d+)0\d\d\b")
OF_A_CASE = re.compile(r"zz(?:note|words)_(\d+)_")
HOME = re.compile(r"t\.me/zz_(?:home_\d_|invented_\d+_\d+)(?![\w/])")
SECRET = re.compile(r"zz(?:_invented|_home|note|words|typed)_")
HOMES = 7  # only cases of minors have a link in channel 4, and none has one in the last two
OWN = ("hide:", "withdraw:")  # letters that only ever take something off a screen
UNDATED = frozenset({"seen", "sqlite_sequence", "homes"})
OF_A_LINK = "case_id, number, sealed, state, mark, day, reason, counted_as, since, look"

THERE = """SELECT DISTINCT c.name FROM links l JOIN cases c ON c.id = l.case_id
    WHERE l.home = ? AND c.state = 'taken' AND c.holder = ?"""
KNOWN = """SELECT count(*) FILTER (WHERE c.minor = 'no'), count(*)
    FROM links l JOIN cases c ON c.id = l.case_id WHERE l.home = ?"""
TOLD = """SELECT c.name, r.rung FROM requests r JOIN cases c ON c.id = r.case_id
    WHERE r.link = 0"""
STILL_TOLD = f"{TOLD} AND r.answer IS NULL"
AUDITED = "SELECT case_name, what FROM audit WHERE what LIKE 'told:%' OR what LIKE 'untold:%'"
CLOSED_AS_REFERRED = "SELECT name FROM cases WHERE state = 'closed' AND outcome = 'referred'"
TIED = """WITH RECURSIVE seen (mark) AS (
        SELECT l.home FROM links l JOIN cases c ON c.id = l.case_id
        WHERE c.state = 'taken' AND c.holder = ? AND l.home IS NOT NULL
        UNION SELECT CASE seen.mark WHEN t.home THEN t.other ELSE t.home END
        FROM seen JOIN ties t ON seen.mark IN (t.home, t.other)
    ) SELECT count(*) FROM seen WHERE mark = ?"""

COUNTED_LINKS = "SELECT case_id, state, counted_as FROM links WHERE counted_as IS NOT NULL"
COUNTERS = "SELECT value, times FROM figures WHERE what = 'link'"

Answered = tuple[Screen, int]
Doing = Callable[[Act], Awaitable[Answered]]


def link(case: int, number: int) -> str:
    """An invented link that tells of which case it is."""
    return f"https://t.me/zz_invented_{case}_{number}/{number}"


def home(number: int) -> str:
    """An invented channel."""
    return f"https://t.me/zz_home_{number}_"


def link_at_home(case: int, number: int) -> str:
    """A link of that case in a channel that other cases have links in too."""
    return f"{home(case % 5)}/{case}{number:03}"


def numbers_in(text: str) -> set[int]:
    """The cases whose links are in a text."""
    return {int(found[1] or found[2]) for found in LINK.finditer(text)}


def name_of(number: int) -> str:
    """A case's name."""
    return f"heron {number}"


def everything(answer: Answer) -> str:
    """All that a message holds: its words, and what its buttons say, copy, open and send."""
    keys = [key for row in answer.rows for key in row]
    return "\n".join(
        [answer.text, *(f"{key.label} {key.copy} {key.url} {key.name}" for key in keys)]
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One message: all it holds, what its buttons tell us, and when it came, in unix seconds."""

    text: str
    buttons: tuple[str, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Update:
    """One update of somebody: *do* gets the act, and gives the screen and where it is shown."""

    by: Caseworker
    number: int
    message: int
    do: Doing


@dataclass
class Screens:
    """Every chat as Telegram keeps it (bot.parcels.Carrier); *look* is told what each shows."""

    clock: Clock
    tally: Counter[str]
    look: Callable[[int, str], None]
    shown: dict[tuple[int, int], Shown] = field(default_factory=dict)
    newest: int = 100

    def put(self, chat: int, message: int, answer: Answer, more: str = "") -> None:
        """Make a message show this."""
        text = everything(answer) + more
        keys = tuple(key.name for row in answer.rows for key in row if not (key.url or key.copy))
        self.shown[chat, message] = Shown(text, keys, self.clock())
        self.look(chat, text)

    def new(self) -> int:
        """The number of the next message, whoever writes it."""
        self.newest += 1
        return self.newest

    async def send(self, parcel: Parcel) -> Outcome:
        message = self.new()
        if parcel.attached:
            self.tally[parcel.attached.name] += 1
        self.put(parcel.chat, message, parcel.answer, attachment(parcel))
        return Done(message)

    async def edit(self, message: int, parcel: Parcel) -> Outcome:
        if (parcel.chat, message) not in self.shown:
            return NotThere()
        self.put(parcel.chat, message, parcel.answer)
        return Done(message)

    async def delete(self, chat: int, message: int) -> Outcome:
        gone = self.shown.pop((chat, message), None)
        return NotThere() if gone is None else Done(message)

    def buttons_in(self, chat: int) -> list[tuple[int, str]]:
        """Every button in a chat: its message, and what it tells us."""
        return [
            (message, button)
            for (where, message), shown in self.shown.items()
            if where == chat
            for button in shown.buttons
        ]


class AtOnce(Pace):
    """Room for every letter: the shift's clock stands still while the courier goes."""

    def take(self, now: float, *, new_card: bool = False) -> bool:
        return True


def attachment(parcel: Parcel) -> str:
    """What a file or picture that goes along says."""
    return parcel.attached.data.decode(errors="replace") if parcel.attached else ""


@dataclass(frozen=True, slots=True)
class Morning:
    """How every shift begins: a database to be copied, what is on the screens, who opens what."""

    books: Path
    shown: dict[tuple[int, int], Shown]
    newest: int
    cases: tuple[str, ...]
    letterboxes: dict[str, PrivateKey]


@dataclass(frozen=True, slots=True)
class House:
    """What a shift is made with, so that a test may give it a fault."""

    book: type[Casebook] = Casebook
    lender: type[Lender] = Lender


class Shift:
    """Eight caseworkers, two of them leads, and thirty cases of two links, six of minors.

    *wrong* holds what should not have been seen. *outside* reads the books beside the store.
    """

    outside: sqlite3.Connection

    def __init__(self, books: str, keys: Keys, house: House) -> None:
        self.keys, self.clock = keys, Clock(START)
        self.store = Store(f"sqlite+aiosqlite:///{books}")
        self.tally = Counter[str]()
        self.screens = Screens(self.clock, self.tally, self._look)
        drafts = MemoryDrafts(keys.staff.locker(), self.clock)
        self.book = house.book(self.store, drafts, keys.staff, lambda: uuid4().hex)
        room = Room(GROUP, None, "heron_room_bot", leads=(1, 2))
        kinds = {
            **Clerk(room, keys.staff).kinds(),
            **other_kinds(room, keys.staff),
            **house.lender(keys.staff).kinds(),
        }
        self.courier = Courier(
            "staff",
            self.store,
            self.screens,
            kinds,
            self.clock,
            pace=AtOnce(),
            heights=Heights(),
            rush=Rush(),
        )
        self.updates, self.words = count(1), count(1)
        self.cases: tuple[str, ...] = ()
        self.letterboxes: dict[str, PrivateKey] = {}
        self.heard: list[Update] = []
        self.wrong: list[str] = []
        self.confirmed: dict[str, list[str]] = {}
        self.erased = Counter[str]()
        self.letters: set[str] = set()
        self.delivered_at = START

    # The morning

    async def prepare(self, path: Path) -> Morning:
        """File the cases, show their cards, and close the books, which lie at *path*."""
        await self.store.prepare()
        filed = [await self._file(number) for number in range(CASES)]
        self.cases = tuple(filed)
        await self._go()
        await self.store.close()
        with closing(sqlite3.connect(path)) as books:
            books.execute("PRAGMA journal_mode = delete")  # in memory there is no other file
        shown, newest = self.screens.shown, self.screens.newest
        return Morning(path, shown, newest, self.cases, self.letterboxes)

    async def _file(self, number: int) -> str:
        minor: Minor = "yes" if is_minor(number) else "no"
        urls = [link(number, 1), link_at_home(number, 2)]
        case = await file_case(
            self.store,
            self.keys,
            self.clock(),
            name=name_of(number),
            urls=urls,
            minor=minor,
            news=number % 2 == 0,
            note=f"zznote_{number}_ please hurry",
        )
        self.letterboxes[case] = key = new_private_key()
        labels = seal_labels({1: "telegram", 2: "telegram"}, case, key.public)
        async with self.store.begin() as books:
            await books.letterboxes.put(case, key.public.as_bytes(), labels)
            agreed = consent(case, "count", number % 3 > 0, self.now.date(), "zz", "en")
            await books.consents.put(agreed)
        return case

    @classmethod
    def begun(cls, morning: Morning, keys: Keys, house: House) -> "Shift":
        """A shift in memory that begins as that morning left it."""
        name = f"/{uuid4().hex}"
        shift = cls(f"file:{name}?{IN_MEMORY}&uri=true", keys, house)
        shift.outside = sqlite3.connect(f"file:{name}?{IN_MEMORY}", uri=True)
        with closing(sqlite3.connect(morning.books)) as books:
            books.backup(shift.outside)
        shift.screens.shown, shift.screens.newest = dict(morning.shown), morning.newest
        shift.cases, shift.letterboxes = morning.cases, morning.letterboxes
        return shift

    async def close(self) -> None:
        self.outside.close()
        await self.store.close()

    # What they do

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    async def hear(self, by: Caseworker, do: Doing, message: int | None = None) -> None:
        """A new update of somebody, on a message of theirs, or one they write."""
        update = Update(by, next(self.updates), message or self.screens.new(), do)
        rows = self._last_row()
        shown = await self._do(update)
        if staff.NOT_MINE.words not in shown:  # nothing was heard: there was no such link yet
            self.heard = [*self.heard[-20:], update]
        if HOME.search(shown) and not self._rows_since(rows, by.id, "heron %"):
            self.wrong.append(f"{by.name} was shown a channel without an audit row")
        for number in numbers_in(shown):
            self.tally["reveals"] += 1
            if not self._rows_since(rows, by.id, name_of(number)):
                self.wrong.append(f"{by.name} was shown {name_of(number)} without an audit row")

    async def hear_again(self, age: int) -> None:
        """An old update once more: nothing may change by it but when a screen is hidden."""
        if not self.heard:
            return
        before = self.dump()
        await self._do(self.heard[-1 - age % len(self.heard)])
        after = self.dump()
        changed = [table for table in before if before[table] != after[table]]
        if changed:
            self.wrong.append(f"an update that came again has changed {changed}")

    async def _do(self, update: Update) -> str:
        """Do it, and show what came of it; gives all that is on that screen."""
        by = update.by
        act = Act(by, update.number, update.message, self.now, here(self.now))
        screen, on = await update.do(act)
        answer = spoken(screen, by.language, self.now)
        message = on if (by.id, on) in self.screens.shown or on == act.message else 0
        self.screens.put(by.id, message or self.screens.new(), answer)
        self._note_confirms(screen, answer)
        return everything(answer)

    async def take(self, by: Caseworker, case: str) -> None:
        async def do(act: Act) -> Answered:
            return Screen((await self.book.take(act.by, case, act.update, act.now),)), 0

        await self.hear(by, do)

    async def accept(self, by: Caseworker, case: str) -> None:
        async def do(act: Act) -> Answered:
            return Screen((await self.book.accept(act, case),)), 0

        await self.hear(by, do)

    async def press(self, by: Caseworker, message: int | None, name: str) -> None:
        """Any button, on any of their messages."""

        async def do(act: Act) -> Answered:
            return await self.book.press(act, name), act.message

        await self.hear(by, do, message)

    async def press_shown(self, by: Caseworker, chat: int, which: int) -> None:
        """One of the buttons that they see in a chat, counted from the newest."""
        found = self.screens.buttons_in(chat)
        if not found:
            return
        message, name = found[-1 - which % len(found)]
        verb, _, rest = name.partition(":")
        if chat == GROUP and verb in ("take", "accept"):
            await (self.take if verb == "take" else self.accept)(by, rest.split(":")[0])
        elif verb in PRESSED:
            await self.press(by, message, name)

    async def type(self, by: Caseworker, channel: int | None = None) -> None:
        """Words or the link of a channel, whatever was asked."""
        text = f"zztyped_{next(self.words)}_ by {by.name}"
        if channel is not None:
            text = f"{home(channel)}/{next(self.words)}"

        async def do(act: Act) -> Answered:
            return await self.book.type(act, text)

        await self.hear(by, do)

    async def find(self, by: Caseworker, number: int) -> None:
        async def do(act: Act) -> Answered:
            return await self.book.with_link(act, find(link(number, 1))), 0

        await self.hear(by, do)

    async def ask_for(self, by: Caseworker, what: str, on: bool) -> None:
        """What is not about one case: lists, figures, who is on duty, and the lead's freeze."""
        act = Act(by, next(self.updates), self.screens.new(), self.now, here(self.now))
        match what:
            case "duty":
                screen = await self.book.duty(act, on)
            case "freeze":
                screen = await self.book.freeze(act, on)
            case "family":
                screen = await self.book.family(act, "")
            case "figures":
                screen = await self.book.figures(act, "")
            case _:
                screen = await self.book.listed(act, what)
        self.screens.put(by.id, self.screens.new(), spoken(screen, by.language, self.now))

    async def erase_closed(self) -> None:
        """What is closed for long enough goes."""
        with self._counting_what_goes():
            await Archivist(self.store, KEPT_FOR).go(self.now)

    @contextmanager
    def _counting_what_goes(self) -> Iterator[None]:
        """How the links of an erased case had ended stays counted."""
        before = self.outside.execute(COUNTED_LINKS).fetchall()
        yield
        cases = {case for (case,) in self.outside.execute("SELECT id FROM cases")}
        self.erased += Counter(as_what for case, _, as_what in before if case not in cases)

    async def let_go(self, by: Caseworker) -> None:
        await self.book.let_go(by.id, self.now)

    async def ask_in_group(self, by: Caseworker, what: str) -> None:
        await self.book.answer_group(by, what, next(self.updates), self.now)

    async def deliver(self) -> None:
        """The courier goes until nothing is due."""
        with self._counting_what_goes():
            await self._go()
        self.delivered_at = self.clock()

    async def _go(self) -> None:
        for _ in range(6):
            if not await self.courier.round():
                break

    async def visit(self, number: int, effect: Effect, words: bool, more: bool) -> None:
        """The person does something with their case, which their number has opened."""
        said = f"zzwords_{number}_ I saw it again" if words else ""
        url = link(number, next(self.words))
        kept = tuple(Kept(one, 1) for one in find(url)) if more else ()
        async with self.store.begin() as books:
            case = await books.cases.named(name_of(number))
            if case is None:
                return
            standing = await visits.standing(books, case, {}, here(self.now).date())
            mine = Mine(case.id, uuid4().hex, standing)
            draft = Draft(links=kept, words=said, mine=mine)
            visit = Visit(
                books,
                self.keys.door,
                case,
                mine,
                draft,
                self.now,
                here(self.now).date(),
                CHAT,
                lambda: uuid4().hex,
            )
            await visits.do(effect, visit)

    def likely(self, pick: int) -> tuple[Caseworker, int]:
        """A case that somebody holds, if there is one, and its holder."""
        query = "SELECT name, holder FROM cases WHERE state = 'taken' ORDER BY name"
        held = self.outside.execute(query).fetchall()
        if not held:
            return WORKERS[pick % len(WORKERS)], pick % CASES
        name, holder = held[pick % len(held)]
        return next(by for by in WORKERS if by.id == holder), int(name.split()[1])

    async def together(self, by: Caseworker, case: str, word: str, undo: bool) -> None:
        """All links of the first one's platform are recorded as that; undone, or not."""
        message = self.screens.new()
        await self.press(by, message, press("every", case, 1))
        keys = self._keys(by, message, f"each:{case}:")
        await self.press_this(by, message, [key for key in keys if key.endswith(f":{word}")])
        self.tally["together"] += bool(keys)
        if undo:
            await self.press_this(by, message, self._keys(by, message, f"takeback:{case}:"))

    async def press_this(self, by: Caseworker, message: int, names: list[str]) -> None:
        """The first of these buttons, if there is one."""
        for name in names[:1]:
            await self.press(by, message, name)

    def _keys(self, by: Caseworker, message: int, begins: str) -> list[str]:
        shown = self.screens.shown.get((by.id, message))
        return [name for name in shown.buttons if name.startswith(begins)] if shown else []

    def holder_of(self, number: int, by: Caseworker) -> Caseworker:
        """Who has that case; *by* where nobody has."""
        query = "SELECT holder FROM cases WHERE name = ? AND state = 'taken'"
        (holder,) = self._row(query, name_of(number)) or (by.id,)
        return next(one for one in WORKERS if one.id == holder)

    # What must never be so

    def _look(self, chat: int, text: str) -> None:
        """At every message, the moment it is shown."""
        if not SECRET.search(text):
            return
        if chat == GROUP:
            self.wrong.append("the group was shown a link or a word")
        else:
            self._look_at_a_screen(chat, text)

    def _look_at_a_screen(self, who: int, text: str) -> None:
        """A link and a word are for who holds the case; a channel also for who holds its kin."""
        for number in numbers_in(text) | {int(found) for found in OF_A_CASE.findall(text)}:
            row = self._row("SELECT state, holder FROM cases WHERE name = ?", name_of(number))
            if row != ("taken", who):
                self.wrong.append(f"{who} saw what is in {name_of(number)}, which is not theirs")
        for name in set(HOME.findall(text)):
            self.tally["homes"] += 1
            if not self._may_see_home(who, name):
                self.wrong.append(f"{who} saw a channel of no case which is not theirs")
        for number in numbers_in(text):
            if not self._has_row(who, name_of(number)):
                self.wrong.append(f"{who} was shown {name_of(number)} without an audit row")
            self.tally["minors' links"] += is_minor(number)
            if is_minor(number) and not self._has_said_why(who, name_of(number)):
                self.wrong.append(f"{who} saw a minor's link and has not said why")

    def _has_row(self, who: int, name: str) -> bool:
        """Whether it is written down that *who* saw what is in that case."""
        query = """SELECT count(*) FROM audit WHERE who = ? AND case_name = ?
            AND (what LIKE 'reveal%' OR what LIKE '%family' OR what IN ('sites', 'tails'))"""
        return bool(self._row(query, who, name)[0])

    def _may_see_home(self, who: int, name: str) -> bool:
        """Who holds a case with a link there, or to one of whose channels it is tied.

        What only cases know in which somebody may be under 18 is for a lead who has said why.
        """
        mark = self.keys.staff.mark(f"https://{name}")
        names = self.outside.execute(THERE, (mark, who)).fetchall()
        if names:
            return any(self._is_open(who, name) for (name,) in names)
        adults, all_ = self._row(KNOWN, mark)
        tied = bool(self._row(TIED, who, mark)[0])
        return tied and bool(adults or not all_)

    def _is_open(self, who: int, name: str) -> bool:
        return not is_minor(int(name.split()[1])) or self._has_said_why(who, name)

    def _has_said_why(self, who: int, name: str) -> bool:
        """A lead, not longer ago than a quarter of an hour, or than the courier last went."""
        since = min(self.clock(), self.delivered_at) - HIDDEN_AFTER.total_seconds()
        said = self._row(
            "SELECT max(at) FROM audit WHERE who = ? AND case_name = ? AND what = ?",
            who,
            name,
            "reveal under 18",
        )
        leads = any(by.id == who and by.leads for by in WORKERS)
        return leads and bool(said[0]) and _moment(said[0]).timestamp() >= since

    def _note_confirms(self, screen: Screen, answer: Answer) -> None:
        """What a button that sends would send, and to which case, as the caseworker reads it."""
        for button in screen.buttons:
            verb, _, rest = button.name.partition(":")
            if verb == "post":
                case = rest.split(":")[0]
                self.confirmed.setdefault(case, []).append(everything(answer))

    def faults(self) -> list[str]:
        """What is wrong by now; [] is what is promised."""
        self.tally["steps"] += 1
        looks = (
            self._owners,
            self._bodies,
            self._post,
            self._unhidden,
            self._stuck,
            self._uncounted,
            self._tellings,
        )
        self.wrong += [wrong for look in looks for wrong in look()]
        return self.wrong

    def _owners(self) -> Iterator[str]:
        """One owner a case, and the lease of exactly those that are taken."""
        query = """SELECT c.name, c.state, c.holder, o.body FROM cases c
            LEFT JOIN outbox o ON o.key = 'lease:' || c.id"""
        for name, state, holder, body in self.outside.execute(query):
            if (state == "waiting") != (holder is None):
                yield f"{name} is {state}, with {holder}"
            leased = json.loads(body)["holder"] if body else None
            if leased != (holder if state == "taken" else None):
                yield f"{name} is {state}, with {holder}; its lease says {leased}"

    def _bodies(self) -> Iterator[str]:
        for kind, key, body in self.outside.execute("SELECT kind, key, body FROM outbox"):
            if SECRET.search(f"{key} {body}"):
                yield f"a letter of kind {kind} holds a link or a word"

    def _post(self) -> Iterator[str]:
        """Each letter opens in the case whose name stood over it when it was confirmed."""
        for id_, case, sealed in self.outside.execute("SELECT id, case_id, sealed FROM letters"):
            if id_ in self.letters:
                continue
            self.letters.add(id_)
            self.tally["letters"] += 1
            try:
                place = Place(case, f"letter {id_}")
                text = unseal(sealed, self.letterboxes[case], place).decode()
            except NotOpened:
                yield "a letter lies where its person cannot open it"
                continue
            name = name_of(self.cases.index(case))
            read = self.confirmed.get(case, [])
            if not any(text in screen and f"Yes, send to {name}" in screen for screen in read):
                yield f"{name} got a letter that nobody confirmed for it"

    def _unhidden(self) -> Iterator[str]:
        """What lies open in a private chat is hidden within a quarter of an hour."""
        due = dict(self.outside.execute("SELECT key, due FROM outbox WHERE key IS NOT NULL"))
        for (chat, message), shown in self.screens.shown.items():
            if chat == GROUP or not SECRET.search(shown.text):
                continue
            ends = [due[key] for kind in OWN if (key := f"{kind}{chat}:{message}") in due]
            latest = shown.at + HIDDEN_AFTER.total_seconds()
            if not any(_moment(end).timestamp() <= latest for end in ends):
                yield f"nothing will hide what {chat} sees"

    def _tellings(self) -> Iterator[str]:
        """Told once of the same, of no adult, as audited; and nothing is passed on to nobody."""
        told = Counter(self.outside.execute(TOLD).fetchall())
        once = Counter(self.outside.execute(STILL_TOLD).fetchall())
        self.tally["tellings"] += len(told)
        audited = dict.fromkeys(told, 0)
        for name, what in self.outside.execute(AUDITED):
            done, _, whom = what.partition(": ")
            audited[name, whom] = audited.get((name, whom), 0) + (1 if done == "told" else -1)
        there = {row[0] for row in self.outside.execute("SELECT name FROM cases")}
        for (name, whom), times in audited.items():
            if once[name, whom] > 1 or (name in there and times != told[name, whom]):
                yield f"{whom} was told of {name} {told[name, whom]} times, by the audit {times}"
            if not is_minor(int(name.split()[1])):
                yield f"{whom} was told of {name}, who is an adult"
        for (name,) in self.outside.execute(CLOSED_AS_REFERRED):
            if is_minor(int(name.split()[1])) and not any(of == name for of, _ in told):
                yield f"{name} was closed as passed on, and nobody was told"

    def _stuck(self) -> Iterator[str]:
        """Nothing here refuses a letter: what is tried again and again breaks the courier."""
        for kind, _ in self.outside.execute("SELECT kind, tries FROM outbox WHERE tries > 1"):
            yield f"a letter of kind {kind} cannot be delivered"

    def _uncounted(self) -> Iterator[str]:
        """Each counter of links is as many as stand there, with those that were erased."""
        kept, counted = Counter[str](), Counter[str]()
        for _, state, as_what in self.outside.execute(COUNTED_LINKS):
            kept[as_what] += 1
            if as_what.partition(":")[0] != state:
                yield f"a link that is {state} is counted as {as_what}"
        for value, times in self.outside.execute(COUNTERS):
            counted[value.split(":", 2)[2]] += times
        if counted != kept + self.erased:
            yield f"{counted - kept - self.erased} are counted which are not there, or the reverse"

    async def broken(self) -> list[str]:
        """Whether the audit chain is whole."""
        async with self.store.begin() as books:
            row = await books.audit.first_broken()
        return [] if row is None else [f"the audit is broken at row {row}"]

    # The books, from outside

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that is kept, except when a screen is hidden, and how often we heard it.

        Where a link is at home is no news: it is read from the link when somebody looks at it.
        """
        kept = {}
        for (table,) in self.outside.execute("SELECT name FROM sqlite_master WHERE type='table'"):
            if table not in UNDATED:
                kept[table] = self.outside.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a table's own name
        kept["links"] = self.outside.execute(f"SELECT {OF_A_LINK} FROM links").fetchall()  # noqa: S608 - our own words
        kept["outbox"] = [row for row in kept["outbox"] if not str(row[4]).startswith(OWN)]
        return kept

    def _row(self, query: str, *values: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] | None = self.outside.execute(query, values).fetchone()
        return found or ()

    def _last_row(self) -> int:
        return int(self._row("SELECT coalesce(max(id), 0) FROM audit")[0])

    def _rows_since(self, row: int, who: int, name: str) -> int:
        query = "SELECT count(*) FROM audit WHERE id > ? AND who = ? AND case_name LIKE ?"
        return int(self._row(query, row, who, name)[0])


def is_minor(number: int) -> bool:
    """Every fifth case."""
    return number % 5 == 4


def _moment(kept: str) -> datetime:
    """A moment as SQLite keeps it."""
    return datetime.fromisoformat(kept).replace(tzinfo=UTC)
