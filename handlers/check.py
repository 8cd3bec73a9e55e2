"""The guided legal check: seven answers in, what may apply out. A table, and nothing else.

It says "may" or "depends", never more: it reads no story, and it is not advice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal["may", "depends"]
Answers = Mapping[str, str | Collection[str]]

CODES: Mapping[str, tuple[str, ...]] = {
    "q1": ("captured", "shared", "threat", "fake_made", "details"),
    "q2": ("parts", "underwear", "toilet_or_sex", "neither", "unknown"),
    "q3": ("real", "edited", "edited_obvious", "unsure"),
    "q4": (
        "agreed",
        "self_sent",
        "secret_private",
        "under_clothes",
        "secret_call",
        "open_no_consent",
        "hacked",
        "not_real",
        "unknown",
    ),
    "q5": ("u16", "16_17", "18", "unknown"),
    "q6": ("money", "other", "none"),
    "q7": ("both", "offender_only", "victim_only", "none", "unsure"),
}
"""What can be answered. q1: what happened (several); q2: what it shows; q3: real or edited;
q4: how it was made; q5: the age then; q6: what is asked for; q7: the link to Hong Kong."""

SKIPPED: Mapping[str, str] = {
    "q2": "unknown",
    "q3": "unsure",
    "q4": "unknown",
    "q5": "unknown",
    "q6": "none",
    "q7": "unsure",
}
"""What a question counts as that was skipped, or that somebody was not sure of."""

OFFENCES = ("AAB", "AAC", "AAD", "AAE")
"""The four: Crimes Ordinance (Cap. 200), sections 159AAB to 159AAE."""

FLAGS = (
    *OFFENCES,
    "MAKING_ONLY",
    "DOX",
    "CHILD",
    "MINOR18",
    "CONSENT_VOID",
    "BLACKMAIL",
    "INTIM",
    "HACK",
    "XBORDER",
    "NO_FIT_FOUR",
)
"""All that can come of a check, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: *flag* applies so far where every question of *when* has one of these answers."""

    flag: str
    how: How
    when: Mapping[str, tuple[str, ...]]


CAPTURED, OUT, PUBLISHED = ("captured",), ("shared",), ("shared", "threat")
AS_IT_WAS = ("real", "unsure")
INTIMATE = ("parts", "underwear", "toilet_or_sex")

RULES = (
    Rule(
        "AAB",
        "may",
        {
            "q1": CAPTURED,
            "q3": AS_IT_WAS,
            "q4": ("secret_private",),
            "q2": (*INTIMATE, "unknown"),
        },
    ),
    Rule(
        "AAB",
        "depends",
        {"q1": CAPTURED, "q3": AS_IT_WAS, "q4": ("secret_private",), "q2": ("neither",)},
    ),
    Rule(
        "AAB",
        "depends",
        {
            "q1": CAPTURED,
            "q3": AS_IT_WAS,
            "q4": ("secret_call", "open_no_consent", "unknown"),
        },
    ),
    Rule("AAC", "may", {"q1": CAPTURED, "q3": AS_IT_WAS, "q4": ("under_clothes",)}),
    Rule("AAC", "depends", {"q1": CAPTURED, "q3": AS_IT_WAS, "q4": ("unknown",)}),
    Rule("AAD", "may", {"q1": OUT, "q3": AS_IT_WAS, "q4": ("secret_private", "under_clothes")}),
    Rule("AAD", "depends", {"q1": OUT, "q3": AS_IT_WAS, "q4": ("secret_call", "unknown")}),
    Rule("AAE", "may", {"q1": PUBLISHED, "q2": INTIMATE, "q3": (*AS_IT_WAS, "edited")}),
    Rule("AAE", "depends", {"q1": PUBLISHED, "q2": INTIMATE, "q3": ("edited_obvious",)}),
    Rule("AAE", "depends", {"q1": PUBLISHED, "q2": ("unknown",)}),
    Rule("INTIM", "depends", {"q1": ("threat",)}),
    Rule("DOX", "may", {"q1": ("details",)}),
    Rule("CHILD", "may", {"q5": ("u16",), "q2": ("parts", "toilet_or_sex")}),
    Rule("CHILD", "depends", {"q5": ("u16",), "q2": ("underwear", "neither", "unknown")}),
    Rule("CONSENT_VOID", "may", {"q5": ("u16",)}),
    Rule("MINOR18", "may", {"q5": ("16_17",)}),
    Rule("CHILD", "depends", {"q5": ("unknown",)}),
    Rule("BLACKMAIL", "may", {"q6": ("money",)}),
    Rule("INTIM", "may", {"q6": ("other",)}),
    Rule("BLACKMAIL", "depends", {"q6": ("other",)}),
    Rule("HACK", "depends", {"q4": ("hacked",)}),
    Rule("XBORDER", "may", {"q7": ("none",)}),
    Rule("XBORDER", "depends", {"q7": ("victim_only", "unsure")}),
)


def check(answers: Answers) -> dict[str, How]:
    """What may apply to *answers*, in the order of FLAGS; "may" beats "depends".

    *answers* has q1 (any number of codes) to q7 (one code each). What is missing, or no code of
    its question, counts as skipped. There is always a result: two flags
    follow from what else there is, one where nothing but making was named, one where none of the
    four fits.
    """
    heard = frozenset(pair for question in CODES for pair in _heard(question, answers))
    found: dict[str, How] = {}
    for rule, needs in _TABLE:
        if found.get(rule.flag) != "may" and not any(map(heard.isdisjoint, needs)):
            found[rule.flag] = rule.how
    if heard & _HAPPENED == {("q1", "fake_made")}:
        found["MAKING_ONLY"] = "may"
    if found.keys().isdisjoint(OFFENCES):
        found["NO_FIT_FOUR"] = "may"
    return {flag: found[flag] for flag in FLAGS if flag in found}


_TABLE = tuple(
    (rule, tuple(frozenset((q, code) for code in codes) for q, codes in rule.when.items()))
    for rule in RULES
)
_HAPPENED = frozenset(("q1", code) for code in CODES["q1"])


def _heard(question: str, answers: Answers) -> list[tuple[str, str]]:
    answer = answers.get(question, ())
    codes = (answer,) if isinstance(answer, str) else answer
    known = [(question, code) for code in codes if code in CODES[question]]
    return known or ([(question, SKIPPED[question])] if question in SKIPPED else [])
