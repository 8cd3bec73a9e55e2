"""Which platform an address belongs to, and the one spelling under which it is counted.

One platform, one row: its hosts, and the forms its addresses are seen in beside the form they
are written in. To add a platform, add a row here and its name in `locales/facts/platforms.toml`.

A form is read aloud as it stands. In what is *seen*, `<id>` is one part of a path, `<id:number>`
a part of that shape, `*` any part and `/**` whatever follows; `#` looks into the fragment. In what
is *written*, `{id}` is the part of that name, or else the parameter of that name: without it the
form does not fit. All other parameters fall away, unless the form needs or keeps them.
The first form that fits wins; an address that fits none only loses what is known to be tracking.

`handle` is special: names of people and channels ignore case, so they are written small.
Everything else keeps its case, because short codes and ids depend on it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

WEBSITE = "website"


class Form(NamedTuple):
    """How an address is seen, and how it is written; *at* limits it to one host of the row."""

    seen: str
    written: str
    at: str = ""
    needs: str = ""
    keeps: str = ""


@dataclass(frozen=True, slots=True)
class Platform:
    """A row; lists are words with spaces between. Forms are tried in order.

    Of `hosts` every sub-domain counts; `others` count exactly as they stand, and have only the
    forms made for them. `alike` finds hosts whose endings change: its group `site` is the
    registered host. `home` is where pages are counted. `wraps` only carry another link, and
    `copies` show another page. `drops` are parameters that follow people.
    """

    key: str
    home: str
    hosts: str = ""
    others: str = ""
    alike: str = ""
    forms: tuple[Form, ...] = ()
    wraps: tuple[Form, ...] = ()
    copies: tuple[str, ...] = ()
    drops: str = ""
    ascii_only: bool = True


_NAMED = "<handle:name>.t.me"

# The endings under which Google itself runs its search: `google.com.de` is somebody else.
_GOOGLE = (
    r"(?:(?:www|images|m)\.)?(?P<site>google\.(?:com|[a-z]{2}"
    r"|co\.(?:ao|bw|ck|cr|id|il|in|jp|ke|kr|ls|ma|mz|nz|th|tz|ug|uk|uz|ve|vi|za|zm|zw)"
    r"|com\.(?:af|ag|ar|au|bd|bh|bn|bo|br|bz|co|cu|cy|do|ec|eg|et|fj|gh|gi|gt|hk|jm|kh|kw|lb|ly"
    r"|mm|mt|mx|my|na|ng|ni|np|om|pa|pe|pg|ph|pk|pl|pr|py|qa|sa|sb|sg|sl|sv|tj|tr|tw|ua|uy|vc|vn)"
    r"))"
)
_YANDEX = r"(?:(?:www|images|m)\.)?(?P<site>yandex\.(?:com|net|[a-z]{2}|com\.(?:am|ge|tr)|co\.il))"


def _any_ending(name: str) -> str:
    """A leak mirror: the name stays, the ending changes with each seizure."""
    return rf"(?:[a-z0-9-]+\.)*(?P<site>{name}\.[a-z]{{2,24}})"


PLATFORMS = (
    Platform(
        "telegram",
        home="t.me",
        hosts="t.me telegram.me telegram.dog",
        others="web.telegram.org tg:",
        forms=(
            Form("/<post:number>", "/{handle}/{post}", at=_NAMED, keeps="comment"),
            Form("/<:number>/<post:number>", "/{handle}/{post}", at=_NAMED, keeps="comment"),
            Form("/s/<story:number>", "/{handle}/s/{story}", at=_NAMED),
            Form("/", "/{handle}", at=_NAMED),
            Form("/<handle:name>/<post:number>", "/{handle}/{post}", keeps="comment"),
            Form("/joinchat/<hash:code>", "/+{hash}"),
            Form("/+<hash:code>", "/+{hash}"),
            Form("/addlist/<slug:code>", "/addlist/{slug}"),
            Form("/c/<chat:number>/<post:number>", "/c/{chat}/{post}", keeps="comment"),
            Form("/c/<chat:number>/<:number>/<post:number>", "/c/{chat}/{post}", keeps="comment"),
            Form("/s/<handle:name>/<post:number>", "/{handle}/{post}", keeps="comment"),
            Form("/s/<handle:name>", "/{handle}"),
            Form("/<handle:name>/s/<story:number>", "/{handle}/s/{story}"),
            Form("/<handle:name>/<:number>/<post:number>", "/{handle}/{post}", keeps="comment"),
            Form("/<handle:name>", "/{handle}"),
            Form("/**#@<handle:name>", "/{handle}", at="web.telegram.org"),
            Form("/**#@<handle:name>/<post:number>", "/{handle}/{post}", at="web.telegram.org"),
            Form("/**#-100<chat:number>_<post:number>", "/c/{chat}/{post}", at="web.telegram.org"),
            Form("/**#-100<chat:number>/<post:number>", "/c/{chat}/{post}", at="web.telegram.org"),
            Form("/**#-100<chat:number>", "/c/{chat}", at="web.telegram.org"),
            Form("/<app>#<place:rest>", "https://{site}/{app}/#{place}", at="web.telegram.org"),
        ),
        wraps=(
            Form("/resolve", "https://t.me/{domain}/s/{story}", at="tg:"),
            Form("/resolve", "https://t.me/{domain}/{post}", at="tg:", keeps="comment"),
            Form("/resolve", "https://t.me/{domain}", at="tg:"),
            Form("/privatepost", "https://t.me/c/{channel}/{post}", at="tg:", keeps="comment"),
            Form("/join", "https://t.me/+{invite}", at="tg:"),
            Form("/addlist", "https://t.me/addlist/{slug}", at="tg:"),
            Form("/iv", "{url}"),
            Form("/share/**", "{url}"),
        ),
        drops="single thread t before",
    ),
    Platform(
        "telegraph",
        home="telegra.ph",
        hosts="telegra.ph graph.org te.legra.ph",
        forms=(Form("/file/<file>", "/file/{file}"), Form("/<title>", "/{title}")),
    ),
    Platform(
        "lihkg",
        home="lihkg.com",
        hosts="lihkg.com",
        others="lih.kg",  # and not i.lih.kg, which only passes on other sites' pictures
        forms=(
            Form("/thread/<id:number>/**", "/thread/{id}"),
            Form("/<id:number>/**", "/thread/{id}", at="lih.kg"),
            Form("/<code:code>/**", "https://lih.kg/{code}", at="lih.kg"),
        ),
        drops="ref",
    ),
    Platform(
        "hkgolden",
        home="forum.hkgolden.com",
        hosts="hkgolden.com",
        forms=(
            Form("/thread/<id:number>/**", "/thread/{id}"),
            Form("/view.aspx", "/thread/{message}"),
        ),
    ),
    Platform(
        "discuss_hk",
        home="www.{site}",
        hosts="discuss.com.hk uwants.com",
        forms=(
            Form("/viewthread.php", "/viewthread.php?tid={tid}"),
            Form("/redirect.php", "/viewthread.php?tid={ptid}"),
            Form("/thread-<tid:number>-*", "/viewthread.php?tid={tid}"),
        ),
    ),
    Platform(
        "baby_kingdom",
        home="www.baby-kingdom.com",
        hosts="baby-kingdom.com",
        forms=(
            Form("/forum.php", "/forum.php?mod=viewthread&tid={tid}"),
            Form("/forum.php", "/forum.php?mod=viewthread&tid={ptid}"),
            Form("/thread-<tid:number>-*", "/forum.php?mod=viewthread&tid={tid}"),
        ),
    ),
    Platform(
        "dcard",
        home="www.dcard.tw",
        hosts="dcard.tw",
        forms=(Form("/f/<board>/p/<id:number>/**", "/f/{board}/p/{id}"),),
    ),
    Platform(
        "ptt",
        home="www.ptt.cc",
        hosts="ptt.cc",
        forms=(Form("/bbs/<board>/<post>", "/bbs/{board}/{post}"),),
    ),
    Platform(
        "facebook",
        home="www.facebook.com",
        hosts=(
            "facebook.com fb.com facebookcorewwwi.onion"
            " facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion"
        ),
        others="fb.watch",
        forms=(
            Form("/<code:code>/**", "https://fb.watch/{code}", at="fb.watch"),
            Form("/story.php", "/permalink.php?story_fbid={story_fbid}&id={id}"),
            Form("/permalink.php", "/permalink.php?story_fbid={story_fbid}&id={id}"),
            Form("/photo.php", "/photo/?fbid={fbid}"),
            Form("/photo", "/photo/?fbid={fbid}"),
            Form("/watch/**", "/watch/?v={v}"),
            Form("/video.php", "/watch/?v={v}"),
            Form("/media/set", "/media/set/", needs="set"),
            Form("/profile.php", "/profile.php?id={id}"),
            Form("/reel/<id:number>/**", "/reel/{id}"),
            Form("/share/<kind>/<code>", "/share/{kind}/{code}"),
            Form("/share/<code>", "/share/{code}"),
            Form("/groups/<handle>/posts/<id:number>/**", "/groups/{handle}/posts/{id}"),
            Form("/groups/<handle>/permalink/<id:number>/**", "/groups/{handle}/posts/{id}"),
            Form("/groups/<handle>", "/groups/{handle}/posts/{multi_permalinks}"),
            Form("/groups/<handle>", "/groups/{handle}"),
            Form("/<handle>/posts/<id>", "/{handle}/posts/{id}"),
            Form("/<handle>/posts/*/<id>", "/{handle}/posts/{id}"),
            Form("/<handle>/videos/<id:number>", "/{handle}/videos/{id}"),
            Form("/<handle>/videos/*/<id:number>", "/{handle}/videos/{id}"),
            Form("/<handle:user>", "/{handle}"),
        ),
        wraps=(Form("/l.php", "{u}"),),
        drops="__cft__ __tn__ mibextid ref set type rdid share_url",
    ),
    Platform(
        "instagram",
        home="www.instagram.com",
        hosts="instagram.com",
        forms=(
            Form("/share/<path:rest>", "/share/{path}"),
            Form("/p/<code:code>/**", "/p/{code}"),
            Form("/reel/<code:code>/**", "/p/{code}"),
            Form("/reels/<code:code>", "/p/{code}"),
            Form("/tv/<code:code>/**", "/p/{code}"),
            Form("/*/p/<code:code>/**", "/p/{code}"),
            Form("/*/reel/<code:code>/**", "/p/{code}"),
            Form("/*/tv/<code:code>/**", "/p/{code}"),
            Form("/stories/<handle>/<id:number>", "/stories/{handle}/{id}"),
            Form("/stories/<handle>", "/stories/{handle}"),
            Form("/<handle:user>", "/{handle}"),
        ),
        wraps=(Form("/", "{u}", at="l.instagram.com"),),
        drops="igsh igshid hl img_index",
    ),
    Platform(
        "threads",
        home="www.threads.com",
        hosts="threads.com threads.net",
        forms=(
            Form("/@<handle>/post/<code:code>/**", "/@{handle}/post/{code}"),
            Form("/t/<code:code>/**", "/t/{code}"),
            Form("/@<handle>", "/@{handle}"),
        ),
        wraps=(Form("/", "{u}", at="l.threads.*"),),
        drops="xmt slof",
    ),
    Platform(
        "x",
        home="x.com",
        hosts="x.com twitter.com fxtwitter.com vxtwitter.com fixupx.com fixvx.com",
        forms=(
            Form("/i/web/status/<id:number>/**", "/i/status/{id}"),
            Form("/*/status/<id:number>/**", "/i/status/{id}"),
            Form("/*/statuses/<id:number>/**", "/i/status/{id}"),
            Form("/search", "/search", needs="q"),
            Form("/<handle:code>", "/{handle}"),
        ),
        drops="s t ref_src",
    ),
    Platform(
        "reddit",
        home="www.reddit.com",
        hosts="reddit.com",
        others="redd.it i.redd.it v.redd.it preview.redd.it",
        forms=(
            Form("/<id:code>", "/comments/{id}", at="redd.it"),
            Form("/<path:rest>", "https://{site}/{path}", at="*.redd.it"),
            Form("/*/*/comments/<id:code>/*/<comment:code>", "/comments/{id}/_/{comment}"),
            Form("/*/*/comments/<id:code>/**", "/comments/{id}"),
            Form("/comments/<id:code>/*/<comment:code>", "/comments/{id}/_/{comment}"),
            Form("/comments/<id:code>/**", "/comments/{id}"),
            Form("/gallery/<id:code>", "/comments/{id}"),
            Form("/r/<handle>/s/<code:code>", "/r/{handle}/s/{code}"),
            Form("/u/<handle>/s/<code:code>", "/u/{handle}/s/{code}"),
            Form("/r/<handle>", "/r/{handle}"),
            Form("/user/<handle>", "/user/{handle}"),
            Form("/u/<handle>", "/user/{handle}"),
        ),
        wraps=(Form("/media", "{url}"), Form("/", "{url}", at="out.reddit.com")),
        drops="share_id context",
    ),
    Platform(
        "youtube",
        home="www.youtube.com",
        hosts="youtube.com youtube-nocookie.com",
        others="youtu.be",
        forms=(
            Form("/<id:code>/**", "/watch?v={id}", at="youtu.be"),
            Form("/watch", "/watch?v={v}"),
            Form("/embed/videoseries", "/playlist?list={list}"),
            Form("/shorts/<id:code>/**", "/watch?v={id}"),
            Form("/live/<id:code>/**", "/watch?v={id}"),
            Form("/embed/<id:code>/**", "/watch?v={id}"),
            Form("/v/<id:code>/**", "/watch?v={id}"),
            Form("/playlist", "/playlist?list={list}"),
            Form("/post/<id:code>", "/post/{id}"),
            Form("/@<handle>/**", "/@{handle}"),
        ),
        wraps=(Form("/redirect", "{q}"),),
        drops="si feature pp t",
    ),
    Platform(
        "tiktok",
        home="www.tiktok.com",
        hosts="tiktok.com",
        others="vm.tiktok.com vt.tiktok.com",
        forms=(
            Form("/<code:code>/**", "https://{site}/{code}", at="v*.tiktok.com"),
            Form("/t/<code:code>/**", "/t/{code}"),
            Form("/@<handle>/video/<id:number>/**", "/@{handle}/video/{id}"),
            Form("/@<handle>/photo/<id:number>/**", "/@{handle}/photo/{id}"),
            Form("/@<handle>", "/@{handle}"),
        ),
        drops="_t _r is_from_webapp sender_device",
    ),
    Platform(
        "discord",
        home="discord.com",
        hosts="discord.com discordapp.com discordapp.net",
        others="discord.gg",
        forms=(
            Form("/invite/<code:code>", "/invite/{code}", at="discord.gg"),
            Form("/<code:code>", "/invite/{code}", at="discord.gg"),
            Form("/invite/<code:code>", "/invite/{code}"),
            Form("/channels/<path:rest>", "/channels/{path}"),
            Form("/attachments/<path:rest>", "https://{host}/attachments/{path}"),
        ),
        drops="ex is hm",
    ),
    Platform(
        "whatsapp",
        home="www.whatsapp.com",
        hosts="whatsapp.com",
        others="chat.whatsapp.com wa.me",
        forms=(
            Form("/invite/<code:code>", "https://{site}/{code}", at="chat.whatsapp.com"),
            Form("/<code:code>", "https://{site}/{code}", at="chat.whatsapp.com"),
            Form("/<path:rest>", "https://wa.me/{path}", at="wa.me"),
            Form("/send", "https://wa.me/{phone}", at="api.whatsapp.com"),
            Form("/channel/<id:code>/<post:number>", "/channel/{id}/{post}"),
            Form("/channel/<id:code>/**", "/channel/{id}"),
        ),
    ),
    Platform(
        "signal",
        home="{site}",
        hosts="signal.group signal.me",
        forms=(Form("/**#<id:rest>", "https://{site}/#{id}"),),  # the id *is* the fragment
    ),
    Platform(
        "line",
        home="{site}",
        hosts="line.me lin.ee",
        forms=(Form("/<path:rest>", "https://{host}/{path}"),),
    ),
    Platform(
        "pornhub",
        home="www.pornhub.com",
        hosts="pornhub.com pornhub.net pornhub.org pornhubpremium.com",
        forms=(
            Form("/view_video.php", "/view_video.php?viewkey={viewkey}"),
            Form("/embed/<key:code>", "/view_video.php?viewkey={key}"),
            Form("/album/<id:number>", "/album/{id}"),
            Form("/photo/<id:number>", "/photo/{id}"),
            Form("/gif/<id:number>", "/gif/{id}"),
            Form("/model/<handle>", "/model/{handle}"),
            Form("/users/<handle>", "/users/{handle}"),
            Form("/channels/<handle>", "/channels/{handle}"),
        ),
    ),
    Platform(
        "xvideos",
        home="www.xvideos.com",
        hosts="xvideos.com xvideos2.com xvideos.es",
        forms=(
            Form("/video<id:number>/**", "/video{id}"),
            Form("/video.<id:code>/**", "/video.{id}"),
            Form("/embedframe/<id:number>", "/video{id}"),
        ),
    ),
    Platform(
        "xnxx",
        home="www.xnxx.com",
        hosts="xnxx.com xnxx3.com",
        forms=(Form("/video-<id:code>/**", "/video-{id}"),),
    ),
    Platform(
        "xhamster",
        home="xhamster.com",
        hosts="xhamster.com xhamster.one xhamster.desi xhms.pro xhday.com xhvid.com",
        alike=r"(?:[a-z0-9-]+\.)*(?P<site>xhamster\d*\.(?:com|desi))",
        forms=(
            Form("/videos/<id>", "/videos/{id}"),
            Form("/movies/<path:rest>", "/movies/{path}"),
            Form("/photos/gallery/<id>/**", "/photos/gallery/{id}"),
        ),
    ),
    Platform(
        "spankbang",
        home="spankbang.com",
        hosts="spankbang.com",
        forms=(
            Form("/<id:code>/video/**", "/{id}/video"),
            Form("/<id:code>/play/**", "/{id}/video"),
            Form("/<id:code>/embed/**", "/{id}/video"),
        ),
    ),
    Platform(
        "motherless",
        home="motherless.com",
        hosts="motherless.com",
        forms=(Form("/<id:code>", "/{id}"), Form("/<group:code>/<id:code>", "/{group}/{id}")),
    ),
    Platform(
        "erome",
        home="www.erome.com",
        hosts="erome.com",
        forms=(Form("/a/<id:code>", "/a/{id}"), Form("/<handle:user>", "/{handle}")),
    ),
    Platform(
        "onlyfans",
        home="onlyfans.com",
        hosts="onlyfans.com",
        forms=(
            Form("/<post:number>/<handle:user>", "/{post}/{handle}"),
            Form("/<handle:user>", "/{handle}"),
        ),
    ),
    Platform(
        "fansly",
        home="fansly.com",
        hosts="fansly.com",
        forms=(Form("/post/<id:number>", "/post/{id}"), Form("/<handle:user>", "/{handle}")),
    ),
    Platform(
        "coomer",
        home="{site}",
        hosts="coomer.st coomer.su coomer.party",
        alike=_any_ending("coomer"),
        forms=(
            Form("/<service>/user/<handle>/post/<id>/**", "/{service}/user/{handle}/post/{id}"),
            Form("/<service>/user/<handle>", "/{service}/user/{handle}"),
        ),
    ),
    Platform(
        "kemono",
        home="{site}",
        hosts="kemono.cr kemono.su kemono.party",
        alike=_any_ending("kemono"),
        forms=(
            Form("/<service>/user/<handle>/post/<id>/**", "/{service}/user/{handle}/post/{id}"),
            Form("/<service>/user/<handle>", "/{service}/user/{handle}"),
        ),
    ),
    Platform(
        "fapello",
        home="{site}",
        hosts="fapello.com fapello.su",
        alike=_any_ending("fapello"),
        forms=(
            Form("/<handle>/<id:number>", "/{handle}/{id}"),
            Form("/<handle:user>", "/{handle}"),
        ),
    ),
    Platform(
        "bunkr",
        home="{site}",
        hosts="bunkr.si bunkr.ru bunkr.fi bunkr.is",
        alike=_any_ending("bunkr"),
        forms=(Form("/a/<id>", "/a/{id}"), Form("/f/<id>", "/f/{id}")),
    ),
    Platform(
        "cyberdrop",
        home="{site}",
        hosts="cyberdrop.cr cyberdrop.me cyberdrop.to",
        alike=_any_ending("cyberdrop"),
        forms=(Form("/a/<id>", "/a/{id}"), Form("/f/<id>", "/f/{id}")),
    ),
    Platform(
        "google_search",
        home="www.{site}",
        others=" ".join(f"encrypted-tbn{number}.gstatic.com" for number in range(4)),
        alike=_GOOGLE,
        forms=(
            Form("/search", "/search", needs="q", keeps="tbm udm"),
            Form("/imgres", "/imgres", needs="imgurl", keeps="imgrefurl"),
        ),
        wraps=(Form("/url", "{url}"), Form("/url", "{q}")),
        drops=(
            "ved ei sca_esv sca_upv source sxsrf usg sa gs_lp sclient oq aqs rlz ie uact biw bih"
            " dpr client usqp iflsig"
        ),
        ascii_only=False,
    ),
    Platform(
        "bing_search",
        home="www.bing.com",
        hosts="bing.com",
        forms=(Form("/<path:rest>", "/{path}", needs="q", keeps="mediaurl id"),),
        drops="form cvid sk sp",
        ascii_only=False,
    ),
    Platform(
        "yandex_search",
        home="{site}",
        hosts="ya.ru",
        alike=_YANDEX,
        forms=(Form("/<path:rest>", "/{path}", needs="text", keeps="img_url rpt"),),
        drops="lr redircnt",
        ascii_only=False,
    ),
    Platform(
        "google_drive",
        home="{site}",
        hosts="drive.google.com docs.google.com drive.usercontent.google.com",
        others="photos.google.com photos.app.goo.gl",
        forms=(
            Form("/file/d/<id:code>/**", "https://drive.google.com/file/d/{id}"),
            Form("/file/u/*/d/<id:code>/**", "https://drive.google.com/file/d/{id}"),
            Form("/open", "https://drive.google.com/file/d/{id}"),
            Form("/uc", "https://drive.google.com/file/d/{id}"),
            Form("/download", "https://drive.google.com/file/d/{id}"),
            Form("/drive/folders/<id:code>", "https://drive.google.com/drive/folders/{id}"),
            Form("/drive/u/*/folders/<id:code>", "https://drive.google.com/drive/folders/{id}"),
            Form("/folderview", "https://drive.google.com/drive/folders/{id}"),
            Form("/<kind:code>/d/<id:code>", "/{kind}/d/{id}"),
            Form("/<kind:code>/d/<id:code>/edit", "/{kind}/d/{id}"),
            Form("/<code:code>", "https://{site}/{code}", at="photos.app.goo.gl"),
        ),
        drops="usp resourcekey",  # the key opens, it does not name: it stays in what opens
    ),
    Platform(
        "mega",
        home="mega.nz",
        hosts="mega.nz mega.io mega.co.nz",
        forms=(
            Form("/file/<id:code>", "/file/{id}"),
            Form("/embed/<id:code>", "/file/{id}"),
            Form("/folder/<id:code>/**", "/folder/{id}"),
            Form("/#!<id:code>!<key:rest>", "/file/{id}"),
            Form("/#!<id:code>", "/file/{id}"),
            Form("/#F!<id:code>!<key:rest>", "/folder/{id}"),
            Form("/#F!<id:code>", "/folder/{id}"),
        ),
    ),
    Platform(
        "dropbox",
        home="www.dropbox.com",
        hosts="dropbox.com",
        forms=(Form("/<path:rest>", "/{path}", keeps="rlkey preview"),),
    ),
    Platform(
        "imgur",
        home="imgur.com",
        hosts="imgur.com imgur.io",
        forms=(
            Form("/<id:code>", "/{id}"),
            Form("/<id:code>.*", "/{id}"),
            Form("/a/<id:code>/**", "/a/{id}"),
            Form("/gallery/<id:code>/**", "/gallery/{id}"),
        ),
    ),
    Platform(
        "postimg",
        home="{site}",
        hosts="postimg.cc postimages.org",
        forms=(Form("/<path:rest>", "https://{host}/{path}"),),
    ),
    Platform(
        "catbox",
        home="{site}",
        hosts="catbox.moe",
        forms=(Form("/<path:rest>", "https://{host}/{path}"),),
    ),
    Platform(
        "xiaohongshu",
        home="www.xiaohongshu.com",
        hosts="xiaohongshu.com",
        others="xhslink.com xhslink.cn",
        forms=(
            Form("/<path:rest>", "https://{site}/{path}", at="xhslink.*"),
            Form("/explore/<id:code>", "/explore/{id}"),
            Form("/discovery/item/<id:code>", "/explore/{id}"),
            Form("/user/profile/<user:code>", "/user/profile/{user}"),
            Form("/user/profile/*/<id:code>", "/explore/{id}"),
        ),
        drops="xsec_token xsec_source share_id app_platform app_version type",
    ),
    Platform(
        "weibo",
        home="weibo.com",
        hosts="weibo.com weibo.cn",
        forms=(
            Form("/show", "https://video.weibo.com/show", at="video.weibo.com", needs="fid"),
            Form("/status/<id:code>", "/detail/{id}"),
            Form("/detail/<id:code>", "/detail/{id}"),
            Form("/u/<user:number>", "/u/{user}"),
            Form("/<user:number>/<id:code>", "/{user}/{id}"),
            Form("/tv/show/<id>", "/tv/show/{id}"),
        ),
        drops="luicode lfid refer_flag featurecode from wm",
    ),
    Platform(
        "bilibili",
        home="www.bilibili.com",
        hosts="bilibili.com",
        others="b23.tv",
        forms=(
            Form("/video/<id:code>", "/video/{id}", keeps="p"),
            Form("/<code:code>/**", "https://b23.tv/{code}", at="b23.tv"),
        ),
        drops="vd_source spm_id_from share_source share_medium from_spmid",
    ),
    Platform(
        "douyin",
        home="www.douyin.com",
        hosts="douyin.com iesdouyin.com",
        others="v.douyin.com",
        forms=(
            Form("/<code:code>/**", "https://v.douyin.com/{code}", at="v.douyin.com"),
            Form("/video/<id:number>", "/video/{id}"),
            Form("/share/video/<id:number>", "/video/{id}"),
            Form("/note/<id:number>", "/note/{id}"),
            Form("/share/note/<id:number>", "/note/{id}"),
            Form("/**", "/video/{modal_id}"),
        ),
    ),
    Platform(
        "wechat",
        home="mp.weixin.qq.com",
        hosts="mp.weixin.qq.com",
        forms=(
            Form("/s/<code:code>", "/s/{code}"),
            Form("/s", "/s", needs="__biz mid idx sn"),
        ),
        drops="chksm scene",
    ),
    Platform(
        "archive_org",
        home="web.archive.org",
        hosts="archive.org",
        copies=("/web/<when>/<page:rest>",),
        ascii_only=False,
    ),
    Platform(
        "archive_today",
        home="archive.ph",
        hosts="archive.ph archive.is archive.li archive.md archive.vn archive.fo archive.today",
        copies=("/<when:number>/<page:rest>", "/newest/<page:rest>", "/o/*/<page:rest>"),
        ascii_only=False,
    ),
    Platform(
        "shortlink",
        home="{site}",
        hosts=(
            "t.co bit.ly tinyurl.com reurl.cc is.gd t.cn rb.gy cutt.ly ppt.cc lihi.cc pse.is"
            " goo.gl share.google risu.io"
        ),
    ),
)

_TRACKING = (
    "fbclid gclid dclid gbraid wbraid msclkid yclid twclid igsh igshid mibextid _gl _ga mc_eid"
    " mc_cid _hsenc spm srsltid ref_src ref_url s_cid"
)
_TRACKING_FAMILIES = ("utm_", "mtm_", "__hs", "vero_")

# First parts of t.me links that lead elsewhere than to a channel (core.telegram.org/api/links);
# the shorter ones are no names anyway.
_RESERVED = (
    "addemoji|addlist|addstickers|addstyle|addtheme|auction|auth|boost|call|confirmphone|contact"
    "|giftcode|invoice|joinchat|login|proxy|setlanguage|share|socks"
)
_SHAPES = {
    "": r"[^/#]+",
    "number": r"\d+",
    "code": r"[\w-]+",
    "name": rf"(?!(?:{_RESERVED})\b)\w{{4,32}}",
    "user": r"(?!\w+\.php)[\w.-]+",
    "rest": r".+",
}

_PIECES = re.compile(r"(<[\w:]*>|/\*\*|\*)")
_FIELDS = re.compile(r"\{(\w+)\}")
# What may move from the query into a path: an id, which brings no "/" or "?" along.
_CODE = re.compile(r"[\w.@+-]+", re.ASCII)
_ANYTHING = re.compile(r".+")
_FRONT_DOOR = re.compile(r"^(?:www|mobile|m|old|new|np|web|mbasic|touch|amp|[a-z]{2})\.")
# Letters, digits and - . _ ~ @ + written as %XX for no reason (RFC 3986, 6.2.2.2).
_NEEDLESS = re.compile(r"%(?:2[BDE]|3\d|4[0-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE)

_SLASHES = re.compile(r"(?<![:/])/{2,}")  # but `https://` of a link inside a link stays

_WIDE = {host: platform for platform in PLATFORMS for host in platform.hosts.split()}
_EXACT = {host: platform for platform in PLATFORMS for host in platform.others.split()}
_ALIKE = tuple((re.compile(row.alike), row) for row in PLATFORMS if row.alike)
_MOST_LABELS = 5  # no registered host here is longer, and a hostile one can have thousands


class Place(NamedTuple):
    """A platform, and the registered host by which it was known."""

    platform: Platform
    site: str


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed link, read once for all forms.

    *path* is as it was sent and *plain* as we compare it, both from "/". *query* holds
    `name=value` pieces, and *values* the first value of each name: both still encoded.
    An app link such as `tg://resolve?domain=name` has its scheme as its host: `tg:`.
    """

    origin: str
    host: str
    path: str
    query: tuple[str, ...]
    fragment: str
    place: Place | None
    plain: str
    values: Mapping[str, str]


def address(origin: str, host: str, path: str, query: str = "", fragment: str = "") -> Address:
    """The address with these parts. *host* in lower case and punycode; *query* without its "?"."""
    pieces = tuple(piece for piece in query.split("&") if piece)
    pairs = ((_name(piece), piece.partition("=")[2]) for piece in reversed(pieces))
    values = {name: value for name, value in pairs if value}
    return Address(origin, host, path, pieces, fragment, of(host), _plain(path), values)


def listed(host: str) -> Place | None:
    """The platform that lists this host, or a domain above it. *host*: lower case, punycode."""
    labels = host.split(".")[-_MOST_LABELS:]
    for start in range(len(labels)):  # the longest known host wins
        site = ".".join(labels[start:])
        if site in _WIDE:
            return Place(_WIDE[site], site)
        if site in _EXACT and host.removeprefix("www.") == site:
            return Place(_EXACT[site], site)
    return None


def of(host: str) -> Place | None:
    """The platform of a host, by the lists or by its name; None for any other website."""
    if place := listed(host):
        return place
    for alike, platform in _ALIKE:
        if found := alike.fullmatch(host):
            return Place(platform, found["site"])
    return None


def recognise(address: Address) -> tuple[str, str]:
    """The platform's key and the canonical link, under which the same page is counted once."""
    place = address.place
    if place is None:
        return WEBSITE, address.origin + address.path + _question(_untracked(address.query))
    link = written(place.platform.forms, address, place)
    return place.platform.key, link or _as_it_stands(address, place)


def written(forms: tuple[Form, ...], address: Address, place: Place) -> str:
    """The address in the first of these forms that fits it, or ""."""
    for form, seen in _fitting(forms, address, place):
        if link := _written(form, seen, address, place):
            return link
    return ""


def unwrapped(address: Address) -> str:
    """The link that this one only carries (a redirect, an app link), or ""."""
    place = address.place
    if place is None:
        return ""
    for form, seen in _fitting(place.platform.wraps, address, place):
        if fields := _fields(form, seen, address, _ANYTHING):
            plain = {name: unquote(value) for name, value in fields.items()}
            return form.written.format_map(plain) + _question(_named(form.keeps, address))
    return ""


def copied(address: Address) -> str:
    """The page that an archive's copy shows, or ""."""
    for seen in address.place.platform.copies if address.place else ():
        if found := _pattern(seen).fullmatch(address.path):
            return str(found["page"]) + _question(address.query)
    return ""


def _fitting(
    forms: tuple[Form, ...], address: Address, place: Place
) -> Iterator[tuple[Form, dict[str, str]]]:
    """The forms that fit the address's path and host, each with the parts it sees there."""
    host, known = address.host.removeprefix("www."), {"host": address.host, "site": place.site}
    with_fragment, is_exact = f"{address.plain}#{address.fragment}", place.site in _EXACT
    for form in forms:
        path = _pattern(form.seen).fullmatch(with_fragment if "#" in form.seen else address.plain)
        if path and (form.at or not is_exact) and (at := _pattern(form.at or "*").fullmatch(host)):
            yield form, {**known, **at.groupdict(), **path.groupdict()}


def _written(form: Form, seen: Mapping[str, str], address: Address, place: Place) -> str:
    """The address written in this form, or "" when its query lacks something."""
    fields, needed = _fields(form, seen, address, _CODE), _named(form.needs, address)
    if fields is None or len(needed) < len(form.needs.split()):
        return ""
    link = form.written.format_map(fields) + _question(needed + _named(form.keeps, address))
    return link if link.startswith("https:") else f"https://{_home(place)}{link}"


def _fields(
    form: Form, seen: Mapping[str, str], address: Address, moving: re.Pattern[str]
) -> dict[str, str] | None:
    """All that *form.written* names: what was seen, or else parameters that look like *moving*."""
    fields = dict(seen)
    for name in _names(form.written):
        if name not in fields:
            fields[name] = address.values.get(name, "")
            if not moving.fullmatch(fields[name]):
                return None
    if "handle" in fields:
        fields["handle"] = fields["handle"].lower()
    return fields


def _as_it_stands(address: Address, place: Place) -> str:
    """A page of the platform in no form we know: its own path, less what is known to track."""
    shown_at_home = place.site in (address.host, _FRONT_DOOR.sub("", address.host))
    host = _home(place) if shown_at_home else address.host
    if place.site in _EXACT:
        host = place.site
    query = _untracked(address.query, place.platform.drops)
    return f"https://{host}{address.plain}{_question(query)}"


def _plain(path: str) -> str:
    """A path with no slash too many and nothing encoded for no reason."""
    plain = _NEEDLESS.sub(lambda escape: unquote(escape[0]), path)
    return _SLASHES.sub("/", plain).rstrip("/") or "/"


def _home(place: Place) -> str:
    """The host under which the platform's pages are counted."""
    return place.platform.home.format(site=place.site)


def _name(piece: str) -> str:
    """`utm_source=x` -> `utm_source`; of `name[0]=x` the name counts."""
    return unquote(piece.partition("=")[0]).partition("[")[0]


def _named(names: str, address: Address) -> tuple[str, ...]:
    """The parameters of these names, in the order of the names and not of the link."""
    values = address.values
    return tuple(f"{name}={values[name]}" for name in names.split() if name in values)


def _untracked(query: tuple[str, ...], drops: str = "") -> tuple[str, ...]:
    known = frozenset(f"{_TRACKING} {drops}".split())
    return tuple(piece for piece in query if not _tracks(_name(piece), known))


def _tracks(name: str, known: frozenset[str]) -> bool:
    return name in known or name.startswith(_TRACKING_FAMILIES)


def _question(query: tuple[str, ...]) -> str:
    return "?" + "&".join(query) if query else ""


@cache
def _names(written: str) -> tuple[str, ...]:
    return tuple(_FIELDS.findall(written))


@cache
def _pattern(seen: str) -> re.Pattern[str]:
    """What a form sees, as a regular expression; made when first needed, as there are many."""
    pieces = (_expression(piece) for piece in _PIECES.split(seen))
    return re.compile("".join(pieces), re.IGNORECASE | re.ASCII)


def _expression(piece: str) -> str:
    if piece == "/**":
        return r"(?:/.*)?"
    if piece == "*":
        return _SHAPES[""]
    if piece.startswith("<"):
        name, _, shape = piece[1:-1].partition(":")
        return f"(?P<{name}>{_SHAPES[shape]})" if name else _SHAPES[shape]
    return re.escape(piece)
