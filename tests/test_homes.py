"""Homes: read from the link alone, the same from any of its pages, never more than it had."""

import re
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.homes import HOMES, Home, home
from handlers.links import Link, Origin, find, from_chosen
from handlers.platforms import PLATFORMS
from tests.test_links import rows

CORPUS = {
    link.open_url: link
    for seen in (*(row[0] for row in rows("urls.tsv")), *(row[1] for row in rows("forms.tsv")))
    for link in find(seen)
}.values()


def of(link: Link) -> Home | None:
    return home(link.url, link.open_url)


def named(seen: str) -> str:
    """The name of the home of the one link in *seen*, "" for none."""
    (link,) = find(seen)
    found = of(link)
    return found.name if found else ""


TOLD = [
    ("t.me/zz_invented/12", "t.me/zz_invented"),
    ("https://t.me/s/ZZ_Invented/12", "t.me/zz_invented"),
    ("https://t.me/zz_invented/s/3", "t.me/zz_invented"),
    ("https://zzinvented.t.me/12", "t.me/zzinvented"),
    ("tg://resolve?domain=zz_invented&post=12", "t.me/zz_invented"),
    ("https://web.telegram.org/a/#-1001234567890_45", "t.me/c/1234567890"),
    ("https://t.me/c/1234567890/77/1042", "t.me/c/1234567890"),
    ("https://t.me/joinchat/AbCd-_1", "t.me/+AbCd-_1"),
    ("https://t.me/addlist/AbCd", "t.me/addlist/AbCd"),
    ("https://x.com/ZZ_Inv/status/99", "x.com/zz_inv"),
    ("https://fxtwitter.com/zz/status/99/photo/1", "x.com/zz"),
    ("https://instagram.com/Zz.Inv/reel/ZzInventd01", "instagram.com/zz.inv"),
    ("https://www.instagram.com/stories/zz.inv/99", "instagram.com/zz.inv"),
    ("https://www.facebook.com/zz.inv/posts/some-words/99", "facebook.com/zz.inv"),
    ("https://m.facebook.com/story.php?story_fbid=98&id=99", "facebook.com/profile.php?id=99"),
    ("https://www.facebook.com/groups/98/permalink/99", "facebook.com/groups/98"),
    ("https://old.reddit.com/r/ZzInv/comments/zz1/title", "reddit.com/r/zzinv"),
    ("https://www.reddit.com/u/Zz/s/ZzInvent99", "reddit.com/user/zz"),
    ("https://www.threads.net/@zz.inv/post/ZzInventd03", "threads.com/@zz.inv"),
    ("https://www.tiktok.com/@zz.inv/video/99", "tiktok.com/@zz.inv"),
    ("https://youtube.com/@ZzInv/videos", "youtube.com/@zzinv"),
    ("https://discord.gg/ZzInv", "discord.com/invite/ZzInv"),
    ("https://discord.com/channels/97/98/99", "discord.com/channels/97"),
    ("https://chat.whatsapp.com/invite/ZzGroup", "chat.whatsapp.com/ZzGroup"),
    ("https://whatsapp.com/channel/0029Zz/100", "whatsapp.com/channel/0029Zz"),
    ("https://signal.group/#CjQKZz", "signal.group/#CjQKZz"),
    ("https://line.me/ti/g2/ZzInv", "line.me/ti/g2/ZzInv"),
    ("https://lih.kg/99000001", "lihkg.com/thread/99000001"),
    ("https://forum7.hkgolden.com/thread/9/page/2", "forum.hkgolden.com/thread/9"),
    ("https://cn.pornhub.com/model/zz/videos?o=1", "pornhub.com/model/zz"),
    ("https://onlyfans.com/99/Zz.Inv", "onlyfans.com/zz.inv"),
    ("https://coomer.su/onlyfans/user/zz.inv/post/99", "coomer.su/onlyfans/user/zz.inv"),
    ("https://fapello.com/zz-inv/99/", "fapello.com/zz-inv"),
    ("https://m.weibo.cn/u/990", "weibo.com/u/990"),
    ("https://weibo.com/990/ZzInvent9", "weibo.com/u/990"),
    ("https://space.bilibili.com/990/video", "space.bilibili.com/990"),
    ("https://mp.weixin.qq.com/s?__biz=Zz%3D&mid=1&idx=1&sn=2", "mp.weixin.qq.com/s?__biz=Zz%3D"),
    ("https://www.zz-farm.example.org:8443/a/b?c=d#e", "zz-farm.example.org"),
    ("http://m.example.org/page", "example.org"),
    ("https://例子.example/x", "xn--fsqu00a.example"),
]


@pytest.mark.parametrize(("seen", "name"), TOLD, ids=[seen for seen, _ in TOLD])
def test_a_link_tells_its_channel_group_account_or_site(seen: str, name: str) -> None:
    assert named(seen) == name


@pytest.mark.parametrize(
    "seen",
    [
        "https://youtu.be/INVENTED-01",
        "https://x.com/i/web/status/99",
        "https://x.com/search?q=zz",
        "https://www.instagram.com/p/ZzInventd01/",
        "https://www.facebook.com/watch/?v=99",
        "https://www.facebook.com/groups",
        "https://www.facebook.com/zz.php?zz=1",
        "https://www.tiktok.com/t/ZSInvent1/",
        "https://onlyfans.com/99",
        "https://discord.com/channels/@me/98/99",
        "https://www.pornhub.com/view_video.php?viewkey=zz01",
        "https://www.google.com/search?q=zz",
        "https://mega.nz/file/ZzInv001#Key",
        "https://t.co/ZzInvent01",
        "https://web.archive.org/web/20991231235959/https://blog.example.net/p",
        "https://lih.kg/ZzInveX",
        "https://wa.me/85200000000",
        "https://t.me/addstickers/zz_invented",
    ],
)
def test_a_link_that_does_not_tell_whose_it_is_has_no_home(seen: str) -> None:
    assert named(seen) == ""


def test_the_name_before_a_host_is_nobodys_home() -> None:
    assert named("https://t.me@evil.example/zz_invented") == "evil.example"
    assert named("https://t.me.evil.example/zz_invented") == "t.me.evil.example"


def test_a_chat_that_was_chosen_from_a_list_is_at_home_under_its_number() -> None:
    for chat, number in ((-1001234567890, "1234567890"), (-4012, "-4012")):
        link = from_chosen(Origin(chat=chat, title="zz 群組 (invented)"))
        assert link is not None
        assert of(link) == Home("telegram", f"https://t.me/c/{number}")


def test_what_is_no_link_has_no_home() -> None:
    assert home("") is None
    assert home("zz", "https://", "tg://resolve") is None


@pytest.mark.parametrize("link", CORPUS, ids=lambda link: link.open_url)
def test_a_home_is_its_own_home_and_is_found_when_it_is_typed(link: Link) -> None:
    found = of(link)

    if found is not None:
        assert home(found.url) == found
        (typed,) = find(found.url)
        assert of(typed) == of(next(iter(find(found.name)), typed)) == found


LITERALS = {word for row in HOMES.values() for form in row for word in re.findall(r"\w+", form[1])}


@pytest.mark.parametrize("link", CORPUS, ids=lambda link: link.open_url)
def test_a_home_never_carries_more_than_the_link_had(link: Link) -> None:
    found = of(link)

    if found is not None:
        had = f"{link.url} {link.open_url}".lower()
        path = found.url.split("/", 3)[3].lower()
        assert all(word in had or word in LITERALS for word in re.findall(r"\w+", path))
        assert found.platform == link.platform


HOSTS = [host for row in PLATFORMS for host in f"{row.hosts} {row.others}".split() if "." in host]
PATHS = st.lists(
    st.sampled_from(
        "zz zz_invented p s i u m c r user users groups status posts profile.php @zz +Ab 12"
        " 99000001 channels channel thread -100 www video stories search".split()
    ),
    max_size=5,
).map("/".join)


@given(
    host=st.sampled_from([*HOSTS, "example.org"]),
    front=st.sampled_from(["", "www.", "m."]),
    path=PATHS,
)
def test_any_page_of_any_platform_has_a_home_that_stays_at_home(
    host: str, front: str, path: str
) -> None:
    for link in find(f"https://{front}{host}/{path}"):
        found = of(link)
        assert found is None or home(found.url) == found


def test_every_platform_of_the_table_is_a_row_of_the_house() -> None:
    assert HOMES.keys() <= {row.key for row in PLATFORMS}


def test_two_platforms_never_share_a_home() -> None:
    homes = {found for link in CORPUS if (found := of(link))}

    assert all(one.url != other.url for one, other in permutations(homes, 2))
