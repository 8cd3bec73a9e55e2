"""My case, said in words: what follows from how it stands. Pure: no database, no platform."""

from dataclasses import replace

import pytest

from bot.stage import CODE, STANDINGS, TODAY
from handlers.additions import added, ask_add_note
from handlers.consents import version
from handlers.erase import ask_offer
from handlers.home import HOUSE
from handlers.house import House, WrongExit
from handlers.news import end_button, ended, line
from handlers.report import tell_shown
from handlers.spoken import Voice
from handlers.standing import next_step
from handlers.standing import standing as standing_in_words
from handlers.status import KEEP, NOT_SENT, READ, tell_agreed, tell_timed, then_case
from handlers.talk import (
    Added,
    Done,
    Draft,
    Effect,
    Mine,
    Pressed,
    Said,
    Say,
    Script,
    Standing,
    Step,
    Telling,
    Turn,
    Unknown,
)

CASE = "0" * 32
NOW = STANDINGS[CODE]
OPEN = Draft(language="en", talk="status", step="case", mine=Mine("case", "act", STANDINGS[CODE]))


def said(*says: Say) -> str:
    return Voice("en", TODAY).message(says).text


def standing(**links: int) -> Standing:
    return Standing("taken", links)


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ({"requested": 1, "new": 1}, "we wait for the platforms"),
        ({"back": 1}, "we wait for the platforms"),
        ({"new": 2}, "writes to the platforms"),
        ({"new": 1, "removed": 1}, "about those not yet asked"),
        ({"removed": 2}, "closes the case"),
        ({"refused": 1, "removed": 1}, "looks for another way"),
    ],
)
def test_what_comes_next_follows_the_links(links: dict[str, int], words: str) -> None:
    assert words in said(next_step(standing(**links)))


@pytest.mark.parametrize(
    ("told", "now", "closed", "after"),
    [
        ((), "our team passes it on", "passed on", "Those it was passed on to"),
        (("take_it_down",), "our team passes it on", "told where to turn", "If something changes"),
        (("police",), "has passed it on", "passed on", "Those it was passed on to"),
        (("take_it_down", "police"), "has passed it on", "passed on", "Those it was passed on to"),
    ],
)
def test_under_eighteen_it_is_passed_on_once_a_body_has_it_of_us(
    told: tuple[str, ...], now: str, closed: str, after: str
) -> None:
    held = Standing("taken", {"new": 1}, minor="yes", told=told)
    over = replace(held, state="closed", outcome="referred")

    assert now in said(next_step(held))
    assert closed in said(*standing_in_words(over))
    assert after in said(next_step(over))


def test_words_that_wait_for_send_are_said_to_wait() -> None:
    assert "kept, not sent" in said(ask_add_note(replace(OPEN, words="to the team")))
    assert "one message" in said(ask_add_note(OPEN))


def test_what_was_added_is_told_and_what_had_no_room() -> None:
    assert "nothing to send" in said(*added(OPEN, Done()))
    assert "nothing to send" in said(*added(OPEN, Added(NOW, 0, note=False)))
    both = said(*added(OPEN, Added(NOW, 2, note=False, over=3)))
    assert "Sent. Our team has it." in both
    assert "3 did not fit" in both
    assert "Sent." not in said(*added(OPEN, Added(NOW, 0, note=False, over=3)))


def test_a_case_that_is_gone_meanwhile_is_said_to_be_gone() -> None:
    away = OPEN.away()
    tellers = (tell_timed, tell_agreed, then_case(lambda draft, told: ()))

    assert [teller(away, Unknown()).to for teller in tellers] == ["code"] * 3


def test_another_number_typed_in_an_open_case_is_looked_up_and_the_case_closed() -> None:
    turn = HOUSE.take(OPEN, Said(CODE))

    assert (turn.draft.code, turn.draft.mine, turn.effect) == (
        CODE.replace(" ", ""),
        None,
        Effect.LOOK_UP,
    )


def test_a_withdrawn_case_is_kept_by_its_button() -> None:
    turn = HOUSE.take(OPEN, Pressed(KEEP.name))

    assert (turn.draft.step, turn.effect) == ("kept", Effect.KEEP)


def test_a_message_is_read_by_its_button() -> None:
    turn = HOUSE.take(OPEN, Pressed(READ.name))

    assert (turn.draft.step, turn.effect) == ("read", Effect.READ)


def test_a_number_past_its_ten_minutes_is_not_shown() -> None:
    assert "no longer be shown" in said(*tell_shown(Draft(), Done()).says)


def test_a_wording_is_known_by_the_words_that_were_shown() -> None:
    assert version("Tell me here", "en") != version("Tell me here", "yue_Hant")
    assert version("Tell me here", "both") not in (
        version("Tell me here", "en"),
        version("Tell me here", "yue_Hant"),
    )


def test_a_line_of_news_tells_a_number_or_only_that_there_is_something() -> None:
    assert said(line(5, 7)) == "5 of 7 gone."
    assert "something new" in said(line(0, 7))
    assert ended(end_button("x" * 43).name) == "x" * 43
    assert ended("end news:other") is None


def test_the_offer_to_tidy_up_names_nothing() -> None:
    assert said(ask_offer()) == "Shall I tidy up here? In a few hours I no longer can."


def test_words_for_an_open_case_are_something_to_lose() -> None:
    assert replace(OPEN, words="to the team").unsent
    assert not OPEN.unsent


def test_what_comes_of_an_effect_leads_only_by_an_exit_of_its_row() -> None:
    step = Step(
        "only",
        lambda draft: Say("?"),
        effect=Effect.SHOW,
        tell=lambda draft, told: Telling((), to="x"),
    )
    house = House(Script("home", step), anywhere={}, beside={}, answer=lambda draft, text: None)

    with pytest.raises(WrongExit):
        house.told(Turn(Draft(talk="home", step="only"), ()), Done())


def test_a_case_that_is_closed_again_is_asked_for_by_its_number() -> None:
    turn = HOUSE.take(OPEN.away(), Said("what now"))

    assert "I need the 16 digits" in said(*turn.says)


def test_what_is_not_sent_yet_leads_to_its_review() -> None:
    turn = HOUSE.take(replace(OPEN, words="to the team"), Pressed(NOT_SENT.name))

    assert turn.draft.step == "review"
