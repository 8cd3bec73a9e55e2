"""Asking a platform: a draft by its numbers, its letters, and what is recorded of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clerk import Clerk
from bot.clerk import Room as Group
from bot.herald import erase_case
from bot.lender import Lender
from bot.parcels import Done, Nothing, Parcel, Send
from handlers import ladder
from handlers.casework import links_of
from handlers.drafting import LANGUAGES, REGIMES, Addressee, Organisation, usual
from handlers.homes import Home
from handlers.housing import keep, settle
from handlers.staff import Caseworker, Screen, press
from handlers.talk import Button
from locales import facts
from storage.books import Consent, Letter, Store
from storage.homes import Tie
from storage.keys import DoorKeys, StaffKeys
from tests.cases import NOTE, Keys, telegram
from tests.conftest import Clock
from tests.test_casebook import KIT, LEAD, MAN, Room, labels, said

US = Organisation("ZZ Invented House", "zz@example.org", "Z. Z. Invented")
ACT = "act en"


@pytest.fixture
def room(sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock) -> Room:
    return Room.open(sqlite_store, Keys(door_keys, staff_keys), clock)


@pytest.fixture
def both(store: Store, door_keys: DoorKeys, staff_keys: StaffKeys, clock: Clock) -> Room:
    return Room.open(store, Keys(door_keys, staff_keys), clock)


def lender(room: Room) -> Lender:
    return Lender(room.keys.staff, US)


async def letter_of(room: Room) -> Letter | None:
    """The letter that brings the draft, if one lies there."""
    return next((one for one in await room.letters() if one.kind == "draft"), None)


async def arrive(room: Room, letter: Letter, message: int = 50) -> Parcel | None:
    """Let the courier deliver this letter; what it carried, if anything."""
    kind = lender(room).kinds()["draft"]
    assert kind.after is not None
    async with room.store.begin() as books:
        errand = await kind.deliver(books, letter, room.now())
    async with room.store.begin() as books:
        await kind.after(books, letter, errand, Done(message), room.now())
        await books.outbox.done(letter)
    return errand.parcel if isinstance(errand, Send) else None


async def all_of_it(room: Room) -> list[Parcel]:
    """Deliver a draft to its end."""
    parcels: list[Parcel] = []
    while letter := await letter_of(room):
        if parcel := await arrive(room, letter, 50 + len(parcels)):
            parcels.append(parcel)
    return parcels


async def compose(room: Room, case_id: str, number: int = 1, word: str = ACT) -> Screen:
    return await room.press("compose", case_id, number, word)


def button(screen: Screen, label: str) -> Button:
    return next(
        one for one, words in zip(screen.buttons, labels(screen), strict=True) if label in words
    )


async def follow(room: Room, screen: Screen, label: str, by: Caseworker = KIT) -> Screen:
    """Press a button of *screen*."""
    return await room.book.press(room.act(by), button(screen, label).name)


async def states(room: Room, case_id: str) -> Mapping[str, int]:
    async with room.store.begin() as books:
        return await books.links.states(case_id)


async def test_from_the_panel_to_a_draft_it_is_three_presses(room: Room) -> None:
    case_id = await room.held()

    whom = await follow(room, await room.press("panel", case_id), "Draft")
    how = await follow(room, whom, "Telegram: 3")
    done = await follow(room, how, "EU notice · in English")

    assert labels(whom) == ["Telegram: 3", "Back"]
    assert "Their rule: non-consensual publication of sexual materials" in said(how)
    assert labels(how)[0] == "EU notice · in English"
    assert button(how, "EU notice · in English").style == "primary"
    assert labels(how)[1:] == ["Other rules", "Back"]
    assert "quiet heron: to Telegram, links: 3" in said(done)
    assert "t.me" not in said(whom) + said(how) + said(done)
    assert await room.audit() == ["take", "reveal draft"]


async def test_a_draft_its_audit_row_and_its_letter_are_one_transaction(both: Room) -> None:
    case_id = await both.held()

    await compose(both, case_id)

    assert await both.audit() == ["take", "reveal draft"]
    letter = await letter_of(both)
    assert letter is not None
    assert letter.case_id == case_id
    assert "t.me" not in str(letter.body)
    (draft,) = [one for one in await both.letters(after=10**6) if one.key == "drafted:41:2"]
    assert draft.body["links"] == {case_id: [1, 2, 3]}


async def test_a_replayed_draft_is_audited_and_sent_once(room: Room) -> None:
    case_id = await room.held()
    act = room.act(update=77)

    first = await room.book.press(act, press("compose", case_id, 1, ACT))
    await all_of_it(room)
    again = await room.book.press(act, press("compose", case_id, 1, ACT))

    assert first == again
    assert await room.audit() == ["take", "reveal draft"]
    assert await letter_of(room) is None


async def test_what_is_copied_is_the_draft_alone_and_the_hint_stands_outside_of_it(
    room: Room,
) -> None:
    case_id = await room.held()
    await compose(room, case_id)

    text, file = await all_of_it(room)

    (mark,) = text.answer.marks
    hint = "✎ Telegram's form asks for a name: give that of our organisation."
    copied, rest = text.answer.text[: mark.length], text.answer.text[mark.length :]
    assert (mark.kind, mark.offset) == ("code", 0)
    assert copied.endswith("authorised representative of the person shown")
    assert rest == f"\n\n{hint}"
    assert file.attached is not None
    assert file.attached.data.decode() == f"{copied}\n"


async def test_the_text_comes_unprotected_then_the_file_and_both_are_withdrawn(
    room: Room,
) -> None:
    case_id = await room.held()
    await compose(room, case_id)

    text, file = await all_of_it(room)

    assert not text.protect
    assert not file.protect
    assert [mark.kind for mark in text.answer.marks] == ["code"]
    assert "Contact: ZZ Invented House, zz@example.org" in text.answer.text
    assert file.attached is not None
    assert file.attached.name == "request-telegram.txt"
    for number in (1, 2, 3):
        assert text.answer.text.count(telegram(number) + "\n") == 1
        assert file.attached.data.decode().count(telegram(number) + "\n") == 1
    gone = [one for one in await room.letters(after=900) if one.kind == "withdraw"]
    assert [one.body["message"] for one in gone] == [50, 51]
    assert {one.due for one in gone} == {room.now() + timedelta(minutes=15)}


async def test_a_draft_holds_neither_the_name_of_the_case_nor_a_word_of_its_note(
    room: Room,
) -> None:
    case_id = await room.held()
    await compose(room, case_id)

    sent = await all_of_it(room)

    for parcel in sent:
        everything = parcel.answer.text + (
            parcel.attached.data.decode() if parcel.attached else ""
        )
        for secret in ("quiet", "heron", NOTE, case_id, "Kit"):
            assert secret not in everything


async def test_a_long_draft_comes_in_pieces_one_after_the_other(room: Room) -> None:
    urls = [f"https://t.me/zz_invented/{n}?{'x' * 900}" for n in range(10, 20)]
    case_id = await room.held(urls=urls)
    await compose(room, case_id)

    *pieces, file = await all_of_it(room)

    assert len(pieces) == 4
    text = "\n".join(piece.answer.text for piece in pieces)
    assert file.attached is not None
    assert all(text.count(url) == 1 for url in urls)


async def test_what_is_missing_stands_below_the_text_and_not_in_what_is_copied(
    room: Room,
) -> None:
    case_id = await room.held()
    await compose(room, case_id)
    letter = await letter_of(room)
    assert letter is not None
    nobody = Lender(room.keys.staff)

    async with room.store.begin() as books:
        errand = await nobody.draft(books, letter, room.now())

    assert isinstance(errand, Send)
    answer = errand.parcel.answer
    assert "✎ To fill in by hand: the name of the organisation" in answer.text.splitlines()[-2]
    assert "✎" not in answer.text[: answer.marks[0].length]


# Whose it is


GONE = ["left", "frozen", "released", "accepted", "assigned", "closed"]


async def spoil(room: Room, case_id: str, how: str) -> None:
    """Something happens between the press and the courier."""
    match how:
        case "left":
            await room.book.let_go(KIT.id, room.now())
        case "frozen":
            await room.book.freeze(room.act(LEAD), True)
        case "released":
            await room.press("give", case_id)
        case "accepted":
            await room.press("offer", case_id)
            await room.book.accept(room.act(MAN), case_id)
        case "assigned":
            await room.book.press(room.act(LEAD), press("assign", case_id, LEAD.id))
            await room.book.type(room.act(LEAD, message=9), "zz invented reason")
        case "closed":
            await room.press("end", case_id, 0, "withdrawn")
        case "erased":
            async with room.store.begin() as books:
                await books.cases.erase(case_id)
        case _:
            async with room.store.begin() as books:
                await books.consents.put(
                    Consent(case_id, "ask", False, room.now().date(), "en:00000000")
                )


@pytest.mark.parametrize("how", [*GONE, "erased", "taken back"])
async def test_no_letter_of_a_draft_is_delivered_when_it_may_not_be_seen_any_more(
    room: Room, how: str
) -> None:
    case_id = await room.held()
    await compose(room, case_id)
    letter = await letter_of(room)
    assert letter is not None

    await spoil(room, case_id, how)

    async with room.store.begin() as books:
        assert await lender(room).draft(books, letter, room.now()) == Nothing()


@pytest.mark.parametrize("how", GONE)
async def test_what_is_on_the_screen_is_taken_away_at_once(room: Room, how: str) -> None:
    case_id = await room.held()
    await compose(room, case_id)
    await all_of_it(room)

    await spoil(room, case_id, how)

    gone = [one.body for one in await room.letters() if one.kind == "withdraw"]
    assert [one["message"] for one in gone if one["chat"] == KIT.id] == [50, 51]


async def test_an_erased_case_leaves_no_draft_on_the_screen(room: Room) -> None:
    case_id = await room.held()
    await compose(room, case_id)
    await all_of_it(room)

    async with room.store.begin() as books:
        await erase_case(books, await books.cases.get(case_id), room.now())

    assert [one.kind for one in await room.letters()].count("withdraw") == 2


async def test_what_arrives_while_they_leave_is_taken_away_at_once(room: Room) -> None:
    case_id = await room.held()
    await compose(room, case_id)
    letter = await letter_of(room)
    assert letter is not None
    kind = lender(room).kinds()["draft"]
    assert kind.after is not None
    async with room.store.begin() as books:
        errand = await kind.deliver(books, letter, room.now())

    await spoil(room, case_id, "left")
    async with room.store.begin() as books:
        await kind.after(books, letter, errand, Done(50), room.now())

    assert [one.body["message"] for one in await room.letters() if one.kind == "withdraw"] == [50]


async def test_whose_lease_is_over_loses_the_draft_from_the_screen(room: Room) -> None:
    case_id = await room.held()
    await compose(room, case_id)
    await all_of_it(room)
    room.clock.move(60)
    async with room.store.begin() as books:
        lease = await books.outbox.get(f"lease:{case_id}")
        assert lease is not None
        over = replace(lease, body={**lease.body, "stage": "end"})
        await Clerk(Group(-1001, None, "zz_bot"), room.keys.staff).lease(books, over, room.now())

    assert "withdraw" in [one.kind for one in await room.letters()]


async def test_who_does_not_hold_it_drafts_nothing(room: Room) -> None:
    case_id = await room.held()

    screen = await room.book.press(room.act(MAN), press("compose", case_id, 1, ACT))

    assert said(screen) == "Kit has quiet heron."
    assert await letter_of(room) is None
    assert await room.audit() == ["take"]


@pytest.mark.parametrize("verb", ["draft", "terms", "compose"])
async def test_where_the_person_took_it_back_the_reason_is_told(room: Room, verb: str) -> None:
    case_id = await room.held()
    await spoil(room, case_id, "taken back")

    screen = await room.press(verb, case_id, 1, ACT)

    assert "Ask no platform: the person took that back." in said(screen)
    assert "Draft" not in labels(await room.press("panel", case_id))
    assert await room.audit() == ["take"]


@pytest.mark.parametrize("verb", ["draft", "terms", "compose"])
async def test_under_eighteen_nothing_is_drafted_before_a_lead_says_why(
    room: Room, verb: str
) -> None:
    case_id = await room.held(minor="unsure")

    screen = await room.press(verb, case_id, 1, "minor en")

    assert "These links stay closed" in said(screen)
    assert "Draft" not in labels(screen)
    assert await room.audit() == ["take"]


async def test_a_lead_who_said_why_drafts_a_report_that_claims_no_authority(room: Room) -> None:
    case_id = await room.held(minor="yes")
    lead = replace(KIT, leads=True)
    await room.book.press(room.act(lead), press("unlock", case_id))
    shown, _ = await room.book.type(room.act(lead, message=8), "zz invented reason")
    whom = await follow(room, shown, "Draft", lead)
    how = await follow(room, whom, "Telegram: 3", lead)

    await follow(room, how, "Under 18 · in English", lead)

    assert labels(how) == ["Under 18 · in English", "Under 18 · in Chinese", "Back"]
    text, _ = await all_of_it(room)
    assert "may have been, under 18" in text.answer.text
    assert "representative" not in text.answer.text
    adult = await room.book.press(room.act(lead), press("compose", case_id, 1, ACT))
    assert "claims to speak for nobody" in said(adult), "no button of another case's rules works"


@pytest.mark.parametrize(
    ("platform", "rules", "why"),
    [
        ("x", "TAKE IT DOWN (US) · in English", "US law (TAKE IT DOWN) gives it 48"),
        ("telegram", "EU notice · in English", "because the EU's law (Digital Services Act)"),
        ("lihkg", "Its own rules · in Chinese", "no law that we know of"),
    ],
)
async def test_the_usual_rules_come_first_with_the_reason_and_others_when_asked_for(
    room: Room, platform: str, rules: str, why: str
) -> None:
    case_id = await room.held(platform=platform)

    how = await room.press("terms", case_id, 1)
    others = await follow(room, how, "Other rules")

    assert labels(how) == [rules, "Other rules", "Back"]
    assert how.buttons[0].style == "primary"
    assert why in said(how)
    assert labels(others)[0] == rules
    assert len(labels(others)) == len(REGIMES) * len(LANGUAGES) + 1
    assert "Other rules" not in labels(others)


async def test_a_draft_warns_where_nothing_was_said_to_be_posted(room: Room) -> None:
    shared = await room.held()
    threatened = await room.held(name="calm otter", happened=("threatened",))

    warning = "did not say that it is posted"
    assert warning not in said(await room.press("terms", shared, 1))
    assert warning in said(await room.press("terms", threatened, 1))


async def test_a_draft_says_where_it_is_sent(room: Room) -> None:
    case_id = await room.held()

    draft = await room.press("compose", case_id, 1, ACT)

    assert "Address: https://telegram.org/dsa-report" in said(draft)


def test_a_platform_that_is_asked_under_the_us_law_first_is_named_by_it() -> None:
    for key in facts.entries("policies"):
        if usual(Addressee(key)).regime == "take_it_down":
            assert ladder.named_by_law(ladder.entry_of(key)), key


async def test_more_than_ten_drafts_an_hour_are_told_to_the_leads(room: Room) -> None:
    case_id = await room.held()

    for _ in range(11):
        await compose(room, case_id)

    told = [one.body["what"] for one in await room.letters() if one.kind == "leads"]
    assert told == ["reveals"]


# Which links


async def test_only_what_is_to_be_asked_is_offered_or_all_that_is_not_removed(
    room: Room,
) -> None:
    case_id = await room.held(urls=[telegram(n) for n in range(1, 6)])
    for number, state in ((1, "requested"), (2, "removed"), (3, "back"), (4, "refused")):
        await room.press("set", case_id, number, state)

    whom = await room.press("draft", case_id)
    await follow(room, await follow(room, whom, "Telegram: 2"), "EU notice · in English")
    text, _ = await all_of_it(room)
    await follow(room, await follow(room, whom, "Telegram: all 4"), "EU notice · in English")
    all_of_them, _ = await all_of_it(room)

    assert labels(whom) == ["Telegram: 2", "Telegram: all 4", "Back"]
    assert [n for n in range(1, 6) if telegram(n) in text.answer.text] == [3, 5]
    assert [n for n in range(1, 6) if telegram(n) in all_of_them.answer.text] == [1, 3, 4, 5]


async def test_a_link_without_an_answer_in_time_is_to_be_asked_again(room: Room) -> None:
    case_id = await room.held()
    await room.press("set", case_id, 1, "requested")
    before = labels(await room.press("draft", case_id))
    room.clock.move(8 * 24 * 3600)

    assert before == ["Telegram: 2", "Telegram: all 3", "Back"]
    assert labels(await room.press("draft", case_id)) == ["Telegram: 3", "Back"]


async def test_what_was_asked_is_a_request_to_the_platform_itself_with_its_clock(
    both: Room,
) -> None:
    case_id = await both.held(urls=[telegram(1), telegram(2)])
    await both.press("set", case_id, 2, "refused")

    await follow(both, await compose(both, case_id, 1, "all act en"), "We asked")

    async with both.store.begin() as books:
        requests = await books.requests.of(case_id)
        rows = await books.links.of(case_id)
    assert [(one.link, one.rung, one.answer) for one in requests] == [
        (1, "form", None),
        (2, "form", None),
    ]
    assert [row.look for row in rows] == [one.due for one in requests]


async def test_a_draft_is_never_noted_as_sent_to_a_host_while_the_platform_can_be_asked(
    room: Room,
) -> None:
    case_id = await room.held(urls=[telegram(1)])
    await room.press("set", case_id, 1, "requested")
    await room.press("set", case_id, 1, "refused")

    await follow(room, await compose(room, case_id, 1, "all act en"), "We asked")

    async with room.store.begin() as books:
        requests = await books.requests.of(case_id)
    assert [(one.rung, one.answer) for one in requests] == [("form", "refused"), ("form", None)]


async def test_where_all_is_removed_nobody_is_asked(room: Room) -> None:
    case_id = await room.held(urls=[telegram(1)])
    await room.press("set", case_id, 1, "removed")

    assert "no link is left to be asked about" in said(await room.press("draft", case_id))
    assert "no link is left to be asked about" in said(await compose(room, case_id))


async def test_each_site_is_asked_about_its_own_links_alone(room: Room) -> None:
    urls = ["https://www.zz-a.example/1", "https://zz-b.example/2", "https://zz-a.example/3"]
    case_id = await room.held(urls=urls, platform="website")

    whom = await room.press("draft", case_id)
    how = await follow(room, whom, "zz-a.example: 2")
    await follow(room, how, "Its own rules · in English")
    text, _ = await all_of_it(room)

    assert labels(whom) == ["zz-a.example: 2", "zz-b.example: 1", "Back"]
    assert "To: zz-a.example\n" in text.answer.text
    assert "zz-b" not in text.answer.text
    assert await room.audit() == ["take", "sites", "sites", "reveal draft"]
    hidden = [one for one in await room.letters(after=900) if one.kind == "hide"]
    assert len(hidden) == 1


async def test_many_sites_have_pages(room: Room) -> None:
    urls = [f"https://zz-{number}.example/1" for number in range(10, 35)]
    case_id = await room.held(urls=urls, platform="website")

    first = await room.press("draft", case_id)
    second = await follow(room, first, "Next")

    assert labels(first)[-2:] == ["Next", "Back"]
    assert labels(second)[:2] == ["zz-30.example: 1", "zz-31.example: 1"]


async def test_of_a_chat_chosen_from_a_list_only_its_address_goes_out(room: Room) -> None:
    case_id = await room.held(urls=["https://t.me/c/123/4 (zz invented title)"])
    await compose(room, case_id)

    text, _ = await all_of_it(room)

    assert "\nhttps://t.me/c/123/4\n" in text.answer.text
    assert "title" not in text.answer.text


async def test_what_is_too_much_for_one_draft_waits_for_the_next(room: Room) -> None:
    urls = [f"https://discord.com/channels/1/2/{number}" for number in range(10, 22)]
    case_id = await room.held(urls=urls, platform="discord")

    first = await compose(room, case_id)
    texts = await all_of_it(room)
    await follow(room, first, "We asked")

    assert "left for the next: 2" in said(first)
    assert len(texts) == 11
    assert await states(room, case_id) == {"requested": 10, "new": 2}
    assert "Discord: 2" in labels(await room.press("draft", case_id))


async def test_a_link_that_is_not_there_is_no_button_of_ours(room: Room) -> None:
    case_id = await room.held()

    screen = await compose(room, case_id, 9)

    assert "I do not know that button any more" in said(screen)


# Several cases


async def test_all_cases_of_the_holder_are_asked_about_in_one_text_that_joins_nobody(
    both: Room,
) -> None:
    room = both
    first = await room.held(urls=[telegram(5), telegram(2)])
    second = await room.held(name="calm otter", urls=[telegram(1), telegram(5)])
    await room.file(name="brave finch", urls=[telegram(8)])
    theirs = await room.file(name="kind robin", urls=[telegram(9)])
    await room.take(theirs, MAN)
    how = await room.press("terms", first, 1)

    wide = await follow(room, how, "All my cases: 4")
    done = await follow(room, wide, "EU notice · in English")
    text, _ = await all_of_it(room)
    recorded = await follow(room, done, "We asked")

    assert "Only this case: 2" in labels(wide)
    assert "several of your cases: 2" in said(done)
    listed = [line for line in text.answer.text.split("\n") if line.startswith("https://t.me")]
    assert listed == [telegram(1), telegram(2), telegram(5)]
    assert "otter" not in text.answer.text
    assert "All of these are recorded as asked." in said(recorded)
    assert await states(room, first) == await states(room, second) == {"requested": 2}
    assert await states(room, theirs) == {"new": 1}
    audit = await room.audit("calm otter")
    assert audit == ["take", "reveal draft", "record 1: requested", "record 2: requested"]


async def test_one_draft_covers_the_whole_family_of_a_channel(both: Room) -> None:
    room = both
    case_id = await room.held(urls=[telegram(1), telegram(2)])
    names = ("zz_invented_a", "zz_invented_b")
    own, *tied = [Home("telegram", f"https://t.me/{name}") for name in ("zz_invented_1", *names)]
    elsewhere = Home("x", "https://x.com/zz_invented")
    async with room.store.begin() as books:
        links = await links_of(books, await books.cases.get(case_id), room.keys.staff)
        marks = [await settle(books, case_id, link, room.keys.staff) for link in links]
        kin = [await keep(books, home, room.keys.staff) for home in (*tied, elsewhere)]
        assert marks[0] is not None
        await books.homes.tie(Tie(kin[0], "sub", marks[0]))
        await books.homes.tie(Tie(kin[1], "copies", kin[0]))
        await books.homes.tie(Tie(kin[2], "ads", kin[0]))

    how = await room.press("terms", case_id, 1)
    wide = await follow(room, how, "And the family: 3")
    done = await follow(room, wide, "EU notice · in English")
    text, _ = await all_of_it(room)

    listed = [line for line in text.answer.text.split("\n") if line.startswith("https://")]
    assert listed == sorted([telegram(1), telegram(2), own.url, *(home.url for home in tied)])
    assert "Without the family" in labels(wide)
    assert "With the family: channels, accounts or sites as a whole, 3." in said(done)
    assert "zz_invented" not in said(how) + said(wide) + said(done)


async def test_a_channel_to_which_nothing_is_tied_has_no_family_to_ask_about(room: Room) -> None:
    how = await room.press("terms", await room.held(), 1)

    assert not [label for label in labels(how) if "family" in label]


async def test_a_case_of_somebody_under_eighteen_never_goes_with_others(room: Room) -> None:
    case_id = await room.held()
    await room.held(name="calm otter", minor="yes")
    taken_back = await room.held(name="kind robin")
    await spoil(room, taken_back, "taken back")

    assert not [one for one in labels(await room.press("terms", case_id, 1)) if "my cases" in one]


async def test_nobody_is_told_of_others_where_there_are_none(room: Room) -> None:
    case_id = await room.held()
    elsewhere = ["https://discord.com/channels/1/2/3"]
    await room.held(name="calm otter", urls=elsewhere, platform="discord")

    assert not [one for one in labels(await room.press("terms", case_id, 1)) if "my cases" in one]


# Recorded as asked


async def test_one_press_records_exactly_what_was_drafted(both: Room) -> None:
    room = both
    case_id = await room.held(urls=[telegram(n) for n in range(1, 5)], news=True)
    await room.press("set", case_id, 2, "removed")
    done = await compose(room, case_id)
    await room.press("set", case_id, 1, "removed")
    act = room.act()
    name = button(done, "We asked").name

    screen = await room.book.press(act, name)
    again = await room.book.press(act, name)
    late = await room.press("asked", case_id, act.update)

    assert "Recorded, but for 1" in said(screen)
    assert again == screen
    assert "That draft is over" in said(late)
    assert await states(room, case_id) == {"removed": 2, "requested": 2}
    assert (await room.audit())[-2:] == ["record 3: requested", "record 4: requested"]
    assert [one.kind for one in await room.letters("door")] == ["news"]


async def test_a_case_given_away_meanwhile_is_not_recorded(room: Room) -> None:
    first = await room.held()
    second = await room.held(name="calm otter")
    third = await room.held(name="kind robin")
    done = await compose(room, first, 1, "many act en")
    await room.press("give", second)
    async with room.store.begin() as books:
        await books.cases.erase(third)

    screen = await follow(room, done, "We asked")

    assert "Recorded, but for 6" in said(screen)
    assert await states(room, first) == {"requested": 3}
    assert await states(room, second) == {"new": 3}


async def test_nobody_records_what_another_drafted(room: Room) -> None:
    case_id = await room.held()
    done = await compose(room, case_id)
    async with room.store.begin() as books:
        await books.cases.give(case_id, MAN.id, MAN.name)

    screen = await follow(room, done, "We asked", MAN)

    assert "That draft is over" in said(screen)
    assert await states(room, case_id) == {"new": 3}


async def test_after_a_day_a_draft_is_over(room: Room) -> None:
    case_id = await room.held()
    done = await compose(room, case_id)
    room.clock.move(24 * 3600)

    assert "That draft is over" in said(await follow(room, done, "We asked"))


async def test_a_draft_keeps_every_case_of_it_for_another_two_days(room: Room) -> None:
    first = await room.held()
    second = await room.held(name="calm otter")
    done = await compose(room, first, 1, "many act en")
    room.clock.move(3600)

    await follow(room, done, "We asked")

    async with room.store.begin() as books:
        leases = [await books.outbox.get(f"lease:{one}") for one in (first, second)]
    assert {one.due for one in leases if one} == {room.now() + timedelta(hours=40)}
    assert None not in leases
