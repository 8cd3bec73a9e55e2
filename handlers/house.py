"""All talks together, and the one rule between what is heard and what follows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from unicodedata import normalize

from handlers.erase import START
from handlers.gather import edited, kept
from handlers.talk import (
    CLEAR,
    ERASE,
    REPORT,
    SIDE_BY_SIDE,
    Aside,
    Blank,
    Draft,
    Effect,
    Exit,
    Fact,
    Go,
    Heard,
    Move,
    NoSuchStep,
    Pressed,
    Return,
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
from locales import LANGUAGES, facts
from locales.catalogue import wording

TICK = "✓ "


class WrongExit(Exception):
    """A cell went where its row does not lead."""


class House:
    """All talks together, and the words that work in every one of them.

    *anywhere* leads out of any step; *beside* is answered beside the step, which then asks again.
    *answer* gives what words must be answered with before anything else (despair, danger, a plain
    question), or None; the step then asks again.
    """

    def __init__(
        self,
        *scripts: Script,
        anywhere: Mapping[str, Exit],
        beside: Mapping[str, Callable[[Draft], Move]],
        answer: Callable[[Draft, str], Stay | None],
    ) -> None:
        self.scripts = {script.name: script for script in scripts}
        self.anywhere, self.beside, self.answer = anywhere, beside, answer
        for script in scripts:
            for step in script.steps.values():
                for to in step.exits:
                    if isinstance(to, Talk | Aside) and to.name not in self.scripts:
                        raise NoSuchStep(f"{script.name}: {step.name} -> {to.name}")

    def take(self, draft: Draft, heard: Heard) -> Turn:
        """The one rule: what follows from *heard*, where *draft* stands. No clock, no dice."""
        here = self.step(draft)
        if isinstance(heard, Pressed):
            return self._follow(self._move(here, draft, heard, new=False))
        if heard.edited:
            stay, answer = edited(draft, heard), self.answer(draft, heard.text)
            first = answer.first if answer else ()
            return self._again(replace(stay, first=(*first, *stay.first)))
        known, notes, new = kept(draft, heard)
        move = self._move(here, known, meant(heard, here, known), new)
        turn = self._follow(move)
        if turn.effect in (Effect.CLEAR, Effect.FORGET):
            return turn  # and not a word of what came with it
        more = bool(heard.album) and heard.album == draft.album
        silent = more and not notes and (not heard.text or move == Stay(known))
        return replace(turn, says=(*notes, *turn.says), silent=silent)

    def speaks_for_itself(self, heard: Heard) -> bool:
        """Whether it must have an answer of its own, however much is heard after it."""
        if isinstance(heard, Pressed) or heard.edited:
            return True
        word = word_of(heard.text)
        return (
            word in self.anywhere
            or word in self.beside
            or self.answer(Draft(), heard.text) is not None
        )

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
        if isinstance(heard, Said) and (answer := self.answer(draft, heard.text)):
            if new and opens_report(here, draft):
                return Go(REPORT, draft, answer.first)
            read = here.read(draft, heard) if here.free else answer
            return replace(answer, draft=read.draft) if isinstance(read, Stay) else answer
        if isinstance(heard, Pressed):
            for button, to in here.buttons.items():
                if button.name == heard.name:
                    return Go(to, draft, redraw=here.vanishes)
        if new and opens_report(here, draft):
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
        if isinstance(go.to, Return):
            return self._again(Stay(self._returned(go.draft), go.first))
        draft = replace(self._led(go.to, go.draft), puzzled=False)
        step = self.step(draft)
        words = () if step.effect else as_says(step.ask(draft))
        # On a cleared screen the word "clear" would tell that something was there.
        last = () if step.effect is Effect.CLEAR else (CLEAR,)
        buttons = (*step.shown(draft), *last)
        return Turn(draft, (*go.first, *words), buttons, step.effect, go.redraw)

    def _returned(self, draft: Draft) -> Draft:
        """Where *draft* stood before the talk beside; pressed once more, it stays where it is."""
        steps = self.scripts.get(draft.talk, self.scripts["home"]).steps.values()
        beside = any(Return() in step.exits for step in steps)
        talk, step = draft.came_from or (("home", "") if beside else (draft.talk, draft.step))
        return replace(draft, talk=talk, step=step, came_from=(), topic="")

    def _led(self, to: str | Talk | Aside, draft: Draft) -> Draft:
        """*draft*, standing where *to* leads."""
        match to:
            case Aside(name, topic):
                here = draft.came_from or (draft.talk, draft.step)
                return self._opened(name, replace(draft, came_from=here, topic=topic))
            case Talk(name):
                return self._opened(name, replace(draft.left().away(), came_from=(), topic=""))
            case _:
                return replace(draft, step=to)

    def _opened(self, name: str, draft: Draft) -> Draft:
        script = self.scripts.get(name, self.scripts["home"])
        return replace(draft, talk=script.name, step=script.opening(draft))

    def _again(self, stay: Stay) -> Turn:
        step = self.step(stay.draft)
        draft = replace(stay.draft, step=step.name, puzzled=stay.puzzled)
        if stay.more and step.brief:
            return Turn(draft, stay.first, (*stay.more, START, CLEAR))
        ask = (step.again if stay.first else None) or step.ask
        says = (*stay.first, *as_says(ask(draft)))
        more = () if step.holds else stay.more
        return Turn(draft, says, (*step.shown(draft), *more, CLEAR), redraw=stay.redraw)


def opens_report(here: Step, draft: Draft) -> bool:
    """Whether a link leads into a report; who has one open beside this goes back by themselves."""
    beside = draft.came_from[:1] == (REPORT.name,) or (draft.came_from and draft.mine)
    return REPORT in here.exits and not beside


def word_of(text: str) -> str:
    """A typed word as we compare it: `／HELP@some_bot ` is `/help`."""
    word = normalize("NFKC", text).strip().lower()
    return re.sub(r"^(/[a-z]+)(@\w+)?(\s.*)?$", r"\1", word, flags=re.DOTALL)


FIRST_WORDS = re.compile("[,，]")  # "No" is enough for "No, 18 or over"


def typed_as(words: str | Say, language: str) -> str:
    """The words on a button as a person would type them: without the tick."""
    if isinstance(words, str):
        return _plainly_typed(words, language)
    blanks = {name: _typed_blank(blank, language) for name, blank in words.blanks.items()}
    return word_of(wording(words.words, language).format(**blanks)).removeprefix(TICK)


@cache
def _plainly_typed(words: str, language: str) -> str:
    # Asked for each button at each message; there are only so many plain buttons.
    return word_of(wording(words, language))


def _typed_blank(blank: Blank, language: str) -> Blank:
    match blank:
        case Say():
            return typed_as(blank, language)
        case Fact(key):
            entry, _, field = key.rpartition(".")
            return facts.entry(entry).text(field, language)
        case _:
            return blank


def meant(heard: Said, here: Step, draft: Draft) -> Heard:
    """A button typed, by its words in any language or by its number, is a button pressed.

    Clearing the chat has no number: "3" may be how many links somebody has.
    """
    shown = [button for button in here.shown(draft) if not button.copy]
    word = word_of(heard.text).removeprefix(TICK)
    words = {word, word.partition(SIDE_BY_SIDE)[0]}  # a key below the field types both
    for button in (*shown, CLEAR):
        labels = [typed_as(button.words, language) for language in LANGUAGES]
        if any(words & {label, FIRST_WORDS.split(label)[0]} for label in labels):
            return Pressed(button.name)
    if not here.free and word.isdecimal() and len(word) < 3 and 0 < int(word) <= len(shown):
        return Pressed(shown[int(word) - 1].name)
    return heard
