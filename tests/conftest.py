"""What many tests share: stores, drafts and counts on every backend, keys, a clock, a browser.

Servers start once a process (once a worker under xdist). What cannot be had here is skipped, with
one loud line at the end; with CI=true that is a failure.
"""

import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import randbelow
from typing import TYPE_CHECKING, cast

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser, async_playwright, expect
from redis.asyncio import Redis
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.books import Store
from storage.counts import Counts, open_counts
from storage.drafts import Drafts, open_drafts
from storage.keys import DoorKeys, StaffKeys, read_door_keys, read_staff_keys, write_new_keys
from tests.servers import Missing, postgres, valkey

if TYPE_CHECKING:
    from tests.doors import Door

MISSING = "MISSING HERE: "
# Machines differ: a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.register_profile("deep", deadline=None)
settings.load_profile("patient")

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=30_000)  # milliseconds; its own five seconds are short where much runs
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved. *now*: seconds since 1970."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


@dataclass(slots=True)
class GoingClock(Clock):
    """One that goes on by itself: for houses at work, where what failed is tried again later."""

    began: float = field(default_factory=time.monotonic)

    def __call__(self) -> float:
        return self.now + time.monotonic() - self.began


def missing(what: str) -> None:
    """Skip, or fail under CI=true, for want of *what*."""
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING + what, pytrace=False)
    pytest.skip(MISSING + what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = {
        reason.partition(MISSING)[2]
        for report in terminalreporter.stats.get("skipped", [])
        if MISSING in (reason := str(report.longrepr[2]))
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(f"NOT TESTED, {MISSING}{reason}", red=True, bold=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def going_clock() -> Clock:
    """From an afternoon in Hong Kong on, whatever day it is."""
    return GoingClock()


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """KEYS with both halves, written once."""
    folder = tmp_path_factory.mktemp("keys")
    write_new_keys(folder)
    return folder


@pytest.fixture(scope="session")
def door_keys(keys_folder: Path) -> DoorKeys:
    return read_door_keys(keys_folder)


@pytest.fixture(scope="session")
def staff_keys(keys_folder: Path) -> StaffKeys:
    return read_staff_keys(keys_folder)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium to drive: TEST_CHROMIUM, or one on the PATH."""
    for name in (os.environ.get("TEST_CHROMIUM", ""), *BROWSERS):
        if found := shutil.which(name):
            return Path(found)
    missing("a browser (Debian: apt install chromium)")
    raise AssertionError


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A headless Chromium that asks nobody outside."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    """A server's address, up to the name of the database."""
    if given := os.environ.get("TEST_PG_DSN"):
        yield make_url(given).set(drivername="postgresql+asyncpg").render_as_string(False)
        return
    try:
        with postgres() as folder:
            yield f"postgresql+asyncpg://postgres@/postgres?host={folder}"
    except Missing as why:
        missing(str(why))


@pytest.fixture(scope="session")
def _valkey_server() -> Iterator[str]:
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    try:
        with valkey() as url:
            yield url
    except Missing as why:
        missing(str(why))


async def _order(server: str, statement: str) -> None:
    """Run one statement on the server's own database."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(False)


@pytest.fixture
async def bare_postgres_url(_postgres_server: str) -> AsyncIterator[str]:
    """A fresh database without tables."""
    name = f"bare_{uuid.uuid4().hex}"
    await _order(_postgres_server, f"CREATE DATABASE {name}")
    yield _named(_postgres_server, name)
    await _order(_postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _template(_postgres_server: str) -> str:
    """The name of a database whose tables are up to date, to be copied from."""
    name = f"template_{uuid.uuid4().hex}"
    await _order(_postgres_server, f"CREATE DATABASE {name}")
    store = Store(_named(_postgres_server, name))
    await store.prepare()
    await store.close()
    return name


@pytest.fixture
async def postgres_url(_postgres_server: str, _template: str) -> AsyncIterator[str]:
    """A fresh database whose tables are up to date."""
    name = f"fresh_{uuid.uuid4().hex}"
    await _order(_postgres_server, f"CREATE DATABASE {name} TEMPLATE {_template}")
    yield _named(_postgres_server, name)
    await _order(_postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Where a SQLite file may be made."""
    return f"sqlite+aiosqlite:///{tmp_path / 'front-door' / 'books.db'}"


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    store = Store(sqlite_url)
    await store.prepare()
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty store, on each database."""
    return cast("str", request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An empty store, ready for use, on each database."""
    store = Store(store_url)
    await store.prepare()
    yield store
    await store.close()


@pytest.fixture
async def redis_url(_valkey_server: str) -> str:
    """The address of an empty Redis."""
    async with Redis.from_url(_valkey_server) as redis:
        await redis.flushdb()
    return _valkey_server


@pytest.fixture(params=["memory", "valkey"])
def redis_url_or_none(request: pytest.FixtureRequest) -> str | None:
    """None stands for this process's memory."""
    if request.param == "memory":
        return None
    return cast("str", request.getfixturevalue("redis_url"))


@pytest.fixture
async def drafts(
    redis_url_or_none: str | None, door_keys: DoorKeys, clock: Clock
) -> AsyncIterator[Drafts]:
    """Unfinished talks, on each backend."""
    drafts = open_drafts(redis_url_or_none, door_keys.locker(), clock)
    yield drafts
    await drafts.close()


@pytest.fixture
async def counts(redis_url_or_none: str | None, clock: Clock) -> AsyncIterator[Counts]:
    """Rate counts, on each backend."""
    counts = open_counts(redis_url_or_none, clock)
    yield counts
    await counts.close()


@pytest.fixture
async def door(sqlite_store: Store, door_keys: DoorKeys, clock: Clock) -> AsyncIterator["Door"]:
    """A door on a sandbox; in the end, that Telegram found nothing wrong with it."""
    from tests.doors import open_door  # aiogram takes long to import: only who has a door pays

    drafts, counts = open_drafts(None, door_keys.locker(), clock), open_counts(None, clock)
    async with open_door(sqlite_store, drafts, counts, door_keys, randbelow, clock) as door:
        yield door
        assert door.unexpected() == []
