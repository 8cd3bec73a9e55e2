"""The one rule of the talk, its laws, and that nothing heard can break it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rehearse import Rehearsal
from bot.stage import CODE, STANDINGS, TODAY
from handlers.answers import COMFORT
from handlers.erase import tell_cleared, tell_stopped
from handlers.gather import MOST_LINKS
from handlers.home import HOUSE, LANGUAGE_NAMES
from handlers.house import House, WrongExit, meant
from handlers.links import Entity, Link, Origin
from handlers.report import MINOR, NEVER_ASKED, tell_sent
from handlers.sealing import fit_to_keep
from handlers.spoken import Answer, Voice, units
from handlers.standing import OUTCOMES, STATES, standing
from handlers.status import letters
from handlers.talk import (
    CLEAR,
    Aside,
    Button,
    Done,
    Draft,
    Effect,
    Exit,
    Go,
    Heard,
    Kept,
    Mine,
    NoSuchStep,
    Note,
    Pressed,
    Return,
    Said,
    Say,
    Script,
    Standing,
    Step,
    Swept,
    Talk,
    Turn,
    as_says,
)
from locales import LANGUAGES, language_of

MANY = "7777777777777774"
LINK = Link("telegram", "https://t.me/zz_invented/1", "https://t.me/zz_invented/1")
PLACES = [(script.name, name) for script in HOUSE.scripts.values() for name in script.steps]


@pytest.mark.parametrize(
    ("heard", "speaks"),
    [
        (Said("hello?"), False),
        (Said("https://t.me/zz_invented/2"), False),
        (Said("hello?", edited=True), True),
        (Said("／Help"), True),
        (Said("x"), True),
        (Said("I want to die"), True),
        (Pressed("report"), True),
    ],
)
def test_in_a_flood_a_command_or_a_cry_speaks_for_itself(heard: Heard, speaks: bool) -> None:
    assert HOUSE.speaks_for_itself(heard) is speaks


def test_after_sending_a_number_that_is_typed_is_looked_up() -> None:
    turn = HOUSE.take(replace(at("report", "saved"), sent=True), Said(CODE))

    assert (turn.draft.talk, turn.effect) == ("status", Effect.LOOK_UP)


def at(talk: str, step: str, language: str | None = "en") -> Draft:
    """A draft that stands there, with something to lose."""
    return Draft(
        ref="ref",
        language=language,
        talk=talk,
        step=step,
        minor="no",
        links=(Kept(LINK, 1),),
        happened=("shared",),
        sent=step == "sent",
        answers={"q1": ("shared",), "q2": ("parts",)} if talk == "check" else {},
        checked={"AAE": "may"},
        mine=Mine("case", "act", STANDINGS[MANY]) if talk == "status" else None,
    )


def everywhere(language: str | None = "en") -> Iterator[tuple[Draft, Step]]:
    for talk, name in PLACES:
        yield at(talk, name, language), HOUSE.scripts[talk].steps[name]


def says(turn: Turn) -> list[str]:
    return [say.words for say in turn.says]


# The rule


def house_of(*steps: Step, **more: object) -> House:
    return House(Script("home", *steps), anywhere={}, beside={}, answer=lambda draft, text: None)


def test_a_cell_that_goes_where_its_row_does_not_lead_raises() -> None:
    house = house_of(
        Step("one", lambda draft: Say("one?"), lambda draft, heard: Go("two", draft)),
        Step("two", lambda draft: Say("two?")),
    )

    with pytest.raises(WrongExit, match="one -> two"):
        house.take(Draft(step="one"), Said("go"))


def test_a_row_that_leads_nowhere_is_refused_before_anybody_talks() -> None:
    def ask(draft: Draft) -> Say:
        return Say("?")

    with pytest.raises(NoSuchStep, match="one -> gone"):
        Script("home", Step("one", ask, to=("gone",)))
    with pytest.raises(NoSuchStep, match="one -> gone"):
        house_of(Step("one", ask, to=(Talk("gone"),)))


def test_an_effect_without_words_of_its_own_tells_nothing() -> None:
    house = house_of(Step("one", lambda draft: Say("one?"), effect=Effect.FORGET))
    turn = Turn(Draft(step="one"), (Say("first"),), effect=Effect.FORGET)

    assert says(house.told(turn, Done())) == ["first"]


def test_somebody_at_a_place_we_do_not_know_is_at_home() -> None:
    assert HOUSE.step(Draft(talk="an older talk", step="a")).name == "welcome"
    assert HOUSE.step(Draft(talk="report", step="an older step")).name == "age"

    turn = HOUSE.take(Draft(talk="an older talk", step="a"), Pressed("report"))

    assert (turn.draft.talk, turn.draft.step) == ("report", "age")


# The tables


def openings(name: str) -> set[tuple[str, str]]:
    """Every step at which a talk may open, whatever the draft."""
    drafts = [
        Draft(minor=minor, links=links, code=code)
        for minor, links, code in product((None, *MINOR), ((), (Kept(LINK, 1),)), ("", CODE))
    ]
    return {(name, HOUSE.scripts[name].opening(draft)) for draft in drafts}


def ends(talk: str, to: Exit) -> set[tuple[str, str]]:
    match to:
        case Talk(name):
            return openings(name)
        case Aside(name, topic):
            return {(name, HOUSE.scripts[name].opening(Draft(topic=topic)))}
        case Return():
            return {("home", "welcome")}
        case str():
            return {(talk, to)}


def reached(*, without: tuple[str, str] | None = None) -> set[tuple[str, str]]:
    """All places one can come to from home, never passing *without*."""
    found: set[tuple[str, str]] = set()
    waiting = {("home", "welcome")}
    while waiting:
        talk, name = place = waiting.pop()
        if place in found or place == without:
            continue
        found.add(place)
        for to in (*HOUSE.scripts[talk].steps[name].exits, *HOUSE.anywhere.values()):
            waiting |= ends(talk, to)
    return found


def test_every_step_can_be_reached() -> None:
    assert reached() == set(PLACES)


def test_no_row_leads_round_review() -> None:
    assert ("report", "sent") not in reached(without=("report", "review"))


def test_only_send_files_a_report() -> None:
    filing = [(talk, step.name) for talk, step in rows() if step.effect is Effect.FILE]
    leading = [
        (step.name, button.words)
        for _, step in rows()
        for button, to in step.buttons.items()
        if to == "sent"
    ]
    reading = [step.name for _, step in rows() if "sent" in step.to]

    assert filing == [("report", "sent")]
    assert leading == [("review", "Send")]
    assert reading == ["sent"], "it only shows its number again"


def rows() -> Iterator[tuple[str, Step]]:
    for script in HOUSE.scripts.values():
        for step in script.steps.values():
            yield script.name, step


@pytest.mark.parametrize("minor", [None, "yes", "unsure"])
@pytest.mark.parametrize("links", [(), (Kept(LINK, 1),)])
def test_nobody_opens_a_report_past_the_age_and_its_steps(
    minor: str | None, links: tuple[Kept, ...]
) -> None:
    opening = HOUSE.scripts["report"].opening(Draft(minor=minor, links=links))  # type: ignore[arg-type]  # a parameter

    assert opening in ("age", "call first")


def test_the_duty_stands_between_a_minor_and_the_links() -> None:
    steps = HOUSE.scripts["report"].steps

    assert steps["call first"].exits == ("duty", Talk("home"))
    assert steps["duty"].exits == ("links", Talk("home"))


def test_every_step_has_a_way_out_and_clear() -> None:
    for draft, step in everywhere():
        turn = HOUSE.take(draft, Said("/help"))

        assert step.exits, step.name
        assert turn.buttons[-1] == CLEAR, step.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("age", [("minor:no",), ("minor:yes", "go on", "go on")])
def test_what_we_never_ask_for_is_said_once_before_the_first_link(
    language: str, age: tuple[str, ...]
) -> None:
    rehearsal = Rehearsal(language)
    way = ("report", "zz", *age, "take out", "zz", "all", "done", "urgency:now", "skip", "news:no")
    heard: list[Heard] = [Said("/start"), *map(Pressed, way)]
    said = [rehearsal.take(one)[1].text for one in heard]
    never = Voice(language, TODAY).page((Say(NEVER_ASKED),)).text

    assert [never in text for text in said].index(True) < len(heard) - 1
    assert sum(never in text for text in said) == 1
    assert never in said[3], "with the answer to the first question"
    assert rehearsal.draft.step == "review"


# Buttons


def labels(step: Step, draft: Draft, language: str | None) -> list[tuple[Button, str]]:
    voice = Voice(language, TODAY)
    return [(button, voice.label(button.words)) for button in (*step.shown(draft), CLEAR)]


@pytest.mark.parametrize("language", [*LANGUAGES, None])
def test_every_button_has_a_typed_equivalent(language: str | None) -> None:
    for draft, step in everywhere(language):
        for button, label in labels(step, draft, language):
            if button.copy:
                continue  # what it copies stands in the words above it
            for typed in (label, f"  {label.upper()} ", label.removeprefix("✓ ")):
                assert meant(Said(typed), step, draft) == Pressed(button.name), (step.name, typed)


def test_no_two_buttons_of_a_step_are_the_same_when_typed() -> None:
    for draft, step in everywhere(None):
        typed: dict[str, str] = {}
        for language in LANGUAGES:
            for button, label in labels(step, draft, language):
                assert typed.setdefault(label.lower(), button.name) == button.name, step.name


def test_a_number_stands_for_a_button_except_where_any_words_are_read() -> None:
    for draft, step in everywhere():
        pressed = (button for button in step.shown(draft) if not button.copy)
        for number, button in enumerate(pressed, 1):
            heard = meant(Said(str(number)), step, draft)
            assert heard == (Said(str(number)) if step.free else Pressed(button.name))


def test_no_number_clears_the_chat() -> None:
    for draft, _ in everywhere():
        for number in range(100):
            turn = HOUSE.take(draft, Said(str(number)))
            assert turn.effect is not Effect.CLEAR


def test_two_buttons_of_one_name_are_one() -> None:
    assert len({Button("a", "Yes"), Button("a", "Yes")}) == 1
    assert hash(Button("a", "Yes")) == hash(Button("a", Say("Other")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_is_under_300_characters(language: str) -> None:
    turn = HOUSE.take(Draft(language=language), Said("/start"))

    assert len(Voice(language, TODAY).answer(turn).text) < 300


def test_the_first_screen_offers_the_languages_we_do_not_speak_yet() -> None:
    def offered(language: str | None) -> set[str]:
        turn = HOUSE.take(Draft(language=language), Said("/start"))
        return {b.name for b in turn.buttons if b.name.startswith("language:")}

    assert offered(None) == {"language:en", "language:yue_Hant"}
    assert offered("en") == {"language:yue_Hant"}
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh-hant-raw", "yue_Hant"),
        ("zh", "yue_Hant"),
        ("yue-HK", "yue_Hant"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("fr", None),
        ("", None),
        (None, None),
    ],
)
def test_the_platforms_code_says_the_language(code: str | None, language: str | None) -> None:
    assert language_of(code) == language


# Words that work everywhere


@pytest.mark.parametrize(
    "heard",
    [
        *(Said(word) for word in ("/clear", "x", "X", " ｘ ", "／clear", "/clear@some_bot now")),
        *(Said(word) for word in ("clear", "Clear this chat", "清除對話")),
        Said("x", media="photo"),
        Pressed("clear"),
    ],
    ids=str,
)
def test_clearing_works_in_every_step(heard: Heard) -> None:
    for draft, step in everywhere():
        turn = HOUSE.take(draft, heard)

        assert turn.effect is Effect.CLEAR, step.name
        assert says(turn) == [], "the one neutral line comes alone"


def test_a_link_beside_the_word_that_clears_is_not_answered() -> None:
    for word in ("/clear", "/stop"):
        turn = HOUSE.take(at("report", "links"), Said(f"{word} https://example.org/zz/1"))
        assert says(turn) == []


@pytest.mark.parametrize(
    "word", ["/help", "help", "HELP", "我想死", "I want to die", "佢喺門口", "is it anonymous?"]
)
def test_help_and_comfort_come_in_every_step_and_nothing_is_lost(word: str) -> None:
    for draft, step in everywhere():
        if draft.talk == "help" and word.lower().endswith("help"):
            continue
        turn = HOUSE.take(draft, Said(word, message=7))

        assert replace(turn.draft, notes=(), words="", words_message=0, newest=0) == draft, (
            step.name
        )
        asked = 1 if step.brief else len(as_says((step.again or step.ask)(draft)))
        assert len(turn.says) > asked, step.name
        assert turn.effect is None


def test_the_language_changes_in_every_step_and_nothing_is_lost() -> None:
    for draft, step in everywhere():
        for heard in (Said("/language"), Pressed("language:yue_Hant")):
            turn = HOUSE.take(draft, heard)
            assert replace(turn.draft, language="en") == draft, step.name
            assert turn.draft.language == "yue_Hant"


def test_the_words_for_a_talk_work_everywhere_but_over_an_unsaved_number() -> None:
    ends = {"/law": "law", "/check": "check"}
    ends |= {"/start": "home", "/report": "report", "/status": "status", "/stop": "stop"}
    for (draft, step), (word, talk) in product(everywhere(), ends.items()):
        turn = HOUSE.take(draft, Said(word))
        assert turn.draft.talk == ("report" if step.holds else talk)
        assert (turn.effect is Effect.FILE) == (step.name == "sent")


def test_words_of_despair_in_the_note_are_kept_and_comforted() -> None:
    turn = HOUSE.take(at("report", "note"), Said("I want to die", message=4))

    assert turn.draft.note == "I want to die"
    assert turn.draft.step == "note"
    assert turn.says[: len(COMFORT)] == COMFORT


def test_words_of_despair_in_an_edit_are_comforted_too() -> None:
    turn = HOUSE.take(at("report", "links"), Said("我想死", message=9, edited=True))

    assert turn.says[: len(COMFORT)] == COMFORT


# Links, edits, media


def test_a_link_is_kept_once_whatever_the_message() -> None:
    draft = HOUSE.take(at("report", "links"), Said(LINK.url, message=2)).draft

    assert [kept.link.url for kept in draft.links] == [LINK.url]


def test_a_link_sent_after_the_report_belongs_to_the_next() -> None:
    turn = HOUSE.take(at("report", "sent"), Said("https://example.org/zz/2", message=5))
    draft = turn.draft.fresh("next")

    assert says(turn)[0].startswith("Got it, for your next report")
    assert (draft.ref, draft.sent, draft.minor) == ("next", False, "no")
    assert [kept.message for kept in draft.links] == [1, 5]


def test_what_stays_of_a_sent_report_is_only_where_the_person_is() -> None:
    draft = replace(at("report", "sent"), notes=(Note("words", 6),), newest=7, album="a", over=3)

    assert draft.bare() == Draft("ref", "en", "report", "sent", sent=True, newest=7, settled=7)


def test_an_edit_of_what_is_sent_changes_nothing() -> None:
    draft = replace(at("report", "sent"), settled=7)

    turn = HOUSE.take(draft, Said("https://example.org/zz/2", message=7, edited=True))

    assert turn.draft == draft
    assert says(turn)[0].startswith("An edit changes nothing")


def test_an_album_is_answered_once() -> None:
    draft = at("report", "links")
    first = HOUSE.take(draft, Said("", media="photo", album="a"))
    second = HOUSE.take(first.draft, Said("", media="photo", album="a"))
    third = HOUSE.take(second.draft, Said("a caption", media="photo", album="a"))
    other = HOUSE.take(third.draft, Said("", media="photo", album="b"))

    assert [t.silent for t in (first, second, third, other)] == [False, True, True, False]


def test_what_an_album_says_later_is_still_heard() -> None:
    draft = replace(at("report", "links"), album="a")

    link = HOUSE.take(draft, Said("https://example.org/zz/2", media="photo", album="a"))
    cry = HOUSE.take(draft, Said("I want to die", media="photo", album="a"))
    note = HOUSE.take(replace(draft, step="note"), Said("my note", media="photo", album="a"))

    assert not link.silent
    assert len(link.draft.links) == 2
    assert not cry.silent
    assert not note.silent
    assert note.draft.note == "my note"


@pytest.mark.parametrize("name", ["out:0", "out:2", "out:x", "out:", "out:" + "9" * 5000, "zz"])
def test_a_link_that_is_not_there_cannot_be_taken_out(name: str) -> None:
    turn = HOUSE.take(at("report", "take out"), Pressed(name))

    assert len(turn.draft.links) == 1
    assert turn.draft.step == "take out"


def test_a_number_of_any_length_is_only_a_wrong_number() -> None:
    turn = HOUSE.take(at("report", "take out"), Said("9" * 5000))

    assert says(turn)[0] == "There is no link with that number."


# What is told


def told(teller: object, *args: object) -> str:
    return Voice("en", TODAY).message(teller(*args).says).text  # type: ignore[operator]  # any teller


def test_clearing_names_what_could_not_be_deleted() -> None:
    assert told(tell_cleared, Draft(), Swept(0)).startswith("Nothing here.")
    assert "anything older" in told(tell_cleared, Draft(), Swept(0))
    assert "could not delete: 3" in told(tell_cleared, Draft(), Swept(3))
    assert told(tell_stopped, Draft(), Done()).startswith("Stopped.")


def test_a_number_that_is_gone_is_said_to_be_gone() -> None:
    assert "can no longer be shown" in told(tell_sent, Draft(), Done())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("outcome", ["", *OUTCOMES])
@pytest.mark.parametrize("links", [{}, {"new": 2}, {"removed": 1, "back": 3}])
def test_every_standing_can_be_told(state: str, outcome: str, links: dict[str, int]) -> None:
    for language in LANGUAGES:
        page = Voice(language, TODAY).message(standing(Standing(state, links, outcome)))
        assert page.text
    if links:
        words = Voice("en", TODAY).message(standing(Standing(state, links, outcome))).text
        assert f"Removed: {links.get('removed', 0)} of {sum(links.values())}." in words


# Nothing heard can break a talk


WORDS = (
    "",
    "hello",
    "你好呀",
    "Skip",
    "Done",
    "Send",
    "送出",
    "That is all",
    "就係咁多",
    "Link 1",
    "I want to die",
    "我想死",
    "/start",
    "/report",
    "/status",
    "/law",
    "/check",
    "/help",
    "/language",
    "／help",
    "/settings",
    "1234 5678 9012 3450",
    "2222 2222 2222 2227",
    "９９９９ 9999 9999 9990",
    "1234 5678 9012 3451",
    "https://example.org/zz/1",
    "睇下https://t.me/zz_invented_demo_ch/1042，仲有https://lihkg.com/thread/99000001呀",
    "hxxps://example[.]org/zz/2 https://example.org/zz/3",
    "https://",
    "{links} {0} %s",
    "*bold* _it_ <b>",
    "x" * 4096,
    "\n".join(f"https://example.org/zz/{n}" for n in range(150)),
    "\n".join(f"https://example.org/yy/{n}" for n in range(150)),
)
NAMES = sorted(
    {button.name for draft, step in everywhere(None) for button in step.shown(draft)}
    | {"out:0", "out:2", "out:99", "out:x", "happened:", "urgency:", "minor:", "language:fr", ""}
    | {"q1:", "q2:zz", "q5:18", "card:", "card:zz", "card:sharing", "attach"}
)
LEAVING = ("/clear", "x", "/stop")

texts = st.sampled_from(WORDS) | st.text(max_size=40) | st.integers(0, 30).map(str)
origins = st.sampled_from(
    [None, None, None, Origin("zz_invented_other", -1001234567890, 7), Origin("", -100123, 3)]
)
entities = st.sampled_from(
    [(), (), (Entity("text_link", 0, 3, "https://example.org/zz/9"),), (Entity("url", 1, 900),)]
)
messages = st.builds(
    Said,
    text=texts,
    entities=entities,
    origin=origins,
    message=st.integers(1, 12),
    edited=st.sampled_from([False, False, False, True]),
    media=st.sampled_from(["", "", "photo"]),
    album=st.sampled_from(["", "", "a", "b"]),
)
presses = st.sampled_from(NAMES).map(Pressed)
kind = presses | messages | presses
leaving = st.sampled_from(LEAVING).map(Said)
languages = st.sampled_from([None, *LANGUAGES])


def shortcut(draft: Draft) -> st.SearchStrategy[Draft]:
    return st.sampled_from([draft, *(at(*place) for place in PLACES)])


@settings(max_examples=150, deadline=None)
@given(
    start=shortcut(Draft(ref="ref")),
    language=languages,
    heard=st.lists(kind | kind | kind | leaving, min_size=1, max_size=40),
)
def test_nothing_heard_breaks_a_talk_or_loses_a_link(
    start: Draft, language: str | None, heard: list[Heard]
) -> None:
    rehearsal = Rehearsal(language)
    rehearsal.draft = replace(start, language=language)
    for one in heard:
        before = rehearsal.draft
        turn, answer = rehearsal.take(one)
        check_shown(turn, answer)
        check_links(before, one, turn, rehearsal.draft)


def check_shown(turn: Turn, answer: Answer) -> None:
    """What no platform would refuse."""
    keys = [key for row in answer.rows for key in row]
    assert answer.text.strip()
    assert units(answer.text) <= 4096
    assert len(keys) <= 100
    assert all(key.label and len(key.name.encode()) <= 64 for key in keys)
    assert all(mark.offset + mark.length <= units(answer.text) for mark in answer.marks)
    assert (keys[-1].name == CLEAR.name) is (turn.effect is not Effect.CLEAR)
    assert turn.draft.talk in HOUSE.scripts
    checking = "check" in (turn.draft.talk, *turn.draft.came_from[:1])
    assert checking or not turn.draft.answers, "forgotten when it is left"


def check_links(before: Draft, heard: Heard, turn: Turn, after: Draft) -> None:
    """Only an edit, taking out, sending and clearing let go of a link."""
    lost = {kept.link.url for kept in before.links} - {kept.link.url for kept in after.links}
    if turn.effect in (Effect.CLEAR, Effect.FORGET):
        assert not after.links
    elif turn.effect is Effect.FILE and not before.sent:
        assert after == after.bare()
    elif turn.effect is Effect.ADD:
        assert lost <= {kept.link.url for kept in before.links}
    elif isinstance(heard, Said) and heard.edited:
        assert lost <= {k.link.url for k in before.links if k.message == heard.message}
    elif before.step == "take out":
        assert len(lost) <= 1
    else:
        assert not lost
    assert len(after.links) <= MOST_LINKS


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(PLACES), said=messages)
def test_a_link_in_any_message_is_kept_wherever_it_comes(
    place: tuple[str, str], said: Said
) -> None:
    url = "https://example.org/zz/planted"
    said = replace(said, text=f"{said.text} {url}", entities=())

    turn = HOUSE.take(at(*place), said)

    if turn.effect not in (Effect.CLEAR, Effect.FORGET):
        urls = {kept.link.url for kept in turn.draft.links}
        assert url in urls or len(urls) == MOST_LINKS


PLANTED = "qzxwvkjpqf"
SIXES = [PLANTED[n : n + 6] for n in range(len(PLANTED) - 5)]


@settings(max_examples=100, deadline=None)
@given(language=languages, heard=st.lists(kind | kind | leaving, max_size=25))
def test_after_sending_nothing_that_was_typed_is_said_again(
    language: str | None, heard: list[Heard]
) -> None:
    rehearsal = Rehearsal(language)
    rehearsal.draft = replace(at("report", "links"), language=language)
    rehearsal.take(Said(f"https://example.org/{PLANTED} https://{PLANTED}.example.org", message=1))
    for one in (Pressed("all"), Pressed("done"), Pressed("urgency:now"), Said(PLANTED, message=2)):
        rehearsal.take(one)
    for last in (Pressed("done"), Pressed("news:no")):
        rehearsal.take(last)

    turn, answer = rehearsal.take(Pressed("send"))

    assert turn.effect is Effect.FILE
    answers = [answer, *(rehearsal.take(one)[1] for one in heard)]
    outgoing = " ".join(repr(one).lower() for one in answers)
    assert not any(six in outgoing for six in SIXES)
    assert PLANTED not in repr(rehearsal.draft)


@pytest.mark.parametrize("language", [None, *LANGUAGES])
@pytest.mark.parametrize("start", ["Add links", "Write to our team"])
def test_after_adding_to_a_case_nothing_that_was_typed_is_said_again(
    language: str | None, start: str
) -> None:
    rehearsal = Rehearsal(language)
    rehearsal.draft = replace(at("status", "case"), links=(), language=language)
    for one in (
        *(Said(start), Said(f"https://example.org/{PLANTED}", message=1), Pressed("add note")),
        *(Said(PLANTED, message=2), Pressed("note"), Pressed("add links"), Pressed("all")),
    ):
        rehearsal.take(one)
    rehearsal.asked = MANY

    turn, answer = rehearsal.take(Pressed("send"))

    answers = [answer, *(rehearsal.take(Said(word))[1] for word in ("hello", "/start", MANY))]
    assert turn.effect is Effect.ADD
    assert not any(six in repr(answers).lower() for six in SIXES)
    assert PLANTED not in repr(rehearsal.draft)


@pytest.mark.parametrize("told", STANDINGS.values())
def test_every_screen_of_a_case_fits_one_message_in_both_languages(told: Standing) -> None:
    worst = tuple(
        replace(link, platform="website", state="refused", reason="closed") for link in told.each
    )
    mine = Mine("id", "act", replace(told, each=worst), letters=("a",))
    for step in ("case", "each"):
        page = Voice(None, TODAY).message(
            as_says(HOUSE.scripts["status"].steps[step].ask(Draft(mine=mine)))
        )
        assert units(page.text) <= 4096
    long = letters(replace(told, letters=("x" * 1800,)))
    assert units(Voice(None, TODAY).message(long).text) <= 4096


def test_an_address_that_no_screen_could_show_is_not_kept_and_that_is_said() -> None:
    said = Said("https://example.org/" + "a" * 3000 + " https://lihkg.com/thread/99000001")
    turn = HOUSE.take(at("report", "links"), said)

    assert [kept.link.platform for kept in turn.draft.links[1:]] == ["lihkg"]
    assert "too long" in turn.says[0].words


def test_a_note_takes_as_many_messages_as_it_needs_until_it_is_full() -> None:
    draft = at("report", "note")
    for number in range(1, 5):
        draft = HOUSE.take(draft, Said(f"{number}" * 3000, message=number)).draft
    full = HOUSE.take(draft, Said("more", message=5))
    grown = HOUSE.take(draft, Said("0" * 3001, message=2, edited=True))

    assert draft.note == "\n".join(f"{number}" * 3000 for number in range(1, 5))
    assert (full.draft.notes, grown.draft) == (draft.notes, draft)
    assert "does not fit" in says(full)[0] == says(grown)[0]


def test_an_edit_changes_only_its_own_part_of_the_note() -> None:
    draft = replace(at("report", "review"), notes=(Note("first", 2), Note("second", 3)))

    assert HOUSE.take(draft, Said("other", message=2, edited=True)).draft.note == "other\nsecond"


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("17", "yes"), ("18", "no"), ("十七", None), ("１６歲", "yes"), ("25 years old", "no")],
)
def test_years_are_an_answer_to_the_question_of_age(typed: str, minor: str | None) -> None:
    turn = HOUSE.take(replace(at("report", "age"), minor=None, links=()), Said(typed, message=9))

    assert turn.draft.minor == minor


def test_a_name_with_an_at_sign_is_told_how_it_becomes_a_link() -> None:
    turn = HOUSE.take(at("report", "links"), Said("@zz_invented_ch", message=9))

    assert "t.me/ and the name" in says(turn)[0]


@pytest.mark.parametrize(("typed", "language"), [("English", "en"), ("中文", "yue_Hant")])
def test_the_name_of_a_language_changes_to_it_in_every_step(typed: str, language: str) -> None:
    for draft, _ in everywhere():
        turn = HOUSE.take(replace(draft, language=None), Said(typed))
        assert replace(turn.draft, language=None) == replace(draft, language=None)
        assert turn.draft.language == language


@pytest.mark.parametrize(
    ("typed", "door"),
    [
        ("有人威脅我 佢話唔俾錢就放我啲相上網", "threatened"),
        ("我男朋友放咗我啲相上網 點算", "mine"),
        ("我send咗人哋張相 好後悔", "shared"),
        ("我係佢朋友 想幫佢", "helping"),
        ("someone is threatening me", "threatened"),
        ("I found something bad", "found"),
    ],
)
def test_the_first_words_lead_to_a_door(typed: str, door: str) -> None:
    turn = HOUSE.take(Draft(talk="home", step="welcome"), Said(typed))

    assert (turn.draft.talk, turn.draft.step) == ("home", door)


@pytest.mark.parametrize("words", ["我想死", "佢喺門口"])
def test_a_card_that_calls_for_help_stays_on_the_screen_at_home(words: str) -> None:
    turn = HOUSE.take(Draft(language="en", talk="home", step="welcome"), Said(words))

    assert "999" in Voice("en", TODAY).message(turn.says).text
    assert len(turn.buttons) == 3


@pytest.mark.parametrize("door", ["mine", "welcome"])
def test_a_door_pressed_twice_is_only_opened(door: str) -> None:
    turn = HOUSE.take(Draft(talk="home", step=door), Pressed("door:mine"))

    assert turn.draft.step == "mine"
    assert len(turn.says) == 1


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("唔知", "unsure"), ("今年19 但影嗰時17", "yes"), ("夠18", "no"), ("未夠18", "yes")],
)
def test_the_age_is_understood_in_words(typed: str, minor: str) -> None:
    turn = HOUSE.take(replace(at("report", "age"), minor=None, checked={}), Said(typed))

    assert turn.draft.minor == minor


def test_who_said_under_18_in_the_legal_check_is_treated_with_care() -> None:
    draft = replace(at("report", "age"), minor=None, checked={"MINOR18": "may"})

    turn = HOUSE.take(draft, Pressed("minor:no"))

    assert (turn.draft.minor, turn.draft.step) == ("unsure", "call first")


def test_what_happened_can_be_typed_as_several_numbers() -> None:
    turn = HOUSE.take(replace(at("report", "happened"), happened=()), Said("1, 3"))

    assert turn.draft.happened == ("threatened", "filmed")


@pytest.mark.parametrize("typed", ["我未有link", "就咁多", "that's all"])
def test_who_has_no_more_links_goes_on(typed: str) -> None:
    assert HOUSE.take(at("report", "links"), Said(typed)).draft.step != "links"


def test_a_name_beside_a_link_is_said_not_to_be_kept() -> None:
    turn = HOUSE.take(at("report", "links"), Said("https://example.org/zz/3 同埋@zz_invented_x"))

    assert any("Names with @" in line for line in says(turn))


def test_back_pressed_twice_leads_nowhere_else() -> None:
    draft = at("report", "happened")
    beside = HOUSE.take(draft, Pressed("help:all")).draft
    once = HOUSE.take(beside, Pressed("return")).draft
    twice = HOUSE.take(once, Pressed("return")).draft

    assert (beside.talk, once, twice) == ("help", draft, draft)


def test_a_link_in_help_beside_an_open_case_leaves_the_case_open() -> None:
    draft = replace(at("status", "note"), words="to the team", words_message=3)
    beside = HOUSE.take(draft, Pressed("help:all")).draft

    turn = HOUSE.take(beside, Said("https://example.org/zz/9", message=9))

    assert (turn.draft.mine, turn.draft.words) == (draft.mine, draft.words)


def test_a_number_beside_words_of_despair_is_not_kept() -> None:
    turn = HOUSE.take(at("status", "code"), Said(f"i want to die {CODE}"))

    assert turn.draft.code == ""


def test_an_address_in_any_letters_leaves_the_note_of_a_minor() -> None:
    assert "例子" not in fit_to_keep("睇 http://例子.香港/影片一 呀", "yes")
