"""The figures as a picture: bars from nought, each with its number beside it, drawn as SVG.

Blue and grey differ in lightness too, so that they are told apart by eyes that see no colours and
on paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from handlers.figures import Figures, Row
from handlers.publication import HEADS, group, head, named, number, ordered, per_cent, share, title
from handlers.spoken import Voice, width
from handlers.talk import SIDE_BY_SIDE, Blank, Say
from locales import N_

REMOVED, REST, UNKNOWN = "#0072b2", "#c3ccd4", "#7a8793"
INK, QUIET, GRID = "#1b2328", "#56616a", "#e3e8ec"
WIDTH, MARGIN = 880, 32
LABELS, BARS = 290, 330  # where bars begin, and how long the longest is
LINE, BAR, GAP = 18, 22, 14
PEOPLE = ("gender", "who")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: *full* of *length* is drawn dark; None: nobody may know how much."""

    label: str
    length: int
    full: int | None
    note: str

    @property
    def lines(self) -> list[str]:
        """The label, one language a line."""
        return self.label.split(SIDE_BY_SIDE)

    @property
    def height(self) -> int:
        """What it takes of the picture."""
        return max(BAR, LINE * len(self.lines)) + GAP


def chart(told: Figures, voice: Voice) -> str:
    """The picture of a period, as SVG."""
    panels = [(HEADS["places"], place_bars(told, voice))]
    panels += [
        (HEADS[question], people_bars(question, told.people.get(question, ()), voice))
        for question in PEOPLE
    ]
    drawing: list[str] = []
    y = MARGIN + 20
    for words, size in ((title(told), 22), (head(told), 15)):
        for text in voice.label(words).split(SIDE_BY_SIDE):
            drawing.append(said(MARGIN, y, text, size=size))
            y += size + 8
    for name, bars in panels:
        if bars:
            y += 18
            drawing += panel(y, voice.label(name), bars)
            y += 16 + sum(bar.height for bar in bars) + 34
            if name == HEADS["places"]:
                drawing += legend(y + 8, voice, bars)
                y += 34
    y += MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
        f'viewBox="0 0 {WIDTH} {y}" font-family="Noto Sans HK">{"".join(drawing)}</svg>'
    )


# What the bars say


def place_bars(told: Figures, voice: Voice) -> list[Bar]:
    """A bar a group of places: its links, and how many of them were removed."""
    whole = sum(row.count for row in told.groups)
    return [
        Bar(
            label(group(row), voice),
            row.count,
            row.removed if row.parts else None,
            place_note(row, whole, voice),
        )
        for row in told.groups
    ]


def place_note(row: Row, whole: int, voice: Voice) -> str:
    """How many, which share of all, and how much of it was removed."""
    many = f"{number(row.count)} ({per_cent(row.count, whole)}%)"
    if not row.parts:
        return many
    removed = Say(N_("{share} removed"), {"share": share(row.removed, row.count)})
    return side_by_side("{0}, {1}", [many, removed], voice)


def people_bars(question: str, counted: Sequence[Row], voice: Voice) -> list[Bar]:
    """A bar an answer: its share of the cases."""
    whole = sum(row.count for row in counted)
    return [
        Bar(
            label(named(question, row.name), voice),
            row.count,
            row.count,
            f"{number(row.count)} ({per_cent(row.count, whole)}%)",
        )
        for row in ordered(question, tuple(counted))
    ]


def label(words: Blank, voice: Voice) -> str:
    """Words of one bar."""
    return side_by_side("{0}", [words], voice)


def side_by_side(form: str, pieces: Sequence[Blank], voice: Voice) -> str:
    """Pieces spoken in every language of *voice*."""
    return voice.label(Say(form, {str(n): piece for n, piece in enumerate(pieces)}))


# Drawing


def panel(y: int, name: str, bars: Sequence[Bar]) -> Iterator[str]:
    """A heading, and bars on one scale that begins at nought."""
    yield said(MARGIN, y, name.replace(SIDE_BY_SIDE, "  "), size=16)
    y += 16
    longest = max(bar.length for bar in bars)
    bottom = y + sum(bar.height for bar in bars)
    for tick in ticks(longest):
        x = LABELS + BARS * tick // ceiling(longest)
        yield box(x, y, 1, bottom - y, QUIET if not tick else GRID)
        yield said(x, bottom + 16, number(tick), size=12, colour=QUIET, anchor="middle")
    for bar in bars:
        yield from drawn(y, bar, ceiling(longest))
        y += bar.height


def drawn(y: int, bar: Bar, longest: int) -> Iterator[str]:
    """One bar, its label before it and its numbers behind it."""
    middle = y + bar.height // 2
    for base, text in around(middle, bar.lines):
        yield said(LABELS - 10, base, text, anchor="end", size=fitting(text))
    length = max(1, BARS * bar.length // longest)
    full = BARS * bar.full // longest if bar.full is not None else 0
    top = middle - BAR // 2
    yield box(LABELS, top, length, BAR, UNKNOWN if bar.full is None else REST)
    if full:
        yield box(LABELS, top, full, BAR, REMOVED)
    for base, text in around(middle, bar.note.split(SIDE_BY_SIDE)):
        yield said(LABELS + length + 10, base, text, size=13)


def around(middle: int, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines of words above and below a height, each with its base line."""
    for n, text in enumerate(lines):
        yield middle + 5 + LINE * n - LINE * (len(lines) - 1) // 2, text


def legend(y: int, voice: Voice, bars: Sequence[Bar]) -> Iterator[str]:
    """What dark and light mean, where both are there."""
    x = LABELS
    meant = {
        REMOVED: N_("removed so far"),
        REST: N_("not removed"),
        UNKNOWN: N_("too few to tell what is removed"),
    }
    unknown = {bar.full is None for bar in bars}
    shown = {REMOVED: False in unknown, REST: False in unknown, UNKNOWN: True in unknown}
    for colour, words in meant.items():
        if shown[colour]:
            text = voice.label(words).replace(SIDE_BY_SIDE, " ")
            yield box(x, y - 11, 12, 12, colour)
            yield said(x + 18, y, text, size=13, colour=QUIET)
            x += 18 + width(text) * 8 + 24


def ticks(longest: int) -> list[int]:
    """Nought and whole steps up to the first that is not below *longest*."""
    step = next(
        size * 10**power
        for power in range(12)
        for size in (1, 2, 5)
        if longest <= 4 * size * 10**power
    )
    return list(range(0, longest + step, step))


def ceiling(longest: int) -> int:
    """The last tick."""
    return ticks(longest)[-1]


def fitting(text: str) -> int:
    """How large a label may be, to have room before the bars."""
    return 14 if width(text) * 7.4 <= LABELS - MARGIN else 12


def box(x: int, y: int, wide: int, high: int, colour: str) -> str:
    """A filled box."""
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{colour}"/>'


def said(
    x: int,
    y: int,
    text: str,
    *,
    size: int = 14,
    colour: str = INK,
    anchor: str = "start",
) -> str:
    """Words; *y* is their base line."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
