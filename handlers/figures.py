"""The figures of a period: from counters to numbers in which nobody can be found.

What is told is the links by group of places and platform, with what became of them, and, of whole
years, the answers about people. Of fewer than five cases nothing is told but that: all links would
be those of one or two people. A month and a quarter are told in fives, so that no small number of
one month is left when the other months are taken from the year.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from handlers.merging import OTHER, SMALL, Parts, may_be_told, merged, together, with_parts
from handlers.periods import Period
from locales import facts

UNSAID = "unsaid"
PEOPLE = ("gender", "who", "made", "age", "language")
MOST_NAMED = 3

Counted = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. *parts*: links not asked for yet, removed, not removed; None: not told.

    *median*: the stretch of days (handlers.counting) in which half of what was removed was
    removed, "" where that is not told.
    """

    name: str
    count: int
    parts: Parts | None = None
    median: str = ""

    @property
    def asked(self) -> int:
        """How many the platforms were asked for, where that is told."""
        return sum(self.parts[1:]) if self.parts else 0

    @property
    def removed(self) -> int:
        """How many of these were removed."""
        return self.parts[1] if self.parts else 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What may be told of a period. *cases*: None where they are one to four.

    *links*: all of them, None where they are so few. *people*: by question; of *harm* one case may
    have several.
    """

    period: Period
    over: bool
    cases: int | None = 0
    links: Row | None = None
    groups: tuple[Row, ...] = ()
    platforms: tuple[Row, ...] = ()
    outcomes: tuple[Row, ...] = ()
    people: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    def least_responsive(self) -> list[Row]:
        """The platforms that removed the least of what they were asked for, at most three."""
        rows = [row for row in self.platforms if row.removed < row.asked]
        rows.sort(key=lambda row: (row.removed / row.asked, -row.asked, row.name))
        return rows[:MOST_NAMED]


def figures(counted: Counted, period: Period, today: date) -> Figures:
    """The figures of *period*, from its counters."""
    over = period.is_over(today)
    outcomes = of(counted, "case")
    cases = sum(outcomes.values())
    if cases < SMALL:
        return Figures(period, over, None if cases else 0)
    links = Links.read(of(counted, "link"))
    groups = links.groups()
    told = Figures(
        period,
        over,
        cases,
        links.total(),
        tuple(groups),
        tuple(links.platforms(groups)),
        tuple(rows(outcomes)),
        people(counted, cases) if period.is_year else {},
    )
    return told if period.is_year and over else in_fives(told)


def of(counted: Counted, what: str) -> dict[str, int]:
    """The counters of one thing, by value."""
    return {value: times for (about, value), times in counted.items() if about == what}


# Cases


def rows(cells: Mapping[str, int]) -> Iterable[Row]:
    """Cells of one table, the small ones joined."""
    told = merged({name: (count,) for name, count in cells.items()})
    return (Row(name, parts[0]) for name, parts in told.items())


def people(counted: Counted, cases: int) -> dict[str, tuple[Row, ...]]:
    """The answers about people, each question by itself, and in how many cases none was given."""
    told = {}
    for question in PEOPLE:
        answers = of(counted, question)
        unsaid = max(0, cases - sum(answers.values()))
        told[question] = tuple(rows({**answers, UNSAID: unsaid})) if answers else ()
    harm = of(counted, "harm")
    # Kinds overlap, so they do not add up to the cases; but a kind and its absence do.
    told["harm"] = tuple(
        Row(kind, many)
        for kind, many in harm.items()
        if many and may_be_told((many, max(0, cases - many)))
    )
    return told


# Links


@dataclass(frozen=True, slots=True)
class Links:
    """Links by group of places and platform, and of each group how long removal took."""

    by_group: Mapping[str, Mapping[str, Parts]]
    stretches: Mapping[str, Counter[str]]

    @classmethod
    def read(cls, counters: Mapping[str, int]) -> "Links":
        """From counters as handlers.counting names them: "chat:telegram:removed:8-10".

        A platform is told as the kind it is of today, though it was counted as another: else it
        would stand in two rows, and a link that moved since would be counted in both.
        """
        by_group: dict[str, dict[str, Parts]] = {}
        stretches: dict[str, Counter[str]] = {}
        for value, times in counters.items():
            _, platform, state, *stretch = value.split(":")
            group = group_of(kind_of(platform))
            platforms = by_group.setdefault(group, {})
            new = (times * (state == "new"), times * (state == "removed"))
            parts = (*new, times - sum(new))
            platforms[platform] = together((platforms.get(platform, (0, 0, 0)), parts))
            found = stretches.setdefault(group, Counter())
            found.update(dict.fromkeys(stretch, times))
        return cls(by_group, stretches)

    def parts(self) -> dict[str, Parts]:
        """Each group as a whole."""
        return {group: together(one.values()) for group, one in self.by_group.items()}

    def total(self) -> Row | None:
        """All links; None where they are few."""
        cells = self.parts()
        every = together(cells.values()) if cells else (0, 0, 0)
        if 0 < sum(every) < SMALL:
            return None
        if not may_be_told(every):
            return Row("", sum(every))
        return Row("", sum(every), every, self.median(cells))

    def groups(self) -> list[Row]:
        """A row a group, the largest first; small ones are joined."""
        cells = self.parts()
        told = merged(cells)
        whole = with_parts(told)
        found = [
            Row(
                name,
                sum(parts),
                parts if name in whole else None,
                self.median(cells.keys() - told.keys() if name == OTHER else [name])
                if name in whole
                else "",
            )
            for name, parts in told.items()
        ]
        return sorted(found, key=lambda row: (row.name == OTHER, -row.count, row.name))

    def platforms(self, groups: Iterable[Row]) -> list[Row]:
        """Of each group that is told, the platforms; what they are in it is told if its is."""
        found = []
        for group in groups:
            told = merged(self.by_group[group.name]) if group.name != OTHER else {}
            whole = with_parts(told) if group.parts else frozenset()
            found += [
                Row(name, sum(parts), parts if name in whole else None)
                for name, parts in told.items()
                if name != OTHER
            ]
        return sorted(found, key=lambda row: (-row.count, row.name))

    def median(self, groups: Iterable[str]) -> str:
        """The stretch in which half of the removed links of these groups were removed."""
        days = sum((self.stretches[group] for group in groups), Counter[str]())
        passed = 0
        for stretch in sorted(days, key=first_day):
            passed += days[stretch]
            if 2 * passed >= days.total():
                return stretch
        return ""


def first_day(stretch: str) -> int:
    """The first day of a stretch."""
    return int(stretch.partition("-")[0])


def kind_of(platform: str) -> str:
    """What kind of place it is, as locales/facts/platforms.toml has it."""
    found = facts.entries("platforms").get(platform)
    return str(found.fields["kind"]) if found else "website"


def group_of(kind: str) -> str:
    """The group of a kind of places, as locales/facts/press.toml has it."""
    for name, group in facts.entries("press").items():
        if kind in group.fields["kinds"]:
            return name
    return "sites"


# In fives


def in_fives(told: Figures) -> Figures:
    """The same figures, each number the nearest multiple of five."""
    return Figures(
        told.period,
        told.over,
        five(told.cases or 0),
        told.links and row_in_fives(told.links),
        tuple(map(row_in_fives, told.groups)),
        tuple(map(row_in_fives, told.platforms)),
        tuple(map(row_in_fives, told.outcomes)),
        {asked: tuple(map(row_in_fives, answers)) for asked, answers in told.people.items()},
    )


def row_in_fives(row: Row) -> Row:
    """One row of them."""
    parts = row.parts and tuple(map(five, row.parts))
    return Row(row.name, five(row.count), parts, row.median)


def five(number: int) -> int:
    """The nearest multiple of five."""
    return (number + SMALL // 2) // SMALL * SMALL
