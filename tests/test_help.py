"""Getting help: who, by need; protecting oneself; and what is answered before anything else."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from bot.front_door import keyboard
from bot.sandbox import limits
from handlers import protect
from handlers.answers import ANSWERS, COMFORT, DANGER, first_answer
from handlers.directory import copy_button, services
from handlers.help import ALL_SERVICES, NEEDS
from handlers.home import HOUSE
from handlers.links import Link
from handlers.spoken import Answer, Voice, units, width
from handlers.talk import (
    CLEAR,
    Draft,
    Kept,
    Minor,
    Number,
    Pressed,
    Said,
    Say,
    Step,
    Turn,
    not_understood,
)
from locales import LANGUAGES, facts
from locales.phrases import Typed, question, questions

WRITTEN, LATE = date(2026, 11, 24), date(2028, 1, 1)
SCREEN = 950  # UTF-16 units that a phone shows without much scrolling
LINK = Link("telegram", "https://t.me/zz_invented/1", "https://t.me/zz_invented/1")
IN_A_REPORT = Draft(
    ref="ref", talk="report", step="urgency", minor="no", links=(Kept(LINK, 1),), newest=1
)


def press(draft: Draft, *names: str) -> Turn:
    """The last of the turns that these buttons bring."""
    for name in names:
        turn = HOUSE.take(draft, Pressed(name))
        draft = turn.draft
    return turn


def page(turn: Turn, language: str = "en", today: date = WRITTEN) -> Answer:
    return Voice(language, today).answer(turn)


def keys(answer: Answer) -> list[str]:
    return [key.label for row in answer.rows for key in row]


def need(name: str) -> Turn:
    return press(Draft(), "help:all", f"need:{name}")


# By need


def test_the_needs_stand_in_their_order_under_999() -> None:
    turn = press(Draft(), "help:all")

    assert page(turn).text.splitlines()[0] == "Emergency: 999"
    assert keys(page(turn))[: len(NEEDS)] == list(NEEDS.values())
    assert list(NEEDS)[:2] == ["danger", "overwhelmed"]


@pytest.mark.parametrize(("name", "language"), list(product(NEEDS, LANGUAGES)))
def test_a_need_is_one_short_screen_of_services_with_numbers_to_copy(
    name: str, language: str
) -> None:
    answer = page(need(name), language)

    assert services(name)
    assert len(services(name)) <= 6
    assert units(answer.text) <= SCREEN
    assert len(keys(answer)) == len(set(keys(answer)))
    copied = {key.copy for row in answer.rows for key in row} - {""}
    assert copied | {"999"} >= {facts.entry(k).text("number", "en") for k in services(name)}
    assert all(number in answer.text for number in copied)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("danger", "emergency"),
        ("overwhelmed", "mental_health"),
        ("violence", "cease"),
        ("removal", "rainlily"),
        ("minor", "welfare"),
    ],
)
def test_the_first_to_call_is_the_one_the_facts_name_first(name: str, first: str) -> None:
    numbered = [key for key in services(name) if name == "danger" or key != "help.emergency"]

    assert numbered[0] == f"help.{first}"


def test_every_service_that_may_be_shown_stands_under_a_need_and_no_other_does() -> None:
    standing = {key for name in NEEDS for key in services(name)}
    named = {name for e in facts.entries("help").values() for name in e.fields.get("needs", ())}

    assert standing == set(facts.shown("help"))
    assert named == set(NEEDS)


def test_past_its_date_a_number_is_neither_said_nor_copied_and_999_is() -> None:
    answer = page(need("danger"), today=LATE)

    assert "Emergency: 999\n24 hours" in answer.text
    assert "2343 2255" not in answer.text
    assert not [key.copy for row in answer.rows for key in row if key.copy]


def test_a_service_that_is_not_verified_is_nowhere() -> None:
    for name in NEEDS:
        text = page(need(name)).text
        assert "3423 6666" not in text
        assert "3755 6811" not in text


@pytest.mark.parametrize(("key", "language"), list(product(facts.shown("help"), LANGUAGES)))
def test_every_copy_button_fits_a_narrow_phone(key: str, language: str) -> None:
    button = copy_button(key)

    assert button.copy == Number(key)
    assert width(Voice(language, WRITTEN).label(button.words)) <= 24


def test_the_button_of_a_need_works_from_a_message_of_long_ago() -> None:
    turn = press(Draft(), "need:overwhelmed")

    assert "18111" in page(turn).text
    assert press(turn.draft, "return").draft.talk == "home"


def test_a_need_that_is_no_longer_there_is_danger() -> None:
    turn = press(Draft(talk="help", step="need", topic="an older one"), "language:en")

    assert "999" in page(turn).text


def test_help_asked_for_in_the_directory_is_its_first_screen() -> None:
    inside = press(IN_A_REPORT, "help:all", "need:work").draft

    turn = HOUSE.take(inside, Said("/help"))

    assert turn.draft.step == "needs"
    assert press(turn.draft, "return").draft == IN_A_REPORT


# Beside a talk


def test_help_beside_a_step_leads_to_the_whole_directory_and_back() -> None:
    beside = HOUSE.take(IN_A_REPORT, Said("/help"))
    back = press(beside.draft, ALL_SERVICES.name, "need:work", "protect", "proof", "return")

    assert beside.buttons[-2:] == (ALL_SERVICES, CLEAR)
    assert back.draft == IN_A_REPORT
    assert back.says == HOUSE.take(IN_A_REPORT, Said("/help")).says[-1:]


STEPS = [
    (script.name, step)
    for script in HOUSE.scripts.values()
    for step in script.steps.values()
    if script.name not in ("help", "protect")
]


@pytest.mark.parametrize(
    ("talk", "step"), STEPS, ids=[f"{talk}: {step.name}" for talk, step in STEPS]
)
def test_from_every_step_one_comes_back_to_it_and_nothing_is_done(talk: str, step: Step) -> None:
    draft = replace(IN_A_REPORT, talk=talk, step=step.name, sent=step.holds)

    aside = press(draft, ALL_SERVICES.name, "need:abroad", "needs")
    back = press(aside.draft, "return")

    assert aside.draft.talk == ("report" if step.holds else "help")
    assert back.draft == draft
    assert back.effect is None or step.holds


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_the_whole_directory_can_be_typed(language: str) -> None:
    label = Voice(language, WRITTEN).label(ALL_SERVICES.words)

    assert HOUSE.take(IN_A_REPORT, Said(f" {label.upper()} ")).draft.talk == "help"


def test_over_an_unsaved_number_help_is_short_and_leads_nowhere() -> None:
    draft = Draft(talk="report", step="sent", sent=True)

    turn = HOUSE.take(draft, Said("/help"))

    assert ALL_SERVICES not in turn.buttons
    for name in (ALL_SERVICES.name, "protect", "need:danger"):
        assert press(draft, name).draft.step == "sent"


def test_leaving_by_another_door_forgets_the_place() -> None:
    turn = press(IN_A_REPORT, "help:all", "home")

    assert turn.draft.came_from == ()
    assert press(turn.draft, "return").draft.talk == "home"


def test_a_link_beside_a_report_stays_beside_it() -> None:
    aside = press(IN_A_REPORT, "protect").draft
    turn = HOUSE.take(aside, Said("https://example.org/zz/2", message=2))

    assert turn.draft.step == "ways"
    assert len(turn.draft.links) == 2
    assert press(turn.draft, "return").draft.step == "urgency"


@pytest.mark.parametrize("words", ["", "救命 "])
def test_a_link_where_nothing_is_reported_yet_opens_a_report(words: str) -> None:
    turn = HOUSE.take(
        press(Draft(), "protect").draft, Said(f"{words}https://example.org/zz/2", message=2)
    )

    assert (turn.draft.talk, turn.draft.step, turn.draft.came_from) == ("report", "age", ())
    assert (DANGER[0] in turn.says) is bool(words)


# Protect yourself


@pytest.mark.parametrize(("way", "language"), list(product(protect.SCRIPT.steps, LANGUAGES)))
def test_every_screen_is_short(way: str, language: str) -> None:
    step = protect.SCRIPT.steps[way]
    draft = Draft(talk="protect", step=way)
    says = step.ask(draft)

    text = Voice(language, WRITTEN).page((says,) if isinstance(says, Say) else says).text
    assert units(text) <= SCREEN
    assert len(step.shown(draft)) <= 22


def test_whoever_may_be_under_18_is_never_told_to_keep_the_picture() -> None:
    text = page(press(Draft(), "proof", "under 18")).text

    assert "do not save, screenshot or forward" in text
    assert "a screenshot of" not in text
    assert "a screenshot of" in page(press(Draft(), "proof", "adult")).text


def test_each_tool_is_for_its_age() -> None:
    minor = page(press(Draft(), "tools", "under 18")).text
    adult = page(press(Draft(), "tools", "adult")).text

    assert "takeitdown.ncmec.org" in minor
    assert "stopncii.org" not in minor
    assert "stopncii.org" in adult
    assert "with only a link it cannot help" in adult
    assert "Telegram" not in facts.entry("help.stopncii").text("partners", "en")


@pytest.mark.parametrize("way", protect.WAYS.values())
def test_a_way_can_be_opened_from_anywhere(way: str) -> None:
    name = next(button.name for button, step in protect.WAYS.items() if step == way)

    turn = press(IN_A_REPORT, name)

    assert (turn.draft.talk, turn.draft.step) == ("protect", way)
    assert press(turn.draft, "return").draft == IN_A_REPORT


def test_the_common_platforms_come_first_and_all_others_are_one_press_away() -> None:
    first = keys(page(press(Draft(), "ask")))
    more = keys(page(press(Draft(), "ask", "more platforms")))

    assert first[:2] == ["Telegram", "Instagram"]
    assert len(first) <= 12
    assert len(set(protect.asked())) == len(protect.asked())
    assert {"TikTok", "YouTube", "HKGolden", "Website"} <= set(more)
    assert not set(more) & set(first) - {"More ways", "Clear this chat"}


@pytest.mark.parametrize(("key", "language"), list(product(protect.asked(), LANGUAGES)))
def test_a_platform_shows_what_is_known_and_nothing_else(key: str, language: str) -> None:
    entry = facts.entry(f"platforms.{key}")

    turn = press(Draft(), "ask", f"ask:{key}")
    answer = page(turn, language)

    known = (
        entry.fields["route_confidence"] in ("verified", "secondary")
        if ("route_confidence" in entry.fields)
        else False
    )
    shown = entry.fields.get(f"route_{language}", "no route") in answer.text
    assert shown is known
    assert units(answer.text) <= SCREEN
    copied = [k.copy for row in answer.rows for k in row if k.copy]
    assert copied == ([entry.fields["form"]] if known and "form" in entry.fields else [])


def test_an_older_screen_still_chooses_a_platform_and_an_unknown_one_is_any_site() -> None:
    draft = press(Draft(), "ask", "ask:telegram", "request").draft

    assert press(draft, "ask:reddit").draft.topic == "reddit"
    assert "did not understand" in page(press(draft, "ask:nowhere")).text
    lost = press(replace(draft, step="platform", topic="gone"), "language:en")
    assert "Website: " in page(lost).text


def test_past_its_date_a_route_says_that_it_is_being_checked() -> None:
    assert "this is being checked" in page(press(Draft(), "ask", "ask:telegram"), today=LATE).text


def test_every_route_says_where_it_was_read() -> None:
    for entry in facts.entries("platforms").values():
        routed = [name for name in entry.fields if name.startswith(("route", "asks", "form"))]
        if routed:
            assert entry.fields["route_source"]
            assert entry.fields["route_confidence"] in ("verified", "secondary", "unverified")
        if entry.fields.get("route_confidence") in ("verified", "secondary"):
            assert {f"{f}_{lang}" for f in ("route", "asks") for lang in LANGUAGES} <= set(routed)


@pytest.mark.parametrize("key", facts.entries("requests"))
def test_a_text_to_paste_is_in_both_languages_and_can_be_copied(key: str) -> None:
    text = protect.request(key)
    english, _, chinese = text.partition("\n")

    assert units(text) <= 256
    assert english.isascii()
    assert any(ord(mark) > 0x2FFF for mark in chinese)
    assert text in page(press(Draft(), "ask", "ask:telegram", "request")).text


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_telegram_takes_the_buttons_of_every_screen(language: str | None) -> None:
    screens = [
        *(("help", "need", name) for name in NEEDS),
        *(("protect", step, "") for step in protect.SCRIPT.steps),
        *(("protect", "platform", key) for key in protect.asked()),
    ]
    for talk, step, topic in screens:
        draft = Draft(talk=talk, step=step, topic=topic)
        answer = Voice(language, WRITTEN).answer(HOUSE.take(draft, Said("/help")))
        markup = keyboard(answer)
        assert markup
        assert limits.keyboard(markup.model_dump(exclude_none=True))


def test_what_was_read_is_not_said_again_after_other_words() -> None:
    draft = need("overwhelmed").draft

    answer = page(HOUSE.take(draft, Said("I want to die")))

    assert answer.text.count("2896 0000") == 1
    assert "Copy 9101 2012" in keys(answer)


# What is answered first


def answered(text: str) -> tuple[Say, ...]:
    stay = first_answer(Draft(), text)
    return stay.first if stay else ()


def test_despair_comes_before_danger_and_danger_before_a_question() -> None:
    assert answered("佢打我，我想死") == COMFORT
    assert answered("我想攞刀𠝹自己") == COMFORT
    assert answered("he is at my door, will you call the police") == DANGER
    assert answered("will you call the police") == ANSWERS["police"]
    assert answered("good evening") == ()


@pytest.mark.parametrize("words", ["我想死", "佢喺門口"])
def test_from_a_card_the_whole_directory_is_one_press_away(words: str) -> None:
    turn = HOUSE.take(IN_A_REPORT, Said(words))

    assert ALL_SERVICES in turn.buttons
    assert press(turn.draft, ALL_SERVICES.name, "return").draft == IN_A_REPORT


def test_999_stands_first_on_the_card_of_danger_and_on_that_of_despair() -> None:
    for language, card in product(LANGUAGES, (COMFORT, DANGER)):
        lines = Voice(language, WRITTEN).page(card).text.splitlines()
        numbers = [line for line in lines if any(mark.isdigit() for mark in line)]
        assert numbers[0].endswith("999")
        assert len(lines) <= 4


def test_every_plain_question_has_its_answer_and_no_answer_its_own_number() -> None:
    assert set(ANSWERS) == set(questions())
    for answer, language in product(ANSWERS.values(), LANGUAGES):
        assert units(Voice(language, WRITTEN).page(answer).text) < 300


def test_somebody_worn_out_is_told_softly_who_listens() -> None:
    stay = first_answer(Draft(), "好辛苦")

    assert stay
    assert stay.first == ANSWERS["weary"]
    assert ALL_SERVICES in stay.more


def test_a_long_message_asks_us_nothing() -> None:
    assert question(Typed.of("is it free")) == "cost"
    assert question(Typed.of("is it free " + "because of what he wrote " * 4)) is None


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("is it anonymous?", "anonymous"),
        ("會唔會比我屋企知", "family"),
        ("可唔可以幫我報警", "going_to_police"),
        ("我會唔會坐監", "lawyer"),
        ("好辛苦", "weary"),
    ],
)
def test_a_question_in_the_note_is_answered_and_kept(words: str, asked: str) -> None:
    draft = replace(IN_A_REPORT, step="note")

    turn = HOUSE.take(draft, Said(words, message=4))

    assert turn.says[: len(ANSWERS[asked])] == ANSWERS[asked]
    assert (turn.draft.note, turn.draft.step) == (words, "note")


# What is not understood


def test_not_understood_tells_a_number_once_then_only_again_after_an_answer() -> None:
    first = HOUSE.take(Draft(talk="law", step="list"), Said("zz"))
    second = HOUSE.take(first.draft, Said("zz zz"))
    other = HOUSE.take(second.draft, Said("/help"))
    third = HOUSE.take(other.draft, Said("zz"))

    assert "18281" in page(first).text
    assert "18281" not in page(second).text
    assert "18281" in page(third).text
    assert not other.draft.puzzled
    assert not press(second.draft, "protect").draft.puzzled


def test_not_understood_at_home_tells_a_number_each_time() -> None:
    first = HOUSE.take(Draft(talk="home", step="welcome"), Said("zz"))
    second = HOUSE.take(first.draft, Said("zz zz"))

    assert all("2343 2255" in page(turn).text for turn in (first, second))


@pytest.mark.parametrize("minor", ["yes", "unsure"])
@pytest.mark.parametrize("step", ["call first", "duty", "review"])
def test_where_somebody_may_be_under_18_the_number_is_not_that_for_adults(
    minor: Minor, step: str
) -> None:
    first = HOUSE.take(Draft(talk="report", step=step, minor=minor), Said("zz"))
    second = HOUSE.take(first.draft, Said("zz zz"))

    for turn in (first, second):
        assert "2343 2255" in turn_line(turn)
        assert "18281" not in page(turn).text


def turn_line(turn: Turn) -> str:
    """The first line of the answer."""
    return page(turn).text.splitlines()[0]


def test_while_the_age_is_asked_the_number_is_not_that_for_adults() -> None:
    asked = not_understood(Draft(talk="report", step="age"))

    assert asked.blanks["number"] == Number("help.welfare")
