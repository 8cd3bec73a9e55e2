"""A rush: more new cases at once than the group's pace has room for.

Then a new card does not go out by itself. Its letter is exchanged, in one transaction, for a line
on a page: one message with up to sixty names, each to be taken with a press. The page is a letter
and a post like any other, so that it too is never lost and never doubled; a case that is taken
gets its own card, and its line goes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers import leases
from handlers.digest import LINES
from handlers.hours import at
from storage.books import Books, Letter

PAGE = "page"
MANY = 10  # new cards waiting: more begin a rush
RUSH_SECONDS = 60.0  # for so long after that, all new ones join it
EDIT_SECONDS = 4.0  # between two edits because of new cases
TIDY = timedelta(seconds=10)  # until a line that is taken goes, so that several go at once
URGENCY = {"now": 0, "soon": 1, "calm": 2}


class Rush:
    """Whether there is one, and the page that has room. It lives in one courier's memory.

    After a restart a rush that goes on begins a new page: what is on a page stands in the books.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._page, self._room = "", 0
        self._due = 0.0  # when the page was last due to change, perhaps still to come

    async def join(self, books: Books, letters: Sequence[Letter], now: float) -> set[int]:
        """In a rush, the new cards become lines, and a page is due; gives their letters' ids."""
        new = await self._new_cards(books, letters, now)
        if len(new) > MANY:
            self._room = self._room if now < self._until else 0
            self._until = now + RUSH_SECONDS
        if now >= self._until:
            return set()
        joining = sorted(new, key=urgency)
        while joining:
            if not self._room:
                self._page, self._room, self._due = str(joining[0].case_id), LINES, 0.0
            some, joining = joining[: self._room], joining[self._room :]
            await self._exchange(books, some, now)
        return {letter.id for letter in new}

    async def _new_cards(
        self, books: Books, letters: Sequence[Letter], now: float
    ) -> list[Letter]:
        """Cards that nobody has seen yet, and that no try under way may have brought."""
        cards = [one for one in letters if one.kind == "card" and one.floor is None]
        if len(cards) <= MANY and now >= self._until:
            return []
        unshown = await books.lines.unshown([str(one.case_id) for one in cards])
        return [one for one in cards if one.case_id in unshown]

    async def _exchange(self, books: Books, cards: Sequence[Letter], now: float) -> None:
        """One transaction: the cards' letters go, their lines and the page's letter are there."""
        await books.lines.put(self._page, [str(card.case_id) for card in cards])
        for card in cards:
            await books.outbox.done(card)
            await leases.begin_to_wait(books, str(card.case_id), at(now))
        self._room -= len(cards)
        await put_page(books, self._page, self._next_edit(now))

    def _next_edit(self, now: float) -> datetime:
        """At once, or with the edit to come, or some seconds after the last."""
        if now >= self._due:
            self._due = max(now, self._due + EDIT_SECONDS)
        return at(self._due)


async def put_page(books: Books, page: str, due: datetime) -> None:
    """Let the courier bring a page up to date."""
    await books.outbox.put("staff", PAGE, key=post_key(page), body={"page": page}, due=due)


def post_key(page: str) -> str:
    """Under which the books remember where a page is."""
    return f"page:{page}"


def urgency(letter: Letter) -> int:
    """The urgent first, by the body's `urgency`."""
    return URGENCY.get(letter.body.get("urgency", "soon"), 1)
