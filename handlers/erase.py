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
BY_HAND = Button("by hand", N_("How to delete the rest"))
BY_ITSELF = Button("by itself", N_("Clear by itself"))
AFTER = Button("by itself:idle", N_("After 15 minutes"))
IN_TIME = Button("by itself:offer", N_("Ask me in time"))
NOT_BY_ITSELF = Button("by itself:no", N_("Leave it as it is"))


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
        return Telling((ask_cleared(draft), Say(left, {"left": told.left})), (BY_HAND,))
    hand = N_(
        "To remove this chat and anything older in it, hold it in your chat list, then tap Delete."
    )
    return Telling((ask_cleared(draft), Say(hand)), (BY_HAND,))


def ask_stopped(draft: Draft) -> Say:
    """Stop: forget what was not sent; the messages stay."""
    return Say(
        N_("Stopped. What you had not sent is forgotten. What you sent stays with our team.")
    )


def tell_stopped(draft: Draft, told: Told) -> Telling:
    """The same, once it is forgotten."""
    return Telling((ask_stopped(draft),))


def ask_by_hand(draft: Draft) -> tuple[Say, ...]:
    """Step by step, on either phone; it names nothing of what was here."""
    return (
        Say(
            N_(
                "iPhone: go to the list of chats and swipe this chat to the left. Tap Delete, "
                "and confirm. If you are asked, delete it for both sides."
            )
        ),
        Say(
            N_(
                "Android: go to the list of chats and hold this chat. Tap the bin, and confirm. "
                "If there is a box for both sides, tick it first."
            )
        ),
        Say(
            N_(
                "One message alone: hold it, then Delete. The words on your phone may differ a "
                "little."
            )
        ),
    )


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
        "Good. Once you have been quiet for 15 minutes, this chat clears itself; this once. "
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

HAND = Script("hand", Step("by hand", ask_by_hand, buttons={START: HOME}))

ERASE = Script(
    "erase",
    Step("cleared", ask_cleared, buttons={START: HOME}, effect=Effect.CLEAR, tell=tell_cleared),
)

STOP = Script(
    "stop",
    Step("stopped", ask_stopped, buttons={START: HOME}, effect=Effect.FORGET, tell=tell_stopped),
)
