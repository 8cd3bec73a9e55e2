"""Many links at once: recorded by one press, each with its own record, and undone by one."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from handlers.marking import find_back
from handlers.staff import DO_NOT_ASK, Caseworker, Screen
from handlers.talk import Button
from handlers.together import runs
from handlers.visits import consent
from storage.books import LinkRow, Store
from storage.keys import DoorKeys, StaffKeys
from storage.requests import OF_THE_CASE
from tests.cases import Keys, telegram
from tests.conftest import Clock as Time
from tests.test_casebook import KIT, LEAD, MAN, Room, labels, said
from tests.test_desk import DAY, TODAY, add_link, asked, card_goes_out, states

MANY = tuple(map(telegram, range(1, 13)))
LONG = "9" * 15  # an update's number at its longest


@pytest.fixture
def room(store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Time) -> Room:
    return Room.open(store, Keys(door_keys, staff_keys), clock)


@pytest.fixture
def small_room(
    sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Time
) -> Room:
    return Room.open(sqlite_store, Keys(door_keys, staff_keys), clock)


@pytest.fixture
def statements(store: Store) -> Iterator[list[str]]:
    """What is asked of the database, as it is asked."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = store._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def button(screen: Screen, label: str) -> Button:
    """The button that is called so, or begins so."""
    found = zip(screen.buttons, labels(screen), strict=True)
    return next(one for one, words in found if words.startswith(label))


async def follow(room: Room, screen: Screen, label: str, by: Caseworker = KIT) -> Screen:
    return await room.book.press(room.act(by), button(screen, label).name)


async def all_of(room: Room, case_id: str, label: str = "All of Telegram") -> Screen:
    """The screen on which all of a platform are recorded."""
    return await follow(room, await room.press("record", case_id), label)


async def rows(room: Room, case_id: str) -> Mapping[int, LinkRow]:
    async with room.store.begin() as books:
        return {row.number: row for row in await books.links.of(case_id)}


async def counted(room: Room) -> dict[str, int]:
    """The counters of links, by how they ended."""
    async with room.store.begin() as books:
        found = await books.figures.of("2027-01")
    return {
        value.split(":", 2)[2]: times for (what, value), times in found.items() if what == "link"
    }


async def agree(room: Room, case_id: str) -> None:
    """The person lets us count their case, and its links have their marks."""
    async with room.store.begin() as books:
        await books.consents.put(consent(case_id, "count", True, TODAY, "zz", "en"))
    await card_goes_out(room, case_id)


# Which, and how they stand


async def test_a_platform_with_several_links_has_one_button_and_one_alone_has_none(
    small_room: Room,
) -> None:
    room = small_room
    case_id = await room.held(urls=MANY)
    alone = await room.held(name="calm otter", urls=MANY[:1])

    assert labels(await room.press("record", case_id))[0] == "All of Telegram: 12"
    assert labels(await room.press("record", alone)) == ["1", "Back"]


async def test_a_page_of_links_has_the_buttons_of_its_own_sites_alone(small_room: Room) -> None:
    room = small_room
    urls = [f"https://zz-{n // 2}.example/{n}" for n in range(60)]
    case_id = await room.held(urls=urls, platform="website")

    first, last = [await room.press("record", case_id, page) for page in (0, 2)]

    assert labels(first)[:2] == ["All of zz-0.example: 2", "All of zz-1.example: 2"]
    assert labels(last)[0] == "All of zz-20.example: 2"
    assert len(last.buttons) == 10 + 20 + 2


async def test_each_site_has_its_own_button(small_room: Room) -> None:
    room = small_room
    urls = ["https://www.zz-a.example/1", "https://zz-b.example/2", "https://zz-a.example/3"]
    case_id = await room.held(urls=urls, platform="website")

    screen = await all_of(room, case_id, "All of zz-a.example: 2")
    await follow(room, screen, "removed: 2")

    assert await states(room, case_id) == ["removed", "new", "removed"]
    assert (await room.audit())[:3] == ["take", "tails", "sites"]
    assert [one.key for one in await room.letters(after=DAY) if one.kind == "hide"] == [
        "hide:41:7"
    ]


async def test_the_screen_tells_how_many_stand_how_and_offers_what_would_be_news(
    small_room: Room,
) -> None:
    room = small_room
    case_id = await room.held(urls=MANY)
    for number in (2, 3, 4, 5, 9):
        await room.press("set", case_id, number, "requested")
    await room.press("set", case_id, 7, "removed")

    screen = await all_of(room, case_id)

    assert said(screen).split("\n")[:4] == [
        "quiet heron: all of Telegram.",
        "• not yet asked, 6: 1, 6, 8, 10–12",
        "• asked to remove, 5: 2–5, 9",
        "• removed, 1: 7",
    ]
    assert labels(screen) == [
        "Asked, its own form: 6",
        "Asked, search engines: 6",
        "Asked, regulator: 6",
        "removed: 11",
        "refused: 11",
        "back again: 1",
        "Back",
    ]
    assert "t.me" not in said(screen)
    assert "sites" not in await room.audit()


async def test_no_button_is_longer_than_telegram_allows(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY)
    act = room.act(update=int(LONG))
    name = button(await room.press("record", case_id), "All of Telegram").name

    first = await room.book.press(act, name)
    second = await follow(room, first, "refused")

    for screen in (first, second):
        assert all(len(one.name.encode()) <= 64 for one in screen.buttons)
    assert button(second, "Undo all").name.endswith(f":{LONG}:")


def test_numbers_in_a_row_are_told_by_the_first_and_the_last() -> None:
    assert runs([3, 1, 2, 7]) == ("1–3", "7")
    assert runs([1, 2, 4]) == ("1", "2", "4")
    assert runs([]) == ()


# Recorded


async def test_twelve_links_are_removed_by_one_press_each_with_its_own_record(
    room: Room,
) -> None:
    case_id = await room.held(urls=MANY, news=True)
    await agree(room, case_id)
    for number in (1, 2):
        await room.press("set", case_id, number, "requested")
    audit = len(await room.audit())

    screen = await follow(room, await all_of(room, case_id), "removed: 12")

    assert said(screen).split("\n") == ["quiet heron: recorded as “removed”, links: 12 (1–12)."]
    assert labels(screen) == ["Undo all", "Another link", "Back"]
    assert await states(room, case_id) == ["removed"] * 12
    assert [(one.link, one.answer) for one in await asked(room, case_id)] == [
        (1, "removed"),
        (2, "removed"),
    ]
    assert (await room.audit())[audit:] == [
        "tails",
        *(f"record {number}: removed" for number in range(1, 13)),
    ]
    assert await counted(room) == {"removed:0-0": 12}
    assert [one.kind for one in await room.letters("door", after=DAY)] == ["news"]
    async with room.store.begin() as books:
        assert await books.audit.first_broken() is None


async def test_asked_by_one_way_is_a_request_for_each_and_their_clocks_run(room: Room) -> None:
    case_id = await room.held(urls=MANY[:3], platform="x")
    await room.press("set", case_id, 1, "requested")
    room.clock.move(7 * DAY)

    screen = await all_of(room, case_id, "All of X (Twitter)")
    await follow(room, screen, "Asked, search engines: 3")

    found = [(one.link, one.number, one.rung, one.answer) for one in await asked(room, case_id)]
    assert found == [
        (1, 1, "form", "silent"),
        (1, 2, "search", None),
        (2, 1, "search", None),
        (3, 1, "search", None),
    ]
    week = TODAY + timedelta(days=14)
    assert {row.look for row in (await rows(room, case_id)).values()} == {week}
    assert [one.kind for one in await room.letters(after=7 * DAY) if one.kind == "due"] == ["due"]


async def test_another_way_is_no_news_while_an_answer_has_time_left(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY[:3], platform="x")
    await follow(room, await all_of(room, case_id, "All of X (Twitter)"), "Asked, its own form: 3")

    early = labels(await all_of(room, case_id, "All of X (Twitter)"))
    room.clock.move(7 * DAY)
    late = labels(await all_of(room, case_id, "All of X (Twitter)"))

    assert not any(label.startswith("Asked, ") for label in early)
    assert "Asked, search engines: 3" in late


async def test_what_has_that_state_or_was_asked_that_way_already_is_no_news(room: Room) -> None:
    case_id = await room.held(urls=MANY[:3])
    await room.press("set", case_id, 2, "requested")

    screen = await follow(room, await all_of(room, case_id), "Asked, its own form: 2")

    assert "links: 2 (1, 3)" in said(screen)
    assert [one.link for one in await asked(room, case_id)] == [1, 2, 3]


async def test_a_no_to_all_is_given_its_reason_by_one_press(room: Room) -> None:
    case_id = await room.held(urls=MANY[:4])
    await room.press("set", case_id, 4, "removed")

    refused = await follow(room, await all_of(room, case_id), "refused: 3")
    screen = await follow(room, refused, "Wants a court order")

    found = [(row.state, row.reason) for row in (await rows(room, case_id)).values()]
    assert found == [("refused", "court")] * 3 + [("removed", None)]
    assert "Why: Wants a court order." in said(screen)
    assert (await room.audit())[-3:] == [f"why {number}: court" for number in (1, 2, 3)]
    assert "Undo all" in labels(screen)


async def test_a_link_with_a_reason_of_its_own_keeps_it(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY[:3])
    refused = await follow(room, await all_of(room, case_id), "refused: 3")
    await room.press("why", case_id, 2, "proof")

    await follow(room, refused, "Wants a court order")
    await follow(room, refused, "Answers nobody")

    assert [row.reason for row in (await rows(room, case_id)).values()] == [
        "silent",
        "proof",
        "silent",
    ]


async def test_what_was_removed_is_back_by_one_press(room: Room) -> None:
    case_id = await room.held(urls=MANY[:4])
    await follow(room, await all_of(room, case_id), "removed: 4")
    room.clock.move(DAY)

    screen = await all_of(room, case_id, "Telegram, removed: 4")
    await follow(room, screen, "back again: 4")

    assert labels(screen) == ["back again: 4", "Back"]
    assert await states(room, case_id) == ["back"] * 4


async def test_a_link_that_changed_since_it_was_shown_is_left_and_named(room: Room) -> None:
    case_id = await room.held(urls=MANY[:5])
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 5, "removed")
    screen = await all_of(room, case_id)
    await room.press("set", case_id, 2, "refused")
    await room.press("set", case_id, 3, "removed")
    async with room.store.begin() as books:
        case = await books.cases.get(case_id)
        assert await find_back(books, case, 5, TODAY, TODAY, room.now())
        await books.links.drop(case_id, 4)
    await add_link(room, case_id, telegram(9))

    done = await follow(room, screen, "removed")

    assert said(done).split("\n") == [
        "quiet heron: recorded as “removed”, links: 1 (1).",
        "Changed since they were shown, and left as they are: 2, 4, 5.",
    ]
    found = {number: row.state for number, row in (await rows(room, case_id)).items()}
    assert found == {1: "removed", 2: "refused", 3: "removed", 5: "back", 6: "new"}


async def test_where_all_changed_meanwhile_nothing_is_recorded(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY[:2])
    screen = await all_of(room, case_id)
    for number in (1, 2):
        await room.press("set", case_id, number, "removed")
    audit = await room.audit()

    done = await follow(room, screen, "removed")

    assert "nothing is recorded" in said(done)
    assert "Undo all" not in labels(done)
    assert await room.audit() == audit


async def test_pressed_twice_it_is_recorded_once_and_tells_the_same(room: Room) -> None:
    case_id = await room.held(urls=MANY)
    name = button(await all_of(room, case_id), "removed").name
    act = room.act()

    first = await room.book.press(act, name)
    replayed = await room.book.press(act, name)
    once_more = await room.book.press(room.act(), name)

    assert first == replayed == once_more
    assert len([what for what in await room.audit() if what.startswith("record")]) == 12


async def test_two_presses_at_once_record_once(room: Room) -> None:
    case_id = await room.held(urls=MANY)
    screen = await all_of(room, case_id)
    names = [button(screen, label).name for label in ("removed", "refused")]

    await asyncio.gather(*(room.book.press(room.act(), name) for name in names))

    assert len(set(await states(room, case_id))) == 1
    assert len([what for what in await room.audit() if what.startswith("record")]) == 12


async def test_a_list_of_yesterday_records_nothing(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY)
    screen = await all_of(room, case_id)
    other = await room.held(name="calm otter", urls=MANY)
    name = button(screen, "removed").name

    elsewhere = await room.book.press(room.act(), name.replace(case_id, other))
    unknown = await room.book.press(room.act(), name.replace("removed", "eaten"))
    room.clock.move(DAY)
    late = await room.book.press(room.act(), name)

    for answer in (elsewhere, unknown, late):
        assert "That list is too old" in said(answer)
    assert set(await states(room, case_id) + await states(room, other)) == {"new"}


async def test_nobody_else_presses_what_another_was_shown(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY)
    screen = await all_of(room, case_id)
    name = button(screen, "removed").name

    theirs = await room.book.press(room.act(MAN), name)
    async with room.store.begin() as books:
        await books.cases.give(case_id, MAN.id, MAN.name)
    given = await room.book.press(room.act(MAN), name)

    assert "Kit has quiet heron" in said(theirs)
    assert "That list is too old" in said(given)
    assert set(await states(room, case_id)) == {"new"}


async def test_who_did_not_let_us_ask_is_not_asked_about_but_recorded(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY)
    before = button(await all_of(room, case_id), "Asked").name
    async with room.store.begin() as books:
        await books.consents.put(consent(case_id, "ask", False, TODAY, "zz", "en"))

    screen = await all_of(room, case_id)
    asking = await room.book.press(room.act(), before)
    await follow(room, screen, "removed: 12")

    assert [label.partition(":")[0] for label in labels(screen)] == ["removed", "refused", "Back"]
    assert DO_NOT_ASK in said(screen)
    assert said(asking).startswith(DO_NOT_ASK)
    assert await asked(room, case_id) == []
    assert set(await states(room, case_id)) == {"removed"}


# Under 18


async def test_under_18_no_way_is_told_and_no_site_but_the_states_are_recorded(
    room: Room,
) -> None:
    case_id = await room.held(urls=MANY[:3], minor="yes")
    sites = await room.held(name="calm otter", urls=MANY[:3], minor="yes", platform="website")
    for told in (case_id, sites):
        await room.press("tell", told, 0, "police")

    screen = await all_of(room, case_id)
    await follow(room, screen, "asked to remove: 3")

    assert [label.partition(":")[0] for label in labels(screen)] == [
        "asked to remove",
        "removed",
        "refused",
        "Back",
    ]
    assert "All of" not in "".join(labels(await room.press("record", sites)))
    assert {(one.link, one.rung) for one in await asked(room, case_id)} == {
        (OF_THE_CASE, "police"),
        (1, "form"),
        (2, "form"),
        (3, "form"),
    }
    assert not {"tails", "sites"} & set(await room.audit())


@pytest.mark.parametrize("verb", ["state", "set", "ask", "why", "every", "each", "because"])
async def test_under_18_nothing_is_recorded_before_somebody_was_told(
    small_room: Room, verb: str
) -> None:
    room = small_room
    case_id = await room.held(urls=MANY[:2], minor="yes")

    screen = await room.press(verb, case_id, 1, "refused")

    assert "Refer first." in said(screen)
    assert await states(room, case_id) == ["new", "new"]
    assert await room.audit() == ["take"]


async def test_a_lead_who_said_why_sees_the_sites_and_the_ways(small_room: Room) -> None:
    room = small_room
    urls = ["https://zz-a.example/1", "https://zz-a.example/2"]
    case_id = await room.file(urls=urls, minor="yes", platform="website")
    await room.take(case_id, LEAD)

    async def pressed(verb: str, number: int = 0, word: str = "") -> Screen:
        name = f"{verb}:{case_id}:{number}:{word}"
        return await room.book.press(room.act(LEAD), name)

    await pressed("tell", 0, "police")
    closed = labels(await pressed("record"))
    await pressed("unlock")
    await room.book.type(room.act(LEAD), "zz why")
    opened = await pressed("every", 1)

    assert closed == ["1", "2", "Back"]
    assert "zz-a.example" in said(opened)
    assert any(label.startswith("Asked, ") for label in labels(opened))


# Undone


async def test_all_is_undone_by_one_press_as_if_it_had_never_been(room: Room) -> None:
    case_id = await room.held(urls=MANY, news=True)
    await agree(room, case_id)
    await room.press("set", case_id, 1, "requested")
    await room.press("set", case_id, 2, "refused")
    await room.press("why", case_id, 2, "court")
    before = (await rows(room, case_id), await asked(room, case_id), await counted(room))

    done = await follow(room, await all_of(room, case_id), "removed: 12")
    room.clock.move(9 * 60)
    undone = await follow(room, done, "Undo all")

    assert said(undone).split("\n") == ["Undone.", "quiet heron: as before, links: 12 (1–12)."]
    assert labels(undone) == ["Another link", "Back"]
    after = (await rows(room, case_id), await asked(room, case_id), await counted(room))
    assert after == before
    undos = [what for what in await room.audit() if what.startswith("undo")]
    assert undos[:3] == ["undo 1: requested", "undo 2: refused", "undo 3: new"]
    assert len(undos) == 12
    assert [one.kind for one in await room.letters("door", after=DAY)] == ["news"]


async def test_what_was_asked_of_all_is_undone_with_its_requests(room: Room) -> None:
    case_id = await room.held(urls=MANY[:3])
    await room.press("set", case_id, 1, "requested")
    before = (await rows(room, case_id), await asked(room, case_id))

    done = await follow(room, await all_of(room, case_id), "Asked, search engines: 2")
    await follow(room, done, "Undo all")

    assert (await rows(room, case_id), await asked(room, case_id)) == before


async def test_after_ten_minutes_it_is_too_late(room: Room) -> None:
    case_id = await room.held(urls=MANY)
    done = await follow(room, await all_of(room, case_id), "removed")
    name = button(done, "Undo all").name
    room.clock.move(10 * 60)

    late = await room.book.press(room.act(), name)

    assert said(late).startswith("Too late to undo: record it anew.")
    assert "Undo all" not in labels(late)
    assert set(await states(room, case_id)) == {"removed"}
    room.clock.move(DAY)
    assert "Too late to undo" in said(await room.book.press(room.act(), name))


async def test_what_was_recorded_anew_is_not_undone_and_is_named(room: Room) -> None:
    case_id = await room.held(urls=MANY[:4])
    await card_goes_out(room, case_id)
    done = await follow(room, await all_of(room, case_id), "removed")
    await room.press("set", case_id, 1, "back")
    await room.press("undo", case_id, 2)
    async with room.store.begin() as books:
        case = await books.cases.get(case_id)
        assert await find_back(books, case, 3, TODAY, TODAY, room.now())

    undone = await follow(room, done, "Undo all")

    assert said(undone).split("\n")[1:] == [
        "quiet heron: as before, links: 1 (4).",
        "quiet heron: changed since, and left so: 1–3.",
    ]
    assert await states(room, case_id) == ["back", "new", "back", "new"]


async def test_one_of_many_is_undone_by_itself(room: Room) -> None:
    case_id = await room.held(urls=MANY[:3])
    await follow(room, await all_of(room, case_id), "removed")

    await room.press("undo", case_id, 2)

    assert await states(room, case_id) == ["removed", "new", "removed"]


async def test_undone_twice_is_undone_once(room: Room) -> None:
    case_id = await room.held(urls=MANY[:3])
    done = await follow(room, await all_of(room, case_id), "removed")
    name, act = button(done, "Undo all").name, room.act()

    first = await room.book.press(act, name)
    replayed = await room.book.press(act, name)
    once_more = await room.book.press(room.act(), name)
    recorded = await follow(room, await all_of(room, case_id), "removed: 3")

    assert first == replayed == once_more
    assert len([what for what in await room.audit() if what.startswith("undo")]) == 3
    assert "recorded as “removed”" in said(recorded)


async def test_a_reason_is_for_what_is_refused_and_not_undone(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=MANY[:2])
    removed = await follow(room, await all_of(room, case_id), "removed")
    mark = int(button(removed, "Undo all").name.split(":")[2])
    audit = await room.audit()

    for number, word in ((mark, "court"), (mark, "eaten"), (999, "court")):
        await room.press("because", case_id, number, word)

    assert await room.audit() == audit


# A draft


async def test_a_draft_of_several_cases_is_undone_by_one_press(room: Room) -> None:
    first = await room.held(urls=MANY[:2])
    second = await room.held(name="calm otter", urls=MANY[2:5])
    await room.press("set", second, 1, "refused")
    draft = await room.press("compose", first, 1, "all many act en")

    done = await follow(room, draft, "We asked")
    undone = await follow(room, done, "Undo all")

    assert said(done).split("\n") == [
        "All of these are recorded as asked.",
        "quiet heron: recorded as “asked to remove”, links: 2 (1, 2).",
        "calm otter: recorded as “asked to remove”, links: 3 (1–3).",
    ]
    assert said(undone).split("\n") == [
        "Undone.",
        "quiet heron: as before, links: 2 (1, 2).",
        "calm otter: as before, links: 3 (1–3).",
    ]
    assert await states(room, first) == ["new"] * 2
    assert await states(room, second) == ["refused", "new", "new"]
    assert await asked(room, first) + await asked(room, second) == []

    await follow(room, draft, "We asked")
    assert await states(room, first) + await states(room, second) == ["requested"] * 5


async def test_of_a_case_given_away_meanwhile_nothing_is_undone(room: Room) -> None:
    first = await room.held(urls=MANY[:2])
    second = await room.held(name="calm otter", urls=MANY[2:4])
    third = await room.held(name="kind robin", urls=MANY[4:5])
    draft = await room.press("compose", first, 1, "many act en")
    done = await follow(room, draft, "We asked")
    await room.press("give", second)
    async with room.store.begin() as books:
        await books.cases.erase(third)

    undone = await follow(room, done, "Undo all")

    assert "Not yours any more, and left as recorded: 3." in said(undone)
    assert await states(room, first) == ["new"] * 2
    assert await states(room, second) == ["requested"] * 2


# Two hundred


async def test_two_hundred_links_take_as_many_statements_as_three(
    room: Room, statements: list[str]
) -> None:
    few = await room.held(urls=MANY[:3])
    many = await room.held(name="calm otter", urls=[telegram(n) for n in range(100, 300)])

    async def statements_of(case_id: str, label: str) -> int:
        screen = await all_of(room, case_id)
        await agree(room, case_id)
        del statements[:]
        done = await follow(room, screen, label)
        await follow(room, done, "Undo all")
        return len(statements)

    for label in ("removed", "refused", "Asked, search engines"):
        assert await statements_of(many, label) == await statements_of(few, label)

    assert len(await rows(room, many)) == 200
    assert len([what for what in await room.audit("calm otter") if "undo" in what]) == 600
