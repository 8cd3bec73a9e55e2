"""The nouns of a talk: what is heard and said, the draft, the Step, the Script, the Turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal

from handlers.check import How
from handlers.links import Entity, Link, Origin
from locales import N_

# What can be heard


@dataclass(frozen=True, slots=True)
class Said:
    """The person typed, pasted, edited or forwarded something with words in it, or shared media.

    *message* is the platform's id of the message; *media* says what hung on it ("photo", …), ""
    for none; *album* is the same for all pieces of one album. *chosen*: it is not words but a
    chat that they chose from their own list, and *origin* is that chat.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    origin: Origin | None = None
    message: int = 0
    edited: bool = False
    media: str = ""
    album: str = ""
    chosen: bool = False


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


Minor = Literal["no", "yes", "unsure"]
Urgency = Literal["now", "soon", "calm"]


@dataclass(frozen=True, slots=True)
class LinkStanding:
    """One link of a case, by its number and never by its address.

    *platform* is "" where nobody here knows it; *day*, of the last change, is "2026-11-24".
    """

    number: int
    platform: str
    state: str
    day: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """That news come to this chat: until which day, at which hour (None: any), and how loud."""

    until: str
    hour: int | None = None
    silent: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands: its state, and how many links are in each link state.

    *letters*: what our team wrote to the person; *more_letters*: how many wait behind them;
    *ends*: the day on which it is erased because the person withdrew it, *erased*: because it is
    closed; "" for none. *consents*: what is agreed to, and since
    which day (None: not known); *counted*: its questions were asked. *told*: who knows of it
    where somebody may be under 18.
    """

    state: str
    links: Mapping[str, int]
    outcome: str = ""
    minor: Minor = "no"
    each: tuple[LinkStanding, ...] = ()
    consents: Mapping[str, str] | None = None
    counted: bool = False
    letters: tuple[str, ...] = ()
    more_letters: int = 0
    news: News | None = None
    ends: str = ""
    erased: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """Links and a note are in the case now; *over* links had no room in it and stay unsent."""

    standing: Standing
    links: int
    note: bool
    over: int = 0


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
    """The chat was cleared; *left* of the messages we know of could not be deleted.

    Not *known*: we know of none, though there may be some.
    """

    left: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """The effect was carried out and there is nothing to tell."""


Told = Filed | Standing | Added | Unknown | DigitOff | TooMany | Swept | Done


class Effect(Enum):
    """What a step asks of the world on arrival; reception carries it out."""

    FILE = "file"
    SAVED = "saved"
    CHECK = "check"
    SHOW = "show"
    LOOK_UP = "look up"
    ADD = "add"
    AGREE = "agree"
    COUNT = "count"
    READ = "read"
    TIME = "time"
    WITHDRAW = "withdraw"
    KEEP = "keep"
    CLEAR = "clear"
    FORGET = "forget"
    CLEAR_LATER = "clear later"
    OFFER_LATER = "offer later"
    NEVER_BY_ITSELF = "never by itself"


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
class Source:
    """Who says what these entries ("law.sharing") state, and the day it was read, a line each.

    And one more where no lawyer has checked our words for one of them.
    """

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """Long text, a line each: a platform may show its beginning only, until it is tapped."""

    lines: "tuple[Say, ...]"


@dataclass(frozen=True, slots=True)
class While:
    """Lines that hold while all these entries do; past the date of one, the *others* are said."""

    keys: tuple[str, ...]
    lines: "tuple[Say, ...]"
    others: "tuple[Say, ...]"


@dataclass(frozen=True, slots=True)
class Read:
    """The day an entry was read, "as published, DAY"; past its date: being checked."""

    key: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day ("2026-11-24"), to be said as people say it."""

    iso: str


@dataclass(frozen=True, slots=True)
class Say:
    """Words not yet in any language nor on any platform; blanks are filled when spoken."""

    words: str
    blanks: "Mapping[str, Blank]" = field(default_factory=dict)


Blank = (
    str
    | int
    | Code
    | Strong
    | Folded
    | Fact
    | Number
    | Day
    | Read
    | Source
    | While
    | Say
    | tuple["Blank", ...]
)


@dataclass(frozen=True, slots=True)
class Button:
    """What pressing it means to us, and the words on it; *copy* is copied, *url* followed.

    *choose* ("channel", "group"): where the platform can, it lets the person choose one from
    their own list, which is heard as Said(chosen=True); elsewhere it is a button like others.
    A Number to copy is not offered past its date.
    """

    name: str
    words: str | Say
    style: str = ""
    copy: str | Number = ""
    url: str = ""
    choose: str = ""

    def __hash__(self) -> int:
        """By name: one name, one button."""
        return hash(self.name)


# What is remembered until it is sent


@dataclass(frozen=True, slots=True)
class Kept:
    """A link, and the message it came in."""

    link: Link
    message: int


@dataclass(frozen=True, slots=True)
class Note:
    """Words for the team, and the message they came in."""

    text: str
    message: int


@dataclass(frozen=True, slots=True)
class Mine:
    """The case that a code has opened, for this talk only; the code itself is not in it.

    *act* changes with each thing done, so that the same one heard twice is done once. *want* is
    the step on the way, while the duty to report stands in between; *warned*: it was read.
    *letters*: the ids of those that were shown.
    """

    id: str
    act: str
    standing: Standing
    want: str = ""
    warned: bool = False
    page: int = 0
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished talk: never on disk, gone after thirty idle minutes.

    *ref* is the case's id to be, so that sending twice files once; *over* counts links beyond the
    limit; *code* is typed digits; *album* is the last one answered. *newest* is the newest
    message heard; what came up to the message *settled* is sent. *card* is the one of the law that
    is read, *answers* are those of the legal check, *checked* is what came of it, where that goes
    along with the report. *came_from* is the talk and the step that were left for a talk beside
    them, *topic* the card that is open there; *puzzled*: the last answer was that we did not
    understand. *words* are for the case that is open, *mine*, and *choice* is what was pressed
    there. *agreed*: consents given in a report; *figures*: answers that are only counted.
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
    notes: tuple[Note, ...] = ()
    news: bool | None = None
    sent: bool = False
    code: str = ""
    mine: Mine | None = None
    words: str = ""
    words_message: int = 0
    choice: str = ""
    agreed: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    album: str = ""
    newest: int = 0
    settled: int = 0
    card: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checked: Mapping[str, How] = field(default_factory=dict)

    came_from: tuple[str, ...] = ()
    topic: str = ""
    puzzled: bool = False

    def left(self) -> "Draft":
        """What goes along where a talk is opened: no answer of the legal check."""
        return replace(self, card="", answers={})

    @property
    def note(self) -> str:
        """All that was written for the team, "" for nothing."""
        return "\n".join(note.text for note in self.notes)

    @property
    def unsent(self) -> bool:
        """Whether something is in it that would be lost."""
        return bool(self.links or self.notes or self.words)

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

    def away(self) -> "Draft":
        """Elsewhere the case is closed again, and what was not sent to it is forgotten."""
        return replace(self, mine=None, words="", words_message=0, choice="")

    def fresh(self, ref: str) -> "Draft":
        """The next report, in the same language; links that came after sending belong to it."""
        return replace(self, ref=ref, sent=False)


# Where a step leads


@dataclass(frozen=True, slots=True)
class Talk:
    """An exit into another script, at the step where that script opens."""

    name: str


@dataclass(frozen=True, slots=True)
class Aside:
    """An exit into a script beside the talk, at the card or step *topic*; Return leads back."""

    name: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the place that was left for a talk beside it, where nothing has changed."""


Exit = str | Talk | Aside | Return

HOME, REPORT = Talk("home"), Talk("report")
LAW, CHECK = Talk("law"), Talk("check")
ERASE, STOP = Talk("erase"), Talk("stop")


@dataclass(frozen=True, slots=True)
class Go:
    """Leave by this exit. *redraw*: the message that was pressed may be changed."""

    to: Exit
    draft: Draft
    first: tuple[Say, ...] = ()
    redraw: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """Say this, then ask the same again, with these *more* buttons after the step's own.

    *redraw*: the message that was pressed may be changed. *puzzled*: we did not understand.
    """

    draft: Draft
    first: tuple[Say, ...] = ()
    redraw: bool = False
    more: tuple[Button, ...] = ()
    puzzled: bool = False


Move = Go | Stay


class NoSuchStep(Exception):
    """A row leads to a step that no table has."""


Words = Say | tuple[Say, ...]


def said_nothing_new(draft: Draft, heard: Heard) -> Move:
    """Read nothing: say one kind line, and where a human is.

    Where nobody may be under 18, and away from the first screens, the second time the line alone.
    """
    first = draft.talk == "home" or may_be_young(draft)
    if draft.puzzled and not first:
        return Stay(draft, (Say(N_("Sorry, I did not understand that.")),), puzzled=True)
    return Stay(draft, (not_understood(draft),), puzzled=True)


def not_understood(draft: Draft) -> Say:
    """That we did not understand, and whom to call: the adults' line is for adults only."""
    key = "welfare" if may_be_young(draft) else "cease"
    words = N_(
        "Sorry, I did not understand that. To talk to a person: {name}, {number}; or type /help."
    )
    return Say(words, {"name": Fact(f"help.{key}.name"), "number": Number(f"help.{key}")})


def may_be_young(draft: Draft) -> bool:
    """Whether somebody may be under 18, by what was answered; or that is being asked."""
    case = draft.mine.standing.minor if draft.mine else None
    young = {draft.minor, case} & {"yes", "unsure"}
    return bool(young) or (draft.talk, draft.step) == ("report", "age")


@dataclass(frozen=True, slots=True)
class Step:
    """One question and the reading of its answer; it leaves only by an exit in its row.

    *buttons* lead out by themselves; *choices* are further buttons, made from the draft, that
    *read* answers. Where *effect* is set, arriving asks it of the world and *tell* says what came
    of it; *ask* then only repeats the question. *again* is asked after other words, where *ask* is
    long. A *free* step reads any words, so no number stands
    for a button there. A step that *holds* is left by its buttons, or by clearing the chat.
    *choices_first*: what there is to choose stands above the ways out. A *brief* step does not
    ask again below a card that calls for help: its numbers stay on the screen. A step that
    *vanishes* becomes the next one where a button is pressed: what it tells goes.
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
    again: Callable[[Draft], Words] | None = None
    choices_first: bool = False
    brief: bool = False
    vanishes: bool = False

    @property
    def exits(self) -> tuple[Exit, ...]:
        """All the ways out, buttons first."""
        return tuple(dict.fromkeys((*self.buttons.values(), *self.to)))

    def shown(self, draft: Draft) -> tuple[Button, ...]:
        """The buttons a person sees, in order."""
        if self.choices_first:
            return (*self.choices(draft), *self.buttons)
        return (*self.buttons, *self.choices(draft))


@dataclass(frozen=True, slots=True)
class Telling:
    """What is said once an effect is carried out, and buttons that only now make sense.

    *to*: the step, one of the row's exits, where the person stands by that; "": where they are.
    """

    says: tuple[Say, ...]
    buttons: tuple[Button, ...] = ()
    to: str = ""


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


SIDE_BY_SIDE = " · "  # between the languages on one button
CLEAR = Button("clear", N_("Clear this chat"), "danger")


def as_says(words: Words) -> tuple[Say, ...]:
    """One thing to say, or several, as several."""
    return (words,) if isinstance(words, Say) else words
