"""The law on cards: what each one says, and what it says once its facts are old."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.rehearse import TODAY
from handlers.cards import CARDS, OFFENCES, Card
from handlers.home import HOUSE
from handlers.law import ask_card, the_card
from handlers.spoken import Answer, Voice, units
from handlers.talk import Draft, Fact, Folded, Pressed, Said, Say, Source
from locales import LANGUAGES, facts
from locales.catalogue import wording

SECTIONS = {"AAB": "159AAB", "AAC": "159AAC", "AAD": "159AAD", "AAE": "159AAE"}
ROOM_FOR_MORE = 1000  # units: "got it", "no pictures, please" and the like, in both languages


def shown(card: Card, language: str | None = "en", today: date = TODAY) -> Answer:
    return Voice(language, today).message(card.says())


def under(answer: Answer, kind: str) -> list[str]:
    """The stretches marked so."""
    raw = answer.text.encode("utf-16-le")
    return [
        raw[2 * m.offset : 2 * (m.offset + m.length)].decode("utf-16-le")
        for m in answer.marks
        if m.kind == kind
    ]


def msgids(card: Card) -> list[str]:
    pieces = [words for heading, lines in card.long for words in (heading, *lines)]
    return [card.title, *card.short, *pieces]


# What a card says


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flag", OFFENCES)
def test_each_of_the_four_says_all_that_the_law_says_of_it(flag: str, language: str) -> None:
    card = OFFENCES[flag]
    law = facts.entry(f"law.{card.key}")
    text = shown(card, language).text

    assert SECTIONS[flag] in law.text("section", language)
    for field in ("name", "section", "penalty", "since", "by"):
        assert law.text(field, language) in text, field
    headings = [wording(heading, language) for heading, _ in card.long]
    for heading in (
        "In the law",
        "What must have happened",
        "What does not matter",
        "What it does not cover",
        "An example",
    ):
        assert wording(heading, language) in headings
    assert wording(card.title, language) in text
    assert text.endswith(wording("This is information, not legal advice.", language))


@pytest.mark.parametrize("language", [None, *LANGUAGES])
@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.key)
def test_a_card_is_short_until_it_is_unfolded_and_fits_one_message(
    card: Card, language: str | None
) -> None:
    answer = shown(card, language)
    folded = under(answer, "expandable_blockquote")

    voices = len(LANGUAGES) if language is None else 1
    assert len(folded) == voices
    assert units(answer.text) <= 4096 - ROOM_FOR_MORE
    assert units(answer.text) - sum(map(units, folded)) <= 480 * voices
    assert all(units(text) > 150 for text in folded)
    assert not any(number in text for text in folded for number in under(answer, "code"))


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.key)
def test_no_number_stands_in_the_words_of_a_card(card: Card) -> None:
    for words in msgids(card):
        assert not re.search(r"\d", words), words
        chinese = wording(words, "yue_Hant")
        assert not re.search(
            r"[\d一二三四五六七八九十百]+ ?(?:年|歲|日|月|小時|元|章)", chinese
        ), chinese


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.key)
def test_a_card_names_its_sources_and_the_day_and_that_no_lawyer_has_looked(card: Card) -> None:
    folded = under(shown(card), "expandable_blockquote")[0]

    for key in card.entries:
        law = facts.entry(key)
        assert law.shown, key
        assert f"Source: {law.text('by', 'en')}, read 22 Nov 2026." in folded
    assert folded.count("No lawyer has checked our words yet.") == 1


def test_what_a_lawyer_has_checked_needs_no_such_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    known = facts.entry("law.threats")
    proofed = replace(known, fields={**known.fields, "proofed": TODAY.isoformat()})
    monkeypatch.setattr(facts, "entry", lambda key: proofed)

    says = (Say("{source}", {"source": Source(("law.threats",))}),)

    assert "lawyer" not in Voice("en", TODAY).page(says).text


def test_no_card_says_that_somebody_is_guilty() -> None:
    for card in CARDS.values():
        for language in LANGUAGES:
            text = shown(card, language).text.lower()
            assert not any(word in text for word in ("guilty", "you should have", "犯咗"))


def test_every_entry_about_the_law_is_told_somewhere() -> None:
    used = {key for card in CARDS.values() for key in card.entries}

    assert used == {entry.key for entry in facts.entries("law").values()}


def test_what_is_not_sure_is_not_stated() -> None:
    assert "penalty" not in facts.entry("law.threats").fields
    assert "we found no record" in shown(CARDS["disposal"]).text
    assert "nobody has settled it" in shown(CARDS["abroad_us"]).text
    assert "help.pcpd" not in repr(CARDS["doxxing"].ask)


# Past its date


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.key)
def test_past_its_date_a_card_says_that_it_is_checked_and_whom_to_ask(
    card: Card, language: str
) -> None:
    last = min(facts.entry(key).best_before for key in card.entries)

    before, after = shown(card, language, last), shown(card, language, last + timedelta(days=1))

    checking = wording(
        "This may have changed: we are checking it. Until then, please ask:", language
    )
    assert checking not in before.text
    assert checking in after.text
    for key in card.ask:
        assert facts.entry(f"help.{key}").text("name", language) in after.text
    assert under(after, "expandable_blockquote") == []
    for key in card.entries:
        for field in ("section", "penalty", "since"):
            if f"{field}_{language}" in facts.entry(key).fields:
                assert facts.entry(key).text(field, language) not in after.text


# Turning them


def at(card: str = "") -> Draft:
    return Draft(language="en", talk="law", step="card", card=card)


def test_next_goes_through_all_cards_and_round() -> None:
    draft, seen = at(next(iter(CARDS))), []
    for _ in CARDS:
        seen.append(draft.card)
        turn = HOUSE.take(draft, Said("next"))
        draft = turn.draft

    assert seen == list(CARDS)
    assert draft.card == seen[0]


def test_previous_undoes_next() -> None:
    for card in CARDS:
        there = HOUSE.take(at(card), Said("next")).draft
        assert HOUSE.take(there, Said("previous")).draft.card == card


def test_cards_and_the_list_are_turned_in_place() -> None:
    opened = HOUSE.take(Draft(language="en"), Said("/law"))
    card = HOUSE.take(opened.draft, Pressed("card:sharing"))
    following = HOUSE.take(card.draft, Pressed("card:doxxing"))
    back = HOUSE.take(following.draft, Pressed("cards"))
    again = HOUSE.take(back.draft, Pressed("cards"))

    assert [turn.redraw for turn in (opened, card, following, back, again)] == [False] + [True] * 4
    assert (back.draft.step, back.draft.card) == ("list", "")


def test_a_card_of_another_version_is_the_first_and_a_button_of_one_is_not_understood() -> None:
    assert the_card(at("zz older")).key == "voyeurism"
    assert HOUSE.take(at("sharing"), Pressed("card:zz")).draft.card == "sharing"


def test_after_other_words_a_card_is_only_named() -> None:
    turn = HOUSE.take(at("blackmail"), Said("hello"))

    assert ask_card(at("blackmail"))[0] not in turn.says
    assert Voice("en", TODAY).answer(turn).text.endswith("You were reading: Blackmail")


def test_leaving_the_law_forgets_which_card_it_was() -> None:
    turn = HOUSE.take(at("blackmail"), Said("/start"))

    assert turn.draft.card == ""
    assert HOUSE.take(turn.draft, Said("/law")).draft.step == "list"
    assert HOUSE.take(at("blackmail"), Said("/law")).draft.step == "list"


@pytest.mark.parametrize("word", ["/law", "law", "What the law says", "法例點講"])
def test_words_that_lead_to_the_law(word: str) -> None:
    draft = Draft(language="en", talk="check", step="result")

    assert HOUSE.take(draft, Said(word)).draft.talk == "law"


# The fold


def test_a_fold_is_one_mark_round_all_its_lines_and_others_lie_within() -> None:
    name = Say("{name}", {"name": Fact("law.sharing.name")})
    says = (
        Say("𠮶"),
        Say("{long}", {"long": Folded((name, Say("{a}", {"a": Fact("law.minor.age")})))}),
    )

    answer = Voice("en", TODAY).message(says)

    assert under(answer, "expandable_blockquote") == [
        "Publication or threatened publication of intimate images without consent\n18"
    ]
