"""Figures: counted once and without a case, told so that nobody is found, laid out as printed."""

import asyncio
import csv
import random
from collections import Counter as Tally
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import combinations, product
from typing import TypeVar
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures import png
from bot.publisher import Publisher
from handlers import counting
from handlers.chart import chart
from handlers.counting import LASTS, stretch
from handlers.figures import Figures, Links, Row, figures, first_day, group_of, kind_of, of
from handlers.merging import OTHER, SMALL, Parts, may_be_told, merged, together, with_parts
from handlers.periods import Period, period
from handlers.publication import page
from handlers.spoken import Voice
from handlers.spreadsheet import inert, sheet
from handlers.visits import consent
from locales import facts
from storage.books import Store
from storage.keys import DoorKeys, StaffKeys
from storage.links import LinkRow
from storage.seal import Sealed
from tests.both import TO_SENT, Both, both, one
from tests.cases import Keys, file_case, telegram
from tests.conftest import Clock
from tests.test_staff_room import House, house

__all__ = ["both", "house", "one"]

TODAY = date(2027, 1, 15)
SKIPPED = ("[Skip]", "[Skip]", "[Skip]", "[Send]")
COUNT_ME = ("[What you may do]", "[Count me in figures]", "[Done]")
LONG_AND_COUNTED = (*TO_SENT[:4], *map(telegram, (2, 3)), *TO_SENT[4:-1], *COUNT_ME, *SKIPPED)
COUNTED = (*TO_SENT[:-1], *COUNT_ME, "[Woman]", "[Partner or ex-partner]", "[Skip]", "[Send]")
ANOTHER = "https://lihkg.com/thread/4711471"
DAY = 24 * 3600

Counted = dict[tuple[str, str], int]


# Counting


async def counters(both: Both, *months: str) -> Counted:
    """All counters of these months; of January and of its year where none is named."""
    async with both.store.begin() as books:
        return await books.figures.of(*(months or ("2027-00", "2027-01")))


async def links(both: Both) -> Counted:
    found = await counters(both)
    return {key: times for key, times in found.items() if key[0] == "link"}


async def cases(both: Both) -> dict[str, int]:
    return {
        value: times for (what, value), times in (await counters(both)).items() if what == "case"
    }


async def again(both: Both) -> None:
    """The case's card is written once more, as after a crash."""
    case = await both.case()
    async with both.store.begin() as books:
        await books.outbox.put_card(case.id, case.urgency, both.now())
    await both.deliver()


async def test_a_case_is_counted_once_when_its_card_is_written(both: Both) -> None:
    await both.filed(*COUNTED)
    await both.deliver()
    await again(both)

    assert await counters(both) == {
        ("age", "no"): 1,
        ("case", "open"): 1,
        ("gender", "woman"): 1,
        ("harm", "shared"): 1,
        ("language", "en"): 1,
        ("link", "chat:telegram:new"): 1,
        ("who", "partner"): 1,
    }


async def test_who_did_not_agree_is_not_counted_whatever_happens(both: Both) -> None:
    await both.filed()
    await both.deliver()
    await both.take()
    await both.press("set", 1, "removed")
    await both.press("end", 0, "removed")
    await both.deliver()

    assert await counters(both) == {}


async def test_who_agrees_later_is_counted_from_then_and_who_takes_it_back_no_more(
    both: Both,
) -> None:
    guest, code = await both.filed()
    await both.deliver()
    await guest.walk("/status", code, "[What you may do]", "[Count me in figures]")
    await both.deliver()
    assert await links(both) == {("link", "chat:telegram:new"): 1}

    await guest.walk("[Skip]", "[Skip]", "[Skip]", "[What you may do]", "[✓ Count me in figures]")
    await both.take()
    await both.press("set", 1, "removed")
    await both.press("end", 0, "removed")
    await both.deliver()

    assert await links(both) == {("link", "chat:telegram:new"): 1}
    assert await cases(both) == {"open": 1}


async def test_each_record_moves_the_link_and_undo_takes_it_back(both: Both) -> None:
    await both.filed(*COUNTED)
    await both.take()
    await both.deliver()

    async def now() -> list[str]:
        return [value.removeprefix("chat:telegram:") for _, value in await links(both)]

    await both.press("set", 1, "requested")
    assert await now() == ["requested"]
    both.clock.move(9 * DAY)
    await both.press("set", 1, "removed")
    assert await now() == ["removed:8-10"]
    await both.press("undo", 1)
    assert await now() == ["requested"]
    await both.press("set", 1, "removed")
    both.clock.move(30 * DAY)
    await both.press("set", 1, "removed")
    await again(both)
    assert await now() == ["removed:8-10"]
    await both.press("set", 1, "back")
    assert await now() == ["back"]
    await both.press("set", 1, "refused")
    assert await links(both) == {("link", "chat:telegram:refused"): 1}


async def test_a_platform_that_is_of_another_kind_since_is_told_in_one_row_and_no_link_twice(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both.filed(*LONG_AND_COUNTED)
    await both.take()
    await both.deliver()
    await both.press("set", 1, "removed")
    places = facts.entries("platforms")
    moved = replace(places["telegram"], fields={**places["telegram"].fields, "kind": "search"})
    monkeypatch.setitem(places, "telegram", moved)

    await both.press("set", 1, "back")
    await both.press("set", 2, "removed")

    told = Links.read(of(await links(both), "link"))
    assert told.by_group == {"search": {"telegram": (1, 1, 1)}}
    assert told.median(told.by_group) == "0-0"
    assert told.stretches["search"].total() == 1


async def test_what_else_is_noted_of_a_removed_link_does_not_make_it_later(one: Both) -> None:
    await one.filed(*COUNTED)
    await one.take()
    await one.press("set", 1, "removed")
    one.clock.move(20 * DAY)

    await one.press("set", 1, "removed")
    await one.type("ZZ-4711")
    await again(one)

    assert await links(one) == {("link", "chat:telegram:removed:0-0"): 1}


async def test_a_link_that_is_added_is_counted_in_its_own_month(both: Both) -> None:
    guest, code = await both.filed(*COUNTED)
    await both.deliver()
    both.clock.move(30 * DAY)

    await guest.walk("/status", code, "[Add links]", ANOTHER, "[That is all]", "[Send]")
    await both.deliver()

    assert await links(both) == {("link", "chat:telegram:new"): 1}
    assert await counters(both, "2027-02") == {("link", "forum:lihkg:new"): 1}


async def test_an_outcome_is_counted_and_taken_back_when_the_case_opens_again(both: Both) -> None:
    guest, code = await both.filed(*COUNTED)
    await both.deliver()
    await both.take()
    await both.press("set", 1, "removed")
    await both.press("end", 0, "removed")
    assert await cases(both) == {"removed": 1}

    await both.press("reopen")
    await both.type("zz it came back")
    assert await cases(both) == {"open": 1}

    await both.press("end", 0, "removed")
    await guest.walk("/status", code, "[Write to our team]", "zz once more", "[Send]")
    assert await cases(both) == {"open": 1}


async def test_erasing_a_case_changes_no_counter(both: Both) -> None:
    await both.filed(*COUNTED)
    await both.take()
    await both.press("set", 1, "removed")
    await both.press("end", 0, "removed")
    await both.deliver()
    before = await counters(both)
    async with both.store.begin() as books:
        case = await books.cases.named(both.name)
        assert case is not None
        await books.cases.erase(case.id)

    await both.deliver()

    assert await counters(both) == before
    assert before["case", "removed"] == 1


async def test_a_withdrawn_case_is_counted_as_that_and_its_links_stay(both: Both) -> None:
    guest, code = await both.filed(*COUNTED)
    await both.deliver()
    await guest.walk("/status", code, "[Withdraw my case]", "[Erase it in 72 hours]")

    both.clock.move(3 * DAY)
    await both.deliver()

    assert await cases(both) == {"withdrawn": 1}
    assert await links(both) == {("link", "chat:telegram:new"): 1}


async def recounted(both: Both) -> Counted:
    """What the counters of cases and links should be, from what is in the books."""
    should: Tally[tuple[str, str]] = Tally()
    async with both.store.begin() as books:
        case = await books.cases.named(both.name)
        assert case
        should["case", (case.outcome or "open") if case.state == "closed" else "open"] += 1
        for row in await books.links.of(case.id):
            should["link", f"chat:telegram:{counting.as_counted(row)}"] += 1
    return dict(should)


async def test_whatever_happens_in_whatever_order_each_stands_in_one_counter(one: Both) -> None:
    dice = random.Random(4711)  # the same steps each time
    await one.filed(*LONG_AND_COUNTED)
    await one.deliver()
    await one.take()
    seen: set[tuple[str, str]] = set()
    for _ in range(150):
        match dice.choice(("set", "set", "undo", "end", "reopen", "card", "wait")):
            case "set":
                state = dice.choice(("requested", "removed", "refused", "back"))
                await one.press("set", dice.randint(1, 3), state)
            case "undo":
                await one.press("undo", dice.randint(1, 3))
            case "end":
                await one.press("end", 0, dice.choice(("removed", "partly", "withdrawn")))
            case "reopen":
                await one.press("reopen")
                await one.type("zz it came back")
            case "card":
                await again(one)
                await one.take()
            case "wait":
                one.clock.move(dice.randint(1, 2 * DAY))
        found = await counters(one, "2027-01")
        assert found == await recounted(one)
        seen.update(found)
    states = {value.split(":")[2] for what, value in seen if what == "link"}
    assert states == {"new", "requested", "removed", "refused", "back"}
    assert {"open", "partly", "withdrawn"} <= {value for what, value in seen if what == "case"}


async def test_two_who_count_at_once_count_once(
    store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock
) -> None:
    keys = Keys(door_keys, staff_keys)
    case_id = await file_case(store, keys, clock(), urls=[telegram(n) for n in range(1, 6)])
    async with store.begin() as books:
        await books.consents.put(consent(case_id, "count", True, TODAY, "zz", "en"))
        case = await books.cases.get(case_id)
        for number in range(1, 6):
            await books.links.mark(case_id, number, bytes([number]))
        (row, *_) = await books.links.of(case_id)

    async def count() -> list[bool]:
        async with store.begin() as books:
            await counting.count(books, case, staff_keys)
            # As they were read before: nobody had counted them then.
            news = await books.links.count_as(case_id, [row.number], row.counted_as, "zz")
            return [await books.cases.count_as(case, "zz"), bool(news)]

    again = await asyncio.gather(*(count() for _ in range(8)))

    assert again == [[False, False]] * 8
    async with store.begin() as books:
        assert await books.figures.of("2027-01") == {
            ("case", "open"): 1,
            ("link", "chat:telegram:new"): 5,
        }


async def test_counters_that_fall_to_nought_leave_nothing(store: Store) -> None:
    async with store.begin() as books:
        await books.figures.change({("2027-01", "case", "open"): 2, ("2027-01", "case", "zz"): 1})
        await books.figures.change({("2027-01", "case", "open"): -2})

        assert await books.figures.of("2027-01") == {("case", "zz"): 1}
        assert await books.figures.of("2027-01", "2027-02") == {("case", "zz"): 1}


def test_days_fall_into_stretches_without_a_gap() -> None:
    assert [stretch(days) for days in (0, 1, 3, 4, 5, 8, 10, 90, 91, 4000)] == [
        *("0-0", "1-1", "3-3", "4-5", "4-5", "8-10", "8-10", "61-90", "91-", "91-"),
    ]
    firsts = sorted({first_day(stretch(days)) for days in range(100)})
    assert firsts == [0, *(last + 1 for last in LASTS)]


def test_a_link_is_counted_by_its_days_only_where_it_is_removed() -> None:
    row = LinkRow("zz", 1, Sealed(b""), "removed", None, TODAY, since=TODAY - timedelta(6))

    assert counting.as_counted(row) == "removed:6-7"


# Periods


@pytest.mark.parametrize(
    ("written", "name", "first", "last"),
    [
        ("", "2027", 1, 12),
        ("2026", "2026", 1, 12),
        ("2026-11", "2026-11", 11, 11),
        (" 2026-q3 ", "2026-Q3", 7, 9),
        ("2026Q4", "2026-Q4", 10, 12),
        ("２０２６", "2026", 1, 12),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(
    written: str, name: str, first: int, last: int
) -> None:
    assert period(written, TODAY) == Period(name, int(name[:4]), first, last)


@pytest.mark.parametrize("written", ["2026-13", "2026-Q5", "26", "last year", "2026-1", "1999"])
def test_anything_else_is_no_period(written: str) -> None:
    assert period(written, TODAY) is None


def test_a_year_has_its_own_counters_and_a_month_has_none() -> None:
    year, month = period("2026", TODAY), period("2026-11", TODAY)

    assert year
    assert month
    assert year.months == ("2026-00", *(f"2026-{n:02}" for n in range(1, 13)))
    assert month.months == ("2026-11",)
    assert (year.is_over(date(2026, 12, 31)), year.is_over(date(2027, 1, 1))) == (False, True)
    assert (month.is_over(date(2026, 11, 30)), month.is_over(date(2026, 12, 1))) == (False, True)


# What may be told

PRIME = 2**31 - 1
A = TypeVar("A")


class Span:
    """What can be told by adding and subtracting what is published: linear algebra."""

    def __init__(self) -> None:
        self.basis: list[tuple[int, list[int]]] = []

    def rest(self, vector: list[int]) -> list[int]:
        for at, known in self.basis:
            if factor := vector[at]:
                vector = [(a - factor * b) % PRIME for a, b in zip(vector, known, strict=True)]
        return vector

    def publish(self, vector: list[int]) -> None:
        rest = self.rest(vector)
        at = next((n for n, value in enumerate(rest) if value), None)
        if at is not None:
            inverse = pow(rest[at], -1, PRIME)
            self.basis.append((at, [value * inverse % PRIME for value in rest]))

    def tells(self, vector: list[int]) -> bool:
        return not any(self.rest(vector))


def told_small(atoms: Mapping[A, int], span: Span) -> list[set[A]]:
    """The groups of atoms of one to four in all that the published numbers tell."""
    names = list(atoms)
    some = (some for size in range(1, len(names) + 1) for some in combinations(names, size))
    return [
        set(few)
        for few in some
        if 0 < sum(atoms[name] for name in few) < SMALL
        and span.tells([int(name in few) for name in names])
    ]


CELLS = st.dictionaries(
    st.sampled_from("abcde"), st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5
)


@given(CELLS)
def test_no_cell_is_small_and_none_is_lost(cells: dict[str, Parts]) -> None:
    told = merged(cells)

    assert all(sum(parts) >= SMALL for parts in told.values())
    if told:
        assert together(told.values()) == together(cells.values())
        assert all(told[name] == cells[name] for name in told.keys() - {OTHER})
        assert OTHER in told or told.keys() == {name for name in cells if sum(cells[name])}
    else:
        assert (
            not cells
            or sum(sum(parts) for parts in cells.values()) == 0
            or all(sum(parts) < SMALL or len(cells) > 1 for parts in cells.values())
        )


@given(CELLS)
def test_no_small_number_is_told_by_what_is_left_of_a_total(cells: dict[str, Parts]) -> None:
    atoms = {(cell, part): parts[part] for cell, parts in cells.items() for part in (0, 1)}
    span, names = Span(), list(atoms)

    def publish(whole: Collection[str], parts: Collection[int] = (0, 1)) -> None:
        span.publish([int(cell in whole and part in parts) for cell, part in names])

    told = merged(cells)
    total = together(cells.values()) if cells else (0, 0)
    if sum(total) >= SMALL:
        publish(cells)
    joined = cells.keys() - told.keys() if OTHER in told else set()
    whole = with_parts(told)
    if may_be_told(total):
        for part in (0, 1):
            publish(cells, (part,))
    for name in told:
        own = joined if name == OTHER else {name}
        publish(own)
        for part in (0, 1) if name in whole else ():
            publish(own, (part,))

    assert told_small(atoms, span) == []


PLACES = ("adult:pornhub", "adult:xvideos", "chat:telegram", "forum:lihkg", "search:bing_search")


@settings(max_examples=300)
@given(st.lists(st.sampled_from((0, 0, 0, 1, 2, 4, 5, 6, 12)), min_size=10, max_size=10))
def test_no_small_number_of_links_can_be_told_from_all_that_is_printed(times: list[int]) -> None:
    atoms = dict(zip(product(PLACES, ("requested", "removed")), times, strict=True))
    counted = {("link", f"{place}:{state}"): n for (place, state), n in atoms.items() if n}
    told = year({**counted, ("case", "open"): 50})
    span, names = Span(), list(atoms)

    def publish(row: Row, places: set[str]) -> None:
        span.publish([int(place in places) for place, _ in names])
        for state, number in zip(("removed", "requested"), (row.parts or ())[1:], strict=False):
            vector = [int(place in places and of == state) for place, of in names]
            assert number == sum(n for n, one in zip(times, vector, strict=True) if one)
            span.publish(vector)

    by_group: dict[str, set[str]] = {}
    for place in PLACES:
        by_group.setdefault(group_of(place.partition(":")[0]), set()).add(place)
    named = {row.name for row in told.groups}
    by_group[OTHER] = {
        place for group, places in by_group.items() if group not in named for place in places
    }
    if told.links:
        publish(told.links, set(PLACES))
    for row in told.groups:
        publish(row, by_group[row.name])
    for row in told.platforms:
        publish(row, {place for place in PLACES if place.endswith(f":{row.name}")})

    assert told_small(atoms, span) == []


@given(
    st.integers(0, 20), st.dictionaries(st.sampled_from(["shared", "filmed"]), st.integers(0, 20))
)
def test_of_overlapping_kinds_neither_a_kind_nor_its_absence_is_small(
    cases: int, harm: dict[str, int]
) -> None:
    harm = {kind: min(many, cases) for kind, many in harm.items()}
    told = year({("case", "open"): cases, **{("harm", kind): n for kind, n in harm.items()}})

    for row in told.people.get("harm", ()):
        assert may_be_told((row.count, cases - row.count))
        assert row.count == harm[row.name]


@given(st.dictionaries(st.sampled_from(["woman", "man", "non-binary"]), st.integers(0, 9)))
def test_who_did_not_answer_is_a_cell_like_any_other(answers: dict[str, int]) -> None:
    told = year({("case", "open"): 20, **{("gender", who): n for who, n in answers.items()}})

    shown = told.people["gender"]
    assert all(row.count >= SMALL for row in shown)
    assert not shown or sum(row.count for row in shown) == max(20, sum(answers.values()))


def test_of_few_cases_nothing_is_told_not_even_their_links() -> None:
    counted = {("case", "open"): 4, ("link", "chat:telegram:new"): 60, ("gender", "man"): 4}

    assert year(counted) == Figures(in_period("2026"), True, None)
    assert "Fewer than five cases" in spoken(year(counted))
    assert "Nothing is counted" in spoken(year({}))
    assert "fewer than five links" in spoken(
        year({("case", "open"): 9, ("link", "chat:line:new"): 3})
    )


@given(st.dictionaries(st.sampled_from(PLACES), st.integers(0, 40)))
def test_less_than_a_year_is_told_in_fives(times: dict[str, int]) -> None:
    counted = {("link", f"{place}:refused"): n for place, n in times.items() if n}
    told = figures({**counted, ("case", "open"): 23}, in_period("2026-11"), TODAY)

    rows = [*told.groups, *told.platforms, *told.outcomes, *([told.links] if told.links else [])]
    numbers = [number for row in rows for number in (row.count, *(row.parts or ()))]
    assert told.cases == 25
    assert all(number % 5 == 0 for number in numbers)
    assert told.people == {}


# As it is printed


def in_period(name: str) -> Period:
    found = period(name, TODAY)
    assert found
    return found


def year(counted: Mapping[tuple[str, str], int]) -> Figures:
    return figures(counted, in_period("2026"), TODAY)


def spoken(told: Figures, language: str | None = "en") -> str:
    return Voice(language, TODAY).page(page(told).says).text


def pressed() -> Counted:
    """Counters of a year from which the published shares of 2021 to 2023 come out."""
    table: dict[str, dict[str, int]] = {
        "case": {"removed": 120, "partly": 40, "open": 11},
        "link": {
            "adult:pornhub:removed:4-5": 300,
            "adult:xvideos:removed:8-10": 150,
            "leak:coomer:removed:11-14": 48,
            "leak:coomer:refused": 66,
            "social:facebook:removed:1-1": 200,
            "forum:lihkg:removed:31-60": 12,
            "forum:lihkg:requested": 40,
            "chat:telegram:removed:22-30": 57,
            "chat:telegram:requested": 21,
            "chat:telegram:back": 5,
            "search:google_search:removed:1-1": 300,
            "search:google_search:refused": 5,
            "website:website:removed:6-7": 60,
            "website:website:refused": 11,
            "files:mega:removed:0-0": 67,
        },
        "gender": {"woman": 122, "man": 38},
        "who": {"partner": 47, "known": 41, "online": 27, "unknown": 56},
        "made": {"agreed": 80, "own": 60, "secret": 28, "edited": 3},
        "age": {"no": 150, "yes": 21},
        "language": {"yue_Hant": 140, "en": 31},
        "harm": {"shared": 130, "threatened": 50, "filmed": 3},
    }
    return {(what, value): n for what, cells in table.items() for value, n in cells.items()}


PRINTED = {
    "en": (
        "171 cases, 1,342 links, 89 % removed",
        "42 % porn sites, 25 % social media and chats, 22.7 % search results, "
        "5.3 % content farms and other sites, 5 % image hosts and file stores",
        "women 71.3 %, men 22.2 %, not said 6.4 %",
        "intimate partner 27.5 %, somebody known 24 %, met online 15.8 %, unknown 32.7 %",
        "agreed to then 46.8 %, made by oneself 35.1 %, other 18.1 %",
        "porn sites 4–5, social media and chats 1,",
        "LIHKG (12 of 52), Coomer (48 of 114), Telegram (57 of 83)",
        "Threatened to share 50, Shared or posted 130\n",
        "all links were removed 120",
    ),
    "yue_Hant": (
        "171 個個案，1,342 條連結，已移除 89%",
        "色情網站 42%、社交平台同通訊 app 25%、搜尋結果 22.7%、內容農場同其他網站 5.3%、"
        "圖床同雲端儲存 5%",
        "女性 71.3%、男性 22.2%",
        "伴侶或者前任 27.5%、識得嘅人 24%、網上識嘅人 15.8%、唔知係邊個 32.7%",
        "連登（52 條移除咗 12 條）",
    ),
}


@pytest.mark.parametrize("language", PRINTED)
def test_the_published_shares_come_out_of_counters(language: str) -> None:
    words = spoken(year(pressed()), language)

    assert [line for line in PRINTED[language] if line not in words] == []


def test_other_counters_give_other_shares() -> None:
    counted = pressed()
    counted["gender", "man"] += counted.pop(("gender", "woman"))

    assert "men 93.6 %, not said 6.4 %" in spoken(year(counted))


def test_the_words_fit_one_message_in_both_languages() -> None:
    assert len(spoken(year(pressed()), None).encode("utf-16-le")) // 2 < 4096


def test_each_kind_of_places_is_in_one_group_of_the_press() -> None:
    kinds = {str(entry.fields["kind"]) for entry in facts.entries("platforms").values()}
    grouped = [kind for entry in facts.entries("press").values() for kind in entry.fields["kinds"]]

    assert sorted(grouped) == sorted(kinds)
    assert all(entry.fields["why"] and entry.shown for entry in facts.entries("press").values())
    assert (kind_of("telegram"), kind_of("zz no such platform")) == ("chat", "website")
    assert group_of("zz a kind of an older version") == "sites"


# The table


def read(told: Figures, language: str | None = "en") -> list[list[str]]:
    text = sheet(told, Voice(language, TODAY)).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


def test_the_table_is_what_a_spreadsheet_reads() -> None:
    data = sheet(year(pressed()), Voice("yue_Hant", TODAY))

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") > 20
    assert {len(row) for row in read(year(pressed()))} == {8}
    assert ["2026", "Links", "1342", "", "1194", "148", "0", "4–5"] in read(year(pressed()))
    assert ["性別", "女性", "122", "71.3", "", "", "", ""] in read(year(pressed()), "yue_Hant")


def test_no_number_below_five_is_in_the_table() -> None:
    for row in read(year(pressed()))[1:]:
        assert all(cell in ("", "0") or float(cell) >= SMALL for cell in (row[2], *row[4:7]))


@given(st.text(max_size=8))
def test_no_cell_is_a_formula(text: str) -> None:
    safe = inert(text)

    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == text


# The picture


@pytest.mark.parametrize("language", ["en", "yue_Hant", None])
def test_the_picture_says_each_number_beside_its_bar(language: str | None) -> None:
    svg = chart(year(pressed()), Voice(language, TODAY))

    words = [text.text for text in ElementTree.fromstring(svg).iter() if text.text]  # noqa: S314 - ours
    assert any("71.3%" in line for line in words)
    assert ("porn sites" in words) == (language != "yue_Hant")
    assert ("色情網站" in words) == (language != "en")
    assert png(svg).startswith(b"\x89PNG")


def test_bars_begin_at_nought_and_are_as_long_as_their_numbers() -> None:
    svg = chart(year(pressed()), Voice("en", TODAY))

    bars = [box for box in ElementTree.fromstring(svg).iter() if box.get("height") == "22"]  # noqa: S314 - ours
    dark = [int(box.get("width", 0)) for box in bars if box.get("fill") == "#0072b2"]
    assert {box.get("x") for box in bars} == {"290"}
    assert dark[0] == 330 * 498 // 600
    assert max(dark) <= 330


def test_a_bar_of_which_not_all_may_be_told_says_so() -> None:
    counted = {
        ("case", "open"): 50,
        ("link", "chat:telegram:new"): 60,
        ("link", "chat:line:removed:0-0"): 3,
    }

    svg = chart(year(counted), Voice("en", TODAY))

    assert "too few to tell what is removed" in svg
    assert "removed so far" not in svg


# In the staff room


async def counted_year(at: House) -> None:
    async with at.store.begin() as books:
        now = datetime.fromtimestamp(at.sandbox.now(), UTC) + timedelta(hours=8)
        await books.figures.change(
            {(f"{now.year - 1}-00", what, value): n for (what, value), n in pressed().items()}
        )


async def test_figures_come_as_words_a_picture_and_a_table_that_may_be_passed_on(
    house: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with house() as at:
        await counted_year(at)
        await at.kit.start()

        year = datetime.fromtimestamp(at.sandbox.now(), UTC).year
        await at.kit.say(f"/figures {year - 1}")
        words = await at.kit.sees("171 cases, 1,342 links, 89 % removed")
        shown = await at.kit.until(
            lambda shown: {"photo", "document"} <= {one.media for one in shown}, "two files"
        )

        files = [one for one in shown if one.media]
        assert [one.protected for one in (words, *files)] == [False] * 3
        assert all("Figures of 20" in one.text for one in files)
        kept = at.sandbox.chats[at.sandbox.bot("staff").id, at.kit.person].messages
        data = {one.file.name[-9:]: one.file.data for one in kept.values() if one.file}
        assert data["chart.png"].startswith(b"\x89PNG")
        assert b"women,122,71.3" in data["table.csv"]
        at.move(48 * 3600)
        await at.kit.say("/figures 2026-Q5")
        screen = await at.kit.sees("Please type one like these: /figures 2026, /figures 2026-Q3")
        assert screen.protected is False or screen.by_bot
        assert {one.id for one in files} <= {one.id for one in await at.kit.screen()}


async def test_in_the_group_one_is_asked_to_ask_in_private(
    house: Callable[..., AbstractAsyncContextManager[House]],
) -> None:
    async with house() as at:
        await at.group.say("/figures 2026")

        await at.group.sees("Please ask me for figures in the private chat.")


async def test_a_period_without_figures_brings_no_files(both: Both) -> None:
    screen = await both.casebook.figures(both.act(), "2031")

    assert "Nothing is counted" in Voice("en", TODAY).page(screen.says).text
    assert await both.deliver() == []


async def test_a_request_that_is_heard_again_brings_its_files_once(one: Both) -> None:
    async with one.store.begin() as books:
        await books.figures.change({("2027-01", "case", "open"): 9})
    act = one.act()

    for _ in range(2):
        await one.casebook.figures(act, "2027")

    assert len(await one.deliver()) == 2


async def test_a_letter_about_no_period_has_no_wish(
    sqlite_store: Store,
) -> None:
    now = datetime(2027, 1, 15, tzinfo=UTC)
    async with sqlite_store.begin() as books:
        body = {"chat": 7, "language": "en", "period": "zz", "form": "chart.png"}
        await books.outbox.put("staff", "figures", body=body, due=now)
        (letter,) = await books.outbox.lease("staff", now, 30, 1)
        assert "Nothing" in type(await Publisher().figures(books, letter, now)).__name__
