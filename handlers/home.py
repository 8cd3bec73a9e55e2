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
from handlers.report import REPORT, THE_REST
from handlers.status import BACK, STATUS
from handlers.talk import (
    CLEAR,
    Aside,
    Blank,
    Button,
    Draft,
    Fact,
    Go,
    Heard,
    Move,
    Number,
    Pressed,
    Return,
    Said,
    Say,
    Script,
    Stay,
    Step,
    Talk,
    Words,
)
from locales import LANGUAGES, N_
from locales.phrases import Typed, hint

LANGUAGE_NAMES = {"yue_Hant": "廣東話", "en": "English"}
TYPED_NAMES = {
    "yue_Hant": ("廣東話", "中文", "粵語", "广东话", "chinese", "cantonese"),
    "en": ("english", "eng", "英文"),
}
OTHER = {"en": "yue_Hant", "yue_Hant": "en"}

HEARD_AS = ("threatened", "shared", "helping", "mine", "found", "information")
MY_CASE = Button("status", N_("Ask about my case"))


def ask_welcome(draft: Draft) -> Words:
    """Under 300 characters: what a person must know before the first word."""
    welcome = Say(
        N_(
            "Hello. You can report links here; our team asks the sites to take them down. "
            "No name is needed. Please send no pictures. "
            "Telegram, the company, can see this chat; what we keep is locked. "
            "If someone may look at your phone, press Clear this chat, or type x, at any time."
        )
    )
    unsent = Say(N_("Links you have not sent yet: {all}."), {"all": len(draft.links)})
    return (unsent, welcome) if draft.links else welcome


TALK_OVER = Say(
    N_("That talk is over: what you had not sent is forgotten, what you sent is safe.")
)


def read_welcome(draft: Draft, heard: Heard) -> Move:
    """Sixteen digits are a code; an older button is from the report half made, or a lost talk."""
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go(Talk("status"), replace(draft, code=code))
    if isinstance(heard, Pressed):
        return read_old_button(draft, heard)
    if not draft.step:
        return Stay(draft)  # the first words of all: the welcome is the answer
    if isinstance(heard, Said) and (door := hint(Typed.of(heard.text), *HEARD_AS)):
        return Go(door, draft)
    words = N_(
        "Thank you for writing. I am a program and understand only a few words: please press what "
        "fits best. To talk to a person: {name}, {number}."
    )
    blanks: dict[str, Blank] = {
        "name": Fact("help.welfare.name"),
        "number": Number("help.welfare"),
    }
    return Stay(draft, (Say(words, blanks),))


def read_old_button(draft: Draft, heard: Pressed) -> Move:
    """A door is a door, however old; others are from the report half made, or a lost talk."""
    for button, door in DOORS.items():
        if button.name == heard.name:
            return Go(door, draft)
    if draft.minor:
        return Go(Talk("report"), draft)
    older = Say(N_("That button is from before. Please press one of the newest."))
    return Stay(draft, (older if draft.step else TALK_OVER,))


def ask_which(draft: Draft) -> Say:
    """The question of the first screen, where its words were just said."""
    return Say(N_("What brings you here?"))


def go_on(draft: Draft) -> tuple[Button, ...]:
    """Back to links that are not sent yet."""
    return (THE_REST,) if draft.links else ()


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
        choices=lambda draft: (*go_on(draft), *offer_languages(draft), BY_ITSELF),
        again=ask_which,
        brief=True,
    ),
    *(
        Step(
            door,
            ask,
            read_welcome,
            buttons=ways(door),
            to=(*ASKS, Talk("report"), Talk("status")),
            brief=True,
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
        **dict.fromkeys(("清除", "刪除", "delete", "clear"), Talk("erase")),
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
