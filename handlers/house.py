"""All talks together, and the one rule between what is heard and what follows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from unicodedata import normalize

from handlers.gather import edited, kept
from handlers.talk import (
    CLEAR,
    ERASE,
    REPORT,
    Draft,
    Effect,
    Exit,
    Go,
    Heard,
    Move,
    NoSuchStep,
    Pressed,
    Said,
    Say,
    Script,
    Stay,
    Step,
    Talk,
    Telling,
    Told,
    Turn,
    as_says,
)
from locales import LANGUAGES
from locales.catalogue import wording

TICK = "✓ "


class WrongExit(Exception):
    """A cell went where its row does not lead."""


class House:
    """All talks together, and the words that work in every one of them.

    *anywhere* leads out of any step; *beside* is answered beside the step, which then asks again.
    *distress* says whether words are words of despair; they are answered first, with *comfort*.
    """

    def __init__(
        self,
        *scripts: Script,
        anywhere: Mapping[str, Exit],
        beside: Mapping[str, Callable[[Draft], "Stay"]],
        distress: Callable[[str], bool],
        comfort: tuple[Say, ...],
    ) -> None:
        self.scripts = {script.name: script for script in scripts}
        self.anywhere, self.beside = anywhere, beside
        self.distress, self.comfort = distress, comfort
        for script in scripts:
            for step in script.steps.values():
                for to in step.exits:
                    if isinstance(to, Talk) and to.name not in self.scripts:
                        raise NoSuchStep(f"{script.name}: {step.name} -> {to.name}")

    def take(self, draft: Draft, heard: Heard) -> Turn:
        """The one rule: what follows from *heard*, where *draft* stands. No clock, no dice."""
        here = self.step(draft)
        if isinstance(heard, Pressed):
            return self._follow(self._move(here, draft, heard, new=False))
        if heard.edited:
            comfort = self.comfort if self.distress(heard.text) else ()
            stay = edited(draft, heard)
            return self._again(replace(stay, first=(*comfort, *stay.first)))
        known, notes, new = kept(draft, heard)
        move = self._move(here, known, meant(heard, here, known), new)
        turn = self._follow(move)
        if turn.effect in (Effect.CLEAR, Effect.FORGET):
            return turn  # and not a word of what came with it
        more = bool(heard.album) and heard.album == draft.album
        silent = more and not notes and (not heard.text or move == Stay(known))
        return replace(turn, says=(*notes, *turn.says), silent=silent)

    def told(self, turn: Turn, told: Told) -> Turn:
        """The same turn, once its effect is carried out."""
        here = self.step(turn.draft)
        telling = here.tell(turn.draft, told) if here.tell else Telling(())
        if telling.to:
            turn = self._shifted(turn, here, telling.to)
        buttons = (*telling.buttons, *turn.buttons)
        return replace(turn, says=(*turn.says, *telling.says), buttons=buttons)

    def _shifted(self, turn: Turn, here: Step, to: str) -> Turn:
        """What came of an effect may lead on, by an exit in the row; no second effect follows."""
        if to not in here.exits:
            raise WrongExit(f"{here.name} -> {to}")
        draft = replace(turn.draft, step=to)
        return replace(turn, draft=draft, buttons=(*self.step(draft).shown(draft), CLEAR))

    def step(self, draft: Draft) -> Step:
        """Where *draft* stands; an unknown place (an older version's) is home's first step."""
        script = self.scripts.get(draft.talk, self.scripts["home"])
        return script.steps.get(draft.step) or script.steps[script.opening(draft)]

    def _move(self, here: Step, draft: Draft, heard: Heard, new: bool) -> Move:
        word = heard.name if isinstance(heard, Pressed) else word_of(heard.text)
        if word in self.anywhere and (not here.holds or self.anywhere[word] == ERASE):
            return Go(self.anywhere[word], draft)
        if word in self.beside:
            return self.beside[word](draft)
        if isinstance(heard, Said) and self.distress(heard.text):
            read = here.read(draft, heard).draft if here.free else draft
            return Stay(read, self.comfort)
        if isinstance(heard, Pressed):
            for button, to in here.buttons.items():
                if button.name == heard.name:
                    return Go(to, draft)
        if new and REPORT in here.exits:
            return Go(REPORT, draft)
        if new and not here.free:
            return Stay(draft)
        if isinstance(heard, Said) and heard.media and not here.free:
            return Stay(draft)
        move = here.read(draft, heard)
        if isinstance(move, Go) and move.to not in here.exits:
            raise WrongExit(f"{here.name} -> {move.to}")
        return move

    def _follow(self, move: Move) -> Turn:
        return self._arrive(move) if isinstance(move, Go) else self._again(move)

    def _arrive(self, go: Go) -> Turn:
        talk = go.to.name if isinstance(go.to, Talk) else go.draft.talk
        script = self.scripts.get(talk, self.scripts["home"])
        name = script.opening(go.draft) if isinstance(go.to, Talk) else go.to
        step = script.steps[name]
        here = go.draft.away() if isinstance(go.to, Talk) else go.draft
        draft = replace(here, talk=script.name, step=name)
        words = () if step.effect else as_says(step.ask(draft))
        # On a cleared screen the word "clear" would tell that something was there.
        last = () if step.effect is Effect.CLEAR else (CLEAR,)
        return Turn(draft, (*go.first, *words), (*step.shown(draft), *last), step.effect)

    def _again(self, stay: Stay) -> Turn:
        step = self.step(stay.draft)
        draft = replace(stay.draft, step=step.name)
        says = (*stay.first, *as_says(step.ask(draft)))
        return Turn(draft, says, (*step.shown(draft), CLEAR), redraw=stay.redraw)


def word_of(text: str) -> str:
    """A typed word as we compare it: `／HELP@some_bot ` is `/help`."""
    word = normalize("NFKC", text).strip().lower()
    return re.sub(r"^(/[a-z]+)(@\w+)?(\s.*)?$", r"\1", word, flags=re.DOTALL)


FIRST_WORDS = re.compile("[,，]")  # "No" is enough for "No, 18 or over"


def typed_as(words: str | Say, language: str) -> str:
    """The words on a button as a person would type them: without the tick."""
    if isinstance(words, str):
        return word_of(wording(words, language))
    blanks = {
        name: typed_as(blank, language) if isinstance(blank, Say) else blank
        for name, blank in words.blanks.items()
    }
    return word_of(wording(words.words, language).format(**blanks)).removeprefix(TICK)


def meant(heard: Said, here: Step, draft: Draft) -> Heard:
    """A button typed, by its words in any language or by its number, is a button pressed.

    Clearing the chat has no number: "3" may be how many links somebody has.
    """
    shown = here.shown(draft)
    word = word_of(heard.text).removeprefix(TICK)
    for button in (*shown, CLEAR):
        labels = [typed_as(button.words, language) for language in LANGUAGES]
        if any(word in (label, FIRST_WORDS.split(label)[0]) for label in labels):
            return Pressed(button.name)
    if not here.free and word.isdecimal() and len(word) < 3 and 0 < int(word) <= len(shown):
        return Pressed(shown[int(word) - 1].name)
    return heard
