"""Whom a link is about to be asked of: its platform, or where that is many sites, its own one."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from handlers.desk import Opened
from handlers.drafting import Addressee
from handlers.staff import platform
from handlers.talk import Blank

TO_ASK = ("new", "back")
MANY_SITES = ("website", "shortlink")  # one name for many: each of their hosts is asked by itself


def is_to_ask(link: Opened, today: date) -> bool:
    """Whether it is to be asked now: not yet asked, back, or without an answer in time."""
    late = link.state == "requested" and link.look is not None and link.look <= today
    return late or link.state in TO_ASK


def addressee(link: Opened) -> Addressee:
    """Whom to ask about a link that our key opens."""
    if link.platform not in MANY_SITES:
        return Addressee(link.platform)
    host = urlsplit(address(link)).hostname or ""
    return Addressee(link.platform, host.removeprefix("www."))


def address(link: Opened) -> str:
    """The exact address; what people call a chat that they chose stands behind it."""
    return link.open_url.split()[0]


def groups_of(links: Sequence[Opened]) -> Mapping[Addressee, list[Opened]]:
    """What may be asked of whom; what is removed needs no asking."""
    groups: dict[Addressee, list[Opened]] = {}
    for link in links:
        if link.open_url and link.state != "removed":
            groups.setdefault(addressee(link), []).append(link)
    return groups


def all_of(links: Sequence[Opened]) -> Mapping[Addressee, list[Opened]]:
    """All links of each; not those whose site nobody here may see, or that do not open."""
    groups: dict[Addressee, list[Opened]] = {}
    for link in links:
        if link.open_url or link.platform not in ("", *MANY_SITES):
            groups.setdefault(addressee(link), []).append(link)
    return groups


def called(to: Addressee) -> Blank:
    """A platform's name, or a site's."""
    return to.site or platform(to.platform)
