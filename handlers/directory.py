"""Who can help: the services of locales/facts/help.toml as lines to say and numbers to copy."""

from handlers.talk import Button, Fact, Number, Say, Strong
from locales import N_, facts

LONGEST_LABEL = 18  # letters of a number that fit on a button beside the word "Copy"


def named(key: str) -> Strong:
    """The name of a service, exactly as it calls itself."""
    return Strong(Say("{name}", {"name": Fact(f"{key}.name")}))


def short_line(key: str) -> Say:
    """A name and a number, where every word counts."""
    return Say(N_("{name}: {number}"), {"name": named(key), "number": Number(key)})


def full_line(key: str) -> Say:
    """A name, a number, when, and for whom."""
    blanks = {"hours": Fact(f"{key}.hours"), "whom": Fact(f"{key}.whom")}
    return Say(N_("{name}: {number}\n{hours}. {whom}"), {**short_line(key).blanks, **blanks})


def services(need: str) -> tuple[str, ...]:
    """Those that may be shown to somebody with this need, in the order of the file."""
    return tuple(
        key for key in facts.shown("help") if need in facts.entry(key).fields.get("needs", ())
    )


def copy_button(key: str) -> Button:
    """A tap copies the number, or the address."""
    number = facts.entry(key).text("number", "en")
    words = N_("Copy {number}") if len(number) <= LONGEST_LABEL else N_("Copy the address")
    blanks = {"number": Fact(f"{key}.number")} if len(number) <= LONGEST_LABEL else {}
    return Button(f"copy:{key}", Say(words, blanks), copy=Number(key))


def short_directory() -> tuple[Say, ...]:
    """999, one number for each most common need, and 999 again: all on one small screen."""
    lines = (short_line(f"help.{key}") for key in SHORT)
    return (
        short_line("help.emergency"),
        *lines,
        Say(N_("In danger, please call 999 first. A tap on a number copies it.")),
    )


SHORT = ("mental_health", "cease", "rainlily", "welfare")
