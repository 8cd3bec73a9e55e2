"""The tables a fresh start makes, and the way to them from any older version."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, inspect
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage import migrations, tables
from storage.books import Store
from storage.migrations import are_current, downgrade, upgrade
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
