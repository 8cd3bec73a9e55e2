"""The terminal door: plays any talk with no network and no database, and writes it down.

A line is what a person does: words, or one of

    [Label]                      press that button, shown now or earlier
    (press name)                 press a button by its name: one that an older talk showed
    (edit 3) words               edit the third message into these words
    (photo) words                a picture and its caption; also (video), (voice), (document)
    (album) words                one piece of an album; pieces in a row are one album
    (forward @name/12) words     a channel's post; (forward -1001234567890/12) if it is private
    (chosen @name)               a channel chosen from their list; (chosen -1001234567890) Title
    (hidden https://…) words     words that hide a link
    (links 30)                   thirty invented links in one message

Inside words, " / " is a new line. What reaches the world stands below the answer, as in "(file)".
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TextIO

from handlers.home import HOUSE
from handlers.links import Entity, Origin
from handlers.spoken import Answer, Voice, units
from handlers.talk import (
    DigitOff,
    Done,
    Draft,
    Effect,
    Filed,
    Heard,
    Pressed,
    Said,
    Standing,
    Swept,
    Told,
    TooMany,
    Turn,
    Unknown,
)
from storage.codes import in_fours, is_whole

TODAY = date(2026, 11, 24)
TRIES = 5

CODE = "1234567890123450"
"""The number every rehearsed report gets."""

STANDINGS = {
    CODE: Standing("waiting", {"new": 3}),
    "2222222222222227": Standing("taken", {"new": 1, "requested": 3, "removed": 2, "refused": 1}),
    "3333333333333330": Standing("closed", {"removed": 4, "back": 1}, "partly"),
    "4444444444444443": Standing("waiting", {}),
    "5555555555555558": Standing("closed", {"removed": 2}, "removed"),
}
"""Cases to ask about, by their numbers."""

BOT, PERSON, UNDER = "bot:    ", "person: ", "        "

_ACT = re.compile(
    r"\((edit|photo|video|voice|document|album|forward|chosen|hidden|links|press)"
    r"(?: ([^)]*))?\) ?(.*)",
    re.DOTALL,
)


class NoSuchButton(Exception):
    """A line presses a button that was never shown."""


class Rehearsal:
    """One person's talk. *language* is what the platform tells of them; None: nothing."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self.draft = Draft(ref="rehearsed", language=language)
        self.names: dict[str, str] = {}
        self.messages = self.albums = self.tries = 0
        self.in_album = False

    def hear(self, line: str) -> tuple[Turn, Answer]:
        """What follows from one line; raises NoSuchButton."""
        return self.take(self._heard(line))

    def take(self, heard: Heard) -> tuple[Turn, Answer]:
        """What follows from one thing heard."""
        turn = self._carry_out(HOUSE.take(self.draft, heard))
        answer = Voice(turn.draft.language, TODAY).answer(turn)
        gone = turn.effect in (Effect.CLEAR, Effect.FORGET)
        self.draft = Draft(ref="rehearsed", language=self.language) if gone else turn.draft
        self.names |= {key.label: key.name for row in answer.rows for key in row}
        return turn, answer

    def _heard(self, line: str) -> Heard:
        line = line.replace(" / ", "\n")
        found = _ACT.fullmatch(line)
        act, of, words = found.groups(default="") if found else ("", "", line)
        self.albums += act == "album" and not self.in_album
        self.in_album = act == "album"
        if act == "press":
            return Pressed(of)
        if not act and (label := _pressed(line)):
            if label not in self.names:
                raise NoSuchButton(f"[{label}]")
            return Pressed(self.names[label])
        if act == "edit":
            return replace(_said("", "", words), message=int(of), edited=True)
        self.messages += 1
        album = str(self.albums) if act == "album" else ""
        return replace(_said(act, of, words), message=self.messages, album=album)

    def _carry_out(self, turn: Turn) -> Turn:
        """As the reception does, with stand-ins for what is outside."""
        draft = turn.draft
        match turn.effect:
            case None:
                return turn
            case Effect.FILE:
                told: Told = Filed(in_fours(CODE))
                draft = draft if draft.sent else draft.bare()
            case Effect.SAVED:
                told, draft = Done(), draft.fresh("rehearsed next")
            case Effect.LOOK_UP:
                told, draft = self._look_up(draft.code), replace(draft, code="")
            case Effect.CLEAR:
                told = Swept(0)
            case _:
                told = Done()
        return HOUSE.told(replace(turn, draft=draft), told)

    def _look_up(self, code: str) -> Told:
        if not is_whole(code):
            return DigitOff()
        self.tries += 1
        return TooMany() if self.tries > TRIES else STANDINGS.get(code, Unknown())


def _pressed(line: str) -> str:
    return line[1:-1] if line.startswith("[") and line.endswith("]") else ""


def _said(act: str, of: str, words: str) -> Said:
    match act:
        case "forward":
            return Said(words, origin=_origin(of))
        case "chosen":
            return Said("", origin=replace(_origin(of), title=words), chosen=True)
        case "hidden":
            return Said(words, entities=(Entity("text_link", 0, units(words), of),))
        case "links":
            return Said("\n".join(f"https://example.org/zz/{n}" for n in range(1, int(of) + 1)))
        case _:
            return Said(words, media=act)


def _origin(of: str) -> Origin:
    """`@name/12`, or `-1001234567890/12`."""
    channel, _, post = of.partition("/")
    if channel.startswith("@"):
        return Origin(channel[1:], -1001234567890, int(post or 0))
    return Origin("", int(channel), int(post or 0))


def rehearse(said: Sequence[str], language: str | None = "en") -> list[str]:
    """The whole talk, both sides: what the person did, and what they were answered."""
    rehearsal = Rehearsal(language)
    lines: list[str] = []
    for line in said:
        lines += [PERSON + line, *written(*rehearsal.hear(line))]
    return lines


def written(turn: Turn, answer: Answer) -> list[str]:
    """An answer as lines: the words, the buttons, and the effect below them."""
    if turn.silent:
        return [UNDER + "(nothing is said)"]
    labels = [f"[{key.label}]" for row in answer.rows for key in row]
    lines = [*answer.text.split("\n"), " ".join(labels)]
    if turn.effect:
        lines.append(f"({turn.effect.value})")
    indents = [BOT, *([UNDER] * (len(lines) - 1))]
    return [(indent + line).rstrip() for indent, line in zip(indents, lines, strict=True)]


def menu(turn: Turn, answer: Answer) -> list[str]:
    """An answer as a numbered menu, for a platform without buttons."""
    step = HOUSE.step(turn.draft)
    shown = {button.name for button in step.shown(turn.draft) if not (button.copy or step.free)}
    lines = ["", *answer.text.split("\n"), ""]
    numbers = iter(range(1, len(shown) + 1))
    for key in (key for row in answer.rows for key in row):
        number = next(numbers) if key.name in shown else ""
        lines.append(f"{number:>3} [{key.label}]" + (f" {key.copy}" if key.copy else ""))
    return [*lines, f"    ({turn.effect.value})"] if turn.effect else lines


def main(
    language: str | None,
    write: Path | None = None,
    typed: Iterable[str] = sys.stdin,
    screen: TextIO = sys.stdout,
) -> None:
    """Play a talk until the input ends; *write*: keep it as a talk file, both sides."""
    rehearsal = Rehearsal(language)
    kept: list[str] = []
    _show(screen, ["Nothing leaves this terminal. Type /start, then as a person would."])
    for line in typed:
        if not (line := line.strip()):
            continue
        try:
            turn, answer = rehearsal.hear(line)
        except NoSuchButton as missing:
            _show(screen, [f"No such button: {missing}"])
            continue
        kept += [PERSON + line, *written(turn, answer)]
        _show(screen, [] if turn.silent else menu(turn, answer))
    if write:
        title = write.stem.split(".")[0].replace("-", " ").capitalize()
        write.write_text("\n".join([f"{title}.", "", *kept, ""]), encoding="utf-8")


def _show(screen: TextIO, lines: Iterable[str]) -> None:
    screen.writelines(f"{line}\n" for line in lines)
    screen.write("> ")
    screen.flush()
