"""Links, found in any mess, recognised by their host alone, and counted once."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.links import Entity, Link, Origin, archived, find, from_origin
from handlers.platforms import PLATFORMS, WEBSITE

HERE = Path(__file__).parent
ESCAPE = re.compile(r"\\(n|t|\\|u[0-9a-fA-F]{4})")
PLAIN = {"n": "\n", "t": "\t", "\\": "\\"}


def unescaped(text: str) -> str:
    return ESCAPE.sub(lambda mark: PLAIN.get(mark[1]) or chr(int(mark[1][1:], 16)), text)


def rows() -> list[tuple[str, str, str]]:
    lines = (HERE / "urls.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [(unescaped(raw), key, url) for raw, key, url in (line.split("\t") for line in lines)]


def urls(text: str, *entities: Entity) -> list[str]:
    return [link.url for link in find(text, entities)]


def only(text: str) -> Link:
    (link,) = find(text)
    return link


@pytest.mark.parametrize(("raw", "key", "url"), rows())
def test_every_row_of_the_corpus_holds(raw: str, key: str, url: str) -> None:
    found = find(raw)

    assert " | ".join(link.platform for link in found) or "none" == key
    assert " | ".join(link.platform for link in found) == ("" if key == "none" else key)
    assert " | ".join(link.url for link in found) == url


@pytest.mark.parametrize(("raw", "key", "url"), rows())
def test_what_was_found_is_found_again_in_itself(raw: str, key: str, url: str) -> None:
    for link in find(raw):
        assert urls(link.url) == [link.url]
        assert urls(link.open_url) == [link.url]


# The table: each host, and each form it has

SEEN = """
telegram https://t.me/zz_invented https://t.me/zz_invented
telegram https://telegram.me/zz_invented/5 https://t.me/zz_invented/5
telegram https://telegram.dog/zz_invented/5 https://t.me/zz_invented/5
telegram https://www.t.me/zz_invented/5 https://t.me/zz_invented/5
telegram https://t.me//zz_invented/5/ https://t.me/zz_invented/5
telegram https://t.me/zz%5Finvented/5 https://t.me/zz_invented/5
telegram https://t.me/zz_invented/5?single&thread=3&before=9&t=7#x https://t.me/zz_invented/5
telegram https://t.me/zz_invented/77/1042?comment=8 https://t.me/zz_invented/1042?comment=8
telegram https://t.me/s/ZZ_Invented/5?before=9 https://t.me/zz_invented/5
telegram https://t.me/zz_invented/s/3 https://t.me/zz_invented/s/3
telegram https://t.me/c/1234567890/1042?single https://t.me/c/1234567890/1042
telegram https://t.me/c/1234567890/77/1042 https://t.me/c/1234567890/1042
telegram https://t.me/+AbCd_-1 https://t.me/+AbCd_-1
telegram https://t.me/%2BAbCd https://t.me/+AbCd
telegram https://t.me/joinchat/AbCd-_1 https://t.me/+AbCd-_1
telegram https://zzinvented.t.me https://t.me/zzinvented
telegram https://ZZinvented.t.me/1042?comment=8 https://t.me/zzinvented/1042?comment=8
telegram https://zzinvented.t.me/77/1042 https://t.me/zzinvented/1042
telegram https://zzinvented.t.me/s/3 https://t.me/zzinvented/s/3
telegram https://web.telegram.org/k/#@ZZ_Invented https://t.me/zz_invented
telegram https://web.telegram.org/k/#@zz_invented/5 https://t.me/zz_invented/5
telegram https://web.telegram.org/a/#-1001234567890 https://t.me/c/1234567890
telegram https://web.telegram.org/a/#-1001234567890_45 https://t.me/c/1234567890/45
telegram https://web.telegram.org/a/#-1001234567890/45 https://t.me/c/1234567890/45
telegram https://web.telegram.org/z/#777000 https://web.telegram.org/z/#777000
telegram https://web.telegram.org/ https://web.telegram.org/
telegram tg://resolve?domain=ZZ_Invented https://t.me/zz_invented
telegram tg:resolve?domain=zz_invented&post=5&single https://t.me/zz_invented/5
telegram tg://resolve/?domain=zz_invented&post=5&comment=8 https://t.me/zz_invented/5?comment=8
telegram tg://resolve?domain=zz_invented&story=3 https://t.me/zz_invented/s/3
telegram tg://privatepost?channel=1234567890&post=5 https://t.me/c/1234567890/5
telegram TG://join?invite=AbCd https://t.me/+AbCd
telegram tg://addlist?slug=AbCd https://t.me/addlist/AbCd
telegraph https://graph.org/Invented-Title-11-22-2 https://telegra.ph/Invented-Title-11-22-2
telegraph https://te.legra.ph/file/Zz01.jpg?x=1 https://telegra.ph/file/Zz01.jpg
lihkg https://www.lihkg.com/thread/99000001/page/2?post=3 https://lihkg.com/thread/99000001
lihkg https://www.lih.kg/99000001 https://lihkg.com/thread/99000001
lihkg https://lihkg.com/category/1?ref=x https://lihkg.com/category/1
website https://i.lih.kg/thumbnail?u=zz https://i.lih.kg/thumbnail?u=zz
hkgolden https://forum7.hkgolden.com/View.aspx?message=9 https://forum.hkgolden.com/thread/9
hkgolden https://m.hkgolden.com/thread/9/page/2 https://forum.hkgolden.com/thread/9
discuss_hk https://mobile.discuss.com.hk/viewthread.php?tid=9 https://www.discuss.com.hk/viewthread.php?tid=9
discuss_hk https://news.discuss.com.hk/thread-9-1-1.html https://www.discuss.com.hk/viewthread.php?tid=9
discuss_hk https://www.discuss.com.hk/redirect.php?goto=findpost&ptid=9&pid=8 https://www.discuss.com.hk/viewthread.php?tid=9
discuss_hk https://uwants.com/viewthread.php?page=2&tid=9 https://www.uwants.com/viewthread.php?tid=9
baby_kingdom https://baby-kingdom.com/forum.php?mod=redirect&goto=findpost&ptid=9&pid=8 https://www.baby-kingdom.com/forum.php?mod=viewthread&tid=9
baby_kingdom https://www.baby-kingdom.com/forum.php?mod=forumdisplay&fid=7 https://www.baby-kingdom.com/forum.php?mod=forumdisplay&fid=7
dcard https://www.dcard.tw/f/zz/p/255000001/b/3?cid=1 https://www.dcard.tw/f/zz/p/255000001
ptt http://ptt.cc/bbs/Zz/M.1700000000.A.0F0.html https://www.ptt.cc/bbs/Zz/M.1700000000.A.0F0.html
facebook https://m.facebook.com/story.php?story_fbid=pfbid0Zz&id=99&ref=x https://www.facebook.com/permalink.php?story_fbid=pfbid0Zz&id=99
facebook https://web.facebook.com/permalink.php?id=99&story_fbid=98 https://www.facebook.com/permalink.php?story_fbid=98&id=99
facebook https://mbasic.facebook.com/photo/?fbid=99&set=a.1 https://www.facebook.com/photo/?fbid=99
facebook https://www.facebook.com/watch/live/?v=99 https://www.facebook.com/watch/?v=99
facebook https://www.facebook.com/video.php?v=99 https://www.facebook.com/watch/?v=99
facebook https://www.facebook.com/media/set/?set=a.99&type=3 https://www.facebook.com/media/set/?set=a.99
facebook https://www.facebook.com/profile.php?id=99&mibextid=x https://www.facebook.com/profile.php?id=99
facebook https://www.facebook.com/reel/99?s=single https://www.facebook.com/reel/99
facebook https://www.facebook.com/share/v/1Zz/ https://www.facebook.com/share/v/1Zz
facebook https://www.facebook.com/share/1Zz/?mibextid=x https://www.facebook.com/share/1Zz
facebook https://www.facebook.com/groups/Zz.Inv/posts/99/ https://www.facebook.com/groups/zz.inv/posts/99
facebook https://www.facebook.com/groups/98/?multi_permalinks=99 https://www.facebook.com/groups/98/posts/99
facebook https://www.facebook.com/groups/98/ https://www.facebook.com/groups/98
facebook https://www.facebook.com/zz.inv/posts/some-words/99/ https://www.facebook.com/zz.inv/posts/99
facebook https://www.facebook.com/zz.inv/videos/99/ https://www.facebook.com/zz.inv/videos/99
facebook https://www.facebook.com/zz.inv/videos/some-words/99 https://www.facebook.com/zz.inv/videos/99
facebook https://fb.com/Zz.Inv https://www.facebook.com/zz.inv
facebook https://m.facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion/zz.inv https://www.facebook.com/zz.inv
facebook https://www.facebook.com/zz.inv/photos/a.1/99/?__cft__[0]=A&type=3&__tn__=x https://www.facebook.com/zz.inv/photos/a.1/99
instagram https://www.instagram.com/zz.inv/reel/ZzInventd01/?igsh=x https://www.instagram.com/p/ZzInventd01
instagram https://www.instagram.com/Zz.Inv/p/ZzInventd01/ https://www.instagram.com/p/ZzInventd01
instagram https://instagram.com/tv/ZzInventd01 https://www.instagram.com/p/ZzInventd01
instagram https://instagram.com/reel/ZzInventd01/?igshid=x https://www.instagram.com/p/ZzInventd01
instagram https://www.instagram.com/p/ZzInventd01/?img_index=2 https://www.instagram.com/p/ZzInventd01
instagram https://www.instagram.com/share/p/_ZzInv01?utm_source=x https://www.instagram.com/share/p/_ZzInv01
instagram https://www.instagram.com/Zz.Inv/?hl=zh-tw https://www.instagram.com/zz.inv
threads https://threads.com/@Zz.Inv/post/ZzInventd03/media https://www.threads.com/@zz.inv/post/ZzInventd03
threads https://www.threads.net/@zz.inv https://www.threads.com/@zz.inv
x https://x.com/zz_invented/status/99?t=a&s=20 https://x.com/i/status/99
x https://twitter.com/i/web/status/99 https://x.com/i/status/99
x https://fxtwitter.com/zz/status/99 https://x.com/i/status/99
x https://vxtwitter.com/zz/status/99 https://x.com/i/status/99
x https://fixupx.com/zz/status/99 https://x.com/i/status/99
x https://fixvx.com/zz/status/99/photo/1 https://x.com/i/status/99
x https://mobile.twitter.com/ZZ_Inv?ref_src=x https://x.com/zz_inv
x https://x.com/search?q=zz&s=1&src=typed https://x.com/search?q=zz
reddit https://www.reddit.com/r/zz/comments/zzinv1/title/zzcom1/?context=3 https://www.reddit.com/comments/zzinv1/_/zzcom1
reddit https://np.reddit.com/r/zz/comments/zzinv1/comment/zzcom1/ https://www.reddit.com/comments/zzinv1/_/zzcom1
reddit https://new.reddit.com/user/zz/comments/zzinv1/title/ https://www.reddit.com/comments/zzinv1
reddit https://m.reddit.com/gallery/zzinv1 https://www.reddit.com/comments/zzinv1
reddit https://i.redd.it/zzinv1.jpg?s=1 https://i.redd.it/zzinv1.jpg
reddit https://v.redd.it/zzinv1 https://v.redd.it/zzinv1
reddit https://preview.redd.it/zzinv1.jpg?width=1&s=2 https://preview.redd.it/zzinv1.jpg
reddit https://www.reddit.com/u/Zz https://www.reddit.com/user/zz
youtube https://m.youtube.com/watch?list=PLzz&v=INVENTED-01&pp=x https://www.youtube.com/watch?v=INVENTED-01
youtube https://music.youtube.com/watch?v=INVENTED-01&feature=x https://www.youtube.com/watch?v=INVENTED-01
youtube https://www.youtube-nocookie.com/embed/INVENTED-01?si=x https://www.youtube.com/watch?v=INVENTED-01
youtube https://youtube.com/shorts/INVENTED-01?si=x https://www.youtube.com/watch?v=INVENTED-01
youtube https://youtube.com/live/INVENTED-01 https://www.youtube.com/watch?v=INVENTED-01
youtube https://www.youtube.com/playlist?list=PLzz&si=x https://www.youtube.com/playlist?list=PLzz
youtube https://www.youtube.com/@ZzInv/videos https://www.youtube.com/@zzinv
youtube https://www.youtube.com/post/Ugkxzz https://www.youtube.com/post/Ugkxzz
tiktok https://www.tiktok.com/@Zz.Inv/video/9199999999999999901?_t=1&_r=1 https://www.tiktok.com/@zz.inv/video/9199999999999999901
tiktok https://www.tiktok.com/%40zz.inv/photo/9199999999999999901 https://www.tiktok.com/@zz.inv/photo/9199999999999999901
tiktok https://vm.tiktok.com/ZSInvent1/ https://vm.tiktok.com/ZSInvent1
tiktok https://www.tiktok.com/t/ZSInvent1/ https://www.tiktok.com/t/ZSInvent1
discord https://discordapp.com/invite/ZzInv?event=1 https://discord.com/invite/ZzInv
discord https://discord.gg/invite/ZzInv https://discord.com/invite/ZzInv
discord https://ptb.discord.com/channels/@me/98/99 https://discord.com/channels/@me/98/99
discord https://media.discordapp.net/attachments/98/99/zz.png?ex=0&width=9 https://media.discordapp.net/attachments/98/99/zz.png
whatsapp https://chat.whatsapp.com/invite/ZzInventedGroupCode001 https://chat.whatsapp.com/ZzInventedGroupCode001
whatsapp https://whatsapp.com/channel/0029Zz/100 https://www.whatsapp.com/channel/0029Zz/100
whatsapp https://wa.me/85200000000?text=hi https://wa.me/85200000000
whatsapp https://api.whatsapp.com/send?phone=85200000000&text=hi https://wa.me/85200000000
signal https://signal.me/#eu/ZzInv https://signal.me/#eu/ZzInv
signal sgnl://signal.group/#CjQKZz https://signal.group/#CjQKZz
line https://line.me/R/ti/p/~ZzInv?from=x https://line.me/R/ti/p/~ZzInv
line https://line.me/ti/g2/ZzInv https://line.me/ti/g2/ZzInv
line https://lin.ee/ZzInv https://lin.ee/ZzInv
pornhub https://de.pornhub.com/view_video.php?viewkey=zz01&pkey=1 https://www.pornhub.com/view_video.php?viewkey=zz01
pornhub https://www.pornhub.net/album/99 https://www.pornhub.com/album/99
pornhub https://www.pornhubpremium.com/gif/99 https://www.pornhub.com/gif/99
pornhub https://pornhub.com/photo/99 https://www.pornhub.com/photo/99
pornhub https://pornhub.com/users/Zz https://www.pornhub.com/users/zz
pornhub https://cn.pornhub.com/model/zz/videos?utm_source=x&o=1 https://www.pornhub.com/model/zz/videos?o=1
xvideos https://www.xvideos.es/video.zz01/0/0/title https://www.xvideos.com/video.zz01
xvideos https://xvideos.com/embedframe/99 https://www.xvideos.com/video99
xnxx https://xnxx3.com/video-zz01/title https://www.xnxx.com/video-zz01
xnxx https://www.xnxx.com/video-zz01/title https://www.xnxx.com/video-zz01
xhamster https://xhamster19.com/videos/title-xhZz https://xhamster.com/videos/title-xhZz
xhamster https://m.xhamster2.desi/movies/99/title.html https://xhamster.com/movies/99/title.html
xhamster https://xhamster.one/photos/gallery/title-99/100 https://xhamster.com/photos/gallery/title-99
xhamster https://xhms.pro/videos/title-xhZz https://xhamster.com/videos/title-xhZz
xhamster https://xhday.com/videos/title-xhZz https://xhamster.com/videos/title-xhZz
xhamster https://xhvid.com/videos/title-xhZz https://xhamster.com/videos/title-xhZz
spankbang https://jp.spankbang.com/zz01/embed/ https://spankbang.com/zz01/video
spankbang https://spankbang.com/zz01/play/title https://spankbang.com/zz01/video
motherless https://motherless.com/ABC1234?x=1 https://motherless.com/ABC1234
erome https://www.erome.com/a/ZzInv01 https://www.erome.com/a/ZzInv01
onlyfans https://onlyfans.com/99/Zz.Inv https://onlyfans.com/99/zz.inv
fansly https://fansly.com/post/99 https://fansly.com/post/99
coomer https://coomer.st/onlyfans/user/zz.inv/post/99?q=1 https://coomer.st/onlyfans/user/zz.inv/post/99
coomer https://www.coomer.example/onlyfans/user/zz https://coomer.example/onlyfans/user/zz
coomer https://n2.coomer.su/data/00/zz.jpg https://n2.coomer.su/data/00/zz.jpg
kemono https://kemono.cr/patreon/user/98/post/99 https://kemono.cr/patreon/user/98/post/99
fapello https://fapello.su/zz-inv/99/ https://fapello.su/zz-inv/99
bunkr https://bunkr.fi/a/ZzInv https://bunkr.fi/a/ZzInv
bunkr https://bunkr.black/f/ZzInv https://bunkr.black/f/ZzInv
cyberdrop https://cyberdrop.to/a/ZzInv https://cyberdrop.to/a/ZzInv
website https://bunkr.evil.example/a/ZzInv https://bunkr.evil.example/a/ZzInv
google_search https://www.google.com.hk/search?tbm=isch&q=zz+inv&ved=1 https://www.google.com.hk/search?q=zz+inv&tbm=isch
google_search https://google.co.jp/search?q=zz&udm=2&sxsrf=1 https://www.google.co.jp/search?q=zz&udm=2
google_search https://images.google.com/imgres?imgrefurl=https%3A%2F%2Fa.example%2F&imgurl=https%3A%2F%2Fa.example%2Fb.jpg&ved=1 https://www.google.com/imgres?imgurl=https%3A%2F%2Fa.example%2Fb.jpg&imgrefurl=https%3A%2F%2Fa.example%2F
google_search https://encrypted-tbn0.gstatic.com/images?q=tbn:Zz https://encrypted-tbn0.gstatic.com/images?q=tbn:Zz
google_search https://www.google.com/url?q=some+words https://www.google.com/url?q=some+words
website https://google.com.de/search?q=zz https://google.com.de/search?q=zz
website https://mail.google.com/mail/u/0/ https://mail.google.com/mail/u/0/
bing_search https://cn.bing.com/images/search?view=x&mediaurl=https%3a%2f%2fa&id=AB&q=zz&form=1 https://www.bing.com/images/search?q=zz&mediaurl=https%3a%2f%2fa&id=AB
yandex_search https://yandex.ru/images/search?rpt=simage&img_url=zz&text=a&redircnt=1 https://yandex.ru/images/search?text=a&img_url=zz&rpt=simage
yandex_search https://ya.ru/search/?text=a&lr=1 https://ya.ru/search?text=a
google_drive https://drive.google.com/uc?export=download&id=1Zz https://drive.google.com/file/d/1Zz
google_drive https://drive.google.com/drive/u/0/folders/1Zz?resourcekey=0-z https://drive.google.com/drive/folders/1Zz
google_drive https://docs.google.com/document/d/1Zz/edit?usp=sharing https://docs.google.com/document/d/1Zz
google_drive https://photos.app.goo.gl/ZzInv https://photos.app.goo.gl/ZzInv
mega https://mega.nz/#!ZzInv001!Key_Zz https://mega.nz/file/ZzInv001
mega https://mega.co.nz/#!ZzInv001 https://mega.nz/file/ZzInv001
mega https://mega.nz/#F!ZzInv001!Key_Zz https://mega.nz/folder/ZzInv001
mega https://mega.io/folder/ZzInv001#Key/file/Zz https://mega.nz/folder/ZzInv001
dropbox https://dropbox.com/sh/zzinv/AAzz?dl=0&st=1&e=2&rlkey=zz https://www.dropbox.com/sh/zzinv/AAzz?rlkey=zz
imgur https://i.imgur.com/ZzInv05.jpeg https://imgur.com/ZzInv05
imgur https://m.imgur.io/gallery/some-title-ZzInv05 https://imgur.com/gallery/some-title-ZzInv05
postimg https://postimages.org/ZzInv03 https://postimages.org/ZzInv03
postimg https://postimg.cc/ZzInv03?x=1 https://postimg.cc/ZzInv03
catbox https://litter.catbox.moe/zzinv1.mp4 https://litter.catbox.moe/zzinv1.mp4
xiaohongshu https://www.xiaohongshu.com/explore/ffffffff000000000000ab01?xsec_token=x https://www.xiaohongshu.com/explore/ffffffff000000000000ab01
xiaohongshu https://xhslink.cn/m/ZzInv https://xhslink.cn/m/ZzInv
weibo https://www.weibo.com/detail/99 https://weibo.com/detail/99
weibo https://video.weibo.com/show?fid=1034:99&from=x https://video.weibo.com/show?fid=1034:99
bilibili https://m.bilibili.com/video/av99/?vd_source=x https://www.bilibili.com/video/av99
bilibili https://b23.tv/ZzInv?share_source=x https://b23.tv/ZzInv
douyin https://www.iesdouyin.com/share/video/99/?region=x https://www.douyin.com/video/99
douyin https://www.douyin.com/?modal_id=99 https://www.douyin.com/video/99
wechat https://mp.weixin.qq.com/s/Zz_Inv-1 https://mp.weixin.qq.com/s/Zz_Inv-1
archive_org https://archive.org/web/20991231235959/https://blog.example.net/p https://web.archive.org/web/20991231235959/https://blog.example.net/p
archive_today https://archive.today/ZzInv https://archive.ph/ZzInv
archive_today https://archive.fo/20991231235959/https://blog.example.net/p https://archive.ph/20991231235959/https://blog.example.net/p
shortlink https://risu.io/ZzInv https://risu.io/ZzInv
shortlink https://share.google/ZzInv https://share.google/ZzInv
shortlink https://t.cn/ZzInv https://t.cn/ZzInv
"""


@pytest.mark.parametrize("row", SEEN.split("\n")[1:-1])
def test_every_form_of_the_table_has_one_canonical_spelling(row: str) -> None:
    key, seen, written = row.split(" ")

    link = only(f"睇 {seen} 唔該")

    assert (link.platform, link.url) == (key, written)
    assert urls(link.url) == urls(link.open_url) == [link.url]


@pytest.mark.parametrize(
    ("host", "key"),
    [(host, row.key) for row in PLATFORMS for host in (row.hosts + " " + row.others).split()],
)
def test_every_host_of_the_table_is_recognised_with_and_without_a_scheme(
    host: str, key: str
) -> None:
    if host == "tg:":
        return

    for seen in (f"https://{host}/Zz1", f"HTTP://{host.upper()}:80/Zz1", f"睇{host}/Zz1呀"):
        assert only(seen).platform == key


@pytest.mark.parametrize("name", ["evil.example", "xyz.evil.example", "com.evil.example"])
@pytest.mark.parametrize("row", PLATFORMS, ids=lambda row: row.key)
def test_a_host_is_recognised_from_its_end_and_never_from_its_middle(row: object, name: str) -> None:
    for host in (row.hosts + " " + row.others).split():  # type: ignore[attr-defined]
        for seen in (f"{host}.{name}/Zz", f"{host}@{name}/Zz", f"{name}/{host}/Zz", f"zz-{host}x.zz"):
            assert {link.platform for link in find(f"https://{seen}")} == {WEBSITE}
