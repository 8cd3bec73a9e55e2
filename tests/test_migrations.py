"""The tables a fresh start makes, and the way to them from any older version."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    inspect,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage import migrations, tables
from storage.books import Request, Store
from storage.links import Links
from storage.migrations import are_current, downgrade, upgrade
from storage.outbox import Outbox
from storage.requests import Requests
from storage.seal import Sealed
from storage.tables import metadata
from storage.traces import Audit


@pytest.fixture(params=["sqlite", "postgres"])
def bare_url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return sqlite_url.replace("/front-door/", "/")
    return str(request.getfixturevalue("bare_postgres_url"))


@pytest.fixture
async def bare(bare_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to a database without tables."""
    engine = create_async_engine(bare_url)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_up_down_up_ends_where_it_began(bare: AsyncConnection) -> None:
    await bare.run_sync(upgrade)
    first = await bare.run_sync(_tables)
    await bare.run_sync(downgrade)
    nothing = await bare.run_sync(_tables)
    await bare.run_sync(upgrade)

    assert first == await bare.run_sync(_tables) == {*metadata.tables, "alembic_version"}
    assert nothing == {"alembic_version"}


async def test_the_migrations_make_exactly_the_tables_of_the_code(bare: AsyncConnection) -> None:
    await bare.run_sync(upgrade)

    assert await bare.run_sync(_drift) == []


async def test_the_index_of_waiting_cases_holds_only_those(bare: AsyncConnection) -> None:
    await bare.run_sync(upgrade)

    indexes = await bare.run_sync(lambda connection: inspect(connection).get_indexes("cases"))

    options = {index["name"]: index.get("dialect_options", {}) for index in indexes}
    assert "waiting" in str(options["cases_waiting"][f"{bare.dialect.name}_where"])


async def test_processes_that_start_together_make_the_tables_once(bare_url: str) -> None:
    stores = [Store(bare_url) for _ in range(4)]

    async with asyncio.TaskGroup() as group:
        for store in stores:
            group.create_task(store.prepare())

    async with stores[0].begin() as books:
        assert await books.cases.count_waiting() == 0
    for store in stores:
        await store.close()


async def test_the_folder_made_for_a_new_file_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    store = Store(f"sqlite+aiosqlite:///{folder / 'books.db'}")
    await store.prepare()
    await store.close()

    assert folder.stat().st_mode & 0o077 == 0


def test_a_developer_can_run_them_from_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'books.db'}"
    settings = Path(__file__).parent.parent / "pyproject.toml"
    command = [sys.executable, "-m", "alembic", "-c", str(settings), "-x", f"url={url}", "check"]

    before = subprocess.run(command, capture_output=True, text=True, check=False)
    subprocess.run([*command[:-1], "upgrade", "head"], capture_output=True, check=True)
    after = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "not up to date" in before.stdout + before.stderr
    assert (after.returncode, after.stdout.strip()) == (0, "No new upgrade operations detected.")


async def test_audit_rows_from_before_the_chain_are_chained(bare: AsyncConnection) -> None:
    await bare.run_sync(upgrade, "0001")
    old = {"at": datetime(2026, 11, 24, 12, 0, 1, 7, tzinfo=UTC), "who": 7, "case_name": "zz"}
    row = {name: column for name, column in tables.audit.c.items() if name != "chain"}
    table = Table("audit", MetaData(), *(Column(name, col.type) for name, col in row.items()))
    for number, what in enumerate(("take", "reveal"), 1):
        await bare.execute(table.insert().values(id=number, what=what, **old))

    await bare.run_sync(upgrade)

    assert await Audit(bare).first_broken() is None
    assert (await Audit(bare).end())[0] == 2


CASE_ID = "c" * 32
OLD = {
    1: ("requested", b"zz-1"),
    2: ("removed", b"zz-2"),
    3: ("refused", None),
    4: ("requested", None),
    5: ("new", None),
}
"""The links of a case before there were requests: state and reference."""


async def fill(bare: AsyncConnection) -> None:
    """A case that somebody holds, as the tables of 0005 keep it."""
    case = {"id": CASE_ID, "name": "quiet heron", "language": "en", "minor": "no", "version": 1}
    case |= {"urgency": "soon", "news": False, "state": "taken", "holder": 41, "happened": b""}
    await bare.execute(_old("cases", set()).insert().values(day=date(2026, 11, 20), **case))
    links = _old(
        "links", {"look", "home", "counted_as", "since"}, Column("reference", LargeBinary)
    )
    for number, (state, reference) in OLD.items():
        row = {"case_id": CASE_ID, "number": number, "sealed": b"", "state": state}
        row |= {"reference": reference, "day": date(2026, 11, 23)}
        await bare.execute(links.insert().values(**row))


def _old(name: str, without: set[str], *more: Column[Any]) -> Table:
    """A table of today, as it was."""
    known = metadata.tables[name].c.items()
    columns = [Column(key, column.type) for key, column in known if key not in without]
    return Table(name, MetaData(), *columns, *more)


async def test_what_was_asked_before_there_were_requests_is_asked_still(
    bare: AsyncConnection,
) -> None:
    await bare.run_sync(upgrade, "0005")
    await fill(bare)

    await bare.run_sync(upgrade)

    day = date(2026, 11, 23)
    due = date(2026, 11, 30)
    requests = Requests(bare)
    assert await requests.of(CASE_ID) == [
        Request(CASE_ID, 1, 1, "", day, due, Sealed(b"zz-1")),
        Request(CASE_ID, 2, 1, "", day, due, Sealed(b"zz-2"), "removed", day),
        Request(CASE_ID, 4, 1, "", day, due),
    ]
    looks = {row.number: row.look for row in await Links(bare).of(CASE_ID)}
    assert looks == {1: due, 2: None, 3: None, 4: due, 5: None}
    (letter,) = await Outbox(bare).of_case(CASE_ID, "due")
    assert (letter.key, letter.due) == (f"due:{CASE_ID}", datetime(2026, 11, 30, 2, tzinfo=UTC))


async def test_a_reference_goes_back_to_its_link_on_the_way_down(bare: AsyncConnection) -> None:
    await bare.run_sync(upgrade, "0005")
    await fill(bare)
    await bare.run_sync(upgrade)

    await bare.run_sync(lambda connection: downgrade(connection, "0005"))

    links = _old(
        "links", {"look", "home", "counted_as", "since"}, Column("reference", LargeBinary)
    )
    rows = await bare.execute(select(links).order_by(links.c.number))
    assert {row.number: (row.state, row.reference) for row in rows} == OLD
    assert await Outbox(bare).of_case(CASE_ID, "due") == []


def test_there_is_one_line_of_revisions() -> None:
    assert ScriptDirectory(str(migrations.FOLDER)).get_heads() == [migrations.newest()]


async def test_tables_of_today_are_left_alone(bare: AsyncConnection) -> None:
    before = await bare.run_sync(are_current)
    await bare.run_sync(upgrade)
    assert [before, await bare.run_sync(are_current)] == [False, True]

    await bare.run_sync(lambda connection: downgrade(connection, "0001"))

    assert not await bare.run_sync(are_current)


def test_no_column_that_could_hold_a_chat_id_is_about_a_person() -> None:
    wide = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, BigInteger) and not column.primary_key
    }

    assert wide == {
        "audit.who",
        "cases.holder",
        "notes.author",
        "outbox.floor",
        "posts.chat",
        "posts.message",
    }
