"""Saved replies, as volunteers keep them in locales/facts/replies.toml."""

from collections.abc import Iterator
from datetime import date
from string import Formatter

from handlers.directory import short_line
from handlers.spoken import Voice
from handlers.talk import Fact, Say
from locales import facts


def names() -> tuple[str, ...]:
    """The names of all of them, as they stand in the file."""
    return tuple(facts.entries("replies"))


def title(name: str) -> Say:
    """What stands on its button."""
    return Say("{title}", {"title": Fact(f"replies.{name}.title")})


def words(name: str, language: str, today: date) -> str:
    """What the person reads; in each of our languages where *language* is none of them.

    Numbers are as they stand *today*: past its date, one is being checked.
    """
    entry = facts.entry(f"replies.{name}")
    return "\n\n".join(
        "".join(filled(entry.text("text", one).strip(), Voice(one, today)))
        for one in Voice(language, today).languages
    )


def filled(text: str, voice: Voice) -> Iterator[str]:
    """*text* with each {help.KEY} as that service's name and number."""
    for literal, service, _, _ in Formatter().parse(text):
        yield literal
        if service is not None:
            yield voice.page((short_line(service),)).text
