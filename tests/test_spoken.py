"""From a Turn to what a platform shows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.spoken import Answer, Key, Mark, Voice, rows_of, spoken_day, units, width
from handlers.talk import Blank, Button, Code, Draft, Fact, Number, Read, Say, Strong, Turn
from locales import LANGUAGES, facts

TODAY = date(2026, 11, 24)


def spoken(blank: Blank, language: str | None = "en", today: date = TODAY) -> Answer:
    return Voice(language, today).message((Say("{blank}", {"blank": blank}),))


def marked(answer: Answer, mark: Mark) -> str:
    """The stretch of *answer* that *mark* covers."""
    raw = answer.text.encode("utf-16-le")
    return raw[2 * mark.offset : 2 * (mark.offset + mark.length)].decode("utf-16-le")


def test_a_mark_counts_utf16_units() -> None:
    answer = Voice("en", TODAY).message((Say("🙈 {code}", {"code": Code("😀1")}), Say("end")))

    assert answer.text == "🙈 😀1\nend"
    assert answer.marks == (Mark("code", 3, 3),)
    assert marked(answer, answer.marks[0]) == "😀1"


@pytest.mark.parametrize("words", ["Go on", Say("Go {how}", {"how": "on"})])
def test_strong_words_are_bold(words: str | Say) -> None:
    answer = spoken(Strong(words))

    assert answer.text == "Go on"
    assert answer.marks == (Mark("bold", 0, 5),)


def test_several_are_parted_as_each_language_parts_them() -> None:
    assert spoken(("a", 2, Say("Skip"))).text == "a, 2, Skip"
    assert spoken(("a", 2, Say("Skip")), "yue_Hant").text == "a、2、跳過"
    assert spoken(()).text == ""


def test_a_fact_is_said_in_the_language_of_the_person() -> None:
    assert spoken(Fact("help.samaritans.name")).text == "The Samaritans"
    assert spoken(Fact("help.samaritans.name"), "yue_Hant").text == "撒瑪利亞會"


def test_an_unknown_language_is_answered_in_both_the_buttons_too() -> None:
    turn = Turn(Draft(), (Say("Skip"),), (Button("skip", "Skip"), Button("en", "English")))

    answer = Voice(None, TODAY).answer(turn)

    assert answer.text == "跳過\n\nSkip"
    assert [key.label for row in answer.rows for key in row] == ["跳過 · Skip", "English"]


def test_an_answer_says_whether_it_may_replace_the_message_that_was_pressed() -> None:
    turn = Turn(Draft(), (Say("Skip"),), redraw=True)

    assert Voice("en", TODAY).answer(turn).redraw
    assert not Voice("en", TODAY).answer(replace(turn, redraw=False)).redraw


def test_a_button_keeps_all_it_has() -> None:
    button = Button("copy", Say("Link {number}", {"number": 3}), "success", copy="1234")

    assert Voice("en", TODAY).key(button) == Key("Link 3", "copy", "success", copy="1234")


def entry(key: str = "help.example", **fields: object) -> facts.Entry:
    day = TODAY.isoformat()
    standard = {"number": "2000 0000", "checked": day, "best_before": day}
    return facts.Entry(key, {**standard, "confidence": "verified", **fields})


def number_of(known: facts.Entry, today: date, monkeypatch: pytest.MonkeyPatch) -> Answer:
    monkeypatch.setattr(facts, "entry", lambda key: known)
    return spoken(Number(known.key), today=today)


def test_a_number_nobody_called_says_when_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = number_of(entry(), TODAY, monkeypatch)

    assert answer.text == "2000 0000 (as published, 24 Nov 2026)"
    assert marked(answer, answer.marks[0]) == "2000 0000"


def test_a_number_somebody_called_says_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    called = entry(called=TODAY.isoformat())

    assert number_of(called, TODAY, monkeypatch).text == "2000 0000"


def test_a_number_past_its_date_is_being_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = number_of(entry(), TODAY + timedelta(days=1), monkeypatch)

    assert answer.text == "being checked; in danger call 999"
    assert answer.marks == ()


def test_999_is_always_said(monkeypatch: pytest.MonkeyPatch) -> None:
    always = entry(number="999", always=True)

    assert number_of(always, TODAY + timedelta(days=9999), monkeypatch).text == "999"


def test_a_number_past_its_date_cannot_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = Button("copy", Say("Copy"), copy=Number("help.example"))
    back = Button("back", "Back")
    monkeypatch.setattr(facts, "entry", lambda key: entry())

    fresh = Voice("en", TODAY).message((), (copied, back)).rows
    late = Voice("en", TODAY + timedelta(days=1)).message((), (copied, back)).rows

    assert [key.copy for row in fresh for key in row] == ["2000 0000", ""]
    assert [key.name for row in late for key in row] == ["back"]


def test_what_was_read_says_when_and_past_its_date_that_it_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = Say("{read}", {"read": Read("help.example")})
    monkeypatch.setattr(facts, "entry", lambda key: entry())

    assert Voice("en", TODAY).page((read,)).text.startswith("as published, ")
    late = Voice("en", TODAY + timedelta(days=1)).page((read,)).text
    assert late == "this is being checked; it may have changed"


def test_a_day_is_written_as_people_write_it() -> None:
    assert spoken_day(date(2026, 1, 20), "en") == "20 Jan 2026"
    assert spoken_day(date(2026, 1, 20), "yue_Hant") == "2026年1月20日"


def test_two_narrow_buttons_share_a_row_and_the_last_stands_alone() -> None:
    keys = [Key(label) for label in ("a", "b", "c", "a label too wide for two", "d", "e", "last")]

    rows = [[key.label for key in row] for row in rows_of(keys)]

    assert rows == [["a", "b"], ["c"], ["a label too wide for two"], ["d", "e"], ["last"]]
    assert rows_of([]) == ()


def test_a_chinese_character_is_two_wide() -> None:
    assert width("abc") == 3
    assert width("跳過 a") == 6
    assert units("跳過") == 2
    assert units("😀") == 2


def test_every_language_has_a_voice() -> None:
    for language in LANGUAGES:
        assert Voice(language, TODAY).message((Say("Skip"),)).text
