"""Every way to stand in the group, times everything that can be done: who may gets their way.

Anybody else changes nothing in the books and sees nothing of a case. The actions are the rows of
handlers.verbs and handlers.commands, so that a new row is covered by being there.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.clerk import spoken
from bot.members import REMEMBERED
from bot.sandbox.chats import CHANNEL_BOT, Chat, Person
from handlers import desk, leases, staff
from handlers.casework import KEPT_FOR, summary
from handlers.commands import COMMANDS
from handlers.hours import at
from handlers.sealing import seal_labels
from handlers.staff import Awaited, Caseworker, Screen, press
from handlers.talk import Say
from handlers.verbs import PRESSED, TYPED, Verb
from storage.books import Case
from storage.cases import Minor
from storage.keys import DoorKeys, StaffKeys
from storage.seal import new_private_key
from tests.cases import NOTE, Keys, file_case, telegram
from tests.conftest import Clock
from tests.quiet_room import QuietRoom, in_memory, open_quiet_room, prepare

NAMES = {
    "theirs": "quiet heron",
    "a minor's": "calm otter",
    "another's": "brave finch",
    "closed": "gentle wren",
    "closed by another": "sunny lark",
    "waiting": "early robin",
}
OTHER = Caseworker(4711, "zz Other", "en")
SECRETS = ("zz_invented", NOTE, *NAMES.values())
WITH_WORDS = {
    "case": NAMES["waiting"],
    "find": telegram(1),
    "duty": "on",
    "figures": "2027",
    "family": NAMES["theirs"],
}
_AWAITED = TypeAdapter(Awaited)


@dataclass(frozen=True, slots=True)
class State:
    """How somebody stands in the group (Bot API, ChatMember), and what our rule says of it."""

    status: str
    inside: bool = False
    leads: bool = False
    away: bool = False
    anonymous: bool = False

    @property
    def refusal(self) -> Say | None:
        if self.anonymous:
            return staff.HIDDEN
        return None if self.inside else staff.OUTSIDER


STATES = {
    "creator": State("creator", inside=True, leads=True),
    "administrator": State("administrator", inside=True, leads=True),
    "member": State("member", inside=True),
    "restricted, inside": State("restricted", inside=True),
    "restricted, outside": State("restricted", away=True),
    "left": State("left"),
    "kicked": State("kicked"),
    "anonymous administrator": State("administrator", leads=True, anonymous=True),
    "anonymous creator": State("creator", leads=True, anonymous=True),
}


@dataclass
class Trial:
    """One person, and one room in which they try everything."""

    at: QuietRoom
    outside: sqlite3.Connection
    who: Person
    cases: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return at(self.at.clock())

    @property
    def private(self) -> tuple[Chat, ...]:
        """Their chat with the bot; a channel has none."""
        chat = self.at.sandbox.private(self.at.bot.id, self.who.id)
        return (chat,) if chat else ()

    def stand(self, state: State) -> None:
        """As Telegram answers when asked; no update tells of it."""
        group, who = self.at.sandbox.group, self.who.id
        group.standing[who] = state.status
        for chosen, those in ((state.away, group.away), (state.anonymous, group.anonymous)):
            (those.add if chosen else those.discard)(who)

    async def case(self, kind: str) -> Case:
        """A case of this kind, made anew where something was done with the last one."""
        if kind not in self.cases:
            self.cases[kind] = await self._make(kind)
        async with self.at.store.begin() as books:
            return await books.cases.get(self.cases[kind])

    async def _make(self, kind: str) -> str:
        minor: Minor = "yes" if kind == "a minor's" else "no"
        name = f"{NAMES[kind]} {len(self.at.sandbox.group.messages)}-{self.at.sandbox.version}"
        case_id = await file_case(
            self.at.store, self.at.keys, self.at.clock(), name=name, minor=minor, news=True
        )
        key = new_private_key().public
        by = OTHER if "another" in kind else Caseworker(self.who.id, self.who.name, "en")
        async with self.at.store.begin() as books:
            await books.letterboxes.put(case_id, key.as_bytes(), seal_labels({}, case_id, key))
            await books.outbox.drop(f"card:{case_id}")
            if kind == "waiting":
                return case_id
            case = await books.cases.claim(case_id, by.id, by.name)
            await leases.take_up(books, case, by, self.now)
            if "closed" in kind:
                await leases.lay_down(books, case_id)
                await books.cases.close(
                    case_id, by.id, "withdrawn", erased_on=self.now.date() + KEPT_FOR
                )
            elif "another" in kind:
                await leases.offer(books, case_id, self.now)
        return case_id

    async def drop(self, kind: str) -> None:
        """Something was done with that one: the next is made anew, among no more than before."""
        async with self.at.store.begin() as books:
            await books.cases.erase(self.cases.pop(kind))

    def rows(self, query: str) -> list[Any]:
        """What a query finds in the books, asked beside the store."""
        return self.outside.execute(query).fetchall()

    def dump(self) -> dict[str, list[Any]]:
        """All that is kept, but for what was heard, and answers to the group."""
        kept = {
            name: self.rows(f"SELECT * FROM {name}")  # noqa: S608 - a table's own name
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in ("seen", "sqlite_sequence", "signs")
        }
        kept["frozen"] = self.rows("SELECT who FROM signs WHERE kind = 'frozen'")
        kept["outbox"] = [row for row in kept["outbox"] if row[2] not in ("say", "pointer")]
        return kept

    def answers(self) -> int:
        """How many answers to the group wait for the courier."""
        found = self.rows("SELECT count(*) FROM outbox WHERE kind IN ('say', 'pointer')")
        return int(found[0][0])

    async def try_it(
        self, act: Coroutine[Any, Any, None], deliver: bool = False
    ) -> tuple[list[str], bool]:
        """Do it; what the person was shown by it, and whether the books changed."""
        sandbox = self.at.sandbox
        toasts, version, before = len(sandbox.toasts), sandbox.version, self.dump()
        await act
        changed = self.dump() != before
        if deliver or self.answers():
            await self.at.deliver()
        shown = [toast.text for toast in sandbox.toasts[toasts:]]
        for chat in (*self.private, sandbox.group):
            news = [one for one in chat.messages.values() if one.version > version]
            shown += [
                f"{one.text}\n{one.buttons}"
                for one in news
                if one.sender == self.at.bot.id and one.text != "zz"
            ]
        return shown, changed

    # Everything that can be done

    async def press(self, data: str) -> None:
        await self.at.press(self.who, self.at.chat(self.who), data)

    async def press_on_a_card(self, data: str) -> None:
        await self.at.press(self.who, self.at.sandbox.group, data)

    async def say(self, words: str) -> None:
        await self.at.say(self.who, self.at.chat(self.who), words)


@pytest.fixture(scope="module")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books in which nothing is written yet."""
    path = tmp_path_factory.mktemp("empty") / "books.db"
    asyncio.run(prepare(path))
    return path


@pytest.fixture
async def trial(
    empty_books: Path, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock
) -> AsyncIterator[Trial]:
    store, outside = in_memory(empty_books)
    async with open_quiet_room(store, Keys(door_keys, staff_keys), clock) as at:
        who = at.person("Kit")
        at.chat(who)
        yield Trial(at, outside, who)
    outside.close()
    await store.close()


Action = Callable[[Trial, str], Coroutine[Any, Any, None]]


async def press_verb(verb: str, trial: Trial, case: str) -> None:
    await trial.press(press(verb, case, 1))


async def type_for(what: str, trial: Trial, case: str) -> None:
    """Words, when *what* was asked for."""
    on = trial.at.shown(trial.at.chat(trial.who)).id
    async with trial.at.drafts.hold(trial.at.keys.staff.person(trial.who.id)) as held:
        held.kept = _AWAITED.dump_json(Awaited(what, case, on, 1))
    await trial.say("zz words")


async def command(name: str, trial: Trial, case: str = "") -> None:
    await trial.say(f"/{name} {WITH_WORDS.get(name, '')}".strip())


async def command_there(name: str, trial: Trial, case: str = "", channel: bool = False) -> None:
    await trial.at.say(trial.who, trial.at.sandbox.group, f"/{name}", channel)


REFUSED = [name for name, state in STATES.items() if state.refusal]
ALLOWED = [name for name, state in STATES.items() if not state.refusal]


async def as_told(trial: Trial, state: State) -> None:
    """Telegram said it while they were remembered as a member."""
    trial.stand(STATES["member"])
    await command("help", trial)
    trial.stand(state)
    sandbox, who = trial.at.sandbox, trial.who.id
    if state.anonymous:
        sandbox.set_anonymous(who)
    elif state.status == "restricted":
        sandbox.restrict(who, away=state.away)
    else:
        sandbox.leave(who, kicked=state.status == "kicked")
    await trial.at.hear()


async def as_lapsed(trial: Trial, state: State) -> None:
    """They were remembered as a member, no update came, and that is a minute ago."""
    trial.stand(STATES["member"])
    await command("help", trial)
    trial.stand(state)
    trial.at.clock.move(REMEMBERED + 1)


async def as_asked(trial: Trial, state: State) -> None:
    """Nothing is remembered: Telegram is asked for the first time."""
    trial.stand(state)
    trial.at.clock.move(REMEMBERED + 1)


WAYS = {"told": as_told, "lapsed": as_lapsed, "asked": as_asked}


KINDS = ("theirs", "a minor's", "closed")
ACTIONS: list[tuple[str, str, Action]] = [
    ("take", "waiting", lambda trial, case: trial.press_on_a_card(f"take:{case}:0:")),
    ("accept", "another's", lambda trial, case: trial.press_on_a_card(f"accept:{case}:0:")),
    *((verb, kind, partial(press_verb, verb)) for verb in PRESSED for kind in KINDS),
    *((what, kind, partial(type_for, what)) for what in TYPED for kind in KINDS),
    *((f"/{name}", "theirs", partial(command, name)) for name in COMMANDS),
    *((f"/{name} there", "theirs", partial(command_there, name)) for name in COMMANDS),
    ("open", "theirs", lambda trial, case: trial.say(f"/start case_{case}")),
    ("turn the queue's page", "theirs", lambda trial, case: trial.press("queue:1")),
    ("small talk", "theirs", lambda trial, case: trial.say("zz words")),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", REFUSED)
async def test_who_may_not_changes_nothing_and_sees_nothing_of_a_case(
    trial: Trial, name: str, way: str
) -> None:
    state, first = STATES[name], True
    assert state.refusal is not None
    refusal = spoken(Screen((state.refusal,)), "en", trial.now).text
    for what, kind, act in ACTIONS:
        if way == "lapsed" and kind not in ("theirs", "waiting"):
            continue  # each needs a minute of its own, and who is refused never gets to a case
        if first or way == "lapsed":
            await WAYS[way](trial, state)
            trial.cases.clear()  # who was out has lost theirs
        first = False
        case = (await trial.case(kind)).id

        shown, changed = await trial.try_it(act(trial, case))

        assert not changed, what
        assert not [text for text in shown for secret in SECRETS if secret in text], what
        if "there" not in what:
            assert shown, what
            assert all(refusal in text for text in shown), what


@pytest.mark.parametrize("name", ALLOWED)
async def test_who_may_gets_their_way_and_no_more(trial: Trial, name: str) -> None:
    state = STATES[name]
    by = Caseworker(trial.who.id, trial.who.name, "en", leads=state.leads)
    trial.stand(state)
    done, kinds = set[str](), tuple(NAMES) if name in ("administrator", "member") else KINDS
    rows: list[tuple[str, Verb, bool]] = [(verb, row, True) for verb, row in PRESSED.items()]
    rows += [(what, row, False) for what, row in TYPED.items()]
    for verb, row, pressed in rows:
        for kind in kinds:
            case = await trial.case(kind)
            async with trial.at.store.begin() as books:
                of = await summary(books, case, trial.at.keys.staff)
            to_others = spoken(Screen((desk.whose(of),)), "en", trial.now).text
            no_more = spoken(desk.panel(of, by), "en", trial.now).text
            doing = press_verb if pressed else type_for

            shown, changed = await trial.try_it(doing(verb, trial, case.id))

            said = "\n".join(shown)
            assert shown, (verb, kind)
            if row.may(by, case):
                done.add(verb)
                assert to_others not in said, (verb, kind)
            else:
                assert not changed, (verb, kind)
                assert no_more in said, (verb, kind)
                assert "zz_invented" not in said
                assert NOTE not in said
            if changed:
                await trial.drop(kind)
    leads_only = {"unlock", "reassign", "assign"}
    assert leads_only & done == (leads_only if state.leads else set())
    assert done >= set(PRESSED) - leads_only - ({"see", "take"} if kinds == KINDS else set())


@pytest.mark.parametrize("name", ALLOWED)
async def test_every_command_answers_a_member_in_the_group_and_in_private(
    trial: Trial, name: str
) -> None:
    state, refusals = STATES[name], (staff.OUTSIDER, staff.HIDDEN, staff.YOURSELF)
    trial.stand(state)
    await trial.case("waiting")
    for name_of in COMMANDS:
        for where in (command, command_there):
            before = trial.dump()["frozen"]

            shown, _ = await trial.try_it(where(name_of, trial), deliver=True)

            assert shown, name_of
            assert not [text for text in shown for no in refusals if no.words in text], name_of
            if name_of == "freeze" and not state.leads:
                assert trial.dump()["frozen"] == before
                assert staff.LEADS_ONLY.words in shown[0]


async def test_a_channel_does_nothing_in_the_group_and_no_press_of_its_does(trial: Trial) -> None:
    refusal = spoken(Screen((staff.YOURSELF,)), "en", trial.now).text
    case = (await trial.case("waiting")).id
    for name in COMMANDS:
        shown, changed = await trial.try_it(command_there(name, trial, channel=True))
        assert not changed, name
        assert [text for text in shown if refusal in text], name
    trial.who = Person(CHANNEL_BOT, "Channel", "")
    before = trial.dump()
    for verb in ("take", "accept"):
        await trial.press_on_a_card(f"{verb}:{case}:0:")
    assert trial.dump() == before


async def test_a_member_is_believed_for_a_minute_and_not_a_second_longer(trial: Trial) -> None:
    trial.stand(STATES["member"])
    await command("help", trial)
    trial.stand(STATES["left"])  # and no update tells of it
    case = (await trial.case("theirs")).id

    trial.at.clock.move(REMEMBERED - 1)
    before, _ = await trial.try_it(trial.press(press("panel", case)))
    trial.at.clock.move(1)
    after, changed = await trial.try_it(trial.press(press("panel", case)))

    assert "How urgent" in before[0]
    assert staff.OUTSIDER.words in after[0]
    assert not changed
