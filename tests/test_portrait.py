"""The picture of a family: every home and every tie is in it, and no words cover others."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

import pytest

from bot.pictures import png
from handlers.homes import Home
from handlers.kin import TIES, Bond, Bucket, Family, Kin, Kind, short
from handlers.portrait import MOST, svg, width
from handlers.spoken import Voice

SVG = "{http://www.w3.org/2000/svg}"


def at(name: str) -> Home:
    return Home("telegram", f"https://t.me/{name}")


def words(language: str | None) -> Callable[[str], str]:
    return Voice(language, date(2027, 1, 15)).label


@dataclass(frozen=True)
class Words:
    """A text of the picture, and the room it takes."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "Words") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def read(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 - our own, and never from anybody else


def texts(drawn: str) -> list[Words]:
    found = []
    for one in read(drawn).iter(f"{SVG}text"):
        text, size = one.text or "", float(one.get("font-size", ""))
        x, y = float(one.get("x", "")), float(one.get("y", ""))
        found.append(Words(text, x, y - 0.8 * size, x + width(text, size), y + 0.2 * size))
    return found


def arrows(drawn: str) -> list[str]:
    ways = read(drawn).iter(f"{SVG}path")
    return sorted(kind for way in ways if (kind := way.get("class")))


def rooms(drawn: str) -> list[Words]:
    """The room of each box and ring."""
    found = []
    for one in read(drawn).iter(f"{SVG}rect"):
        x, y, wide, high = (float(one.get(name, "")) for name in ("x", "y", "width", "height"))
        found.append(Words("", x, y, x + wide, y + high))
    return found


def boxes(drawn: str) -> int:
    """How many rectangles there are: a box, and each ring round one."""
    return len(rooms(drawn))


def some_family(seed: int, many: int = 40) -> Family:
    """Forty homes, tied by dice."""
    dice = random.Random(seed)
    homes = [at(f"zz_invented_{n}_{'x' * dice.randrange(18)}") for n in range(many)]
    kinds: list[Kind] = ["sub", "copies", "ads"]
    buckets: list[Bucket] = ["", "some", "many"]
    bonds = {
        Bond(one, dice.choice(kinds), other)
        for one in homes[4:]
        for other in dice.sample(homes, dice.choice([1, 1, 2]))
        if other != one
    }
    kin = (Kin(one, dice.choice(buckets), (n,) * (n % 4 == 0)) for n, one in enumerate(homes))
    return Family(tuple(kin), tuple(sorted(bonds, key=str)))


@pytest.mark.parametrize("language", ["en", "yue_Hant", None])
@pytest.mark.parametrize("seed", range(8))
def test_every_home_and_every_tie_is_there_and_no_words_cover_others(
    seed: int, language: str | None
) -> None:
    family, say = some_family(seed), words(language)

    drawn = svg(family, say)

    said = texts(drawn)
    for kin in family.kin:
        assert [one.text for one in said].count(short(kin.home)) == 1
    for kind, tie in TIES.items():
        bonds = sum(bond.kind == kind for bond in family.bonds)
        assert arrows(drawn).count(kind) == bonds
        assert [one.text for one in said].count(say(tie)) == bonds
    ties = {say(tie) for tie in TIES.values()}
    assert not [one for one in said if one.text in ties and any(map(one.covers, rooms(drawn)))]
    assert not [
        (one.text, other.text)
        for number, one in enumerate(said)
        for other in said[:number]
        if one.covers(other)
    ]


def test_a_ring_for_two_and_two_for_five_and_a_key_to_them() -> None:
    family = Family((Kin(at("zz_one")), Kin(at("zz_two"), "some"), Kin(at("zz_three"), "many")))

    said = [one.text for one in texts(svg(family, words("en")))]

    assert said[3:] == ["seen in 2–4 other cases", "seen in 5 or more other cases"]
    assert boxes(svg(family, words("en"))) == (1 + 2 + 3) + (2 + 3)
    assert boxes(svg(Family(family.kin[:1]), words("en"))) == 1


def test_an_arrow_points_to_the_one_it_is_said_of() -> None:
    one, other = at("zz_one"), at("zz_two")
    kin = (Kin(one, "", (1,)), Kin(other))

    there, back = (
        svg(Family(kin, (bond,)), words("en"))
        for bond in (Bond(one, "sub", other), Bond(other, "sub", one))
    )

    assert there != back
    assert arrows(there) == arrows(back) == ["sub"]


def test_two_homes_may_be_tied_in_every_way_both_ways() -> None:
    one, other = at("zz_one"), at("zz_two")
    both = ((one, other), (other, one))
    bonds = tuple(Bond(a, kind, b) for kind in TIES for a, b in both)

    drawn = svg(Family((Kin(one), Kin(other)), bonds), words("en"))

    assert arrows(drawn) == sorted(["sub", "copies", "ads"] * 2)


def test_names_are_escaped_and_long_ones_cut_in_the_middle() -> None:
    odd = Home("website", 'https://zz&<"example>/')
    long = at("zz_" + "x" * 70 + "_end")

    said = [one.text for one in texts(svg(Family((Kin(odd), Kin(long))), words("en")))]

    assert said[0] == 'zz&<"example>'
    assert said[1].startswith("t.me/zz_x")
    assert said[1].endswith("xx_end")
    assert "…" in said[1]


def test_a_chain_of_forty_is_still_a_picture_that_telegram_takes() -> None:
    homes = [at(f"zz_invented_{n}") for n in range(40)]
    bonds = tuple(Bond(one, "sub", homes[n]) for n, one in enumerate(homes[1:]))

    drawn = svg(Family(tuple(map(Kin, homes)), bonds), words("yue_Hant"))

    root = read(drawn)
    sides = [float(root.get(side, "")) for side in ("width", "height")]
    assert max(sides) <= MOST
    assert png(drawn).startswith(b"\x89PNG")


def test_the_picture_is_the_same_each_time() -> None:
    drawn = {svg(some_family(1), words("en")) for _ in range(3)}

    assert len(drawn) == 1
    assert png(drawn.pop()).startswith(b"\x89PNG")


def test_no_family_is_an_empty_sheet() -> None:
    assert png(svg(Family(), words("en"))).startswith(b"\x89PNG")
