"""What an operator gets wrong, and is told: settings, keys, bots, group, databases, commands."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from typer.testing import CliRunner

from bot.__main__ import app, warn_of
from bot.check import Finding, check_audit, check_door, check_facts, check_staff
from bot.config import (
    PREFIX,
    DoorSettings,
    HouseSettings,
    SettingsWrong,
    StaffSettings,
    read_settings,
)
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from locales import facts
from storage import tables
from storage.books import Store
from storage.keys import write_new_keys
from tests.conftest import Clock

ROOT = Path(__file__).parent.parent
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens
SECRET = "zz-planted-secret"
COMMANDS = [
    *(["demo"], ["door"], ["staff"], ["all"], ["keys"], ["keys", "new"], ["check"]),
    *(["words"], ["rehearse"], ["diagram"]),
]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No setting at all, and no `.env`."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def run(*words: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot WORDS` with these settings, in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **given},
        capture_output=True,
        text=True,
        check=False,
    )


# Settings


@pytest.mark.usefixtures("bare")
def test_every_missing_setting_is_told_at_once() -> None:
    with pytest.raises(SettingsWrong) as door:
        read_settings(DoorSettings)
    with pytest.raises(SettingsWrong) as staff:
        read_settings(StaffSettings)

    assert str(door.value) == (
        "FRONT_DOOR_DOOR_TOKEN is missing. "
        "It should be the token @BotFather gave for the door's bot."
    )
    lines = str(staff.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "FRONT_DOOR_STAFF_TOKEN",
        "FRONT_DOOR_STAFF_CHAT",
    ]


def test_what_cannot_be_read_is_told_with_what_is_missing(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FRONT_DOOR_STAFF_CHAT", SECRET)
    bare.setenv("FRONT_DOOR_STAFF_TOPIC", SECRET)
    bare.setenv("FRONT_DOOR_TELEGRAM_API", SECRET)

    with pytest.raises(SettingsWrong) as wrong:
        read_settings(StaffSettings)

    told = [line.partition(". ")[0] for line in str(wrong.value).splitlines()]
    assert sorted(told) == [
        "FRONT_DOOR_STAFF_CHAT cannot be read",
        "FRONT_DOOR_STAFF_TOKEN is missing",
        "FRONT_DOOR_STAFF_TOPIC cannot be read",
        "FRONT_DOOR_TELEGRAM_API cannot be read",
    ]
    assert SECRET not in str(wrong.value)


def test_an_address_of_a_database_that_nobody_can_read_is_told(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FRONT_DOOR_DOOR_TOKEN", SECRET)
    bare.setenv("FRONT_DOOR_REDIS_URL", SECRET)
    for url in (SECRET, f"postgresql://u:{SECRET}@h/d", f"postgresql+asyncpg://{SECRET}:x:y@h:p"):
        bare.setenv("FRONT_DOOR_DATABASE_URL", url)

        with pytest.raises(SettingsWrong) as wrong:
            read_settings(DoorSettings)

        assert "FRONT_DOOR_DATABASE_URL cannot be read" in str(wrong.value)
        assert "FRONT_DOOR_REDIS_URL cannot be read" in str(wrong.value)
        assert SECRET not in str(wrong.value)


@pytest.mark.usefixtures("bare")
def test_an_env_file_is_read_and_empty_lines_in_it_are_not_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"FRONT_DOOR_STAFF_TOKEN={SECRET}\nFRONT_DOOR_STAFF_CHAT=-1001\n"
        "FRONT_DOOR_STAFF_TOPIC=\nFRONT_DOOR_REDIS_URL=\nANOTHER=1\n"
    )

    settings = read_settings(StaffSettings)

    assert settings.staff_token.get_secret_value() == SECRET
    assert (settings.staff_chat, settings.staff_topic, settings.redis) == (-1001, None, None)


def test_closed_cases_stay_for_thirty_days_or_as_long_as_is_set(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FRONT_DOOR_STAFF_TOKEN", SECRET)
    bare.setenv("FRONT_DOOR_STAFF_CHAT", "-1001")
    assert read_settings(StaffSettings).keep_closed == timedelta(days=30)

    bare.setenv("FRONT_DOOR_KEEP_CLOSED_DAYS", "90")
    assert read_settings(StaffSettings).keep_closed == timedelta(days=90)

    bare.setenv("FRONT_DOOR_KEEP_CLOSED_DAYS", "0")
    with pytest.raises(SettingsWrong, match="the number of days a closed case stays, 1 or more"):
        read_settings(StaffSettings)


def test_no_secret_is_in_the_repr_of_settings(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FRONT_DOOR_DOOR_TOKEN", SECRET)
    bare.setenv("FRONT_DOOR_DATABASE_URL", f"postgresql+asyncpg://u:{SECRET}@h/d")
    bare.setenv("FRONT_DOOR_REDIS_URL", f"redis://:{SECRET}@h:6379")

    assert SECRET not in repr(read_settings(DoorSettings))


def test_the_door_asks_for_nothing_of_the_staff_room(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FRONT_DOOR_DOOR_TOKEN", SECRET)

    assert not [name for name in DoorSettings.model_fields if name.startswith("staff")]
    assert read_settings(DoorSettings)


@pytest.mark.parametrize(
    ("command", "names"), [("door", ["DOOR_TOKEN"]), ("staff", ["STAFF_TOKEN", "STAFF_CHAT"])]
)
def test_a_command_without_settings_says_which_and_ends(
    command: str, names: list[str], tmp_path: Path
) -> None:
    done = run(command, folder=tmp_path)

    assert done.returncode == 1
    assert [line.split()[0] for line in done.stderr.splitlines()] == [PREFIX + n for n in names]


# Keys


@pytest.mark.parametrize("half", ["door", "staff"])
@pytest.mark.parametrize("spoil", ["missing", "wrong", "open"])
def test_a_key_that_cannot_be_used_is_named_with_what_to_do(
    half: str, spoil: str, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    write_new_keys(keys)
    secret = keys / half / "secret"
    match spoil:
        case "missing":
            secret.unlink()
        case "wrong":
            shutil.copy(keys / half / ("staff.pub" if half == "door" else "return.pub"), secret)
        case _:
            secret.chmod(0o644)

    done = run(half, folder=tmp_path, **{f"{half}_token": "1:zz", "staff_chat": "-1001"})

    what = {"missing": "Put it back", "wrong": "Put back the original", "open": "chmod 600"}[spoil]
    told = [line for line in done.stderr.splitlines() if "Warning" not in line]
    assert done.returncode == 1
    assert len(told) == 1
    assert str(secret.relative_to(tmp_path)) in told[0]
    assert what in told[0]


@pytest.mark.parametrize(("half", "other"), [("door", "staff"), ("staff", "door")])
def test_a_half_that_could_open_the_other_warns_once(
    half: Any, other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_new_keys(tmp_path)
    settings = HouseSettings(keys=tmp_path)

    warn_of(settings, half)
    assert capsys.readouterr().out == (
        f"Warning: this process can also read the keys of the {other}. `bot check` says more.\n"
    )

    shutil.rmtree(tmp_path / other)
    warn_of(settings, half)
    assert capsys.readouterr().out == ""


def test_new_keys_never_overwrite(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = CliRunner().invoke(app, ["keys", "new", str(folder)])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    second = CliRunner().invoke(app, ["keys", "new", str(folder)])

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "never overwritten" in second.output
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


# What `bot check` finds


@dataclass
class House:
    """Settings of both halves on a sandbox; a test spoils one of them."""

    sandbox: Sandbox
    clock: Clock
    shared: dict[str, Any]
    door: dict[str, Any] = field(default_factory=dict)
    staff: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.door.setdefault("door_token", SecretStr(self.sandbox.bot("door").token))
        self.staff.setdefault("staff_token", SecretStr(self.sandbox.bot("staff").token))
        self.staff.setdefault("staff_chat", self.sandbox.group.id)
        for name in ("organisation", "email", "signature"):
            self.staff.setdefault(name, f"zz {name}")
        lead = self.sandbox.people()[0]
        self.sandbox.begin(self.sandbox.bot("door").id, lead.id)
        self.door.setdefault("alarm_chats", (lead.id,))

    async def wrong(self) -> dict[str, str]:
        """What is found wrong, and how to mend it."""
        findings = [
            *await check_door(DoorSettings(**self.shared, **self.door), self.clock),
            *await check_staff(StaffSettings(**self.shared, **self.staff), self.clock),
        ]
        assert all(SECRET not in str(finding) for finding in findings)
        return {finding.what: finding.mend for finding in findings if finding.mend}


HALVES = {"keys of the staff are out of reach", "keys of the door are out of reach"}
DEAF = "a lead hears the door's alarms"


@pytest.fixture
async def house(
    bare: pytest.MonkeyPatch, keys_folder: Path, sqlite_url: str, clock: Clock
) -> AsyncIterator[House]:
    sandbox = default_sandbox(clock)
    async with serving(sandbox) as base:
        shared = {"keys": keys_folder, "database_url": sqlite_url, "telegram_api": base}
        yield House(sandbox, clock, shared)


async def test_of_a_house_in_order_only_the_common_roof_is_found(house: House) -> None:
    wrong = await house.wrong()

    assert wrong.keys() == HALVES
    assert "as two users" in wrong["keys of the staff are out of reach"]


@pytest.mark.parametrize("chats", [(), (999_999,)])
async def test_a_house_whose_alarms_nobody_hears_is_found(
    house: House, chats: tuple[int, ...]
) -> None:
    house.door["alarm_chats"] = chats

    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {DEAF}
    assert "FRONT_DOOR_ALARM_CHATS" in wrong[DEAF]


async def test_an_organisation_without_a_name_is_found_and_keeps_nothing_closed(
    house: House,
) -> None:
    house.staff |= {"organisation": "", "signature": ""}
    what = "requests to platforms say who asks"

    findings = await check_staff(StaffSettings(**house.shared, **house.staff), house.clock)

    (found,) = [one for one in findings if one.what == what]
    assert "FRONT_DOOR_ORGANISATION, FRONT_DOOR_SIGNATURE:" in found.mend
    assert not found.grave


def test_alarm_chats_are_numbers_with_commas(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("FRONT_DOOR_DOOR_TOKEN", "1:x")
    bare.setenv("FRONT_DOOR_ALARM_CHATS", "11, 22,")

    assert read_settings(DoorSettings).alarm_chats == (11, 22)


async def test_a_wrong_token_is_found(house: House) -> None:
    house.door["door_token"] = SecretStr(f"1:{SECRET}")
    house.staff["staff_token"] = SecretStr(f"2:{SECRET}")

    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {"token of the door bot", "token of the staff bot"}
    assert "from @BotFather, into FRONT_DOOR_DOOR_TOKEN" in wrong["token of the door bot"]


async def test_a_telegram_out_of_reach_is_found(house: House) -> None:
    house.shared["telegram_api"] = NOBODY

    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {"token of the door bot", "token of the staff bot"}
    assert "Is FRONT_DOOR_TELEGRAM_API right?" in wrong["token of the door bot"]


async def test_for_how_long_closed_cases_stay_is_shown(house: House) -> None:
    house.staff["keep_closed_days"] = 7

    found = await check_staff(StaffSettings(**house.shared, **house.staff), house.clock)

    assert "ok    closed cases are erased after 7 days" in map(str, found)


async def test_a_wrong_group_is_found(house: House) -> None:
    house.staff["staff_chat"] = -100_999_999

    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {"staff group"}
    assert "FRONT_DOOR_STAFF_CHAT" in wrong["staff group"]


async def test_a_bot_that_was_put_out_of_the_group_is_found(house: House) -> None:
    house.sandbox.leave(house.sandbox.bot("staff").id, kicked=True)

    assert (await house.wrong()).keys() - HALVES == {"staff group"}


async def test_a_bot_that_is_no_administrator_is_found(house: House) -> None:
    house.sandbox.set_administrator(house.sandbox.bot("staff").id, False)

    wrong = await house.wrong()

    (what,) = wrong.keys() - HALVES
    assert what.startswith("staff group, by the staff bot: I am no administrator")
    assert "Add Admin" in wrong[what]


async def test_a_group_that_lets_content_out_is_found(house: House) -> None:
    store = Store(str(house.shared["database_url"]))
    await store.prepare()
    async with store.begin() as books:
        await books.signs.hang("known", 1, "zz invented lead")
    await store.close()
    house.sandbox.set_up(history=True, username="zz_invented")

    wrong = await house.wrong()

    assert {what.partition("bot: ")[2][:14] for what in wrong.keys() - HALVES} == {
        "The group is p",
        "Who joins sees",
        "Nobody has vou",
    }


async def test_a_topic_that_is_not_there_is_found(house: House) -> None:
    house.staff["staff_topic"] = house.sandbox.make_topic("Reports")
    assert (await house.wrong()).keys() == HALVES

    house.staff["staff_topic"] += 1
    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {"staff topic"}
    assert "FRONT_DOOR_STAFF_TOPIC" in wrong["staff topic"]


async def test_updates_set_aside_this_week_are_told(house: House) -> None:
    day = datetime.fromtimestamp(house.clock(), UTC).date()
    store = Store(house.shared["database_url"])
    await store.prepare()
    async with store.begin() as books:
        for days in (0, 0, 1, 8):
            await books.quarantine.add("door", "message", "KeyError", day - timedelta(days=days))
    await store.close()

    wrong = await house.wrong()

    (told,) = [mend for what, mend in wrong.items() if what not in HALVES]
    assert told.startswith("3 message at the door (KeyError). Those people")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+asyncpg://postgres:{SECRET}@127.0.0.1:9/nothing",
        f"postgresql+asyncpg://postgres:{SECRET}@/nothing?host=/nowhere",
        "sqlite+aiosqlite:////dev/null/nothing.db",
    ],
)
async def test_a_database_that_is_down_is_found(house: House, url: str) -> None:
    house.shared["database_url"] = SecretStr(url)

    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {"database"}
    assert "Is FRONT_DOOR_DATABASE_URL right?" in wrong["database"]


async def test_a_file_that_is_no_database_is_found(house: House, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"zz this is no database at all " * 100)
    house.shared["database_url"] = SecretStr(f"sqlite+aiosqlite:///{other}")

    assert (await house.wrong()).keys() - HALVES == {"database"}


@pytest.mark.parametrize("url", [f"redis://:{SECRET}@127.0.0.1:9", "unix:///nowhere/redis"])
async def test_a_redis_that_is_down_is_found(house: House, url: str) -> None:
    house.shared["redis_url"] = SecretStr(url)

    wrong = await house.wrong()

    assert wrong.keys() - HALVES == {"Redis"}
    assert "Is FRONT_DOOR_REDIS_URL right?" in wrong["Redis"]


async def test_real_servers_that_answer_are_in_order(
    house: House, bare_postgres_url: str, redis_url: str
) -> None:
    house.shared |= {"database_url": bare_postgres_url, "redis_url": redis_url}

    assert (await house.wrong()).keys() == HALVES


def test_numbers_nobody_has_called_are_listed() -> None:
    today = date(2026, 11, 24)
    numbers = [
        entry.text("number", "en")
        for entry in facts.entries("help").values()
        if entry.shown and not entry.always and entry.called is None
    ]

    mends = [finding.mend for finding in check_facts(today) if "has called" in finding.what]

    assert [mend.partition(", then")[0] for mend in mends] == [f"Call {one}" for one in numbers]


def test_facts_past_their_date_are_listed() -> None:
    late = date(2026, 11, 24) + timedelta(days=3650)

    stale = [finding.mend for finding in check_facts(late) if "is up to date" in finding.what]

    entries = (*facts.entries("help").values(), *facts.entries("law").values())
    assert len(stale) == len([entry for entry in entries if entry.stale(late)]) > 25
    assert all("read it again" in mend for mend in stale)


def test_laws_that_no_lawyer_has_looked_at_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    today = date(2026, 11, 24)

    def about_lawyers() -> list[str]:
        return [finding.mend for finding in check_facts(today) if "lawyer" in finding.what]

    (mend,) = about_lawyers()
    assert all(key in mend for key in facts.entries("law"))
    monkeypatch.setattr(facts.Entry, "proofed", today)
    assert about_lawyers() == []


def test_a_finding_says_what_and_how_to_mend_it() -> None:
    assert str(Finding("Redis")) == "ok    Redis"
    assert str(Finding("Redis", "Start it.")) == "WRONG Redis\n      Start it."


async def test_the_first_broken_audit_row_is_named(house: House) -> None:
    settings = StaffSettings(**house.shared, **house.staff)
    store = Store(str(house.shared["database_url"]))
    await store.prepare()
    async with store.begin() as books:
        for what in ("take", "reveal", "note"):
            await books.audit.add(7, what, "quiet heron", datetime(2026, 11, 24, tzinfo=UTC))
    whole = await check_audit(settings)
    async with store.begin() as books:
        spoil = update(tables.audit).where(tables.audit.c.id == 2).values(what="panel")
        await books.cases._connection.execute(spoil)

    broken = await check_audit(settings)

    await store.close()
    assert str(whole).startswith("ok    audit: 3 rows, whole; the last link is ")
    assert broken.what == "audit row 2"
    assert broken.mend


def test_check_of_the_audit_without_settings_names_them_and_fails(tmp_path: Path) -> None:
    done = run("check", "--audit", folder=tmp_path)

    assert done.returncode == 1
    assert "FRONT_DOOR_STAFF_CHAT is missing" in done.stdout


def test_check_without_settings_names_them_and_fails(tmp_path: Path) -> None:
    done = run("check", folder=tmp_path)

    assert done.returncode == 1
    assert "WRONG settings of the door" in done.stdout
    assert "FRONT_DOOR_STAFF_CHAT is missing" in done.stdout
    assert done.stderr == ""


# The commands


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"])

    assert shown.exit_code == 0
    assert all(command[0] in shown.output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_command_says_what_it_is_for(command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])

    assert shown.exit_code == 0
    assert "Usage" in shown.output
    assert len(shown.output.splitlines()) > 4


def test_every_command_is_in_this_list() -> None:
    names = {
        command.name or (command.callback and command.callback.__name__)
        for command in app.registered_commands
    }

    assert names | {"keys"} == {command[0] for command in COMMANDS}
