"""The law, on cards: a list, and one card a message that *Next* and *Previous* turn in place."""

from dataclasses import replace

from handlers.cards import CARDS, Card
from handlers.status import BACK
from handlers.talk import (
    REPORT,
    Button,
    Draft,
    Go,
    Heard,
    Move,
    Pressed,
    Say,
    Script,
    Stay,
    Step,
    Strong,
    said_nothing_new,
)
from locales import N_

CAN_CHECK = Button("check", N_("Which may apply to me?"), "primary")
LAW_CARDS = Button("law", N_("What the law says"))
ALL_CARDS = Button("cards", N_("All cards"))


def ask_list(draft: Draft) -> Say:
    """What there is to read."""
    return Say(
        N_(
            "The law in Hong Kong, a card each. It is information, not legal advice. Not sure "
            "which one? Press Which may apply to me?"
        )
    )


def choose_card(draft: Draft) -> tuple[Button, ...]:
    """A button a card; it names the card, so that an old one still leads there."""
    cards = (Button(turn_to(card), card.title) for card in CARDS.values())
    return (CAN_CHECK, *cards, BACK)


def turn_to(card: Card) -> str:
    """A button's name that leads to *card*, from wherever it is pressed in this talk."""
    return f"card:{card.key}"


def read_list(draft: Draft, heard: Heard) -> Move:
    """A card, in place of the list."""
    match heard:
        case Pressed(ALL_CARDS.name):
            return Stay(draft, redraw=True)
        case Pressed(name) if (key := name.removeprefix("card:")) in CARDS:
            return Go("card", replace(draft, card=key), redraw=True)
        case _:
            return said_nothing_new(draft, heard)


def read_card(draft: Draft, heard: Heard) -> Move:
    """Another card, or the list, in place of this one."""
    if heard == Pressed(ALL_CARDS.name):
        return Go("list", replace(draft, card=""), redraw=True)
    return read_list(draft, heard)


def the_card(draft: Draft) -> Card:
    """The one that is read; the first where an older version knew another."""
    return CARDS.get(draft.card) or next(iter(CARDS.values()))


def ask_card(draft: Draft) -> tuple[Say, ...]:
    """The card."""
    return the_card(draft).says()


def ask_card_again(draft: Draft) -> Say:
    """Its title: the card itself still stands above."""
    title = Strong(Say(the_card(draft).title))
    return Say(N_("You were reading: {title}"), {"title": title})


def choose_other(draft: Draft) -> tuple[Button, ...]:
    """The cards beside this one; they go round."""
    cards = tuple(CARDS.values())
    place = cards.index(the_card(draft))
    before, after = cards[place - 1], cards[(place + 1) % len(cards)]
    return (
        Button(turn_to(before), N_("Previous")),
        Button(turn_to(after), N_("Next")),
        ALL_CARDS,
        CAN_CHECK,
    )


LAW = Script(
    "law",
    Step(
        "list",
        ask_list,
        read_list,
        to=("card", REPORT),
        choices=choose_card,
    ),
    Step(
        "card",
        ask_card,
        read_card,
        to=("card", "list", REPORT),
        choices=choose_other,
        again=ask_card_again,
    ),
)
