"""A rush: more cases wait than a group can see on cards of their own.

Past ten that wait, a new card does not go out. Its letter is exchanged, in one transaction, for a
line on the digest (handlers.digest), which names many cases in one message. When no more than ten
wait, new ones have cards again; what stands on the digest stays there until it is taken, or until
its reminder brings its card.
"""

from collections.abc import Sequence
from datetime import datetime

from handlers import leases
from handlers.digest import put_page
from handlers.hours import at
from storage.books import Books, Letter

MANY = 10  # cases that wait, the new ones among them: more are a rush
EDIT_SECONDS = 4.0  # between two edits because of new cases
URGENCY = {"now": 0, "soon": 1, "calm": 2}


class Rush:
    """Exchanges cards for lines. What is on the digest stands in the books.

    One courier's memory of it is only when the digest was last due to change.
    """

    def __init__(self) -> None:
        self._due = 0.0

    async def join(self, books: Books, letters: Sequence[Letter], now: float) -> set[int] | None:
        """In a rush, new cards become lines, and the digest is due; gives their letters' ids.

        What happens now has a card of its own, with its sound; where that is more than ten, they
        stand on the digest too until their cards have come. None: nothing has changed.
        """
        new = await self._new_cards(books, letters)
        if not new or await books.cases.count_waiting() <= MANY:
            return None
        urgent = [one for one in new if urgency(one) == 0]
        others = [one for one in new if urgency(one)]
        joining = [*(urgent if len(urgent) > MANY else ()), *others]
        if not joining:
            return None
        await self._exchange(books, joining, others, now)
        return {letter.id for letter in others}

    async def _new_cards(self, books: Books, letters: Sequence[Letter]) -> list[Letter]:
        """Cards that nobody has seen yet, and that no try under way may have brought."""
        cards = [one for one in letters if one.kind == "card" and one.floor is None]
        if not cards:
            return []
        unshown = await books.lines.unshown([str(one.case_id) for one in cards])
        return [one for one in cards if one.case_id in unshown]

    async def _exchange(
        self, books: Books, joining: Sequence[Letter], done: Sequence[Letter], now: float
    ) -> None:
        """One transaction: the cards' letters go, their lines and the digest's are there."""
        page = await books.lines.page() or str(joining[0].case_id)
        await books.lines.put(page, [str(card.case_id) for card in joining])
        for card in done:
            await books.outbox.done(card)
            await leases.begin_to_wait(books, str(card.case_id), at(now))
        await put_page(books, page, self._next_edit(now))

    def _next_edit(self, now: float) -> datetime:
        """At once, or with the edit to come, or some seconds after the last."""
        if now >= self._due:
            self._due = max(now, self._due + EDIT_SECONDS)
        return at(self._due)


def urgency(letter: Letter) -> int:
    """The urgent first, by the body's `urgency`."""
    return URGENCY.get(letter.body.get("urgency", "soon"), 1)
