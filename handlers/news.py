"""News in the chat: when they come, whether with a sound, and the one tap that ends them."""

import re
from dataclasses import replace

from handlers.talk import Blank, Button, Day, Draft, Go, Heard, Move, News, Pressed, Say, Stay
from locales import N_

HOURS = {"any": None, "9": 9, "13": 13, "20": 20}
"""When news may come, by Hong Kong's clock; None: at once."""

SOUND = Button("sound", N_("With a sound"))
SILENT = Button("silent", N_("Without a sound"))
NEWS_DAYS = 14  # then they end by themselves, unless the person wants them longer
LONGER = Button("longer", Say(N_("{days} more days"), {"days": NEWS_DAYS}))
NEW = N_("There is something new here, for when you have time.")
SOME_GONE = N_("{gone} of {all} gone.")
NO_MORE = Say(N_("No more of these here. With your case number you can always ask."))
_END = re.compile(r"end news:([\w-]{43})")


def line(gone: int, total: int) -> Say:
    """The one line that a person gets: a number, or only that there is something."""
    return Say(SOME_GONE, {"gone": gone, "all": total}) if gone else Say(NEW)


def end_button(ticket: str) -> Button:
    """Ends them with one tap. The *ticket* is the case's, for this chat: the group's buttons tell
    the case's own id, and whoever sees both must not learn that they are one.
    """
    return Button(f"end news:{ticket}", N_("No more of these"))


def ended(name: str) -> str | None:
    """The ticket of the case whose news a press ends; None for none."""
    match = _END.fullmatch(name)
    return match[1] if match else None


def ask_times(draft: Draft) -> tuple[Say, ...]:
    """When they come now."""
    news = draft.mine.standing.news if draft.mine else None
    if news is None:
        return (Say(N_("No news come here now.")),)
    when = Say(N_("at {hour}:00"), {"hour": news.hour}) if news.hour is not None else Say(AT_ONCE)
    blanks: dict[str, Blank] = {
        "when": when,
        "how": Say(WITHOUT if news.silent else WITH),
        "day": Day(news.until),
    }
    told = Say(N_("News come here {when}, {how}, until {day}."), blanks)
    ask = N_("Which hour suits you? With each press here the {days} days begin anew.")
    return (told, Say(ask, {"days": NEWS_DAYS}))


AT_ONCE, WITH, WITHOUT = N_("at once"), N_("with a sound"), N_("without a sound")


def choose_times(draft: Draft) -> tuple[Button, ...]:
    """Hours, sound, and more days."""
    news = draft.mine.standing.news if draft.mine else None
    if news is None:
        return ()
    hours = tuple(
        Button(
            f"hour:{name}",
            N_("At once") if hour is None else Say(N_("{hour}:00"), {"hour": hour}),
        )
        for name, hour in HOURS.items()
    )
    return (*hours, SOUND if news.silent else SILENT, LONGER)


def read_times(draft: Draft, heard: Heard) -> Move:
    """One of them."""
    shown = {button.name for button in choose_times(draft)}
    if isinstance(heard, Pressed) and heard.name in shown:
        return Go("timed", replace(draft, choice=heard.name))
    return Stay(draft)


def timed(news: News, choice: str) -> News:
    """As it was chosen."""
    if choice.startswith("hour:"):
        return replace(news, hour=HOURS[choice.removeprefix("hour:")])
    if choice in (SOUND.name, SILENT.name):
        return replace(news, silent=choice == SILENT.name)
    return news
