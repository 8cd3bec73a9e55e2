"""Whatever caseworkers do, in any order: one owner, no link to anybody else, a whole audit."""

import re
from datetime import UTC, datetime
from itertools import count
from random import Random
from uuid import uuid4

import pytest

from handlers.casebook import Casebook
from handlers.casework import Act
from handlers.spoken import Voice
from handlers.staff import Caseworker, Screen, press
from handlers.verbs import PRESSED
from storage.books import Store
from storage.cases import Minor
from storage.drafts import MemoryDrafts
from storage.keys import DoorKeys, StaffKeys
from tests.cases import Keys, file_case, telegram
from tests.conftest import Clock

STEPS = 600
WORKERS = [Caseworker(number, f"zz {number}", "en", leads=number < 3) for number in range(1, 9)]
WORDS = ["", "removed", "requested", "refused", "partly", "withdrawn", "no answer", "police"]
LINK = re.compile(r"https://t\.me/zz_invented_(\d+)/")


class Shift:
    """Eight caseworkers, two of them leads, and six cases of two links; dice decide."""

    def __init__(self, store: Store, keys: Keys, clock: Clock, dice: Random) -> None:
        self.store, self.keys, self.clock, self.dice = store, keys, clock, dice
        drafts = MemoryDrafts(keys.staff.locker(), clock)
        self.book = Casebook(store, drafts, keys.staff, lambda: uuid4().hex)
        self.updates = count(1)
        self.cases: list[str] = []

    async def open(self) -> None:
        for number in range(6):
            urls = [telegram(2 * number), telegram(2 * number + 1)]
            minor: Minor = "yes" if number == 5 else "no"
            name = f"zz invented {number}"
            case = await file_case(
                self.store, self.keys, self.clock(), name=name, urls=urls, minor=minor, note="zz"
            )
            self.cases.append(case)

    async def step(self) -> tuple[Caseworker, Screen]:
        """One act of somebody; who, and what they see."""
        case = self.dice.choice(self.cases)
        by = await self.somebody(case)
        now = datetime.fromtimestamp(self.clock(), UTC)
        act = Act(by, next(self.updates), self.dice.randrange(1, 4), now, now)
        match self.dice.randrange(12):
            case 0 | 1 | 2:
                return by, Screen((await self.book.take(by, case, act.update, now),))
            case 3:
                return by, Screen((await self.book.accept(act, case),))
            case 4 | 5:
                return by, (await self.book.type(act, "zz typed"))[0]
            case 6 if self.dice.random() < 0.2:
                await self.book.let_go(by.id, now)
                return by, Screen(())
            case 7:
                return by, await self.book.duty(act, self.dice.random() < 0.5)
            case 8:
                return by, await self.book.freeze(act, self.dice.random() < 0.1)
            case _:
                self.clock.move(self.dice.choice((1, 60, 700)))
                verb, word = self.dice.choice(list(PRESSED)), self.dice.choice(WORDS)
                number = self.dice.randrange(0, 9 if verb == "assign" else 3)
                return by, await self.book.press(act, press(verb, case, number, word))

    async def somebody(self, case: str) -> Caseworker:
        """Anybody; more often who holds the case, so that something comes of it."""
        async with self.store.begin() as books:
            holder = (await books.cases.get(case)).holder
        likely = [one for one in WORKERS if one.id == holder and self.dice.random() < 0.7]
        return self.dice.choice(likely or WORKERS)

    async def wrong(self, by: Caseworker, screen: Screen) -> list[str]:
        """What must never be seen: a link by who does not hold its case, or of a minor's."""
        text = Voice("en", datetime.fromtimestamp(self.clock(), UTC).date()).page(screen.says).text
        found = []
        for number in {int(match) // 2 for match in LINK.findall(text)}:
            async with self.store.begin() as books:
                case = await books.cases.get(self.cases[number])
            if (case.state, case.holder) != ("taken", by.id):
                found.append(f"{by.name} sees a link of {case.name}")
            if case.minor != "no" and not by.leads:
                found.append(f"{by.name} sees a minor's link")
        return found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_done_in_any_order_shows_a_link_to_who_does_not_hold_its_case(
    sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock, seed: int
) -> None:
    dice = Random(seed)
    shift = Shift(sqlite_store, Keys(door_keys, staff_keys), clock, dice)
    await shift.open()
    shown = 0

    for _ in range(STEPS):
        by, screen = await shift.step()
        assert await shift.wrong(by, screen) == []
        shown += any("address" in say.blanks for say in screen.says)

    async with sqlite_store.begin() as books:
        assert await books.audit.first_broken() is None
        assert (await books.audit.end())[0] > STEPS // 20
        for case_id in shift.cases:
            case = await books.cases.get(case_id)
            assert (case.state == "waiting") == (case.holder is None)
            leased = await books.outbox.get(f"lease:{case_id}")
            assert (case.state == "taken") == (leased is not None)
            assert leased is None or leased.body["holder"] == case.holder
    assert shown
