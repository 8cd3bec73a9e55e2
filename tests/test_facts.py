"""The facts: who can help, what the law says, and which words are words of despair."""

from datetime import date

import pytest

from handlers.directory import directory
from handlers.home import HOUSE
from handlers.spoken import Voice, units
from handlers.talk import Draft, Fact, Number, Say, as_says
from locales import LANGUAGES, facts
from locales.facts import Entry, NoSuchFact

WRITTEN = date(2026, 11, 24)
LATE = date(2027, 6, 1)


def spoken(say: Say, language: str | None = "en", today: date = WRITTEN) -> str:
    return Voice(language, today).page((say,)).text


def number(key: str, language: str = "en", today: date = WRITTEN) -> str:
    return spoken(Say("{number}", {"number": Number(key)}), language, today)


# Who can help


def test_names_that_are_often_mixed_up_keep_their_own_numbers() -> None:
    named = {
        facts.entry(f"help.{key}").text("name", "yue_Hant"): facts.entry(f"help.{key}").text(
            "number", "en"
        )
        for key in ("samaritans", "samaritan_befrienders", "suicide_prevention", "rainlily")
    }

    assert named == {
        "撒瑪利亞會": "2896 0000",
        "香港撒瑪利亞防止自殺會": "2389 2222",
        "生命熱線": "2382 0000",
        "風雨蘭": "2375 5322",
    }


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
    for file in ("help", "law"):
        for entry in facts.entries(file).values():
            assert entry.fields["source"]
            assert entry.checked < entry.best_before
            assert entry.called is None or entry.called >= entry.checked


def test_the_tool_for_under_18_is_the_official_one() -> None:
    assert facts.entry("help.take_it_down").text("number", "en") == "takeitdown.ncmec.org"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_directory_is_short(language: str) -> None:
    assert units(Voice(language, WRITTEN).page(directory()).text) < 2500


def test_the_directory_and_any_question_fit_one_message_in_both_languages() -> None:
    for script in HOUSE.scripts.values():
        for step in script.steps.values():
            ask = step.again or step.ask
            words = (*directory(), *as_says(ask(Draft(minor="yes"))))
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


# Words of despair

MUST_RING = (
    "I want to die",
    "i just wanna die",
    "I WANT TO DIE",
    "ｉ　ｗａｎｔ　ｔｏ　ｄｉｅ",
    "honestly I'd rather be dead",
    "I'm going to kill myself",
    "thinking about ending my life",
    "I dont want to live",
    "I don’t want to live with this",
    "feeling suicidal",
    "suicide",
    "I wish\nI was dead",
    "there is no reason to live",
    "cut myself again last night",
    "我想死",
    "我想 死",
    "我想\u200b死",
    "好想死啊，全世界都睇到",
    "唔想做人喇",
    "真係唔想再做人",
    "不如死咗佢啦",
    "死左算啦",
    "我想自殺",
    "我想自杀",
    "我會跳樓",
    "諗住燒炭",
    "5想做人",
    "我想了結自己",
    "活唔落去",
    "我又𠝹手",
    "我想suicide呀",
    "想死 https://t.me/zz_invented_channel/12",
    "條片出咗，我want to die",
)

MUST_NOT_RING = (
    "the link is dead",
    "dead link, sorry",
    "the deadline is Friday",
    "he said he will kill me",
    "my phone died",
    "I live in Kowloon",
    "they want to diet",
    "he wants money",
    "this is killing me slowly to wait",
    "please end my report",
    "https://example.org/i-want-to-die/suicide",
    "example.org/thread/suicide?x=自",
    "www.example.org/kill-myself",
    "死link",
    "條連結死咗",
    "呢條係死 link，開唔到",
    "我想死link都交埋",
    "嚇死我",
    "笑死",
    "佢話要整死我",
    "佢話會打死我",
    "我想條片消失",
    "攰死喇，想瞓",
    "跳樓價平賣",
    "想快啲了結件事",
    "唔想做嘢",
    "佢唔想生事",
    "吊頸都要唞氣",
    "我想知死線係幾時",
    "",
)


@pytest.mark.parametrize("words", MUST_RING)
def test_words_of_despair_are_heard(words: str) -> None:
    assert facts.is_distress(words)


@pytest.mark.parametrize("words", MUST_NOT_RING)
def test_ordinary_words_are_not_words_of_despair(words: str) -> None:
    assert not facts.is_distress(words)
