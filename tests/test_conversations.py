"""Whole talks, both sides, word for word: `UPDATE=1` rewrites the bot's lines.

A file is a title, an empty line, the talk. `name.en.txt` is a talk with somebody whose platform
says English; without a language in its name the platform says nothing.
"""

import os
from io import StringIO
from pathlib import Path

import pytest

from bot.rehearse import PERSON, NoSuchButton, main, rehearse
from locales import LANGUAGES

CONVERSATIONS = sorted(Path(__file__).with_name("conversations").glob("*.txt"))


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    title, written = path.read_text(encoding="utf-8").split("\n\n", 1)
    said = [line.removeprefix(PERSON) for line in written.splitlines() if line.startswith(PERSON)]
    language = path.stem.partition(".")[2] or None

    played = "\n".join(rehearse(said, language)) + "\n"

    if "UPDATE" in os.environ:
        path.write_text(f"{title}\n\n{played}", encoding="utf-8")
        written = played
    assert played == written


def test_both_languages_are_rehearsed() -> None:
    told = {path.stem.partition(".")[2] for path in CONVERSATIONS}

    assert told == {"", *LANGUAGES}


def test_the_terminal_is_a_numbered_menu_and_can_write_the_talk_down(tmp_path: Path) -> None:
    screen, file = StringIO(), tmp_path / "two-words.en.txt"
    typed = [
        "/start\n",
        "\n",
        "[Begin]\n",
        "[I found something]\n",
        "(album)\n",
        "(album)\n",
        "x\n",
    ]

    main("en", file, typed, screen)

    shown = screen.getvalue()
    assert "  4 [I found something]\n" in shown
    assert "    [Clear this chat]\n" in shown, "no number clears"
    assert "No such button: [Begin]" in shown
    assert "    (clear)\n" in shown
    title, written = file.read_text(encoding="utf-8").split("\n\n", 1)
    assert title == "Two words."
    said = ["/start", "[I found something]", "(album)", "(album)", "x"]
    assert written == "\n".join(rehearse(said)) + "\n"


def test_where_any_words_are_read_the_menu_has_no_numbers() -> None:
    screen = StringIO()

    main("en", None, ["/status\n"], screen)

    assert "    [Back]\n" in screen.getvalue()


def test_a_button_that_was_never_shown_cannot_be_pressed() -> None:
    with pytest.raises(NoSuchButton, match="Begin"):
        rehearse(["/start", "[Begin]"])


def test_a_new_line_is_written_as_a_stroke() -> None:
    said = ["/report", "https://example.org/zz/1 / https://example.org/zz/2"]

    assert any("Website 2" in line for line in rehearse(["/start", *said]))
