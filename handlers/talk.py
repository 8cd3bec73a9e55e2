"""The nouns of a talk, the Step, the Script, the House, and the one rule between them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal
from unicodedata import normalize

from handlers.links import Entity, Link, Origin, archived, find, from_origin
from locales import LANGUAGES, N_
from locales.catalogue import wording

MOST_LINKS = 200


# What can be heard


@dataclass(frozen=True, slots=True)
class Said:
    """The person typed, pasted, edited or forwarded something with words in it, or shared media.

    *message* is the platform's id of the message; *media* says what hung on it ("photo", …), ""
    for none; *album* is the same for all pieces of one album.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    origin: Origin | None = None
    message: int = 0
    edited: bool = False
    media: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The person pressed one of our buttons."""

    name: str


Heard = Said | Pressed


# What came of an effect, told to the step that asked for it


@dataclass(frozen=True, slots=True)
class Filed:
    """The report is in the database; *code* is what the person asks with, in fours."""

    code: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands: its state, and how many links are in each link state."""

    state: str
    links: Mapping[str, int]
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No case for that code: wrong, expired, withdrawn, forgotten, all the same."""


@dataclass(frozen=True, slots=True)
class DigitOff:
    """The check digit does not fit; this was no try."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """Too many tries in this hour."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The chat was cleared; *left* messages could not be deleted.

    Not *sure*: we do not know what was in the chat before, so something may be left.
    """

    left: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """The effect was carried out and there is nothing to tell."""


Told = Filed | Standing | Unknown | DigitOff | TooMany | Swept | Done


class Effect(Enum):
    """What a step asks of the world on arrival; reception carries it out."""

    FILE = "file"
    SAVED = "saved"
    LOOK_UP = "look up"
    CLEAR = "clear"
    FORGET = "forget"


# What is said


@dataclass(frozen=True, slots=True)
class Code:
    """Shown in monospace; a tap copies it; never becomes a link."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Shown in bold."""

    words: "str | Say"


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, an address, a date from locales/facts: file and entry, as in "help.rainlily"."""

    key: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number to call, by its entry ("help.rainlily"): to be copied, with the day it was read."""

    key: str


@dataclass(frozen=True, slots=True)
class Say:
    """Words not yet in any language nor on any platform; blanks are filled when spoken."""

    words: str
    blanks: "Mapping[str, Blank]" = field(default_factory=dict)


Blank = str | int | Code | Strong | Fact | Number | Say | tuple["Blank", ...]


@dataclass(frozen=True, slots=True)
class Button:
    """What pressing it means to us, and the words on it; *copy* is copied, *url* followed."""

    name: str
    words: str | Say
    style: str = ""
    copy: str = ""
    url: str = ""

    def __hash__(self) -> int:
        """By name: one name, one button."""
        return hash(self.name)


# What is remembered until it is sent


@dataclass(frozen=True, slots=True)
class Kept:
    """A link, and the message it came in."""

    link: Link
    message: int


Minor = Literal["no", "yes", "unsure"]
Urgency = Literal["now", "soon", "calm"]


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished talk: never on disk, gone after thirty idle minutes.

    *ref* is the case's id to be, so that sending twice files once; *over* counts links beyond the
    limit; *code* is sixteen typed digits; *album* is the last one answered. *newest* is the newest
    message heard; what came up to the message *settled* is sent.
    """

    ref: str = ""
    language: str | None = None
    talk: str = "home"
    step: str = ""
    minor: Minor | None = None
    links: tuple[Kept, ...] = ()
    over: int = 0
    happened: tuple[str, ...] = ()
    urgency: Urgency | None = None
    note: str = ""
    note_message: int = 0
    news: bool | None = None
    sent: bool = False
    code: str = ""
    album: str = ""
    newest: int = 0
    settled: int = 0

    def bare(self) -> "Draft":
        """What may stay once a report is sent: where the person is, and nothing they typed."""
        return Draft(
            ref=self.ref,
            language=self.language,
            talk=self.talk,
            step=self.step,
            sent=True,
            newest=self.newest,
            settled=self.newest,
        )

    def fresh(self, ref: str) -> "Draft":
        """The next report, in the same language; links that came after sending belong to it."""
        return replace(self, ref=ref, sent=False)


# Where a step leads


@dataclass(frozen=True, slots=True)
class Talk:
    """An exit into another script, at the step where that script opens."""

    name: str


Exit = str | Talk

HOME, REPORT, ERASE = Talk("home"), Talk("report"), Talk("erase")


@dataclass(frozen=True, slots=True)
class Go:
    """Leave by this exit."""

    to: Exit
    draft: Draft
    first: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """Say this, then ask the same again. *redraw*: the message that was pressed may be changed."""

    draft: Draft
    first: tuple[Say, ...] = ()
    redraw: bool = False


Move = Go | Stay


class WrongExit(Exception):
    """A cell went where its row does not lead."""


class NoSuchStep(Exception):
    """A row leads to a step that no table has."""


Words = Say | tuple[Say, ...]


def said_nothing_new(draft: Draft, heard: Heard) -> Move:
    """Read nothing: say one kind line, and ask again."""
    return Stay(draft, (Say(N_("Sorry, I did not understand that.")),))


@dataclass(frozen=True, slots=True)
class Step:
    """One question and the reading of its answer; it leaves only by an exit in its row.

    *buttons* lead out by themselves; *choices* are further buttons, made from the draft, that
    *read* answers. Where *effect* is set, arriving asks it of the world and *tell* says what came
    of it; *ask* then only repeats the question. A *free* step reads any words, so no number stands
    for a button there. A step that *holds* is left by its buttons, or by clearing the chat.
    """

    name: str
    ask: Callable[[Draft], Words]
    read: Callable[[Draft, Heard], Move] = said_nothing_new
    buttons: Mapping[Button, Exit] = field(default_factory=dict)
    to: tuple[Exit, ...] = ()
    choices: Callable[[Draft], tuple[Button, ...]] = lambda draft: ()
    effect: Effect | None = None
    tell: Callable[[Draft, Told], "Telling"] | None = None
    free: bool = False
    holds: bool = False

    @property
    def exits(self) -> tuple[Exit, ...]:
        """All the ways out, buttons first."""
        return tuple(dict.fromkeys((*self.buttons.values(), *self.to)))

    def shown(self, draft: Draft) -> tuple[Button, ...]:
        """The buttons a person sees, in order."""
        return (*self.buttons, *self.choices(draft))


@dataclass(frozen=True, slots=True)
class Telling:
    """What is said once an effect is carried out, and buttons that only now make sense."""

    says: tuple[Say, ...]
    buttons: tuple[Button, ...] = ()


class Script:
    """One talk: a table of steps. The first row opens it, unless *opening* picks another."""

    def __init__(
        self, name: str, *steps: Step, opening: Callable[[Draft], str] | None = None
    ) -> None:
        self.name = name
        self.steps = {step.name: step for step in steps}
        self.opening = opening or (lambda draft: steps[0].name)
        for step in steps:
            for to in step.exits:
                if isinstance(to, str) and to not in self.steps:
                    raise NoSuchStep(f"{name}: {step.name} -> {to}")


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from one thing heard: the next draft, the words, the buttons, the effect.

    With an *effect* the words are not whole yet: `House.told` completes them.
    """

    draft: Draft
    says: tuple[Say, ...]
    buttons: tuple[Button, ...] = ()
    effect: Effect | None = None
    redraw: bool = False
    silent: bool = False


TICK = "✓ "
CLEAR = Button("clear", N_("Clear this chat"), "danger")


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
        tell = self.step(turn.draft).tell
        telling = tell(turn.draft, told) if tell else Telling(())
        buttons = (*telling.buttons, *turn.buttons)
        return replace(turn, says=(*turn.says, *telling.says), buttons=buttons)

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
        draft = replace(go.draft, talk=script.name, step=name)
        words = () if step.effect else as_says(step.ask(draft))
        # On a cleared screen the word "clear" would tell that something was there.
        last = () if step.effect is Effect.CLEAR else (CLEAR,)
        return Turn(draft, (*go.first, *words), (*step.shown(draft), *last), step.effect)

    def _again(self, stay: Stay) -> Turn:
        step = self.step(stay.draft)
        draft = replace(stay.draft, step=step.name)
        says = (*stay.first, *as_says(step.ask(draft)))
        return Turn(draft, says, (*step.shown(draft), CLEAR), redraw=stay.redraw)


# Links are heard in every step, so that none is lost


def kept(draft: Draft, said: Said) -> tuple[Draft, tuple[Say, ...], bool]:
    """Keep the links of *said*: the next draft, what was understood, and whether a link is new."""
    draft, notes = without_media(draft, said)
    draft = replace(draft, newest=max(draft.newest, said.message))
    links = links_in(said)
    if not links:
        return draft, notes, False
    draft = with_links(draft, links, said.message)
    return draft, (*notes, *understood(draft, links)), True


def links_in(said: Said) -> tuple[Link, ...]:
    """A forwarded post's own address first, then the links in its words, with what they copy."""
    origin = from_origin(said.origin) if said.origin else None
    seen = [*((origin,) if origin else ()), *find(said.text, said.entities)]
    return tuple(link for one in seen for link in (one, archived(one)) if link)


def with_links(draft: Draft, links: tuple[Link, ...], message: int) -> Draft:
    """*draft* with the links it did not have; what is over the limit is counted, not kept."""
    known = {kept.link.url for kept in draft.links}
    distinct = {link.url: link for link in reversed(links) if link.url not in known}
    new = [Kept(link, message) for link in reversed(distinct.values())]
    room = MOST_LINKS - len(draft.links)
    return replace(
        draft, links=(*draft.links, *new[:room]), over=draft.over + max(0, len(new) - room)
    )


def understood(draft: Draft, links: tuple[Link, ...]) -> tuple[Say, ...]:
    """What was understood, in numbers; nothing is repeated."""
    blanks: dict[str, Blank] = {"links": by_platform(links), "all": len(draft.links)}
    words = N_("Got it: {links}. In all: {all}. Nothing is sent yet.")
    if draft.sent:
        words = N_("Got it, for your next report: {links}. In all: {all}.")
    notes = [Say(words, blanks)]
    if draft.over:
        blanks = {"most": MOST_LINKS, "over": draft.over}
        notes.append(
            Say(
                N_(
                    "One report holds {most} links; {over} more did not fit. "
                    "Please send this report, then start another for the rest."
                ),
                blanks,
            )
        )
    return tuple(notes)


def by_platform(links: tuple[Link, ...]) -> tuple[Blank, ...]:
    """ "Telegram 2", "LIHKG 1", in the order they came."""
    counts: dict[str, int] = {}
    for link in links:
        counts[link.platform] = counts.get(link.platform, 0) + 1
    return tuple(platform_count(name, count) for name, count in counts.items())


def platform_count(platform: str, count: int) -> Say:
    """One platform's name and how many."""
    return Say(
        N_("{platform} {count}"), {"platform": Fact(f"platforms.{platform}.name"), "count": count}
    )


def without_media(draft: Draft, said: Said) -> tuple[Draft, tuple[Say, ...]]:
    """Media is never kept; an album is answered once."""
    if not said.media or (said.album and said.album == draft.album):
        return draft, ()
    note = N_(
        "Please send no pictures or files: the link is enough. "
        "I take them out of this chat; nobody has opened them."
    )
    return replace(draft, album=said.album), (Say(note),)


def edited(draft: Draft, said: Said) -> Stay:
    """An edited message replaces its own links, or the note, until that is sent."""
    if said.message <= draft.settled:
        line = N_(
            "An edit changes nothing that is already sent. Please write it as a new message."
        )
        return Stay(draft, (Say(line),))
    links = links_in(said)
    others = tuple(kept for kept in draft.links if kept.message != said.message)
    is_note = bool(draft.note) and said.message == draft.note_message
    note = said.text.strip() if is_note else draft.note
    changed = with_links(replace(draft, links=others, note=note), links, said.message)
    if links:
        return Stay(changed, understood(changed, links))
    if changed.links != draft.links:
        line = N_("Changed. Links now: {all}.")
        return Stay(changed, (Say(line, {"all": len(changed.links)}),))
    return Stay(changed, (Say(N_("Changed.")),) if is_note else ())


def as_says(words: Words) -> tuple[Say, ...]:
    """One thing to say, or several, as several."""
    return (words,) if isinstance(words, Say) else words


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
