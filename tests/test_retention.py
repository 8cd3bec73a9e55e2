"""Retention: closed cases go on their day, by a moved clock; open ones never go by themselves."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.archivist import Archivist
from bot.parcels import Delete, Edit
from handlers import staff
from handlers.casework import KEPT_FOR
from handlers.retention import erased_on
from handlers.spoken import Voice
from storage import tables
from storage.books import Case, NoSuchCase
from storage.migrations import downgrade, upgrade
from tests.both import KIT, Both, both, one
from tests.test_migrations import bare_url
from tests.test_staff_room import House, house

__all__ = ["bare_url", "both", "house", "one"]

DAY = 24 * 3600
LEFT = "Nobody has these cases"


async def sweep(both: Both, kept_for: timedelta = KEPT_FOR) -> bool:
    """The archivist's round, now."""
    return await Archivist(both.store, kept_for).go(both.now())


async def closed(both: Both) -> tuple[Case, str]:
    """A case that Kit has closed, and its sixteen digits."""
    guest, code = await both.filed()
    await guest.walk("/clear")
    await both.deliver()
    await both.take()
    await both.press("end", 0, "withdrawn")
    await both.deliver()
    return await both.case(), code


async def count_rows(both: Both) -> dict[str, int]:
    """How many rows each table of a case has."""
    counts = {}
    async with both.store.begin() as books:
        for table in tables.metadata.sorted_tables:
            if table is tables.cases or any(
                key.column.table is tables.cases for key in table.foreign_keys
            ):
                found = await books._connection.execute(table.select())
                counts[table.name] = len(found.all())
    return counts


async def test_a_closed_case_goes_when_thirty_days_are_over(both: Both) -> None:
    case, code = await closed(both)
    assert case.erased_on == date(2027, 1, 15) + KEPT_FOR + timedelta(days=1)

    both.clock.move(30 * DAY)
    assert not await sweep(both)
    assert (await both.case()).name == case.name
    both.clock.move(DAY)
    assert await sweep(both)

    errands = await both.deliver()
    assert set((await count_rows(both)).values()) == {0}
    said = [one.parcel.answer.text for one in errands if isinstance(one, Edit)]
    assert f"{case.name}: closed, and erased when its time was over." in said[-1]
    async with both.store.begin() as books:
        assert await books.posts.get(case.id) is None
        assert "close: withdrawn" in [row.what for row in await books.audit.of(case.name)]
    shown = await both.door.person().walk("/start", "/status", code)
    assert "A closed case is erased after a while" in shown.text
    assert not await sweep(both)


async def test_the_day_is_said_to_the_team_and_to_the_person(one: Both) -> None:
    _, code = await closed(one)

    assert "It is erased on 2027-02-15." in await one.press("panel")
    shown = await one.door.person().walk("/start", "/status", code)
    assert "On 15 Feb 2027 all that is in this case is erased" in shown.text


async def test_a_case_that_is_opened_again_begins_anew(both: Both) -> None:
    case, code = await closed(both)
    both.clock.move(29 * DAY)
    guest = both.door.person()
    await guest.walk("/start", "/status", code, "[Write to our team]", "zz again", "[Send]")

    both.clock.move(10 * DAY)
    await sweep(both)

    again = await both.case()
    assert (again.id, again.state, again.erased_on) == (case.id, "waiting", None)
    await both.take()
    await both.press("end", 0, "withdrawn")
    assert (await both.case()).erased_on == date(2027, 1, 15) + timedelta(days=29 + 10 + 31)


async def test_its_holder_opens_it_again_before_its_day(one: Both) -> None:
    case, _ = await closed(one)
    await one.press("reopen")
    await one.type("zz it came back")

    one.clock.move(90 * DAY)
    await sweep(one)

    assert (await one.case()).state == "taken"
    assert (await one.case()).id == case.id


@pytest.mark.parametrize("taken", [True, False])
async def test_an_open_case_never_goes_by_itself(both: Both, taken: bool) -> None:
    await both.filed()
    if taken:
        await both.take()

    both.clock.move(400 * DAY)
    await sweep(both)

    assert (await both.case()).state == ("taken" if taken else "waiting")


async def test_of_a_case_that_nobody_took_the_leads_hear_once_a_day(both: Both) -> None:
    await both.filed()
    name = (await both.case()).name
    async with both.store.begin() as books:
        await books.signs.hang("lead", 77, "zz lead")

    both.clock.move(29 * DAY)
    assert not await sweep(both)
    both.clock.move(DAY)
    assert await sweep(both)
    assert not await sweep(both)

    async with both.store.begin() as books:
        letter = await books.outbox.get("leads:left")
    assert letter is not None
    assert (letter.body["name"], letter.body["all"], letter.body["days"]) == (name, 1, 30)
    words = Voice("en", date(2027, 1, 15)).page(staff.to_leads(letter.body).says).text
    assert "sent 30 days ago or before: 1. The oldest is" in words
    both.clock.move(DAY)
    assert await sweep(both)
    await both.take()
    both.clock.move(DAY)
    assert not await sweep(both)


async def test_what_was_shown_of_it_goes_from_the_screen_too(one: Both) -> None:
    await one.filed()
    await one.take()
    await one.press("show")
    await one.press("end", 0, "withdrawn")

    one.clock.move(31 * DAY)
    await sweep(one)

    assert Delete(KIT.id, 7) in await one.deliver()


async def test_a_case_opened_while_the_round_goes_stays(one: Both) -> None:
    case, _ = await closed(one)
    one.clock.move(31 * DAY)
    archivist = Archivist(one.store, KEPT_FOR)
    async with one.store.begin() as books:
        due = await books.cases.to_erase(date(2027, 2, 15), 20)
        await books.cases.reopen(case.id, KIT.id, KIT.name)

    for case_id in due:
        await archivist._erase(case_id, one.now())

    assert due == [case.id]
    assert (await one.case()).state == "taken"


async def test_a_round_in_which_it_went_already_does_nothing(one: Both) -> None:
    case, _ = await closed(one)
    async with one.store.begin() as books:
        await books.cases.erase(case.id)

    await Archivist(one.store, KEPT_FOR)._erase(case.id, one.now())

    async with one.store.begin() as books:
        assert await books.outbox.get(f"erased:{case.id}") is None
        with pytest.raises(NoSuchCase):
            await books.cases.get(case.id)


def test_a_letter_stays_as_long_as_its_reader_was_told() -> None:
    today, week = date(2027, 1, 15), timedelta(days=7)

    assert erased_on(today, week) == date(2027, 1, 23)
    assert erased_on(today, week, [date(2027, 1, 10)]) == date(2027, 2, 10)
    assert erased_on(today, KEPT_FOR, [date(2027, 1, 10)]) == date(2027, 2, 15)


async def test_in_the_staff_room_a_closed_case_goes_and_its_card_says_so(
    house: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with house() as at:
        await at.held()
        await at.press(at.kit, "Close", "how did it end?")
        await at.press(at.kit, "it was withdrawn", "close it, because")
        await at.press(at.kit, "Yes, close it", "It is erased on")
        card = await at.group.sees("Closed: it was withdrawn.")

        at.move(31 * DAY)

        gone = await at.group.sees("quiet heron: closed, and erased when its time was over.")
        assert gone.id == card.id
        await at.kit.say("/case quiet heron")
        await at.kit.sees("I find no case of that name.")
        assert "close: withdrawn" in await at.audit()


# From an older version


@pytest.fixture
async def older(bare_url: str) -> AsyncIterator[AsyncConnection]:
    """A database as it was before this."""
    engine = create_async_engine(bare_url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, "0005")
        yield connection
    await engine.dispose()


def reflected(connection: Connection, name: str) -> Table:
    """A table as it is there, with the types of today."""
    columns = [column["name"] for column in inspect(connection).get_columns(name)]
    ours = tables.metadata.tables[name].c
    both = [one for one in columns if one in ours]
    return Table(name, MetaData(), *(Column(one, ours[one].type) for one in both))


async def test_what_was_counted_and_closed_before_is_counted_and_goes(
    older: AsyncConnection,
) -> None:
    cases = await older.run_sync(reflected, "cases")
    links = await older.run_sync(reflected, "links")
    row = {"language": "en", "minor": "no", "urgency": "soon", "news": False, "version": 1}
    row |= {"happened": b"zz", "day": date(2026, 11, 3), "counted": False, "hour": 0}
    for number, state in enumerate(("closed", "taken")):
        case = row | {"id": str(number) * 32, "name": f"zz {number}", "state": state}
        await older.execute(cases.insert().values(case))
    link = {"case_id": "1" * 32, "sealed": b"zz", "day": date(2026, 11, 9)}
    for number, state in enumerate(("new", "removed")):
        await older.execute(links.insert().values(link | {"number": number, "state": state}))
    for month, what, value in (
        ("2026-10", "gender", "woman"),
        ("2026-11", "gender", "woman"),
        ("2026-11", "outcome", "withdrawn"),
    ):
        counted = {"month": month, "what": what, "value": value, "times": 2}
        await older.execute(tables.figures.insert().values(counted))

    await older.run_sync(upgrade)

    days = (await older.execute(select(tables.cases.c.state, tables.cases.c.erased_on))).all()
    assert {state: day is not None for state, day in days} == {"closed": True, "taken": False}
    since = await older.scalars(select(tables.links.c.since).order_by(tables.links.c.number))
    assert list(since) == [date(2026, 11, 9), date(2026, 11, 3)]
    figures = select(tables.figures).order_by(tables.figures.c.month)
    assert (await older.execute(figures)).all() == [
        ("2026-00", "gender", "woman", 4),
        ("2026-11", "case", "withdrawn", 2),
    ]

    await older.run_sync(lambda connection: downgrade(connection, "0005"))

    assert (await older.execute(figures)).all() == [
        ("2026-11", "outcome", "withdrawn", 2),
        ("2026-12", "gender", "woman", 4),
    ]
