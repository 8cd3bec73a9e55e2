"""What must not be found, is not: in databases, Redis, files, logs; and nothing goes elsewhere."""

import asyncio
import io
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg  # type: ignore[import-untyped]  # it brings no types
import httpx
import pytest
import redis.exceptions
import telegram.error
from aiogram import exceptions as aiogram_errors
from aiogram.methods import SendMessage
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import exc, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.logs import Guarded
from bot.sandbox.phone import Phone
from bot.sandbox.server import serving
from bot.sandbox.telegram import default_sandbox
from bot.tour import Hand, ask, remove_one, report_links
from handlers import report
from handlers.reception import Reception
from handlers.spoken import Voice
from handlers.talk import Heard, Pressed, Said
from storage.books import NewCase, Store
from storage.codes import Shelf
from storage.counts import open_counts
from storage.drafts import open_drafts
from storage.keys import DoorKeys
from storage.seal import Sealed
from tests.canaries import Canaries, encoded, found, in_files, in_redis, in_tables
from tests.conftest import Clock
from tests.doors import open_house

ROOT = Path(__file__).parent.parent
REPORTS = 100
UNFINISHED = 10
TODAY = date(2026, 11, 24)
PLANTED = "zqplanted-0001"


# What is planted


@dataclass(frozen=True, slots=True)
class Plants:
    """Canaries for many reports. *seed* (a letter and a byte) makes them differ between tests."""

    letter: str
    byte: int

    def words(self, stem: str) -> tuple[str, ...]:
        return tuple(f"{stem}{number:03}" for number in range(REPORTS + UNFINISHED))

    def link(self, number: int) -> str:
        return f"https://t.me/zq{self.letter}link{number:03}/{number}"

    def chat(self, number: int) -> int:
        return (0x01B7_93E5 + self.byte << 8) + number

    def note(self, number: int) -> str:
        return " ".join(f"{stem}{number:03}" for stem in self.notes.values())

    @property
    def notes(self) -> dict[str, str]:
        """The stems of a note, in six scripts."""
        letter = self.letter
        return {
            "Latin": f"zq{letter}note",
            "繁體": f"玄鐵重劍{letter}",
            "简体": f"笔记暗号{letter}",
            "Tagalog": f"ñagpadalá{letter}",
            "Urdu": f"خفیہلفظ{letter}",
            "emoji": f"🦭🪷🦭{letter}",
        }

    @property
    def digits(self) -> str:
        """What all codes begin with."""
        return f"73912468{self.byte}"

    def below(self) -> Callable[[int], int]:
        """Dice that are fair, but for the first digits of a code."""
        fair = Random(self.byte)

        def below(most: int) -> int:
            if most == 10**15:
                return int(self.digits + f"{fair.randrange(10**6):06}")
            return fair.randrange(most)

        return below

    def all(self, codes: tuple[str, ...]) -> list[Canaries]:
        """Everything to look for, by kind."""
        chats = tuple(str(self.chat(number)) for number in range(REPORTS + UNFINISHED))
        fours = f"{self.digits[:4]} {self.digits[4:8]} {self.digits[8:]}"
        link = f"zq{self.letter}link"
        return [
            Canaries("link", link, self.words(link)),
            *(Canaries(script, stem, self.words(stem)) for script, stem in self.notes.items()),
            Canaries("chat", chats[0][:7], chats),
            Canaries("code", self.digits, tuple(code.replace(" ", "") for code in codes)),
            Canaries("code in fours", fours, codes),
        ]


# The log


@dataclass
class Log:
    """What was logged at DEBUG: as our log writes it, and as libraries meant it."""

    ours: io.StringIO
    raw: io.StringIO


@contextmanager
def logged() -> Iterator[Log]:
    """Everything that anybody logs from here on, at every level."""
    log, root = Log(io.StringIO(), io.StringIO()), logging.getLogger()
    # SQLAlchemy keeps its own level
    levels = {logger: logger.level for logger in (root, logging.getLogger("sqlalchemy"))}
    handlers = [logging.StreamHandler(stream) for stream in (log.ours, log.raw)]
    handlers[0].setFormatter(Guarded())
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield log
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)


@pytest.fixture
def log() -> Iterator[Log]:
    with logged() as log:
        yield log


# The scan


async def no_sweep(chat: int, messages: object) -> set[int]:
    return set()


@dataclass
class Reported:
    """A place where a hundred people have reported."""

    store: Store
    codes: tuple[str, ...]


def talk(plants: Plants, number: int) -> list[Heard]:
    """One report, up to the code; what a person sends and presses."""
    return [
        Said("/start", message=1),
        Pressed("report"),
        Pressed(report.NO.name),
        Said(f"佢post咗喺{plants.link(number)}，求幫手", message=2),
        Said(f"hxxps://lihkg[.]com/thread/{number + 1}/page/1?zq{plants.letter}link", message=3),
        Pressed(report.THAT_IS_ALL.name),
        Pressed("happened:shared"),
        Pressed(report.DONE.name),
        Pressed("urgency:now"),
        Said(plants.note(number), message=4),
        Pressed(report.DONE.name),
        Pressed(report.NEWS_YES.name),
        Pressed(report.SEND.name),
    ]


@asynccontextmanager
async def reported(
    plants: Plants, url: str, redis_url: str, keys: DoorKeys, clock: Clock
) -> AsyncIterator[Reported]:
    """After a hundred reports, some numbers not saved, and some talks not finished."""
    store = Store(url)
    await store.prepare()
    drafts = open_drafts(redis_url, keys.locker(), clock)
    counts = open_counts(redis_url, clock)
    below = plants.below()
    shelf = Shelf(keys, below)
    reception = Reception(store, drafts, counts, keys, shelf, no_sweep, below, clock)
    codes = []

    async def hear(number: int, update: int, heard: Heard) -> Any:
        chat = plants.chat(number)
        await reception.seen(chat, {plants.chat(number): clock()})
        _, answer = await reception.hear(chat, [(update, heard)], "yue_Hant")
        return answer

    for number in range(REPORTS):
        for update, heard in enumerate(talk(plants, number), number * 100):
            answer = await hear(number, update, heard)
        codes += [key.copy for row in answer.rows for key in row if key.copy]
        if number % 3:
            await hear(number, number * 100 + 89, Pressed(report.SAVED.name))
            await hear(number, number * 100 + 90, Pressed(report.SKIP.name))
        if number % 20 == 0:
            await hear(number, number * 100 + 91, Pressed("status"))
            await hear(number, number * 100 + 92, Said(codes[-1], message=9))
    for number in range(REPORTS, REPORTS + UNFINISHED):
        for update, heard in enumerate(talk(plants, number)[: number - REPORTS + 2]):
            await hear(number, update, heard)
    assert len(codes) == REPORTS
    try:
        yield Reported(store, tuple(codes))
    finally:
        await drafts.close()
        await counts.close()
        await store.close()


async def postgres_files(store: Store, url: str, since: float) -> bytes:
    """What a PostgreSQL of ours wrote to disk; nothing where its folder is not to be seen."""
    data = Path(str(make_url(url).query.get("host", "nowhere"))) / "data"
    if not data.is_dir():
        return b""
    async with store.begin() as books:
        await books._connection.execute(text("CHECKPOINT"))
    return in_files(data, since=since)


async def everything(folder: Path, url: str, redis_url: str, store: Store) -> dict[str, bytes]:
    """All that is kept anywhere, by where."""
    since = folder.stat().st_ctime  # the test's own folder is as old as the test
    return {
        "tables": await in_tables(store),
        "PostgreSQL's files": await postgres_files(store, url, since),
        "our files": in_files(folder, "keys"),
        "Redis": await in_redis(redis_url),
    }


@pytest.mark.timeout(300)  # a hundred codes are stretched
async def test_after_a_hundred_reports_nothing_can_be_read_anywhere(
    store_url: str, redis_url: str, tmp_path: Path, door_keys: DoorKeys, clock: Clock, log: Log
) -> None:
    plants = Plants("a", 1)
    async with reported(plants, store_url, redis_url, door_keys, clock) as done:
        kept = await everything(tmp_path, store_url, redis_url, done.store)
    kept["our files, afterwards"] = in_files(tmp_path)
    kept["log"] = log.ours.getvalue().encode()

    canaries = plants.all(done.codes)
    hits = {place: found(content, canaries) for place, content in kept.items()}
    assert {place: hit for place, hit in hits.items() if hit} == {}
    where = "our files" if "sqlite" in store_url else "tables"
    assert len(kept[where]) > REPORTS * 1000
    assert len(kept["Redis"]) > REPORTS * 500


async def test_what_is_planted_is_found_in_every_encoding(
    store_url: str, redis_url: str, tmp_path: Path, clock: Clock, log: Log
) -> None:
    plants = Plants("b", 2)
    codes = tuple(f"7391 2468 2{number:03} 0000" for number in range(REPORTS))
    canaries = [replace(kind, words=kind.words[7:8]) for kind in plants.all(codes)]
    every = {(kind.kind, how) for kind in canaries for how, _ in encoded(kind.words[0])}
    forms = [form for kind in canaries for _, form in encoded(kind.words[0])]
    store = Store(store_url)
    await store.prepare()

    async with store.begin() as books:
        case = NewCase(
            *("f" * 32, "quiet heron", "en", "no", "now", False, TODAY), Sealed(b""), None
        )
        await books.cases.file(case, [])
        await books.links.add(case.id, [Sealed(b" " + form + b" ") for form in forms], TODAY)
        await books.audit.add(plants.chat(7), "zz", "zz", datetime.fromtimestamp(clock(), UTC))
    async with redis.asyncio.Redis.from_url(redis_url) as planted:
        await planted.set("zz", b" ".join(forms))
    logging.getLogger("bot.planted").warning("%s", " ".join(kind.words[0] for kind in canaries))
    kept = await everything(tmp_path, store_url, redis_url, store)
    await store.close()

    assert found(kept["tables"], canaries) == every
    assert found(kept["Redis"], canaries) == every
    if "sqlite" in store_url:
        assert found(kept["our files"], canaries) == every
    elif kept["PostgreSQL's files"]:
        assert found(kept["PostgreSQL's files"], canaries) == every
    in_log = {kind for kind, how in found(log.ours.getvalue().encode(), canaries)}
    assert in_log == {kind.kind for kind in canaries}


def test_a_number_alone_is_found_as_databases_keep_it(tmp_path: Path) -> None:
    plants = Plants("c", 3)
    canaries = [one for one in plants.all(("7391 2468 3000 0000",)) if one.kind == "chat"]
    with sqlite3.connect(tmp_path / "one.db") as one:
        one.execute("CREATE TABLE people (chat INTEGER)")
        one.execute("INSERT INTO people VALUES (?)", [plants.chat(7)])
    one.close()

    hits = found((tmp_path / "one.db").read_bytes(), canaries)

    assert hits == {("chat", "int64, big end first")}


# Whole cases, with both bots


@dataclass(slots=True)
class Watch:
    """Where sockets of this process were connected to, while it is open."""

    seen: list[object]
    open: bool = False

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.open and event in ("socket.connect", "socket.sendto"):
            self.seen.append(args[1])
        elif self.open and event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self.seen.append((args[0], 0))


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch([])
    sys.addaudithook(watch.hook)  # for as long as the process lives: closed, it sees nothing
    watch.open = True
    yield watch
    watch.open = False


def strangers(watch: Watch, *ours: str) -> list[object]:
    """Whatever was connected to, other than our loopback ports and sockets."""
    places: set[object] = set()
    for url in ours:
        parts = urlsplit(url)
        places |= {(parts.hostname, parts.port), parts.path}
        places.add(f"{make_url(url).query.get('host')}/.s.PGSQL.5432" if "host=" in url else "")
    return [place for place in watch.seen if place not in places]


def hand(phone: Phone, language: str | None) -> Hand:
    return Hand(phone, "somebody", Voice(language, TODAY), lambda line: None)


NAME = "Zqdname"


async def whole_case(base: str, person: int, plants: Plants) -> str:
    """A case from the first word to "1 of 3 is removed", with media; gives the code."""
    links = tuple(f"睇呢度：{plants.link(number)}。唔該" for number in range(3))
    async with aiohttp.ClientSession() as http:
        phone = Phone(http, base, person)
        worker = 5_000_003
        code = await report_links(hand(phone, "en"), links)
        await remove_one(
            hand(Phone(http, base, worker, group=True), None),
            hand(Phone(http, base, worker, "staff"), "en"),
        )
        await ask(hand(phone, "en"), code)
        await phone.media("photo", caption=plants.link(4), album="album")
        await phone.forward({"title": NAME, "post": 5, "username": "zqdlink005"}, media="video")
        await phone.sees("In all: 2")
    return code


async def test_a_whole_case_leaves_no_trace_and_goes_nowhere_else(
    store_url: str, redis_url: str, tmp_path: Path, going_clock: Clock, log: Log, watch: Watch
) -> None:
    plants = Plants("d", 4)
    async with open_house(tmp_path, store_url, redis_url, going_clock) as (sandbox, base):
        person = sandbox.add_person(f"{NAME}000", "en", plants.chat(0)).id
        code = await whole_case(base, person, plants)
        watch.open = False
        store = Store(store_url)
        kept = await everything(tmp_path, store_url, redis_url, store)
        await store.close()
    kept["log"] = log.ours.getvalue().encode()

    codes = Canaries("code", code.replace(" ", ""), (code.replace(" ", ""),))
    fours = Canaries("code in fours", code, (code,))
    name = Canaries("name", NAME, (f"{NAME}000", f"{NAME}"))
    tokens = [
        Canaries("token", bot.token.partition(":")[2], (bot.token.partition(":")[2],))
        for bot in sandbox.bots()
    ]
    canaries = [*plants.all(("7391 2468 4000 0000",)), codes, fours, name, *tokens]
    hits = {place: found(content, canaries) for place, content in kept.items()}
    assert {place: hit for place, hit in hits.items() if hit} == {}
    assert ("token", "utf-8") in found(log.raw.getvalue().encode(), canaries)  # what we hide

    assert strangers(watch, base, store_url, redis_url) == []
    assert len(watch.seen) > 3
    assert [call for call in sandbox.refused if not call.expected] == []


async def test_a_connection_elsewhere_would_be_noticed(watch: Watch) -> None:
    with suppress(OSError):
        await asyncio.open_connection("127.0.0.1", 9)

    assert strangers(watch, "http://127.0.0.1:8480") == [("127.0.0.1", 9)]


def test_nobody_asks_telegram_for_a_file() -> None:
    asks = ("getFile", "get_file", "GetFile", ".download")
    sources = [path for floor in ("bot", "handlers") for path in (ROOT / floor).rglob("*.py")]

    assert [path.name for path in sources if any(word in path.read_text() for word in asks)] == []


# The log of libraries and of errors


def validation_error() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(dict[str, int]).validate_python({PLANTED: PLANTED})
    return raised.value


def chained(error: Exception) -> Exception:
    error.add_note(PLANTED)
    error.__cause__ = KeyError(PLANTED)
    error.__cause__.__context__ = ExceptionGroup(PLANTED, [ValueError(PLANTED), OSError(PLANTED)])
    return error


SEND = SendMessage(chat_id=1, text=PLANTED)
KEY = aiohttp.client_reqrep.ConnectionKey(PLANTED, 443, True, True, None, None, None)
ERRORS: dict[str, list[Exception]] = {
    "aiogram.event": [
        aiogram_errors.TelegramBadRequest(SEND, PLANTED),
        aiogram_errors.TelegramForbiddenError(SEND, PLANTED),
        aiogram_errors.TelegramNetworkError(SEND, PLANTED),
        aiogram_errors.TelegramServerError(SEND, PLANTED),
        aiogram_errors.TelegramRetryAfter(SEND, PLANTED, 3),
        aiogram_errors.ClientDecodeError(PLANTED, ValueError(PLANTED), {"text": PLANTED}),
    ],
    "aiohttp.client": [
        aiohttp.InvalidURL(PLANTED, PLANTED),
        aiohttp.ClientConnectorError(KEY, OSError(PLANTED)),
        aiohttp.ServerDisconnectedError(PLANTED),
        aiohttp.ClientPayloadError(PLANTED),
    ],
    "asyncio": [chained(RuntimeError(PLANTED)), asyncio.InvalidStateError(PLANTED)],
    "asyncpg": [
        asyncpg.UniqueViolationError(PLANTED),
        asyncpg.DataError(PLANTED),
        asyncpg.InterfaceError(PLANTED),
        asyncpg.PostgresSyntaxError(PLANTED),
    ],
    "bot.receiver": [
        ValueError(PLANTED),
        KeyError(PLANTED),
        validation_error(),
        json.JSONDecodeError(PLANTED, PLANTED, 0),
        UnicodeDecodeError("utf-8", PLANTED.encode(), 0, 1, PLANTED),
        UnicodeEncodeError("ascii", PLANTED, 0, 1, PLANTED),
        OSError(1, PLANTED, PLANTED),
        TimeoutError(PLANTED),
        AttributeError(PLANTED, name=PLANTED, obj=PLANTED),
        chained(LookupError(PLANTED)),
        ExceptionGroup(PLANTED, [chained(ValueError(PLANTED))]),
    ],
    "httpx": [
        httpx.ConnectError(PLANTED),
        httpx.ReadTimeout(PLANTED),
        httpx.InvalidURL(PLANTED),
        httpx.UnsupportedProtocol(PLANTED),
    ],
    "redis": [
        redis.exceptions.ConnectionError(PLANTED),
        redis.exceptions.ResponseError(PLANTED),
        redis.exceptions.TimeoutError(PLANTED),
    ],
    "sqlalchemy.engine.Engine": [
        exc.IntegrityError(PLANTED, {"note": PLANTED}, sqlite3.IntegrityError(PLANTED)),
        exc.StatementError(PLANTED, PLANTED, {"note": PLANTED}, ValueError(PLANTED)),
        exc.ArgumentError(PLANTED),
        exc.NoSuchTableError(PLANTED),
    ],
    "telegram.ext.Application": [
        telegram.error.BadRequest(PLANTED),
        telegram.error.NetworkError(PLANTED),
        telegram.error.InvalidToken(PLANTED),
        telegram.error.Forbidden(PLANTED),
        telegram.error.Conflict(PLANTED),
    ],
}


@pytest.mark.parametrize("logger", ERRORS)
def test_of_an_error_only_its_type_and_place_are_logged(logger: str, log: Log) -> None:
    for error in ERRORS[logger]:
        for level in (logging.DEBUG, logging.INFO, logging.ERROR):
            words = "it broke" if logger.startswith("bot") else f"it broke at {PLANTED}, %s"
            args = () if logger.startswith("bot") else (PLANTED,)
            logging.getLogger(logger).log(level, words, *args, exc_info=error, stack_info=True)

        assert type(error).__qualname__ in log.ours.getvalue()
    assert PLANTED not in log.ours.getvalue()
    assert PLANTED in log.raw.getvalue()


async def test_the_token_that_httpx_prints_stays_out_of_the_log(clock: Clock, log: Log) -> None:
    sandbox = default_sandbox(clock)
    token = sandbox.bot("staff").token
    async with serving(sandbox) as base, httpx.AsyncClient() as client:
        await client.get(f"{base}/bot{token}/getMe")

    assert token in log.raw.getvalue()
    assert token not in log.ours.getvalue()
    assert "INFO httpx: (" in log.ours.getvalue()


async def test_the_values_that_sqlalchemy_prints_stay_out_of_the_log(
    store: Store, store_url: str, log: Log
) -> None:
    engine = create_async_engine(store_url)
    with suppress(exc.DBAPIError):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT nothing + :note"), {"note": PLANTED})
    await engine.dispose()

    assert PLANTED in log.raw.getvalue()
    assert PLANTED not in log.ours.getvalue()


async def test_an_error_nobody_fetched_is_logged_without_its_words(log: Log) -> None:
    context = {"message": PLANTED, "exception": ValueError(PLANTED)}

    asyncio.get_running_loop().call_exception_handler(context)

    assert "ERROR asyncio: (" in log.ours.getvalue()
    assert PLANTED not in log.ours.getvalue()


def test_our_own_words_are_logged_whole_with_the_way_of_an_error(log: Log) -> None:
    try:
        json.loads("{")
    except ValueError:
        logging.getLogger("bot.receiver").exception("%s: waiting", "door")

    first, second = log.ours.getvalue().splitlines()
    assert first == "ERROR bot.receiver: door: waiting"
    assert second.split()[0] == "JSONDecodeError"
    assert second.split()[1].startswith("test_secrets.py:")
    assert second.split()[-1].startswith("decoder.py:")


FALLS = f"""
import asyncio, gc, logging, threading, warnings
from bot.__main__ import run

async def work():
    warnings.warn("{PLANTED}")
    thread = threading.Thread(target=lambda: int("{PLANTED}"))
    thread.start()
    thread.join()
    class Odd:
        def __del__(self):
            raise ValueError("{PLANTED}")
    Odd()
    logging.getLogger("bot.odd").warning("%d", "{PLANTED}")
    logging.getLogger("httpx").info("{PLANTED}")
    logging.getLogger("aiogram").error("{PLANTED}")
    asyncio.get_running_loop().create_task(asyncio.sleep(0)).add_done_callback(
        lambda task: int("{PLANTED}"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(int, "{PLANTED}"))

run(work())
"""


def test_a_process_that_falls_prints_nothing_that_was_typed(tmp_path: Path) -> None:
    script = tmp_path / "falls.py"
    script.write_text(FALLS)

    fallen = subprocess.run(
        [sys.executable, script],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert fallen.returncode == 1
    assert PLANTED not in fallen.stdout + fallen.stderr
    lines = [line.partition(":")[0] for line in fallen.stderr.splitlines()]
    assert {"WARNING py.warnings", "ERROR aiogram", "ERROR asyncio"} <= set(lines)
    assert lines.count("CRITICAL bot.logs") == 3
    assert not [line for line in lines if "httpx" in line]
