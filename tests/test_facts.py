"""The facts: who can help, what the law says, and which words are words of despair."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from handlers.directory import short_directory
from handlers.home import HOUSE
from handlers.spoken import Voice, units
from handlers.talk import Draft, Fact, Number, Say, as_says
from locales import LANGUAGES, facts
from locales.facts import Entry, NoSuchFact
from locales.phrases import Typed, is_danger, is_distress, question

WRITTEN = date(2026, 11, 24)
LATE = date(2027, 6, 1)


def spoken(say: Say, language: str | None = "en", today: date = WRITTEN) -> str:
    return Voice(language, today).page((say,)).text


def number(key: str, language: str = "en", today: date = WRITTEN) -> str:
    return spoken(Say("{number}", {"number": Number(key)}), language, today)


# Who can help


NAMES_AND_NUMBERS = {
    "emergency": ("Emergency", "緊急求助", "999"),
    "mental_health": ("Mental Health Support Hotline", "情緒通", "18111"),
    "samaritans": ("The Samaritans", "撒瑪利亞會", "2896 0000"),
    "samaritan_befrienders": (
        "The Samaritan Befrienders Hong Kong",
        "香港撒瑪利亞防止自殺會",
        "2389 2222",
    ),
    "suicide_prevention": ("Suicide Prevention Services", "生命熱線", "2382 0000"),
    "open_up": ("Open Up", "Open噏", "9101 2012"),
    "cease": ("CEASE Crisis Centre, Tung Wah", "東華三院芷若園", "18281"),
    "rainlily": ("RainLily", "風雨蘭", "2375 5322"),
    "welfare": ("Social Welfare Department Hotline", "社會福利署熱線", "2343 2255"),
    "against_child_abuse": ("Against Child Abuse", "防止虐待兒童會", "2755 1122"),
    "police": ("Police hotline", "警察熱線", "2527 7177"),
    "eoc": ("EOC Anti-Sexual Harassment Unit", "平機會反性騷擾事務組", "2106 2222"),
    "caritas": ("Caritas Family Crisis Support Centre", "明愛向晴軒", "18288"),
    "harmony_women": ("Harmony House", "和諧之家", "2522 0434"),
    "harmony_men": ("Harmony House", "和諧之家", "2295 1386"),
    "take_it_down": ("NCMEC Take It Down", "NCMEC Take It Down", "takeitdown.ncmec.org"),
    "stopncii": ("StopNCII.org", "StopNCII.org", "stopncii.org"),
    "duty_lawyer": ("Duty Lawyer Service", "當值律師服務", "2526 5969"),
    "siarc": ("MOHW Sexual Image Processing Centre", "性影像處理中心", "+886 2 6605 7373"),
    "ccri": ("Cyber Civil Rights Initiative", "Cyber Civil Rights Initiative", "+1 844 878 2274"),
}
"""As the services publish them. Of the first, three Samaritan-like ones are often mixed up."""


@pytest.mark.parametrize("key", NAMES_AND_NUMBERS)
def test_a_service_keeps_its_own_name_and_number(key: str) -> None:
    entry = facts.entry(f"help.{key}")
    name_en, name_yue, number = NAMES_AND_NUMBERS[key]

    assert (entry.text("name", "en"), entry.text("name", "yue_Hant")) == (name_en, name_yue)
    assert {entry.text("number", language) for language in LANGUAGES} == {number}


def test_every_number_that_is_shown_is_in_the_list_above() -> None:
    shown = {key.removeprefix("help.") for key in facts.shown("help")}
    sites = {key for key in shown if "." in facts.entry(f"help.{key}").text("number", "en")}

    assert shown - sites <= set(NAMES_AND_NUMBERS)


def test_no_line_of_a_service_tells_over_a_shoulder_why_one_calls() -> None:
    for entry in facts.entries("help").values():
        told = entry.text("whom", "en").lower() + entry.text("whom", "yue_Hant")
        assert not [word for word in ("suicid", "despair", "輕生", "自殺") if word in told]


def test_danger_comes_first_then_despair() -> None:
    assert facts.shown("help")[:3] == ("help.emergency", "help.mental_health", "help.samaritans")


def test_what_nobody_could_verify_is_not_shown() -> None:
    unverified = [key for key, entry in facts.entries("help").items() if not entry.shown]

    assert unverified == ["pcpd", "cheer"]
    assert not {f"help.{key}" for key in unverified} & set(facts.shown("help"))


def test_no_number_stands_for_two_services() -> None:
    numbers = [entry.text("number", "en") for entry in facts.entries("help").values()]

    assert len(numbers) == len(set(numbers))


def test_each_entry_says_where_and_when_it_was_read() -> None:
    for file in ("help", "law", "requests", "platforms", "drafts", "policies", "press"):
        for entry in facts.entries(file).values():
            assert entry.fields["source"]
            assert entry.checked < entry.best_before
            assert entry.called is None or entry.called >= entry.checked


def test_the_tool_for_under_18_is_the_official_one() -> None:
    assert facts.entry("help.take_it_down").text("number", "en") == "takeitdown.ncmec.org"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_directory_beside_a_step_is_a_few_lines(language: str) -> None:
    page = Voice(language, WRITTEN).page(short_directory()).text

    assert units(page) < 450
    assert page.count("\n") < 7
    assert "999" in page.splitlines()[0]
    assert "999" in page.splitlines()[-1], "scrolled to its end, 999 is still to be seen"


def test_the_directory_and_any_question_fit_one_message_in_both_languages() -> None:
    for script in HOUSE.scripts.values():
        for step in script.steps.values():
            ask = step.again or step.ask
            words = (*short_directory(), *as_says(ask(Draft(minor="yes"))))
            assert units(Voice(None, WRITTEN).page(words).text) <= 4096, step.name


# How a number is said


def test_a_number_nobody_has_called_is_dated() -> None:
    assert number("help.samaritans") == "2896 0000 (as published, 22 Nov 2026)"
    assert number("help.samaritans", "yue_Hant") == "2896 0000（2026年11月22日嘅公開資料）"


def test_past_its_date_a_number_is_being_checked() -> None:
    assert number("help.samaritans", today=LATE) == "being checked; in danger call 999"


def test_999_is_said_whatever_its_date() -> None:
    assert number("help.emergency", today=date(2040, 1, 1)) == "999"


def test_what_was_called_needs_no_remark() -> None:
    assert Entry("help.x", {"called": date(2026, 12, 1)}).called == date(2026, 12, 1)


def test_a_fact_that_no_file_holds_is_an_error() -> None:
    for key in ("help.nobody", "nothing.reporting", "reporting"):
        with pytest.raises(NoSuchFact):
            facts.entry(key)
    with pytest.raises(NoSuchFact):
        facts.entry("law.reporting").text("penalty", "en")


def test_the_law_is_named_as_it_names_itself() -> None:
    law = Say(
        "{law}, {since}", {"law": Fact("law.reporting.name"), "since": Fact("law.reporting.since")}
    )

    assert spoken(law, "yue_Hant") == "《強制舉報虐待兒童條例》（第650章）, 2026年1月20日"
    assert spoken(law).endswith("(Cap. 650), 20 January 2026")


# What people type

SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("words", SENTENCES["distress"]["must"])
def test_words_of_despair_are_heard(words: str) -> None:
    assert is_distress(Typed.of(words))


@pytest.mark.parametrize("words", SENTENCES["distress"]["must_not"])
def test_ordinary_words_are_not_words_of_despair(words: str) -> None:
    assert not is_distress(Typed.of(words))


@pytest.mark.parametrize("words", SENTENCES["danger"]["must"])
def test_danger_now_is_heard(words: str) -> None:
    assert is_danger(Typed.of(words))


@pytest.mark.parametrize("words", SENTENCES["danger"]["must_not"])
def test_ordinary_words_are_not_danger(words: str) -> None:
    assert not is_danger(Typed.of(words))


@pytest.mark.parametrize(
    ("asked", "words"),
    [(asked, words) for asked, listed in SENTENCES["questions"].items() for words in listed],
)
def test_a_plain_question_is_known_by_its_table(asked: str, words: str) -> None:
    assert question(Typed.of(words)) == (None if asked == "none" else asked)


def test_enough_sentences_are_tried_in_both_languages() -> None:
    for kind in ("must", "must_not"):
        sentences = SENTENCES["distress"][kind]
        chinese = [words for words in sentences if any(ord(mark) > 0x2FFF for mark in words)]
        assert len(set(sentences)) >= 40
        assert 15 <= len(chinese) <= len(sentences) - 15
