"""My case: the code, typed in any digits, opens it; how it stands, and what can be done."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.additions import (
    WANTED,
    added,
    ask_add_links,
    ask_add_note,
    ask_addition,
    ask_case_duty,
    choose_add_links,
    read_add_links,
    read_add_note,
    read_case_duty,
    toward,
)
from handlers.consents import (
    agreed,
    ask_consents,
    asking,
    choose_consents,
    questions,
    read_consents,
)
from handlers.digits import code_in
from handlers.gather import links_in
from handlers.news import ask_times, choose_times, read_times
from handlers.report import GO_ON, SEND, TAKE_OUT_STEP
from handlers.standing import MOST_LINES, link_line, standing
from handlers.talk import (
    HOME,
    REPORT,
    Button,
    DigitOff,
    Draft,
    Effect,
    Go,
    Heard,
    Move,
    Pressed,
    Said,
    Say,
    Script,
    Standing,
    Stay,
    Step,
    Strong,
    Telling,
    Told,
    TooMany,
    as_says,
)
from locales import N_

BACK = Button("home", N_("Back"))
TO_CASE = Button("my case", N_("Back to my case"))
EACH = Button("each", N_("Each link"))
ADD_LINKS = Button("add links", N_("Add links"))
ADD_NOTE = Button("add note", N_("Write to our team"))
CONSENTS = Button("consents", N_("What you may do"))
ANSWER = Button(ADD_NOTE.name, N_("Answer"), "primary")
READ = Button("read", N_("I have read it"))
NEWS = Button("news", N_("When to tell me"))
WITHDRAW = Button("withdraw", N_("Withdraw my case"))
ERASE_IT = Button("erase it", N_("Erase it in 72 hours"), "danger")
KEEP = Button("keep", N_("Keep my case"), "primary")
NOT_SENT = Button("unsent", N_("What is not sent"), "primary")
EARLIER, LATER = Button("earlier", N_("Previous")), Button("later", N_("Next"))
A_PAGE = 15  # lines: with every reason given, in both languages, they fill one message

# Opening a case


def ask_code(draft: Draft) -> Say:
    """Ask for the code."""
    return Say(N_("Please type the 16 digits of your case number. Spaces do not matter."))


def read_code(draft: Draft, heard: Heard) -> Move:
    """Sixteen digits are looked up; anything else is answered kindly."""
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go("looking", replace(draft, code=code))
    line = N_("I need the 16 digits of your case number, like 1234 5678 9012 3456.")
    return Stay(draft, (Say(line),))


def tell_looked(draft: Draft, told: Told) -> Telling:
    """The case, or why there is none to show."""
    match told:
        case Standing():
            return Telling(letters(told) or ask_case(draft), to="case")
        case DigitOff():
            off = N_("One digit seems off. Please check the number and type it again.")
            return Telling((Say(off),))
        case TooMany():
            wait = N_("That was tried too often. Please try again in an hour.")
            return Telling((Say(wait),))
        case _:
            gone = N_(
                "I find no case with that number. Please check it. A closed case is erased after "
                "a while; you can report again at any time."
            )
            return Telling((Say(gone),))


# The open case


def ask_case(draft: Draft) -> tuple[Say, ...]:
    """How it stands, and the question that stays on the screen."""
    mine = draft.mine
    if mine is None:
        return (ask_code(draft),)
    unread = (STAYS,) if mine.letters else ()
    return (*unread, *standing(mine.standing), *not_sent(draft), ask_more(draft))


def letters(told: Standing) -> tuple[Say, ...]:
    """What our team wrote, by itself, so that it fits one screen; how the case stands follows."""
    if not told.letters:
        return ()
    texts = tuple(Say("{letter}", {"letter": text}) for text in told.letters)
    head = Say("{head}", {"head": Strong(N_("Our team writes to you:"))})
    more = Say(
        N_("More messages wait: {more}. Press I have read it, then type your case number again."),
        {"more": told.more_letters},
    )
    return (head, *texts, more if told.more_letters else STAYS)


STAYS = Say(N_("The message stays here for 30 days, or until you answer or press I have read it."))


def ask_more(draft: Draft) -> Say:
    """One can do something, or ask about another case."""
    return Say(N_("You can add to it here, or type a case number again at any time."))


def not_sent(draft: Draft) -> tuple[Say, ...]:
    """What was given here and is not in the case yet."""
    if not (draft.links or draft.words):
        return ()
    return (Say(N_("Something you gave here is not sent yet.")),)


def choose_case(draft: Draft) -> tuple[Button, ...]:
    """What makes sense as the case stands; nothing, where none is open."""
    mine = draft.mine
    if mine is None:
        return ()
    unsent = (NOT_SENT,) if not_sent(draft) else ()
    each = (EACH,) if len(lines_of(mine.standing)) > MOST_LINES else ()
    write = (ANSWER, READ) if mine.letters else (ADD_NOTE,)
    news = (NEWS,) if mine.standing.news else ()
    end = KEEP if mine.standing.ends else WITHDRAW
    return (*unsent, ADD_LINKS, *write, *each, CONSENTS, *news, end)


def read_case(draft: Draft, heard: Heard) -> Move:
    """A button, links for this case, or another code."""
    if isinstance(heard, Said) and (code := code_in(heard.text)):
        return Go("looking", replace(draft.away(), code=code))
    if draft.mine is None:
        return read_code(draft, heard)
    match heard:
        case Pressed(EACH.name):
            return Go("each", replace(draft, mine=replace(draft.mine, page=0)))
        case Pressed(NEWS.name):
            return Go("news", draft)
        case Pressed(WITHDRAW.name):
            return Go("withdraw", draft)
        case Pressed(KEEP.name):
            return Go("kept", draft)
        case Pressed(READ.name):
            return Go("read", draft)
        case Pressed(CONSENTS.name):
            return Go("consents", draft)
        case Pressed(NOT_SENT.name) if not_sent(draft):
            return toward("review", draft, draft.mine)
        case Pressed(name) if name in WANTED:
            return toward(WANTED[name], draft, draft.mine)
        case Said() if links_in(heard):
            return toward("links", draft, draft.mine)
        case _:
            return Stay(draft, (Say(N_("Sorry, I did not understand that.")),))


GONE = Say(N_("This case is not here any more."))


def then_case(
    lines: Callable[[Draft, Told], tuple[Say, ...]],
) -> Callable[[Draft, Told], Telling]:
    """A teller: *lines* of what was done, then the case as it stands by that."""

    def tell(draft: Draft, told: Told) -> Telling:
        if draft.mine is None:
            return Telling((GONE, ask_code(draft)), to="code")
        return Telling((*lines(draft, told), *ask_case(draft)), to="case")

    return tell


def done(name: str, effect: Effect, *lines: Say) -> Step:
    """A step that does something to the case, says so, and shows how the case stands by that."""
    return Step(
        name,
        ask_more,
        buttons={TO_CASE: "case"},
        to=("case", "code"),
        effect=effect,
        tell=then_case(lambda draft, told: lines),
    )


def tell_timed(draft: Draft, told: Told) -> Telling:
    """When news come by that."""
    if draft.mine is None:
        return Telling((GONE, ask_code(draft)), to="code")
    return Telling(ask_times(draft), to="news")


def tell_agreed(draft: Draft, told: Told) -> Telling:
    """What was changed; who wants to be counted is asked three questions, once."""
    if draft.mine is None or not isinstance(told, Standing):
        return Telling((GONE, ask_code(draft)), to="code")
    said = agreed(told, draft.choice)
    if draft.choice == "count" and "count" in (told.consents or {}) and not told.counted:
        return Telling((said, *as_says(asking("gender")(draft))), to="gender")
    return Telling((said, *ask_consents(draft)), to="consents")


def ask_withdraw(draft: Draft) -> tuple[Say, ...]:
    """What it does, and when; whoever did it in the person's name is seen in time."""
    return (
        Say(
            N_(
                "This erases your case and all that is in it: links, words, messages. It is done "
                "after 72 hours; until then you can stop it here with your number."
            )
        ),
        Say(
            N_(
                "Requests already made to platforms, and what was passed on, cannot be called "
                "back. Figures stay; nobody can be found in them."
            )
        ),
    )


# Each link, where there are many


def lines_of(told: Standing) -> tuple[Say, ...]:
    """A line a link; none where somebody may be under 18: nobody here looks at those."""
    return tuple(map(link_line, told.each)) if told.minor == "no" else ()


def ask_each(draft: Draft) -> tuple[Say, ...]:
    """One page of links."""
    mine = draft.mine
    if mine is None:
        return (ask_code(draft),)
    start = mine.page * A_PAGE
    return (
        *lines_of(mine.standing)[start : start + A_PAGE],
        Say(N_("Days are when our team noted it.")),
    )


def choose_each(draft: Draft) -> tuple[Button, ...]:
    """To the page before and the page after."""
    mine = draft.mine
    if mine is None:
        return ()
    more = (mine.page + 1) * A_PAGE < len(lines_of(mine.standing))
    return (*((EARLIER,) if mine.page else ()), *((LATER,) if more else ()))


TURNS: Mapping[str, int] = {EARLIER.name: -1, LATER.name: 1}


def read_each(draft: Draft, heard: Heard) -> Move:
    """Turn the page, in place; a page that is not there is not turned to."""
    mine = draft.mine
    if mine is None or not isinstance(heard, Pressed) or heard.name not in TURNS:
        return Stay(draft)
    last = max(0, len(lines_of(mine.standing)) - 1) // A_PAGE
    page = min(max(mine.page + TURNS[heard.name], 0), last)
    return Stay(replace(draft, mine=replace(mine, page=page)), redraw=True)


STATUS = Script(
    "status",
    Step(
        "code",
        ask_code,
        read_code,
        buttons={BACK: HOME},
        to=("looking", REPORT),
        free=True,
    ),
    Step(
        "looking",
        ask_code,
        read_code,
        buttons={BACK: HOME},
        to=("looking", "case", REPORT),
        effect=Effect.LOOK_UP,
        tell=tell_looked,
        free=True,
    ),
    Step(
        "case",
        ask_case,
        read_case,
        buttons={BACK: HOME},
        to=(
            "looking",
            "each",
            "duty",
            "links",
            "note",
            "review",
            "read",
            "consents",
            "news",
            "withdraw",
            "kept",
        ),
        choices=choose_case,
        free=True,
    ),
    Step("each", ask_each, read_each, buttons={TO_CASE: "case"}, choices=choose_each),
    Step(
        "duty",
        ask_case_duty,
        read_case_duty,
        buttons={TO_CASE: "case"},
        to=("links", "note", "review"),
        choices=lambda draft: (GO_ON,),
    ),
    Step(
        "links",
        ask_add_links,
        read_add_links,
        buttons={TO_CASE: "case"},
        to=("take out", "review"),
        choices=choose_add_links,
    ),
    TAKE_OUT_STEP,
    Step(
        "note", ask_add_note, read_add_note, buttons={TO_CASE: "case"}, to=("review",), free=True
    ),
    Step(
        "review",
        ask_addition,
        buttons={SEND: "added", ADD_LINKS: "links", ADD_NOTE: "note", TO_CASE: "case"},
    ),
    Step("withdraw", ask_withdraw, buttons={ERASE_IT: "withdrawn", TO_CASE: "case"}),
    done("withdrawn", Effect.WITHDRAW, Say(N_("Noted. Our team is told."))),
    done("kept", Effect.KEEP, Say(N_("Your case stays. Our team is told."))),
    Step(
        "news",
        ask_times,
        read_times,
        buttons={TO_CASE: "case"},
        to=("timed",),
        choices=choose_times,
    ),
    Step(
        "timed",
        ask_times,
        buttons={TO_CASE: "case"},
        to=("news", "code"),
        effect=Effect.TIME,
        tell=tell_timed,
    ),
    done("read", Effect.READ),
    Step(
        "consents",
        ask_consents,
        read_consents,
        buttons={TO_CASE: "case"},
        to=("agreed",),
        choices=choose_consents,
    ),
    Step(
        "agreed",
        ask_consents,
        buttons={TO_CASE: "case"},
        to=("consents", "gender", "code"),
        effect=Effect.AGREE,
        tell=tell_agreed,
    ),
    *questions("counted"),
    done("counted", Effect.COUNT, Say(N_("Thank you. Only the numbers are kept."))),
    Step(
        "added",
        ask_more,
        to=("case", "code"),
        effect=Effect.ADD,
        tell=then_case(added),
    ),
    opening=lambda draft: "looking" if draft.code else "code",
)
