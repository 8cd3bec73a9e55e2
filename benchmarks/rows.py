"""The table: a figure, the baseline beside it, the goal, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from benchmarks.runs import Contest


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. *seconds* is how long ten updates a second are sent."""

    rounds: int
    talks: int
    remembered_talks: int
    seconds: float
    kills: int
    reports: int
    look_ups: int
    postgres: bool = False


QUICK = Plan(1, talks=60, remembered_talks=150, seconds=6, kills=2, reports=60, look_ups=300)
FULL = Plan(7, talks=300, remembered_talks=10_000, seconds=20, kills=20, reports=60, look_ups=2000)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; *met* is None where there is no goal."""

    figure: str
    baseline: str
    ours: str
    ratio: str = ""
    goal: str = ""
    met: bool | None = None

    @classmethod
    def of(cls, figure: str, held: Contest, what: str, unit: str, most: float) -> Self:
        """Ours beside the echo; in brackets what the echo is beside itself."""
        ratio, control = held.ratio("ours", what), held.ratio("control", what)
        return cls(
            figure,
            f"{held.median('echo', what):.3g} {unit}",
            f"{held.median('ours', what):.3g} {unit}",
            f"x{ratio:.2f} (x{control:.2f})",
            f"<= x{most}",
            ratio <= most,
        )

    @property
    def verdict(self) -> str:
        """In one word, if there is one."""
        return {True: "met", False: "MISSED", None: ""}[self.met]


TITLES = ("figure", "baseline", "ours", "ratio (control)", "goal", "")
WIDTHS = (52, 22, 26, 22, 26, 6)


def line(cells: tuple[str, ...]) -> str:
    """One printed line."""
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def printed(row: Row) -> str:
    """A row as a line."""
    return line((row.figure, row.baseline, row.ours, row.ratio, row.goal, row.verdict))
