"""The take-down desk: who is asked, by which way, until when, and what came of it."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.clerk import Clerk
from bot.clerk import Room as Group
from bot.parcels import Done, Nothing, Same, Send
from bot.prompter import Prompter
from handlers import ladder, sheet
from handlers.casework import links_of
from handlers.desk import ROOM, STATES, Opened
from handlers.ladder import Clock
from handlers.sheet import Asked, Sheet
from handlers.spoken import Voice, units
from handlers.staff import Screen, press
from locales import facts
from locales.facts import Entry
from storage.books import Letter, Request, Store
from storage.keys import DoorKeys, StaffKeys
from storage.seal import Place, seal
from tests.cases import Keys, telegram
from tests.conftest import Clock as Time
from tests.test_casebook import KIT, MAN, Room, labels, said
from tests.test_staff import OF

DAY = 24 * 3600
TODAY = date(2027, 1, 15)
CHAT = -100_500


@pytest.fixture
def room(store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Time) -> Room:
    return Room.open(store, Keys(door_keys, staff_keys), clock)


@pytest.fixture
def small_room(
    sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Time
) -> Room:
    return Room.open(sqlite_store, Keys(door_keys, staff_keys), clock)


def day(after: int = 0) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


async def asked(room: Room, case_id: str) -> list[Request]:
    async with room.store.begin() as books:
        return await books.requests.of(case_id)


async def states(room: Room, case_id: str) -> list[str]:
    async with room.store.begin() as books:
        return [row.state for row in await books.links.of(case_id)]


async def look(room: Room, case_id: str, number: int = 1) -> date | None:
    async with room.store.begin() as books:
        return (await books.links.of(case_id))[number - 1].look


async def told(room: Room) -> list[tuple[int, str]]:
    """What the prompter tells by now, as the courier does it: to whom, and the words."""
    prompter, found = Prompter(room.keys.staff), []
    for letter in await room.letters():
        if kind := prompter.kinds().get(letter.kind):
            async with room.store.begin() as books:
                errand = await kind.deliver(books, letter, room.now())
                outcome = Done(1) if isinstance(errand, Send) else Same()
                if kind.after:
                    await kind.after(books, letter, errand, outcome, room.now())
                await books.outbox.done(letter)
            if isinstance(errand, Send):
                found.append((errand.parcel.chat, errand.parcel.answer.text))
            else:
                assert errand == Nothing()
    return found


async def card_goes_out(room: Room, case_id: str) -> None:
    """The clerk writes the case's card: what is new in it is marked."""
    letter = Letter(1, "staff", "card", case_id, "", 1, {}, room.now(), 0, None)
    async with room.store.begin() as books:
        await Clerk(Group(CHAT, None, "zz_bot"), room.keys.staff).card(books, letter, room.now())


async def add_link(room: Room, case_id: str, url: str, open_url: str = "") -> int:
    """As a person adds one; gives its number."""
    fields = {"platform": "telegram", "url": url, "open_url": open_url or url}
    async with room.store.begin() as books:
        number = await books.links.last(case_id) + 1
        place = Place(case_id, f"link {number}")
        sealed = seal(json.dumps(fields).encode(), room.keys.door.staff, place)
        (row,) = await books.links.add(case_id, [sealed], room.now().date())
    return row.number


# The facts


def test_every_platform_has_a_ladder_of_ways_in_their_order() -> None:
    for key, entry in facts.entries("platforms").items():
        rungs = entry.fields["ladder"]
        assert rungs, key
        assert sorted(rungs, key=ladder.RUNGS.index) == rungs, key


def test_nobody_is_asked_by_a_way_that_is_not_there() -> None:
    for key, entry in facts.entries("platforms").items():
        rungs = entry.fields["ladder"]
        assert entry.fields["kind"] != "search" or "search" not in rungs, key
        assert entry.fields["kind"] != "leak" or rungs[0] == "host", key
        assert ("trusted" in rungs) == ("trusted_en" in entry.fields), key


def test_a_clock_a_law_and_a_channel_say_where_they_were_read() -> None:
    for key, entry in facts.entries("platforms").items():
        for what in ("hours", "us_law", "trusted"):
            if {what, f"{what}_en"} & set(entry.fields):
                assert entry.fields[f"{what}_source"], key
                assert entry.fields[f"{what}_confidence"] in ("verified", "secondary"), key
        assert entry.fields.get("hours_of", "guide") in ("platform", "guide"), key
        assert entry.fields.get("regulator", "ftc") in facts.entries("rungs"), key


def test_every_way_is_told_with_its_source() -> None:
    assert set(ladder.RUNGS) <= set(facts.entries("rungs"))
    for file in ("rungs", "clocks"):
        for entry in facts.entries(file).values():
            assert entry.shown
            assert entry.fields["source"]
            assert entry.checked < entry.best_before


# The ladder


@pytest.mark.parametrize(
    ("platform", "rung", "clock"),
    [
        ("x", "form", Clock(48, "law")),
        ("facebook", "trusted", Clock(48, "law")),
        ("pornhub", "form", Clock(48, "guide")),
        ("xvideos", "form", Clock(72, "guide")),
        ("telegram", "form", Clock(168, "ours")),
        ("lihkg", "form", Clock(168, "ours")),
        ("x", "search", Clock(168, "ours")),
        ("no such platform", "host", Clock(168, "ours")),
    ],
)
def test_the_law_counts_first_then_the_platforms_own_word_then_ours(
    platform: str, rung: str, clock: Clock
) -> None:
    assert ladder.clock(platform, rung) == clock


def test_a_clock_nobody_could_verify_is_not_used() -> None:
    own = {"hours": 24, "hours_of": "platform", "hours_confidence": "verified"}
    law = {"us_law": True, "us_law_confidence": "unverified"}

    def clock(fields: dict[str, object]) -> Clock:
        return ladder.clock_of(Entry("platforms.zz", fields), "form")

    assert clock(own | law) == Clock(24, "platform")
    assert clock(own | law | {"hours_confidence": "unverified"}) == Clock(168, "ours")
    assert clock(law | {"us_law_confidence": "secondary"}) == Clock(48, "law")


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        (
            "pornhub",
            "The guides of Chayn and Asmita, June and July 2026: an answer within 48 hours.",
        ),
        ("xvideos", "The Asmita directory (India), 14 June 2026: an answer within 72 hours."),
        ("mega", "We look again in 2 days."),
        ("dropbox", "We look again in 2 days."),
    ],
)
def test_whose_experience_a_clock_is_stands_there_or_none_is_told(
    platform: str, line: str
) -> None:
    said = Voice("en", TODAY).page([sheet.clock_line(platform, "form")]).text

    assert said.startswith(line)
    assert "Others" not in said


def test_an_answer_is_due_when_the_clock_is_over() -> None:
    assert ladder.due("x", "form", TODAY) == date(2027, 1, 17)
    assert ladder.due("telegram", "form", date(2026, 12, 28)) == date(2027, 1, 4)
    assert Clock(49, "guide").days == 3


def test_one_way_follows_the_other_to_the_last() -> None:
    assert ladder.after("pornhub", "form") == "trusted"
    assert ladder.after("coomer", "host") == "search"
    assert ladder.after("whatsapp", "regulator") is None
    assert ladder.after("x", "") == "form"
    assert ladder.now_on("coomer", [], over=False) == "host"
    assert ladder.now_on("x", ["form"], over=False) == "form"
    assert ladder.now_on("x", ["form"], over=True) == "search"
    assert ladder.now_on("x", ["form", "search", "regulator"], over=True) is None


# The sheet of a link


URL = "https://www.zz-invented.example.org/" + "y" * 40
REFERENCES = ("zz" * 100, "zz" * 100, "漢" * 200)


def full_sheets(name: str) -> list[Sheet]:
    """A link of that platform with all that its sheet can hold, in every state."""
    requests = tuple(
        Asked("regulator", TODAY, TODAY, reference, "silent", TODAY) for reference in REFERENCES
    )
    return [
        Sheet(OF, Opened(200, state, name, URL, URL, look=TODAY), TODAY, asked, undo=True)
        for state in STATES
        for asked in ((), requests[:1], (*requests, replace(requests[2], rung="form")))
    ]


def spoken(screen: Screen, language: str | None = "en") -> str:
    return Voice(language, TODAY).page(screen.says).text


@pytest.mark.parametrize("name", facts.entries("platforms"))
def test_what_there_is_to_tell_of_one_link_fits_a_message_in_both_languages(name: str) -> None:
    for full in full_sheets(name):
        screens = (sheet.page(full), sheet.ways(full), sheet.recorded(full), sheet.check(full))
        for screen in (*screens, *(sheet.checked(full, seen) for seen in sheet.SEEN)):
            assert units(spoken(screen, None)) <= ROOM, name


def test_the_sheet_says_how_to_ask_who_may_and_whose_clock_it_is() -> None:
    text = spoken(sheet.page(Sheet(OF, Opened(2, "new", "discord", "", URL), TODAY)))

    assert "Way: its own form." in text
    assert "Address: https://discord.com/report" in text
    assert "It asks for: the link of the message (as published, 22 Nov 2026)." in text
    assert "Who may ask: the person shown, or whom they authorise" in text
    assert "US law (TAKE IT DOWN) gives it 48 hours." in text
    assert "Whether it reaches somebody in Hong Kong is not settled" in text


def test_a_leak_mirror_is_asked_through_its_host_and_no_address_is_invented() -> None:
    text = spoken(sheet.page(Sheet(OF, Opened(1, "new", "bunkr", "", URL), TODAY)))

    assert "Way: host and registrar." in text
    assert "Look the site up in RDAP" in text
    assert "@" not in text


def test_where_the_person_took_it_back_no_way_is_told() -> None:
    of = replace(OF, may_ask=False)
    silent = (Asked("form", TODAY, TODAY, answer="refused", answered=TODAY),)

    for state in ("new", "refused"):
        told_of = Sheet(of, Opened(1, state, "x", "", URL), TODAY, silent)
        for screen in (sheet.page(told_of), sheet.recorded(told_of)):
            assert "way:" not in spoken(screen).lower()
            assert not [one for one in screen.buttons if one.name.startswith("ask:")]


def test_past_its_date_a_way_and_a_clock_are_being_checked() -> None:
    page = sheet.page(Sheet(OF, Opened(1, "new", "facebook", "", URL), TODAY))
    hosts = sheet.page(Sheet(OF, Opened(1, "new", "bunkr", "", URL), TODAY))

    for screen, times in ((page, 2), (hosts, 1)):
        late = Voice("en", date(2027, 6, 1)).page(screen.says).text
        assert late.count("this is being checked; it may have changed") == times


def test_an_older_reference_is_cut_and_the_newest_is_whole() -> None:
    old, new = "zz-old-" + "1" * 60, "zz-new-" + "2" * 60
    requests = (Asked("form", TODAY, TODAY, old), Asked("search", TODAY, TODAY, new))

    text = spoken(sheet.page(Sheet(OF, Opened(1, "requested", "x", "", URL), TODAY, requests)))

    assert new in text
    assert old not in text
    assert old[:40] + "…" in text


# Asked and answered


async def test_asked_opens_a_request_whose_answer_is_due_by_the_platforms_clock(
    room: Room,
) -> None:
    case_id = await room.held(platform="x")

    screen = await room.press("set", case_id, 2, "requested")

    (request,) = await asked(room, case_id)
    assert request == Request(case_id, 2, 1, "form", TODAY, TODAY + timedelta(days=2))
    assert f"• Asked {day()}, its own form: answer due {day(2)}" in said(screen)
    assert screen.asks == "reference"
    assert await states(room, case_id) == ["new", "requested", "new"]
    assert await look(room, case_id, 2) == TODAY + timedelta(days=2)
    assert await room.audit() == ["take", "record 2: requested"]


@pytest.mark.parametrize("answer", ["removed", "refused"])
async def test_an_answer_is_written_beside_what_was_asked(room: Room, answer: str) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")
    room.clock.move(3 * DAY)

    await room.press("set", case_id, 1, answer)

    (request,) = await asked(room, case_id)
    assert (request.answer, request.answered) == (answer, TODAY + timedelta(days=3))
    assert await look(room, case_id) is None
    page = said(await room.press("state", case_id, 1))
    assert f"{answer}, {day(3)}" in page


async def test_a_no_proposes_the_next_way_and_one_press_asks_there(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")

    refused = await room.press("set", case_id, 1, "refused")
    await room.press("ask", case_id, 1, "search")

    assert "Next way: search engines." in said(refused)
    assert "Asked: search engines" in labels(refused)
    requests = await asked(room, case_id)
    assert [(one.rung, one.answer) for one in requests] == [("form", "refused"), ("search", None)]
    assert (await states(room, case_id))[0] == "requested"
    assert (await room.audit())[-1] == "record 1: requested"


async def test_when_the_time_is_over_the_next_way_is_proposed_and_asked(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    before = said(await room.press("state", case_id, 1))
    room.clock.move(2 * DAY)

    after = said(await room.press("state", case_id, 1))
    await room.press("set", case_id, 1, "requested")

    assert "Way: its own form." in before
    assert "Next way: search engines." in after
    requests = await asked(room, case_id)
    assert [(one.rung, one.answer) for one in requests] == [("form", "silent"), ("search", None)]
    assert requests[1].due == TODAY + timedelta(days=9)


async def test_asked_again_within_its_time_is_one_request(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")

    await room.press("set", case_id, 1, "requested")
    await room.press("ask", case_id, 1, "form")

    assert len(await asked(room, case_id)) == 1
    assert await room.audit() == ["take", "record 1: requested"]


async def test_any_way_of_the_ladder_can_be_chosen_and_no_other(room: Room) -> None:
    case_id = await room.held()

    listed = await room.press("ways", case_id, 1)
    await room.press("ask", case_id, 1, "regulator")
    await room.press("ask", case_id, 2, "host")

    assert [one for one in labels(listed) if one.startswith("Asked")] == [
        "Asked: its own form",
        "Asked: search engines",
        "Asked: regulator",
    ]
    assert [one.rung for one in await asked(room, case_id)] == ["regulator"]


async def test_after_the_last_way_none_is_left(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(platform="whatsapp")
    await room.press("ask", case_id, 1, "regulator")

    refused = await room.press("set", case_id, 1, "refused")

    assert "No other way is left" in said(refused)
    assert not [one for one in labels(refused) if one.startswith("Asked")]


async def test_what_is_back_is_asked_where_it_was_taken_away(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    await room.press("ask", case_id, 1, "search")
    await room.press("set", case_id, 1, "removed")

    again = await room.press("set", case_id, 1, "back")

    assert "Next way: search engines." in said(again)


async def test_undo_takes_back_what_was_asked(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")

    undone = await room.press("undo", case_id, 1)

    assert said(undone).startswith("Undone.")
    assert await asked(room, case_id) == []
    assert await look(room, case_id) is None
    assert (await room.audit())[-1] == "undo 1: new"


async def test_undo_takes_back_an_answer_and_the_next_way(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    await room.press("set", case_id, 1, "refused")
    await room.press("undo", case_id, 1)
    (after_answer,) = await asked(room, case_id)
    room.clock.move(2 * DAY)

    await room.press("ask", case_id, 1, "search")
    await room.press("undo", case_id, 1)

    (request,) = await asked(room, case_id)
    assert after_answer.answer is request.answer is None
    assert await look(room, case_id) == TODAY + timedelta(days=2)
    assert len(await told(room)) == 1


async def test_who_does_not_let_us_ask_is_not_asked_for(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    async with room.store.begin() as books:
        await books.cases.end_on(case_id, date(2027, 1, 20))

    for verb, word in (("set", "requested"), ("ask", "form")):
        assert "Ask no platform" in said(await room.press(verb, case_id, 1, word))
    assert await asked(room, case_id) == []


async def test_under_eighteen_no_way_is_told_and_nobody_looks(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(minor="yes")

    page = await room.press("state", case_id, 1)

    assert "t.me" not in said(page)
    assert "Way:" not in said(page)
    assert "Check by hand" not in labels(page)
    for verb, word in (("look", ""), ("found", "gone"), ("ways", "")):
        assert "stay closed" in said(await room.press(verb, case_id, 1, word))
    assert await states(room, case_id) == ["new"] * 3


async def test_all_that_is_shown_of_a_link_is_hidden_after_a_quarter_of_an_hour(
    small_room: Room,
) -> None:
    room = small_room
    case_id = await room.held()

    for verb, word in (("state", ""), ("ways", ""), ("look", ""), ("ask", "form")):
        async with room.store.begin() as books:
            await books.outbox.drop(f"hide:{KIT.id}:7")
        assert "…" + telegram(1)[-12:] in said(await room.press(verb, case_id, 1, word))
        hides = [one for one in await room.letters(after=900) if one.kind == "hide"]
        assert [one.due for one in hides] == [room.now() + timedelta(minutes=15)]


# References


async def test_a_reference_belongs_to_the_last_request(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")
    await room.book.type(room.act(message=8), "ZZ-1")
    await room.press("set", case_id, 1, "refused")
    await room.press("ask", case_id, 1, "search")
    await room.book.type(room.act(message=9), "ZZ-2")

    page = said(await room.press("state", case_id, 1))

    assert page.index("ZZ-1") < page.index("ZZ-2")
    async with room.store.begin() as books:
        case = await books.cases.get(case_id)
        shown = await links_of(books, case, room.keys.staff)
    assert shown[0].reference == "ZZ-2"
    assert "ZZ-2" in said(await room.press("show", case_id))


async def test_a_reference_of_what_nobody_noted_tells_that_it_was_asked(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "removed")

    await room.book.type(room.act(message=8), "ZZ-1")

    (request,) = await asked(room, case_id)
    assert (request.rung, request.answer) == ("", "removed")
    assert "a way nobody noted" in said(await room.press("state", case_id, 1))


# Reminders


async def test_forty_links_due_on_one_day_are_one_reminder(room: Room) -> None:
    case_id = await room.held(urls=[telegram(n) for n in range(1, 41)], platform="x")
    for number in range(1, 41):
        await room.press("set", case_id, number, "requested")
        room.clock.move(60)

    early = await told(room)
    room.clock.move(2 * DAY - 40 * 60)
    ((whom, words),) = await told(room)

    assert early == []
    assert whom == KIT.id
    assert words.startswith("quiet heron: answers are due.")
    assert "• X (Twitter): 1, 2, 3," in words
    assert words.endswith("39, 40")
    assert "t.me" not in words


async def test_a_reminder_that_changes_nothing_is_repeated_ever_more_seldom(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    room.clock.move(2 * DAY)
    days = []

    for number in range(20):
        days += [number] * len(await told(room))
        room.clock.move(DAY)

    assert days == [0, 1, 4, 11, 18]


async def test_what_is_answered_is_not_reminded_of_and_the_rest_is(room: Room) -> None:
    case_id = await room.held(platform="x")
    for number in (1, 2):
        await room.press("set", case_id, number, "requested")
    await room.press("set", case_id, 1, "removed")
    room.clock.move(2 * DAY)

    ((_, words),) = await told(room)
    await room.press("set", case_id, 2, "refused")
    room.clock.move(30 * DAY)

    assert words.endswith("• X (Twitter): 2")
    assert await told(room) == []


@pytest.mark.parametrize("how", ["close", "withdrawn", "release"])
async def test_a_case_that_is_over_or_nobodys_reminds_nobody(room: Room, how: str) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    if how == "close":
        await room.press("end", case_id, 0, "no answer")
    elif how == "release":
        await room.press("give", case_id)
    else:
        async with room.store.begin() as books:
            await books.cases.end_on(case_id, date(2027, 2, 20))
    room.clock.move(3 * DAY)

    assert await told(room) == []


async def test_who_keeps_a_withdrawn_case_is_reminded_after_all(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    async with room.store.begin() as books:
        await books.cases.end_on(case_id, date(2027, 2, 20))
    room.clock.move(2 * DAY)
    assert await told(room) == []
    async with room.store.begin() as books:
        await books.cases.end_on(case_id, None)
    room.clock.move(DAY)

    assert len(await told(room)) == 1


async def test_a_new_holder_gets_what_is_due(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    await room.press("give", case_id)
    room.clock.move(5 * DAY)
    assert await told(room) == []

    await room.take(case_id, MAN)

    ((whom, _),) = await told(room)
    assert whom == MAN.id


async def test_who_takes_it_before_the_day_is_reminded_on_the_day(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    await room.press("give", case_id)

    await room.take(case_id, MAN)

    assert await told(room) == []
    room.clock.move(2 * DAY)
    assert [whom for whom, _ in await told(room)] == [MAN.id]


async def test_mine_and_the_list_of_links_tell_what_is_due(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(platform="x")
    for number in (1, 2):
        await room.press("set", case_id, number, "requested")
    before = said(await room.book.listed(room.act(), "mine"))
    room.clock.move(2 * DAY)

    after = said(await room.book.listed(room.act(), "mine"))
    links = said(await room.press("record", case_id))

    assert "answers due" not in before
    assert after.endswith("⏰ answers due: 2")
    assert links.count("⏰") == 2


# Checked by hand


async def test_gone_is_removed_because_a_human_says_so(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")
    question = await room.press("look", case_id, 1)

    await room.press("found", case_id, 1, "gone")

    assert "we open nothing" in said(question)
    assert {"Gone", "Still there", "Cannot tell"} <= set(labels(question))
    assert (await states(room, case_id))[0] == "removed"
    assert (await asked(room, case_id))[0].answer == "removed"
    assert (await room.audit())[-2:] == ["check 1: gone", "record 1: removed"]
    await room.press("undo", case_id, 1)
    assert (await states(room, case_id))[0] == "requested"


async def test_still_there_keeps_the_state_and_proposes_the_next_way(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")

    screen = await room.press("found", case_id, 1, "still")

    assert (await states(room, case_id))[0] == "requested"
    assert "Next way: search engines." in said(screen)
    assert "Asked: search engines" in labels(screen)
    assert (await room.audit())[-1] == "check 1: still"
    assert (await asked(room, case_id))[0].answer is None


async def test_what_is_still_there_was_not_removed(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "removed")

    await room.press("found", case_id, 1, "still")

    assert (await states(room, case_id))[0] == "back"
    assert (await room.audit())[-2:] == ["check 1: still", "record 1: back"]


async def test_where_nobody_can_tell_it_is_looked_at_again_in_three_days(room: Room) -> None:
    case_id = await room.held(platform="x")
    await room.press("set", case_id, 1, "requested")
    room.clock.move(2 * DAY)
    assert len(await told(room)) == 1

    screen = await room.press("found", case_id, 1, "unsure")

    assert f"• Look again: {day(5)}" in said(screen)
    assert (await states(room, case_id))[0] == "requested"
    assert (await room.audit())[-1] == "check 1: unsure"
    room.clock.move(2 * DAY)
    assert await told(room) == []
    room.clock.move(DAY)
    assert len(await told(room)) == 1
    await room.press("found", case_id, 1, "unsure")
    await room.press("undo", case_id, 1)
    assert await look(room, case_id) == TODAY + timedelta(days=5)


async def test_a_check_heard_twice_is_noted_once(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()

    for seen in ("unsure", "eaten"):
        act = room.act(update=400 + len(seen))
        for _ in range(2):
            await room.book.press(act, press("found", case_id, 1, seen))

    assert await room.audit() == ["take", "check 1: unsure"]


# Back again


async def test_a_removed_link_that_another_reports_is_back_and_its_holder_is_told(
    room: Room,
) -> None:
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 2, "removed")
    other = await room.file(name="calm otter", urls=[telegram(2)])

    await card_goes_out(room, other)
    ((whom, words),) = await told(room)
    await card_goes_out(room, other)

    assert whom == KIT.id
    assert words.startswith("quiet heron: link 2 (Telegram) was reported again.")
    assert "calm otter" not in words
    assert "t.me" not in words
    assert await states(room, case_id) == ["new", "back", "new"]
    assert await room.audit() == ["take", "record 2: removed", "record 2: back"]
    assert await told(room) == []


async def test_a_link_that_is_back_opens_no_closed_case(room: Room) -> None:
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 1, "removed")
    await room.press("end", case_id, 0, "partly")
    other = await room.file(name="calm otter", urls=[telegram(1)])

    await card_goes_out(room, other)

    assert await told(room) == []
    assert (await states(room, case_id))[0] == "back"
    async with room.store.begin() as books:
        assert (await books.cases.get(case_id)).state == "closed"


async def test_what_was_asked_and_not_removed_stays_as_it_is(room: Room) -> None:
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 1, "refused")
    other = await room.file(name="calm otter", urls=[telegram(1)])

    await card_goes_out(room, other)

    assert await told(room) == []
    assert (await states(room, case_id))[0] == "refused"


async def test_a_link_reported_before_it_was_removed_is_not_back(room: Room) -> None:
    other = await room.file(name="calm otter", urls=[telegram(1)])
    case_id = await room.held()
    await card_goes_out(room, case_id)
    room.clock.move(2 * DAY)
    await room.press("set", case_id, 1, "removed")

    await card_goes_out(room, other)

    assert await told(room) == []
    assert (await states(room, case_id))[0] == "removed"


async def test_what_its_holder_records_meanwhile_counts(small_room: Room) -> None:
    room = small_room
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 1, "removed")
    await card_goes_out(room, await room.file(name="calm otter", urls=[telegram(1)]))

    await room.press("undo", case_id, 1)

    assert await told(room) == []
    assert await states(room, case_id) == ["new"] * 3


async def test_the_same_link_sent_twice_to_one_case_is_one_row(room: Room) -> None:
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 2, "removed")
    await add_link(room, case_id, telegram(2))
    await add_link(room, case_id, telegram(9))

    await card_goes_out(room, case_id)

    assert [words.partition(" (")[0] for _, words in await told(room)] == ["quiet heron: link 2"]

    async with room.store.begin() as books:
        rows = await books.links.of(case_id)
    assert [(row.number, row.state) for row in rows] == [
        (1, "new"),
        (2, "back"),
        (3, "new"),
        (5, "new"),
    ]
    assert telegram(9) in said(await room.press("show", case_id))


async def test_the_address_that_holds_a_key_is_kept_of_two(room: Room) -> None:
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await add_link(room, case_id, telegram(2), telegram(2) + "?zz_invented_key")

    await card_goes_out(room, case_id)

    shown = said(await room.press("show", case_id))
    assert telegram(2) + "?zz_invented_key" in shown
    ((_, words),) = await told(room)
    assert words.endswith("was sent once more. It is kept once.")
    assert await states(room, case_id) == ["new"] * 3


async def test_a_case_that_is_only_on_a_page_of_a_rush_is_found_by_its_links(room: Room) -> None:
    case_id = await room.held()
    await card_goes_out(room, case_id)
    await room.press("set", case_id, 1, "removed")
    other = await room.file(name="calm otter", urls=[telegram(1)])
    letter = Letter(1, "staff", "page", None, "", 1, {"page": other}, room.now(), 0, None)

    async with room.store.begin() as books:
        await books.lines.put(other, [other])
        await Clerk(Group(CHAT, None, "zz_bot"), room.keys.staff).page(books, letter, room.now())

    async with room.store.begin() as books:
        mark = room.keys.staff.mark(telegram(1))
        assert set(await books.links.cases_with(mark)) == {case_id, other}
    assert [whom for whom, _ in await told(room)] == [KIT.id]


async def test_erasing_a_case_takes_its_requests_along(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")

    async with room.store.begin() as books:
        await books.cases.erase(case_id)

    assert await asked(room, case_id) == []
    assert await room.letters(after=30 * DAY) == []
