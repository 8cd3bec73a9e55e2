"""The digest: one message in the group that names the waiting cases which have no card.

Past ten that wait, a new case stands there by name, urgency and age, to be taken with a press;
then it gets its card. What is on it is in the books (storage.lines), and it is a letter and a post
like any card: never lost, never doubled. Who presses *Next* turns the one message, for everybody;
after five minutes it shows the most urgent again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from handlers.report import URGENCY
from handlers.room import HELD_BACK
from handlers.spoken import units
from handlers.staff import Screen, age, duty_line, press, under_age
from handlers.talk import Blank, Button, Say
from locales import LANGUAGES, N_
from storage.books import Books, Case
from storage.signs import Sign

PAGE = "page"  # the kind of its letter
LINES = 60  # names on one leaf, each with a button; Telegram takes a hundred
ROOM, DUTY_ROOM = 3300, 200  # UTF-16 units of names, all within Telegram's 4096
AROUND = 14  # units beside a name: its mark, its age, what stands between
TURNED_FOR = timedelta(minutes=5)
REMINDED_FOR = timedelta(hours=1)  # for so long one reminder serves all that stand on it
CHILD = "⚠ "

CHILDREN = Say(N_("⚠: may be under 18."))
STILL = Say(N_("⏰ Nobody has taken these yet."))
MOVED = Say(N_("What stood here is further down now."))


# What it shows


def page(
    name: str,
    cases: Sequence[Case],
    leaf: int,
    now: datetime,
    loud: bool = False,
    duty: Sequence[Sign] = (),
    bare: bool = False,
) -> Screen:
    """One leaf of the cases in the order given; *now* is in Hong Kong's time.

    *name*: the digest's; *loud*: to remind the group of them, with who is on *duty*. *bare*:
    nothing but the names, since content leaks from the group.
    """
    leaves, here = len(leaves_of(cases)), on_leaf(cases, leaf)
    leaf = min(leaf, leaves - 1)
    says = [head(len(cases), leaf, leaves), *([HELD_BACK] if bare else told(here, now))]
    says += [STILL, *duty_line(fitting(duty))] if loud else []
    takes = [Button(press("take", case.id), case.name if bare else named(case)) for case in here]
    return Screen(tuple(says), (*takes, *turns(name, leaf, leaves)))


def on_leaf(cases: Sequence[Case], leaf: int) -> tuple[Case, ...]:
    """The cases on a leaf, or on the last where there are not so many."""
    return leaves_of(cases)[: leaf + 1][-1]


def leaves_of(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    """At most sixty names a leaf, and as many as a message holds in all languages."""
    leaves: list[tuple[Case, ...]] = [()]
    left = ROOM
    for case in cases:
        size = len(LANGUAGES) * (units(case.name) + AROUND)
        if leaves[-1] and (len(leaves[-1]) == LINES or size > left):
            leaves.append(())
            left = ROOM
        leaves[-1] = (*leaves[-1], case)
        left -= size
    return leaves


def fitting(duty: Sequence[Sign]) -> list[Sign]:
    """As many of those on duty as there is room for."""
    ends = accumulate(units(sign.name) for sign in duty)
    return [sign for sign, end in zip(duty, ends, strict=True) if end <= DUTY_ROOM]


def head(waiting: int, leaf: int, leaves: int) -> Say:
    """How many, and on which leaf one is."""
    line = Say(
        N_("More cases wait: {all}. Press a name to take it; it then gets its card."),
        {"all": waiting},
    )
    if leaves == 1:
        return line
    where = Say(N_("Page {page} of {pages}."), {"page": leaf + 1, "pages": leaves})
    return Say("{line} {where}", {"line": line, "where": where})


def told(cases: Sequence[Case], now: datetime) -> list[Say]:
    """All that a leaf tells beside the names."""
    return [*degrees(cases, now), *([CHILDREN] if any(map(under_age, cases)) else [])]


def degrees(cases: Sequence[Case], now: datetime) -> Iterator[Say]:
    """A line for each degree of urgency: how many are here, their names and how old they are."""
    for degree, words in URGENCY.items():
        names = tuple(aged(case, now) for case in cases if case.urgency == degree)
        if names:
            blanks: dict[str, Blank] = {"urgency": Say(words), "all": len(names), "names": names}
            yield Say("{urgency} ({all}): {names}", blanks)


def aged(case: Case, now: datetime) -> Say:
    """A name, and how long ago it was sent."""
    return Say("{name} ({age})", {"name": named(case), "age": age(case, now)})


def named(case: Case) -> Say:
    """A case's name; marked where somebody may be under 18."""
    mark = CHILD if under_age(case) else ""
    return Say("{mark}{name}", {"mark": mark, "name": case.name})


def turns(name: str, leaf: int, leaves: int) -> list[Button]:
    """To the leaf before and the leaf after."""
    before = [Button(f"leaf:{name}:{leaf - 1}", N_("Previous"))] if leaf else []
    after = [Button(f"leaf:{name}:{leaf + 1}", N_("Next"))] if leaf + 1 < leaves else []
    return before + after


# Its letters


async def put_page(
    books: Books, name: str, due: datetime, fresh: int | None = None, loud: bool = False
) -> None:
    """Let the courier bring it up to date, no later than it was about to.

    *fresh*: the message that shows it now, in whose place a new one is posted; *loud*: with a
    sound.
    """
    before = await books.outbox.get(post_key(name))
    body = dict(before.body) if before else {"page": name}
    body |= ({"fresh": fresh} if fresh else {}) | ({"loud": True} if loud else {})
    due = min(due, before.due) if before else due
    await books.outbox.put("staff", PAGE, key=post_key(name), body=body, due=due)


async def turn(books: Books, name: str, leaf: int, now: datetime) -> None:
    """Show another leaf, for a while."""
    body = {"page": name, "leaf": leaf}
    await books.outbox.put("staff", "leaf", key=leaf_key(name), body=body, due=now + TURNED_FOR)
    await put_page(books, name, now)


async def leaf_shown(books: Books, name: str) -> int:
    """The leaf that somebody turned to, while that is not long ago; else the first."""
    turned = await books.outbox.get(leaf_key(name))
    return int(turned.body["leaf"]) if turned else 0


async def remind(books: Books, name: str, now: datetime) -> None:
    """Post it anew where it is seen, with a sound; for all on it at once, and not every minute."""
    if await books.outbox.get(reminded_key(name)):
        return
    post = await books.posts.get(post_key(name))
    await put_page(books, name, now, fresh=post.message if post else None, loud=True)
    await books.outbox.put(
        "staff", "lapse", key=reminded_key(name), body={}, due=now + REMINDED_FOR
    )


def post_key(name: str) -> str:
    """Under which the books remember where it is."""
    return f"page:{name}"


def leaf_key(name: str) -> str:
    """The letter that lies there while it is turned to another leaf."""
    return f"leaf:{name}"


def reminded_key(name: str) -> str:
    """The letter that lies there while the group has just been reminded."""
    return f"reminded:{name}"
