"""Requests to platforms, as text: what must be in each, and what never is."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import ROOT, simplified_only
from handlers.drafting import (
    A_MESSAGE,
    EMPTY,
    LANGUAGES,
    MOST_IN_ALL,
    REGIMES,
    UNDER_AGE,
    Addressee,
    Organisation,
    Terms,
    by_hand,
    fitting,
    in_a_file,
    messages,
    most_in_one,
    pieces,
    request,
    requests,
    rule,
    usual,
)
from handlers.gather import MOST_LETTERS
from handlers.ladder import named_by_law
from handlers.spoken import Voice, units
from locales import facts

TODAY = date(2026, 11, 24)
US = Organisation("ZZ Invented House", "zz@example.org", "Z. Z. Invented")
TELEGRAM = Addressee("telegram")
EVERY = [Terms(regime, language) for regime in (*REGIMES, UNDER_AGE) for language in LANGUAGES]
PLATFORMS = list(facts.entries("platforms"))

addresses = st.builds(
    lambda host, path: f"https://{host}.example/{path}",
    st.text("abcdefgz0129", min_size=1, max_size=12),
    st.text("abcXYZ019-_/?=&%{}$#~é字🙂", max_size=1500),
)
many = st.lists(addresses, min_size=1, max_size=40, unique=True)
platforms = st.sampled_from(PLATFORMS).map(Addressee)


def lines_of(texts: tuple[str, ...]) -> list[str]:
    return [line for text in texts for line in text.split("\n") if "://" in line]


# The addresses


@given(platforms, many, st.sampled_from(EVERY))
def test_each_address_stands_on_a_line_of_its_own_once_and_whole(
    to: Addressee, found: list[str], terms: Terms
) -> None:
    texts = requests(to, [*found, found[0]], terms, US, TODAY)

    assert sorted(lines_of(texts)) == sorted(found)
    assert all(len(lines_of((text,))) <= most_in_one(to) for text in texts)


@given(platforms, many, st.sampled_from(EVERY))
def test_no_message_is_too_long_and_none_cuts_an_address(
    to: Addressee, found: list[str], terms: Terms
) -> None:
    texts = requests(to, found, terms, US, TODAY)

    sent = messages(texts)

    assert max(map(units, sent)) <= max(A_MESSAGE, *map(units, found))
    assert [one for text in texts for one in text.split("\n") if one] == [
        one for piece in sent for one in piece.split("\n") if one
    ]
    assert all(piece == piece.strip("\n") for piece in sent)


def test_the_longest_address_that_is_kept_fits_a_message() -> None:
    assert 2 * MOST_LETTERS <= 4096, "a letter takes two units at most"


@given(many)
def test_one_draft_holds_some_addresses_and_never_too_many(found: list[str]) -> None:
    fit = fitting(found, TELEGRAM)

    assert 1 <= fit <= len(found)
    assert sum(map(units, found[:fit])) <= MOST_IN_ALL


def test_a_platform_that_takes_few_addresses_gets_a_request_for_each_few() -> None:
    found = [f"https://x.com/i/status/{number}" for number in range(10, 22)]

    in_each = [lines_of((text,)) for text in requests(Addressee("x"), found, EVERY[0], US, TODAY)]

    assert list(map(len, in_each)) == [5, 5, 2]
    assert len(requests(Addressee("discord"), found, EVERY[0], US, TODAY)) == 12
    assert fitting(found, Addressee("discord")) == 10


@given(st.permutations(["https://b.example/1", "https://a.example/2", "https://c.example/3"]))
def test_the_order_of_the_addresses_tells_nothing_of_whose_they_are(found: list[str]) -> None:
    alike = requests(TELEGRAM, sorted(found), EVERY[0], US, TODAY)

    assert requests(TELEGRAM, found, EVERY[0], US, TODAY) == alike


# What each regime needs


def text(terms: Terms, to: Addressee = TELEGRAM, by: Organisation = US) -> str:
    return request(to, ["https://t.me/zz_invented/1"], terms, by, TODAY)


@pytest.mark.parametrize("terms", EVERY, ids=str)
def test_every_text_says_who_asks_whom_when_and_what(terms: Terms) -> None:
    said = text(terms)

    for part in (US.name, US.email, US.signature, "Telegram", "https://t.me/zz_invented/1"):
        assert part in said
    assert ("24 Nov 2026" if terms.language == "en" else "2026年11月24日") in said
    assert "{" not in said
    assert EMPTY not in said
    assert ("in good faith" if terms.language == "en" else "真誠相信") in said


@pytest.mark.parametrize("terms", EVERY, ids=str)
def test_we_speak_for_a_person_only_where_they_let_us(terms: Terms) -> None:
    claimed = "authorised representative" if terms.language == "en" else "授權代表"

    assert (claimed in text(terms)) == (terms.regime != UNDER_AGE)


def test_a_request_under_take_it_down_has_the_four_things_it_needs() -> None:
    said = text(Terms("take_it_down", "en"))

    assert "Signature: Z. Z. Invented, for ZZ Invented House" in said
    assert "one exact address a line:\nhttps://t.me/zz_invented/1\n" in said
    assert "in good faith that the person shown did not consent" in said
    assert "Contact: ZZ Invented House, zz@example.org" in said
    assert "Where the US TAKE IT DOWN Act (Pub. L. 119-12, 47 U.S.C. 223a) applies" in said


def test_an_eu_notice_has_the_four_things_it_needs() -> None:
    said = text(Terms("eu", "en"))

    assert "Explanation: " in said
    assert "Exact address of each item, one a line:\nhttps://t.me/zz_invented/1\n" in said
    assert "Name and e-mail: ZZ Invented House, zz@example.org" in said
    assert "accurate and complete" in said


@pytest.mark.parametrize("terms", EVERY, ids=str)
def test_no_text_claims_a_home_a_copyright_or_a_name(terms: Terms) -> None:
    said = text(terms).lower()

    for never in ("dmca", "copyright", "版權", "united states", "resid", "居住", "hong kong"):
        assert never not in said


@pytest.mark.parametrize("regime", [*REGIMES, UNDER_AGE])
def test_the_chinese_is_formal_and_traditional(regime: str) -> None:
    said = text(Terms(regime, "zh_Hant"), Addressee("website", "example.org"))

    assert not set(said) & simplified_only(ROOT)
    assert not re.search("[嘅咗唔佢喺俾哋]", said)


# What is known of a platform


def test_a_rule_is_named_in_its_own_words_and_only_while_it_is_known_for_sure() -> None:
    assert rule(TELEGRAM, TODAY) == "non-consensual publication of sexual materials"
    assert rule(TELEGRAM, date(2027, 6, 1)) == ""
    assert rule(Addressee("lihkg"), TODAY) == ""
    assert rule(Addressee("motherless"), TODAY) == ""
    assert "what you call “Non-Consensual Content Policy”" in text(
        Terms("general", "en"), Addressee("pornhub")
    )
    assert "whichever of your rules" in text(Terms("general", "en"), Addressee("lihkg"))


def test_what_is_offered_first_follows_the_facts() -> None:
    assert usual(Addressee("discord")) == Terms("take_it_down", "en")
    assert usual(TELEGRAM) == Terms("eu", "en")
    assert usual(Addressee("lihkg")) == Terms("general", "zh_Hant")
    assert usual(Addressee("motherless")) == Terms("general", "en")


def test_each_policy_is_of_a_platform_we_know_and_of_terms_that_we_have() -> None:
    for key, entry in facts.entries("policies").items():
        assert key in PLATFORMS
        assert usual(Addressee(key)) in EVERY
        assert entry.fields.get("most", 1) >= 1


def test_take_it_down_is_offered_first_where_the_law_names_the_platform() -> None:
    named = {key for key, one in facts.entries("platforms").items() if named_by_law(one)}

    assert {key for key in PLATFORMS if usual(Addressee(key)).regime == "take_it_down"} == named


def test_a_site_is_called_by_its_host_and_a_platform_as_its_reader_writes_it() -> None:
    assert "To: example.org\n" in text(EVERY[0], Addressee("website", "example.org"))
    assert "致：連登\n" in text(Terms("general", "zh_Hant"), Addressee("lihkg"))


# What is missing


def spoken(to: Addressee, by: Organisation, language: str | None = "en") -> str:
    return Voice(language, TODAY).page(by_hand(to, by)).text


def test_what_is_not_known_is_left_blank_and_named_in_a_last_line() -> None:
    nobody = Organisation(email="zz@example.org")

    assert text(EVERY[0], by=nobody).count(EMPTY) == 4
    assert spoken(Addressee("reddit"), nobody) == (
        "✎ To fill in by hand: the name of the organisation, who signs for it."
    )
    assert by_hand(Addressee("reddit"), US) == ()


@pytest.mark.parametrize("key", PLATFORMS)
def test_the_last_line_fits_below_any_piece_in_both_languages(key: str) -> None:
    assert A_MESSAGE + units(spoken(Addressee(key), Organisation(), None)) + 2 <= 4096


def test_no_name_of_a_person_is_ever_asked_for_here() -> None:
    assert "never type a name here" in spoken(Addressee("discord"), US)


# Pieces and the file


def test_a_file_holds_all_requests_whole() -> None:
    texts = requests(
        Addressee("discord"), ["https://a.example", "https://b.example"], EVERY[0], US, TODAY
    )

    data = in_a_file(texts).decode()

    assert all(text in data for text in texts)
    assert data.endswith("\n")


def test_a_short_text_is_one_piece_and_empty_lines_at_a_cut_are_left_out() -> None:
    assert pieces("a\n\nb") == ("a\n\nb",)
    assert pieces("aaa\n\nbbb", 4) == ("aaa", "bbb")
    assert pieces("a\nbbbbbb\nc", 3) == ("a", "bbbbbb", "c")
