"""Letters to a person: typed or from the saved replies, seen once more, to no other case."""

from dataclasses import replace
from datetime import date

import pytest

from handlers import replies
from handlers.casework import HIDDEN_AFTER
from handlers.letters import MARKED, MOST, mark_of
from handlers.spoken import Voice, units
from handlers.staff import Screen, press
from handlers.talk import Code
from locales import BOTH, LANGUAGES
from storage.books import Case, Note
from storage.seal import Sealed
from tests.both import KIT, Both, both, one, said

__all__ = ["both", "one"]

TODAY = date(2027, 1, 15)
WORDS = "zz letter: which link is the newest?"


async def held(both: Both) -> tuple[str, Case]:
    """A case that Kit holds: its code, and the case."""
    _, code = await both.filed()
    await both.take()
    return code, await both.case()


async def shown(both: Both, verb: str, number: int = 0, word: str = "") -> Screen:
    """Kit presses a button of the one case; the screen."""
    case = await both.case()
    return await both.casebook.press(both.act(), press(verb, case.id, number, word))


async def typed(both: Both, text: str) -> Screen:
    screen, _ = await both.casebook.type(both.act(), text)
    return screen


def labels(screen: Screen, language: str = "en") -> list[str]:
    voice = Voice(language, TODAY)
    return [voice.label(button.words) for button in screen.buttons]


def name_of(screen: Screen, label: str) -> str:
    """What the button with this label tells us."""
    return screen.buttons[labels(screen).index(label)].name


async def follow(both: Both, screen: Screen, label: str) -> Screen:
    """Kit presses the button of *screen* with this label."""
    return await both.casebook.press(both.act(), name_of(screen, label))


async def waiting_letters(both: Both, case: Case) -> int:
    async with both.store.begin() as books:
        return len(await books.letterboxes.letters(case.id))


async def test_send_asks_once_more_and_repeats_the_name_of_the_case(both: Both) -> None:
    code, case = await held(both)
    await shown(both, "write")
    preview = await typed(both, WORDS)

    sure = await follow(both, preview, "Send")

    assert f"Send this to the person of {case.name}?" in said(sure)
    assert WORDS in said(sure)
    assert labels(sure) == [f"Yes, send to {case.name}", "Back"]
    assert await waiting_letters(both, case) == 0
    assert "Sent." in said(await follow(both, sure, f"Yes, send to {case.name}"))
    assert WORDS in (await both.door.person().walk("/start", code)).text


async def test_back_from_the_question_shows_the_message_again(one: Both) -> None:
    await held(one)
    await shown(one, "write")
    sure = await follow(one, await typed(one, WORDS), "Send")

    preview = await follow(one, sure, "Back")

    assert WORDS in said(preview)
    assert labels(preview) == ["Send", "Write it anew", "Back"]


async def test_an_older_preview_sends_neither_its_own_words_nor_the_newer_ones(
    both: Both,
) -> None:
    _, case = await held(both)
    await shown(both, "write")
    older = await typed(both, WORDS)
    await shown(both, "write")
    newer = await typed(both, "zz other words")

    stale = await follow(both, older, "Send")

    assert "Not sent: it was written anew" in said(stale)
    assert await waiting_letters(both, case) == 0
    assert "zz other words" in said(await follow(both, newer, "Send"))


async def test_an_older_question_does_not_send_either(one: Both) -> None:
    _, case = await held(one)
    await shown(one, "write")
    sure = await follow(one, await typed(one, WORDS), "Send")
    await shown(one, "write")

    assert "Not sent" in said(await follow(one, sure, f"Yes, send to {case.name}"))
    assert await waiting_letters(one, case) == 0


async def test_a_message_that_is_sent_is_not_sent_again_by_an_older_button(one: Both) -> None:
    _, case = await held(one)
    await shown(one, "write")
    preview = await typed(one, WORDS)
    sure = await follow(one, preview, "Send")
    await follow(one, sure, f"Yes, send to {case.name}")

    again = await follow(one, preview, "Send")

    assert "Sent." in said(again)
    assert await waiting_letters(one, case) == 1


async def test_the_same_press_heard_twice_sends_once(both: Both) -> None:
    _, case = await held(both)
    await shown(both, "write")
    sure = await follow(both, await typed(both, WORDS), "Send")
    act = both.act()
    yes = name_of(sure, f"Yes, send to {case.name}")

    twice = [await both.casebook.press(act, yes) for _ in range(2)]

    assert ["Sent." in said(screen) for screen in twice] == [True, True]
    assert await waiting_letters(both, case) == 1


async def test_words_typed_below_a_preview_take_its_place(one: Both) -> None:
    _, case = await held(one)
    await shown(one, "write")
    first = await typed(one, WORDS)

    second = await typed(one, "zz better words")

    assert "zz better words" in said(second)
    assert WORDS not in said(second)
    assert "Not sent" in said(await follow(one, first, "Send"))
    assert await waiting_letters(one, case) == 0


async def test_a_word_heard_again_after_a_newer_one_does_not_come_back(one: Both) -> None:
    await held(one)
    await shown(one, "write")
    act = one.act()
    await one.casebook.type(act, WORDS)
    await typed(one, "zz better words")

    screen, _ = await one.casebook.type(act, WORDS)

    assert "zz better words" in said(screen)


async def test_a_reply_is_chosen_by_title_seen_and_sent(both: Both) -> None:
    code, case = await held(both)
    screen = await shown(both, "write")

    listed = await follow(both, screen, "Saved replies")
    preview = await follow(both, listed, "We have asked")
    sure = await follow(both, preview, "Send")
    await follow(both, sure, f"Yes, send to {case.name}")

    text = replies.words("asked", case.language, TODAY)
    assert text in said(preview)
    assert text in (await both.door.person().walk("/start", code)).text
    async with both.store.begin() as books:
        assert [row.what for row in await books.audit.of(case.name)] == ["take", "write"]


async def test_a_reply_is_copied_changed_and_typed(one: Both) -> None:
    await held(one)
    await shown(one, "write")
    preview = await shown(one, "reply", 0, "asked")
    codes = [blank for say in preview.says for blank in say.blanks.values()]
    (copied,) = [one.text for one in codes if isinstance(one, Code)]

    changed = await typed(one, copied + " zz and more")

    assert "zz and more" in said(changed)
    assert "Send" in labels(changed)


async def test_the_replies_are_listed_page_by_page_in_the_caseworkers_language(
    one: Both,
) -> None:
    await held(one)

    first = await shown(one, "replies")
    last = await follow(one, first, "Next")

    names = [button.name.split(":")[3] for button in (*first.buttons, *last.buttons)]
    assert [name for name in names if name] == list(replies.names())
    assert "First contact" in labels(first)
    assert "第一次聯絡" in labels(first, "yue_Hant")
    assert labels(last)[-2:] == ["Previous", "Back"]
    assert labels(await shown(one, "replies", 99)) == labels(last)


async def test_a_reply_that_is_no_more_is_asked_for_again(one: Both) -> None:
    await held(one)

    assert "which reply?" in said(await shown(one, "reply", 0, "zz_gone"))


async def test_only_the_holder_writes(one: Both) -> None:
    _, case = await held(one)
    man = replace(one.act(), by=replace(KIT, id=42))

    for verb in ("replies", "reply", "preview", "send", "post"):
        screen = await one.casebook.press(
            replace(man, update=next(one.updates)), press(verb, case.id, 0, "asked")
        )
        assert "Kit has" in said(screen)


async def test_what_is_seen_of_a_letter_is_hidden_in_time(one: Both) -> None:
    await held(one)
    await shown(one, "write")
    preview = await typed(one, WORDS)
    await follow(one, preview, "Send")

    async with one.store.begin() as books:
        due = one.now() + HIDDEN_AFTER
        kinds = [letter.kind for letter in await books.outbox.lease("staff", due, 0, 99)]
    assert "hide" in kinds


@pytest.mark.parametrize("end", ["end", "reopened"])
async def test_letters_are_read_and_answered_after_the_case_is_closed(one: Both, end: str) -> None:
    code, case = await held(one)
    await shown(one, "write")
    sure = await follow(one, await typed(one, WORDS), "Send")
    await follow(one, sure, f"Yes, send to {case.name}")
    await shown(one, "end", 0, "withdrawn")
    if end == "reopened":
        await shown(one, "reopen")
        await typed(one, "zz they wrote again")

    guest = one.door.person()
    read = await guest.walk("/start", code)

    assert WORDS in read.text
    await guest.walk("[Answer]", "zz my answer", "[Send]")
    async with one.store.begin() as books:
        assert await books.letterboxes.letters(case.id) == []
        assert await books.notes.has_from_person(case.id)
    assert (await one.case()).state == ("waiting" if end == "end" else "taken")


@pytest.mark.parametrize("name", replies.names())
def test_every_reply_fits_a_letter_in_both_languages(name: str) -> None:
    text = replies.words(name, BOTH, TODAY)

    assert units(text) <= MOST
    assert text == "\n\n".join(replies.words(name, one, TODAY) for one in LANGUAGES[::-1])
    assert "{" not in text


def test_a_number_in_a_reply_has_its_date_and_is_being_checked_past_it() -> None:
    fresh, stale = (
        replies.words("take_care", "en", day) for day in (date(2026, 12, 1), date(2030, 1, 1))
    )

    assert "18111 (as published," in fresh
    assert "18111" not in stale
    assert "being checked" in stale
    assert "999" in stale


def test_two_letters_of_a_case_never_have_the_same_mark() -> None:
    notes = [
        Note(f"{number:032x}"[::-1], "c" * 32, 7, Sealed(b""), TODAY) for number in range(500)
    ]

    assert len({mark_of(note) for note in notes}) == 500
    assert len(str(mark_of(replace(notes[0], id="f" * 32)))) <= 15
    assert MARKED < 32
