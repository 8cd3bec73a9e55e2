"""The staff bot's commands: one table, from which the menu, `/help` and the hall know them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers.staff import Screen
from handlers.talk import Say
from locales import N_


@dataclass(frozen=True, slots=True)
class Command:
    """What it does, in a few words. *private*: only in the private chat; *leads*: for them."""

    words: str
    private: bool = False
    leads: bool = False


COMMANDS: Mapping[str, Command] = {
    "queue": Command(N_("What waits")),
    "mine": Command(N_("What you hold")),
    "case": Command(N_("One case: its two words after it"), private=True),
    "find": Command(N_("Which cases hold a link: the link after it"), private=True),
    "family": Command(N_("The channels of a case of yours, drawn"), private=True),
    "duty": Command(N_("Who is on duty; on or off after it")),
    "room": Command(N_("Is this room in order?")),
    "figures": Command(N_("Figures of a year, quarter or month"), private=True),
    "freeze": Command(N_("Stop all work on cases"), leads=True),
    "thaw": Command(N_("Let it go on"), leads=True),
    "help": Command(N_("How this works")),
}

PRIVATE, LEADS = N_("in private"), N_("leads")


def in_menu(command: Command) -> Say:
    """Its line in the group's menu: what it does, and where or for whom if not for all here."""
    where = PRIVATE if command.private else LEADS if command.leads else ""
    words = Say(command.words)
    return Say(N_("{words} ({where})"), {"words": words, "where": Say(where)}) if where else words


TAKE = N_("Take a case on its card in the group; Open brings it here, where only you see it.")


def private_help(leads: bool) -> Screen:
    """`/help` in private: all commands, those of *leads* for them alone."""
    return Screen(
        (
            Say(TAKE),
            Say(N_("Please write about cases only here.")),
            Say(N_("Here and in the group:")),
            *lines(anywhere),
            Say(N_("Only here:")),
            *lines(lambda command: command.private),
            *(for_leads() if leads else ()),
        )
    )


def group_help(leads: bool) -> Screen:
    """`/help` in the group, where all is said twice: of what belongs elsewhere only the names."""
    elsewhere = tuple(Say(f"/{name}") for name, command in COMMANDS.items() if command.private)
    return Screen(
        (
            Say(N_("Take a case on its card here; Open leads to the private chat with me.")),
            Say(N_("Please write about cases only there.")),
            *lines(anywhere),
            Say(N_("Only in the private chat: {commands}"), {"commands": elsewhere}),
            *(for_leads() if leads else ()),
        )
    )


def anywhere(command: Command) -> bool:
    """Whether all may use it, here and there."""
    return not command.private and not command.leads


def for_leads() -> tuple[Say, ...]:
    """What only leads do."""
    return (Say(N_("For leads:")), *lines(lambda command: command.leads))


def lines(which: Callable[[Command], bool]) -> tuple[Say, ...]:
    """A line a command, to be tapped."""
    return tuple(
        Say("/{name} — {words}", {"name": name, "words": Say(command.words)})
        for name, command in COMMANDS.items()
        if which(command)
    )
