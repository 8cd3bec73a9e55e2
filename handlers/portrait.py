"""The picture of a family, as SVG: each home a box, each tie an arrow with its words.

Every box has a row of its own, indented under the one it hangs from, and every arrow has a line
of its own, so that no words ever cover others, however the ties run.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from unicodedata import east_asian_width

from handlers.homes import Home
from handlers.kin import SEEN, TIES, Bond, Bucket, Family, Kin, Kind, short
from locales import N_

# The longer side, two pixels a unit: Telegram shows no more than 2,560 pixels of a photo, and to
# draw more would hold up everybody else for a second.
MOST = 1280

MARGIN, GAP, PAD, TRUNK = 24.0, 20.0, 14.0, 18.0
NAME, WORDS = 16, 13  # font sizes
BOX, SLOT, LANE, RING = 32.0, 22.0, 16.0, 4.0
RINGS: Mapping[Bucket, int] = {"": 0, "some": 1, "many": 2}
DASHES: Mapping[Kind, str] = {"sub": "none", "copies": "9 5", "ads": "2 5"}
INK: Mapping[Kind, str] = {"sub": "#1d4e89", "copies": "#8a3b12", "ads": "#4d6b1d"}
OURS, OTHERS, BLACK, GREY = "#dcebff", "#ffffff", "#222222", "#888888"

OWN = N_("in this case")

Near = Mapping[Home, Mapping[Home, Bond]]
"""Which homes are tied to each, and by which bond."""


@dataclass(slots=True)
class Row:
    """A box while its place is found. *up*: the box it hangs from, by *bond*; *sides*: bonds that
    run round its right side."""

    kin: Kin
    up: "Row | None" = None
    bond: Bond | None = None
    sides: list[Bond] = field(default_factory=list)
    x: float = MARGIN
    y: float = MARGIN

    @property
    def height(self) -> float:
        """More where several arrows share its right side."""
        return max(BOX, SLOT * len(self.sides) + 8)

    @property
    def width(self) -> float:
        """Its name, and a little room."""
        return width(short(self.kin.home), NAME) + 2 * PAD

    @property
    def rings(self) -> float:
        """How far its rings reach out."""
        return RING * RINGS[self.kin.seen]

    @property
    def right(self) -> float:
        """Where its right side is."""
        return self.x + self.width + self.rings

    @property
    def middle(self) -> float:
        """Half its height."""
        return self.y + self.height / 2

    def slot(self, bond: Bond) -> float:
        """At which height that bond leaves or reaches its right side."""
        first = self.middle - SLOT * (len(self.sides) - 1) / 2
        return first + SLOT * self.sides.index(bond)


def width(text: str, size: float) -> float:
    """How wide a text is at most, in units of the picture."""
    return size * sum(1.0 if _is_wide(letter) else 0.62 for letter in text)


def _is_wide(letter: str) -> bool:
    return letter in "mwMW@%…—" or east_asian_width(letter) in "WF"


def svg(family: Family, words: Callable[[str], str]) -> str:
    """The picture; *words* says ours in the language of who will see it."""
    labels = {kind: words(tie) for kind, tie in TIES.items()}
    widest = max(width(label, WORDS) for label in labels.values())
    rows = rows_of(family)
    for row, above in zip(rows, [None, *rows], strict=False):
        row.x = row.up.x + widest + 58 if row.up else MARGIN
        row.y = above.y + above.height + GAP if above else MARGIN
    round_about = [bond for bond in family.bonds if any(bond in row.sides for row in rows)]
    lane = max((row.right for row in rows), default=0) + widest + 24
    drawn: list[str] = []
    for row in rows:
        drawn += _branch(row, labels)
    for number, bond in enumerate(round_about):
        drawn += _side(rows, bond, lane + LANE * number, labels[bond.kind])
    for row in rows:
        drawn += _box(row)
    foot = rows[-1].y + rows[-1].height + GAP if rows else MARGIN
    keys = _keys(family)
    drawn += [
        piece for number, key in enumerate(keys) for piece in _key(*key, foot, number, words)
    ]
    right = max([lane - widest - 24, *(_key_width(words(meaning)) for _, meaning in keys)])
    if round_about:
        right = max(right, lane + LANE * len(round_about))
    return _sheet(right + MARGIN, foot + KEY * len(keys) + MARGIN, drawn)


# What hangs from what


def rows_of(family: Family) -> list[Row]:
    """The boxes from top to bottom: those that are tied first, each tree from its middle."""
    near = {kin.home: _tied_to(kin.home, family.bonds) for kin in family.kin}
    kin = {one.home: one for one in family.kin}
    rows: dict[Home, Row] = {}
    for home in sorted(near, key=lambda home: not near[home]):
        if home not in rows:
            _hang(_middle(home, near), near, kin, rows)
    hung = [row.bond for row in rows.values()]
    for bond in family.bonds:
        if bond not in hung:
            for end in (bond.home, bond.other):
                rows[end].sides.append(bond)
    return list(rows.values())


def _tied_to(home: Home, bonds: Sequence[Bond]) -> dict[Home, Bond]:
    backward = {bond.home: bond for bond in bonds if bond.other == home}
    return backward | {bond.other: bond for bond in bonds if bond.home == home}


def _levels(root: Home, near: Near) -> dict[Home, tuple[int, Home | None]]:
    """All within reach of *root*, the nearest first: how far, and which comes before it."""
    found: dict[Home, tuple[int, Home | None]] = {root: (0, None)}
    queue = [root]
    for home in queue:
        new = [other for other in near[home] if other not in found]
        found |= dict.fromkeys(new, (found[home][0] + 1, home))
        queue += new
    return found


def _middle(home: Home, near: Near) -> Home:
    """From which the farthest is nearest; of several, the one with the most ties."""

    def depth(root: Home) -> tuple[int, int]:
        return max(far for far, _ in _levels(root, near).values()), -len(near[root])

    return min(_levels(home, near), key=depth)


def _hang(root: Home, near: Near, kin: Mapping[Home, Kin], rows: dict[Home, Row]) -> None:
    """A tree of the shortest ways from *root*, each box above what hangs from it."""
    before = {home: before for home, (_, before) in _levels(root, near).items()}

    def hang(home: Home, up: Row | None) -> None:
        bond = near[up.kin.home][home] if up else None
        rows[home] = row = Row(kin[home], up, bond)
        for below in [one for one, above in before.items() if above == home]:
            hang(below, row)

    hang(root, None)


# Boxes and arrows


def _box(row: Row) -> Iterator[str]:
    yield from _frames(row.x, row.y, row.width, row.height, row.kin)
    yield _text(row.x + PAD, row.middle + NAME * 0.36, NAME, short(row.kin.home), BLACK)


def _frames(x: float, y: float, wide: float, high: float, kin: Kin) -> Iterator[str]:
    """A box, with a ring round it for each step in how often it was seen."""
    fill = OURS if kin.numbers else OTHERS
    for off in (RING * ring for ring in range(RINGS[kin.seen], -1, -1)):
        yield (
            f'<rect x="{x - off:.1f}" y="{y - off:.1f}" width="{wide + 2 * off:.1f}"'
            f' height="{high + 2 * off:.1f}" rx="{8 + off}" fill="{"none" if off else fill}"'
            f' stroke="{BLACK}" stroke-width="1.5"/>'
        )


def _branch(row: Row, labels: Mapping[Kind, str]) -> Iterator[str]:
    """From the box it hangs from, down and to the right; the arrow's head where it points to."""
    if row.up is None or row.bond is None:
        return
    bond, up, y = row.bond, row.up, row.middle
    x, end = up.x + TRUNK, row.x - row.rings
    yield _line(f"M{x:.1f} {up.y + up.height + up.rings:.1f}V{y:.1f}", GREY)
    yield _arrow(bond.kind, f"M{x:.1f} {y:.1f}H{end:.1f}")
    yield _head(bond.kind, x, y, -1) if bond.home == row.kin.home else _head(bond.kind, end, y, 1)
    yield _text(x + 14, y - 5, WORDS, labels[bond.kind], INK[bond.kind])


def _side(rows: Sequence[Row], bond: Bond, lane: float, label: str) -> Iterator[str]:
    """From the right side of one box to that of another, round by a lane of its own."""
    one, other = (
        next(row for row in rows if row.kin.home == end) for end in (bond.home, bond.other)
    )
    start, end = one.slot(bond), other.slot(bond)
    way = f"M{one.right:.1f} {start:.1f}H{lane:.1f}V{end:.1f}H{other.right:.1f}"
    yield _arrow(bond.kind, way)
    yield _head(bond.kind, other.right, end, -1)
    yield _text(one.right + 10, start - 4, WORDS, label, INK[bond.kind])


def _arrow(kind: Kind, way: str) -> str:
    return _line(way, INK[kind], f' class="{kind}" stroke-dasharray="{DASHES[kind]}"')


def _line(way: str, ink: str, more: str = "") -> str:
    return f'<path d="{way}" fill="none" stroke="{ink}" stroke-width="1.8"{more}/>'


def _head(kind: Kind, x: float, y: float, to: int) -> str:
    """The head of an arrow that points to the right (1) or to the left (-1)."""
    back = x - 10 * to
    points = f"{x:.1f},{y:.1f} {back:.1f},{y - 5:.1f} {back:.1f},{y + 5:.1f}"
    return f'<polygon points="{points}" fill="{INK[kind]}"/>'


def _text(x: float, y: float, size: float, words: str, ink: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{ink}">{escape(words)}</text>'


# What fill and rings mean

KEY, KEY_WORDS = 32.0, 78.0


def _keys(family: Family) -> list[tuple[Kin, str]]:
    """For each fill and ring that is there, a home that has it alone, and what it means."""
    own = [(Kin(kin.home, "", kin.numbers), OWN) for kin in family.kin if kin.numbers]
    rings = [
        (Kin(kin.home, seen), meaning)
        for seen, meaning in SEEN.items()
        for kin in [kin for kin in family.kin if kin.seen == seen][:1]
    ]
    return own[:1] + rings


def _key(
    kin: Kin, meaning: str, foot: float, number: int, words: Callable[[str], str]
) -> Iterator[str]:
    y = foot + KEY * number + 10
    yield from _frames(MARGIN + 10, y, 26, 12, kin)
    yield _text(KEY_WORDS, y + 11, WORDS, words(meaning), BLACK)


def _key_width(meaning: str) -> float:
    return KEY_WORDS + width(meaning, WORDS)


def _sheet(wide: float, high: float, drawn: Sequence[str]) -> str:
    scale = min(1.0, MOST / max(wide, high))
    size = f'width="{wide * scale:.0f}" height="{high * scale:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {wide:.0f} {high:.0f}"'
        f' font-family="sans-serif">{"".join(drawn)}</svg>'
    )
