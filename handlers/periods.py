"""Periods of which figures are told: a year, a quarter, a month."""

import re
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

_WRITTEN = re.compile(r"(20\d\d)(?:-?Q([1-4])|-(0[1-9]|1[0-2]))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """*name*: "2026", "2026-Q3" or "2026-11". *first* and *last*: its months, from 1 to 12."""

    name: str
    year: int
    first: int
    last: int

    @property
    def is_year(self) -> bool:
        """Whether it is a whole year: only of those the answers about a person are told."""
        return (self.first, self.last) == (1, 12)

    @property
    def months(self) -> tuple[str, ...]:
        """The months whose counters belong to it; of a year also those of the year as a whole."""
        first = 0 if self.is_year else self.first
        return tuple(f"{self.year}-{month:02}" for month in range(first, self.last + 1))

    def is_over(self, today: date) -> bool:
        """Whether nothing can be given in it any more."""
        return (today.year, today.month) > (self.year, self.last)


def period(written: str, today: date) -> Period | None:
    """The period somebody typed; this year where they typed nothing; None: it is none."""
    text = normalize("NFKC", written).strip() or str(today.year)
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    year, quarter, month = int(match[1]), match[2], match[3]
    if quarter:
        last = 3 * int(quarter)
        return Period(f"{year}-Q{quarter}", year, last - 2, last)
    if month:
        return Period(f"{year}-{month}", year, int(month), int(month))
    return Period(str(year), year, 1, 12)
