"""Report links: age, the links, what happened, how urgent, a note, news or not, send."""

import re
from dataclasses import replace
from unicodedata import normalize
from zlib import crc32

from handlers import consents
from handlers.consents import (
    ASK_NEWS,
    ask_more_consents,
    choose_more_consents,
    in_review,
    questions,
    read_more_consents,
)
from handlers.digits import code_in, digits_of
from handlers.directory import short_line
from handlers.gather import HANDLE, MOST_WORDS, NOTE_FULL, by_platform, links_in, words_of
from handlers.links import find
from handlers.talk import (
    HOME,
    STOP,
    Blank,
    Button,
    Code,
    Draft,
    Effect,
    Fact,
    Filed,
    Go,
    Heard,
    Kept,
    Minor,
    Move,
    Note,
    Number,
    Pressed,
    Said,
    Say,
    Script,
    Stay,
    Step,
    Talk,
    Telling,
    Told,
    Urgency,
    said_nothing_new,
)
from locales import N_
from locales.phrases import Typed, hint

YES, NO, UNSURE = (
    Button("minor:yes", N_("Yes")),
    Button("minor:no", N_("No, 18 or over")),
    Button("minor:unsure", N_("Not sure")),
)
ADULT = 18
SHORT = 16  # letters: "that's all", but not "no link in this one, but"
YEARS = re.compile(r"(?<!\d)([4-9]|[1-9]\d)(?!\d)")
ALONE = re.compile(r"\s*\d{1,2}\s*(?:歲|岁|yo|years?( old)?)?\s*", re.IGNORECASE)
AGE_HINTS: dict[str, Minor] = {"age_yes": "yes", "age_unsure": "unsure", "age_no": "no"}
AGES: dict[Button, Minor] = {YES: "yes", NO: "no", UNSURE: "unsure"}
GO_ON, NOT_NOW = Button("go on", N_("Go on")), Button("not now", N_("Not now"))
THAT_IS_ALL = Button("all", N_("That is all"), "primary")
TAKE_OUT = Button("take out", N_("Take a link out"))
DONE, SKIP = consents.DONE, consents.SKIP
NO_LINK = Button("choose", N_("No link? Choose a chat"))
CHANNEL = Button("choose:channel", N_("Choose a channel"), choose="channel")
GROUP = Button("choose:group", N_("Choose a group"), choose="group")
TO_LINKS = Button("to links", N_("Back"))
NO_NOTE = Button("no note", N_("Take the note out"))
NEWS_NO = Button("news:no", N_("No, I will ask"), "primary")
NEWS_YES = Button("news:yes", N_("Yes, tell me here"))
SEND = Button("send", N_("Send"), "success")
CHANGE = Button("change", N_("Change something"))
MAY = Button("may", N_("What you may do"))
DO_NOT_SEND = Button("stop", N_("Do not send"))
THE_REST = Button("report", N_("Report the other links"), "primary")
SAVED = Button("saved", N_("I have saved it"), "success")
SHOW = Button("show", N_("Show it once more"))

MINOR: dict[Minor, str] = {
    "yes": N_("under 18"),
    "unsure": N_("perhaps under 18"),
    "no": N_("18 or over"),
}

HAPPENED = {
    "threatened": N_("Threatened to share"),
    "shared": N_("Shared or posted"),
    "filmed": N_("Secretly filmed"),
    "edited": N_("Edited or made by AI"),
}

URGENCY: dict[Urgency, str] = {
    "now": N_("It is happening now"),
    "soon": N_("In the next days"),
    "calm": N_("It can wait"),
}

PARTS = {
    Button("change:links", N_("The links")): "links",
    Button("change:age", N_("The age")): "age",
    Button("change:happened", N_("What happened")): "happened",
    Button("change:urgency", N_("How urgent")): "urgency",
    Button("change:note", N_("The note")): "note",
    Button("change:news", N_("News")): "news",
    Button("change:nothing", N_("Nothing"), "primary"): "review",
}


def after(draft: Draft, step: str) -> str:
    """The next step; for who comes back from the review, the review: nothing is asked twice."""
    return step if draft.news is None else "review"


def opening(draft: Draft) -> str:
    """A report half made goes on where its links are; nobody gets round the age and its steps."""
    if not draft.minor or not draft.links:
        return "age"
    return "links" if draft.minor == "no" else "call first"


# Age

NEVER_ASKED = N_(
    "We never ask for money, identity papers, passwords or pictures. We answer only here: "
    "whoever writes to you from anywhere else in our name is not us."
)


def ask_age(draft: Draft) -> Say:
    """Age first: an image of a child changes what everybody may do."""
    return Say(N_("Was the person in the picture under 18 when it was made?"))


def read_age(draft: Draft, heard: Heard) -> Move:
    """Yes and not sure are treated alike: the safer way first."""
    minor = age_in(heard)
    if minor is None:
        return Stay(draft, (ONE_OF_THREE,))
    if minor == "no" and YOUNG & draft.checked.keys():
        line = Say(N_("In the questions about the law you said under 18, so let us be careful."))
        return Go("call first", replace(draft, minor="unsure"), (line,))
    known = replace(draft, minor=minor)
    to = after(draft, "links") if minor == "no" else "call first"
    return Go(to, known, (Say(NEVER_ASKED),) if draft.news is None else ())


ONE_OF_THREE = Say(
    N_(
        "Please choose one of the three; Not sure is an answer too. To talk to a person: {name}, "
        "{number}."
    ),
    {"name": Fact("help.welfare.name"), "number": Number("help.welfare")},
)
YOUNG = {"CONSENT_VOID", "MINOR18"}  # what the legal check gives for an age below 18


def age_in(heard: Heard) -> Minor | None:
    """An answer, its words, or years typed: "16", "19歲"; one to three are numbers of answers.

    Of several years the lowest counts: "19 now, 17 then".
    """
    for button, minor in AGES.items():
        if heard == Pressed(button.name):
            return minor
    if not isinstance(heard, Said):
        return None
    if table := hint(Typed.of(heard.text), *AGE_HINTS):
        return AGE_HINTS[table]
    years = [int(number) for number in YEARS.findall(normalize("NFKC", heard.text))]
    alone = ALONE.fullmatch(normalize("NFKC", heard.text)) is not None
    if years and (alone or min(years) < ADULT):
        return "no" if min(years) >= ADULT else "yes"
    return None


def ask_call_first(draft: Draft) -> tuple[Say, ...]:
    """Who to call, before any link; and what not to do with the picture."""
    return (
        Say(N_("When someone under 18 is in a picture, these can act at once:")),
        *(short_line(f"help.{key}") for key in ("emergency", "welfare")),
        Say(
            N_(
                "Please do not save, screenshot or forward the picture, not even as evidence. "
                "The address, the account name and the time are enough."
            )
        ),
        Say(
            N_("A picture taken under 18 can also be reported, without a name, at {address}."),
            {"address": Number("help.take_it_down")},
        ),
    )


def ask_duty(draft: Draft) -> tuple[Say, ...]:
    """The reporting duty of social workers, in plain words, before anything is told."""
    return (
        Say(
            N_(
                "Before you go on: under {law} (since {since}), social workers must tell the "
                "Social Welfare Department or the police when they have good reason to think that "
                "someone under 18 is being seriously harmed. So our team may have to pass this "
                "on. We cannot promise to keep it secret."
            ),
            {"law": Fact("law.reporting.name"), "since": Fact("law.reporting.since")},
        ),
        Say(N_("You decide whether to go on.")),
    )


# Links


def ask_links(draft: Draft) -> Say:
    """Any number of messages, any mess."""
    if draft.links:
        return Say(N_("Paste more links, or press That is all."))
    return Say(
        N_(
            "Please paste the links here, one or many, as messy as they are. "
            "You do not have to look at the page again. Before sending, close the preview (the "
            "✕), so that no picture shows in this chat. If you have none yet, press That is all."
        )
    )


def read_links(draft: Draft, heard: Heard) -> Move:
    """Links are kept before this is asked: what comes here has none.

    Who comes back from the review goes back to it, and is asked nothing twice.
    """
    match heard:
        case Pressed(TAKE_OUT.name) if draft.links:
            return Go("take out", draft)
        case Pressed(NO_LINK.name):
            return Go("choose", draft)
        case Pressed(THAT_IS_ALL.name):
            return Go(after(draft, "happened"), draft)
        case Said(text) if len(text) <= SHORT and hint(Typed.of(text), "no_link"):
            return Go(after(draft, "happened"), draft)
        case Said(text) if HANDLE.search(text):
            line = N_(
                "A name with @ can be on any site. If it is a Telegram channel, please write "
                "t.me/ and the name; anywhere else, use Share and copy the link."
            )
            return Stay(draft, (Say(line),))
        case Said():
            line = N_("I see no link in that. It usually starts with https://")
            return Stay(draft, (Say(line),))
        case _:
            return Stay(draft)


def choose_links(draft: Draft) -> tuple[Button, ...]:
    """There is something to take out only when there is a link."""
    return (TAKE_OUT, THAT_IS_ALL, NO_LINK) if draft.links else (THAT_IS_ALL, NO_LINK)


def ask_choose(draft: Draft) -> Say:
    """Instead of a link that cannot be copied: the chat itself, by its name."""
    return Say(
        N_(
            "If you cannot copy a link, choose the channel or group from your own list. "
            "I only learn its name and number, and see nothing that is in it."
        )
    )


def read_choose(draft: Draft, heard: Heard) -> Move:
    """What was chosen is kept before this is asked, like any link."""
    match heard:
        case Pressed(TO_LINKS.name):
            return Go("links", draft)
        case Said() if links_in(heard):
            return Go("links", draft)
        case _:
            line = N_(
                "If no list opens on your phone, go back and paste any link you have, "
                "or write the name in the note later."
            )
            return Stay(draft, (Say(line),))


def ask_take_out(draft: Draft) -> tuple[Say, ...]:
    """The links by number; only their tail is shown, and never so that it could be tapped."""
    lines = tuple(
        Say(
            N_("{number}. {platform} {tail}"),
            {
                "number": number,
                "platform": Fact(f"platforms.{kept.link.platform}.name"),
                "tail": Code(tail(kept)),
            },
        )
        for number, kept in shown_links(draft)
    )
    return (*lines, Say(N_("Which one should I take out? Press or type its number.")))


def shown_links(draft: Draft) -> list[tuple[int, Kept]]:
    """The newest links with their numbers, as many as one screen holds."""
    return list(enumerate(draft.links, 1))[-MOST_ON_A_SCREEN:]


MOST_ON_A_SCREEN = 24


def tail(kept: Kept) -> str:
    """Enough of an address to know it by."""
    return "…" + kept.link.url[-12:]


def choose_take_out(draft: Draft) -> tuple[Button, ...]:
    """A button a link."""
    links = (
        Button(out(kept), Say(N_("Link {number}"), {"number": number}))
        for number, kept in shown_links(draft)
    )
    return (*links, DONE)


def out(kept: Kept) -> str:
    """A button that takes out this very link, wherever it stands by then."""
    return f"out:{crc32(kept.link.url.encode()):08x}"


def read_take_out(draft: Draft, heard: Heard) -> Move:
    """One link out, by its button or by its number."""
    if heard == Pressed(DONE.name):
        return Go("links", draft)
    number = digits_of(heard.text) if isinstance(heard, Said) else None
    kept = [
        kept
        for place, kept in enumerate(draft.links, 1)
        if heard != Pressed(out(kept)) and str(place) != number
    ]
    if len(kept) == len(draft.links):
        return Stay(draft, (Say(N_("There is no link with that number.")),))
    line = Say(N_("Taken out. Links now: {all}."), {"all": len(kept)})
    return Go("links", replace(draft, links=tuple(kept)), (line,))


# What happened, how urgent, a note


def ask_happened(draft: Draft) -> Say:
    """Several may be chosen."""
    return Say(N_("What happened? Choose all that fit, then press Done."))


def choose_happened(draft: Draft) -> tuple[Button, ...]:
    """Each kind, ticked where it is chosen."""
    kinds = (
        Button(
            f"happened:{kind}",
            Say(N_("✓ {words}"), {"words": Say(words)}) if kind in draft.happened else words,
        )
        for kind, words in HAPPENED.items()
    )
    return (*kinds, DONE)


def read_happened(draft: Draft, heard: Heard) -> Move:
    """A press ticks or unticks; the message itself is redrawn."""
    match heard:
        case Pressed(DONE.name):
            return Go(after(draft, "urgency"), draft)
        case Pressed(name) if (kind := name.removeprefix("happened:")) in HAPPENED:
            chosen = set(draft.happened) ^ {kind}
            happened = tuple(kind for kind in HAPPENED if kind in chosen)
            return Stay(replace(draft, happened=happened), redraw=True)
        case Said(text) if typed := numbered(text):
            happened = tuple(kind for kind in HAPPENED if kind in {*draft.happened, *typed})
            return Stay(replace(draft, happened=happened))
        case _:
            return Stay(draft, (Say(N_("Please press what fits, or type its number: 1, 2 …")),))


def numbered(text: str) -> tuple[str, ...]:
    """The kinds of these numbers: "1, 3"; none where there is anything else."""
    places = re.fullmatch(r"[1-4](?:[\s,，、.]*[1-4])*", normalize("NFKC", text).strip())
    kinds = tuple(HAPPENED)
    return tuple(kinds[int(one) - 1] for one in re.findall(r"\d", places[0])) if places else ()


def ask_urgency(draft: Draft) -> Say:
    """So that the most urgent is taken first."""
    return Say(N_("How urgent is it?"))


def choose_urgency(draft: Draft) -> tuple[Button, ...]:
    """Three degrees."""
    return tuple(Button(f"urgency:{degree}", words) for degree, words in URGENCY.items())


def read_urgency(draft: Draft, heard: Heard) -> Move:
    """One of three."""
    for degree in URGENCY:
        if heard == Pressed(f"urgency:{degree}"):
            return Go(after(draft, "note"), replace(draft, urgency=degree))
    return Stay(draft, (Say(N_("Please choose one of the three.")),))


def ask_note(draft: Draft) -> Say:
    """Optional, in as many messages as it takes, and no names."""
    if draft.notes:
        return Say(N_("Written down. You can write more, or press Done."))
    return Say(
        N_(
            "Is there anything our team should know? You can write it, or skip. "
            "No names are needed."
        )
    )


def choose_note(draft: Draft) -> tuple[Button, ...]:
    """Nothing is skipped by who has written something."""
    return (NO_NOTE, DONE) if draft.notes else (SKIP,)


def only_links(text: str) -> bool:
    """Whether there is nothing but links, one a word."""
    return all(find(word) for word in text.split())


def read_note(draft: Draft, heard: Heard) -> Move:
    """Any words are added to the note; a link by itself is a link, and is kept as one."""
    match heard:
        case Pressed(SKIP.name | DONE.name):
            return Go(after(draft, "news"), draft)
        case Pressed(NO_NOTE.name):
            return Stay(replace(draft, notes=()), (Say(N_("The note is taken out.")),))
        case Said(text) if text.strip() and not only_links(text):
            return with_note(draft, Note(text.strip(), heard.message))
        case _:
            return Stay(draft)


def with_note(draft: Draft, note: Note) -> Move:
    """One note more, if it fits."""
    notes = (*draft.notes, note)
    if words_of(notes) > MOST_WORDS:
        return Stay(draft, (Say(NOTE_FULL),))
    return Stay(replace(draft, notes=notes))


# News, review, send


def ask_news(draft: Draft) -> Say:
    """Off unless asked for, with the danger said first."""
    return Say(ASK_NEWS)


def read_news(draft: Draft, heard: Heard) -> Move:
    """No is as easy as yes."""
    match heard:
        case Pressed(NEWS_NO.name | NEWS_YES.name as name):
            return Go("review", replace(draft, news=name == NEWS_YES.name))
        case _:
            return Stay(draft, (Say(N_("Please choose Yes or No.")),))


def ask_review(draft: Draft) -> tuple[Say, ...]:
    """The whole report in words and numbers; no address is repeated."""
    lines: list[Say] = [Say(N_("This goes to our team when you press Send:"))]
    links = by_platform(tuple(kept.link for kept in draft.links))
    blanks: dict[str, Blank] = {"all": len(draft.links), "links": links}
    counted = N_("• Links: {all} ({links})") if links else N_("• Links: none yet")
    lines.append(Say(counted, blanks))
    lines.append(Say(N_("• Age then: {age}"), {"age": Say(MINOR[draft.minor or "unsure"])}))
    if draft.happened:
        kinds = tuple(Say(HAPPENED[kind]) for kind in draft.happened)
        lines.append(Say(N_("• What happened: {kinds}"), {"kinds": kinds}))
    if draft.urgency:
        urgency = Say(URGENCY[draft.urgency])
        lines.append(Say(N_("• How urgent: {urgency}"), {"urgency": urgency}))
    if draft.checked:
        lines.append(Say(N_("• Legal check: attached")))
    messages = Say(N_("• Note: written ({count})"), {"count": len(draft.notes)})
    lines.append(messages if draft.notes else Say(N_("• Note: none")))
    lines.append(
        Say(N_("• News in this chat: yes") if draft.news else N_("• News in this chat: no"))
    )
    return (*lines, *in_review(draft))


def ask_change(draft: Draft) -> Say:
    """Every part of the report, to be answered anew."""
    return Say(N_("What would you like to change?"))


YOUR_NUMBER = N_("Your case number: {code}")


def ask_sent(draft: Draft) -> Say:
    """While the number is on the screen."""
    return Say(N_("Please save your case number above, then press I have saved it."))


def tell_sent(draft: Draft, told: Told) -> Telling:
    """The number, to be copied; it is the only way back in."""
    if not isinstance(told, Filed):
        gone = N_("Your report is with our team. Its case number can no longer be shown here.")
        return Telling((Say(gone),))
    return Telling(
        (
            Say(N_("Sent. Our team has it.")),
            *number_of(told),
            Say(
                N_(
                    "Please save it somewhere safe: with it you can ask how things stand. Once "
                    "this chat is cleared it cannot be shown again, and we cannot look it up for "
                    "you."
                )
            ),
        ),
        copy_of(told),
    )


def read_sent(draft: Draft, heard: Heard) -> Move:
    """Until the number is saved, it is what every message is answered with.

    Who types it has it.
    """
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go("checked", replace(draft, code=code))
    return Go("sent", draft)


def ask_group(draft: Draft) -> Say:
    """Asked once, kindly: a number that was not saved is gone with this chat."""
    return Say(
        N_(
            "One last thing: please type any one of its four groups of digits, so that you can "
            "be sure you have it. Or press Skip."
        )
    )


def read_group(draft: Draft, heard: Heard) -> Move:
    """Four digits, or all sixteen."""
    if isinstance(heard, Said):
        digits = code_in(heard.text) or digits_of(heard.text) or ""
        if len(digits) in (4, 16):
            return Go("checked", replace(draft, code=digits))
    return Stay(draft, (Say(N_("I need four digits in a row from your case number.")),))


def tell_checked(draft: Draft, told: Told) -> Telling:
    """It is saved; or here it is once more, and not asked for again."""
    if not isinstance(told, Filed):
        return Telling((Say(N_("That is right.")), ask_saved(draft)), to="saved")
    other = Say(N_("That is none of its groups. Here is your number once more."))
    return Telling((other, *number_of(told), ask_sent(draft)), copy_of(told))


def number_of(told: Filed) -> tuple[Say, ...]:
    """The number, to be tapped."""
    return (Say(YOUR_NUMBER, {"code": Code(told.code)}),)


def copy_of(told: Filed) -> tuple[Button, ...]:
    """The number, to be copied by a button."""
    return (Button("copy", N_("Copy case number"), copy=told.code),)


def ask_saved(draft: Draft) -> Say:
    """The end of a report; unless links came since: they are not sent."""
    if draft.links:
        return Say(
            N_(
                "Thank you for telling us. Links that came later and are not sent yet: {all}. "
                "Clearing this chat forgets them."
            ),
            {"all": len(draft.links)},
        )
    return Say(
        N_(
            "Thank you for telling us. You can clear this chat now, "
            "and ask with your case number later."
        )
    )


def read_saved(draft: Draft, heard: Heard) -> Move:
    """Who tries the number at once is answered with how things stand."""
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go(Talk("status"), replace(draft, code=code))
    return said_nothing_new(draft, heard)


def tell_saved(draft: Draft, told: Told) -> Telling:
    """The same, once that is noted."""
    return Telling((ask_saved(draft),))


def tell_shown(draft: Draft, told: Told) -> Telling:
    """The number once more, within ten minutes of sending."""
    if not isinstance(told, Filed):
        return Telling((Say(N_("The number can no longer be shown here.")),))
    return Telling((*number_of(told), ask_saved(draft)), copy_of(told))


TAKE_OUT_STEP = Step(
    "take out", ask_take_out, read_take_out, to=("links",), choices=choose_take_out, free=True
)

REPORT = Script(
    "report",
    Step(
        "age",
        ask_age,
        read_age,
        to=("links", "call first", "review"),
        choices=lambda draft: tuple(AGES),
    ),
    Step("call first", ask_call_first, buttons={GO_ON: "duty", NOT_NOW: HOME}),
    Step("duty", ask_duty, buttons={GO_ON: "links", NOT_NOW: HOME}),
    Step(
        "links",
        ask_links,
        read_links,
        to=("take out", "choose", "happened", "review"),
        choices=choose_links,
    ),
    Step(
        "choose",
        ask_choose,
        read_choose,
        to=("links",),
        choices=lambda draft: (CHANNEL, GROUP, TO_LINKS),
        free=True,
    ),
    TAKE_OUT_STEP,
    Step(
        "happened", ask_happened, read_happened, to=("urgency", "review"), choices=choose_happened
    ),
    Step("urgency", ask_urgency, read_urgency, to=("note", "review"), choices=choose_urgency),
    Step("note", ask_note, read_note, to=("news", "review"), choices=choose_note, free=True),
    Step("news", ask_news, read_news, to=("review",), choices=lambda draft: (NEWS_NO, NEWS_YES)),
    Step(
        "review",
        ask_review,
        vanishes=True,
        buttons={SEND: "sent", CHANGE: "change", MAY: "consents", DO_NOT_SEND: STOP},
    ),
    Step("change", ask_change, buttons=PARTS),
    Step(
        "consents",
        ask_more_consents,
        read_more_consents,
        to=("gender", "review"),
        choices=choose_more_consents,
    ),
    *questions("review"),
    Step(
        "sent",
        ask_sent,
        read_sent,
        buttons={SAVED: "group"},
        to=("sent", "checked"),
        effect=Effect.FILE,
        tell=tell_sent,
        holds=True,
    ),
    Step(
        "group",
        ask_group,
        read_group,
        buttons={SKIP: "saved"},
        to=("checked",),
        free=True,
        holds=True,
    ),
    Step(
        "checked",
        ask_sent,
        read_group,
        buttons={SAVED: "saved"},
        to=("checked",),
        effect=Effect.CHECK,
        tell=tell_checked,
        free=True,
        holds=True,
    ),
    Step(
        "saved",
        ask_saved,
        read_saved,
        buttons={Button("home", N_("Back")): HOME, SHOW: "shown"},
        to=(Talk("report"), Talk("status")),
        choices=lambda draft: (THE_REST,) if draft.links else (),
        effect=Effect.SAVED,
        tell=tell_saved,
    ),
    Step(
        "shown",
        ask_saved,
        read_saved,
        buttons={Button("home", N_("Back")): HOME},
        to=(Talk("report"), Talk("status")),
        effect=Effect.SHOW,
        tell=tell_shown,
    ),
    opening=opening,
)
