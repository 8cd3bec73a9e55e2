"""Requests to platforms, as text: values in, text out. Knows no case, no note and no person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from handlers.spoken import spoken_day, units
from handlers.talk import Fact, Say
from locales import N_, facts

REGIMES = ("take_it_down", "eu", "general")
UNDER_AGE = "minor"
LANGUAGES = {"en": "en", "zh_Hant": "yue_Hant"}  # of the platform's reader; and in which facts

EMPTY = "________"
MOST_ADDRESSES, MOST_REQUESTS = 100, 10  # in one draft
MOST_IN_ALL = 20_000  # UTF-16 units of its addresses, so that it stays a few messages
BETWEEN_TEXTS = f"\n\n{EMPTY}\n\n"
A_MESSAGE = 3400  # UTF-16 units of one piece, within Telegram's 4096


@dataclass(frozen=True, slots=True)
class Organisation:
    """In whose name we ask; "" where nobody has said it yet. *signature*: who signs for it."""

    name: str = ""
    email: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom we ask: a platform by its key; a *site* of which we know no more, by its host."""

    platform: str
    site: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which rules (a text of drafts.toml), and in which language."""

    regime: str
    language: str


# What we know of a platform


def rule(to: Addressee, today: date) -> str:
    """The rule of theirs, in their own words; "" where none is known for sure today."""
    known = facts.entries("policies").get(to.platform)
    if known is None or not known.shown or known.stale(today):
        return ""
    return str(known.fields.get("policy", ""))


def usual(to: Addressee) -> Terms:
    """What is offered first."""
    known = facts.entries("policies").get(to.platform)
    if known is None:
        return Terms("general", "en")
    return Terms(known.text("regime", "en"), known.text("language", "en"))


def most_in_one(to: Addressee) -> int:
    """How many addresses one request takes."""
    known = facts.entries("policies").get(to.platform)
    most = int(known.fields.get("most", MOST_ADDRESSES)) if known else MOST_ADDRESSES
    return min(most, MOST_ADDRESSES)


def fitting(addresses: Sequence[str], to: Addressee) -> int:
    """How many of these, from the first on, one draft holds."""
    most = min(MOST_ADDRESSES, MOST_REQUESTS * most_in_one(to))
    sizes = accumulate(units(address) for address in addresses[:most])
    return sum(size <= MOST_IN_ALL for size in sizes)


# The text


def requests(
    to: Addressee, addresses: Iterable[str], terms: Terms, by: Organisation, today: date
) -> tuple[str, ...]:
    """One text, or several where a platform takes few addresses in one; each address once.

    They stand in the order of the alphabet, which tells nothing of whose they are.
    """
    lines, most = sorted(set(addresses)), most_in_one(to)
    return tuple(
        request(to, lines[first : first + most], terms, by, today)
        for first in range(0, len(lines), most)
    )


def request(
    to: Addressee, addresses: Sequence[str], terms: Terms, by: Organisation, today: date
) -> str:
    """One text of drafts.toml, filled in; what is not known is left to be written by hand."""
    return text_of(terms.regime, terms.language).format(
        to=called(to, terms.language),
        organisation=by.name or EMPTY,
        email=by.email or EMPTY,
        signature=by.signature or EMPTY,
        day=spoken_day(today, LANGUAGES[terms.language]),
        policy=policy_line(to, terms.language, today),
        addresses="\n".join(addresses),
    )


def called(to: Addressee, language: str) -> str:
    """Its name, as its reader writes it."""
    return to.site or facts.entry(f"platforms.{to.platform}").text("name", LANGUAGES[language])


def policy_line(to: Addressee, language: str, today: date) -> str:
    """Under which rule of theirs we ask."""
    named = rule(to, today)
    return text_of("named" if named else "unnamed", language).format(policy=named)


def text_of(name: str, language: str) -> str:
    """A text of drafts.toml, with its blanks."""
    return facts.entry(f"drafts.{name}").text("text", language).strip()


def pieces(text: str, most: int = A_MESSAGE) -> tuple[str, ...]:
    """*text* cut between lines into pieces of at most *most* units; a longer line stays whole.

    Empty lines at a cut are left out: Telegram takes them away anyhow.
    """
    found: list[str] = []
    for line in text.split("\n"):
        joined = f"{found[-1]}\n{line}" if found else line
        if found and units(joined) <= most:
            found[-1] = joined
        else:
            found.append(line)
    return tuple(piece for piece in (one.strip("\n") for one in found) if piece)


def messages(texts: Iterable[str]) -> tuple[str, ...]:
    """Every request begins a message of its own."""
    return tuple(piece for text in texts for piece in pieces(text))


def in_a_file(texts: Iterable[str]) -> bytes:
    """All requests as one text file, in UTF-8."""
    return (BETWEEN_TEXTS.join(texts) + "\n").encode()


# What a caseworker has to add


MISSING = {
    "name": N_("the name of the organisation"),
    "email": N_("its e-mail address"),
    "signature": N_("who signs for it"),
}


def by_hand(to: Addressee, by: Organisation) -> tuple[Say, ...]:
    """What must be filled in by hand, told to the caseworker; empty where nothing is missing."""
    missing = tuple(Say(words) for field, words in MISSING.items() if not getattr(by, field))
    lines = [Say(N_("✎ To fill in by hand: {what}."), {"what": missing})] if missing else []
    known = facts.entries("policies").get(to.platform)
    if known is not None and "by_hand_en" in known.fields:
        lines.append(Say("✎ {hint}", {"hint": Fact(f"policies.{to.platform}.by_hand")}))
    return tuple(lines)
