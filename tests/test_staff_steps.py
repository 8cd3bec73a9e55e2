"""Whatever caseworkers do, in any order: no answer to the wrong person, one owner, a whole audit.

Some 1,600 random steps at each run. For 22,000, in some minutes:

    uv run --group dev pytest tests/test_staff_steps.py -k any_order --hypothesis-profile=deep
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from secrets import randbelow
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.lender import Lender
from bot.parcels import Errand, Outcome, Send
from handlers import drafted, referring
from handlers.casebook import Casebook
from handlers.casework import Act
from handlers.staff import Caseworker, Screen, press
from handlers.talk import Effect, Say
from handlers.verbs import PRESSED, Verb
from storage.books import Books, Case, Letter
from storage.cases import NotYours
from storage.keys import DoorKeys, StaffKeys
from tests.cases import Keys
from tests.shift import CASES, GROUP, HOMES, WORKERS, House, Morning, Shift, link

A_SHIFT = 100  # steps
DEEP = 220  # shifts
SHIFTS = {"deep": DEEP}
WORDS = [
    "",
    "removed",
    "requested",
    "refused",
    "back",
    "partly",
    "withdrawn",
    "no answer",
    "police",
    "take_it_down",
    "referred",
    "sub",
    "copies",
    "all own en",
    "got",
]
SECONDS = [1, 1, 1, 60, 60, 60, 700, 700, 3600, 9 * 3600, 41 * 3600, 31 * 86400]
TIES, A_PAIR = ["sub", "copies", "ads"], 10_002  # links 1 and 2 of a case
TOGETHER = ["form", "search", "requested", "removed", "refused", "back"]
SEEN = [
    "reveals",
    "letters",
    "together",
    "tellings",
    "homes",
    "request-telegram.txt",
    "family.png",
    "minors' links",
]
OFTEN = 4  # of these, in the few shifts of each run
DRAFTS = ["all own en", "all many own zh", "all minor en", "all many minor zh"]

workers = st.sampled_from(WORKERS)
# Few cases come up often, so that several caseworkers meet at one.
numbers = st.one_of(st.integers(0, 5), st.integers(0, CASES - 1))
rarely = st.integers(0, 9).map(lambda dice: dice > 7)


class StaffRoom(RuleBasedStateMachine):
    """One shift: eight caseworkers, two of them leads, thirty cases, their people, the courier."""

    def __init__(self, morning: Morning, keys: Keys, house: House) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.shift = Shift.begun(morning, keys, house)

    tally = Counter[str]()

    def run(self, act: Coroutine[Any, Any, None]) -> None:
        self.runner.run(act)

    @initialize(takers=st.lists(workers, min_size=6, max_size=12))
    def begin(self, takers: list[Caseworker]) -> None:
        """Some cases are somebody's already: rules are drawn anew for each shift, not all."""
        for by, case in zip(takers, self.shift.cases, strict=False):
            self.run(self.shift.take(by, case))
        self.run(self.shift.take(WORKERS[0], self.shift.cases[14]))  # a lead, and a minor's case

    @rule(by=workers, number=numbers, offered=st.booleans())
    def take(self, by: Caseworker, number: int, offered: bool) -> None:
        press_it = self.shift.accept if offered else self.shift.take
        self.run(press_it(by, self.shift.cases[number]))

    def chosen(self, by: Caseworker, number: int, anybody: bool) -> tuple[Caseworker, int]:
        """More often who holds a case, so that something comes of it."""
        return (by, number) if anybody else self.shift.likely(number)

    @rule(by=workers, number=numbers, anybody=rarely, verb=st.sampled_from(["panel", "show"]))
    def open(self, by: Caseworker, number: int, anybody: bool, verb: str) -> None:
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.press(who, None, press(verb, self.shift.cases[case])))

    @rule(by=workers, number=numbers, anybody=rarely, which=st.integers(0, 12))
    def press_what_is_shown(self, by: Caseworker, number: int, anybody: bool, which: int) -> None:
        who, _ = self.chosen(by, number, anybody)
        self.run(self.shift.press_shown(who, who.id, which))

    @rule(
        by=workers,
        number=numbers,
        anybody=rarely,
        verb=st.sampled_from(["write", "write", "unlock", "unlock", "add"]),
    )
    def ask_and_answer(self, by: Caseworker, number: int, anybody: bool, verb: str) -> None:
        """Four steps at once, or no letter would ever be sent; others come between elsewhere."""
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.press(who, None, press(verb, self.shift.cases[case])))
        self.run(self.shift.type(who))
        self.run(self.shift.press_shown(who, who.id, 2))
        self.run(self.shift.press_shown(who, who.id, 1))

    @rule(by=workers, number=numbers, anybody=rarely, wish=st.sampled_from(DRAFTS), later=rarely)
    def draft(self, by: Caseworker, number: int, anybody: bool, wish: str, later: bool) -> None:
        """It comes when the courier goes, if it is still theirs then."""
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.press(who, None, press("compose", self.shift.cases[case], 1, wish)))
        if not later:
            self.run(self.shift.deliver())

    @rule(
        by=workers,
        number=numbers,
        anybody=rarely,
        word=st.sampled_from(TOGETHER),
        undo=st.booleans(),
    )
    def together(self, by: Caseworker, number: int, anybody: bool, word: str, undo: bool) -> None:
        """Two steps, or three: all links of a platform, and as they were."""
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.together(who, self.shift.cases[case], word, undo))

    @rule(
        by=workers,
        number=numbers,
        anybody=rarely,
        verb=st.sampled_from(["draw", "loose"]),
        later=rarely,
    )
    def lend(self, by: Caseworker, number: int, anybody: bool, verb: str, later: bool) -> None:
        """So does the picture of a family, and a link by itself."""
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.press(who, None, press(verb, self.shift.cases[case], 1)))
        if not later:
            self.run(self.shift.deliver())

    @rule(
        by=workers,
        anybody=rarely,
        number=st.integers(0, CASES // 5 - 1).map(lambda nth: 5 * nth + 4),
        whom=st.sampled_from(referring.WHOM),
        then=st.sampled_from(["tell", "untell", "refer", "end"]),
    )
    def pass_on(self, by: Caseworker, anybody: bool, number: int, whom: str, then: str) -> None:
        """A minor's case, mostly by its holder: told, perhaps taken back, perhaps closed."""
        who = by if anybody else self.shift.holder_of(number, by)
        case, word = self.shift.cases[number], "referred" if then == "end" else whom
        self.run(self.shift.press(who, None, press("tell", case, 0, whom)))
        self.run(self.shift.press(who, None, press(then, case, 0, word)))

    @rule(
        by=workers,
        number=numbers,
        anybody=rarely,
        kind=st.sampled_from(TIES),
        channel=st.integers(0, HOMES - 1),
    )
    def tie(self, by: Caseworker, number: int, anybody: bool, kind: str, channel: int) -> None:
        """Two steps, and the family."""
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.press(who, None, press("relate", self.shift.cases[case], 1, kind)))
        self.run(self.shift.type(who, channel))
        self.run(self.shift.press(who, None, press("family", self.shift.cases[case])))

    @rule(by=workers, which=st.integers(0, 40))
    def press_in_the_group(self, by: Caseworker, which: int) -> None:
        self.run(self.shift.press_shown(by, GROUP, which))

    @rule(
        by=workers,
        number=numbers,
        anybody=rarely,
        verb=st.sampled_from(sorted(PRESSED)),
        count=st.one_of(st.integers(0, 8), st.just(A_PAIR)),
        word=st.sampled_from(WORDS),
    )
    def press_anything(
        self, by: Caseworker, number: int, anybody: bool, verb: str, count: int, word: str
    ) -> None:
        who, case = self.chosen(by, number, anybody)
        self.run(self.shift.press(who, None, press(verb, self.shift.cases[case], count, word)))

    @rule(by=workers, number=numbers, anybody=rarely)
    def type(self, by: Caseworker, number: int, anybody: bool) -> None:
        self.run(self.shift.type(self.chosen(by, number, anybody)[0]))

    @rule(by=workers, number=numbers)
    def find(self, by: Caseworker, number: int) -> None:
        self.run(self.shift.find(by, number))

    @rule(
        by=workers,
        what=st.sampled_from(["queue", "mine", "duty", "family", "figures"]),
        on=st.booleans(),
    )
    def ask_for(self, by: Caseworker, what: str, on: bool) -> None:
        self.run(self.shift.ask_for(by, what, on))

    @rule(by=workers, on=rarely)
    def freeze(self, by: Caseworker, on: bool) -> None:
        self.run(self.shift.ask_for(by, "freeze", on))

    @rule(what=st.sampled_from(["queue", "mine", "duty", "help"]), by=workers)
    def ask_in_the_group(self, by: Caseworker, what: str) -> None:
        self.run(self.shift.ask_in_group(by, what))

    @rule(by=workers)
    def leave_and_come_back(self, by: Caseworker) -> None:
        self.run(self.shift.let_go(by))

    @rule(seconds=st.sampled_from(SECONDS))
    def wait(self, seconds: float) -> None:
        self.shift.clock.move(seconds)

    @rule()
    def deliver(self) -> None:
        self.run(self.shift.deliver())

    @rule()
    def erase_what_is_closed(self) -> None:
        self.run(self.shift.erase_closed())

    @rule(number=numbers, words=st.booleans(), more=st.booleans())
    def a_person_adds(self, number: int, words: bool, more: bool) -> None:
        self.run(self.shift.visit(number, Effect.ADD, words, more))

    @rule(number=numbers, effect=st.sampled_from([Effect.WITHDRAW, Effect.KEEP]))
    def a_person_withdraws_or_not(self, number: int, effect: Effect) -> None:
        self.run(self.shift.visit(number, effect, False, False))

    @rule(age=st.integers(0, 20))
    def hear_again(self, age: int) -> None:
        self.run(self.shift.hear_again(age))

    @invariant()
    def nothing_is_wrong(self) -> None:
        assert self.shift.faults() == []

    def teardown(self) -> None:
        broken = self.runner.run(self.shift.broken())
        self.runner.run(self.shift.close())
        StaffRoom.tally += self.shift.tally
        self.runner.close()
        assert broken == []


@pytest.fixture(scope="module")
def morning(
    tmp_path_factory: pytest.TempPathFactory, door_keys: DoorKeys, staff_keys: StaffKeys
) -> Morning:
    books = tmp_path_factory.mktemp("morning") / "books.db"
    return asyncio.run(Shift(str(books), Keys(door_keys, staff_keys), House()).prepare(books))


def play(morning: Morning, keys: Keys, house: House, shifts: int) -> Counter[str]:
    """So many shifts, and what was done in them; AssertionError for the first thing wrong."""
    StaffRoom.tally = Counter()

    class OneShift(StaffRoom):
        def __init__(self) -> None:
            super().__init__(morning, keys, house)

    run_state_machine_as_test(
        OneShift,
        settings=settings(
            max_examples=shifts,
            stateful_step_count=A_SHIFT,
            deadline=None,
            database=None,
            derandomize=shifts < DEEP,  # the same steps at each run: luck decides no build
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return StaffRoom.tally


@pytest.mark.timeout(1800)  # the deep run takes minutes
def test_nothing_done_in_any_order_is_wrong(
    morning: Morning, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    shifts = SHIFTS.get(settings.get_current_profile_name(), 16)
    keys = Keys(door_keys, staff_keys)

    tally = play(morning, keys, House(), shifts)

    assert tally["steps"] > shifts * A_SHIFT // 2
    assert all(tally[what] for what in SEEN[: None if shifts >= DEEP else OFTEN]), tally


class TheWrongLetterbox(Casebook):
    """Sends what was confirmed for one case to the person of another one."""

    async def press(self, act: Act, name: str) -> Screen:
        screen = await super().press(act, name)
        verb, case, *_ = name.split(":")
        async with self.store.begin() as books:
            letters = await books.letterboxes.letters(case) if verb == "post" else []
            others = [one.id for one in await books.cases.waiting(1)]
            for letter in letters if others else []:
                await books.letterboxes.take_out(letter.id)
                await books.letterboxes.post(letter.id, others[0], letter.sealed, letter.day)
        return screen


class TheWrongName(Casebook):
    """Sends to one case what was confirmed under the name of another one."""

    async def press(self, act: Act, name: str) -> Screen:
        screen = await super().press(act, name)
        keys = [
            replace(key, words="Yes, send to heron 99") if key.name.startswith("post:") else key
            for key in screen.buttons
        ]
        return replace(screen, buttons=tuple(keys))


class AnybodyMay(Casebook):
    """Lets everybody do what only the holder of a case may."""

    async def _do(
        self, act: Act, case_id: str, verb: Verb, number: int, word: str, on: int
    ) -> Screen:
        theirs = replace(verb, may=anybody)
        try:
            return await super()._do(act, case_id, theirs, number, word, on)
        except NotYours:  # the books are the second lock on how a case ends
            return await super()._do(act, case_id, verb, number, word, on)


def anybody(by: Caseworker, case: Case) -> bool:
    return True


class TwoOwners(Casebook):
    """Gives a case to who comes second, and leaves the lease with who came first."""

    async def take(self, by: Caseworker, case_id: str, update: int, now: datetime) -> Say:
        said = await super().take(by, case_id, update, now)
        if said.words == "Already taken by {name}.":
            async with self.store.begin() as books:
                await books.cases.give(case_id, by.id, by.name)
        return said


class NoRow(Casebook):
    """Shows links and writes no row of it."""

    async def press(self, act: Act, name: str) -> Screen:
        if name.startswith("show:"):
            act = replace(act, update=1)
        return await super().press(act, name)


class NeverHidden(Casebook):
    """Forgets to hide what it shows."""

    async def press(self, act: Act, name: str) -> Screen:
        screen = await super().press(act, name)
        async with self.store.begin() as books:
            await books.outbox.drop(f"hide:{act.by.id}:{act.message}")
        return screen


class TellsTheGroup(Casebook):
    """Puts what was typed into a letter to the group."""

    async def type(self, act: Act, text: str) -> tuple[Screen, int]:
        async with self.store.begin() as books:
            await books.outbox.put("staff", "say", body={"what": text, "holder": 0}, due=act.now)
        return await super().type(act, text)


class ActsTwice(Casebook):
    """Keeps no mark of what it heard."""

    async def press(self, act: Act, name: str) -> Screen:
        return await super().press(
            replace(act, update=act.update + 10**6 + randbelow(10**9)), name
        )


class NeverWithdrawn(Lender):
    """Forgets to take its drafts back."""

    async def after_draft(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        if isinstance(errand, Send):
            await drafted.put_next(books, letter, now)


class LendsToAll(Lender):
    """Shows the group what one caseworker asked for."""

    async def loose(self, books: Books, letter: Letter, now: datetime) -> Errand:
        errand = await super().loose(books, letter, now)
        match errand:
            case Send(parcel):
                return Send(replace(parcel, chat=GROUP))
            case _:
                return errand


class LendsForEver(Lender):
    """Draws the family of a case, whoever asked for it and whoever holds it now."""

    async def family(self, books: Books, letter: Letter, now: datetime) -> Errand:
        case = await books.cases.get(str(letter.case_id))
        theirs = replace(letter, body={**letter.body, "chat": case.holder})
        errand = await super().family(books, theirs, now)
        match errand:
            case Send(parcel):
                return Send(replace(parcel, chat=letter.body["chat"] % len(WORKERS) + 1))
            case _:
                return errand


class CountsTwice(Casebook):
    """Forgets that a link was counted, whenever many were recorded at once."""

    async def press(self, act: Act, name: str) -> Screen:
        screen = await super().press(act, name)
        verb, case, *_ = name.split(":")
        async with self.store.begin() as books:
            rows = await books.links.of(case) if verb == "each" else []
            for row in rows:
                await books.links.count_as(case, [row.number], row.counted_as, "zz")
        return screen


class WritesItDown(Casebook):
    """Puts the address of a link into the letter that lends it."""

    async def press(self, act: Act, name: str) -> Screen:
        screen = await super().press(act, name)
        if name.startswith("loose:"):
            body = {"chat": act.by.id, "number": 1, "url": link(1, 1)}
            async with self.store.begin() as books:
                await books.outbox.put("staff", "lapse", body=body, due=act.now)
        return screen


FAULTS = {
    TheWrongLetterbox: "cannot open it|nobody confirmed",
    TheWrongName: "nobody confirmed",
    AnybodyMay: "which is not theirs",
    TwoOwners: "its lease says|came again",
    NoRow: "without an audit row",
    NeverHidden: "nothing will hide",
    TellsTheGroup: "holds a link or a word",
    ActsTwice: "came again",
    CountsTwice: "is counted as|are counted which",
    WritesItDown: "holds a link or a word|came again",
    NeverWithdrawn: "nothing will hide",
    LendsToAll: "the group was shown",
    LendsForEver: "which is not theirs|without an audit row",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_house_with_a_fault_is_found_out(
    fault: type[Casebook | Lender], morning: Morning, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    house = House(book=fault) if issubclass(fault, Casebook) else House(lender=fault)

    with pytest.raises(AssertionError, match=FAULTS[fault]):
        play(morning, Keys(door_keys, staff_keys), house, 40)


async def test_a_row_taken_from_the_audit_is_found_out(
    morning: Morning, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    shift = Shift.begun(morning, Keys(door_keys, staff_keys), House())
    for by, case in zip(WORKERS, shift.cases, strict=False):
        await shift.take(by, case)
    assert await shift.broken() == []

    shift.outside.execute("DELETE FROM audit WHERE id = 3")
    shift.outside.commit()

    assert await shift.broken() == ["the audit is broken at row 4"]
    await shift.close()


async def test_words_typed_too_early_never_answer_a_later_question(
    morning: Morning, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    shift = Shift.begun(morning, Keys(door_keys, staff_keys), House())
    by, case = WORKERS[3], shift.cases[0]
    await shift.take(by, case)
    await shift.type(by)
    await shift.press(by, None, press("write", case))

    await shift.hear_again(1)

    assert shift.faults() == []
    assert shift.confirmed == {}
    await shift.close()


async def test_who_keeps_a_case_at_once_leaves_no_letter_that_cannot_be_delivered(
    morning: Morning, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    shift = Shift.begun(morning, Keys(door_keys, staff_keys), House())
    await shift.take(WORKERS[3], shift.cases[0])
    for effect in (Effect.WITHDRAW, Effect.KEEP):
        await shift.visit(0, effect, words=False, more=False)

    await shift.deliver()

    heard = [shown.text for (chat, _), shown in shift.screens.shown.items() if chat == 4]
    assert "keeps it after all" in heard[-1]
    assert not any("withdraws" in text for text in heard)
    assert shift.faults() == []
    await shift.close()
