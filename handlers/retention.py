"""How long a closed case stays: until its day, which is said wherever it is shown."""

from collections.abc import Iterable
from datetime import date, timedelta

from handlers.casework import Work
from storage.letterboxes import LETTERS_FOR

A_DAY = timedelta(days=1)


async def close(work: Work, outcome: str) -> None:
    """Close it, and say when it goes; opened again, it has no such day until it is closed anew."""
    letters = await work.books.letterboxes.letters(work.case.id)
    day = erased_on(work.act.today, work.kept_for, (letter.day for letter in letters))
    await work.books.cases.close(work.case.id, work.act.by.id, outcome, erased_on=day)


def erased_on(closed: date, kept_for: timedelta, letters: Iterable[date] = ()) -> date:
    """The day after the last on which it is kept, in Hong Kong.

    What our team wrote to the person stays as long as they were told that it does.
    """
    promised = (written + LETTERS_FOR for written in letters)
    return max(closed + kept_for, *promised, date.min) + A_DAY
