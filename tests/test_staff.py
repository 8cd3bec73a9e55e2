"""What the staff see: values in, words and buttons out."""

import re
import tomllib
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations
from typing import get_args

import pytest

from handlers import (
    commands,
    desk,
    digest,
    endings,
    lists,
    recording,
    referring,
    sheet,
    staff,
    standing,
)
from handlers.desk import Opened, Written, link_lines, links_page, note_pages, notes_page, pages_of
from handlers.digest import LINES
from handlers.hours import HONG_KONG
from handlers.names import WORDS
from handlers.spoken import Answer, Voice, units
from handlers.staff import Caseworker, Screen, Summary, Telling, card, press
from handlers.standing import OUTCOMES
from handlers.talk import Standing
from locales import BOTH, LANGUAGES, facts
from storage.books import Case
from storage.links import LinkState
from storage.seal import Sealed
from storage.signs import Sign

DAY = date(2027, 1, 15)
NOW = datetime(2027, 1, 15, 20, 40, tzinfo=HONG_KONG)
KIT = Caseworker(41, "Kit", "en")
OTHER = Caseworker(42, "阿文", "yue_Hant")
LEAD = Caseworker(43, "Lee", "en", leads=True)
CASE = Case(
    id="a" * 32,
    name="quiet heron",
    language="yue_Hant",
    minor="no",
    urgency="now",
    news=True,
    day=DAY,
    happened=Sealed(b""),
    note=None,
    state="waiting",
    holder=None,
    holder_name=None,
    outcome=None,
    version=1,
)
TAKEN = replace(CASE, state="taken", holder=KIT.id, holder_name=KIT.name)
CLOSED = replace(TAKEN, state="closed", outcome="partly")
OF = Summary(CASE, {"telegram": 2, "lihkg": 1}, {"new": 2, "removed": 1}, ("shared",))


def spoken(screen: Screen, language: str | None = "en") -> Answer:
    return Voice(language, DAY).message(screen.says, screen.buttons)


def labels(screen: Screen) -> list[str]:
    return [key.label for row in spoken(screen).rows for key in row]


def test_a_card_says_what_a_group_may_know() -> None:
    text = spoken(card(OF, "zz_bot")).text

    assert text.splitlines() == [
        "quiet heron",
        "• Sent: 2027-01-15, in Cantonese",
        "• Links: 3 (Telegram 2, LIHKG 1)",
        "• Age then: 18 or over",
        "• How urgent: It is happening now",
        "• What happened: Shared or posted",
        "• News: wanted",
    ]


def test_a_waiting_card_has_take_a_taken_one_open_a_closed_one_nothing() -> None:
    waiting = spoken(card(OF, "zz_bot")).rows
    taken = spoken(card(replace(OF, case=TAKEN), "zz_bot"))
    closed = spoken(card(replace(OF, case=CLOSED), "zz_bot"))

    assert [(key.label, key.name, key.style) for key in waiting[0]] == [
        ("Take", f"take:{CASE.id}:0:", "primary")
    ]
    assert "With: Kit" in taken.text
    assert taken.rows[0][0].url == f"https://t.me/zz_bot?start=case_{CASE.id}"
    assert "Closed: some links were removed." in closed.text
    assert closed.rows == ()


@pytest.mark.parametrize("minor", ["yes", "unsure"])
def test_a_card_says_clearly_that_somebody_may_be_under_eighteen(minor: str) -> None:
    answer = spoken(card(replace(OF, case=replace(CASE, minor=minor)), "zz_bot"))  # type: ignore[arg-type]  # from a list

    assert "May be under 18" in answer.text
    assert len([mark for mark in answer.marks if mark.kind == "bold"]) == 2
    assert "May be under 18" not in spoken(card(OF, "zz_bot")).text


def test_the_card_names_the_language_in_the_readers_own() -> None:
    english = replace(OF, case=replace(CASE, language="en"))
    neither = replace(OF, case=replace(CASE, language=BOTH))

    assert "用廣東話" in spoken(card(OF, "zz_bot"), "yue_Hant").text
    assert "用英文" in spoken(card(english, "zz_bot"), "yue_Hant").text
    assert "in either language (none chosen)" in spoken(card(neither, "zz_bot")).text
    assert set(staff.LANGUAGE_WORDS) == set(LANGUAGES)


def test_no_two_words_of_case_names_look_alike() -> None:
    lists = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    words = [*lists["first"], *lists["second"]]
    one_off = {word: {word[:i] + "_" + word[i + 1 :] for i in range(len(word))} for word in words}
    shorter = {word: {word[:i] + word[i + 1 :] for i in range(len(word))} for word in words}

    for a, b in combinations(words, 2):
        assert not one_off[a] & one_off[b], (a, b)
        assert a not in shorter[b], (a, b)
        assert b not in shorter[a], (a, b)
    for words in lists.values():
        assert len({word[:3] for word in words}) == len(words)


def test_the_card_is_spoken_in_both_languages() -> None:
    answer = spoken(card(OF, "zz_bot"), None)

    assert answer.text.count("quiet heron") == 2
    assert "• Links: 3" in answer.text


@pytest.mark.parametrize("state", ["waiting", "taken", "closed"])
def test_only_the_holder_sees_a_panel(state: str) -> None:
    of = replace(OF, case=replace(TAKEN, state=state, holder=99, outcome="removed"))  # type: ignore[arg-type]  # from a list

    screen = desk.panel(of, KIT)

    assert len(screen.says) == 1
    assert screen.buttons == ()


def test_a_panel_without_links_offers_no_links() -> None:
    none = desk.panel(Summary(TAKEN), KIT)

    assert labels(none) == ["Notes", "Hand over", "Release", "Close"]


def test_under_eighteen_refer_stands_in_place_of_show_links() -> None:
    of = replace(OF, case=replace(TAKEN, minor="yes"))

    assert labels(desk.panel(of, KIT)) == [
        "Refer",
        "Notes",
        "Hand over",
        "Release",
        "Close",
    ]
    assert "it was passed on to those who can help" not in labels(endings.choose_outcome(of))


def test_under_eighteen_record_comes_once_somebody_was_told_or_a_lead_sees_the_links() -> None:
    of = replace(OF, case=replace(TAKEN, minor="yes"))
    told, unlocked = replace(of, told={"police": Telling(DAY)}), replace(of, unlocked=True)

    assert "Refer first." in spoken(desk.panel(of, KIT)).text
    for later in (told, unlocked):
        assert "Record" in labels(desk.panel(later, KIT))
        assert "Refer first." not in spoken(desk.panel(later, KIT)).text


@pytest.mark.parametrize(
    ("links", "possible"),
    [
        ({}, {"referred", "withdrawn"}),
        ({"new": 3}, {"referred", "withdrawn"}),
        ({"removed": 3}, {"removed", "referred", "withdrawn"}),
        ({"removed": 1, "new": 2}, {"partly", "referred", "withdrawn"}),
        ({"refused": 1, "requested": 2}, {"refused", "no answer", "referred", "withdrawn"}),
        ({"back": 1}, {"no answer", "referred", "withdrawn"}),
    ],
)
def test_outcomes_that_the_records_contradict_are_not_offered(
    links: dict[str, int], possible: set[str]
) -> None:
    assert set(endings.outcomes_of(replace(OF, case=TAKEN, links=links))) == possible


def test_every_outcome_is_possible_in_some_case() -> None:
    counts = ({"removed": 1}, {"removed": 1, "new": 1}, {"refused": 1, "requested": 1})
    found = [endings.outcomes_of(replace(OF, case=TAKEN, links=links)) for links in counts]

    assert {outcome for some in found for outcome in some} == set(OUTCOMES)


def test_closing_is_confirmed_with_the_name_and_the_counts() -> None:
    screen = endings.confirm_close(replace(OF, case=TAKEN), "partly")

    assert spoken(screen).text.splitlines() == [
        "quiet heron: close it, because some links were removed?",
        "Removed: 1 of 3.",
        "Links: not yet asked: 2, removed: 1.",
    ]
    assert labels(screen) == ["Yes, close it", "Back"]


def test_the_duty_and_every_contact_stand_before_a_referral() -> None:
    text = spoken(referring.page(replace(OF, case=replace(TAKEN, minor="yes")))).text

    assert text.index("Cap. 650") < text.index("2527 7177") < text.index("2343 2255")
    assert "takeitdown.ncmec.org" in text


PASSED_ON = replace(TAKEN, minor="yes", state="closed", outcome="referred")


def test_everybody_who_was_told_is_named_on_the_card_of_the_closed_case() -> None:
    told = dict.fromkeys(referring.WHOM, Telling(DAY))

    text = spoken(card(replace(OF, case=PASSED_ON, told=told), "zz_bot")).text

    names = "Police hotline, Social Welfare Department Hotline"
    assert f"Closed: it was passed on to those who can help ({names})." in text
    assert "• Passed on" not in text


def test_one_closed_before_several_could_be_told_still_names_the_one() -> None:
    case = replace(PASSED_ON, referred_to="police")

    text = spoken(card(replace(OF, case=case), "zz_bot")).text

    assert "Closed: it was passed on to those who can help (Police hotline)." in text


def test_who_was_only_sent_elsewhere_is_not_said_to_be_passed_on() -> None:
    of = replace(OF, case=replace(TAKEN, minor="yes"), told={"take_it_down": Telling(DAY)})

    text = spoken(card(of, "zz_bot")).text
    closed = spoken(card(replace(of, case=PASSED_ON), "zz_bot")).text

    assert "⚠ May be under 18: refer it, the links stay closed." in text
    assert f"• The person was sent to: NCMEC Take It Down ({DAY.isoformat()})" in text
    assert "Passed on" not in text
    assert "Closed: the person was sent to those who can help (NCMEC Take It Down)." in closed


def test_what_the_person_adds_after_the_telling_is_to_be_referred_again() -> None:
    told = {"police": Telling(DAY, is_whole=False)}
    of = replace(OF, case=replace(TAKEN, minor="yes"), told=told)

    text = spoken(card(of, "zz_bot")).text

    assert "⚠ May be under 18: refer it, the links stay closed." in text
    assert "those who were told do not have it" in text
    assert "it was passed on to those who can help" not in labels(endings.choose_outcome(of))
    assert "Told: Police hotline" in labels(referring.page(of))


def test_the_card_of_a_case_under_eighteen_says_who_was_told_and_no_more_to_refer_it() -> None:
    of = replace(OF, case=replace(TAKEN, minor="yes"), told={"police": Telling(DAY)})

    text = spoken(card(of, "zz_bot")).text

    assert "⚠ May be under 18: the links stay closed." in text
    assert f"• Passed on: Police hotline ({DAY.isoformat()})" in text


def test_no_word_of_a_telling_is_a_body_that_help_does_not_know() -> None:
    assert set(referring.WHOM) <= set(facts.entries("help"))


def test_the_person_is_told_that_it_was_passed_on_and_not_to_whom() -> None:
    said = spoken(Screen(standing.standing(Standing("closed", {}, "referred")))).text

    assert said.startswith("Your case is closed: it was passed on to those who can help.")
    assert "Police" not in said


@pytest.mark.parametrize(
    ("state", "told", "line"),
    [
        ("taken", (), "Next: our team passes it on to those who may act"),
        ("taken", ("take_it_down",), "Next: our team passes it on to those who may act"),
        ("taken", ("police", "take_it_down"), "Our team has passed it on to those who may act"),
        ("closed", ("welfare",), "Your case is closed: it was passed on to those who can help."),
        ("closed", ("welfare",), "Those it was passed on to act from here."),
        ("closed", ("take_it_down",), "Your case is closed: you were told where to turn."),
        ("closed", ("take_it_down",), "If something changes, add a link or write to us"),
    ],
)
def test_the_person_is_told_that_it_was_passed_on_only_where_somebody_has_it(
    state: str, told: tuple[str, ...], line: str
) -> None:
    outcome = "referred" if state == "closed" else ""
    of = Standing(state, {}, outcome, "yes", told=told)

    said = spoken(Screen(standing.standing(of))).text

    assert line in said
    assert "Police" not in said
    assert "Welfare" not in said


@pytest.mark.parametrize(("by", "shown"), [(KIT, True), (LEAD, True), (OTHER, False)])
def test_a_closed_case_is_opened_again_by_its_last_holder_or_a_lead(
    by: Caseworker, shown: bool
) -> None:
    assert labels(desk.panel(replace(OF, case=CLOSED), by)) == (["Reopen"] if shown else [])


def test_only_a_lead_who_holds_an_under_eighteen_case_may_open_its_links() -> None:
    minor, lead = replace(TAKEN, minor="unsure"), replace(KIT, leads=True)

    assert "Open links, say why" in labels(desk.panel(replace(OF, case=minor), lead))
    assert "Open links, say why" not in labels(desk.panel(replace(OF, case=minor), KIT))
    assert "Open links, say why" not in labels(desk.panel(replace(OF, case=TAKEN), lead))
    assert labels(desk.panel(replace(OF, case=minor), LEAD)) == ["Reassign"]


def test_a_page_holds_eight_links_and_never_too_much() -> None:
    short = [Opened(n, "new", "telegram", "", "https://t.me/zz") for n in range(1, 21)]
    long = [Opened(n, "new", "telegram", "", "https://t.me/" + "z" * 900) for n in range(1, 9)]

    assert [len(page) for page in pages_of(short)] == [8, 8, 4]
    assert [len(page) for page in pages_of(long)] == [3, 3, 2]
    assert pages_of([]) == [()]


def test_every_link_is_on_one_page_in_order() -> None:
    links = [Opened(n, "new", "", "", "https://t.me/" + "z" * n * 11) for n in range(1, 90)]

    assert [link for page in pages_of(links) for link in page] == links


def test_a_page_past_the_end_is_the_last_page() -> None:
    links = [Opened(n, "new", "telegram", "", f"https://t.me/zz{n}") for n in range(1, 11)]

    assert "10. Telegram" in spoken(links_page(OF, links, 9)).text


def test_each_address_is_one_code_mark() -> None:
    link = Opened(1, "requested", "telegram", "", "https://t.me/zz_invented", "ZZ-1")
    answer = Voice("en", DAY).message(link_lines(link))

    assert answer.text == (
        "1. Telegram — asked to remove\nhttps://t.me/zz_invented\nReference: ZZ-1"
    )
    assert [mark.kind for mark in answer.marks] == ["code", "code"]


@pytest.mark.parametrize(("length", "copied"), [(256, True), (257, False)])
def test_a_button_copies_as_much_as_telegram_lets_it(length: int, copied: bool) -> None:
    link = Opened(1, "new", "telegram", "", "https://t.me/".ljust(length, "z"))

    (button,) = desk.link_buttons(CASE.id, link)

    assert bool(button.copy) is copied
    assert button.name.startswith("copy" if copied else "loose:")


def test_notes_are_code_so_that_nothing_in_them_can_be_tapped() -> None:
    notes = [Written("see t.me/zz_invented @zz_invented /start"), Written("zz", DAY)]
    answer = spoken(notes_page(OF, notes, 0))

    assert [mark.kind for mark in answer.marks] == ["bold", "code", "code"]
    assert "Our team, 2027-01-15:" in answer.text


def test_a_long_note_is_whole_on_several_pages() -> None:
    text = "\U0001f600 zz " * 900
    pages = note_pages([Written(text)])

    whole = [Voice("en", DAY).page([say]).text for page in pages for say in page[1::2]]
    assert len(pages) > 1
    assert "".join(whole) == text


def test_every_press_fits_in_a_button() -> None:
    words = [*OUTCOMES, *referring.WHOM, *sheet.CHOICES]

    assert max(len(press("outcome", CASE.id, 200, word).encode()) for word in words) <= 64


def test_a_link_is_chosen_by_number_and_tail_on_the_page_where_one_was() -> None:
    links = [
        Opened(n, "new", "telegram", url := f"https://t.me/zz_invented_channel/{n}", f"{url}?s=20")
        for n in range(1, 31)
    ]
    second = recording.choose_link(OF, links, desk.page_of_choices(21))
    answer = spoken(second)

    assert "21. Telegram …d_channel/21 — not yet asked" in answer.text
    assert {mark.kind for mark in answer.marks} == {"bold", "code"}
    of_it = sheet.Sheet(OF, links[20], DAY)
    assert [one.name for one in sheet.recorded(of_it).buttons] == [
        press("record", CASE.id, 1),
        press("panel", CASE.id),
    ]
    assert sheet.page(of_it).buttons[-1].name == press("record", CASE.id, 1)


def test_the_page_of_links_leads_to_the_record_of_the_same_links() -> None:
    links = [Opened(n, "new", "telegram", "", f"https://t.me/zz/{n}") for n in range(1, 31)]

    names = [button.name for button in links_page(OF, links, 3).buttons]

    assert press("record", CASE.id, 1) in names


def test_every_state_of_a_link_has_its_word() -> None:
    assert tuple(desk.STATES) == get_args(LinkState)


def test_a_full_list_fits_a_message() -> None:
    cases = [replace(CASE, name="considerate watermelon", minor="yes") for _ in range(20)]
    duty = [Sign(number, "zz" * 64) for number in range(20)]
    withdrawn = [replace(cases[0], ends=date(2027, 1, 18))] * (lists.MOST_WITHDRAWN + 1)
    queued = lists.queue(cases, 99, 0, NOW, duty, withdrawn)
    listed = lists.in_group(queued, 99)
    for screen in (queued, listed, lists.mine(cases, NOW)):
        assert units(spoken(screen, None).text) <= 4096
    assert "And 79 more" in spoken(listed).text
    assert "(2027-01-18), …" in spoken(listed).text


@pytest.mark.parametrize("name", ["quiet heron", "considerate watermelon", "zz" * 32])
def test_every_leaf_of_the_digest_fits_a_message_and_none_is_left_out(name: str) -> None:
    longest = replace(CASE, name=name, minor="unsure", day=date(2026, 9, 1))
    cases = [replace(longest, urgency=("calm", "soon", "now")[n // 67]) for n in range(200)]
    duty = [Sign(number, "zz" * 24) for number in range(20)]

    leaves = digest.leaves_of(cases)

    assert [case for leaf in leaves for case in leaf] == cases
    for number, leaf in enumerate(leaves):
        shown = spoken(digest.page(CASE.id, cases, number, NOW, True, duty), None)
        assert units(shown.text) <= 4096
        assert len(leaf) <= sum(map(len, shown.rows)) <= 100
    assert len(leaves[0]) == LINES or len(name) > 11


def test_a_leaf_leads_to_those_beside_it() -> None:
    cases = [replace(CASE, id=f"{number:032x}") for number in range(150)]

    turns = [
        [button.name for button in digest.page(CASE.id, cases, leaf, NOW).buttons[-2:]]
        for leaf in (1, 99)
    ]

    assert turns[0] == [f"leaf:{CASE.id}:0", f"leaf:{CASE.id}:2"]
    assert turns[1][1] == f"leaf:{CASE.id}:1"


@pytest.mark.parametrize(
    ("day", "hour", "age"),
    [(15, 20, "new"), (15, 21, "new"), (15, 18, "2 h"), (14, 20, "24 h"), (13, 20, "2 days")],
)
def test_a_list_tells_hours_then_days(day: int, hour: int, age: str) -> None:
    case = replace(CASE, day=date(2027, 1, day), hour=hour)

    text = spoken(lists.queue([case], 1, 0, NOW)).text

    assert text.splitlines()[1] == f"quiet heron — It is happening now — {age}"


def test_a_list_marks_those_who_may_be_under_eighteen() -> None:
    text = spoken(lists.queue([replace(CASE, minor="unsure"), CASE], 2, 0, NOW)).text

    assert [line[0] for line in text.splitlines()[1:]] == ["⚠", "q"]


def named(screen: Screen) -> list[str]:
    """The commands that a page of help names, in English."""
    return re.findall(r"/([a-z]+)", spoken(screen).text)


def test_help_names_every_command_and_those_of_leads_to_leads() -> None:
    leads_only = {"freeze", "thaw"}
    for of in (commands.private_help, commands.group_help):
        assert sorted(named(of(leads=True))) == sorted(commands.COMMANDS)
        assert set(commands.COMMANDS) - set(named(of(leads=False))) == leads_only


def test_help_says_what_belongs_where() -> None:
    private = spoken(commands.private_help(leads=False)).text
    there = spoken(commands.group_help(leads=False)).text

    assert "only here" in private
    assert private.index("/queue") < private.index("Only here:") < private.index("/find")
    assert "Only in the private chat: /case, /find, /family, /figures" in there
    assert "here, where only you" not in there


def test_help_fits_a_phone() -> None:
    for of in (commands.private_help, commands.group_help):
        for language in LANGUAGES:
            lines = spoken(of(leads=True), language).text.splitlines()
            assert len(lines) <= 17
            assert max(map(len, lines)) < 85
