"""Clear this chat, and stop: what is on the screen goes, and what was not sent is forgotten."""

from handlers.talk import (
    HOME,
    Button,
    Draft,
    Effect,
    Say,
    Script,
    Step,
    Swept,
    Telling,
    Told,
)
from locales import N_

START = Button("start", N_("Start"))


def ask_cleared(draft: Draft) -> Say:
    """The one neutral line: it names nothing."""
    return Say(N_("Nothing here."))


def tell_cleared(draft: Draft, told: Told) -> Telling:
    """The neutral line, and how to remove by hand what the door could not, or does not know of.

    Messages older than a week, or than this process where drafts are in memory, are in the chat
    and in nobody's list: so the way by hand is always told.
    """
    if isinstance(told, Swept) and told.left:
        left = N_(
            "Messages I could not delete: {left}. To remove the rest, hold this chat in your "
            "chat list, then tap Delete."
        )
        return Telling((ask_cleared(draft), Say(left, {"left": told.left})))
    hand = N_(
        "To remove this chat and anything older in it, hold it in your chat list, then tap Delete."
    )
    return Telling((ask_cleared(draft), Say(hand)))


def ask_stopped(draft: Draft) -> Say:
    """Stop: forget what was not sent; the messages stay."""
    return Say(
        N_("Stopped. What you had not sent is forgotten. What you sent stays with our team.")
    )


def tell_stopped(draft: Draft, told: Told) -> Telling:
    """The same, once it is forgotten."""
    return Telling((ask_stopped(draft),))


ERASE = Script(
    "erase",
    Step("cleared", ask_cleared, buttons={START: HOME}, effect=Effect.CLEAR, tell=tell_cleared),
)

STOP = Script(
    "stop",
    Step("stopped", ask_stopped, buttons={START: HOME}, effect=Effect.FORGET, tell=tell_stopped),
)
