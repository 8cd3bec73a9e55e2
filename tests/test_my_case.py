"""What a person can do with their case, and what both sides see of it."""

import re
from datetime import datetime, timedelta

import pytest

from bot.parcels import Delete, Edit, Outcome, Parcel, Unreached
from handlers.consents import ASK_NEWS, NAMES, WORDINGS, version
from handlers.gather import MOST_LINKS
from handlers.hours import HONG_KONG, next_hour
from handlers.leases import waiting_key
from handlers.letters import mark_of
from handlers.reception import _MEMORY, Memory
from handlers.sheet import WHY
from handlers.standing import REASONS
from handlers.status import ERASE_IT, STAYS, ask_withdraw
from handlers.talk import Draft
from handlers.visits import WITHDRAWN_AFTER
from locales import LANGUAGES
from storage import tables
from storage.books import Consent
from storage.keys import DoorKeys, StaffKeys
from storage.letterboxes import LETTERS_FOR
from storage.seal import NotOpened, Place, unseal
from tests.both import GROUP, KIT, LINK, TO_SENT, Both, both, one
from tests.cases import Keys, file_case
from tests.doors import CLEARED, Guest, copied, labels
from tests.test_front_door import draft_of

__all__ = ["both", "one"]

MINOR = (
    *("/start", "/report", "[Yes]", "[Go on]", "[Go on]", LINK, "[That is all]"),
    *("[Done]", "[It can wait]", "[Skip]", "[No, I will", "[Send]"),
)
PLANTED = "zz_qzxwvkjpqf"


def telegram(number: int) -> str:
    return f"https://t.me/{PLANTED}/{number}"


@pytest.fixture
def keys_of(door_keys: DoorKeys, staff_keys: StaffKeys) -> Keys:
    return Keys(door_keys, staff_keys)


# The number


async def sent(both: Both) -> tuple[Guest, str]:
    """Somebody who has just sent a report, and the number on their screen."""
    guest = both.door.person()
    return guest, copied(await guest.walk(*TO_SENT))


@pytest.mark.parametrize("group", range(4))
async def test_any_one_group_of_the_number_says_that_it_is_saved(one: Both, group: int) -> None:
    guest, code = await sent(one)

    shown = await guest.walk("[I have saved it]", code.split()[group])

    assert shown.text.startswith("That is right.")
    assert "16 digits" in (await guest.say("/status")).text


async def test_a_wrong_group_shows_the_number_once_more_and_asks_no_more(one: Both) -> None:
    guest, code = await sent(one)
    wrong = next(group for group in ("0000", "1111", "2222", "3333", "4444") if group not in code)

    shown = await guest.walk("[I have saved it]", wrong)

    assert copied(shown) == code
    shown = await guest.press("I have saved it")
    assert "Thank you for telling us." in shown.text


@pytest.mark.parametrize("words", ["{}", "ok it is {}, thanks"])
async def test_typing_the_whole_number_where_it_is_shown_counts_as_saved(
    one: Both, words: str
) -> None:
    guest, code = await sent(one)

    shown = await guest.say(words.format(code))

    assert "That is right." in shown.text
    assert code not in shown.text


async def test_what_is_no_group_is_asked_for_again_and_nothing_is_lost(one: Both) -> None:
    guest, code = await sent(one)
    await guest.press("I have saved it")

    for typed in ("hm?", "12", "/start", LINK):
        assert "any one of its four groups" in (await guest.say(typed)).text
    one.clock.move(3600)

    assert copied(await guest.say("hello?")) == code


async def test_the_number_can_be_shown_for_ten_minutes_from_sending(one: Both) -> None:
    guest, code = await sent(one)
    await guest.walk("[I have saved it]", "[Skip]")

    one.clock.move(590)
    assert copied(await guest.press("Show it once more")) == code
    await guest.press("Back")
    assert "Hello." in guest.answer.text


async def test_after_ten_minutes_a_saved_number_is_not_shown_any_more(one: Both) -> None:
    guest, code = await sent(one)
    await guest.walk("[I have saved it]", "[Skip]")

    one.clock.move(600)
    shown = await guest.press("Show it once more")

    assert "can no longer be shown" in shown.text
    assert code not in shown.text


async def test_a_saved_number_does_not_come_up_by_itself(one: Both) -> None:
    guest, code = await sent(one)
    await guest.walk("[I have saved it]", "[Skip]", "/stop")

    assert code not in (await guest.say("/start")).text


async def test_clearing_takes_the_saved_number_too(one: Both) -> None:
    guest, _ = await sent(one)
    await guest.walk("[I have saved it]", "[Skip]", "[Clear this chat]")
    person = one.door.reception.keys.person(guest.who.id)

    async with one.store.begin() as books:
        assert await books.pending.get(person, one.now()) is None


# How it stands


@pytest.mark.parametrize(
    "typed", ["my number is {}, thank you", "我個號碼係{}，唔該", "{}.", "number:\n{}"]
)
async def test_a_number_in_a_sentence_opens_the_case(one: Both, typed: str) -> None:
    _, code = await one.filed()

    for start in ("/start", "/status"):
        shown = await one.door.person().walk(start, typed.format(code))
        assert "Telegram, link 1: not yet asked." in shown.text


async def test_each_link_is_told_by_number_and_day_and_never_by_address(one: Both) -> None:
    guest, code = await one.filed(*TO_SENT[:3], *map(telegram, range(3)), *TO_SENT[4:])
    await one.take()
    await one.press("set", 2, "requested")
    one.clock.move(24 * 3600)
    await one.press("set", 3, "removed")

    text = (await guest.walk("/start", code)).text

    assert "Telegram, link 1: not yet asked." in text
    assert "Telegram, link 2: asked on 15 Jan 2027." in text
    assert "Telegram, link 3: removed, seen on 16 Jan 2027." in text
    assert PLANTED not in text


@pytest.mark.parametrize("reason", REASONS)
async def test_why_a_link_stays_is_told_in_plain_words(one: Both, reason: str) -> None:
    guest, code = await one.filed()
    await one.take()
    await one.press("set", 1, "refused")
    await one.press("why", 1, reason)

    text = (await guest.walk("/start", code)).text

    assert f"said no, 15 Jan 2027. {REASONS[reason]}" in text
    assert "looks for another way" in text


async def test_only_a_no_has_a_reason(one: Both) -> None:
    await one.filed()
    await one.take()
    await one.press("set", 1, "removed")
    await one.press("why", 1, "rules")

    case = await one.case()
    async with one.store.begin() as books:
        (row,) = await books.links.of(case.id)
    assert row.reason is None
    assert set(WHY) == set(REASONS)


async def test_the_code_is_not_kept_once_the_case_is_open(one: Both) -> None:
    guest, code = await one.filed()
    await guest.walk("/status", code)

    draft = await draft_of(guest)

    assert draft
    assert draft.mine
    assert code.replace(" ", "") not in repr(draft)
    assert code not in repr(draft)


async def test_whoever_leaves_the_case_has_to_type_the_number_again(one: Both) -> None:
    guest, code = await one.filed()
    await guest.walk("/status", code, "[Back]")

    shown = await guest.press("Ask about my case")

    assert "16 digits" in shown.text
    draft = await draft_of(guest)
    assert draft
    assert draft.mine is None


# Adding


async def opened(both: Both, *path: str) -> Guest:
    """Somebody with their case open."""
    guest, code = await both.filed(*path)
    await guest.walk("/status", code)
    return guest


async def links_in(both: Both) -> int:
    """How many links the one case has."""
    case = await both.case()
    async with both.store.begin() as books:
        return await books.links.count(case.id)


async def test_what_is_added_is_sealed_told_and_counted_once(both: Both) -> None:
    guest = await opened(both)
    await both.take()
    await both.deliver()

    await guest.walk("[Add links]", telegram(1), telegram(2), "[That is all]")
    await guest.walk("[Write to our team]", f"please hurry {PLANTED}")
    shown = await guest.press("Send")

    assert "Removed: 0 of 3." in shown.text
    told = await both.told()
    assert [chat for chat, _ in told] == [KIT.id]
    assert "the person added links (2) and wrote to you" in told[0][1]
    assert PLANTED not in told[0][1]
    assert telegram(2) in await both.press("show")
    assert f"please hurry {PLANTED}" in await both.press("note")


async def test_nothing_is_added_before_send(one: Both) -> None:
    guest = await opened(one)

    await guest.walk("[Add links]", telegram(1), "[That is all]", "[Back to my case]")
    shown = await guest.press("What is not sent")

    assert "• Links: 1 (Telegram 1)" in shown.text
    assert await links_in(one) == 1


async def test_an_addition_heard_twice_is_added_once(both: Both) -> None:
    guest = await opened(both)
    await guest.walk("[Add links]", telegram(1), "[That is all]")
    before = await draft_of(guest)
    await guest.press("Send")
    person = both.door.reception.keys.person(guest.who.id)
    assert before

    await put_back(both, person, before)
    guest.door.sandbox.press(guest.who, guest.chat, guest.answer, "send")
    await both.door.hear()

    assert "Sent. Our team has it." in guest.answer.text
    assert await links_in(both) == 2


async def put_back(both: Both, person: str, draft: Draft) -> None:
    """As it was before the last turn, as after a crash between commit and save."""
    async with both.door.reception.drafts.hold(person) as held:
        assert held.kept
        update = _MEMORY.validate_json(held.kept).update
        held.kept = _MEMORY.dump_json(Memory(draft, update, None))


@pytest.mark.parametrize("more", [49, 50])
async def test_an_addition_to_a_case_that_is_full_says_the_same_when_heard_again(
    one: Both, more: int
) -> None:
    guest = await opened(one)
    many = "\n".join(telegram(number) for number in range(150))
    await guest.walk("[Add links]", many, "[That is all]", "[Send]")
    rest = "\n".join(telegram(number) for number in range(200, 200 + more))
    await guest.walk("[Add links]", rest, "[That is all]")
    before = await draft_of(guest)
    assert before
    said = (await guest.press("Send")).text

    await put_back(one, one.door.reception.keys.person(guest.who.id), before)
    guest.door.sandbox.press(guest.who, guest.chat, guest.answer, "send")
    await one.door.hear()

    assert guest.answer.text == said
    after = await draft_of(guest)
    assert after
    assert len(after.links) == more - 49
    assert await links_in(one) == MOST_LINKS


async def test_links_added_to_a_closed_case_open_it_again_for_all(one: Both) -> None:
    guest = await opened(one)
    await one.take()
    await one.press("end", 0, "withdrawn")
    await one.deliver()

    shown = await guest.walk("[Add links]", telegram(1), "[That is all]", "[Send]")

    assert "A caseworker will take it up." in shown.text
    ((chat, words),) = await one.told()
    assert chat == GROUP
    assert "is open again." in words
    case = await one.case()
    assert case.state == "waiting"
    async with one.store.begin() as books:
        assert await books.outbox.get(waiting_key(case.id))


async def test_a_holder_who_cannot_be_written_to_is_told_in_the_group(one: Both) -> None:
    guest = await opened(one)
    await one.take()
    await one.deliver()
    one.carrier.shut.add(KIT.id)

    await guest.walk("[Write to our team]", "zz invented words", "[Send]")

    assert [chat for chat, _ in await one.told()] == [KIT.id, GROUP]


async def test_a_case_holds_200_links_in_all_and_the_rest_stays_unsent(one: Both) -> None:
    guest = await opened(one)
    many = "\n".join(telegram(number) for number in range(150))
    await guest.walk("[Add links]", many, "[That is all]", "[Send]")
    more = "\n".join(telegram(number) for number in range(200, 250))

    shown = await guest.walk("[Add links]", more, "[That is all]", "[Send]")

    assert "1 did not fit" in shown.text
    assert await links_in(one) == MOST_LINKS
    draft = await draft_of(guest)
    assert draft
    assert len(draft.links) == 1


# Under 18


@pytest.mark.parametrize("button", ["Add links", "Write to our team"])
async def test_the_duty_to_report_stands_before_anything_more_is_told(
    one: Both, button: str
) -> None:
    guest = await opened(one, *MINOR)

    shown = await guest.press(button)

    assert "Cap. 650" in shown.text
    assert labels(shown)[:2] == ["Back to my case", "Go on"]
    assert "Cap. 650" not in (await guest.press("Go on")).text


async def test_links_pasted_into_such_a_case_come_to_the_duty_first(one: Both) -> None:
    guest = await opened(one, *MINOR)

    shown = await guest.say(telegram(1))

    assert "Cap. 650" in shown.text
    assert "1" in (await guest.press("Go on")).text


async def test_no_link_of_such_a_case_is_said_to_stand_anyhow(one: Both) -> None:
    guest, code = await one.filed(*MINOR)

    shown = await guest.walk("/status", code)

    assert "not yet asked" not in shown.text
    assert "Links in it: 1. They stay closed" in shown.text
    assert "pass" in shown.text


async def test_what_is_added_to_such_a_case_is_passed_on_again(one: Both) -> None:
    guest, code = await one.filed(*MINOR)
    await one.take()
    await one.press("tell", 0, "police")
    told = await guest.walk("/status", code)
    await guest.walk("[Add links]", "[Go on]", telegram(7), "[That is all]", "[Send]")

    added = await guest.walk("/status", code)
    panel = await one.press("panel")
    await one.press("tell", 0, "police")
    again = await guest.walk("/status", code)

    assert "has passed it on" in told.text
    assert "Next: our team passes it on" in added.text
    assert "refer it" in panel
    assert "those who were told do not have it" in panel
    assert "has passed it on" in again.text
    assert "those who were told do not have it" not in await one.press("panel")


async def test_addresses_in_words_for_such_a_case_are_left_out(one: Both) -> None:
    guest = await opened(one, *MINOR)
    await one.take()

    await guest.walk("[Write to our team]", "[Go on]", f"it is on {telegram(1)} see", "[Send]")

    assert PLANTED not in await one.press("note")


# Consents

GIVEN = re.compile(r"Yes, since 15 Jan 2027\.")


async def consents_of(both: Both) -> dict[str, bool]:
    case = await both.case()
    async with both.store.begin() as books:
        return {what: one.given for what, one in (await books.consents.of(case.id)).items()}


async def test_send_lets_us_ask_the_platforms_and_nothing_else(both: Both) -> None:
    await both.filed()

    case = await both.case()
    async with both.store.begin() as books:
        consents = await books.consents.of(case.id)

    assert {what: one.given for what, one in consents.items()} == {
        "ask": True,
        "watch": False,
        "count": False,
        "write": False,
    }
    assert {one.day for one in consents.values()} == {both.door.reception.today()}
    assert consents["ask"].wording == version(WORDINGS["ask"], "en")
    assert consents["write"].wording == version(ASK_NEWS, "en")


async def test_a_wording_is_noted_in_the_language_it_was_shown_in(one: Both) -> None:
    guest = await opened(one)
    await guest.walk("/language", "[同意我哋做咩]", "[留意有冇再出現]")

    case = await one.case()
    async with one.store.begin() as books:
        watch = (await books.consents.of(case.id))["watch"]

    assert (watch.given, watch.wording) == (True, version(WORDINGS["watch"], "yue_Hant"))


async def test_a_case_of_an_older_version_lets_us_ask_until_that_is_taken_back(
    one: Both, keys_of: Keys
) -> None:
    case_id = await file_case(one.store, keys_of, one.clock())
    ticket = await one.door.reception.shelf.ticket("1234567890123450")
    async with one.store.begin() as books:
        await books.receipts.put(ticket.tag, case_id)
    guest = one.door.person()

    shown = await guest.walk(
        "/start", "1234567890123450", "[What you may do]", "[Look for new copies]"
    )
    assert "✓ Ask platforms for me" in labels(shown)
    await guest.press("✓ Ask platforms for me")

    assert await consents_of(one) == {"ask": False, "watch": True, "write": False}


async def test_more_can_be_agreed_to_before_sending(one: Both) -> None:
    path = (*TO_SENT[:-1], "[What you may do]", "[Look for new copies]", "[Done]", "[Send]")

    await one.filed(*path)

    assert await consents_of(one) == {"ask": True, "watch": True, "count": False, "write": False}
    await one.take()
    assert "New copies: look for them" in await one.press("panel")


async def test_where_somebody_may_be_under_18_nobody_is_let_ask_a_platform(one: Both) -> None:
    guest = await opened(one, *MINOR)

    shown = await guest.press("What you may do")

    assert not (await consents_of(one))["ask"]
    assert "Ask platforms for me" not in labels(shown)


def test_the_version_of_a_wording_changes_with_its_words() -> None:
    asked = (ASK_NEWS, *WORDINGS.values())
    versions = {version(words, language) for words in asked for language in LANGUAGES}

    assert len(versions) == len(asked) * len(LANGUAGES)
    assert all(len(one) <= 24 for one in versions)


@pytest.mark.parametrize("what", ["watch", "count", "write"])
async def test_each_consent_is_given_and_taken_back(both: Both, what: str) -> None:
    guest = await opened(both)
    await guest.press("What you may do")

    shown = await guest.press(NAMES[what])
    if what == "count":
        shown = await guest.walk("[Skip]", "[Skip]", "[Skip]", "[What you may do]")
    assert len(GIVEN.findall(shown.text)) == 2
    assert (await consents_of(both))[what]

    shown = await guest.press(f"✓ {NAMES[what]}")
    assert len(GIVEN.findall(shown.text)) == 1
    assert not (await consents_of(both))[what]


async def test_a_revoked_consent_is_shown_to_the_holder_and_stops_requests(both: Both) -> None:
    guest = await opened(both)
    await both.take()
    await both.deliver()

    await guest.walk("[What you may do]", "[✓ Ask platforms for me]")

    ((chat, words),) = await both.told()
    assert chat == KIT.id
    assert "wants no platform asked" in words
    assert "Ask no platform" in await both.press("panel")
    assert "Ask no platform" in await both.press("set", 1, "requested")
    case = await both.case()
    async with both.store.begin() as books:
        assert dict(await books.links.states(case.id)) == {"new": 1}

    await guest.press("Ask platforms for me")

    assert "Recorded." in await both.press("set", 1, "requested")


async def test_news_come_back_and_go_with_their_consent(one: Both) -> None:
    guest = await opened(one)
    await one.take()

    await guest.walk("[What you may do]", "[Tell me here]")
    await one.press("set", 1, "requested")
    before = len(guest.shown)
    await one.door.courier.round()
    assert len(guest.shown) == before + 1

    await guest.press("✓ Tell me here")
    await one.press("set", 1, "removed")
    case = await one.case()
    async with one.store.begin() as books:
        assert await books.addresses.get(case.id, one.door.reception.today()) is None
        assert await books.outbox.waiting("door", one.now()) == 0


async def figures(both: Both) -> dict[tuple[str, str], int]:
    async with both.store.begin() as books:
        return await books.figures.of("2027-00", "2027-01")


async def test_the_three_answers_are_counted_without_the_case_and_only_once(both: Both) -> None:
    guest = await opened(both)
    await guest.walk("[What you may do]", "[Count me in figures]")

    await guest.walk(f"I am {PLANTED}", "[Somebody met online]", "[In secret]")

    assert await figures(both) == {
        ("gender", "own words"): 1,
        ("made", "secret"): 1,
        ("who", "online"): 1,
    }
    shown = await guest.walk(
        *("[What you may do]", "[✓ Count me in figures]", "[Count me in figures]")
    )
    assert "gender" not in shown.text
    draft = await draft_of(guest)
    assert draft
    assert draft.figures == ()
    assert PLANTED not in repr(draft)


async def test_the_questions_can_be_answered_in_the_report(one: Both) -> None:
    path = (
        *(*TO_SENT[:-1], "[What you may do]", "[Count me in figures]", "[Done]"),
        *("[Woman]", "[Skip]", "[I made it myself]", "[Send]"),
    )

    await one.filed(*path)

    assert await figures(one) == {("gender", "woman"): 1, ("made", "own"): 1}


async def test_who_changes_their_mind_before_sending_is_not_counted(one: Both) -> None:
    path = (
        *(*TO_SENT[:-1], "[What you may do]", "[Count me in figures]", "[Done]"),
        *("[Woman]", "[Skip]", "[Skip]", "[What you may do]", "[✓ Count me in figures]"),
        *("[Done]", "[Send]"),
    )

    await one.filed(*path)

    assert await figures(one) == {}


# Letters, both ways

WORDS = f"zz letter {PLANTED}: which link is the newest?"


async def written(both: Both, words: str = WORDS) -> None:
    """Kit writes to the person of the one case."""
    await both.press("write")
    await both.type(words)
    await both.press("post", await letter_mark(both))


async def letter_mark(both: Both) -> int:
    """By which the buttons know the newest letter of the one case."""
    case = await both.case()
    async with both.store.begin() as books:
        letters = [one for one in await books.notes.of(case.id) if one.kind != "person"]
    return mark_of(letters[-1])


async def test_a_letter_is_read_with_the_number_and_answered(both: Both) -> None:
    guest, code = await both.filed()
    await both.take()
    await written(both)

    shown = await guest.walk("/status", code)
    assert WORDS in shown.text
    assert labels(shown)[2:4] == ["Answer", "I have read it"]
    await guest.walk("[Answer]", "zz the third one", "[Send]")

    assert "zz the third one" in await both.press("note")
    assert f"We wrote to the person, 2027-01-15:\n{WORDS}" in await both.press("note")
    assert WORDS not in (await guest.walk(code)).text


async def test_a_letter_is_shown_once_more_with_the_cases_name_before_it_goes(one: Both) -> None:
    guest, code = await one.filed()
    await one.take()
    await one.press("write")
    name = (await one.case()).name

    screen = await one.type(WORDS)

    assert f"the person of {name}" in screen
    assert WORDS in screen
    assert WORDS not in await one.press("note"), "not sent, so not among the notes"
    assert WORDS not in (await guest.walk("/status", code)).text
    assert await hides(one), "the preview is hidden in time"


async def hides(both: Both) -> list[str]:
    """The letters that hide what is on a caseworker's screen, due within a quarter of an hour."""
    async with both.store.begin() as books:
        due = both.now() + timedelta(minutes=15)
        return [
            one.kind for one in await books.outbox.lease("staff", due, 0, 99) if one.kind == "hide"
        ]


async def test_a_letter_is_sent_once_however_often_it_is_pressed(one: Both) -> None:
    await one.filed()
    await one.take()
    await written(one)

    await one.press("post", await letter_mark(one))

    case = await one.case()
    async with one.store.begin() as books:
        assert len(await books.letterboxes.letters(case.id)) == 1
        assert [row.what for row in await books.audit.of(case.name)] == ["take", "write"]


async def test_neither_the_staff_nor_the_door_can_open_a_letter_without_the_code(
    both: Both, staff_keys: StaffKeys, door_keys: DoorKeys
) -> None:
    await both.filed()
    await both.take()
    await written(both)
    case = await both.case()

    async with both.store.begin() as books:
        (letter,) = await books.letterboxes.letters(case.id)

    place = Place(case.id, f"letter {letter.id}")
    for key in (staff_keys.own, door_keys.back):
        with pytest.raises(NotOpened):
            unseal(letter.sealed, key, place)


async def test_a_letter_goes_when_it_is_read(one: Both) -> None:
    guest, code = await one.filed()
    await one.take()
    await written(one)
    await guest.walk("/status", code)

    shown = await guest.press("I have read it")

    assert WORDS not in shown.text
    case = await one.case()
    async with one.store.begin() as books:
        assert await books.letterboxes.letters(case.id) == []


async def test_a_letter_nobody_reads_goes_after_30_days(both: Both) -> None:
    await both.filed()
    await both.take()
    await written(both)
    case = await both.case()

    for days, left in ((30, 1), (1, 0)):
        both.clock.move(days * 24 * 3600)
        async with both.store.begin() as books:
            await books.sweep(both.now())
            assert len(await books.letterboxes.letters(case.id)) == left


async def test_many_letters_are_read_as_many_at_a_time_as_a_screen_holds(one: Both) -> None:
    guest, code = await one.filed()
    await one.take()
    for letter in "abc":
        await written(one, letter * 900)

    first = await guest.walk("/status", code)
    assert ["aaa" in first.text, "bbb" in first.text, "ccc" in first.text] == [True, True, False]
    assert "More messages wait: 1." in first.text
    await guest.press("I have read it")
    second = await guest.say(code)

    assert ["aaa" in second.text, "bbb" in second.text, "ccc" in second.text] == [
        *(False, False),
        True,
    ]


async def test_a_letter_that_is_too_long_is_not_kept(one: Both) -> None:
    await one.filed()
    await one.take()
    await one.press("write")

    assert "too long" in await one.type("x" * 1501)


async def test_who_wants_news_is_told_in_one_neutral_line(one: Both) -> None:
    guest, _ = await one.filed(*TO_SENT[:-2], "[Yes, tell me", "[Send]")
    await one.take()
    await written(one)

    await one.door.courier.round()

    assert guest.answer.text == "There is something new here, for when you have time."


async def test_a_case_of_an_older_version_gets_its_letterbox_with_the_first_look(
    one: Both, keys_of: Keys
) -> None:
    case_id = await file_case(one.store, keys_of, one.clock())
    await one.take()

    assert "type your message" not in await one.press("write")
    async with one.store.begin() as books:
        ticket = await one.door.reception.shelf.ticket("1234567890123450")
        await books.receipts.put(ticket.tag, case_id)
    await one.door.person().walk("/start", "1234567890123450")

    assert "type your message" in await one.press("write")


# News

WITH_NEWS = (*TO_SENT[:-2], "[Yes, tell me", "[Send]")
TWO = (*TO_SENT[:3], telegram(1), telegram(2), *WITH_NEWS[4:])
NEW = "There is something new here, for when you have time."


async def news(both: Both) -> None:
    """What the door's courier has for people now."""
    for _ in range(3):
        await both.door.courier.round()


async def test_news_are_one_line_that_changes_in_place_without_a_sound(one: Both) -> None:
    guest, _ = await one.filed(*TWO)
    await one.take()
    await one.press("set", 1, "removed")
    await news(one)
    before = len(guest.shown)
    assert guest.answer.text == "1 of 2 gone."
    assert guest.answer.silent

    one.clock.move(3600)
    await one.press("set", 2, "removed")
    await news(one)

    assert len(guest.shown) == before
    assert guest.answer.text == "2 of 2 gone."


async def test_a_line_as_old_as_telegram_lets_nobody_change_is_left_and_a_new_one_comes(
    one: Both,
) -> None:
    guest, _ = await one.filed(*TWO)
    await one.take()
    await one.press("set", 1, "removed")
    await news(one)
    before = len(guest.shown)

    one.clock.move(48 * 3600)
    await one.press("set", 2, "removed")
    await news(one)

    assert len(guest.shown) == before + 1
    assert guest.shown[-1].silent


async def test_a_line_that_was_cleared_comes_anew(one: Both) -> None:
    guest, _ = await one.filed(*TWO)
    await one.take()
    await one.press("set", 1, "removed")
    await news(one)
    await guest.press("Clear this chat")

    await one.press("set", 2, "removed")
    await news(one)

    assert guest.texts == [CLEARED, "2 of 2 gone."]


async def test_a_letter_has_a_line_of_its_own_and_no_number_stands_in_it(one: Both) -> None:
    guest, _ = await one.filed(*TWO)
    await one.take()
    await one.press("set", 1, "removed")
    await news(one)
    before = len(guest.shown)

    await written(one)
    await news(one)

    assert len(guest.shown) == before + 1
    assert guest.answer.text == NEW


async def test_one_tap_on_the_line_ends_news_whatever_the_talk_is_about(both: Both) -> None:
    guest, _ = await both.filed(*WITH_NEWS)
    await both.take()
    await both.press("set", 1, "requested")
    await news(both)
    assert guest.answer.text == NEW
    await guest.walk("/report", "[No, 18", telegram(3))
    before = await draft_of(guest)

    shown = await guest.press("No more of these")

    assert shown.text.startswith("No more of these here.")
    assert await draft_of(guest) == before
    case = await both.case()
    assert not case.news
    async with both.store.begin() as books:
        assert await books.addresses.get(case.id, both.door.reception.today()) is None
    assert not (await consents_of(both))["write"]


async def test_news_that_wait_for_their_hour_do_not_come_once_they_are_ended(both: Both) -> None:
    guest, code = await both.filed(*TWO)
    await both.take()
    await guest.walk("/status", code, "[When to tell me]", "[With a sound]", "[20:00]")
    await both.press("set", 1, "removed")
    await guest.walk("/status", code, "[What you may do]", "[✓ Tell me here]")
    before = len(guest.shown)

    both.clock.move(24 * 3600)
    await news(both)

    assert len(guest.shown) == before


async def test_news_that_come_too_late_wait_for_the_next_such_hour(both: Both) -> None:
    guest, code = await both.filed(*TWO)
    await both.take()
    await guest.walk("/status", code, "[When to tell me]", "[20:00]")
    await both.press("set", 1, "removed")
    before = len(guest.shown)
    local = both.now().astimezone(HONG_KONG)

    both.clock.move(((20 - local.hour) % 24 + 6) * 3600)
    await news(both)
    assert len(guest.shown) == before
    both.clock.move(18 * 3600)
    await news(both)
    assert len(guest.shown) == before + 1


def pressed_by(guest: Guest) -> list[str]:
    """What the buttons on a person's screen tell the door."""
    rows = (row for message in guest.shown for row in message.buttons)
    return [button.get("callback_data", "") for row in rows for button in row]


async def test_nobody_else_can_end_a_persons_news(both: Both) -> None:
    guest, _ = await both.filed(*WITH_NEWS)
    await both.take()
    await both.press("set", 1, "removed")
    await news(both)
    stranger = both.door.person()
    await stranger.say("/start")

    [end] = [data for data in pressed_by(guest) if data.startswith("end news:")]
    for data in (end, f"end news:{'0' * 43}"):
        await stranger.press_data(data)

    assert (await both.case()).news


async def test_no_button_of_a_person_tells_which_card_of_the_group_is_theirs(both: Both) -> None:
    guest, _ = await both.filed(*WITH_NEWS)
    await both.take()
    await both.press("set", 1, "removed")
    await news(both)

    data = "".join(pressed_by(guest))

    assert "end news:" in data
    assert (await both.case()).id not in data


async def test_the_hour_and_the_sound_of_news_can_be_chosen(both: Both) -> None:
    guest, code = await both.filed(*TWO)
    await both.take()
    await guest.walk("/status", code, "[When to tell me]", "[With a sound]")
    shown = await guest.press("20:00")
    assert "at 20:00, with a sound, until 29 Jan 2027" in shown.text
    before = len(guest.shown)

    await both.press("set", 1, "removed")
    await news(both)
    assert len(guest.shown) == before
    local = both.now().astimezone(HONG_KONG)
    both.clock.move((20 - local.hour) % 24 * 3600)
    await news(both)

    assert len(guest.shown) == before + 1
    assert not guest.answer.silent


@pytest.mark.parametrize(
    ("now", "hour", "due"),
    [
        ("2027-01-15T08:30+08:00", 20, "2027-01-15T20:00+08:00"),
        ("2027-01-15T20:30+08:00", 20, "2027-01-15T20:30+08:00"),
        ("2027-01-15T21:00+08:00", 20, "2027-01-16T20:00+08:00"),
        ("2027-01-15T23:30+08:00", None, "2027-01-15T23:30+08:00"),
    ],
)
def test_news_wait_for_their_hour_by_hong_kongs_clock(
    now: str, hour: int | None, due: str
) -> None:
    assert next_hour(datetime.fromisoformat(now), hour) == datetime.fromisoformat(due)


async def test_more_days_are_given_by_a_press_and_end_by_themselves(one: Both) -> None:
    guest, code = await one.filed(*WITH_NEWS)
    one.clock.move(10 * 24 * 3600)

    shown = await guest.walk("/status", code, "[When to tell me]", "[14 more days]")
    assert "until 8 Feb 2027" in shown.text
    one.clock.move(15 * 24 * 3600)

    assert "When to tell me" not in labels(await guest.walk("/status", code))


async def test_where_news_stand_is_no_chat_id_that_the_database_shows(
    both: Both, staff_keys: StaffKeys
) -> None:
    guest, _ = await both.filed(*WITH_NEWS)
    await both.take()
    await both.press("set", 1, "requested")
    await news(both)
    case = await both.case()

    async with both.store.begin() as books:
        sealed = await books.news_cards.get(case.id)

    assert sealed
    assert sealed.find(str(guest.who.id).encode()) == -1
    with pytest.raises(NotOpened):
        unseal(sealed, staff_keys.own, Place(case.id, "news card"))


# Withdrawing

DAYS_3 = 72 * 3600


async def withdrawn(both: Both) -> tuple[Guest, str]:
    """Somebody who has withdrawn the one case, which Kit has."""
    guest, code = await both.filed(*TWO)
    await both.take()
    await both.press("show")
    await both.press("write")
    await both.type(WORDS)
    await both.deliver()
    await guest.walk("/status", code, "[Withdraw my case]", "[Erase it in 72 hours]")
    return guest, code


async def rows(both: Both) -> dict[str, int]:
    """How many rows each table that belongs to cases has."""
    counts = {}
    async with both.store.begin() as books:
        for table in tables.metadata.sorted_tables:
            if any(key.column.table.name == "cases" for key in table.foreign_keys):
                found = await books._connection.execute(table.select())
                counts[table.name] = len(found.all())
        counts["cases"] = len((await books._connection.execute(tables.cases.select())).all())
    return counts


async def test_a_withdrawn_case_is_erased_after_72_hours_by_the_clock(both: Both) -> None:
    guest, code = await withdrawn(both)
    name = (await both.case()).name

    both.clock.move(DAYS_3 - 1)
    await both.deliver()
    assert (await both.case()).name == name
    both.clock.move(1)
    errands = await both.deliver()

    assert set((await rows(both)).values()) == {0}
    said = [one.parcel.answer.text for one in errands if isinstance(one, Edit)]
    assert f"{name}: withdrawn by the person, and erased." in said[-1]
    assert "no case with that number" in (await guest.walk("/status", code)).text


async def test_the_holder_is_told_and_the_case_says_when_it_goes(both: Both) -> None:
    guest, code = await withdrawn(both)

    ((chat, words),) = await both.told()

    assert chat == KIT.id
    assert "withdraws it. It is erased on 2027-01-18" in words
    assert "erased on 2027-01-18" in await both.press("panel")
    assert "on 18 Jan 2027 all of it is erased" in (await guest.walk(code)).text
    assert "requested" not in await states(both, "requested")


async def states(both: Both, state: str) -> list[str]:
    """The link states, after Kit tried to record one."""
    await both.press("set", 1, state)
    case = await both.case()
    async with both.store.begin() as books:
        return list(await books.links.states(case.id))


async def test_a_withdrawal_can_be_taken_back_with_the_number(both: Both) -> None:
    guest, code = await withdrawn(both)
    both.clock.move(DAYS_3 - 3600)

    await guest.walk("/status", code, "[Keep my case]")
    both.clock.move(DAYS_3)
    await both.deliver()

    case = await both.case()
    assert case.ends is None
    assert "Withdraw my case" in labels(await guest.walk("/status", code))


async def test_withdrawing_again_begins_the_72_hours_again(both: Both) -> None:
    guest, code = await withdrawn(both)
    both.clock.move(DAYS_3 // 2)
    await guest.walk("/status", code, "[Keep my case]")
    await guest.walk("[Withdraw my case]", "[Erase it in 72 hours]")

    both.clock.move(DAYS_3 // 2)
    await both.deliver()
    assert (await both.case()).ends is not None
    both.clock.move(DAYS_3 // 2)
    await both.deliver()

    assert (await rows(both))["cases"] == 0


async def test_withdrawing_twice_does_not_put_it_off(one: Both) -> None:
    guest, _ = await withdrawn(one)
    one.clock.move(DAYS_3 // 2)
    await guest.press_data("erase it")
    one.clock.move(DAYS_3 // 2)

    await one.deliver()

    assert (await rows(one))["cases"] == 0


async def test_what_was_shown_of_an_erased_case_goes_from_the_screen_too(one: Both) -> None:
    await withdrawn(one)
    one.clock.move(DAYS_3 - 600)
    await one.press("show")
    one.clock.move(600)

    errands = await one.deliver()

    assert Delete(KIT.id, 7) in errands


@pytest.mark.parametrize("agreed", [True, False])
async def test_the_counters_of_who_agreed_and_the_record_of_who_did_what_stay(
    both: Both, agreed: bool
) -> None:
    await withdrawn(both)
    case = await both.case()
    name = case.name
    async with both.store.begin() as books:
        await books.consents.put(Consent(case.id, "count", agreed, case.day, "en:0"))
        await books.outbox.put_card(case.id, case.urgency, both.now())
    await both.deliver()
    both.clock.move(DAYS_3)

    await both.deliver()

    counted = {"age:no", "harm:shared", "language:en", "case:withdrawn", "link:chat:telegram:new"}
    found = {f"{what}:{value}" for what, value in await figures(both)}
    assert found == (counted if agreed else set())
    async with both.store.begin() as books:
        assert [row.what for row in await books.audit.of(name)] == ["take", "reveal"]


async def test_a_card_that_cannot_be_changed_holds_up_no_erasure(one: Both) -> None:
    await withdrawn(one)
    one.clock.move(DAYS_3)
    one.carrier.edit = unreached  # type: ignore[method-assign]  # Telegram is away

    await one.courier.round()

    assert (await rows(one))["cases"] == 0


def test_what_is_said_of_times_is_what_is_done() -> None:
    hours = int(WITHDRAWN_AFTER.total_seconds() // 3600)

    assert f"{hours} hours" in str(ask_withdraw(Draft())[0].words)
    assert f"{hours} hours" in str(ERASE_IT.words)
    assert f"{LETTERS_FOR.days} days" in STAYS.words


async def unreached(message: int, parcel: Parcel) -> Outcome:
    return Unreached()


async def test_a_case_that_goes_while_it_is_open_is_said_to_be_gone(one: Both) -> None:
    guest, _ = await withdrawn(one)
    case = await one.case()
    async with one.store.begin() as books:
        await books.cases.erase(case.id)

    shown = await guest.press("Keep my case")

    assert "not here any more" in shown.text
    assert "16 digits" in shown.text
