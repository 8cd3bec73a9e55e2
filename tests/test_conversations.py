"""Whole talks, both sides, word for word: `UPDATE=1` rewrites the bot's lines.

A file is a title, an empty line, the talk. `name.en.txt` is a talk with somebody whose platform
says English; without a language in its name the platform says nothing.
"""

import os
from pathlib import Path

import pytest

from bot.rehearse import PERSON, rehearse
from locales import LANGUAGES

CONVERSATIONS = sorted(Path(__file__).with_name("conversations").glob("*.txt"))


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    title, written = path.read_text(encoding="utf-8").split("\n\n", 1)
    said = [
        line.removeprefix(PERSON) for line in written.splitlines() if line.startswith(PERSON)
    ]
    language = path.stem.partition(".")[2] or None

    played = "\n".join(rehearse(said, language)) + "\n"

    if "UPDATE" in os.environ:
        path.write_text(f"{title}\n\n{played}", encoding="utf-8")
        written = played
    assert played == written


def test_both_languages_are_rehearsed() -> None:
    told = {path.stem.partition(".")[2] for path in CONVERSATIONS}

    assert told == {"", *LANGUAGES}
