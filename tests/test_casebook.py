"""The casebook: who may do what, once; on both databases."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from sqlalchemy.exc import StatementError

from handlers import leases
from handlers.casebook import Casebook
from handlers.casework import Act
from handlers.links import find
from handlers.spoken import Voice, units
from handlers.staff import Caseworker, Screen, press
from handlers.talk import Code
from handlers.verbs import PRESSED
from storage.books import Letter, NoSuchCase, Store
from storage.drafts import Drafts, MemoryDrafts
from storage.keys import DoorKeys, StaffKeys
from storage.outbox import Lane
from storage.seal import NotOpened, Place, Sealed, seal, unseal
from tests.cases import CHAT, NOTE, Keys, file_case, telegram
from tests.conftest import Clock

KIT = Caseworker(41, "Kit", "en")
MAN = Caseworker(42, "阿文", "yue_Hant")
LEAD = Caseworker(43, "Lee", "en", leads=True)
HOUR = 3600


@pytest.fixture
def keys(door_keys: DoorKeys, staff_keys: StaffKeys) -> Keys:
    return Keys(door_keys, staff_keys)


@dataclass
class Room:
    """A casebook with its store, and updates numbered one by one."""

    store: Store
    keys: Keys
    clock: Clock
    drafts: Drafts
    book: Casebook
    numbers: "count[int]"

    @classmethod
    def open(cls, store: Store, keys: Keys, clock: Clock) -> "Room":
        drafts = MemoryDrafts(keys.staff.locker(), clock)
        book = Casebook(store, drafts, keys.staff, lambda: uuid4().hex)
        return cls(store, keys, clock, drafts, book, count(1))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def act(self, by: Caseworker = KIT, update: int = 0, message: int = 7) -> Act:
        number = update or next(self.numbers)
        return Act(by, number, message, self.now(), self.now())

    async def file(self, **what: object) -> str:
        return await file_case(self.store, self.keys, self.clock(), **what)  # type: ignore[arg-type]  # passed on

    async def take(self, case_id: str, by: Caseworker = KIT) -> str:
        update = next(self.numbers)
        return said(Screen((await self.book.take(by, case_id, update, self.now()),)))

    async def held(self, **what: object) -> str:
        case_id = await self.file(**what)
        await self.take(case_id)
        return case_id

    async def press(self, verb: str, case_id: str, number: int = 0, word: str = "") -> Screen:
        return await self.book.press(self.act(), press(verb, case_id, number, word))

    async def audit(self, case_name: str = "quiet heron") -> list[str]:
        async with self.store.begin() as books:
            return [row.what for row in await books.audit.of(case_name)]

    async def told(self) -> list[Letter]:
        """What caseworkers are told of their cases."""
        return [one for one in await self.letters() if one.kind == "word"]

    async def letters(self, lane: Lane = "staff", after: float = 0) -> list[Letter]:
        """The letters due by then; they are put back."""
        until = self.now() + timedelta(seconds=after)
        async with self.store.begin() as books:
            letters = await books.outbox.lease(lane, until, 1, 100)
            for letter in letters:
                await books.outbox.again(letter.id, letter.due)
        return letters


@pytest.fixture
def room(store: Store, keys: Keys, clock: Clock) -> Room:
    return Room.open(store, keys, clock)


@pytest.fixture
def small_room(sqlite_store: Store, keys: Keys, clock: Clock) -> Room:
    return Room.open(sqlite_store, keys, clock)


def said(screen: Screen) -> str:
    """A screen in English."""
    return Voice("en", datetime(2027, 1, 15, tzinfo=UTC).date()).page(screen.says).text


def labels(screen: Screen) -> list[str]:
    voice = Voice("en", datetime(2027, 1, 15, tzinfo=UTC).date())
    return [voice.label(button.words) for button in screen.buttons]


async def test_the_first_press_wins(room: Room) -> None:
    case_id = await room.file()

    assert "quiet heron is yours" in await room.take(case_id)
    assert await room.take(case_id, MAN) == "Already taken by Kit."
    assert await room.audit() == ["take"]


async def test_two_hundred_presses_at_once_make_one_owner(room: Room) -> None:
    case_id = await room.file()
    workers = [Caseworker(number, f"zz {number}", "en") for number in range(1, 201)]

    answers = await asyncio.gather(*(room.take(case_id, worker) for worker in workers))

    async with room.store.begin() as books:
        case = await books.cases.get(case_id)
    assert sum("is yours" in answer for answer in answers) == 1
    assert answers.count(f"Already taken by {case.holder_name}.") == 199
    assert await room.audit() == ["take"]


async def test_a_replayed_take_tells_again_and_does_nothing(room: Room) -> None:
    case_id = await room.file()

    first = await room.book.take(KIT, case_id, 5, room.now())
    again = await room.book.take(KIT, case_id, 5, room.now())

    assert first == again
    assert await room.audit() == ["take"]


@pytest.mark.parametrize("verb", PRESSED)
@pytest.mark.parametrize("minor", ["no", "unsure"])
async def test_nobody_but_the_holder_does_anything(
    small_room: Room, verb: str, minor: str
) -> None:
    room = small_room
    case_id = await room.held(minor=minor)
    words = {"set": "removed", "passed": "police", "end": "withdrawn"}
    name = press(verb, case_id, 1, words.get(verb, ""))

    screen = await room.book.press(room.act(MAN), name)

    assert said(screen) == "Kit has quiet heron."
    assert not screen.buttons
    assert not screen.asks
    assert await room.audit() == ["take"]
    assert [letter.kind for letter in await room.letters(after=10**6)] == ["card", "lease"]


async def test_a_case_that_nobody_holds_shows_nothing(small_room: Room) -> None:
    case_id = await small_room.file()

    assert "is waiting" in said(await small_room.press("show", case_id))
    assert await small_room.audit() == []


async def test_the_panel_has_no_link_and_no_word_of_the_note(small_room: Room) -> None:
    case_id = await small_room.held()

    screen = await small_room.press("panel", case_id)

    assert "t.me" not in said(screen)
    assert NOTE not in said(screen)
    assert labels(screen) == [
        *("Show links", "Notes", "Record", "Draft", "Hand over", "Release", "Close"),
    ]


async def test_a_reveal_its_audit_row_and_its_hiding_are_one_transaction(room: Room) -> None:
    case_id = await room.held()

    screen = await room.press("show", case_id)

    assert telegram(1) in said(screen)
    assert telegram(3) in said(screen)
    assert await room.audit() == ["take", "reveal"]
    assert [letter.kind for letter in await room.letters(after=899)] == ["card"]
    hide = (await room.letters(after=900))[-1]
    assert (hide.kind, hide.key) == ("hide", f"hide:{KIT.id}:7")


async def test_a_reveal_that_cannot_be_hidden_is_not_audited_either(room: Room) -> None:
    case_id = await room.held()
    by = replace(KIT, leads=b"no letter can hold this")  # type: ignore[arg-type]  # on purpose

    with pytest.raises(StatementError):
        await room.book.press(room.act(by), press("show", case_id))

    assert await room.audit() == ["take"]


async def test_a_replayed_reveal_is_audited_once_and_still_hidden(room: Room) -> None:
    case_id = await room.held()
    act = room.act(update=77)

    first = await room.book.press(act, press("show", case_id))
    again = await room.book.press(act, press("show", case_id))

    assert first == again
    assert await room.audit() == ["take", "reveal"]


async def test_turning_a_page_moves_the_hiding(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=[telegram(n) for n in range(1, 12)])
    first = await room.press("show", case_id)
    room.clock.move(600)

    second = await room.press("show", case_id, 1)

    assert telegram(8) in said(first)
    assert telegram(9) not in said(first)
    assert telegram(9) in said(second)
    hides = [one for one in await room.letters(after=900) if one.kind == "hide"]
    assert [one.due for one in hides] == [room.now() + timedelta(minutes=15)]
    assert [one.kind for one in await room.letters(after=899)] == ["card"]


async def test_links_are_code_and_copied_by_a_button(small_room: Room) -> None:
    case_id = await small_room.held()

    screen = await small_room.press("show", case_id)

    codes = [
        blank.text
        for say in screen.says
        for blank in say.blanks.values()
        if isinstance(blank, Code)
    ]
    assert codes == [telegram(1), telegram(2), telegram(3)]
    assert [button.copy for button in screen.buttons if button.copy] == codes


async def test_under_eighteen_no_link_is_revealed(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(minor="unsure")

    shown = await room.press("show", case_id)
    loose = await room.press("loose", case_id, 1)

    assert "t.me" not in said(shown) + said(loose)
    assert "Show links" not in labels(shown)
    assert "Refer" in labels(shown)
    assert await room.audit() == ["take"]


async def test_under_eighteen_several_are_told_before_it_is_closed_as_passed_on(
    room: Room,
) -> None:
    case_id = await room.held(minor="yes", news=True)
    before = await room.press("refer", case_id)
    for whom in ("police", "welfare", "take_it_down"):
        told = await room.press("tell", case_id, 0, whom)
    open_still = await room.press("panel", case_id)
    sure = await room.press("outcome", case_id, 0, "referred")

    closed = await room.press("end", case_id, 0, "referred")

    everybody = ("Police hotline", "Social Welfare Department Hotline", "NCMEC Take It Down")
    assert "Cap. 650" in said(before)
    assert "Close as passed on" not in labels(before)
    assert "Close as passed on" in labels(told)
    assert said(told).count("✓ Told on 2027-01-15.") == 2
    assert "✓ The person was sent there on 2027-01-15." in said(told)
    for name in everybody:
        assert f"{name} (2027-01-15)" in said(open_still)
        assert f"✓ {name}: 2027-01-15" in said(sure)
    assert "quiet heron: close it, because it was passed on" in said(sure)
    assert f"({', '.join(everybody[:2])})" in said(closed)
    assert await room.audit() == [
        "take",
        "told: police",
        "told: welfare",
        "told: take_it_down",
        "close: referred",
    ]
    async with room.store.begin() as books:
        assert (await books.cases.get(case_id)).outcome == "referred"


async def test_a_second_press_and_the_same_one_again_tell_nobody_twice(room: Room) -> None:
    case_id = await room.held(minor="yes")
    act = room.act()
    await room.book.press(act, press("tell", case_id, 0, "police"))

    again = await room.book.press(act, press("tell", case_id, 0, "police"))
    twice = await room.press("tell", case_id, 0, "police")

    assert said(again) == said(twice)
    assert said(twice).count("✓") == 1
    assert await room.audit() == ["take", "told: police"]


async def test_who_was_told_by_a_slip_is_taken_back_within_ten_minutes(room: Room) -> None:
    case_id = await room.held(minor="yes")
    await room.press("tell", case_id, 0, "police")
    await room.press("tell", case_id, 0, "welfare")
    room.clock.move(599)

    undone = await room.press("untell", case_id, 0, "police")
    room.clock.move(1)
    late = await room.press("untell", case_id, 0, "welfare")

    assert "Told: Police hotline" in labels(undone)
    assert said(undone).count("✓") == 1
    assert "Too late to undo" in said(late)
    assert "Undo: Social Welfare Department Hotline" not in labels(late)
    assert said(late).count("✓") == 1
    assert await room.audit() == ["take", "told: police", "told: welfare", "untold: police"]


async def test_nothing_is_passed_on_before_somebody_was_told(room: Room) -> None:
    case_id = await room.held(minor="yes")
    await room.press("tell", case_id, 0, "police")
    await room.press("untell", case_id, 0, "police")

    asked = await room.press("outcome", case_id, 0, "referred")
    pressed = await room.press("end", case_id, 0, "referred")

    assert said(asked) == said(pressed)
    assert "how did it end?" in said(pressed)
    assert await room.audit() == ["take", "told: police", "untold: police"]


async def test_who_was_told_stays_told_when_the_case_is_opened_again(room: Room) -> None:
    case_id = await room.held(minor="yes")
    await room.press("tell", case_id, 0, "welfare")
    await room.press("end", case_id, 0, "referred")
    await room.press("reopen", case_id)

    screen, _ = await room.book.type(room.act(message=8), "zz it came back")

    assert "• Passed on: Social Welfare Department Hotline (2027-01-15)" in said(screen)


async def test_under_eighteen_nothing_is_recorded_before_somebody_was_told(room: Room) -> None:
    case_id = await room.held(minor="yes")

    before = await room.press("record", case_id)
    await room.press("tell", case_id, 0, "police")
    after = await room.press("record", case_id)

    assert "Refer first." in said(before)
    assert "The links stay closed: record by number" in said(after)
    assert "t.me" not in said(after)
    assert await room.audit() == ["take", "told: police"]


async def test_nobody_is_told_of_an_adults_case(room: Room) -> None:
    case_id = await room.held()

    for verb in ("refer", "tell", "untell"):
        screen = await room.press(verb, case_id, 0, "police")
        assert "How urgent" in said(screen)

    assert await room.audit() == ["take"]


async def test_a_lead_opens_the_links_of_an_under_eighteen_case_with_a_reason(room: Room) -> None:
    case_id = await room.held(minor="yes")
    lead = replace(KIT, leads=True)
    asked = await room.book.press(room.act(lead), press("unlock", case_id))
    act = room.act(lead, message=8)

    shown, on = await room.book.type(act, "zz the police asked which site")
    again, _ = await room.book.type(act, "zz the police asked which site")

    assert asked.asks == "unlock"
    assert "t.me" not in said(asked)
    assert telegram(1) in said(shown)
    assert again == shown
    assert on == 7
    assert await room.audit() == ["take", "reveal under 18"]
    kinds = {one.kind: one for one in await room.letters(after=900)}
    assert kinds["hide"].body["message"] == 7
    assert kinds["withdraw"].body == {"chat": KIT.id, "message": 8}
    assert "zz the police" in said(await room.press("note", case_id))


async def test_what_a_lead_opened_stays_open_for_a_quarter_of_an_hour(room: Room) -> None:
    case_id = await room.held(minor="yes", urls=[telegram(n) for n in range(1, 12)])
    lead = replace(KIT, leads=True)
    await room.book.press(room.act(lead), press("unlock", case_id))
    await room.book.type(room.act(lead, message=8), "zz invented reason")

    second = await room.book.press(room.act(lead), press("show", case_id, 1))
    async with room.store.begin() as books:
        await books.outbox.drop(f"unlocked:{case_id}:{KIT.id}")
    later = await room.book.press(room.act(lead), press("show", case_id, 1))

    assert telegram(9) in said(second)
    assert "t.me" not in said(later)


async def test_a_caseworker_who_is_no_lead_opens_nothing_under_eighteen(room: Room) -> None:
    case_id = await room.held(minor="yes")

    asked = await room.press("unlock", case_id)

    assert not asked.asks
    assert await room.audit() == ["take"]


async def test_a_long_link_is_shown_by_the_second_press_only(small_room: Room) -> None:
    room = small_room
    long = "https://example.org/zz_invented?" + "x" * 300
    case_id = await room.held(urls=[long, telegram(2)])
    shown = await room.press("show", case_id)
    act = room.act(update=88)

    await room.book.press(act, press("loose", case_id, 1))
    await room.book.press(act, press("loose", case_id, 1))

    assert [button.copy for button in shown.buttons if button.copy] == [telegram(2)]
    assert "Show 1 to copy" in labels(shown)
    assert await room.audit() == ["take", "reveal", "reveal loose"]
    loose = [one for one in await room.letters() if one.kind == "loose"]
    assert [one.body["number"] for one in loose] == [1]
    assert "example" not in str(loose[0].body)


async def test_a_typed_note_is_kept_sealed_and_taken_out_of_the_chat(room: Room) -> None:
    case_id = await room.held()
    read = await room.press("note", case_id)
    asked = await room.press("add", case_id)

    screen, on = await room.book.type(room.act(message=8), "zz she will call back")

    assert NOTE in said(read)
    assert labels(read) == ["Write a note", "Back"]
    assert asked.asks == "note"
    assert on == 7
    assert "zz she" not in said(screen)
    async with room.store.begin() as books:
        (note,) = await books.notes.of(case_id)
    place = Place(case_id, f"staff note {note.id}")
    assert unseal(note.sealed, room.keys.staff.own, place) == b"zz she will call back"
    assert await room.audit() == ["take", "read note", "note"]
    gone = [one.body for one in await room.letters() if one.kind == "withdraw"]
    assert gone == [{"chat": KIT.id, "message": 8}]
    assert "zz she will call back" in said(await room.press("note", case_id))


async def test_what_is_typed_while_notes_are_read_is_no_note(small_room: Room) -> None:
    case_id = await small_room.held()
    await small_room.press("add", case_id)
    await small_room.press("note", case_id)

    screen, on = await small_room.book.type(small_room.act(message=8), "zz no note")

    assert "not waiting for words" in said(screen)
    assert on == 0


async def test_notes_that_are_none_yet_are_shown_as_that(small_room: Room) -> None:
    case_id = await small_room.held(note="")

    shown = await small_room.press("note", case_id)

    assert "No note yet." in said(shown)
    assert labels(shown) == ["Write a note", "Back"]
    assert shown.asks == ""


async def test_a_note_heard_twice_is_kept_once(room: Room) -> None:
    case_id = await room.held()
    await room.press("add", case_id)
    act = room.act(message=8)

    await room.book.type(act, "zz twice")
    again, on = await room.book.type(act, "zz twice")

    assert "• The person's note: written" in said(again)
    assert on == 7
    async with room.store.begin() as books:
        assert len(await books.notes.of(case_id)) == 1


async def test_words_nobody_asked_for_are_not_kept(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    await room.press("add", case_id)
    await room.press("panel", case_id)

    screen, on = await room.book.type(room.act(message=8), "zz lost")

    assert "not waiting for words" in said(screen)
    assert on == 0
    assert [one.kind for one in await room.letters()] == ["card"]


async def test_a_note_for_a_case_given_away_is_neither_kept_nor_taken_away(
    small_room: Room,
) -> None:
    room = small_room
    case_id = await room.held()
    await room.press("add", case_id)
    async with room.store.begin() as books:
        await books.cases.release(case_id, KIT.id)

    screen, _ = await room.book.type(room.act(message=8), "zz too late")

    assert "is waiting" in said(screen)
    assert "withdraw" not in [one.kind for one in await room.letters()]


async def test_recording_sends_one_news_letter_and_leaves_the_address_sealed(room: Room) -> None:
    case_id = await room.held(news=True)

    await room.press("set", case_id, 1, "removed")
    await room.press("set", case_id, 2, "requested")

    (news,) = await room.letters("door")
    assert (news.kind, news.key) == ("news", f"news:{case_id}")
    inner = Sealed(bytes.fromhex(news.body["inner"]))
    place = Place(case_id, "address")
    with pytest.raises(NotOpened):
        unseal(inner, room.keys.staff.own, place)
    assert unseal(inner, room.keys.door.back, place) == str(CHAT).encode()
    assert await room.audit() == ["take", "record 1: removed", "record 2: requested"]


async def test_no_news_where_none_is_wanted_or_nothing_changed(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    await room.press("set", case_id, 1, "removed")
    wanted = await room.held(news=True, name="calm otter")

    await room.press("set", wanted, 1, "new")

    assert await room.letters("door") == []


async def test_a_replayed_record_is_recorded_once(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    act = room.act(update=99)
    name = press("set", case_id, 2, "removed")

    assert await room.book.press(act, name) == await room.book.press(act, name)
    assert await room.audit() == ["take", "record 2: removed"]


async def test_a_press_for_a_link_that_came_later_records_nothing_when_heard_again(
    room: Room,
) -> None:
    case_id = await room.held()
    act, name = room.act(update=99), press("set", case_id, 4, "removed")

    before = await room.book.press(act, name)
    async with room.store.begin() as books:
        sealed = seal(
            b'{"platform": "telegram", "url": "zz", "open_url": "zz"}',
            room.keys.door.staff,
            Place(case_id, "link 4"),
        )
        await books.links.add(case_id, [sealed], room.now().date())
    await room.book.press(act, name)

    assert said(before).startswith("I do not know that button any more.")
    async with room.store.begin() as books:
        assert await books.links.states(case_id) == {"new": 4}
    assert await room.audit() == ["take"]


async def test_the_last_record_of_a_link_is_undone_within_ten_minutes(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 2, "requested")
    await room.book.type(room.act(message=8), "ZZ-4711")
    recorded = await room.press("set", case_id, 2, "removed")
    act = room.act()

    undone = await room.book.press(act, press("undo", case_id, 2))
    again = await room.book.press(act, press("undo", case_id, 2))

    assert "Undo" in labels(recorded)
    assert said(undone).startswith("Undone.")
    assert said(again) == said(undone)
    assert "Undo" not in labels(undone)
    async with room.store.begin() as books:
        row = (await books.links.of(case_id))[1]
        (request,) = await books.requests.of(case_id)
    assert row.state == "requested"
    assert (request.answer, request.reference is None) == (None, False)
    audit = await room.audit()
    assert audit[-2:] == ["record 2: removed", "undo 2: requested"]
    assert audit.count("undo 2: requested") == 1


async def test_an_undone_record_has_its_reason_again(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 2, "refused")
    await room.press("why", case_id, 2, "proof")
    await room.press("set", case_id, 2, "removed")

    await room.press("undo", case_id, 2)

    async with room.store.begin() as books:
        row = (await books.links.of(case_id))[1]
    assert (row.state, row.reason) == ("refused", "proof")


async def test_after_ten_minutes_a_record_stays(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 2, "removed")
    room.clock.move(601)

    late = await room.press("undo", case_id, 2)

    assert "Too late to undo" in said(late)
    assert "Undo" not in labels(await room.press("state", case_id, 2))
    async with room.store.begin() as books:
        assert (await books.links.of(case_id))[1].state == "removed"


async def test_tails_are_audited_and_hidden_and_stay_closed_under_eighteen(room: Room) -> None:
    case_id = await room.held()
    minor = await room.held(name="calm otter", minor="yes")

    shown = await room.press("record", case_id)
    closed = await room.press("record", minor)
    state = await room.press("state", minor, 1)

    assert "…" + telegram(1)[-12:] in said(shown)
    assert "…" not in said(closed) + said(state)
    assert await room.audit() == ["take", "tails"]
    assert await room.audit("calm otter") == ["take"]
    hides = [one for one in await room.letters(after=900) if one.kind == "hide"]
    assert [one.case_id for one in hides] == [case_id]


async def test_the_platforms_reference_is_sealed_to_its_link(room: Room) -> None:
    case_id = await room.held()
    screen = await room.press("set", case_id, 2, "requested")

    await room.book.type(room.act(message=8), "ZZ-4711")
    await room.press("set", case_id, 2, "removed")

    assert (screen.asks, screen.number) == ("reference", 2)
    async with room.store.begin() as books:
        row = (await books.links.of(case_id))[1]
        (request,) = await books.requests.of_link(case_id, 2)
    assert row.state == "removed"
    assert request.reference is not None
    place = Place(case_id, "reference 2")
    assert unseal(request.reference, room.keys.staff.own, place) == b"ZZ-4711"


async def test_closing_asks_how_and_again_then_forgets_the_address(room: Room) -> None:
    case_id = await room.held(news=True)
    await room.press("set", case_id, 1, "removed")
    asked = await room.press("close", case_id)
    sure = await room.press("outcome", case_id, 0, "partly")
    before = await room.audit()

    screen = await room.press("end", case_id, 0, "partly")

    assert "some links were removed" in labels(asked)
    assert "all links were removed" not in labels(asked)
    assert "quiet heron: close it, because some links were removed?" in said(sure)
    assert "Removed: 1 of 3." in said(sure)
    assert before == ["take", "record 1: removed"]
    assert "some links were removed" in said(screen)
    assert labels(screen) == ["Reopen"]
    async with room.store.begin() as books:
        assert await books.addresses.get(case_id, room.now().date()) is None
    assert await room.audit() == ["take", "record 1: removed", "close: partly"]


async def test_an_old_button_closes_nothing_that_has_become_impossible(room: Room) -> None:
    case_id = await room.held()

    screen = await room.press("end", case_id, 0, "removed")

    assert "how did it end?" in said(screen)
    assert await room.audit() == ["take"]


@pytest.mark.parametrize(("verb", "word"), [("end", "withdrawn"), ("tell", "police")])
async def test_who_wanted_news_gets_it_when_a_case_ends_or_is_passed_on(
    room: Room, verb: str, word: str
) -> None:
    case_id = await room.held(news=True, minor="yes")

    await room.press(verb, case_id, 0, word)

    (news,) = await room.letters("door")
    assert (news.kind, news.key) == ("news", f"news:{case_id}")


async def test_a_closed_case_is_opened_again_with_a_reason(room: Room) -> None:
    case_id = await room.held()
    await room.press("end", case_id, 0, "withdrawn")
    asked = await room.press("reopen", case_id)
    act = room.act(message=8)

    screen, _ = await room.book.type(act, "zz they wrote again")
    await room.book.type(act, "zz they wrote again")

    assert asked.asks == "reopen"
    assert "Show links" in labels(screen)
    assert await room.audit() == ["take", "close: withdrawn", "reopen"]
    async with room.store.begin() as books:
        case = await books.cases.get(case_id)
    assert (case.state, case.holder, case.outcome) == ("taken", KIT.id, None)
    assert "zz they wrote again" in said(await room.press("note", case_id))


async def test_closing_ends_news_and_opening_again_says_that_nobody_is_told(room: Room) -> None:
    case_id = await room.held(news=True)
    await room.press("end", case_id, 0, "withdrawn")
    await room.press("reopen", case_id)
    (last,) = await room.letters("door")

    screen, _ = await room.book.type(room.act(message=8), "zz they wrote again")

    assert "The person is not told by us" in said(screen)
    assert "News: ended when the case was closed" in said(screen)
    assert [(one.id, one.version) for one in await room.letters("door")] == [(last.id, 1)]


async def test_who_asks_for_news_of_a_closed_case_hears_that_it_is_open_again(room: Room) -> None:
    case_id = await room.held()
    await room.press("end", case_id, 0, "withdrawn")
    async with room.store.begin() as books:  # as the door does it, with the person's number
        place = Place(case_id, "address")
        inner = seal(str(CHAT).encode(), room.keys.door.back.public, place)
        outer = seal(inner, room.keys.door.staff, place)
        await books.addresses.put(case_id, outer, room.now().date() + timedelta(days=14))
        await books.cases.want_news(case_id, True)
    await room.press("reopen", case_id)

    screen, _ = await room.book.type(room.act(message=8), "zz a link came back")

    assert "not told by us" not in said(screen)
    (news,) = await room.letters("door")
    assert (news.kind, news.body["last"]) == ("news", False)


async def test_a_lead_opens_a_case_again_that_another_closed_and_nobody_else_does(
    room: Room,
) -> None:
    case_id = await room.held()
    await room.press("end", case_id, 0, "withdrawn")
    lead = replace(MAN, leads=True)

    refused = await room.book.press(room.act(MAN), press("reopen", case_id))
    await room.book.press(room.act(lead), press("reopen", case_id))
    await room.book.type(room.act(lead, message=8), "zz invented reason")

    assert not refused.asks
    async with room.store.begin() as books:
        assert (await books.cases.get(case_id)).holder == MAN.id


async def test_releasing_puts_it_back_and_somebody_else_may_take_it(room: Room) -> None:
    case_id = await room.held()

    screen = await room.press("give", case_id)

    assert "is waiting" in said(screen)
    assert "is yours" in await room.take(case_id, MAN)
    assert await room.audit() == ["take", "release", "take"]


async def test_who_leaves_the_group_loses_every_case_and_sees_nothing_any_more(
    room: Room,
) -> None:
    first, second = await room.held(), await room.held(name="calm otter")
    await room.take(await room.file(name="bright owl"), MAN)
    await room.press("show", first)

    await room.book.let_go(KIT.id, room.now())
    await room.book.let_go(KIT.id, room.now())

    assert await room.book.holders() == [MAN.id]
    assert await room.audit() == ["take", "reveal", "left the group"]
    assert await room.audit("calm otter") == ["take", "left the group"]
    due = await room.letters()
    assert [one.kind for one in due if one.case_id == first] == ["card", "hide"]
    assert "is yours" in await room.take(second, MAN)


async def test_a_card_of_a_case_given_back_takes_the_place_of_the_old_one(room: Room) -> None:
    case_id = await room.held()
    async with room.store.begin() as books:
        await books.posts.put(case_id, -100, 55, 1)

    await room.press("give", case_id)

    (card,) = [one for one in await room.letters() if one.kind == "card"]
    assert card.body == {"urgency": "soon", "fresh": 55}


async def test_a_fresh_card_on_its_way_is_still_looked_for_after_a_take(room: Room) -> None:
    case_id = await room.held()
    async with room.store.begin() as books:
        await books.posts.put(case_id, -100, 55, 1)
    await room.press("give", case_id)

    await room.take(case_id, MAN)

    (card,) = [one for one in await room.letters() if one.kind == "card"]
    assert card.body["fresh"] == 55


@pytest.mark.parametrize(
    "name", ["", "nothing", "show:1", "set:" + "0" * 32, "accept:" + "a" * 32 + ":0:"]
)
async def test_a_button_nobody_knows_does_nothing(small_room: Room, name: str) -> None:
    assert "do not know that button" in said(await small_room.book.press(small_room.act(), name))


async def test_odd_words_in_a_press_do_nothing(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()

    for verb, word in (("set", "eaten"), ("outcome", "eaten"), ("end", "eaten")):
        await room.press(verb, case_id, 1, word)
    for verb in ("to", "passed"):
        await room.press(verb, case_id, 0, "eaten")
    missing = await room.press("state", case_id, 99)

    assert "do not know that button" in said(missing)
    assert await room.audit() == ["take"]


async def test_a_case_that_is_gone_is_told(small_room: Room) -> None:
    nowhere = "0" * 32
    with pytest.raises(NoSuchCase):
        async with small_room.store.begin() as books:
            await books.cases.get(nowhere)

    assert "no longer here" in said(await small_room.press("show", nowhere))
    assert "no longer here" in await small_room.take(nowhere)


async def test_the_queue_has_the_urgent_first_and_twenty_a_page(small_room: Room) -> None:
    room = small_room
    for number in range(21):
        await room.file(name=f"calm {number}", urgency="calm")
    await room.file(name="quick heron", urgency="now")

    first = await room.book.listed(room.act(), "queue")
    second = await room.book.listed(room.act(), "queue", 1)

    assert said(first).splitlines()[:2] == [
        "Waiting: 22",
        "quick heron — It is happening now — 8 h",
    ]
    assert (labels(first)[0], labels(first)[-1]) == ("quick heron", "Next")
    assert len(labels(first)) == 21
    assert labels(second)[-1] == "Previous"
    assert len(said(second).splitlines()) == 3


async def test_within_a_day_who_came_first_waits_first(small_room: Room) -> None:
    room = small_room
    for name, hour in (("late heron", 7), ("first heron", 2), ("mid heron", 5)):
        await room.file(name=name, hour=hour)

    listed = said(await room.book.listed(room.act(), "queue")).splitlines()

    assert [line.partition(" —")[0] for line in listed[1:]] == [
        "first heron",
        "mid heron",
        "late heron",
    ]


async def test_a_question_left_for_another_case_says_that_it_is_dropped(room: Room) -> None:
    case_id = await room.held()
    other = await room.held(name="calm otter")
    await room.press("add", case_id)

    screen = await room.book.press(room.act(message=9), press("add", other))
    again = await room.book.press(room.act(message=9), press("panel", other))
    _, on = await room.book.type(room.act(message=10), "zz for whom?")

    assert said(screen).startswith("What I had asked you to type for quiet heron is dropped.")
    assert "is dropped" not in said(again)
    assert on == 0


async def test_recording_leaves_the_card_alone(room: Room) -> None:
    case_id = await room.held()
    async with room.store.begin() as books:
        await books.outbox.drop(f"card:{case_id}")

    await room.press("set", case_id, 1, "removed")

    assert [one.kind for one in await room.letters()] == []


async def test_the_hour_is_forgotten_with_the_end_of_the_case(room: Room) -> None:
    case_id = await room.held(hour=7)

    await room.press("end", case_id, 0, "withdrawn")

    async with room.store.begin() as books:
        assert (await books.cases.get(case_id)).hour == 0


async def test_mine_lists_what_one_holds_and_opens_it(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    await room.file(name="calm otter")

    screen = await room.book.listed(room.act(), "mine")

    assert labels(screen) == ["quiet heron"]
    assert screen.buttons[0].name == press("panel", case_id)
    assert "no case" in said(await room.book.listed(room.act(MAN), "mine"))


async def test_the_name_of_an_open_case_is_words_about_a_case(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()

    assert await room.book.is_about_a_case("who knows Quiet Heron, please?")
    assert not await room.book.is_about_a_case("a quiet lunch under the heron bridge")
    assert not await room.book.is_about_a_case("calm otter")
    await room.press("end", case_id, 0, "withdrawn")
    assert not await room.book.is_about_a_case("quiet heron")


async def test_what_our_key_does_not_open_is_counted_and_told(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=[telegram(1)])
    async with room.store.begin() as books:
        await books.links.add(case_id, [Sealed(b"FD\x01zz")], room.now().date())

    screen = await room.press("show", case_id)

    assert "2. cannot be opened" in said(screen)
    assert "Our key does not open this one." in said(screen)
    assert telegram(1) in said(screen)


async def test_no_page_is_longer_than_telegram_takes(small_room: Room) -> None:
    room = small_room
    both = replace(KIT, language=None)
    long = [f"https://example.org/{n}/" + "\u9999" * 1200 for n in range(20)]
    case_id = await room.held(urls=long, note="\U0001f600" * 3000)

    for by in (KIT, both):
        for verb in ("show", "note"):
            for page in range(20):
                screen = await room.book.press(room.act(by), press(verb, case_id, page))
                text = Voice(by.language, room.now().date()).page(screen.says).text
                assert units(text) <= 4096


# Leases, reminders, handing over


async def test_a_case_is_held_for_48_hours_from_the_last_act(room: Room) -> None:
    case_id = await room.held()
    room.clock.move(30 * HOUR)

    await room.press("panel", case_id)

    (lease,) = [one for one in await room.letters(after=40 * HOUR) if one.kind == "lease"]
    assert lease.due == room.now() + timedelta(hours=40)
    assert lease.body["ends"] == (room.now() + timedelta(hours=48)).isoformat()
    assert "lease" not in [one.kind for one in await room.letters(after=40 * HOUR - 1)]


@pytest.mark.parametrize(("verb", "word"), [("give", ""), ("end", "withdrawn")])
async def test_what_nobody_holds_has_no_lease(room: Room, verb: str, word: str) -> None:
    case_id = await room.held()

    await room.press(verb, case_id, 0, word)

    kinds = [one.kind for one in await room.letters(after=100 * HOUR)]
    assert "lease" not in kinds
    assert ("unclaimed" in kinds) is (verb == "give")


async def test_taking_a_case_ends_its_reminders(room: Room) -> None:
    case_id = await room.held()
    await room.press("give", case_id)

    await room.take(case_id, MAN)

    assert "unclaimed" not in [one.kind for one in await room.letters(after=100 * HOUR)]


async def test_an_offered_case_goes_to_the_first_who_accepts(room: Room) -> None:
    case_id = await room.held()
    offered = await room.press("offer", case_id)

    own = await room.book.accept(room.act(), case_id)
    taken = await room.book.accept(room.act(MAN), case_id)
    late = await room.book.accept(room.act(LEAD), case_id)

    assert "Keep it" in labels(offered)
    assert "is yours" in said(Screen((own,)))
    assert "is yours" in said(Screen((taken,)))
    assert said(Screen((late,))) == "Already taken by 阿文."
    assert "阿文 has quiet heron" in said(await room.press("show", case_id))
    assert await room.audit() == ["take", "offer", "accept"]
    (told,) = [one for one in await room.letters() if one.kind == "word"]
    assert told.body == {"chat": KIT.id, "what": "accepted", "by": "阿文"}


async def test_what_is_not_offered_any_more_is_not_accepted(room: Room) -> None:
    case_id = await room.held()
    await room.press("offer", case_id)
    await room.press("keep", case_id)

    answer = await room.book.accept(room.act(MAN), case_id)

    assert said(Screen((answer,))) == "Already taken by Kit."


async def test_a_lead_gives_a_case_to_who_is_on_duty_with_a_reason(room: Room) -> None:
    case_id = await room.held()
    await room.book.duty(room.act(MAN), on=True)
    panel = await room.book.press(room.act(LEAD), press("panel", case_id))
    asked = await room.book.press(room.act(LEAD), press("reassign", case_id))
    await room.book.press(room.act(LEAD), press("assign", case_id, MAN.id))

    await room.book.type(room.act(LEAD, message=8), "zz Kit is ill")

    assert labels(panel) == ["Reassign"]
    assert labels(asked) == ["Mine", "阿文", "Back to the queue", "Back"]
    assert await room.audit() == ["take", f"reassign: {MAN.id}"]
    notes = await room.book.press(room.act(MAN), press("note", case_id))
    assert "zz Kit is ill" in said(notes)
    told = {one.body["chat"]: one.body["what"] for one in await room.told()}
    assert told == {KIT.id: "taken away", MAN.id: "given"}


async def test_a_lead_gives_a_case_back_to_the_queue(room: Room) -> None:
    case_id = await room.held()
    await room.book.press(room.act(LEAD), press("assign", case_id, 0))

    await room.book.type(room.act(LEAD, message=8), "zz nobody is there")

    assert "is yours" in await room.take(case_id, MAN)
    assert await room.audit() == ["take", "reassign: queue", "take"]


async def test_nobody_is_given_a_case_who_is_not_on_duty(room: Room) -> None:
    case_id = await room.held()
    await room.book.press(room.act(LEAD), press("assign", case_id, 99))

    screen, _ = await room.book.type(room.act(LEAD, message=8), "zz invented")

    assert "whose shall it be?" in said(screen)
    assert await room.audit() == ["take"]


async def test_a_case_is_found_by_its_name(room: Room) -> None:
    await room.held()

    mine = await room.book.named(room.act(), " Quiet  HERON ")
    others = await room.book.named(room.act(MAN), "quiet heron")

    assert "Show links" in labels(mine)
    assert said(others) == "Kit has quiet heron."
    assert "no case of that name" in said(await room.book.named(room.act(), "calm otter"))


async def test_a_link_is_found_in_every_case_that_holds_it(room: Room) -> None:
    first, second = await room.held(), await room.file(name="calm otter", urls=[telegram(2)])
    async with room.store.begin() as books:
        for case_id, number in ((first, 2), (second, 1)):
            await books.links.mark(case_id, number, room.keys.staff.mark(telegram(2)))

    found = await room.book.with_link(room.act(message=8), find(telegram(2)))
    nothing = await room.book.with_link(room.act(message=9), find(telegram(9)))

    assert "Cases with that link: 2" in said(found)
    assert "quiet heron — taken" in said(found)
    assert "calm otter — waiting" in said(found)
    assert "Kit" not in said(found)
    assert said(nothing) == "No case here holds that link."
    assert await room.audit("calm otter") == ["find"]
    gone = [one.body["message"] for one in await room.letters() if one.kind == "withdraw"]
    assert gone == [8, 9]


async def test_who_leaves_is_off_duty(room: Room) -> None:
    on = await room.book.duty(room.act(), on=True)

    await room.book.let_go(KIT.id, room.now())
    off = await room.book.duty(room.act(MAN), on=False)

    assert said(on) == "On duty: Kit"
    assert said(off) == "Nobody is on duty."


# Who may, and who did


async def test_more_than_ten_reveals_an_hour_tell_the_leads_once(room: Room) -> None:
    case_id = await room.held()
    for _ in range(10):
        await room.press("show", case_id)
    ten = [one.kind for one in await room.letters()]

    for _ in range(3):
        shown = await room.press("show", case_id)

    assert said(shown).startswith("You have opened links 13 times within an hour.")
    assert "leads" not in ten
    (word,) = [one for one in await room.letters() if one.kind == "leads"]
    assert (word.key, word.body) == (f"reveals:{KIT.id}", {"what": "reveals", "name": "Kit"})
    assert word.version == 1


async def test_ten_reveals_an_hour_are_nobodys_business(room: Room) -> None:
    case_id = await room.held()
    for _ in range(20):
        await room.press("show", case_id)
        room.clock.move(361)

    assert "leads" not in [one.kind for one in await room.letters()]


async def test_while_the_room_is_frozen_nobody_does_anything(room: Room) -> None:
    case_id, other = await room.held(), await room.file(name="calm otter")
    await room.press("show", case_id)
    await room.press("add", case_id)
    await room.book.freeze(room.act(LEAD), on=True)

    answers = [
        said((await room.book.type(room.act(message=8), "zz"))[0]),
        said(await room.press("show", case_id)),
        await room.take(other, MAN),
        said(Screen((await room.book.accept(room.act(MAN), case_id),))),
        said(await room.book.with_link(room.act(), find(telegram(1)))),
    ]
    hides = [one.due for one in await room.letters() if one.kind == "hide"]
    await room.book.freeze(room.act(LEAD), on=False)

    assert all("Lee has stopped all work" in answer for answer in answers)
    assert hides == [room.now()]
    assert await room.audit("") == ["freeze", "thaw"]
    assert "is yours" in await room.take(other, MAN)


async def test_what_is_typed_while_work_has_stopped_is_said_to_be_lost_and_asked_again(
    room: Room,
) -> None:
    case_id = await room.held()
    await room.press("add", case_id)
    await room.book.freeze(room.act(LEAD), on=True)

    screen, on = await room.book.type(room.act(message=8), "zz words")
    await room.press("note", case_id)
    await room.book.freeze(room.act(LEAD), on=False)
    kept, _ = await room.book.type(room.act(message=9), "zz words again")

    assert "What you typed is not kept." in said(screen)
    assert on == 0, "a message of its own: the question stays on the screen"
    assert "The note is kept." in said(kept)
    notes = said(await room.press("note", case_id))
    assert "zz words again" in notes
    assert "zz words\n" not in notes
    withdrawn = [one for one in await room.letters(after=901) if one.kind == "withdraw"]
    assert [one.body["message"] for one in withdrawn] == [9, 8]
    assert (withdrawn[-1].due - room.now()) == timedelta(minutes=15)


async def test_leads_are_told_of_the_oldest_once_a_day_while_it_waits_too_long(room: Room) -> None:
    async def told() -> list[tuple[str, int]]:
        async with room.store.begin() as books:
            for lapsed in await books.outbox.lease("staff", room.now(), 1, 100):
                await books.outbox.done(lapsed)  # as the courier does it
        await room.book.tell_of_the_oldest(room.now())
        async with room.store.begin() as books:
            letter = await books.outbox.get("leads:oldest")
        return [(letter.body["case"], letter.body["days"])] if letter else []

    oldest = await room.file(hour=16)  # the clock says 16:00 in Hong Kong
    await room.file(name="calm otter", urgency="now", hour=17)
    await room.file(name="green finch", day=date(2027, 1, 10))
    async with room.store.begin() as books:
        green = await books.cases.named("green finch")
        assert green
        await books.cases.end_on(green.id, date(2027, 1, 30))

    room.clock.move(72 * HOUR - 60)
    assert await told() == []
    room.clock.move(60)
    assert await told() == [("quiet heron", 3)]
    room.clock.move(23 * HOUR)
    assert await told() == []
    room.clock.move(HOUR + 1)
    assert await told() == [("quiet heron", 4)]

    await room.take(oldest)
    assert await told() == []
    room.clock.move(24 * HOUR)
    assert await told() == [("calm otter", 4)]


async def test_a_new_long_wait_is_told_at_once_after_the_last_one_ended(room: Room) -> None:
    first = await room.file(hour=16)
    room.clock.move(72 * HOUR)
    await room.book.tell_of_the_oldest(room.now())
    await room.take(first)
    await room.book.tell_of_the_oldest(room.now())
    await room.file(name="calm otter", hour=15)

    await room.book.tell_of_the_oldest(room.now())

    (letter,) = [one for one in await room.letters() if one.kind == "leads"]
    assert letter.body["case"] == "calm otter"


async def test_withdrawn_cases_stand_apart_in_the_queue(small_room: Room) -> None:
    case_id = await small_room.file()
    await small_room.file(name="calm otter")
    async with small_room.store.begin() as books:
        await books.cases.end_on(case_id, date(2027, 1, 18))

    queue = said(await small_room.book.listed(small_room.act(), "queue"))

    assert "Waiting: 1" in queue
    assert queue.splitlines()[-1].endswith("keeps it: quiet heron (2027-01-18)")


async def test_mine_says_which_are_offered(small_room: Room) -> None:
    case_id = await small_room.held()
    await small_room.press("offer", case_id)

    mine = await small_room.book.listed(small_room.act(), "mine")

    assert "— offered to all" in said(mine)


async def test_a_case_is_seen_and_taken_from_the_queue_in_private(room: Room) -> None:
    case_id = await room.file()
    (button,) = (await room.book.listed(room.act(), "queue")).buttons

    seen = await room.book.press(room.act(), button.name)
    theirs = await room.press("take", case_id)
    late = await room.book.press(room.act(MAN), press("take", case_id))

    assert "How urgent" in said(seen)
    assert labels(seen) == ["Take", "Back"]
    assert seen.buttons[-1].name == "queue:0"
    assert "Show links" in labels(theirs)
    assert said(late) == "Kit has quiet heron."
    assert await room.audit() == ["take"]
    kinds = [one.kind for one in await room.letters(after=41 * HOUR)]
    assert sorted(kinds) == ["card", "lease"]


@pytest.mark.parametrize(
    ("news", "line"), [(True, "ended when the case was closed"), (False, "not wanted")]
)
async def test_news_that_ended_with_the_case_are_not_said_to_be_unwanted(
    small_room: Room, news: bool, line: str
) -> None:
    case_id = await small_room.held(news=news)
    await small_room.press("end", case_id, 0, "withdrawn")
    await small_room.press("reopen", case_id)

    screen, _ = await small_room.book.type(small_room.act(), "zz they wrote again")

    assert f"• News: {line}" in said(screen)


async def test_what_a_caseworker_does_tells_in_which_language_to_write_to_them(
    small_room: Room,
) -> None:
    async def told() -> list[str | None]:
        async with small_room.store.begin() as books:
            return [await leases.language_of(books, who.id) for who in (KIT, MAN, LEAD)]

    nobody = await told()
    await small_room.held()
    await small_room.book.duty(small_room.act(MAN), on=True)
    await small_room.book.reach(LEAD)
    all_three = await told()
    await small_room.book.let_go(KIT.id, small_room.now())

    assert nobody == [None, None, None]
    assert all_three == ["en", "yue_Hant", "en"]
    assert await told() == [None, "yue_Hant", "en"], "who has left the group is forgotten"


async def test_release_asks_once_before_it_gives_the_case_back(small_room: Room) -> None:
    case_id = await small_room.held()

    asked = await small_room.press("release", case_id)
    held = await small_room.audit()
    given = await small_room.press("give", case_id)

    assert said(asked) == "quiet heron: give it back to the queue?"
    assert labels(asked) == ["Yes, give it back", "Back"]
    assert held == ["take"]
    assert "is waiting" in said(given)


async def test_of_two_who_take_it_in_private_one_has_it(room: Room) -> None:
    case_id = await room.file()

    first, second = await asyncio.gather(
        *(room.book.press(room.act(by), press("take", case_id)) for by in (KIT, MAN))
    )

    assert ("Show links" in labels(first)) is not ("Show links" in labels(second))
    assert await room.audit() == ["take"]


async def test_a_page_of_the_queue_that_is_no_more_shows_the_last_one(small_room: Room) -> None:
    await small_room.file()

    assert "quiet heron" in said(await small_room.book.listed(small_room.act(), "queue", 3))


async def test_the_group_is_told_once_who_stopped_the_work_or_let_it_go_on(room: Room) -> None:
    stopping = room.act(LEAD)
    for act, on in ((stopping, True), (stopping, True), (room.act(LEAD), True)):
        await room.book.freeze(act, on)
    room.clock.move(HOUR)
    for act in (going := room.act(LEAD), going):
        await room.book.freeze(act, on=False)
    await room.book.freeze(stopping, on=True)  # heard again

    told = [one.body for one in await room.letters() if one.kind == "say"]

    assert [(one["what"], one["name"]) for one in told] == [("freeze", "Lee"), ("thaw", "Lee")]
    assert told[0]["time"] == f"{stopping.here:%H:%M}" != told[1]["time"]
    assert await room.audit("") == ["freeze", "thaw"]


async def test_who_asks_in_the_group_to_stop_what_has_stopped_is_answered_there(
    room: Room,
) -> None:
    for _ in range(2):
        await room.book.freeze(room.act(LEAD), on=True, there=True)

    told = [one.body["what"] for one in await room.letters() if one.kind == "say"]

    assert told == ["freeze", "frozen"]


async def test_only_a_lead_freezes_the_room(room: Room) -> None:
    answer = await room.book.freeze(room.act(), on=True)

    assert "Only a lead" in said(answer)
    assert await room.audit("") == []


async def test_the_chain_of_a_whole_case_is_whole(room: Room) -> None:
    case_id = await room.held()
    for verb, word in (("show", ""), ("set", "removed"), ("end", "partly")):
        await room.press(verb, case_id, 1, word)

    async with room.store.begin() as books:
        assert await books.audit.first_broken() is None
        assert (await books.audit.end())[0] == 4
