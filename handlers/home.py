"""Home: the first screen, the words that work everywhere, and all talks together."""

from collections.abc import Callable
from dataclasses import replace

from handlers import help as help_talk
from handlers import protect
from handlers.answers import first_answer
from handlers.checking import CHECK
from handlers.digits import code_in
from handlers.doors import ASKS, DOORS, REPORT_LINKS, ways
from handlers.erase import BY_HAND, BY_ITSELF, ERASE, HAND, LATER, START, STOP
from handlers.help import (
    ALL_SERVICES,
    HELP,
    HELP_NOW,
    NEED_BUTTONS,
    PROTECT,
    PROTECT_YOURSELF,
    short_help,
)
from handlers.help import BACK as BACK_THERE
from handlers.house import House, typed_as
from handlers.law import CAN_CHECK, LAW, LAW_CARDS
from handlers.report import REPORT
from handlers.status import BACK, STATUS
from handlers.talk import (
    CLEAR,
    Aside,
    Button,
    Draft,
    Go,
    Heard,
    Move,
    Pressed,
    Return,
    Said,
    Say,
    Script,
    Stay,
    Step,
    Talk,
    said_nothing_new,
)
from locales import LANGUAGES, N_

LANGUAGE_NAMES = {"yue_Hant": "廣東話", "en": "English"}
TYPED_NAMES = {
    "yue_Hant": ("廣東話", "中文", "粵語", "广东话", "chinese", "cantonese"),
    "en": ("english", "eng", "英文"),
}
OTHER = {"en": "yue_Hant", "yue_Hant": "en"}

MY_CASE = Button("status", N_("Ask about my case"))


def ask_welcome(draft: Draft) -> Say:
    """Under 300 characters: what a person must know before the first word."""
    return Say(
        N_(
            "Hello. You can report links here; our team asks the sites to take them down. "
            "No name is needed. Please send no pictures. "
            "Telegram, the company, can see this chat; what we keep is locked. "
            "If someone may look at your phone, press Clear this chat, or type x, at any time."
        )
    )


TALK_OVER = Say(
    N_("That talk is over: what you had not sent is forgotten, what you sent is safe.")
)


def read_welcome(draft: Draft, heard: Heard) -> Move:
    """Sixteen digits are a code; an older button is from the report half made, or a lost talk."""
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go(Talk("status"), replace(draft, code=code))
    if isinstance(heard, Pressed) and draft.minor:
        return Go(Talk("report"), draft)
    if isinstance(heard, Pressed):
        return Stay(draft, (TALK_OVER,))
    if not draft.step:
        return Stay(draft)  # the first words of all: the welcome is the answer
    return said_nothing_new(draft, heard)


def offer_languages(draft: Draft) -> tuple[Button, ...]:
    """The other language; both, as long as we do not know which."""
    return tuple(
        Button(f"language:{language}", name)
        for language, name in LANGUAGE_NAMES.items()
        if language != draft.language
    )


HOME = Script(
    "home",
    Step(
        "welcome",
        ask_welcome,
        read_welcome,
        buttons={**DOORS, MY_CASE: Talk("status"), HELP_NOW: HELP},
        to=(Talk("report"), Talk("status"), Talk("later")),
        choices=lambda draft: (*offer_languages(draft), BY_ITSELF),
    ),
    *(
        Step(
            door,
            ask,
            read_welcome,
            buttons=ways(door),
            to=(Talk("report"), Talk("status")),
        )
        for door, ask in ASKS.items()
    ),
)


# Beside any step


def speak(language: str) -> Callable[[Draft], Stay]:
    """Go on in *language*; nothing is lost."""
    return lambda draft: Stay(replace(draft, language=language), redraw=True)


def switch(draft: Draft) -> Stay:
    """The other language; the question is asked again in it."""
    return Stay(replace(draft, language=OTHER[draft.language or "en"]))


HOUSE = House(
    HOME,
    REPORT,
    STATUS,
    LAW,
    CHECK,
    help_talk.SCRIPT,
    protect.SCRIPT,
    ERASE,
    LATER,
    HAND,
    STOP,
    anywhere={
        "/start": Talk("home"),
        START.name: Talk("home"),
        BACK.name: Talk("home"),
        "/report": Talk("report"),
        REPORT_LINKS.name: Talk("report"),
        "/status": Talk("status"),
        MY_CASE.name: Talk("status"),
        "/law": Talk("law"),
        LAW_CARDS.name: Talk("law"),
        "/check": Talk("check"),
        CAN_CHECK.name: Talk("check"),
        "/clear": Talk("erase"),
        CLEAR.name: Talk("erase"),
        "x": Talk("erase"),
        BY_ITSELF.name: Talk("later"),
        BY_HAND.name: Talk("hand"),
        "/stop": Talk("stop"),
        HELP_NOW.name: HELP,
        **{typed_as(ALL_SERVICES.words, language): HELP for language in LANGUAGES},
        **{button.name: Aside("help", need) for button, need in NEED_BUTTONS.items()},
        "/protect": PROTECT_YOURSELF,
        PROTECT.name: PROTECT_YOURSELF,
        **{button.name: Aside("protect", way) for button, way in protect.WAYS.items()},
        BACK_THERE.name: Return(),
    },
    beside={
        "/help": short_help,
        "help": short_help,
        "/language": switch,
        "language:en": speak("en"),
        "language:yue_Hant": speak("yue_Hant"),
        **{name: speak(lang) for lang, names in TYPED_NAMES.items() for name in names},
    },
    answer=first_answer,
)
