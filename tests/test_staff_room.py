"""The staff room, with the real library and the real courier, against the sandbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from telegram.ext import ExtBot

from bot.alarm import SILENT
from bot.bot_api import BotApi
from bot.clerk import Room, moment
from bot.courier import Pace
from bot.halves import tell_group
from bot.menu import Menu
from bot.receiver import Receiver, Update
from bot.sandbox.phone import Phone, Shown
from bot.sandbox.server import serving
from bot.sandbox.telegram import Sandbox, default_sandbox
from bot.staff_room import StaffRoom, open_staff_room
from handlers.commands import COMMANDS
from handlers.hours import HONG_KONG
from handlers.leases import LONGEST_WAIT, waiting_key
from storage.books import Store
from storage.drafts import MemoryDrafts
from storage.keys import DoorKeys, StaffKeys
from tests.cases import NOTE, Keys, file_case, telegram
from tests.conftest import GoingClock

ABOUT = 60  # seconds: none of what is waited for lies so close to something else
LONG = "https://example.org/zz_invented?" + "x" * 300
QUARTER = 15 * 60
HOUR = 3600


@dataclass
class House:
    """A sandbox with a staff room at work in it, and two caseworkers' phones."""

    sandbox: Sandbox
    base: str
    http: aiohttp.ClientSession
    room: StaffRoom
    store: Store
    keys: Keys
    kit: Phone
    group: Phone
    heard: list[Update]

    async def file(self, **what: Any) -> str:
        """File a case; its card is on the group's screen."""
        name = what.get("name", "quiet heron")
        case_id = await file_case(self.store, self.keys, self.sandbox.now(), **what)
        self.room.courier.poke()
        await self.group.sees(name)
        return case_id

    async def held(self, **what: Any) -> str:
        """A case that Kit has taken and opened."""
        case_id = await self.file(**what)
        await self.group.press("Take")
        await self.group.sees("With: Kit")
        await self.kit.start(f"case_{case_id}")
        await self.kit.sees("Links: ")
        return case_id

    def move(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.sandbox.move_clock(seconds)
        self.room.courier.poke()

    async def awaits(self, seconds: float, letters: int = 1) -> None:
        """Wait until so many letters lie in the outbox that are due in about so many seconds."""
        waiting = 0
        async with asyncio.timeout(20):
            while waiting < letters:
                now = datetime.fromtimestamp(self.sandbox.now(), UTC)
                until = now + timedelta(seconds=seconds)
                async with self.store.begin() as books:
                    waiting = await books.outbox.waiting("staff", until)
                    waiting -= await books.outbox.waiting(
                        "staff", until - timedelta(seconds=ABOUT)
                    )

    async def audit(self, name: str = "quiet heron") -> list[str]:
        async with self.store.begin() as books:
            return [row.what for row in await books.audit.of(name)]

    def phone(self, name: str, **where: Any) -> Phone:
        (person,) = [one for one in self.sandbox.people() if one.name == name]
        return Phone(self.http, self.base, person.id, "staff", **where)

    async def press(self, phone: Phone, label: str, words: str) -> Shown:
        """Press; then the message whose words follow."""
        await phone.press(label)
        return await phone.sees(words)


@asynccontextmanager
async def opened(
    store: Store, keys: Keys, topic: str = "", most: int = 1000, lead: bool = False
) -> AsyncIterator[House]:
    """A staff room at work; in the end, that Telegram found nothing wrong with it.

    *lead*: Kit leads the group from the beginning; of who comes to lead it later the room warns.
    """
    sandbox = default_sandbox(GoingClock())
    bot = sandbox.bot("staff")
    kit = next(one for one in sandbox.people() if one.name == "Kit")
    if lead:
        sandbox.set_administrator(kit.id)
    thread = sandbox.make_topic(topic) if topic else None
    drafts = MemoryDrafts(keys.staff.locker(), sandbox.now)
    heard: list[Update] = []

    async def hear(line: Sequence[Update]) -> int:
        heard.append(line[0])
        return await room.desk.hear(line)

    async with (
        serving(sandbox) as base,
        aiohttp.ClientSession() as http,
        BotApi(bot.token, base, http) as api,
        open_staff_room(
            bot.token,
            base,
            sandbox.group.id,
            thread,
            store,
            drafts,
            keys.staff,
            sandbox.now,
            lambda: uuid4().hex,
            pace=Pace(most=most),
        ) as room,
        at_work(Receiver(api, replace(room.desk, hear=hear), store, sandbox.now), room),
    ):
        phone = Phone(http, base, kit.id, "staff")
        group = Phone(http, base, kit.id, group=True)
        await group.sees("This room is in order")  # looked at first of all
        yield House(sandbox, base, http, room, store, keys, phone, group, heard)
        assert [one for one in sandbox.refused if not one.expected] == []


@asynccontextmanager
async def at_work(receiver: Receiver, room: StaffRoom) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        runs = (receiver.run(), room.courier.run(), room.rounds.run())
        work = [tasks.create_task(run) for run in runs]
        await receiver.drained.wait()
        yield
        for task in work:
            task.cancel()


@pytest.fixture
async def house(
    sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys
) -> Callable[..., Any]:
    keys = Keys(door_keys, staff_keys)
    return lambda **what: opened(sqlite_store, keys, **what)


def asked_for(at: House, answer: Any = None) -> "asyncio.Queue[int]":
    """Who is asked for with getChatMember from now on; *answer* is what Telegram says then."""
    asked: asyncio.Queue[int] = asyncio.Queue()

    def hear(role: str, method: str, params: Any) -> Any:
        if method != "getChatMember":
            return None
        asked.put_nowait(int(params["user_id"]))
        return answer

    at.sandbox.faults = hear
    return asked


def waits(card: Shown) -> bool:
    """Whether it can be taken."""
    return any("Take" in label for label in card.labels())


def kinds_of(shown: Shown) -> set[str]:
    return {entity["type"] for entity in shown.entities}


async def test_a_case_goes_from_take_to_close(house: Any) -> None:
    async with house() as at:
        case_id = await at.file()
        card = await at.group.sees("quiet heron")
        assert "Take" in card.labels()[0]

        await at.group.press("Take")
        await at.group.toast("quiet heron is yours")
        taken = await at.group.sees("With: Kit")
        assert [button.kind for row in taken.buttons for button in row] == ["url"]
        await at.kit.start(f"case_{case_id}")
        panel = await at.kit.sees("• Links: 3")
        assert panel.protected

        shown = await at.press(at.kit, "Show links", telegram(3))
        assert shown.id == panel.id
        await at.press(at.kit, "Back", "How urgent")
        await at.press(at.kit, "Record", "which link?")
        await at.press(at.kit, "2", "What became of it?")
        await at.press(at.kit, "removed", "Recorded.")
        await at.kit.say("ZZ-4711")
        await at.kit.sees("The reference is kept.")
        await at.press(at.kit, "Close", "how did it end?")
        await at.press(at.kit, "some links were removed", "close it, because")
        await at.press(at.kit, "Yes, close it", "Closed: some links were removed.")
        closed = await at.group.sees("Closed: ")

        assert closed.id == card.id
        assert closed.buttons == ()
        assert (await at.kit.sees("Closed: ")).labels() == ["Reopen"]
        assert await at.audit() == [
            "take",
            "reveal",
            "tails",
            "tails",
            "record 2: removed",
            "reference 2",
            "close: partly",
        ]


async def test_the_group_never_holds_a_link_or_a_word_of_a_note(house: Any) -> None:
    async with house() as at:
        await at.held(urls=[telegram(1), LONG], news=True)
        await at.press(at.kit, "Show links", telegram(1))
        await at.press(at.kit, "Show 2", LONG)
        await at.press(at.kit, "Back", "How urgent")
        await at.press(at.kit, "Notes", NOTE)
        await at.press(at.kit, "Write a note", "type the note")
        await at.kit.say("zz second invented note")
        await at.kit.sees("The note is kept.")
        await at.press(at.kit, "Record", "which link?")
        await at.press(at.kit, "1", "What became of it?")
        await at.kit.press("refused")
        await at.group.say("/queue")
        await at.group.say("/mine")
        await at.group.sees("Your cases: 1")

        for message in at.sandbox.group.messages.values():
            everything = repr(message)
            for secret in ("zz_invented", "example.org", "invented note", "please hurry"):
                assert secret not in everything


async def test_a_reveal_is_protected_inert_and_gone_after_a_quarter_of_an_hour(house: Any) -> None:
    async with house() as at:
        await at.held()
        shown = await at.press(at.kit, "Show links", telegram(1))

        assert shown.protected
        assert not shown.preview
        assert kinds_of(shown) == {"bold", "code"}
        copies = [one.value for row in shown.buttons for one in row if one.kind == "copy"]
        assert copies == [telegram(1), telegram(2), telegram(3)]

        at.move(QUARTER + 1)
        await at.kit.until(
            lambda screen: not any("t.me" in one.text for one in screen), "links hidden"
        )
        assert "Show links" in (await at.kit.sees("How urgent")).labels()


async def test_a_record_begins_on_the_page_of_links_and_is_undone(house: Any) -> None:
    async with house() as at:
        case_id = await at.held()
        await at.press(at.kit, "Show links", telegram(1))
        await at.press(at.kit, "Record", "which link?")
        await at.press(at.kit, "3", "What became of it?")
        await at.press(at.kit, "removed", "Recorded.")
        await at.press(at.kit, "Undo", "Undone.")

        async with at.store.begin() as books:
            assert await books.links.states(case_id) == {"new": 3}
        assert (await at.audit())[-2:] == ["record 3: removed", "undo 3: new"]


async def test_notes_are_inert_too_and_hidden_in_time(house: Any) -> None:
    async with house() as at:
        await at.held(note="zz see t.me/zz_invented @zz_invented_person")
        shown = await at.press(at.kit, "Notes", "zz see")

        assert shown.protected
        assert kinds_of(shown) == {"bold", "code"}
        at.move(QUARTER + 1)
        await at.kit.until(
            lambda screen: not any("zz see" in one.text for one in screen), "note hidden"
        )
        assert await at.audit() == ["take", "read note"]


async def test_a_typed_note_leaves_the_chat_and_is_in_the_notes(house: Any) -> None:
    async with house() as at:
        await at.held()
        await at.press(at.kit, "Notes", "hidden after 15 minutes")
        await at.press(at.kit, "Write a note", "type the note")

        await at.kit.say("zz called back, all is well")

        await at.kit.sees("The note is kept.")
        await at.kit.until(
            lambda screen: not any("zz called" in one.text for one in screen), "note taken away"
        )
        await at.press(at.kit, "Notes", "zz called back, all is well")


async def test_a_long_link_is_shown_by_a_second_press_and_withdrawn(house: Any) -> None:
    async with house() as at:
        await at.held(urls=[LONG])
        shown = await at.press(at.kit, "Show links", LONG)
        assert "copy" not in [one.kind for row in shown.buttons for one in row]

        await at.kit.press("Show 1")
        screen = await at.kit.until(lambda screen: LONG in [one.text for one in screen], "loose")
        (loose,) = [one for one in screen if one.text == LONG]

        assert not loose.protected
        assert not loose.preview
        assert kinds_of(loose) == {"code"}
        await at.awaits(120)
        at.move(121)
        await at.kit.until(lambda screen: loose.id not in [one.id for one in screen], "withdrawn")
        assert await at.audit() == ["take", "reveal", "reveal loose"]


async def drafted(at: House, label: str = "EU notice · in English") -> list[Shown]:
    """Kit drafts a request to Telegram; its text and its file."""
    await at.press(at.kit, "Draft", "whom shall we ask?")
    await at.press(at.kit, "Telegram: ", "First choice")
    await at.press(at.kit, label, "The text comes below")
    screen = await at.kit.until(
        lambda screen: any(one.media == "document" for one in screen), "the file"
    )
    return [one for one in screen if one.media == "document" or "Good-faith" in one.text]


async def test_a_draft_can_be_pasted_and_is_gone_after_a_quarter_of_an_hour(house: Any) -> None:
    async with house() as at:
        await at.held()

        text, file = await drafted(at)

        assert not text.protected
        assert not file.protected
        assert not text.preview
        assert kinds_of(text) == {"code"}
        assert all(f"\n{telegram(number)}\n" in text.text for number in (1, 2, 3))
        assert "✎ To fill in by hand: the name of the organisation" in text.text
        assert "heron" not in text.text
        await at.awaits(QUARTER, letters=2)
        at.move(QUARTER + 1)
        await at.kit.until(
            lambda screen: not {text.id, file.id} & {one.id for one in screen}, "withdrawn"
        )
        assert await at.audit() == ["take", "reveal draft"]


async def test_what_was_drafted_is_recorded_by_one_press(house: Any) -> None:
    async with house() as at:
        case_id = await at.held()
        await drafted(at)

        await at.press(at.kit, "We asked: record all", "All of these are recorded as asked.")

        async with at.store.begin() as books:
            assert await books.links.states(case_id) == {"requested": 3}
        for message in at.sandbox.group.messages.values():
            assert "zz_invented" not in repr(message)


async def test_a_draft_leaves_the_screen_with_who_leaves_the_group(house: Any) -> None:
    async with house() as at:
        await at.held()
        shown = {one.id for one in await drafted(at)}

        at.sandbox.leave(at.kit.person)

        await at.kit.until(lambda screen: not shown & {one.id for one in screen}, "taken away")


async def test_a_draft_leaves_the_screen_when_a_lead_freezes(house: Any) -> None:
    async with house(lead=True) as at:
        await at.held()
        shown = {one.id for one in await drafted(at)}

        await at.group.say("/freeze")

        await at.kit.until(lambda screen: not shown & {one.id for one in screen}, "taken away")


async def test_under_eighteen_is_referred_and_never_revealed(house: Any) -> None:
    async with house() as at:
        await at.held(minor="unsure")
        panel = await at.kit.sees("May be under 18")
        assert "Show links" not in panel.labels()

        await at.press(at.kit, "Refer", "Tell each who has to know")
        await at.press(at.kit, "Told: Police", "✓ Told on")
        await at.press(at.kit, "Told: Social Welfare", "any need\n✓ Told on")
        await at.press(at.kit, "Close as passed on", "close it, because it was passed on")
        await at.press(at.kit, "Yes, close it", "Closed: it was passed on")

        await at.group.sees("(Police hotline, Social Welfare Department Hotline)")
        assert await at.audit() == ["take", "told: police", "told: welfare", "close: referred"]


async def test_a_lead_says_why_and_sees_links_that_stay_closed_to_others(house: Any) -> None:
    async with house(lead=True) as at:
        await at.held(minor="unsure")
        await at.press(at.kit, "Open links, say why", "Type the reason")

        await at.kit.say("zz the police asked which site")

        shown = await at.kit.sees(telegram(1))
        assert shown.protected
        await at.kit.until(
            lambda screen: not any("zz the police" in one.text for one in screen), "reason gone"
        )
        at.move(QUARTER + 1)
        await at.kit.until(
            lambda screen: not any("t.me" in one.text for one in screen), "links hidden"
        )
        assert await at.audit() == ["take", "reveal under 18"]


async def test_the_second_to_press_is_told_who_was_first(house: Any) -> None:
    async with house() as at:
        await at.file()
        other = at.phone("阿文", group=True)
        at.sandbox.faults = lambda role, method, params: (
            (400, "message is not modified", {}) if method == "editMessageText" else None
        )
        await at.group.press("Take")
        await at.group.toast("is yours")

        await other.press("Take")

        assert "Kit" in await other.toast("Kit")
        at.sandbox.faults = None


async def test_only_the_holder_opens_a_case(house: Any) -> None:
    async with house() as at:
        case_id = await at.held()
        other = at.phone("阿文")

        await other.start(f"case_{case_id}")

        answer = await other.answer()
        assert "quiet heron" in answer.text
        assert answer.labels() == ["改派"]  # a lead may give it to somebody else, no more
        assert "t.me" not in answer.text


async def test_who_leaves_is_refused_at_once_and_sees_no_link_any_more(house: Any) -> None:
    async with house() as at:
        await at.held()
        shown = await at.press(at.kit, "Show links", telegram(1))
        chat = at.sandbox.private(at.sandbox.bot("staff").id, at.kit.person)
        (kit,) = [one for one in at.sandbox.people() if one.id == at.kit.person]
        (back,) = [key.value for row in shown.buttons for key in row if key.text == "Back"]
        assert chat is not None

        at.sandbox.leave(kit.id)  # and in the same moment, before anything is taken off the screen
        at.sandbox.press(kit, chat, chat.messages[shown.id], back)

        await at.kit.toast("one team only")
        await at.kit.until(
            lambda screen: not any("t.me" in one.text for one in screen), "links hidden"
        )


def go(at: House, how: str) -> None:
    """Let Kit go, in one of the ways in which Telegram says so."""
    match how:
        case "restricted":
            at.sandbox.restrict(at.kit.person, away=True)
        case _:
            at.sandbox.leave(at.kit.person, kicked=how == "kicked")


@pytest.mark.parametrize("how", ["left", "kicked", "restricted"])
async def test_who_is_out_of_the_group_loses_their_cases_at_once(house: Any, how: str) -> None:
    async with house() as at:
        await at.held()
        other = at.phone("阿文", group=True)
        old = await other.sees("With: Kit")
        await at.press(at.kit, "Show links", telegram(1))

        go(at, how)

        await other.until(lambda screen: any(map(waits, screen)), "a fresh card")
        await other.until(lambda screen: old.id not in [one.id for one in screen], "old card gone")
        await at.kit.until(
            lambda screen: not any("t.me" in one.text for one in screen), "links hidden"
        )
        assert await at.audit() == ["take", "reveal", "left the group"]
        await other.press("Take")
        await other.sees("With: 阿文")


async def test_who_is_only_restricted_keeps_their_cases(house: Any) -> None:
    async with house() as at:
        await at.held()

        at.sandbox.restrict(at.kit.person)
        await at.press(at.kit, "Show links", telegram(1))

        assert await at.audit() == ["take", "reveal"]


async def test_who_left_unseen_loses_their_cases_within_a_minute_by_the_clock(house: Any) -> None:
    async with house() as at:
        await at.held()
        other = at.phone("阿文", group=True)
        at.sandbox.group.standing[at.kit.person] = "left"  # and no update tells of it

        at.move(60)

        await other.until(lambda screen: any(map(waits, screen)), "a fresh card")
        assert await at.audit() == ["take", "left the group"]
        await at.kit.press("Show links")
        await at.kit.sees("one team only")


async def test_the_rounds_ask_for_holders_only_and_once_a_round(house: Any) -> None:
    async with house() as at:
        await at.held()
        other = at.phone("阿文")
        await other.start()
        await other.answer()
        asked = asked_for(at)

        at.move(60)
        first = await asked.get()
        at.move(60)
        second = await asked.get()

        assert first == second == at.kit.person
        assert asked.empty()


async def test_nobody_loses_a_case_because_telegram_does_not_say_who_is_in_the_group(
    house: Any,
) -> None:
    async with house() as at:
        await at.held()
        asked = asked_for(at, (400, "CHAT_ADMIN_REQUIRED", {}))

        at.move(60)
        await asked.get()
        at.move(60)
        await asked.get()

        assert await at.audit() == ["take"]
        at.sandbox.faults = None


async def test_a_stranger_gets_one_neutral_line(house: Any) -> None:
    async with house() as at:
        await at.file()
        sam = at.phone("Sam")

        await sam.start()
        first = await sam.answer()
        await sam.say("/queue")
        second = await sam.answer()

        assert first.text == second.text == "This chat is for one team only."


async def test_an_anonymous_administrator_is_refused(house: Any) -> None:
    async with house(lead=True) as at:
        at.sandbox.set_anonymous(at.kit.person)

        await at.group.say("/queue")

        await at.group.sees("turn Remain anonymous off")


async def test_a_channel_is_refused_like_an_anonymous_administrator(house: Any) -> None:
    async with house() as at:
        await at.group.say("/queue", channel={"title": "zz invented channel"})

        await at.group.sees("Please act as yourself, not as the group.")


async def test_a_press_of_an_anonymous_administrator_is_refused_and_says_how_to_go_on(
    house: Any,
) -> None:
    async with house(lead=True) as at:
        at.sandbox.set_anonymous(at.kit.person)
        await at.file()

        await at.group.press("Take")

        assert "Remain anonymous" in await at.group.toast("act as yourself")
        assert await at.audit() == []
        at.sandbox.set_anonymous(at.kit.person, False)
        await at.group.press("Take")
        await at.group.sees("With: Kit")


async def test_who_hides_while_holding_a_case_opens_nothing(house: Any) -> None:
    async with house(lead=True) as at:
        await at.held()
        at.sandbox.set_anonymous(at.kit.person)

        await at.kit.press("Show links")
        await at.kit.toast("Remain anonymous")
        await at.kit.say("/mine")

        assert (await at.kit.answer()).text.startswith("Please act as yourself")
        assert await at.audit() == ["take"]


async def test_anybody_in_the_group_turns_the_digest_and_takes_from_it(house: Any) -> None:
    async with house() as at:
        for number in range(80):  # the first ten may get cards: the courier is at work
            day = date(2027, 1, 15) - timedelta(days=number)
            what: dict[str, Any] = {"name": f"zz case {number:03}.", "urls": [telegram(1)]}
            await file_case(at.store, at.keys, at.sandbox.now(), day=day, **what)
        at.room.courier.poke()
        await at.group.sees("Page 1 of 2.")
        other = at.phone("阿文", group=True)

        await other.press("Next")
        name = (await at.group.sees("Page 2 of 2.")).labels()[0]
        await at.group.press(name)

        await at.group.toast(f"{name} is yours")
        await at.group.sees("With: Kit")
        await at.group.press("Previous")
        await at.group.sees("Page 1 of 2.")


async def test_the_queue_is_listed_in_the_group_by_name_alone(house: Any) -> None:
    async with house() as at:
        await at.file()
        await at.group.say("/queue")

        listed = await at.group.sees("Waiting: 1")
        assert "quiet heron — It is happening" in listed.text or "quiet heron — In" in listed.text
        assert listed.buttons == ()


@pytest.mark.parametrize(
    "words",
    ["see https://t.me/zz_invented/5 please", "Quiet Heron wrote again", "zz caption t.me/zz/1"],
)
async def test_words_about_a_case_leave_the_group_with_a_pointer(house: Any, words: str) -> None:
    async with house() as at:
        await at.file()
        if "caption" in words:
            await at.group.media("photo", words)
        else:
            await at.group.say(words)

        pointer = await at.group.sees("Please write about a case in the private chat")

        await at.group.until(
            lambda screen: not any(words in one.text for one in screen), "words taken away"
        )
        await at.awaits(60)
        at.move(61)
        await at.group.until(
            lambda screen: pointer.id not in [one.id for one in screen], "pointer withdrawn"
        )


async def test_a_reply_to_a_card_leaves_the_group(house: Any) -> None:
    async with house() as at:
        await at.file()
        card = await at.group.sees("quiet heron")

        await at.group.say("zz nothing that names it", reply_to=card.id)

        await at.group.sees("Please write about a case in the private chat")
        await at.group.until(
            lambda screen: not any("zz nothing" in one.text for one in screen), "reply taken away"
        )


async def test_words_edited_into_a_case_leave_the_group_and_small_talk_stays(house: Any) -> None:
    async with house() as at:
        await at.file()
        (talk,) = await at.group.say("lunch?")
        (other,) = await at.group.say("good morning")

        await at.group.edit(talk, "quiet heron")

        await at.group.until(
            lambda screen: talk not in [one.id for one in screen], "words taken away"
        )
        assert other in [one.id for one in await at.group.screen()]


async def test_updates_that_come_again_do_nothing_twice(house: Any) -> None:
    async with house() as at:
        case_id = await at.held(news=True)
        await at.press(at.kit, "Show links", telegram(1))
        await at.press(at.kit, "Back", "How urgent")
        await at.press(at.kit, "Notes", "hidden after 15 minutes")
        await at.press(at.kit, "Write a note", "type the note")
        await at.kit.say("zz only once")
        await at.kit.sees("The note is kept.")
        await at.press(at.kit, "Record", "which link?")
        await at.press(at.kit, "1", "What became of it?")
        await at.press(at.kit, "removed", "Recorded.")
        before, cards = await at.audit(), len(await at.group.screen())

        for update in list(at.heard) * 2:
            at.sandbox.move_clock(1)  # Telegram takes no more than one call a second for long
            await at.room.desk.hear([update])

        assert await at.audit() == before
        async with at.store.begin() as books:
            assert (await books.links.states(case_id)) == {"removed": 1, "new": 2}
            assert len(await books.notes.of(case_id)) == 1
            assert await books.outbox.waiting("door", moment(at.sandbox.now)) == 1
        assert len(await at.group.screen()) == cards


async def test_a_cut_line_is_tried_again_and_the_links_are_audited_once(house: Any) -> None:
    async with house() as at:
        await at.held()
        cuts = iter(["drop_request", "drop_answer"])
        at.sandbox.faults = lambda role, method, params: (
            next(cuts, None) if method == "editMessageText" else None
        )

        await at.press(at.kit, "Show links", telegram(1))

        assert next(cuts, None) is None
        assert await at.audit() == ["take", "reveal"]


async def test_a_press_that_grew_too_old_still_counts(house: Any) -> None:
    async with house() as at:
        await at.file()
        at.sandbox.faults = lambda role, method, params: (
            (400, "query is too old and response timeout expired", {})
            if method == "answerCallbackQuery"
            else None
        )

        await at.group.press("Take")

        await at.group.sees("With: Kit")


async def test_a_full_group_is_waited_for(house: Any) -> None:
    async with house() as at:
        full = iter([(429, "retry after 1", {"retry_after": 1})])
        at.sandbox.faults = lambda role, method, params: (
            next(full, None) if method == "sendMessage" else None
        )

        await at.file()

        cards = [one for one in await at.group.screen() if "quiet heron" in one.text]
        assert len(cards) == 1


async def test_a_card_telegram_finds_wrong_is_shown_in_its_plainest_form(house: Any) -> None:
    async with house() as at:
        at.sandbox.faults = lambda role, method, params: (
            (400, "zz odd entity", {}) if "quiet heron" in params.get("text", "") else None
        )
        await file_case(at.store, at.keys, at.sandbox.now())
        at.room.courier.poke()
        plain = await at.group.sees("its card cannot be shown")
        at.sandbox.faults = None

        await at.group.press("Take")

        assert (await at.group.sees("With: Kit")).id == plain.id


async def test_cards_go_into_their_topic(house: Any) -> None:
    async with house(topic="Reports") as at:
        await at.file()
        card = await at.group.sees("quiet heron")

        assert card.thread is not None
        assert card.silent


async def test_a_first_card_marks_its_links_for_the_staff_alone(house: Any) -> None:
    async with house() as at:
        case_id = await at.file()
        other = await at.file(name="calm otter", urls=[telegram(2)])

        async with at.store.begin() as books:
            found = await books.links.cases_with(at.keys.staff.mark(telegram(2)))
        assert sorted(found) == sorted([case_id, other])


async def test_a_bot_that_may_not_ask_who_is_in_the_group_lets_nobody_act(house: Any) -> None:
    async with house() as at:
        await at.file()
        at.sandbox.faults = lambda role, method, params: (
            (400, "CHAT_ADMIN_REQUIRED", {}) if method == "getChatMember" else None
        )

        await at.group.press("Take")

        await at.group.toast("one team only")
        assert await at.audit() == []


async def test_help_tells_leads_what_only_they_may_do(house: Any) -> None:
    async with house() as at:
        await at.kit.start()
        assert "/freeze" not in (await at.kit.answer()).text
        await at.group.say("/help")
        assert "/freeze" not in (await at.group.sees("Only in the private chat")).text

        await at.phone("阿文", group=True).say("/help")  # the owner of the group

        await at.group.sees("For leads:")


@pytest.mark.parametrize("kind", ["photo", "voice", "document"])
async def test_a_picture_with_words_at_the_note_is_refused_and_nothing_is_kept(
    house: Any, kind: str
) -> None:
    async with house() as at:
        case_id = await at.held()
        await at.press(at.kit, "Notes", "hidden after 15 minutes")
        await at.press(at.kit, "Write a note", "type the note")

        (sent,) = await at.kit.media(kind, "zz a caption")

        await at.kit.sees("I take no pictures or files")
        await at.kit.until(lambda screen: sent not in [one.id for one in screen], "taken away")
        async with at.store.begin() as books:
            assert await books.notes.of(case_id) == []
        await at.kit.say("zz in words, then")
        await at.kit.sees("The note is kept.")


@pytest.mark.parametrize(("urgency", "silent"), [("now", False), ("soon", True), ("calm", True)])
async def test_only_urgent_cards_make_a_sound(house: Any, urgency: str, silent: bool) -> None:
    async with house() as at:
        await at.file(urgency=urgency)

        assert (await at.group.sees("quiet heron")).silent is silent


async def test_a_released_case_gets_a_fresh_card_and_the_old_one_goes(house: Any) -> None:
    async with house() as at:
        await at.held()
        old = await at.group.sees("With: Kit")
        await at.group.say("lunch?")

        await at.press(at.kit, "Release", "give it back to the queue?")
        await at.press(at.kit, "Yes, give it back", "is waiting")

        screen = await at.group.until(
            lambda screen: old.id not in [one.id for one in screen], "old card gone"
        )
        cards = [one for one in screen if "quiet heron" in one.text]
        assert [one.labels() for one in cards] == [["接手 · Take"]]
        assert screen[-1].id == cards[0].id


async def test_records_do_not_edit_the_card_in_vain(house: Any) -> None:
    async with house() as at:
        await at.held()
        for state in ("removed", "refused", "back again"):
            await at.press(at.kit, "Record", "which link?")
            await at.press(at.kit, "1", "What became of it?")
            await at.press(at.kit, state, "Recorded.")
            await at.press(at.kit, "Back", "How urgent")
        at.sandbox.move_clock(1)
        await at.group.say("/queue")
        await at.group.sees("Nobody is waiting.")

        assert not [one for one in at.sandbox.refused if "not modified" in one.description]


async def test_a_case_nobody_works_on_goes_back_after_48_hours_warned_at_40(house: Any) -> None:
    async with house() as at:
        await at.held()
        old = await at.group.sees("With: Kit")

        at.move(40 * HOUR)
        warned = await at.kit.sees("goes back to the queue in 8 hours")
        await at.awaits(8 * HOUR)
        at.move(8 * HOUR + 1)

        await at.kit.sees("went back to the queue")
        await at.group.until(
            lambda screen: (
                [one.labels() for one in screen if one.id > old.id] == [["接手 · Take"]]
            ),
            "a fresh card",
        )
        assert warned.labels() == ["Open"]
        # The old card is too old to be deleted: it only says where the case is now.
        stub = await at.group.sees("its card is further down")
        assert (stub.id, stub.buttons) == (old.id, ())
        assert await at.audit() == ["take", "lease ended"]


async def test_who_does_something_after_the_warning_keeps_the_case(house: Any) -> None:
    async with house() as at:
        await at.held()
        at.move(40 * HOUR)
        await at.kit.sees("goes back to the queue in 8 hours")

        await at.press(at.kit, "Open", "How urgent")
        at.move(8 * HOUR + 60)
        await at.press(at.kit, "Notes", "hidden after 15 minutes")
        await at.press(at.kit, "Write a note", "type the note")

        assert await at.audit() == ["take", "read note"]


async def test_an_unclaimed_case_is_shown_anew_with_a_sound_until_it_is_taken(
    house: Any,
) -> None:
    async with house() as at:
        case_id = await at.file()
        first = await at.group.sees("quiet heron")
        await at.kit.start()
        await at.kit.say("/duty on")
        await at.kit.sees("On duty: Kit")

        await at.awaits(2 * HOUR)
        at.move(2 * HOUR + 1)
        second = await at.group.sees("Nobody has taken it yet")
        await at.group.until(lambda screen: first.id not in [one.id for one in screen], "old gone")
        await at.awaits(22 * HOUR)
        at.move(22 * HOUR)
        await at.group.until(lambda screen: second.id not in [one.id for one in screen], "gone")
        third = await at.group.sees("Nobody has taken it yet")

        assert not second.silent
        assert "On duty: Kit" in second.text
        await at.group.press("Take")
        taken = await at.group.sees("With: Kit")
        assert taken.id == third.id
        assert "Nobody has taken" not in taken.text
        async with at.store.begin() as books:
            assert await books.outbox.get(f"unclaimed:{case_id}") is None


async def test_a_case_is_handed_over_on_its_card(house: Any) -> None:
    async with house() as at:
        await at.held()
        other = at.phone("阿文", group=True)

        await at.press(at.kit, "Hand over", "How urgent")
        offered = await at.group.sees("would like to hand it over")
        await other.press("Accept")

        await other.toast("quiet heron")
        card = await at.group.sees("With: 阿文")
        assert card.id == offered.id
        await at.kit.sees("has taken over quiet heron")
        assert await at.audit() == ["take", "offer", "accept"]


async def test_an_offer_that_nobody_accepts_lapses(house: Any) -> None:
    async with house() as at:
        await at.held()
        await at.press(at.kit, "Hand over", "How urgent")
        offered = await at.group.sees("would like to hand it over")

        at.move(24 * HOUR + 1)

        screen = await at.group.until(
            lambda screen: not any("hand it over" in one.text for one in screen), "lapsed"
        )
        (card,) = [one for one in screen if one.id == offered.id]
        assert card.labels() == ["打開 · Open"]


async def test_a_lead_takes_a_case_over_with_a_reason(house: Any) -> None:
    async with house() as at:
        await at.held()
        lead = at.phone("阿文")  # the owner of the group
        await lead.start()
        await lead.answer()
        await lead.say("/case quiet heron")
        await lead.sees("Kit 跟進緊")
        await lead.press("改派")
        await lead.sees("交俾邊個跟進")
        await lead.press("我自己")
        await lead.sees("改派嘅原因")

        await lead.say("zz invented reason")

        await at.group.sees("With: 阿文")
        await at.kit.sees("no longer yours")
        await lead.sees("交嚟")


async def test_a_link_is_looked_for_in_private_and_leaves_the_chat(house: Any) -> None:
    async with house() as at:
        await at.file()
        await at.kit.start()
        (sent,) = await at.kit.say(f"/find {telegram(2)}")

        await at.kit.sees("quiet heron — waiting")

        await at.kit.until(lambda screen: sent not in [one.id for one in screen], "taken away")


async def test_the_menu_of_commands_is_for_the_group_alone_in_each_language(house: Any) -> None:
    async with house() as at:
        bot, scope = at.sandbox.bot("staff").id, {"type": "chat", "chat_id": at.sandbox.group.id}
        menus = {
            code: at.sandbox.profiles.commands_for(bot, [scope], code) for code in ("en", "zh-hk")
        }

        assert [one["command"] for one in menus["en"]] == list(COMMANDS)
        assert menus["en"][0]["description"] == "What waits"
        assert menus["zh-hk"][0]["description"] == "等緊嘅個案"
        assert at.sandbox.profiles.commands_for(bot, [{"type": "default"}], "en") == []


async def test_leads_are_told_of_many_reveals_and_called_where_they_cannot_be_told(
    house: Any,
) -> None:
    async with house() as at:
        await at.held()
        for _ in range(11):
            await at.press(at.kit, "Show links", telegram(1))
            await at.press(at.kit, "Back", "How urgent")

        await at.group.sees("There is word for the leads")

        assert "opened links" not in repr(list(at.sandbox.group.messages.values()))


async def test_a_lead_who_began_the_private_chat_is_told_there(house: Any) -> None:
    async with house() as at:
        lead = at.phone("阿文")  # the owner of the group
        await lead.start()
        await lead.answer()
        await at.held()
        for _ in range(11):
            await at.press(at.kit, "Show links", telegram(1))
            await at.press(at.kit, "Back", "How urgent")

        await lead.sees("Kit 一個鐘內打開連結超過十次")


async def test_leads_get_the_end_of_the_audit_chain_once_a_day(house: Any) -> None:
    async with house() as at:
        lead = at.phone("阿文")
        await lead.start()
        await lead.answer()
        await at.held()
        await at.awaits(24 * HOUR)

        at.move(24 * HOUR + 1)

        async with at.store.begin() as books:
            rows, end = await books.audit.end()
        assert rows == 1
        assert end[:16] in (await lead.sees("審核紀錄")).text


async def filed_now(at: House) -> str:
    """A case as old as the sandbox's clock says."""
    here = moment(at.sandbox.now).astimezone(HONG_KONG)
    return await at.file(day=here.date(), hour=here.hour)


async def test_leads_are_told_of_a_case_that_waits_for_72_hours_and_again_each_day(
    house: Any,
) -> None:
    async with house() as at:
        lead = at.phone("阿文")
        await lead.start()
        await lead.answer()
        await filed_now(at)

        at.move(LONGEST_WAIT.total_seconds())
        told = await lead.sees("quiet heron 已經等咗 3 日")
        at.move(24 * HOUR)
        again = await lead.sees("quiet heron 已經等咗 4 日")

        assert again.id > told.id
        assert not again.silent
        assert "longer than any other" not in repr(list(at.sandbox.group.messages.values()))


async def test_leads_who_cannot_be_told_of_a_long_wait_are_called_in_the_group(
    house: Any,
) -> None:
    async with house() as at:
        await filed_now(at)

        at.move(LONGEST_WAIT.total_seconds())

        await at.group.sees("There is word for the leads")


async def test_the_menu_follows_the_group_to_its_new_id(house: Any) -> None:
    async with house() as at:
        account, room = at.sandbox.bot("staff"), Room(at.sandbox.group.id, None, "zz_bot")
        async with ExtBot(account.token, base_url=f"{at.base}/bot") as bot:
            menu = Menu(bot, room, at.sandbox.now)
            await menu.keep()
            room.chat = -1_009_999_000_111
            await menu.keep()

        scope = {"type": "chat", "chat_id": room.chat}
        commands = at.sandbox.profiles.commands_for(account.id, [scope], "en")
        assert [one["command"] for one in commands] == list(COMMANDS)


async def test_what_is_typed_while_work_has_stopped_is_typed_again_afterwards(
    house: Any,
) -> None:
    async with house() as at:
        await at.held()
        lead = at.phone("阿文", group=True)
        await at.press(at.kit, "Notes", "hidden after 15 minutes")
        await at.press(at.kit, "Write a note", "type the note")
        await lead.say("/freeze")
        await at.group.sees("阿文 has stopped all work")

        (sent,) = await at.kit.say("zz invented words")
        await at.kit.sees("What you typed is not kept.")
        assert sent in [one.id for one in await at.kit.screen()]
        await lead.say("/thaw")
        await at.group.sees("Work on cases goes on.")
        await at.kit.say("zz invented words")

        await at.kit.sees("The note is kept.")
        at.move(QUARTER + 1)
        await at.kit.until(lambda screen: sent not in [one.id for one in screen], "taken away")


async def test_a_withdrawn_case_is_not_reminded_of_until_it_is_kept_after_all(
    house: Any,
) -> None:
    async with house() as at:
        case_id = await filed_now(at)
        async with at.store.begin() as books:
            await books.cases.end_on(case_id, date(2027, 1, 18))
        await at.awaits(2 * HOUR)
        at.move(2 * HOUR + 1)
        async with asyncio.timeout(20):
            while await reminded(at, case_id):
                pass
        await at.group.say("/queue")
        queue = await at.group.sees("Withdrawn, erased unless the person keeps it")
        assert "quiet heron (2027-01-18)" in queue.text
        assert "Nobody is waiting." in queue.text

        async with at.store.begin() as books:
            await books.cases.end_on(case_id, None)
            body, now = {"what": "kept"}, moment(at.sandbox.now)
            await books.outbox.put("staff", "told", case_id=case_id, body=body, due=now)
        await at.awaits(2 * HOUR)
        at.move(2 * HOUR + 1)

        await at.group.sees("Nobody has taken it yet")


async def reminded(at: House, case_id: str) -> bool:
    """Whether a letter lies there that will remind of it."""
    async with at.store.begin() as books:
        return await books.outbox.get(waiting_key(case_id)) is not None


async def test_an_offered_case_is_offered_wherever_the_group_hears_of_it(house: Any) -> None:
    async with house() as at:
        case_id = await at.held()
        await at.press(at.kit, "Hand over", "How urgent")
        await at.kit.say("/mine")
        await at.kit.sees("— offered to all")
        await at.kit.block()

        body = {"what": "added", "links": 1, "words": False, "again": False}
        async with at.store.begin() as books:
            now = moment(at.sandbox.now)
            await books.outbox.put("staff", "told", case_id=case_id, body=body, due=now)
        at.room.courier.poke()

        told = await at.group.sees("the person added links (1).")
        assert [label.split(" · ")[1] for label in told.labels()] == ["Accept", "Open"]


async def test_the_group_hears_that_a_lead_stopped_the_work_in_private(house: Any) -> None:
    async with house() as at:
        lead = at.phone("阿文")
        await lead.start()
        await lead.say("/freeze")
        await at.group.sees("A lead lets it go on with /thaw.")
        await lead.say("/thaw")
        await at.group.sees("Work on cases goes on. 阿文 has said so")


async def test_a_lead_freezes_the_room_from_the_group(house: Any) -> None:
    async with house() as at:
        await at.held()
        await at.press(at.kit, "Show links", telegram(1))
        await at.group.say("/freeze")
        await at.group.sees("Only a lead")
        lead = at.phone("阿文", group=True)

        await lead.say("/freeze")

        await at.group.sees("阿文 has stopped all work")
        await at.kit.until(
            lambda screen: not any("t.me" in one.text for one in screen), "links hidden"
        )
        await at.press(at.kit, "Show links", "阿文 has stopped all work")
        await lead.say("/thaw")
        await at.group.sees("Work on cases goes on. 阿文 has said so")
        assert await at.audit("") == ["freeze", "thaw"]


async def test_duty_is_told_in_the_group(house: Any) -> None:
    async with house() as at:
        await at.group.say("/duty on")

        await at.group.sees("On duty: Kit")


async def test_what_nobody_asked_for_is_answered_kindly(house: Any) -> None:
    async with house() as at:
        await at.kit.start()
        await at.kit.say("zz hello?")
        await at.kit.sees("I am not waiting for words")
        await at.kit.media("sticker")
        await at.kit.sees("as plain text")


async def test_the_group_hears_that_the_door_is_silent(house: Any) -> None:
    async with house() as at:
        await tell_group(at.store, at.sandbox.now, SILENT)
        at.room.courier.poke()

        await at.group.sees("The door is silent")


async def test_what_a_person_adds_is_told_to_the_holder_who_opens_the_case_there(
    house: Callable[..., Any],
) -> None:
    async with house() as h:
        case_id = await h.held()
        body = {"what": "added", "links": 2, "words": True, "again": False}
        async with h.store.begin() as books:
            await books.outbox.put(
                "staff", "told", case_id=case_id, body=body, due=moment(h.sandbox.now)
            )
        h.room.courier.poke()

        await h.kit.sees("the person added links (2) and wrote to you.")
        await h.press(h.kit, "Open", "Links: ")


async def test_the_holder_is_reminded_in_private_and_checks_by_hand(house: Any) -> None:
    async with house() as at:
        case_id = await at.held(platform="x")
        await at.press(at.kit, "Record", "which link?")
        await at.press(at.kit, "2", "What became of it?")
        await at.press(at.kit, "asked to remove", "Recorded.")
        at.move(47 * HOUR)
        await at.press(at.kit, "Back", "How urgent")  # keeps the case

        at.move(HOUR)
        reminder = await at.kit.sees("answers are due")
        assert reminder.protected
        assert not reminder.silent
        assert reminder.text.endswith("• X (Twitter): 2")
        shown = await at.press(at.kit, "Check 2", "Is it still there?")
        assert shown.id == reminder.id
        await at.press(at.kit, "Gone", "Recorded.")

        assert await at.audit() == ["take", *TAILS, "record 2: requested", "tails", *GONE]
        at.move(QUARTER)
        await at.kit.until(
            lambda screen: not any("…" in one.text for one in screen), "the tail hidden"
        )
        assert not any("t.me" in one.text for one in await at.group.screen())
        async with at.store.begin() as books:
            assert (await books.cases.get(case_id)).state == "taken"


TAILS = ("tails", "tails")  # of the list, and of the link's own page
GONE = ("check 2: gone", "record 2: removed")


async def test_the_holder_is_told_of_a_link_that_is_back(house: Any) -> None:
    async with house() as at:
        await at.held()
        await at.press(at.kit, "Record", "which link?")
        await at.press(at.kit, "3", "What became of it?")
        await at.press(at.kit, "removed", "Recorded.")

        await at.file(name="calm otter", urls=[telegram(3)])

        told = await at.kit.sees("link 3 (Telegram) was reported again")
        assert "calm otter" not in told.text
        await at.press(at.kit, "Open", "back again")
