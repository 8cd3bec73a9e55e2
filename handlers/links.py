"""Finding, tidying and recognising the links in what a person sent.

What Telegram marked in a text is spelled out first, as its marks count in the text as sent. The
text is then tidied as a whole and scanned from left to right; each find is cut free of what
is glued to it, parsed as a browser would (WHATWG), unwrapped and recognised by its host.
A link is a string: nothing here opens one. Every step is linear in the length of the text.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import category, normalize
from urllib.parse import quote, unquote

from ada_url import URL

from handlers import platforms
from handlers.platforms import Address, address

# Where a link ends in any case: spaces, quotes, brackets and the marks of Chinese.
_STOPS = r"\s\x00-\x20\x7f<>\"`{}|\\^「」『』【】《》〈〉，。｡、；！？（）…“”‘’"

_CHANNEL_IDS = 10**12  # the Bot API writes channel 123 as -1000000000123


@dataclass(frozen=True, slots=True)
class Entity:
    """A mark Telegram made in a text (Bot API MessageEntity): `url` and `text_link` matter here.

    *offset* and *length* are in UTF-16 units; *url* is what a `text_link` leads to.
    """

    kind: str
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The channel a message was forwarded from (Bot API MessageOriginChannel), or a chosen chat.

    *chat* is the Bot API id, -100… for a channel; *post* is the message's number there, 0: the
    whole chat.
    """

    username: str = ""
    chat: int = 0
    post: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its platform's key, its canonical form, and what still opens.

    *url* is for matching and counting; *open_url* keeps keys and fragments, and may hold secrets.
    """

    platform: str
    url: str
    open_url: str


def find(text: str, entities: Sequence[Entity] = ()) -> tuple[Link, ...]:
    """The links in a text, in order, each canonical form once. Never raises on any text."""
    found: dict[str, Link] = {}
    for token in _tokens(_tidied(_woven(text, entities))):
        if link := _link(token):
            found.setdefault(link.url, link)
    return tuple(found.values())


def from_origin(origin: Origin) -> Link | None:
    """The post that was forwarded; None when the origin cannot be reached by a link."""
    if origin.username:
        return _link(f"https://t.me/{origin.username}/{origin.post or ''}")
    channel = -origin.chat - _CHANNEL_IDS
    if channel <= 0 or origin.post <= 0:
        return None
    return _link(f"https://t.me/c/{channel}/{origin.post}")


def from_chosen(origin: Origin) -> Link | None:
    """The chat that was chosen; where no link opens it, its number and its title."""
    if origin.username:
        return _link(f"https://t.me/{origin.username}")
    channel = -origin.chat - _CHANNEL_IDS
    url = f"https://t.me/c/{channel if channel > 0 else origin.chat}"
    title = " ".join("".join(c for c in origin.title if category(c)[0] != "C").split())
    return Link("telegram", url, f"{url} ({title})" if title else url)


def parsed(url: str) -> Address | None:
    """A link that was found, read once more; None unless it leads to a host out there."""
    page = _page(url)
    return page.address if page else None


def archived(link: Link) -> Link | None:
    """The page of which an archive link shows a copy: worth a report of its own."""
    copy = parsed(link.open_url)
    page = platforms.copied(copy) if copy else ""
    return _link(page if _SCHEMED.match(page) else f"https://{page}") if page else None


# What Telegram marked


_SCHEMED = re.compile(r"[a-z][a-z0-9+-]*://|tg:", re.IGNORECASE)


def _woven(text: str, entities: Sequence[Entity]) -> str:
    """The text with every link that Telegram marked spelled out where it stands."""
    units = text.encode("utf-16-le", "surrogatepass")
    pieces, done = [], 0
    for entity in sorted(entities, key=lambda entity: entity.offset):
        start = max(done, 2 * entity.offset)
        marked = _text(units[start : 2 * (entity.offset + entity.length)])
        if spelled := _spelled(entity, marked):
            pieces += [_text(units[done:start]), spelled]
            done = start
    return "".join((*pieces, _text(units[done:])))


def _spelled(entity: Entity, marked: str) -> str:
    """What to put before the marked words, so that the scan sees a link there."""
    if entity.kind == "text_link":
        page = _page(entity.url)
        return f" {page.opens if page and page.opens else entity.url} "
    if entity.kind == "url" and "." in marked and not _SCHEMED.match(marked):
        return " https://"
    return ""


def _text(units: bytes) -> str:
    return units.decode("utf-16-le", "surrogatepass")


# Text in, tidier text out


# `html.unescape` alone would also read `&copy=1`, and numbers of any length.
_AMPERSANDS = re.compile(r"&(?:amp;|#0{0,4}38;|#x0{0,4}26;)+", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)
_WIDE = re.compile("[＂-＇＊＋－-：＜-＞＠-～]")  # not the marks that end a sentence
_HXXP = re.compile(r"h(?:xx|\*\*)p(s?)(?=\[?:)", re.IGNORECASE)
_BRACKETED_MARK = re.compile(r"\[(:|:?//?)\]")
_BRACKETED_DOT = re.compile(r" ?[\[({（] ?(?:\.|dot) ?[\])}）] ?", re.IGNORECASE)
_ENCODED_LINK = re.compile(
    r"(?<![a-z0-9=/?&%.:#_-])https?%(?:25)*3A%(?:25)*2F[a-z0-9%._~+&=-]*", re.IGNORECASE | re.ASCII
)
_FULL_STOP = re.compile("[。｡]")
_STOPPED_HOST = re.compile(
    rf"(?P<scheme>https?:/+)(?P<far>[^{_STOPS}/?#]+(?:[。｡](?=[a-z0-9])[^{_STOPS}/?#]+)+)"
    r"|(?<![a-z0-9_@/=%&?#.-])(?P<bare>[a-z0-9.-]+(?:[。｡][a-z0-9.-]+)+)",
    re.IGNORECASE,
)
_MOST_STOPS = 3  # "www。lihkg。com" has two


def _without_html(text: str) -> str:
    """`&amp;` -> `&`. Only with its semicolon: in `?a=1&copy=2` nothing is meant by it."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), _AMPERSANDS.sub("&", text))


def _without_invisibles(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _half_width(text: str) -> str:
    """`ｔ．ｍｅ／` -> `t.me/`; the full-width marks that end a sentence stay what they are."""
    return _WIDE.sub(lambda wide: normalize("NFKC", wide[0]), text)


def _refanged(text: str) -> str:
    """`hxxps://t[.]me` -> `https://t.me`."""
    text = _HXXP.sub(r"http\1", text)
    text = _BRACKETED_MARK.sub(r"\1", text)
    return _BRACKETED_DOT.sub(".", text)


def _decoded(text: str) -> str:
    """`https%3A%2F%2Ft.me` -> `https://t.me`, when the whole word is an encoded link."""
    return _ENCODED_LINK.sub(_decoded_link, text)


def _decoded_link(word: re.Match[str]) -> str:
    link = word[0]
    for _ in range(_MOST_WRAPPINGS):
        if _SCHEMED.match(link):
            break
        link = unquote(link)
    return link


def _dotted(text: str) -> str:
    """`t。me` -> `t.me`: a Chinese keyboard's full stop, only where it parts a host's labels."""
    return _STOPPED_HOST.sub(_dotted_host, text)


def _dotted_host(found: re.Match[str]) -> str:
    """The host with dots, unless a sentence ended there: `link。t.me` or `lihkg.com。OK`."""
    scheme, host = found["scheme"] or "", found["far"] or found["bare"]
    first, *rest = _FULL_STOP.split(host)
    if platforms.listed(first.lower()):
        return found[0]
    for last in range(1, min(len(rest), _MOST_STOPS) + 1):
        ending = ".".join(rest[-last:])
        if platforms.listed(ending.lower()):
            return found[0][: -len(ending)] + ending
    whole = ".".join((first, *rest))
    return scheme + whole if scheme or platforms.of(whole.lower()) else found[0]


# The order matters: what one step uncovers, the next must see.
_TIDYING: tuple[Callable[[str], str], ...] = (
    _without_html,
    _without_invisibles,
    _half_width,
    _refanged,
    _decoded,
    _dotted,
)


def _tidied(text: str) -> str:
    for step in _TIDYING:
        text = step(text)
    return text


# Where a link starts, and where it ends


# A foreign letter beside a bare host belongs to it: Cyrillic `а` and `x.com` are not X.
_START = re.compile(
    r"(?P<scheme>https?:/++(?!https?:/)|sgnl:/+|(?<![a-z0-9])tg:/*(?=resolve|privatepost|join|addlist))"
    r"|(?<![a-z0-9_@/=%&?#.\u00c0-\u1fff-])[.-]*(?P<host>(?:(?!https?:/)[a-z0-9.-])+)",
    re.IGNORECASE | re.ASCII,
)
_STOP = re.compile(rf"[{_STOPS}]|(?<=[^/=?&:#])https?:/", re.IGNORECASE)
_NEXT_LINE = re.compile(r"\r?\n(?=[a-z0-9])", re.IGNORECASE | re.ASCII)
_LINK_LIKE = re.compile(r"[0-9/_=?&%-]")


def _tokens(text: str) -> Iterator[str]:
    """The stretches of text that may be links, each with a scheme."""
    here = 0
    while start := _START.search(text, here):
        here = start.end()
        if _is_link(start, text):
            token, here = _stretch(text, start)
            yield token if start["scheme"] else f"https://{token}"


def _is_link(start: re.Match[str], text: str) -> bool:
    """Whether a link starts here; without a scheme, most words with a dot in them do not.

    A host known only by its name needs a path: `kemono.it` may be the seam of two sentences.
    """
    if start["scheme"]:
        return True
    after = text[start.end() : start.end() + 1]
    host = start["host"].rstrip(".-").lower()
    if after in ("@", "_"):
        return False
    known = platforms.of(host) if after == "/" else platforms.listed(host)
    return known is not None or (host.startswith("www.") and host.count(".") > 1)


def _stretch(text: str, start: re.Match[str]) -> tuple[str, int]:
    """A link in one piece, also when it was broken over lines, and where it ended."""
    end = _end(text, start.end())
    pieces = [text[start.start("scheme" if start["scheme"] else "host") : end]]
    while (more := _next_line(text, end)) is not None:
        end = _end(text, more)
        pieces.append(text[more:end])
    return "".join(pieces), end


def _end(text: str, here: int) -> int:
    stop = _STOP.search(text, here)
    return stop.start() if stop else len(text)


def _next_line(text: str, end: int) -> int | None:
    """Where a link broken at *end* goes on: a link that ends in `/` may as well be whole."""
    line = _NEXT_LINE.match(text, end)
    if line is None or text[end - 1] not in "_-/=&?%":
        return None
    start, stop = _START.match(text, line.end()), _end(text, line.end())
    if start and _is_link(start, text):
        return None
    rest, after = text[line.end() : stop], text[stop : stop + 1]
    is_sentence = after not in ("", "\r", "\n") and not _LINK_LIKE.search(rest)
    return None if text[end - 1] == "/" and is_sentence else line.end()


# A link, cut free, parsed, unwrapped


_MOST_WRAPPINGS = 3
# A parsed web address: a host with an end or an IPv6 address, and nobody's name before it, so that
# `t.me@evil.example` is not Telegram, and shows it.
_HREF = re.compile(
    r"(?P<scheme>https?://)(?:[^/?#@]*@)?"
    r"(?P<site>(?P<host>\[[^]/]+\]|[^/:?#]+\.[^/:?#]*)(?::\d+)?)"
    r"(?P<rest>(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?)"
)
_APP_LINK = re.compile(r"tg:/*(?P<what>\w+)/?\?(?P<query>[^#]*)", re.IGNORECASE | re.ASCII)
_SIGNAL = re.compile(r"^sgnl:/+", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HOST_ONLY = re.compile(r"[^:]*:/*[^/?#]*")
_PATH_START = re.compile(r"[/?#]")
_NEVER_LAST = ".,;:!?'*~(["
_LAST_MARKS = (*_NEVER_LAST, ")", "]")
_BRACKETS = (("(", ")"), ("[", "]"))
_STOPS_IN_HREF = re.compile(r'["<>`{}|\\^]')


class _Page(NamedTuple):
    """An address and what opens it; "" when nothing but an app does."""

    address: Address
    opens: str


def _link(token: str) -> Link | None:
    page = _page(_unglued(token))
    if page is None:
        return None
    page = _unwrapped(page)
    if not page.opens:
        return None
    platform, canonical = platforms.recognise(page.address)
    return Link(platform, _trimmed(canonical), page.opens)


def _unwrapped(page: _Page) -> _Page:
    """The page behind redirects and app links, which say where they lead."""
    for _ in range(_MOST_WRAPPINGS):
        inner = platforms.unwrapped(page.address)
        behind = _page(_unglued(inner)) if inner else None
        if behind is None:
            break
        page = behind
    return page


def _page(token: str) -> _Page | None:
    """The page as a browser reads its link; None unless it leads to a host out there."""
    if app := _APP_LINK.match(token):
        return _Page(address("", "tg:", f"/{app['what']}", app["query"]), "")
    try:
        href = URL(_SIGNAL.sub("https://", token)).href
    except ValueError:
        return None
    parts = _HREF.fullmatch(_inert(href))
    if parts is None:
        return None
    origin, host = parts["scheme"] + parts["site"], parts["host"].removesuffix(".")
    known = address(origin, host, parts["path"], parts["query"] or "", parts["fragment"] or "")
    return _Page(known, origin + parts["rest"])


def _unglued(token: str) -> str:
    """The link without the words that stick to it, and without the sentence's last marks."""
    glue = _NOT_ASCII.search(token)
    return _trimmed(token[: glue.start()] if glue and _is_glue(token, glue.start()) else token)


def _is_glue(token: str, at: int) -> bool:
    """Whether the link ends before *at*, where letters begin that its platform never uses.

    In a host they are glue only behind its ending, which never mixes alphabets: not in
    `t.me例.example` or `t.me.例`, which are hosts of their own.
    """
    page = _page(token[:at])
    if page is None:
        return False
    if _HOST_ONLY.fullmatch(token, 0, at):
        rest_of_host = _PATH_START.split(token[at:], maxsplit=1)[0]
        return token[at - 1].isalnum() and not any(mark in rest_of_host for mark in ".@:")
    place = platforms.of(page.address.host)
    return place is not None and place.platform.ascii_only


def _trimmed(link: str) -> str:
    """Without the marks at its end, and without a bracket that closes none of its own."""
    if not link.endswith(_LAST_MARKS):
        return link
    extra = {closing: link.count(closing) - link.count(opening) for opening, closing in _BRACKETS}
    end = len(link)
    while end and (link[end - 1] in _NEVER_LAST or extra.get(link[end - 1], 0) > 0):
        end -= 1
        for opening, closing in _BRACKETS:
            extra[closing] += (link[end] == opening) - (link[end] == closing)
    return link[:end]


def _inert(href: str) -> str:
    """The same link without the marks at which we would stop reading it."""
    return _STOPS_IN_HREF.sub(lambda mark: quote(mark[0]), href)
