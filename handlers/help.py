"""Get help now: who can help, by need; one short screen for each, with numbers to copy."""

from handlers.directory import copy_button, full_line, services, short_directory, short_line
from handlers.talk import REPORT, Aside, Button, Draft, Go, Move, Return, Say, Script, Stay, Step
from locales import N_, facts

NEEDS = {
    "danger": N_("Danger now"),
    "overwhelmed": N_("It is too much"),
    "violence": N_("Sexual violence (adult)"),
    "removal": N_("Removal and counselling"),
    "minor": N_("Someone under 18"),
    "exposed": N_("My details are posted"),
    "work": N_("At work or school"),
    "language": N_("In other languages"),
    "abroad": N_("Outside Hong Kong"),
}

NOTES = {
    "danger": Say(N_("In danger now, please call 999 first.")),
    "overwhelmed": Say(N_("You do not need a special reason to call.")),
    "violence": Say(N_("You do not have to decide anything today.")),
    "removal": Say(
        N_("You can also report links here: our team asks the sites, and no name is needed.")
    ),
    "minor": Say(
        N_("Please do not save or forward the picture. The address and the time are enough.")
    ),
    "exposed": Say(
        N_(
            "Where your name, telephone, school or account is posted with a picture, the Privacy "
            "Commissioner can order sites to take it down. A picture alone may not be covered, "
            "and the Commissioner needs your name."
        )
    ),
    "work": Say(N_("The first one cannot follow up a complaint without your name.")),
    "language": Say(
        N_("You can ask the service you call to bring in an interpreter by telephone.")
    ),
    "abroad": Say(N_("999 works in Hong Kong only. Elsewhere, call the emergency number there.")),
}

HELP_NOW = Button("help:all", N_("Get help now"))
ALL_SERVICES = Button(HELP_NOW.name, N_("More services"))
OTHER_NEEDS = Button("needs", N_("Another need"))
BACK = Button("return", N_("Back"))
REPORT_LINKS = Button("report", N_("Report links"))
PROTECT = Button("protect", N_("Protect yourself"))

HELP, PROTECT_YOURSELF = Aside("help"), Aside("protect")

NEED_BUTTONS = {Button(f"need:{need}", words): need for need, words in NEEDS.items()}


def ask_needs(draft: Draft) -> tuple[Say, ...]:
    """999 on the first screen, then the choice."""
    return (short_line("help.emergency"), Say(N_("What do you need? You can come back here.")))


def ask_need(draft: Draft) -> tuple[Say, ...]:
    """One need: who, the number, when, for whom; then what one should know before calling."""
    need = need_of(draft)
    return (*map(full_line, services(need)), NOTES[need])


def choose_need(draft: Draft) -> tuple[Button, ...]:
    """The numbers of this screen, to copy; three digits are dialled faster than pasted."""
    keys = services(need_of(draft))
    copies = tuple(copy_button(key) for key in keys if not facts.entry(key).always)
    return (*copies, REPORT_LINKS) if need_of(draft) == "removal" else copies


def ask_again(draft: Draft) -> Say:
    """After other words: what was read is not said twice."""
    return Say(N_("What you were reading stands above."))


def need_of(draft: Draft) -> str:
    """The need that was chosen; danger, if an older talk had another."""
    return draft.topic if draft.topic in NEEDS else "danger"


def short_help(draft: Draft) -> Move:
    """A few numbers beside the step, and the way to all of them; in here, that way itself."""
    if draft.talk == HELP.name:
        return Go(HELP, draft)
    return Stay(draft, short_directory(), more=(ALL_SERVICES,))


SCRIPT = Script(
    "help",
    Step(
        "needs",
        ask_needs,
        buttons={
            **{button: Aside("help", need) for button, need in NEED_BUTTONS.items()},
            PROTECT: PROTECT_YOURSELF,
            BACK: Return(),
        },
    ),
    Step(
        "need",
        ask_need,
        buttons={OTHER_NEEDS: "needs", BACK: Return()},
        to=(REPORT,),
        choices=choose_need,
        choices_first=True,
        again=ask_again,
    ),
    opening=lambda draft: "need" if draft.topic else "needs",
)
