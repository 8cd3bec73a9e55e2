"""The ways by which a page is asked to go, one after the other, and how long each may take.

A platform's ladder and its clock stand in locales/facts/platforms.toml; what each way is, in
rungs.toml. Days are those of Hong Kong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from locales import facts
from locales.facts import Entry

Rung = Literal["form", "trusted", "host", "search", "regulator"]
Whose = Literal["law", "platform", "guide", "ours"]

RUNGS: tuple[Rung, ...] = ("form", "trusted", "host", "search", "regulator")
ITS_OWN: tuple[str, ...] = ("form", "trusted")  # where the platform itself is asked
LAW = "clocks.take_it_down"
OURS = 7 * 24  # hours, where nobody says anything
KNOWN = ("verified", "secondary")


@dataclass(frozen=True, slots=True)
class Clock:
    """How many hours an answer may take, and who says so."""

    hours: int
    whose: Whose

    @property
    def days(self) -> int:
        """Whole days, the last one begun counted in."""
        return -(-self.hours // 24)


def entry_of(platform: str) -> Entry:
    """What is known of a platform; of one that has no entry, what is known of any website."""
    return facts.entries("platforms").get(platform) or facts.entry("platforms.website")


def rungs(platform: str) -> tuple[str, ...]:
    """Its ladder."""
    return tuple(entry_of(platform).fields["ladder"])


def named_by_law(entry: Entry) -> bool:
    """Whether it, or its company, is named under TAKE IT DOWN, as far as somebody says where."""
    return bool(entry.fields.get("us_law")) and entry.fields["us_law_confidence"] in KNOWN


def clock(platform: str, rung: str) -> Clock:
    """How long an answer may take, asked by that way."""
    return clock_of(entry_of(platform), rung)


def clock_of(entry: Entry, rung: str) -> Clock:
    """The law's where it names the platform, else the platform's own, else a guide's, else ours.

    The first three are the platform's: whoever else is asked has ours.
    """
    if rung in ITS_OWN and named_by_law(entry):
        return Clock(facts.entry(LAW).fields["hours"], "law")
    if rung in ITS_OWN and entry.fields.get("hours_confidence") in KNOWN:
        return Clock(entry.fields["hours"], entry.fields["hours_of"])
    return Clock(OURS, "ours")


def due(platform: str, rung: str, asked: date) -> date:
    """The day on which the answer is due."""
    return asked + timedelta(days=clock(platform, rung).days)


def after(platform: str, rung: str) -> str | None:
    """The next way; None after the last. A way that nobody noted is followed by the first."""
    ladder = rungs(platform)
    later = ladder[ladder.index(rung) + 1 :] if rung in ladder else ladder
    return next(iter(later), None)


def now_on(platform: str, asked: Sequence[str], over: bool) -> str | None:
    """By which way it is to be asked now, after the ways in *asked*, the last of them last.

    *over*: that one was refused, or its time is over. None: nothing is left.
    """
    if not asked:
        return rungs(platform)[0]
    if over or asked[-1] not in rungs(platform):
        return after(platform, asked[-1])
    return asked[-1]


def its_own(platform: str, way: str | None) -> str:
    """*way*, where it leads to the platform itself; else its last one that does, if it has any."""
    own = [rung for rung in rungs(platform) if rung in ITS_OWN] or list(rungs(platform))
    return way if way in own else own[-1]
