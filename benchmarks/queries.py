"""Figure 7: the next case, and where else a link was reported, in a small and in a large database.

Rows are invented and their sealed fields short (a real link takes 2 KB), so that a million can be
made in seconds; what is asked about is in the indexes, where they are of real size.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from benchmarks.rows import Plan, Row
from storage import tables
from storage.books import Books, Store
from tests.servers import postgres

FEW, MANY = 1_000, 1_000_000
LINKS_A_CASE = 5
WAITING = 10  # one case in so many
A_BATCH = 20_000
SEALED = b"zz invented " * 8

Ask = Callable[[Books, int], Awaitable[object]]


async def queries(plan: Plan) -> list[Row]:
    """On SQLite, and if asked for on PostgreSQL too."""
    with TemporaryDirectory() as folder:
        small, large = (f"sqlite+aiosqlite:///{folder}/{many}.db" for many in (FEW, MANY))
        rows = await compared("SQLite", small, large, plan.look_ups)
    if plan.postgres:
        with postgres() as folder:
            small, large = await new_database(folder, "small"), await new_database(folder, "large")
            rows += await compared("PostgreSQL", small, large, plan.look_ups)
    return rows


async def new_database(folder: str, name: str) -> str:
    """The address of an empty database of that cluster."""
    address = f"postgresql+asyncpg://postgres@/{{}}?host={folder}"
    engine = create_async_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    await engine.dispose()
    return address.format(name)


async def compared(where: str, small_url: str, large_url: str, look_ups: int) -> list[Row]:
    """Both questions, asked of both databases by turns."""
    async with filled(small_url, FEW) as small, filled(large_url, MANY) as large:
        rows: list[Row] = []
        for name, ask in (("next case", next_case), ("duplicate look-up", look_up)):
            took: tuple[list[float], list[float]] = ([], [])
            for number in range(look_ups):
                took[0].append(await asked(small, ask, number % FEW))
                took[1].append(await asked(large, ask, number * 997 % MANY))
            rows += row(f"7 {name}, 1 k -> 1 M links, {where}", *took)
        return rows


async def next_case(books: Books, number: int) -> object:
    """What the queue's first line needs."""
    return await books.cases.waiting(1)


async def look_up(books: Books, number: int) -> object:
    """Which cases have this link."""
    return await books.links.cases_with(mark(number))


async def asked(store: Store, ask: Ask, number: int) -> float:
    """Milliseconds."""
    async with store.begin() as books:
        start = time.perf_counter()
        await ask(books, number)
        return 1000 * (time.perf_counter() - start)


def row(figure: str, small: list[float], large: list[float]) -> list[Row]:
    """The middle one, and all but the slowest hundredth."""
    rows = []
    for name, most, of in (("p50", 1.5, statistics.median), ("p99", 3.0, p99)):
        before, after = of(small), of(large)
        ratio = after / before
        rows.append(
            Row(
                f"{figure}, {name}",
                f"{before:.2f} ms at 1 k",
                f"{after:.2f} ms at 1 M",
                f"x{ratio:.2f}",
                f"<= x{most}",
                ratio <= most,
            )
        )
    return rows


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


# Filling


@asynccontextmanager
async def filled(url: str, many: int) -> AsyncIterator[Store]:
    """A database with so many links, five a case, one case in ten waiting."""
    store = Store(url)
    try:
        await store.prepare()
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            for some in range(0, many, A_BATCH):
                await fill(connection, range(some, min(some + A_BATCH, many)))
        async with engine.connect() as connection:
            await connection.exec_driver_sql("ANALYZE")
            await connection.commit()
        await engine.dispose()
        yield store
    finally:
        await store.close()


async def fill(connection: AsyncConnection, numbers: range) -> None:
    """These links and their cases."""
    cases = [case(number) for number in numbers[::LINKS_A_CASE]]
    await connection.execute(insert(tables.cases), cases)
    await connection.execute(insert(tables.links), list(links(numbers, cases)))


def case(number: int) -> dict[str, object]:
    """A case, closed or waiting."""
    turn = number // LINKS_A_CASE
    waiting = turn % WAITING == 0
    return {
        "id": uuid4().hex,
        "name": f"zz invented {number}",
        "language": "en",
        "minor": "no",
        "urgency": ("calm", "soon", "now")[turn // WAITING % 3],
        "news": False,
        "state": "waiting" if waiting else "closed",
        "day": date(2027, 1, 1) + timedelta(days=turn % 365),
        "happened": SEALED,
        "version": 1,
    }


def links(numbers: range, cases: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The links of these cases, each with its mark."""
    for at, number in enumerate(numbers):
        yield {
            "case_id": cases[at // LINKS_A_CASE]["id"],
            "number": at % LINKS_A_CASE + 1,
            "sealed": SEALED,
            "state": "new",
            "mark": mark(number),
            "day": date(2027, 1, 1),
        }


def mark(number: int) -> bytes:
    """Like the keyed hash of a link: 16 bytes in no order."""
    return hashlib.sha256(str(number).encode()).digest()[:16]
