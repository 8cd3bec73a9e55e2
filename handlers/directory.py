"""Who can help: the directory of locales/facts/help.toml as lines to say."""

from handlers.talk import Fact, Number, Say, Strong
from locales import N_, facts


def named(key: str) -> Strong:
    """The name of a service, exactly as it calls itself."""
    return Strong(Say("{name}", {"name": Fact(f"{key}.name")}))


def short_line(key: str) -> Say:
    """A name and a number, where every word counts."""
    return Say(N_("{name}: {number}"), {"name": named(key), "number": Number(key)})


def full_line(key: str) -> Say:
    """A name, a number, when, and for whom."""
    blanks = {"hours": Fact(f"{key}.hours"), "whom": Fact(f"{key}.whom")}
    return Say(N_("{name}: {number}. {hours}. {whom}"), {**short_line(key).blanks, **blanks})


def directory() -> tuple[Say, ...]:
    """All that may be shown, in the order of the file."""
    lines = tuple(full_line(key) for key in facts.shown("help"))
    return (Say(N_("These can help. A tap on a number copies it.")), *lines)
