"""Which door am I: what brings a person here, and the short way from there; for everybody."""

from collections.abc import Callable

from handlers.directory import short_line
from handlers.help import HELP, HELP_NOW, PROTECT, PROTECT_YOURSELF
from handlers.law import CAN_CHECK, LAW_CARDS
from handlers.status import BACK
from handlers.talk import CHECK, HOME, LAW, REPORT, Button, Draft, Exit, Number, Say, Words
from locales import N_

MINE = Button("door:mine", N_("It happened to me"), "primary")
HELPING = Button("door:helping", N_("I am helping someone"))
FOUND = Button("door:found", N_("I found something"))
SHARED = Button("door:shared", N_("I shared something"))
THREATENED = Button("door:threatened", N_("Someone threatens me"))
INFORMATION = Button("door:information", N_("Just information"))

DOORS: dict[Button, str] = {
    MINE: "mine",
    THREATENED: "threatened",
    HELPING: "helping",
    FOUND: "found",
    SHARED: "shared",
    INFORMATION: "information",
}

REPORT_LINKS = Button("report", N_("Report links"), "primary")
TELL_US = Button("report", N_("Tell our team"), "primary")


def ask_mine(draft: Draft) -> Say:
    """Not to blame, not alone."""
    return Say(
        N_(
            "I am sorry this happened to you. It is not your fault, and you do not have to face "
            "it alone. You decide what comes next, and you can stop at any time."
        )
    )


def ask_threatened(draft: Draft) -> Say:
    """A threat counts by itself; what not to do, before anything else."""
    return Say(
        N_(
            "A threat is serious, even if nothing is posted, even if there is no picture. Please "
            "do not pay, send no more pictures, and do not answer yet: talk to somebody first. "
            "Keep the messages and the account's name. In danger now, call {number}."
        ),
        {"number": Number("help.emergency")},
    )


def ask_helping(draft: Draft) -> Say:
    """The choice stays with the person it is about."""
    return Say(
        N_(
            "Thank you for standing by someone. You can report for them, without any name. If you "
            "can, ask them first: the choice is theirs. Nobody needs to look at the picture again."
        )
    )


def ask_found(draft: Draft) -> Say:
    """Where it is, is enough."""
    return Say(
        N_(
            "Thank you for not looking away. Please do not save it or send it on. You can report "
            "where it is, even if you do not know who is in it."
        )
    )


def ask_shared(draft: Draft) -> Words:
    """Stopping helps, whoever began it; advice about oneself is a lawyer's."""
    says = Say(
        N_(
            "It is good that you want it to stop. Please send it to nobody else; where you can, "
            "take it down yourself, and ask those who have it to delete it. Report the links "
            "here, without a name, so that they come down. About your own part in it we cannot "
            "advise you: a lawyer can."
        )
    )
    young = Say(N_("If someone in it is under 18, do not keep it and do not open it again."))
    return says, young, short_line("help.duty_lawyer")


def ask_information(draft: Draft) -> Say:
    """Looking costs nothing."""
    return Say(
        N_(
            "Look around as long as you like; you need not answer anything. We keep no record, "
            "but this chat stays on your phone: you can clear it afterwards."
        )
    )


ASKS: dict[str, Callable[[Draft], Words]] = {
    "mine": ask_mine,
    "threatened": ask_threatened,
    "helping": ask_helping,
    "found": ask_found,
    "shared": ask_shared,
    "information": ask_information,
}


WAYS: dict[str, tuple[Button, ...]] = {
    "mine": (REPORT_LINKS, LAW_CARDS, PROTECT),
    "threatened": (TELL_US, LAW_CARDS, PROTECT),
    "helping": (REPORT_LINKS, LAW_CARDS, PROTECT),
    "found": (REPORT_LINKS, LAW_CARDS),
    "shared": (REPORT_LINKS, LAW_CARDS),
    "information": (LAW_CARDS, CAN_CHECK, PROTECT),
}

LEADS: dict[Button, Exit] = {
    REPORT_LINKS: REPORT,
    TELL_US: REPORT,
    LAW_CARDS: LAW,
    CAN_CHECK: CHECK,
    PROTECT: PROTECT_YOURSELF,
}


def ways(door: str) -> dict[Button, Exit]:
    """Where one can go on behind a door; to help from each."""
    ways = {button: LEADS[button] for button in WAYS[door]}
    return {**ways, HELP_NOW: HELP, BACK: HOME}
