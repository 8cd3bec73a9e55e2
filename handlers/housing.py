"""Homes, as they are kept: by their mark, the name sealed to the staff key."""

from handlers.desk import Opened
from handlers.homes import Home, home
from storage.books import Books
from storage.keys import StaffKeys
from storage.seal import NotOpened, Place, Sealed, seal, unseal


async def settle(books: Books, case_id: str, link: Opened, keys: StaffKeys) -> bytes | None:
    """Keep where a link is at home; the home's mark, None where the link does not tell."""
    found = home(link.url, link.open_url)
    if found is None:
        return None
    mark = await keep(books, found, keys)
    await books.links.settle(case_id, link.number, mark)
    return mark


async def keep(books: Books, found: Home, keys: StaffKeys) -> bytes:
    """Keep a home's name; its mark."""
    mark = keys.mark(found.url)
    await books.homes.put(mark, seal(found.url.encode(), keys.own.public, _place(mark)))
    return mark


def read_home(sealed: Sealed, mark: bytes, keys: StaffKeys) -> Home | None:
    """A home that was kept; None where our key does not open it."""
    try:
        return home(unseal(sealed, keys.own, _place(mark)).decode())
    except NotOpened:
        return None


def _place(mark: bytes) -> Place:
    return Place("home", mark.hex())
