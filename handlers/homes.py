"""Where a link is at home: its channel, group, account or thread; of any other website, its host.

By its home the same place is known again in other cases, whichever of its pages a person sent. It
is read from the link alone, and is never more than the link had. Where the link does not tell
whose page it is (a bare video, a file), there is no home. An invitation to a group is one itself;
a number to call (wa.me) is a person's and is none.

There is no list here of the endings under which anybody may register: two sub-domains of a
website count as two, since taking strangers for one would be worse.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers import platforms
from handlers.links import parsed
from handlers.platforms import WEBSITE, Address, Form


@dataclass(frozen=True, slots=True)
class Home:
    """A channel, group, account, thread or site. *url*: canonical, as it is counted and kept."""

    platform: str
    url: str

    @property
    def name(self) -> str:
        """As people say it: `t.me/name`."""
        return _SCHEME.sub("", self.url).rstrip("/")


_SCHEME = re.compile(r"https?://(?:www\.)?")
_FRONT_DOORS = re.compile(r"^(?:(?:www|m|mobile)\.)+(?=[^.]+\.)")


def _same(*seen: str) -> tuple[Form, ...]:
    """Forms that are written as they are seen, less what follows: `/@<handle>/**`."""
    return tuple(Form(form, _SHAPED.sub(r"{\1}", form.removesuffix("/**"))) for form in seen)


_SHAPED = re.compile(r"<(\w+)(?::\w+)?>")

_MIRROR = _same("/<service>/user/<handle>/**")

HOMES: Mapping[str, tuple[Form, ...]] = {
    "telegram": (
        *_same("/c/<chat:code>/**", "/+<hash:code>", "/addlist/<slug:code>"),
        *_same("/<handle:name>/**"),
    ),
    "lihkg": _same("/thread/<id:number>/**", "/profile/<id:number>/**"),
    "hkgolden": _same("/thread/<id:number>/**"),
    "discuss_hk": (Form("/viewthread.php", "/viewthread.php?tid={tid}"),),
    "baby_kingdom": (Form("/forum.php", "/forum.php?mod=viewthread&tid={tid}"),),
    "dcard": _same("/f/<board>/p/<id:number>/**"),
    "ptt": _same("/bbs/<board>/<post>"),
    "facebook": (
        Form("/permalink.php", "/profile.php?id={id}"),
        Form("/profile.php", "/profile.php?id={id}"),
        *_same("/groups/<handle>/**", "/<handle:user>/**"),
    ),
    "instagram": (
        Form("/stories/<handle:user>/**", "/{handle}"),
        Form("/<handle:user>/**", "/{handle}"),
    ),
    "threads": _same("/@<handle>/**"),
    "x": _same("/<handle:code>/**"),
    "reddit": (
        *_same("/r/<handle:code>/**", "/user/<handle:code>/**"),
        Form("/u/<handle:code>/**", "/user/{handle}"),
    ),
    "youtube": _same("/@<handle>/**", "/channel/<id:code>/**"),
    "tiktok": _same("/@<handle>/**"),
    "discord": _same("/invite/<code:code>", "/channels/<guild:number>/**"),
    "whatsapp": (
        Form("/<code:code>", "https://{site}/{code}", at="chat.whatsapp.com"),
        *_same("/channel/<id:code>/**"),
    ),
    "signal": (Form("/**#<id:rest>", "https://{site}/#{id}", at="signal.group"),),
    "line": (
        Form("/<way>/ti/<kind>/<id>", "https://{host}/{way}/ti/{kind}/{id}"),
        Form("/ti/<kind>/<id>", "https://{host}/ti/{kind}/{id}"),
    ),
    "pornhub": _same(
        "/model/<handle>/**",
        "/users/<handle>/**",
        "/channels/<handle>/**",
        "/pornstar/<handle>/**",
    ),
    "xvideos": _same("/profiles/<handle>/**", "/channels/<handle>/**"),
    "xhamster": _same("/users/<handle>/**", "/creators/<handle>/**", "/channels/<handle>/**"),
    "spankbang": _same("/profile/<handle>/**", "/<id:code>/channel/<handle>/**"),
    "motherless": _same("/m/<handle>/**", "/u/<handle>/**", "/g/<handle>/**"),
    "erome": _same("/<handle:user>"),
    "onlyfans": (
        Form("/<post:number>/<handle:user>", "/{handle}"),
        Form("/<handle:user>/**", "/{handle}"),
    ),
    "fansly": _same("/<handle:user>/**"),
    "coomer": _MIRROR,
    "kemono": _MIRROR,
    "fapello": _same("/<handle:user>/**"),
    "imgur": _same("/user/<handle:code>/**"),
    "xiaohongshu": _same("/user/profile/<user:code>/**"),
    "weibo": (
        Form("/u/<user:number>/**", "/u/{user}"),
        Form("/<user:number>/**", "/u/{user}", at="weibo.*"),
    ),
    "bilibili": (Form("/<user:number>/**", "https://{host}/{user}", at="space.bilibili.com"),),
    "douyin": _same("/user/<user:code>/**"),
    "wechat": (Form("/s", "/s", needs="__biz"),),
}
"""How a home is seen in a link, and how it is written; a platform without a row tells no homes."""

NOBODY: Mapping[str, str] = {
    "facebook": (
        r"\w+\.php|events|gaming|groups|hashtag|help|login|marketplace|media|pages|people|photo"
        r"|photos|plugins|profile|reel|reels|search|settings|share|sharer|stories|story|tr|video"
        r"|videos|watch"
    ),
    "instagram": r"p|tv|reel|reels|share|stories|explore|accounts|about|legal|direct|web",
    "x": (
        r"i|about|compose|download|explore|hashtag|home|intent|jobs|login|messages|notifications"
        r"|privacy|search|settings|share|signup|tos"
    ),
    "erome": r"a|i|explore|search|user",
    "onlyfans": r"\d+|my|p|posts|help|terms|privacy|contact|about|dmca|usc2257",
    "fansly": r"post|app|explore|live|creator|application|legal",
    "fapello": r"hot|trending|random|search|video|videos|top|forum|page|popular_videos|login",
}
"""Words that stand alone where a name stands, and are none."""


def home(*addresses: str) -> Home | None:
    """The home that the first of these spellings of one link tells; None where none does.

    A canonical form comes first; what opens may tell more: `x.com/name/status/1`.
    """
    for url in addresses:
        if found := _home(url):
            return found
    return None


def _home(url: str) -> Home | None:
    address = parsed(url)
    if address is None:
        return None
    place = address.place
    if place is None:
        return Home(WEBSITE, f"https://{_site(address)}/")
    key = place.platform.key
    link = platforms.written(HOMES.get(key, ()), address, place)
    if not link or re.fullmatch(NOBODY.get(key, ""), link.split("/", 3)[3]):
        return None
    return Home(key, link)


def _site(address: Address) -> str:
    """The host without `www`, unless that would make it another platform's."""
    site = _FRONT_DOORS.sub("", address.host)
    return address.host if platforms.of(site) else site
