"""Clear this chat, now or by itself, and stop: what was not sent is forgotten."""

from handlers.status import BACK
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
BY_ITSELF = Button("by itself", N_("Clear by itself"))
AFTER = Button("by itself:idle", N_("After 15 minutes"))
IN_TIME = Button("by itself:offer", N_("Ask me in time"))
NOT_BY_ITSELF = Button("by itself:no", N_("Leave it as it is"))


def ask_cleared(draft: Draft) -> Say:
    """The one neutral line: it names nothing."""
    return Say(N_("Nothing here."))


def tell_cleared(draft: Draft, told: Told) -> Telling:
    """The neutral line, and what could not be deleted."""
    if isinstance(told, Swept) and not told.sure:
        hand = N_(
            "If older messages are still here, hold this chat in your chat list and delete it."
        )
        return Telling((ask_cleared(draft), Say(hand)))
    if isinstance(told, Swept) and told.left:
        left = N_(
            "Messages I could not delete: {left}. To remove the rest, hold this chat in your "
            "chat list, then tap Delete."
        )
        return Telling((ask_cleared(draft), Say(left, {"left": told.left})))
    return Telling((ask_cleared(draft),))


def ask_stopped(draft: Draft) -> Say:
    """Stop: forget what was not sent; the messages stay."""
    return Say(
        N_("Stopped. What you had not sent is forgotten. What you sent stays with our team.")
    )


def tell_stopped(draft: Draft, told: Told) -> Telling:
    """The same, once it is forgotten."""
    return Telling((ask_stopped(draft),))


# By itself


def ask_by_itself(draft: Draft) -> tuple[Say, ...]:
    """Two ways, with what they take along; neither is as easy."""
    return (
        Say(N_("I can clear this chat by myself, if you like:")),
        Say(
            N_(
                "• After 15 minutes without a word from you. What you have not sent goes too, "
                "and a number you have not saved."
            )
        ),
        Say(
            N_(
                "• Or I ask you once, without a sound, before messages are two days old: "
                "after that I cannot delete them."
            )
        ),
    )


def tell_after(draft: Draft, told: Told) -> Telling:
    """The clock runs."""
    line = N_(
        "Good. Once you have been quiet for 15 minutes, this chat clears itself. "
        "If something cannot be deleted, one silent line says so."
    )
    return Telling((Say(line),))


def tell_in_time(draft: Draft, told: Told) -> Telling:
    """The date is set."""
    return Telling((Say(N_("Good. I ask you once, without a sound, while I can still delete.")),))


def tell_not_by_itself(draft: Draft, told: Told) -> Telling:
    """As before."""
    return Telling((ask_nothing_set(draft),))


def ask_set(draft: Draft) -> Say:
    """The line that stays below."""
    return Say(N_("You can change this, or clear the chat yourself, at any time."))


def ask_nothing_set(draft: Draft) -> Say:
    """The state without a wish."""
    return Say(N_("Nothing is cleared by itself. You can clear this chat at any time."))


def ask_offer() -> Say:
    """The offer, two days on: it names nothing, and needs no answer."""
    return Say(N_("Shall I tidy up here? In a few hours I no longer can."))


LATER = Script(
    "later",
    Step(
        "how",
        ask_by_itself,
        buttons={AFTER: "idle", IN_TIME: "offer", NOT_BY_ITSELF: "no"},
    ),
    Step("idle", ask_set, buttons={BACK: HOME}, effect=Effect.CLEAR_LATER, tell=tell_after),
    Step("offer", ask_set, buttons={BACK: HOME}, effect=Effect.OFFER_LATER, tell=tell_in_time),
    Step(
        "no",
        ask_nothing_set,
        buttons={BACK: HOME},
        effect=Effect.NEVER_BY_ITSELF,
        tell=tell_not_by_itself,
    ),
)

ERASE = Script(
    "erase",
    Step("cleared", ask_cleared, buttons={START: HOME}, effect=Effect.CLEAR, tell=tell_cleared),
)

STOP = Script(
    "stop",
    Step("stopped", ask_stopped, buttons={START: HOME}, effect=Effect.FORGET, tell=tell_stopped),
)
