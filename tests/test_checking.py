"""The guided check as a talk: what it asks, what it says of the answers, and what it forgets."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stage import TODAY
from handlers import desk, reception
from handlers.casework import read_told
from handlers.check import CODES, FLAGS, RULES, SKIPPED, How, check
from handlers.checking import (
    NAMES,
    QUESTIONS,
    WHY,
    Question,
    ask_result,
    summed_up,
)
from handlers.home import HOUSE
from handlers.law import LAW_CARDS
from handlers.spoken import Voice, units
from handlers.staff import Summary, card
from handlers.talk import Draft, Pressed, Said, Turn
from locales import LANGUAGES
from tests.test_staff import KIT, OF, TAKEN

ROOM_FOR_MORE = 1000  # units: what may be said before it, in both languages
ORDER = ("q5", "q1", "q2", "q3", "q4", "q6", "q7")
SOME = {"q1": ("shared", "threat"), "q2": ("parts",), "q5": ("18",), "q7": ("both",)}


def at(step: str, **more: Any) -> Draft:
    return replace(Draft(language="en", talk="check", step=step), **more)


def press(draft: Draft, *names: str) -> Turn:
    for name in names:
        turn = HOUSE.take(draft, Pressed(name))
        draft = turn.draft
    return turn


def text(turn: Turn, language: str | None = "en") -> str:
    return Voice(language, TODAY).answer(turn).text


# What is asked


def test_seven_questions_age_first() -> None:
    assert tuple(question.key for question in QUESTIONS) == ORDER
    assert len(QUESTIONS) == 7


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_a_question_offers_each_answer_and_not_sure_stands_for_the_one_it_counts_as(
    question: Question,
) -> None:
    key, offered = question.key, set(question.answers)

    assert set(CODES[key]) - offered <= {SKIPPED.get(key)}
    assert offered <= set(CODES[key])


@pytest.mark.parametrize(
    "step", ["how old", "what happened", "shows", "real", "made", "demand", "place"]
)
def test_every_question_has_not_sure_skip_a_person_and_a_way_out(step: str) -> None:
    names = [button.name for button in HOUSE.take(at(step), Said("/language")).buttons]

    key = names[0].partition(":")[0]
    assert {f"{key}:unsure", f"{key}:skip", "help", LAW_CARDS.name, "clear"} <= set(names)


def test_only_what_happened_takes_several_answers() -> None:
    turn = press(at("what happened"), "q1:threat", "q1:shared", "q1:details", "q1:details")

    assert turn.draft.answers == {"q1": ("shared", "threat")}
    assert turn.draft.step == "what happened"
    assert press(at("shows"), "q2:parts").draft.answers == {"q2": ("parts",)}


def test_not_sure_and_skip_keep_no_answer() -> None:
    for name in ("unsure", "skip"):
        turn = press(at("shows", answers={"q2": ("parts",)}), f"q2:{name}")
        assert (turn.draft.step, turn.draft.answers) == ("real", {})


@pytest.mark.parametrize(
    ("age", "step"),
    [
        ("18", "what happened"),
        ("u16", "child"),
        ("16_17", "child"),
        ("unsure", "child"),
        ("skip", "child"),
    ],
)
def test_where_it_may_be_somebody_under_18_help_for_them_comes_first(age: str, step: str) -> None:
    assert press(at("how old"), f"q5:{age}").draft.step == step


def test_who_cannot_say_what_happened_is_sent_to_a_person() -> None:
    for name in ("unsure", "skip"):
        turn = press(at("what happened"), f"q1:{name}")
        assert turn.draft.step == "person"
        assert "RainLily" in text(turn)
        young = press(at("what happened", answers={"q5": ("u16",)}), f"q1:{name}")
        assert "Social Welfare Department" in text(young)
        assert "RainLily" not in text(young)


def test_questions_are_turned_in_place_so_that_no_answer_stays_on_the_screen() -> None:
    draft = Draft(language="en", talk="check", step="how old")
    for name in ("q5:18", "q1:shared", "done", "q2:parts", "q3:real", "q4:agreed", "q6:none"):
        turn = press(draft, name)
        assert turn.redraw, name
        draft = turn.draft
    last = press(draft, "q7:both")

    assert last.redraw
    assert last.draft.step == "result"


# What comes of it


def test_there_is_a_line_for_all_that_can_be_found() -> None:
    found = {(rule.flag, rule.how) for rule in RULES}

    assert set(WHY) == found | {("MAKING_ONLY", "may"), ("NO_FIT_FOUR", "may")}
    assert set(NAMES) == set(FLAGS)


def answers() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    one = {key: st.sampled_from(CODES[key]).map(lambda code: (code,)) for key in SKIPPED}
    several = st.lists(st.sampled_from(CODES["q1"]), unique=True).map(tuple)
    return st.fixed_dictionaries({}, optional={"q1": several, **one})


@settings(max_examples=150, deadline=None)
@given(answers=answers(), language=st.sampled_from([None, *LANGUAGES]))
def test_any_result_is_told_in_one_message_a_line_for_each_thing_found(
    answers: dict[str, tuple[str, ...]], language: str | None
) -> None:
    found = check(answers)
    turn = HOUSE.take(at("result", answers=answers, language=language), Said("/language"))
    words = text(turn)

    assert units(Voice(None, TODAY).page(turn.says).text) <= 4096 - ROOM_FOR_MORE
    assert not any(word in words.lower() for word in ("guilty", "犯咗"))
    assert sum(line.startswith("• ") for line in words.splitlines()) == len(found)
    assert units(Voice(None, TODAY).page((summed_up(found),)).text) < 900


def test_a_result_says_may_or_depends_of_each_of_the_four_and_why() -> None:
    turn = press(at("place", answers={**SOME, "q3": ("edited_obvious",)}), "q7:both")

    assert "Shared or threatened (s.159AAE): it depends. It turns on what it shows" in text(turn)
    assert "It depends whether the threat is criminal intimidation too." in text(turn)


def test_where_the_law_here_may_not_reach_that_comes_first() -> None:
    turn = press(at("place", answers=SOME), "q7:none")

    assert text(turn).startswith("• With nothing in Hong Kong, its law may not reach")


def test_a_demand_for_money_says_not_to_pay() -> None:
    turn = press(at("place", answers={**SOME, "q6": ("money",)}), "q7:both")

    assert "Please do not pay" in text(turn)


def test_a_result_ends_with_next_steps_and_no_advice() -> None:
    turn = press(at("place", answers=SOME), "q7:both")

    assert "RainLily: 2375 5322" in text(turn)
    assert text(turn).endswith("Only a court can decide. This is information, not legal advice.")
    assert [button.name for button in turn.buttons] == [
        "attach",
        "help",
        "report",
        "law",
        "clear",
    ]


@pytest.mark.parametrize(
    ("age", "names"),
    [
        ("18", ["RainLily"]),
        ("u16", ["Social Welfare Department"]),
        ("16_17", ["Social Welfare Department"]),
        ("unknown", ["Social Welfare Department", "RainLily"]),
    ],
)
def test_the_young_are_sent_to_those_who_are_there_for_them(age: str, names: list[str]) -> None:
    turn = press(at("place", answers={**SOME, "q5": (age,)}), "q7:both")

    asked = [name for name in ("Social Welfare Department", "RainLily") if name in text(turn)]
    assert asked == names


def test_past_the_date_of_a_fact_the_result_says_that_it_is_checked() -> None:
    old = Voice("en", date(2030, 1, 1)).page(ask_result(at("result", answers=SOME))).text

    assert "we are checking it" in old
    assert "159AAE" not in old
    assert "RainLily" in old


# What is forgotten, and what may go along


@pytest.mark.parametrize("word", ["/start", "/law", "/check", "/report", "/status", "/stop", "x"])
@pytest.mark.parametrize("step", HOUSE.scripts["check"].steps)
def test_the_answers_are_forgotten_when_the_talk_is_left(word: str, step: str) -> None:
    turn = HOUSE.take(at(step, answers=SOME), Said(word))

    assert turn.draft.answers == {}
    assert turn.draft.checked == {}


@pytest.mark.parametrize("step", HOUSE.scripts["check"].steps)
def test_what_is_answered_beside_a_question_forgets_nothing(step: str) -> None:
    for word in ("/help", "/language", "zz", "I want to die"):
        assert HOUSE.take(at(step, answers=SOME), Said(word)).draft.answers == SOME


def test_the_result_and_no_answer_goes_along_with_a_report() -> None:
    turn = press(at("result", answers=SOME), "attach")
    told = json.loads(reception.told_of(turn.draft))

    assert (turn.draft.talk, turn.draft.step) == ("report", "age")
    assert turn.draft.answers == {}
    assert told == {"kinds": [], "check": check(SOME)}
    assert turn.draft.bare().checked == {}


def test_nothing_goes_along_unless_it_is_attached() -> None:
    turn = press(at("result", answers=SOME), "report")

    assert turn.draft.talk == "report"
    assert turn.draft.checked == {}
    assert json.loads(reception.told_of(turn.draft))["check"] == {}


def test_the_review_says_that_it_is_attached() -> None:
    review = Draft(language="en", talk="report", step="review", minor="no", news=False)

    assert "Legal check" not in text(HOUSE.take(review, Said("zz")))
    checked = replace(review, checked=check(SOME))
    assert "• Legal check: attached" in text(HOUSE.take(checked, Said("zz")))


# What a caseworker sees


def test_a_case_of_before_the_check_still_reads() -> None:
    assert read_told(b'["shared"]') == (("shared",), {})
    assert read_told(None) == ((), {})
    assert read_told(b'{"kinds": ["shared"], "check": {"AAE": "may"}}') == (
        ("shared",),
        {"AAE": "may"},
    )


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ({"AAE": "may", "DOX": "may"}, "may apply: Shared or threatened, Personal details"),
        ({"INTIM": "depends"}, "depends: Threats"),
        ({"AAE": "may", "INTIM": "depends"}, "may apply: Shared or threatened; depends: Threats"),
        ({"AAE": "may", "zz later": "may"}, "may apply: Shared or threatened"),
    ],
)
def test_the_holder_sees_it_behind_open_and_the_group_does_not(
    found: dict[str, How], line: str
) -> None:
    of: Summary = replace(OF, case=TAKEN, check=found)

    assert f"• Legal check: {line}" in Voice("en", TODAY).page(desk.panel(of, KIT).says).text
    assert "Legal check" not in Voice("en", TODAY).page(card(of, "zz_bot").says).text
