"""What is answered beside any step, before anything else: despair, danger now, plain questions."""

from handlers.directory import short_line
from handlers.help import ALL_SERVICES
from handlers.talk import Draft, Fact, Number, Say, Stay
from locales import N_
from locales.phrases import Typed, is_danger, is_distress, question

COMFORT = (
    Say(
        N_(
            "This sounds very hard, and you do not have to carry it alone. "
            "You can talk to somebody now:"
        )
    ),
    *(short_line(f"help.{key}") for key in ("emergency", "mental_health", "samaritans")),
)

DANGER = (
    short_line("help.emergency"),
    Say(
        N_(
            "If you are in danger now, please call 999 first, and go where other people are if "
            "you can. Everything here can wait."
        )
    ),
    short_line("help.welfare"),
)

ANSWERS = {
    "going_to_police": (
        Say(
            N_(
                "Whether to go to the police is your choice. In danger, call {number} first. "
                "How to do it, and what to bring: type /law, and choose Telling the police."
            ),
            {"number": Number("help.emergency")},
        ),
    ),
    "police": (
        Say(
            N_(
                "Whether to go to the police is your choice. One exception: under {law}, social "
                "workers must report when someone under 18 may be seriously harmed."
            ),
            {"law": Fact("law.reporting.name")},
        ),
    ),
    "family": (
        Say(
            N_(
                "We write to nobody you know: only to sites, and to you if you ask for news. "
                "Where someone under 18 may be seriously harmed we cannot promise that: the law "
                "can make our social workers tell the Social Welfare Department or the police."
            )
        ),
    ),
    "cost": (Say(N_("It costs nothing. Whoever asks you for money here is not us.")),),
    "anonymous": (
        Say(
            N_(
                "No name is needed, and the team that reads your report is not told who sent it. "
                "Telegram, the company, knows your account and can see this chat."
            )
        ),
    ),
    "who": (
        Say(
            N_(
                "I am a program. What you send goes to a team of caseworkers in Hong Kong "
                "who ask sites to take pictures down. We never ask for money, identity papers, "
                "passwords or pictures."
            )
        ),
    ),
    "safe": (
        Say(
            N_(
                "What you send is locked: only our team can open it. But Telegram can see this "
                "chat, and so can anyone holding your phone. Clear this chat removes what it can."
            )
        ),
    ),
    "lawyer": (
        Say(N_("Only a lawyer can tell you that; we cannot. What the law says: type /law.")),
        short_line("help.duty_lawyer"),
    ),
    "them": (
        Say(
            N_(
                "We do not write to that person, and to sites we do not say who you are. "
                "Whether a site tells them that somebody reported it is not in our hands."
            )
        ),
    ),
    "weary": (
        Say(
            N_(
                "That sounds very tiring. You do not have to carry it alone. "
                "If you would like to talk to somebody:"
            )
        ),
        short_line("help.mental_health"),
    ),
}
"""The answers to the questions of locales/facts/questions.toml, by its tables."""


def first_answer(draft: Draft, text: str) -> Stay | None:
    """What *text* must be answered with before anything else; None, for most words."""
    typed = Typed.of(text)
    if is_distress(typed):
        return Stay(draft, COMFORT, more=(ALL_SERVICES,))
    if is_danger(typed):
        return Stay(draft, DANGER, more=(ALL_SERVICES,))
    asked = question(typed)
    more = (ALL_SERVICES,) if asked == "weary" else ()
    return Stay(draft, ANSWERS[asked], more=more) if asked else None
