"""Cases that a rehearsal only tells of: how they stand, and what becomes of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.gather import MOST_LINKS
from handlers.news import timed
from handlers.talk import (
    Added,
    Draft,
    Effect,
    Kept,
    LinkStanding,
    Mine,
    Minor,
    News,
    Standing,
    Told,
)

TODAY = date(2026, 11, 24)

ERASED = (TODAY + timedelta(days=20)).isoformat()

CODE = "1234567890123450"
"""The number every rehearsed report gets."""


def case(state: str, *links: str, outcome: str = "", minor: Minor = "no") -> Standing:
    """A case to ask about; a link is "platform state" or "platform state reason"."""
    told = [[*link.split(), ""][:3] for link in links]
    each = tuple(
        LinkStanding(number, platform, became, TODAY.isoformat(), reason)
        for number, (platform, became, reason) in enumerate(told, 1)
    )
    asked = {"ask": TODAY.isoformat()} if minor == "no" else {}
    states = Counter(link.state for link in each)
    erased = ERASED if state == "closed" else ""
    return Standing(state, states, outcome, minor, each, asked, erased=erased)


NEWS = News((TODAY + timedelta(days=14)).isoformat())
ASKED, GONE = "telegram requested", "lihkg removed"
STANDINGS = {
    CODE: case("waiting", *["telegram new"] * 3),
    "2222222222222227": case(
        *("taken", "telegram new", "telegram removed", "lihkg refused rules"),
        *(ASKED, ASKED, "website requested", "website removed"),
    ),
    "3333333333333330": case("closed", *[GONE] * 4, "lihkg refused silent", outcome="partly"),
    "4444444444444443": case("waiting"),
    "5555555555555558": case("closed", GONE, GONE, outcome="removed"),
    "6666666666666665": case("taken", *["website new"] * 2, minor="yes"),
    "8888888888888882": replace(
        case("taken", ASKED), letters=("zz invented: which of the links is the newest?",)
    ),
    "7777777777777774": case("taken", *[ASKED] * 10, *[GONE] * 15),
}
"""Cases to ask about, by their numbers."""


def opened(told: Standing) -> Mine:
    """A case that a code has opened."""
    return Mine("rehearsed", "", told, letters=tuple(map(str, range(len(told.letters)))))


def changed(before: Standing, draft: Draft, effect: Effect) -> tuple[Standing, Told, Draft]:
    """The case after one effect, what is told of that, and what stays in the draft."""
    if effect is Effect.READ:
        now = replace(before, letters=())
        return now, now, draft
    if effect is Effect.ADD:
        room = MOST_LINKS - len(before.each)
        fitting, over = draft.links[:room], draft.links[room:]
        now = replace(with_links(before, fitting), letters=() if draft.words else before.letters)
        bare = replace(draft, links=over, words="", words_message=0, settled=draft.newest)
        return now, Added(now, len(fitting), bool(draft.words), len(over)), bare
    if effect is Effect.COUNT:
        now = replace(before, counted=True)
        return now, now, replace(draft, figures=())
    if effect in (Effect.WITHDRAW, Effect.KEEP):
        ends = (TODAY + timedelta(days=3)).isoformat() if effect is Effect.WITHDRAW else ""
        now = replace(before, ends=ends)
        return now, now, draft
    if effect is Effect.TIME:
        now = replace(before, news=before.news and timed(before.news, draft.choice))
        return now, now, draft
    given = dict(before.consents or {})
    if given.pop(draft.choice, None) is None:
        given[draft.choice] = TODAY.isoformat()
    now = replace(before, consents=given, news=NEWS if "write" in given else None)
    return now, now, draft


def with_links(told: Standing, links: Sequence[Kept]) -> Standing:
    """The same case with more links; a closed one waits again."""
    new = tuple(
        LinkStanding(number, kept.link.platform, "new", TODAY.isoformat())
        for number, kept in enumerate(links, len(told.each) + 1)
    )
    each = (*told.each, *new)
    state = "waiting" if told.state == "closed" else told.state
    counts = Counter(link.state for link in each)
    return replace(told, state=state, outcome="", erased="", links=counts, each=each)
