"""The books: one contract, kept on SQLite and on PostgreSQL."""

import asyncio
import dataclasses
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.books import (
    Address,
    AlreadyTaken,
    AuditRow,
    Books,
    Broken,
    Case,
    Consent,
    Down,
    InBox,
    Letter,
    Letterbox,
    LinkRow,
    NameTaken,
    NewCase,
    NoSuchCase,
    NoSuchLink,
    Note,
    NotYours,
    Pending,
    Post,
    Store,
)
from storage.seal import Sealed
from storage.signs import Sign
from tests.conftest import missing
from tests.servers import Missing, postgres

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
GROUP = -1009988776655


def sealed(words: str = "sealed") -> Sealed:
    """Stands for an envelope: the books never look inside."""
    return Sealed(words.encode())


def new_case(number: int = 1, **changes: Any) -> NewCase:
    case = NewCase(
        id=f"{number:032x}",
        name=f"zz invented {number}",
        language="yue_Hant",
        minor="no",
        urgency="calm",
        news=False,
        day=TODAY,
        happened=sealed("happened"),
    )
    return dataclasses.replace(case, **changes)


def address(case_id: str, words: str) -> Address:
    return Address(case_id, sealed(words), TODAY)


async def filed(store: Store, number: int = 1, links: int = 0, **changes: Any) -> str:
    case = new_case(number, **changes)
    async with store.begin() as books:
        assert await books.cases.file(case, [sealed(f"link {n}") for n in range(links)])
    return case.id


async def together(store: Store, times: int, act: Any) -> list[Any]:
    """The answers of *times* transactions that begin at once; an exception is an answer too."""

    async def one(number: int) -> Any:
        async with store.begin() as books:
            return await act(books, number)

    return await asyncio.gather(*(one(n) for n in range(times)), return_exceptions=True)


class TestCases:
    async def test_a_filed_case_is_found_by_id_name_and_receipt(self, store: Store) -> None:
        case = new_case(minor="unsure", urgency="now", news=True, note=sealed("note"))

        async with store.begin() as books:
            assert await books.cases.file(case, [])
            await books.receipts.put(b"t" * 32, case.id)

        async with store.begin() as books:
            found = await books.cases.get(case.id)
            assert found == await books.cases.named(case.name)
            assert found == await books.cases.by_receipt(b"t" * 32)
        assert dataclasses.asdict(found) == dataclasses.asdict(case) | {
            "ends": None,
            "counted": False,
            "state": "waiting",
            "holder": None,
            "holder_name": None,
            "outcome": None,
            "version": 1,
            "referred_to": None,
            "counted_as": None,
            "erased_on": None,
            "numbered": 0,
        }

    async def test_what_is_not_there_is_not_found(self, store: Store) -> None:
        async with store.begin() as books:
            assert await books.cases.named("nobody here") is None
            assert await books.cases.by_receipt(b"?" * 32) is None
            with pytest.raises(NoSuchCase):
                await books.cases.get("0" * 32)
            with pytest.raises(NoSuchCase):
                await books.cases.claim("0" * 32, 7, "Ah Yan")

    async def test_filing_twice_with_one_id_is_one_case(self, store: Store) -> None:
        await filed(store, links=2)

        async with store.begin() as books:
            assert not await books.cases.file(new_case(), [sealed("again")])
            assert await books.cases.count_waiting() == 1
            assert len(await books.links.of(new_case().id)) == 2

    async def test_filing_at_once_with_one_id_is_one_case(self, store: Store) -> None:
        async def file(books: Books, _: int) -> bool:
            return await books.cases.file(new_case(), [sealed()])

        assert Counter(await together(store, 20, file)) == {True: 1, False: 19}

    async def test_two_cases_never_have_one_name(self, store: Store) -> None:
        await filed(store, 1, name="brave heron")

        async with store.begin() as books:
            assert not await books.cases.name_is_free("brave heron")
            assert await books.cases.name_is_free("quiet heron")
            with pytest.raises(NameTaken):
                await books.cases.file(new_case(2, name="brave heron"), [])
            assert await books.cases.file(new_case(2, name="quiet heron"), [])

    async def test_200_press_take_at_once_and_one_has_it(self, store: Store) -> None:
        case_id = await filed(store)

        async def take(books: Books, number: int) -> Case:
            return await books.cases.claim(case_id, number, f"caseworker {number}")

        answers = await together(store, 200, take)

        (won,) = [answer for answer in answers if isinstance(answer, Case)]
        lost = [answer for answer in answers if isinstance(answer, AlreadyTaken)]
        assert [answer.holder_name for answer in lost] == [won.holder_name] * 199
        async with store.begin() as books:
            assert await books.cases.get(case_id) == won
        assert (won.state, won.version) == ("taken", 2)

    async def test_the_first_press_wins(self, store: Store) -> None:
        case_id = await filed(store)

        async with store.begin() as books:
            await books.cases.claim(case_id, 7, "Ah Yan")
            with pytest.raises(AlreadyTaken) as lost:
                await books.cases.claim(case_id, 8, "Siu Ming")

        assert lost.value.holder_name == "Ah Yan"

    async def test_only_the_holder_gives_back_or_closes(self, store: Store) -> None:
        case_id = await filed(store)

        async with store.begin() as books:
            with pytest.raises(NotYours):
                await books.cases.release(case_id, 7)
            await books.cases.claim(case_id, 7, "Ah Yan")
            with pytest.raises(NotYours):
                await books.cases.close(case_id, 8, "helped", erased_on=TODAY)
            released = await books.cases.release(case_id, 7)
            await books.cases.claim(case_id, 8, "Siu Ming")
            closed = await books.cases.close(case_id, 8, "helped", erased_on=TODAY)
            with pytest.raises(NotYours):
                await books.cases.close(case_id, 8, "helped", erased_on=TODAY)
            with pytest.raises(AlreadyTaken):
                await books.cases.claim(case_id, 7, "Ah Yan")

        assert (released.state, released.holder, released.holder_name) == ("waiting", None, None)
        assert (closed.state, closed.outcome, closed.version) == ("closed", "helped", 5)

    async def test_the_most_urgent_wait_in_front_then_the_oldest(self, store: Store) -> None:
        waiting: Iterable[tuple[str, int]] = [("calm", 0), ("soon", 0), ("now", 0), ("now", 1)]
        for number, (urgency, age) in enumerate(waiting):
            await filed(store, number, urgency=urgency, day=TODAY - timedelta(days=age))

        async with store.begin() as books:
            line = await books.cases.waiting(10)
            assert await books.cases.waiting(2, offset=1) == line[1:3]
            assert await books.cases.count_waiting() == 4

        assert [(case.urgency, case.day) for case in line] == [
            ("now", TODAY - timedelta(days=1)),
            ("now", TODAY),
            ("soon", TODAY),
            ("calm", TODAY),
        ]

    async def test_a_caseworker_sees_what_they_hold(self, store: Store) -> None:
        ids = [await filed(store, number) for number in (1, 2, 3)]

        async with store.begin() as books:
            await books.cases.claim(ids[0], 7, "Ah Yan")
            await books.cases.claim(ids[1], 8, "Siu Ming")
            await books.cases.claim(ids[2], 7, "Ah Yan")
            await books.cases.close(ids[2], 7, "helped", erased_on=TODAY)
            assert [case.id for case in await books.cases.held_by(7)] == [ids[0]]
            assert [case.id for case in await books.cases.waiting(10)] == []


class TestLinks:
    async def test_links_are_numbered_from_one_in_the_order_given(self, store: Store) -> None:
        case_id = await filed(store, links=2)

        async with store.begin() as books:
            added = await books.links.add(case_id, [sealed("late")], TODAY + timedelta(days=1))
            assert await books.links.add(case_id, [], TODAY) == []
            rows = await books.links.of(case_id)

        assert [(row.number, row.sealed) for row in rows] == [
            (1, b"link 0"),
            (2, b"link 1"),
            (3, b"late"),
        ]
        assert rows[2:] == added

    async def test_links_added_at_once_take_different_numbers(self, store: Store) -> None:
        case_id = await filed(store)

        async def add(books: Books, number: int) -> list[LinkRow]:
            return await books.links.add(case_id, [sealed(f"{number}")], TODAY)

        answers = await together(store, 20, add)

        assert sorted(row.number for (row,) in answers) == list(range(1, 21))

    async def test_what_became_of_a_link_is_recorded(self, store: Store) -> None:
        case_id = await filed(store, links=3)
        later = TODAY + timedelta(days=2)

        async with store.begin() as books:
            await books.links.record(case_id, 1, "requested", TODAY, later)
            row = await books.links.record(case_id, 2, "removed", later)
            states = await books.links.states(case_id)
            first = (await books.links.of(case_id))[0]
            with pytest.raises(NoSuchLink):
                await books.links.record(case_id, 4, "removed", later)

        assert row == LinkRow(case_id, 2, sealed("link 1"), "removed", None, later, since=TODAY)
        assert (first.state, first.look) == ("requested", later)
        assert states == {"requested": 1, "removed": 1, "new": 1}

    async def test_cases_with_the_same_link_find_each_other(self, store: Store) -> None:
        ids = [await filed(store, number, links=2) for number in (1, 2, 3)]

        async with store.begin() as books:
            for case_id, number in ((ids[0], 1), (ids[0], 2), (ids[2], 1)):
                await books.links.mark(case_id, number, b"m" * 16)
            assert await books.links.cases_with(b"m" * 16) == [ids[0], ids[2]]
            assert await books.links.cases_with(b"n" * 16) == []


class TestWaysBack:
    async def test_a_code_not_yet_saved_is_kept_for_a_day(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.pending.put("p" * 32, case_id, sealed("first"), NOW - HOUR)
            await books.pending.put("p" * 32, case_id, sealed("second"), NOW)

        async with store.begin() as books:
            found = await books.pending.get("p" * 32, NOW + 23 * HOUR)
            assert found == Pending("p" * 32, case_id, sealed("second"), NOW)
            assert await books.pending.get("p" * 32, NOW + 24 * HOUR) is None
            assert await books.pending.get("q" * 32, NOW) is None
            await books.pending.drop("p" * 32)
            assert await books.pending.get("p" * 32, NOW) is None

    async def test_a_return_address_is_kept_up_to_its_day(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.addresses.put(case_id, sealed("old"), TODAY - timedelta(days=1))
            await books.addresses.put(case_id, sealed("address"), TODAY)

        async with store.begin() as books:
            assert await books.addresses.get(case_id, TODAY) == address(case_id, "address")
            assert await books.addresses.get(case_id, TODAY + timedelta(days=1)) is None
            await books.addresses.drop(case_id)
            assert await books.addresses.get(case_id, TODAY) is None

    async def test_a_saved_code_can_be_shown_for_ten_minutes_from_filing(
        self, store: Store
    ) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.pending.put("p" * 32, case_id, sealed(), NOW)
            await books.pending.save("p" * 32)

            found = await books.pending.get("p" * 32, NOW + timedelta(seconds=599))
            assert found == Pending("p" * 32, case_id, sealed(), NOW, saved=True)
            assert await books.pending.get("p" * 32, NOW + timedelta(minutes=10)) is None

    async def test_the_hour_and_the_silence_of_news_are_kept_with_the_address(
        self, store: Store
    ) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.addresses.put(case_id, sealed(), TODAY, 20, silent=False)

            found = await books.addresses.get(case_id, TODAY)
            assert found == Address(case_id, sealed(), TODAY, 20, silent=False)


class TestMyCase:
    async def test_only_a_closed_case_is_opened_again_and_for_anybody(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            assert not await books.cases.wait_again(case_id)
            await books.cases.claim(case_id, 7, "Robin")
            assert not await books.cases.wait_again(case_id)
            await books.cases.close(case_id, 7, "referred", erased_on=TODAY)

            assert await books.cases.wait_again(case_id)
            case = await books.cases.get(case_id)

        assert case.state == "waiting"
        nothing = (case.holder, case.holder_name, case.outcome, case.referred_to)
        assert nothing == (None, None, None, None)

    async def test_a_withdrawal_has_its_day_until_it_is_taken_back(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.cases.end_on(case_id, TODAY)
            assert (await books.cases.get(case_id)).ends == TODAY
            await books.cases.end_on(case_id, None)
            assert (await books.cases.get(case_id)).ends is None

    async def test_many_links_are_recorded_and_asked_in_one_statement_each(
        self, store: Store
    ) -> None:
        case_id, other = await filed(store, links=3), await filed(store, number=2, links=3)
        async with store.begin() as books:
            assert await books.requests.make(case_id, 2, "form", TODAY, TODAY) == 1
            rows = await books.links.record_all(case_id, [3, 1, 9], "refused", TODAY, TODAY)
            await books.links.explain_all(case_id, [1, 2], "rules")
            made = await books.requests.make_all(case_id, [1, 2], "search", TODAY, TODAY)
            await books.requests.answer_all(case_id, made, "silent", TODAY)
            await books.requests.reopen(case_id, {1: 1, 2: 1})
            await books.requests.drop(case_id, {3: 1})
            links = await books.links.of(case_id)
            requests = await books.requests.of(case_id)

            assert sorted(row.number for row in rows) == [1, 3]
            assert made == {1: 1, 2: 2}
            assert [(row.state, row.reason) for row in links] == [
                ("refused", "rules"),
                ("new", "rules"),
                ("refused", None),
            ]
            assert [(one.link, one.number, one.rung, one.answer) for one in requests] == [
                (1, 1, "search", None),
                (2, 1, "form", None),
                (2, 2, "search", "silent"),
            ]
            assert await books.links.states(other) == {"new": 3}
            assert await books.requests.of(other) == []

    async def test_a_case_is_counted_once(self, store: Store) -> None:
        case_id = await filed(store)

        answers = await together(store, 10, lambda books, _: books.cases.count(case_id))

        assert sorted(answers) == [False] * 9 + [True]

    async def test_a_reason_goes_with_the_state_it_explains(self, store: Store) -> None:
        case_id = await filed(store, links=1)
        async with store.begin() as books:
            await books.links.record(case_id, 1, "refused", TODAY)
            await books.links.explain(case_id, 1, "rules")
            again = await books.links.record(case_id, 1, "refused", TODAY)
            gone = await books.links.record(case_id, 1, "removed", TODAY)

            assert (again.reason, gone.reason) == ("rules", None)
            assert await books.links.count(case_id) == 1
            with pytest.raises(NoSuchLink):
                await books.links.explain(case_id, 2, "rules")

    async def test_letters_stay_in_order_until_they_are_taken_out(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            assert await books.letterboxes.get(case_id) is None
            await books.letterboxes.put(case_id, b"key", sealed("labels"))
            await books.letterboxes.put(case_id, b"key", sealed("more labels"))
            for name in ("f", "a"):
                await books.letterboxes.post(name * 32, case_id, sealed(name), TODAY)

            box = await books.letterboxes.get(case_id)
            assert box == Letterbox(case_id, b"key", sealed("more labels"))
            assert await books.letterboxes.letters(case_id) == [
                InBox("f" * 32, case_id, 1, sealed("f"), TODAY),
                InBox("a" * 32, case_id, 2, sealed("a"), TODAY),
            ]
            await books.letterboxes.take_out("f" * 32)
            assert [letter.number for letter in await books.letterboxes.letters(case_id)] == [2]

    async def test_the_last_word_on_a_consent_counts(self, store: Store) -> None:
        case_id = await filed(store)
        first = Consent(case_id, "ask", True, TODAY, "en:0")
        last = Consent(case_id, "ask", False, TODAY + timedelta(days=1), "en:1")
        async with store.begin() as books:
            other = Consent(case_id, "watch", True, TODAY, "en:2")
            await books.consents.put(first, other)
            await books.consents.put(last)

            assert await books.consents.of(case_id) == {"ask": last, "watch": other}

    async def test_the_place_of_a_news_line_is_replaced_and_forgotten(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.news_cards.put(case_id, sealed("first"))
            await books.news_cards.put(case_id, sealed("second"))
            assert await books.news_cards.get(case_id) == sealed("second")
            await books.news_cards.drop(case_id)
            assert await books.news_cards.get(case_id) is None

    async def test_a_letter_to_the_person_is_unsent_until_it_is_sent(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            number = await books.notes.add("a" * 32, case_id, 7, sealed(), TODAY, "unsent")
            assert number == 1
            note = await books.notes.unsent(case_id)
            assert note == Note("a" * 32, case_id, 7, sealed(), TODAY, "unsent", 1)
            await books.notes.sent("a" * 32)
            assert await books.notes.unsent(case_id) is None
            await books.notes.add("b" * 32, case_id, 7, sealed(), TODAY, "unsent")
            await books.notes.drop_unsent(case_id)
            assert [note.kind for note in await books.notes.of(case_id)] == ["letter"]

    async def test_figures_stay_when_the_case_is_erased(self, store: Store) -> None:
        case_id = await filed(store, links=2)
        async with store.begin() as books:
            for _ in range(2):
                await books.figures.change({("2026-00", "gender", "own words"): 1})
            await books.figures.change({("2026-12", "case", "open"): 1})

            await books.cases.erase(case_id)

            assert await books.figures.of("2026-00") == {("gender", "own words"): 2}
            assert await books.figures.of("2026-12") == {("case", "open"): 1}
            with pytest.raises(NoSuchCase):
                await books.cases.get(case_id)


class TestNotes:
    async def test_notes_stay_in_the_order_they_were_written(self, store: Store) -> None:
        case_id = await filed(store)
        notes = [
            Note(f"{9 - n}" * 32, case_id, 7, sealed(f"{n}"), TODAY, "staff", n + 1)
            for n in range(3)
        ]

        async with store.begin() as books:
            for note in notes:
                await books.notes.add(note.id, note.case_id, note.author, note.sealed, note.day)
            assert await books.notes.of(case_id) == notes


class TestOutbox:
    async def test_a_letter_comes_back_as_it_was_put(self, store: Store) -> None:
        case_id = await filed(store)
        body = {"words": "Case {name}", "blanks": {"name": "zz invented 1"}, "n": 3}

        async with store.begin() as books:
            await books.outbox.put(
                "staff", "card", case_id=case_id, key="card-1", body=body, due=NOW
            )
            (letter,) = await books.outbox.lease("staff", NOW, 60, 10)

        assert letter == Letter(
            letter.id, "staff", "card", case_id, "card-1", 1, body, NOW, 0, None
        )

    async def test_eight_couriers_never_get_one_letter_twice(self, store: Store) -> None:
        async with store.begin() as books:
            for number in range(200):
                await books.outbox.put("staff", "card", body={"n": number}, due=NOW)

        async def courier() -> list[int]:
            mine: list[int] = []
            while True:
                async with store.begin() as books:
                    letters = await books.outbox.lease("staff", NOW, 60, 7)
                if not letters:
                    return mine
                mine += [letter.body["n"] for letter in letters]

        handed_out = await asyncio.gather(*(courier() for _ in range(8)))

        assert sorted(n for mine in handed_out for n in mine) == list(range(200))

    async def test_the_oldest_due_go_first_and_none_too_early(self, store: Store) -> None:
        async with store.begin() as books:
            for number, due in enumerate([NOW, NOW - HOUR, NOW, NOW + HOUR]):
                await books.outbox.put("door", "news", body={"n": number}, due=due)
            await books.outbox.put("staff", "card", body={}, due=NOW)
            letters = await books.outbox.lease("door", NOW, 60, 10)
            waiting = await books.outbox.waiting("door", NOW)

        assert [letter.body["n"] for letter in letters] == [1, 0, 2]
        assert waiting == 3

    async def test_a_lease_ends_by_itself(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", body={}, due=NOW)
            assert len(await books.outbox.lease("staff", NOW, 60, 1)) == 1
            assert await books.outbox.lease("staff", NOW + timedelta(seconds=59), 60, 1) == []
            assert len(await books.outbox.lease("staff", NOW + timedelta(seconds=60), 60, 1)) == 1

    async def test_letters_with_one_key_become_one(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", key="card-1", body={"v": 1}, due=NOW + HOUR)
            await books.outbox.put("staff", "card", key="card-1", body={"v": 2}, due=NOW)
            await books.outbox.put("staff", "card", key="card-2", body={"v": 1}, due=NOW)
            letters = await books.outbox.lease("staff", NOW, 60, 10)

        assert [(letter.key, letter.version, letter.body["v"]) for letter in letters] == [
            ("card-1", 2, 2),
            ("card-2", 1, 1),
        ]

    async def test_a_newer_version_keeps_the_lease_and_the_floor(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", key="card-1", body={}, due=NOW)
            (letter,) = await books.outbox.lease("staff", NOW, 60, 1)
            await books.outbox.intend(letter.id, 41)
            await books.outbox.put("staff", "card", key="card-1", body={}, due=NOW)
            assert await books.outbox.lease("staff", NOW, 60, 1) == []
            (again,) = await books.outbox.lease("staff", NOW + HOUR, 60, 1)

        assert (again.floor, again.version) == (41, 2)

    async def test_done_deletes_what_was_sent(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", key="card-1", body={}, due=NOW)
            (letter,) = await books.outbox.lease("staff", NOW, 60, 1)
            await books.outbox.done(letter)
            assert await books.outbox.waiting("staff", NOW + HOUR) == 0

    async def test_done_keeps_a_newer_version_and_frees_it(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", key="card-1", body={"v": 1}, due=NOW)
            (letter,) = await books.outbox.lease("staff", NOW, 60, 1)
            await books.outbox.intend(letter.id, 41)
            await books.outbox.put("staff", "card", key="card-1", body={"v": 2}, due=NOW)
            await books.outbox.done(letter)
            (newer,) = await books.outbox.lease("staff", NOW, 60, 1)

        assert (newer.body["v"], newer.floor) == (2, None)

    async def test_again_counts_the_try_and_keeps_the_floor(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", body={}, due=NOW)
            (letter,) = await books.outbox.lease("staff", NOW, 3600, 1)
            await books.outbox.intend(letter.id, 41)
            await books.outbox.again(letter.id, NOW + timedelta(seconds=5))
            assert await books.outbox.lease("staff", NOW, 60, 1) == []
            (again,) = await books.outbox.lease("staff", NOW + timedelta(seconds=5), 60, 1)

        assert (again.tries, again.floor) == (1, 41)

    async def test_a_cases_letters_of_one_kind_are_found_due_or_not(self, store: Store) -> None:
        ids = [await filed(store, number) for number in (1, 2)]
        async with store.begin() as books:
            for case_id in ids:
                for kind in ("hide", "card", "hide"):
                    await books.outbox.put(
                        "staff", kind, case_id=case_id, body={"case": case_id}, due=NOW + HOUR
                    )

            found = await books.outbox.of_case(ids[1], "hide")

        assert [(one.kind, one.body) for one in found] == [("hide", {"case": ids[1]})] * 2

    async def test_a_dropped_letter_is_not_sent(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "withdraw", key="w-1", body={}, due=NOW)
            await books.outbox.drop("w-1")
            assert await books.outbox.lease("staff", NOW, 60, 1) == []

    async def test_the_number_of_a_sent_letter_is_not_given_again(self, store: Store) -> None:
        async with store.begin() as books:
            await books.outbox.put("staff", "card", body={}, due=NOW)
            (first,) = await books.outbox.lease("staff", NOW, 60, 1)
            await books.outbox.done(first)
            await books.outbox.put("staff", "card", body={}, due=NOW)
            (second,) = await books.outbox.lease("staff", NOW, 60, 1)

        assert second.id > first.id


class TestPosts:
    async def test_a_post_is_remembered_where_it_is(self, store: Store) -> None:
        async with store.begin() as books:
            assert await books.posts.get("digest") is None
            await books.posts.put("digest", GROUP, 10, 1)
            await books.posts.put("digest", GROUP, 12, 2)
            await books.posts.put("a" * 32, GROUP, 11, 1)
            await books.posts.put("b" * 32, GROUP - 1, 99, 1)

        async with store.begin() as books:
            assert await books.posts.get("digest") == Post("digest", GROUP, 12, 2)
            assert await books.posts.ours(GROUP, above=11) == {12}
            assert await books.posts.ours(GROUP, above=0) == {11, 12}
            assert await books.posts.highest(GROUP) == 12
            await books.posts.drop("digest")
            assert await books.posts.highest(GROUP) == 11
            assert await books.posts.highest(GROUP - 2) == 0

    async def test_two_who_read_and_then_write_never_lose_one(self, store: Store) -> None:
        async with store.begin() as books:
            await books.posts.put("digest", GROUP, 10, 0)

        async def show_more(books: Books, _: int) -> None:
            post = await books.posts.get("digest")
            assert post is not None
            await books.posts.put(post.key, post.chat, post.message, post.shown + 1)

        assert await together(store, 100, show_more) == [None] * 100
        async with store.begin() as books:
            assert await books.posts.get("digest") == Post("digest", GROUP, 10, 100)

    async def test_two_who_read_a_case_and_then_write_never_lose_one(self, store: Store) -> None:
        case_id = await filed(store)
        async with store.begin() as books:
            await books.addresses.put(case_id, sealed("0"), TODAY)

        async def add_one(books: Books, _: int) -> None:
            case = await books.cases.get(case_id)
            found = await books.addresses.get(case.id, TODAY)
            assert found is not None
            await books.addresses.put(case.id, sealed(f"{int(found.sealed) + 1}"), TODAY)

        assert await together(store, 100, add_one) == [None] * 100
        async with store.begin() as books:
            assert await books.addresses.get(case_id, TODAY) == address(case_id, "100")


class TestTraces:
    async def test_what_was_seen_is_not_marked_twice(self, store: Store) -> None:
        async with store.begin() as books:
            assert await books.seen.mark("door", "update", "1", NOW)
            assert not await books.seen.mark("door", "update", "1", NOW)
            assert await books.seen.mark("staff", "update", "1", NOW)
            assert await books.seen.mark("door", "press", "1", NOW)

    async def test_one_update_handled_twice_at_once_has_one_effect(self, store: Store) -> None:
        async def mark(books: Books, _: int) -> bool:
            return await books.seen.mark("door", "update", "1", NOW)

        assert Counter(await together(store, 20, mark)) == {True: 1, False: 19}

    async def test_a_mark_whose_effect_failed_is_not_there(self, store: Store) -> None:
        async def fail(books: Books, _: int) -> None:
            await books.seen.mark("door", "update", "1", NOW)
            raise ZeroDivisionError

        (failed,) = await together(store, 1, fail)

        assert isinstance(failed, ZeroDivisionError)
        async with store.begin() as books:
            assert await books.seen.mark("door", "update", "1", NOW)

    async def test_the_audit_tells_who_did_what_in_order(self, store: Store) -> None:
        later = NOW.astimezone() + HOUR
        async with store.begin() as books:
            await books.audit.add(7, "taken", "brave heron", NOW)
            await books.audit.add(8, "taken", "quiet heron", NOW)
            await books.audit.add(7, "shown", "brave heron", later)
            rows = await books.audit.of("brave heron")

        assert rows == [
            AuditRow(NOW, 7, "taken", "brave heron"),
            AuditRow(NOW + HOUR, 7, "shown", "brave heron"),
        ]
        assert rows[1].at.tzinfo is UTC

    @pytest.mark.parametrize(
        ("spoil", "row"),
        [
            (update(tables.audit).where(tables.audit.c.id == 3).values(who=9), 3),
            (update(tables.audit).where(tables.audit.c.id == 2).values(what="zz"), 2),
            (update(tables.audit).where(tables.audit.c.id == 4).values(at=NOW + HOUR), 4),
            (update(tables.audit).where(tables.audit.c.id == 1).values(case_name="zz"), 1),
            (update(tables.audit).where(tables.audit.c.id == 2).values(chain=None), 2),
            (delete(tables.audit).where(tables.audit.c.id == 2), 3),
        ],
    )
    async def test_the_first_audit_row_that_was_touched_is_named(
        self, store: Store, spoil: Any, row: int
    ) -> None:
        async with store.begin() as books:
            for number in range(5):
                await books.audit.add(number, "taken", "brave heron", NOW)
            whole = await books.audit.first_broken()
            await books.cases._connection.execute(spoil)
            broken = await books.audit.first_broken()

        assert whole is None
        assert broken == row

    async def test_acts_at_the_same_time_make_one_chain(self, store: Store) -> None:
        async def act(books: Books, number: int) -> None:
            await books.audit.add(number, "taken", f"zz invented {number}", NOW)

        await together(store, 20, act)

        async with store.begin() as books:
            assert await books.audit.first_broken() is None
            rows, end = await books.audit.end()
            await books.audit.add(1, "taken", "zz", NOW)
            assert await books.audit.end() != (rows, end)
        assert rows == 20

    async def test_many_rows_at_once_are_chained_in_their_order(self, store: Store) -> None:
        whats = [f"record {number}: removed" for number in range(1, 201)]
        async with store.begin() as books:
            await books.audit.add_all(7, whats, "brave heron", NOW)
            await books.audit.add_all(7, [], "brave heron", NOW)

            assert [row.what for row in await books.audit.of("brave heron")] == whats
            assert await books.audit.first_broken() is None

    async def test_acts_are_counted_by_who_and_since_when(self, store: Store) -> None:
        async with store.begin() as books:
            for who, what, at in (
                (7, "reveal", NOW),
                (7, "reveal loose", NOW + HOUR),
                (7, "tails", NOW + HOUR),
                (8, "reveal", NOW + HOUR),
            ):
                await books.audit.add(who, what, "brave heron", at)

            assert await books.audit.times(7, "reveal", NOW - HOUR) == 2
            assert await books.audit.times(7, "reveal", NOW) == 1

    async def test_signs_hang_until_they_are_taken_down(self, store: Store) -> None:
        async with store.begin() as books:
            await books.signs.hang("duty", 8, "Robin")
            await books.signs.hang("duty", 7, "Kit")
            await books.signs.hang("duty", 7, "Kit Lee")
            await books.signs.hang("frozen", 7, "Kit")
            await books.signs.take_down("duty", 8)
            assert await books.signs.out("duty") == [Sign(7, "Kit Lee")]
            await books.signs.take_down("duty")
            assert await books.signs.out("duty") == []
            assert await books.signs.out("frozen") == [Sign(7, "Kit")]

    async def test_what_could_not_be_read_is_counted_by_day(self, store: Store) -> None:
        async with store.begin() as books:
            for day in (TODAY, TODAY, TODAY + timedelta(days=1)):
                await books.quarantine.add("door", "message", "ValueError", day)
            rows = await _all_rows(books, "SELECT day, times FROM quarantine ORDER BY day")

        assert [times for _, times in rows] == [2, 1]


class TestTheWhole:
    async def test_the_sweep_forgets_what_has_had_its_time(self, store: Store) -> None:
        ids = [await filed(store, number) for number in (1, 2)]
        async with store.begin() as books:
            for age, case_id in enumerate(ids):
                old = NOW - age * timedelta(hours=72)
                await books.seen.mark("door", "update", f"{age}", old)
                await books.pending.put(f"{age}" * 32, case_id, sealed(), old)
                await books.addresses.put(case_id, sealed(), TODAY - timedelta(days=age))

            await books.sweep(NOW)

            assert len(await _all_rows(books, "SELECT * FROM seen")) == 1
            assert len(await _all_rows(books, "SELECT * FROM pending")) == 1
            assert len(await _all_rows(books, "SELECT * FROM addresses")) == 1
            assert await books.cases.count_waiting() == 2

    async def test_nothing_is_kept_of_a_transaction_that_raised(self, store: Store) -> None:
        async def fail(books: Books, _: int) -> None:
            await books.cases.file(new_case(), [sealed()])
            await books.outbox.put("staff", "card", body={}, due=NOW)
            raise ZeroDivisionError

        (failed,) = await together(store, 1, fail)

        assert isinstance(failed, ZeroDivisionError)
        async with store.begin() as books:
            assert await books.cases.count_waiting() == 0
            assert await books.outbox.waiting("staff", NOW) == 0

    async def test_a_cancelled_transaction_leaves_the_store_usable(self, store: Store) -> None:
        begun = asyncio.Event()

        async def never_ends() -> None:
            async with store.begin() as books:
                await books.cases.file(new_case(), [])
                begun.set()
                await asyncio.Event().wait()

        async with asyncio.TaskGroup() as group:
            task = group.create_task(never_ends())
            await begun.wait()
            task.cancel()

        async with store.begin() as books:
            assert await books.cases.count_waiting() == 0

    async def test_what_is_committed_is_there_after_a_restart(self, store_url: str) -> None:
        for expected in (True, False):
            store = Store(store_url)
            await store.prepare()
            async with store.begin() as books:
                assert await books.cases.file(new_case(), []) is expected
            await store.close()

    async def test_with_a_case_goes_all_that_belongs_to_it(self, store: Store) -> None:
        case_id = await filed(store, links=2)
        async with store.begin() as books:
            await books.receipts.put(b"t" * 32, case_id)
            await books.pending.put("p" * 32, case_id, sealed(), NOW)
            await books.addresses.put(case_id, sealed(), TODAY)
            await books.notes.add("1" * 32, case_id, 7, sealed(), TODAY)
            await books.letterboxes.put(case_id, b"key", sealed())
            await books.letterboxes.post("2" * 32, case_id, sealed(), TODAY)
            await books.consents.put(Consent(case_id, "ask", True, TODAY, "en:0"))
            await books.news_cards.put(case_id, sealed())
            await books.outbox.put("staff", "card", case_id=case_id, body={}, due=NOW)

            await books.cases.erase(case_id)

            for table in (
                tables.links,
                tables.receipts,
                tables.pending,
                tables.addresses,
                tables.notes,
                tables.letterboxes,
                tables.letters,
                tables.consents,
                tables.news_cards,
                tables.outbox,
            ):
                assert (await _connection(books).execute(table.select())).all() == []

    async def test_whatever_is_given_out_is_plain_and_frozen(self, store: Store) -> None:
        case_id = await filed(store, links=1)
        async with store.begin() as books:
            await books.pending.put("p" * 32, case_id, sealed(), NOW)
            await books.notes.add("1" * 32, case_id, 7, sealed(), TODAY)
            await books.outbox.put("staff", "card", body={}, due=NOW)
            await books.posts.put("digest", GROUP, 10, 1)
            await books.audit.add(7, "taken", "brave heron", NOW)
            given_out = [
                await books.cases.get(case_id),
                *await books.cases.waiting(1),
                *await books.links.of(case_id),
                await books.pending.get("p" * 32, NOW),
                *await books.notes.of(case_id),
                *await books.outbox.lease("staff", NOW, 60, 1),
                await books.posts.get("digest"),
                *await books.audit.of("brave heron"),
            ]

        assert len(given_out) == 8
        for row in given_out:
            assert dataclasses.is_dataclass(row)
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(row, dataclasses.fields(row)[0].name, "changed")
            kinds = {type(getattr(row, field.name)) for field in dataclasses.fields(row)}
            assert kinds <= {int, str, bytes, bool, date, datetime, dict, type(None)}

    async def test_a_broken_statement_does_not_tell_what_was_in_it(self, store: Store) -> None:
        with pytest.raises(Broken) as broken:
            async with store.begin() as books:
                await books.receipts.put(b"zz planted tag", "zz-planted-case")

        assert "zz" not in _told(broken.value)
        assert "INSERT INTO receipts" in str(broken.value)

    async def test_a_moment_without_a_zone_is_refused(self, store: Store) -> None:
        async with store.begin() as books:
            with pytest.raises(Exception, match="without a time zone") as refused:
                await books.seen.mark("door", "update", "zz planted", NOW.replace(tzinfo=None))

        assert "zz planted" not in str(refused.value)


class TestDown:
    @pytest.mark.parametrize(
        "url",
        [
            "postgresql+asyncpg://zz-user:zz-word@/zz-books?host=/zz-nowhere",
            "postgresql+asyncpg://zz-user:zz-word@127.0.0.1:1/zz-books",
            "sqlite+aiosqlite:////zz-nowhere/zz-books.db",
        ],
    )
    async def test_a_database_that_is_not_there_is_down(self, url: str) -> None:
        store = Store(url)

        with pytest.raises(Down) as down:
            async with store.begin():
                pass

        assert "zz" not in _told(down.value)
        await store.close()
        # Where a file was not opened, its thread has one thing left to tell this test's loop.
        for thread in threading.enumerate():
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join)

    async def test_a_server_that_stops_is_down_and_tells_nothing(self) -> None:
        server = postgres()
        try:
            folder = server.__enter__()
        except Missing as why:
            missing(str(why))
        store = Store(f"postgresql+asyncpg://postgres@/postgres?host={folder}")
        await store.prepare()

        async def lose_the_server(books: Books, _: int) -> None:
            await books.seen.mark("door", "update", "zz-1", NOW)
            server.__exit__(None, None, None)
            await books.seen.mark("door", "update", "zz-2", NOW)

        (down,) = await together(store, 1, lose_the_server)
        (still_down,) = await together(store, 1, lose_the_server)

        for error in (down, still_down):
            assert isinstance(error, Down)
            assert "zz" not in _told(error)
            assert folder not in _told(error)
        await store.close()

    async def test_a_locked_file_is_down(self, sqlite_store: Store, sqlite_url: str) -> None:
        impatient = Store(f"{sqlite_url}?timeout=0")

        async with sqlite_store.begin():
            with pytest.raises(Down):
                async with impatient.begin():
                    pass

        await impatient.close()

    async def test_a_file_that_is_no_database_is_down(self, tmp_path: Path) -> None:
        file = tmp_path / "books.db"
        file.write_bytes(b"not a database, but long enough to be taken for one" * 100)
        store = Store(f"sqlite+aiosqlite:///{file}")

        with pytest.raises(Down):
            await store.prepare()

        await store.close()


class TestPostgres:
    async def test_a_case_given_back_this_very_moment_can_be_taken(
        self, postgres_url: str
    ) -> None:
        store = Store(postgres_url)
        case_id = await filed(store)
        async with store.begin() as books:
            await books.cases.claim(case_id, 7, "Ah Yan")

        async def take(books: Books, _: int) -> Case:
            return await books.cases.claim(case_id, 8, "Siu Ming")

        async with asyncio.TaskGroup() as group, store.begin() as books:
            await books.cases.release(case_id, 7)
            taking = group.create_task(together(store, 1, take))
            while not await _somebody_waits(store):
                pass

        (won,) = await taking
        assert (won.holder, won.version) == (8, 4)
        await store.close()


class TestSqlite:
    async def test_the_file_is_kept_as_carefully_as_can_be(self, sqlite_store: Store) -> None:
        async with sqlite_store.begin() as books:
            found = {
                name: (await _all_rows(books, f"PRAGMA {name}"))[0][0]
                for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
            }

        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
            "foreign_keys": 1,
        }

    async def test_what_was_dropped_is_no_longer_in_the_file(
        self, sqlite_store: Store, tmp_path: Path
    ) -> None:
        case_id = await filed(sqlite_store)
        async with sqlite_store.begin() as books:
            await books.pending.put("p" * 32, case_id, sealed("zz planted"), NOW)
        async with sqlite_store.begin() as books:
            await books.pending.drop("p" * 32)
        await sqlite_store.close()

        left = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]

        assert left
        assert not any(b"zz planted" in content for content in left)


async def _somebody_waits(store: Store) -> bool:
    query = """SELECT 1 FROM pg_stat_activity
               WHERE wait_event_type = 'Lock' AND datname = current_database()"""
    async with store.begin() as books:
        return await _all_rows(books, query) != []


def _connection(books: Books) -> AsyncConnection:
    return books._connection


async def _all_rows(books: Books, query: str) -> list[Any]:
    return list(await _connection(books).execute(text(query)))


def _told(error: BaseException) -> str:
    """All that a log prints of it, but for lines of source: the driver's own error is cut off."""
    assert error.__cause__ is None
    assert error.__suppress_context__
    return f"{error!r} {error}"
