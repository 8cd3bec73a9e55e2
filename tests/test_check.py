"""The guided check's table: worked examples, and a result for every combination of answers."""

import json
from itertools import combinations, cycle, product
from pathlib import Path
from typing import Any

import pytest

from handlers.check import CODES, FLAGS, OFFENCES, RULES, SKIPPED, check

EXAMPLES = [
    json.loads(line)
    for line in Path(__file__).with_name("guided_check.jsonl").read_text("utf-8").splitlines()
]
SINGLE = {question: codes for question, codes in CODES.items() if question != "q1"}
HAPPENED = [
    some for size in range(len(CODES["q1"]) + 1) for some in combinations(CODES["q1"], size)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["id"]))
def test_a_worked_example_holds(example: dict[str, Any]) -> None:
    answers = {**example["a"], "q1": set(example["a"]["q1"])}

    assert check(answers) == example["expect"]


def test_there_are_fifteen_worked_examples() -> None:
    assert len(EXAMPLES) == 15


def test_every_combination_of_answers_gives_a_result() -> None:
    """All answers to q1 to q5, with the fifteen of q6 and q7 going round beside them.

    No row reads q6 or q7 together with another question, so that is every combination.
    """
    for rule in RULES:
        assert len(rule.when) == 1 or not rule.when.keys() & {"q6", "q7"}
    hows, offences, seen = {"may", "depends"}, set(OFFENCES), set[str]()
    others = cycle(product(CODES["q6"], CODES["q7"]))
    for happened, *codes in product(HAPPENED, *(CODES[f"q{number}"] for number in range(2, 6))):
        answers = dict(zip(SINGLE, (*codes, *next(others)), strict=True))
        result = check({"q1": happened, **answers})
        seen |= result.keys()
        four = not offences.isdisjoint(result)
        if not hows.issuperset(result.values()) or ("NO_FIT_FOUR" in result) is four:
            pytest.fail(f"{happened} {answers}: {result}")
    assert seen == set(FLAGS)


def test_making_alone_is_told_only_where_nothing_else_happened() -> None:
    assert "MAKING_ONLY" in check({"q1": {"fake_made"}})
    for more in ("shared", "threat", "details", "captured"):
        assert "MAKING_ONLY" not in check({"q1": {"fake_made", more}})
    assert "MAKING_ONLY" not in check({})


def test_may_beats_depends() -> None:
    both = check({"q1": {"threat"}, "q6": "other"})

    assert both["INTIM"] == "may"


def test_what_is_skipped_counts_as_not_sure() -> None:
    for happened in HAPPENED:
        unsure = check({"q1": happened, **SKIPPED})

        assert check({"q1": happened}) == unsure
        assert check({"q1": happened, "q2": "", "q3": "skip", "q5": ()}) == unsure


def test_one_answer_may_be_given_without_a_set() -> None:
    assert check({"q1": "details", "q5": "18", "q7": "both"}) == {
        "DOX": "may",
        "NO_FIT_FOUR": "may",
    }


def test_a_result_is_told_in_one_order() -> None:
    result = check({"q1": {"threat", "captured"}, "q5": "u16", "q6": "money", "q7": "none"})

    assert list(result) == [flag for flag in FLAGS if flag in result]


def test_the_table_names_only_what_can_be_answered() -> None:
    for rule in RULES:
        assert rule.flag in FLAGS
        assert rule.when
        for question, codes in rule.when.items():
            assert set(codes) <= set(CODES[question])
    assert SKIPPED.items() <= {(q, code) for q, codes in CODES.items() for code in codes}
