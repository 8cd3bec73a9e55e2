"""Protect yourself: proof, money, tools that make fingerprints, accounts, asking a platform."""

from dataclasses import replace

from handlers.directory import copy_button, short_line
from handlers.help import BACK, HELP, HELP_NOW, REPORT_LINKS, ask_again
from handlers.talk import (
    REPORT,
    Blank,
    Button,
    Code,
    Draft,
    Fact,
    Go,
    Heard,
    Move,
    Pressed,
    Read,
    Return,
    Say,
    Script,
    Step,
    said_nothing_new,
)
from locales import N_, facts

PROOF = Button("proof", N_("Keep proof"))
MONEY = Button("money", N_("Someone threatens me"))
TOOLS = Button("tools", N_("Block a picture"))
ACCOUNTS = Button("accounts", N_("Lock my accounts"))
ASK = Button("ask", N_("Ask a platform myself"))
UNDER_18 = Button("under 18", N_("Under 18, or not sure"))
ADULT = Button("adult", N_("18 or over"))
MORE = Button("more platforms", N_("More"))
WORDS = Button("request", N_("Words to paste"))
OTHER_PLATFORM = Button("ask other", N_("Another platform"))
OTHER_WAYS = Button("ways", N_("More ways"))

COMMON = (
    *("telegram", "instagram", "facebook", "whatsapp"),
    *("lihkg", "x", "pornhub", "google_search"),
)
"""The platforms on the first screen, most common first; the others follow under More."""


def ask_ways(draft: Draft) -> Say:
    """The choice."""
    return Say(N_("What can you do yourself? Choose one. There is no hurry."))


WAYS = {PROOF: "proof", MONEY: "money", TOOLS: "tools", ACCOUNTS: "accounts", ASK: "platforms"}


def opening(draft: Draft) -> str:
    """The way that was asked for from outside, or the choice."""
    return draft.topic if draft.topic in WAYS.values() else "ways"


# Proof


def ask_whose(draft: Draft) -> Say:
    """Age first: it decides what may be kept, and which tool fits."""
    return Say(N_("Was anybody in the picture under 18 when it was made?"))


def tell_proof(draft: Draft) -> tuple[Say, ...]:
    """What an adult's proof is."""
    return (
        Say(N_("Keep, before anything is deleted or changed:")),
        Say(N_("• the whole address of each page, and the account name")),
        Say(N_("• the day and the time")),
        Say(N_("• a screenshot of the page and of the chat, with the date to be seen")),
        Say(N_("• what they ask for, and any payment")),
        Say(N_("Put it where nobody else looks. Send it to nobody, not to us either.")),
    )


def tell_proof_minor(draft: Draft) -> tuple[Say, ...]:
    """Under 18, or not sure: the address, never the picture."""
    return (
        Say(
            N_(
                "Please do not save, screenshot or forward the picture, not even as evidence. "
                "The address, the account name and the time are enough."
            )
        ),
        short_line("help.welfare"),
        short_line("help.emergency"),
    )


# Money


def tell_money(draft: Draft) -> tuple[Say, ...]:
    """Do not pay; do not answer alone."""
    return (
        Say(N_("This is not your fault. Please do not pay, and send nothing more.")),
        Say(N_("You do not have to answer. Talk to someone first:")),
        short_line("help.rainlily"),
        short_line("help.police"),
        Say(N_("Keep what they asked for, the account, the bank or wallet number and the times.")),
        short_line("help.emergency"),
    )


# The tools


def tell_stopncii(draft: Draft) -> tuple[Say, ...]:
    """What it does and does not do, in that order."""
    return (
        Say(
            N_(
                "{address} is for pictures taken at 18 or over, also edited ones, also before "
                "anything is posted. It makes a fingerprint on your own phone; the picture never "
                "leaves it."
            ),
            {"address": Code(facts.entry("help.stopncii").text("number", "en"))},
        ),
        Say(
            N_(
                "Platforms that take part look for it and decide by their own rules. Named so "
                "far: {partners} ({read}). Telegram, X, Discord, YouTube and LIHKG were not named."
            ),
            {"partners": Fact("help.stopncii.partners"), "read": Read("help.stopncii")},
        ),
        Say(
            N_(
                "You need the file: with only a link it cannot help. You get a number and a PIN. "
                "Nobody can give the PIN back, so keep it, and tell it to nobody, not even us."
            )
        ),
    )


def tell_take_it_down(draft: Draft) -> tuple[Say, ...]:
    """The tool for pictures taken under 18; and the careful word where nobody is sure."""
    return (
        Say(
            N_(
                "{address} is for pictures taken under 18, also if you are older now. It needs no "
                "name, and makes a fingerprint on your own phone; the picture never leaves it."
            ),
            {"address": Code(facts.entry("help.take_it_down").text("number", "en"))},
        ),
        Say(
            N_(
                "Named as taking part: {partners} ({read}). It does not reach encrypted chats "
                "such as WhatsApp, nor other sites; an edited copy needs a new fingerprint."
            ),
            {"partners": Fact("help.take_it_down.partners"), "read": Read("help.take_it_down")},
        ),
        Say(
            N_(
                "Please do not save the picture again for this. If you are not sure of the age, "
                "ask someone first:"
            )
        ),
        short_line("help.welfare"),
    )


# Accounts


def tell_accounts(draft: Draft) -> tuple[Say, ...]:
    """Quiet steps, and the warning that they can be noticed."""
    return (
        Say(
            N_(
                "If the person who hurts you looks at your phone, they may notice a change. "
                "Do this where you are safe, on a device that only you use."
            )
        ),
        Say(N_("• Change the password of your e-mail first, then of the others.")),
        Say(N_("• Turn on two-step sign-in, and sign out all other devices.")),
        Say(N_("• Check which phone and e-mail can reset your password.")),
        Say(N_("• Hide your number and your list of friends from strangers.")),
    )


# Asking a platform


def asked() -> tuple[str, ...]:
    """The platforms one can choose, the most common first; the forums of Hong Kong always."""
    others = (
        key
        for key, entry in facts.entries("platforms").items()
        if known(entry) or entry.fields["kind"] == "forum"
    )
    return tuple(dict.fromkeys((*COMMON, *others)))


def platform_button(key: str) -> Button:
    """A platform by its name."""
    return Button(f"ask:{key}", Say("{name}", {"name": Fact(f"platforms.{key}.name")}))


def ask_platform(draft: Draft) -> Say:
    """Proof before asking: a page may be gone within hours."""
    return Say(N_("Which one? Keep proof before you ask: a page may be gone within hours."))


def choose_common(draft: Draft) -> tuple[Button, ...]:
    """A short screen, and the way to the rest."""
    return tuple(map(platform_button, COMMON))


def ask_more_platforms(draft: Draft) -> Say:
    """The rest."""
    return Say(N_("Which one? If it is none of these, choose Website."))


def choose_more(draft: Draft) -> tuple[Button, ...]:
    """All that are not on the first screen."""
    return tuple(map(platform_button, asked()[len(COMMON) :]))


def read_platform(draft: Draft, heard: Heard) -> Move:
    """One of the platforms, also from an older screen."""
    match heard:
        case Pressed(name) if (key := name.removeprefix("ask:")) in asked():
            return Go("platform", replace(draft, topic=key))
        case _:
            return said_nothing_new(draft, heard)


def platform_of(draft: Draft) -> str:
    """The platform that was chosen; any website, if an older talk had another."""
    return draft.topic if draft.topic in asked() else "website"


def tell_platform(draft: Draft) -> tuple[Say, ...]:
    """What to do there, where we know; what it asks, and when that was read."""
    key = f"platforms.{platform_of(draft)}"
    entry, name = facts.entry(key), Fact(f"{key}.name")
    if not known(entry):
        words = N_(
            "We could not check how {name} takes requests. Look for Report beside the post; "
            "our team can ask for you too."
        )
        return (Say(words, {"name": name}),)
    return route_lines(entry)


def route_lines(entry: facts.Entry) -> tuple[Say, ...]:
    """A way that is known: what to do, the address of the form, what it asks for."""
    key = entry.key
    name, route = Fact(f"{key}.name"), Fact(f"{key}.route")
    lines = [Say(N_("{name}: {route}"), {"name": name, "route": route})]
    if form := entry.fields.get("form"):
        lines.append(Say(N_("Address: {form}"), {"form": Code(form)}))
    blanks: dict[str, Blank] = {"asks": Fact(f"{key}.asks"), "read": Read(key)}
    lines.append(Say(N_("It asks for: {asks} ({read})."), blanks))
    if "know_en" in entry.fields:
        lines.append(Say("{know}", {"know": Fact(f"{key}.know")}))
    return tuple(lines)


def known(entry: facts.Entry) -> bool:
    """Whether the way of asking is more than a lead without a source."""
    return entry.fields.get("route_confidence") in ("verified", "secondary")


def choose_form(draft: Draft) -> tuple[Button, ...]:
    """The address of the form, to copy."""
    entry = facts.entry(f"platforms.{platform_of(draft)}")
    if "form" not in entry.fields or not known(entry):
        return ()
    return (Button("copy:form", N_("Copy the address"), copy=entry.fields["form"]),)


def tell_words(draft: Draft) -> tuple[Say, ...]:
    """The texts themselves, so that nobody pastes what they have not read."""
    texts = (
        Say(
            N_("{name}: {text}"),
            {"name": Fact(f"requests.{key}.name"), "text": Code(request(key))},
        )
        for key in facts.entries("requests")
    )
    return (
        Say(N_("These name nobody. Paste one and add only the link; please add no picture.")),
        *texts,
    )


def choose_words(draft: Draft) -> tuple[Button, ...]:
    """A tap copies the text."""
    return tuple(
        Button(
            f"copy:{key}",
            Say(N_("Copy: {name}"), {"name": Fact(f"requests.{key}.name")}),
            copy=request(key),
        )
        for key in facts.entries("requests")
    )


def request(key: str) -> str:
    """A text in both languages, for the platform to read."""
    return facts.entry(f"requests.{key}").text("text", "en").strip()


SCRIPT = Script(
    "protect",
    Step(
        "ways",
        ask_ways,
        buttons={**WAYS, REPORT_LINKS: REPORT, HELP_NOW: HELP, BACK: Return()},
    ),
    Step(
        "proof",
        ask_whose,
        buttons={UNDER_18: "address", ADULT: "everything", OTHER_WAYS: "ways"},
    ),
    Step(
        "address", tell_proof_minor, buttons={OTHER_WAYS: "ways", BACK: Return()}, again=ask_again
    ),
    Step("everything", tell_proof, buttons={OTHER_WAYS: "ways", BACK: Return()}, again=ask_again),
    Step(
        "money",
        tell_money,
        buttons={PROOF: "proof", OTHER_WAYS: "ways", BACK: Return()},
        again=ask_again,
    ),
    Step(
        "tools",
        ask_whose,
        buttons={UNDER_18: "take it down", ADULT: "stopncii", OTHER_WAYS: "ways"},
    ),
    Step(
        "take it down",
        tell_take_it_down,
        buttons={OTHER_WAYS: "ways", BACK: Return()},
        choices=lambda draft: (copy_button("help.take_it_down"),),
        choices_first=True,
        again=ask_again,
    ),
    Step(
        "stopncii",
        tell_stopncii,
        buttons={OTHER_WAYS: "ways", BACK: Return()},
        choices=lambda draft: (copy_button("help.stopncii"),),
        choices_first=True,
        again=ask_again,
    ),
    Step("accounts", tell_accounts, buttons={OTHER_WAYS: "ways", BACK: Return()}, again=ask_again),
    Step(
        "platforms",
        ask_platform,
        read_platform,
        buttons={MORE: "more platforms", OTHER_WAYS: "ways"},
        to=("platform",),
        choices=choose_common,
        choices_first=True,
    ),
    Step(
        "more platforms",
        ask_more_platforms,
        read_platform,
        buttons={OTHER_WAYS: "ways"},
        to=("platform",),
        choices=choose_more,
        choices_first=True,
    ),
    Step(
        "platform",
        tell_platform,
        read_platform,
        buttons={
            WORDS: "words",
            OTHER_PLATFORM: "platforms",
            REPORT_LINKS: REPORT,
            BACK: Return(),
        },
        to=("platform",),
        choices=choose_form,
        choices_first=True,
        again=ask_again,
    ),
    Step(
        "words",
        tell_words,
        read_platform,
        buttons={OTHER_PLATFORM: "platforms", OTHER_WAYS: "ways", BACK: Return()},
        to=("platform",),
        choices=choose_words,
        choices_first=True,
        again=ask_again,
    ),
    opening=opening,
)
