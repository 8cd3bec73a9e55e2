"""Whole talks of the staff room, all sides, word for word: `UPDATE=1` rewrites the transcripts.

`name.txt` is a script: a title, who is who, an empty line, what people do (tests/staff_stage.py).
`name.en.txt` and `name.yue_Hant.txt` are its transcripts: the same, with what the bots say.
"""

import os
import re
from pathlib import Path

import pytest

from locales import LANGUAGES
from storage.books import Store
from storage.keys import DoorKeys, StaffKeys
from tests.conftest import Clock
from tests.staff_stage import CAST, LINK, open_stage

TALKS = Path(__file__).with_name("staff_talks")
SCRIPTS = sorted(path for path in TALKS.glob("*.txt") if "." not in path.stem)
TRANSCRIPTS = [script.with_suffix(f".{code}.txt") for script in SCRIPTS for code in LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
async def test_staff_talk(
    script: Path,
    language: str,
    sqlite_store: Store,
    door_keys: DoorKeys,
    staff_keys: StaffKeys,
    clock: Clock,
) -> None:
    head, acts = script.read_text(encoding="utf-8").split("\n\n", 1)
    kept = script.with_suffix(f".{language}.txt")

    async with open_stage(sqlite_store, door_keys, staff_keys, clock, language) as stage:
        lines = await stage.play(acts.splitlines())

    played = "\n".join([head, "", *lines, ""])
    if "UPDATE" in os.environ:
        kept.write_text(played, encoding="utf-8")
    assert played == kept.read_text(encoding="utf-8")


def test_each_script_has_its_transcripts_and_none_is_left_over() -> None:
    assert set(TALKS.iterdir()) == {*SCRIPTS, *TRANSCRIPTS}


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_link_stands_only_with_who_has_the_case(transcript: Path) -> None:
    """In the talk itself tests.staff_stage.Stage.check asks the books who that is."""
    body = transcript.read_text(encoding="utf-8").split("\n\n", 1)[1]
    to_one = re.compile(rf"(bot to )?({'|'.join(CAST)})\b")

    for block in re.split(r"\n(?=\S)", body):
        assert to_one.match(block) or not LINK.search(block)
