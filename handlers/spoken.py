"""From a Turn to what a platform shows: words in the person's language, and marks on them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from string import Formatter
from unicodedata import east_asian_width

from babel.dates import format_date

from handlers.talk import (
    SIDE_BY_SIDE,
    Blank,
    Button,
    Code,
    Fact,
    Folded,
    Number,
    Read,
    Say,
    Source,
    Strong,
    Turn,
    While,
)
from locales import LANGUAGES, N_, facts
from locales.catalogue import wording


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch shown as "code", "bold" or "expandable_blockquote".

    Offset and length in UTF-16 units; the kinds are Telegram's (Bot API, MessageEntity).
    """

    kind: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Key:
    """A button as a platform shows it: pressed (*name*), copied (*copy*) or followed (*url*).

    *choose* as in Button.
    """

    label: str
    name: str = ""
    style: str = ""
    copy: str = ""
    url: str = ""
    choose: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One message for any platform. *redraw*: it may replace the message that was pressed.

    *closes*: the answer before this one let the person choose from their list, and that is over.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    rows: tuple[tuple[Key, ...], ...] = ()
    redraw: bool = False
    closes: bool = False

    @property
    def chooses(self) -> bool:
        """Whether it lets the person choose from their own list."""
        return any(key.choose for row in self.rows for key in row)


class Voice:
    """Speaks one language, or all of them where *language* is none of ours (None, "both").

    *today* decides which facts are past their date.
    """

    def __init__(self, language: str | None, today: date) -> None:
        self.languages = (language,) if language in LANGUAGES else LANGUAGES[::-1]
        self.today = today

    def answer(self, turn: Turn) -> Answer:
        """The whole turn as one message."""
        return self.message(turn.says, turn.buttons, turn.redraw)

    def message(
        self, says: Iterable[Say], buttons: Sequence[Button] = (), redraw: bool = False
    ) -> Answer:
        """Paragraphs and buttons as one message."""
        page = self.page(says)
        keys = [self.key(button) for button in buttons if not self._too_old(button)]
        return Answer(page.text, tuple(page.marks), rows_of(keys), redraw)

    def page(self, says: Iterable[Say]) -> "Page":
        """Paragraphs, once for each language."""
        page, says = Page(), tuple(says)
        for number, language in enumerate(self.languages):
            if number:
                page.write("\n\n")
            self._lines(page, says, language)
        return page

    def label(self, words: str | Say) -> str:
        """The words on a button."""
        say = Say(words) if isinstance(words, str) else words
        labels = []
        for language in self.languages:
            page = Page()
            self._say(page, say, language)
            labels.append(page.text)
        return SIDE_BY_SIDE.join(dict.fromkeys(labels))

    def key(self, button: Button) -> Key:
        """One button with its words."""
        copy = button.copy
        if isinstance(copy, Number):
            copy = facts.entry(copy.key).text("number", self.languages[0])
        label = self.label(button.words)
        return Key(label, button.name, button.style, copy, button.url, button.choose)

    def _too_old(self, button: Button) -> bool:
        """A number past its date is being checked, so it is not there to be copied."""
        number = button.copy
        return isinstance(number, Number) and facts.entry(number.key).stale(self.today)

    def _lines(self, page: "Page", says: Iterable[Say], language: str) -> None:
        for number, say in enumerate(says):
            if number:
                page.write("\n")
            self._say(page, say, language)

    def _say(self, page: "Page", say: Say, language: str) -> None:
        for literal, name, _, _ in Formatter().parse(wording(say.words, language)):
            page.write(literal)
            if name is not None:
                self._blank(page, say.blanks[name], language)

    def _blank(self, page: "Page", blank: Blank, language: str) -> None:
        match blank:
            case Say():
                self._say(page, blank, language)
            case Strong(words):
                with page.marked("bold"):
                    self._blank(page, Say(words) if isinstance(words, str) else words, language)
            case Code(text):
                with page.marked("code"):
                    page.write(text)
            case Folded(lines):
                with page.marked("expandable_blockquote"):
                    self._lines(page, lines, language)
            case Fact(key):
                entry, _, field = key.rpartition(".")
                page.write(facts.entry(entry).text(field, language))
            case Number(key):
                self._number(page, facts.entry(key), language)
            case Source(keys):
                self._sources(page, keys, language)
            case While(keys, lines, others):
                stale = any(facts.entry(key).stale(self.today) for key in keys)
                self._lines(page, others if stale else lines, language)
            case Read(key):
                self._say(page, self._read(facts.entry(key), language), language)
            case tuple():
                for number, piece in enumerate(blank):
                    if number:
                        page.write(wording(BETWEEN, language))
                    self._blank(page, piece, language)
            case _:
                page.write(str(blank))

    def _number(self, page: "Page", entry: facts.Entry, language: str) -> None:
        """A number to call, with the day it was read; past its date: being checked."""
        if entry.stale(self.today):
            self._say(page, Say(CHECKING), language)
            return
        number = Code(entry.text("number", language))
        if entry.always or entry.called:
            self._blank(page, number, language)
        else:
            day = spoken_day(entry.checked, language)
            self._say(page, Say(PUBLISHED, {"number": number, "day": day}), language)

    def _sources(self, page: "Page", keys: Iterable[str], language: str) -> None:
        entries = [facts.entry(key) for key in keys]
        lines = [read_at(entry, language) for entry in entries]
        unproofed = any(entry.proofed is None for entry in entries)
        self._lines(page, (*lines, *((Say(UNPROOFED),) if unproofed else ())), language)

    def _read(self, entry: facts.Entry, language: str) -> Say:
        """When it was read, or that it is read again."""
        if entry.stale(self.today):
            return Say(N_("this is being checked; it may have changed"))
        return Say(N_("as published, {day}"), {"day": spoken_day(entry.checked, language)})


BETWEEN = N_(", ")
CHECKING = N_("being checked; in danger call 999")
PUBLISHED = N_("{number} (as published, {day})")
READ = N_("Source: {who}, read {day}.")
UNPROOFED = N_("No lawyer has checked our words yet.")


def read_at(entry: facts.Entry, language: str) -> Say:
    """Who says so, and the day it was read."""
    who, day = Fact(f"{entry.key}.by"), spoken_day(entry.checked, language)
    return Say(READ, {"who": who, "day": day})


def spoken_day(day: date, language: str) -> str:
    """A day as people write it."""
    return format_date(day, "medium", locale={"en": "en_HK"}.get(language, language))


class Page:
    """Text being written, and the marks on it."""

    def __init__(self) -> None:
        self.text = ""
        self.marks: list[Mark] = []

    def write(self, text: str) -> None:
        """Add plain text."""
        self.text += text

    @contextmanager
    def marked(self, kind: str) -> Iterator[None]:
        """What is written inside is shown as *kind*."""
        offset = units(self.text)
        yield
        self.marks.append(Mark(kind, offset, units(self.text) - offset))


def units(text: str) -> int:
    """The length of *text* in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


NARROW, MOST_IN_A_ROW = 18, 2


def rows_of(keys: Sequence[Key]) -> tuple[tuple[Key, ...], ...]:
    """Two narrow buttons share a row; a wide one, and the last, have their own."""
    rows: list[tuple[Key, ...]] = []
    for key in keys[:-1]:
        last = rows[-1] if rows else ()
        if (
            last
            and len(last) < MOST_IN_A_ROW
            and all(width(k.label) <= NARROW for k in (*last, key))
        ):
            rows[-1] = (*last, key)
        else:
            rows.append((key,))
    return (*rows, *((key,) for key in keys[-1:]))


def width(label: str) -> int:
    """How wide a label is, in Latin letters: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)
