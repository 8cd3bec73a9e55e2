"""Links, found in any mess, recognised by their host alone, and counted once."""

import re
import tomllib
from itertools import pairwise
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


def rows(file: str) -> list[list[str]]:
    lines = (HERE / file).read_text(encoding="utf-8").splitlines()[1:]
    return [[unescaped(cell) for cell in line.split("\t")] for line in lines]


def urls(text: str, *entities: Entity) -> list[str]:
    return [link.url for link in find(text, entities)]


def only(text: str) -> Link:
    (link,) = find(text)
    return link


@pytest.mark.parametrize(("raw", "key", "url"), rows("urls.tsv"))
def test_every_row_of_the_corpus_holds(raw: str, key: str, url: str) -> None:
    found = find(raw)

    assert (" | ".join(link.platform for link in found) or "none") == key
    assert " | ".join(link.url for link in found) == url


@pytest.mark.parametrize("raw", [raw for raw, *_ in rows("urls.tsv")])
def test_what_was_found_is_found_again_in_itself(raw: str) -> None:
    for link in find(raw):
        assert urls(link.url) == [link.url]
        assert urls(link.open_url) == [link.url]


# The table: each platform, each host, each form

HOSTS = [
    (host, row.key)
    for row in PLATFORMS
    for host in f"{row.hosts} {row.others}".split()
    if "." in host
]


@pytest.mark.parametrize(("key", "seen", "url"), rows("forms.tsv"))
def test_every_form_of_the_table_has_one_canonical_spelling(key: str, seen: str, url: str) -> None:
    link = only(f"睇 {seen} 唔該")

    assert (link.platform, link.url) == (key, url)
    assert urls(link.url) == urls(link.open_url) == [link.url]


@pytest.mark.parametrize(("host", "key"), HOSTS)
def test_every_host_is_recognised_with_and_without_a_scheme(host: str, key: str) -> None:
    for seen in (f"https://{host}/Zz1", f"HTTP://{host.upper()}:80/Zz1", f"睇{host}/Zz1呀"):
        assert only(seen).platform == key


@pytest.mark.parametrize(("host", "key"), HOSTS)
def test_a_host_counts_at_the_end_of_a_name_and_nowhere_else(host: str, key: str) -> None:
    for trap in (
        f"https://{host}.evil.example/Zz",
        f"https://{host}@evil.example/Zz",
        f"https://evil.example/{host}/Zz",
        f"https://evil.example/?{host}",
        f"https://evil.example#{host}",
        f"https://{host}-evil.example/Zz",
        f"https://{host}例.example/Zz",
        f"https://{host}.例/Zz",
    ):
        assert only(trap).platform == WEBSITE, trap


def test_each_platform_has_one_row_and_each_host_one_platform() -> None:
    assert len({row.key for row in PLATFORMS}) == len(PLATFORMS)
    assert len(dict(HOSTS)) == len(HOSTS)


def test_each_platform_has_a_name_in_both_languages() -> None:
    facts = HERE.parent / "locales" / "facts" / "platforms.toml"
    names = tomllib.loads(facts.read_text(encoding="utf-8"))

    assert list(names) == [*(row.key for row in PLATFORMS), WEBSITE]
    for entry in names.values():
        assert entry["name_en"]
        assert entry["name_yue_Hant"]
        assert entry["kind"]
        assert entry["source"].startswith("https://")
        assert entry["confidence"] in ("verified", "secondary")
        assert entry["checked"] < entry["best_before"]


def test_a_form_writes_only_what_it_can_see() -> None:
    for form in (form for row in PLATFORMS for form in row.forms):
        assert form.written.startswith(("/", "https://"))
        assert "?" not in form.written or not (form.needs or form.keeps)


@pytest.mark.parametrize("host", ["evil-t.me", "evilihkg.com", "notx.com", "xn--t-me.example"])
def test_a_host_that_only_ends_in_the_same_letters_is_another(host: str) -> None:
    assert only(f"https://{host}/zz_invented/5").platform == WEBSITE


RESERVED = (
    *("addemoji", "addlist", "addstickers", "addstyle", "addtheme", "auction", "auth", "boost"),
    *("call", "confirmphone", "contact", "giftcode", "invoice", "joinchat", "login", "m", "nft"),
    *("proxy", "setlanguage", "socks", "web", "a", "k", "z", "q"),
)


@pytest.mark.parametrize("reserved", RESERVED)
def test_a_reserved_word_is_no_channel(reserved: str) -> None:
    assert only(f"https://t.me/{reserved}/Zz.Inv").url == f"https://t.me/{reserved}/Zz.Inv"
    assert only(f"https://{reserved}.t.me/5").url != f"https://t.me/{reserved}/5"


# Mess


TELEGRAM = "https://t.me/zz_invented/5"


@pytest.mark.parametrize(
    "text",
    [
        "佢擺咗上t.me/zz_invented/5㗎",
        "睇t。me/zz_invented/5。唔該",
        "link。t.me/zz_invented/5",
        "（https://t.me/zz_invented/5）",
        "(https://t.me/zz_invented/5)",
        "[睇](https://t.me/zz_invented/5)",
        "[https://t.me/zz_invented/5](https://t.me/zz_invented/5)",
        "**https://t.me/zz_invented/5**",
        "'https://t.me/zz_invented/5'!?",
        "“https://t.me/zz_invented/5”…",
        "…t.me/zz_invented/5...",
        "...t.me/zz_invented/5",
        "https://t.me/zz_invented/5😡",
        "https://t.me/zz_invented/5,求你",
        "https:/t.me/zz_invented/5",
        "https:////t.me/zz_invented/5",
        "https://https://t.me/zz_invented/5",
        "http:///https:/t.me/zz_invented/5",
        "https:// t.me/zz_invented/5",
        "linkhttps://t.me/zz_invented/5",
        "https://user:pass@t.me/zz_invented/5",
        "https://t.me:443/zz_invented/5",
        "https://t.me./zz_invented/5",
        "h\u200bttps://t\u2060.me/zz_\u00adinvented/5\ufeff",
        "\u202ahttps://t.me/zz_invented/5\u202c",
        "hXXps[:]//t[.]me/zz_invented/5",
        "h**ps://t(dot)me/zz_invented/5",
        "t [.] me/zz_invented/5",
        "https[://]t[dot]me[/]zz_invented/5",
        "ｔ．ｍｅ／ｚｚ＿ｉｎｖｅｎｔｅｄ／５",
        "https://t。me/zz_invented/5",
        "https%253A%252F%252Ft.me%252Fzz_invented%252F5",
        "睇https%3a%2f%2Ft.me%2fzz_invented%2f5，唔該",
        "&lt;https:&#x2F;&#47;t.me/zz_invented/5&gt;",
        "https://t.me/zz_invented/5?a=1&amp;amp;single",
        "https://t.me/\nzz_invented/5",
        "https://t.me/zz_\r\ninvented/5",
        "https://t.me/zz_invented/\n5 唔該",
        "https://t.me/zz_invented/5\nOK",
        "https://t.me/zz_invented/5\u3000https://t.me/zz_invented/5?single",
        "T.ME/ZZ_INVENTED/5 同 telegram.me/s/zz_invented/5",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Ft.me%2Fzz_invented%2F5%3Fsingle&h=AT0",
        "https://lm.facebook.com/l.php?u=https://t.me/zz_invented/5",
        "https://www.google.com.hk/url?sa=t&url=https%3A%2F%2Ft.me%2Fzz_invented%2F5&usg=x",
        "https://www.google.com/url?q=https://t.me/zz_invented/5&sa=D",
        "https://t.me/iv?url=https%3A%2F%2Ft.me%2Fzz_invented%2F5&rhash=x",
        "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fzz_invented%2F5&text=x",
        "https://www.youtube.com/redirect?q=https%3A%2F%2Ft.me%2Fzz_invented%2F5",
        "https://l.instagram.com/?u=https%3A%2F%2Ft.me%2Fzz_invented%2F5&e=x",
        "https://www.google.com/url?q=tg%3A%2F%2Fresolve%3Fdomain%3Dzz_invented%26post%3D5",
    ],
)
def test_one_post_in_any_mess_is_that_post(text: str) -> None:
    assert urls(text) == [TELEGRAM]
    assert urls(find(text)[0].open_url) == [TELEGRAM]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "https://。",
        "http://???",
        "https://localhost/x",
        "https://%zz.example/",
        "3.30 見, version 1.2.3, e.g. this...and.that",
        "survivor@example.com survivor@t.me a.b+c@mail.instagram.com",
        "t.me@evil.example",
        "t.me_x x_t.me",
        "t.me.evil.example",
        "foo/t.me/zz_invented",
        "example.org/x",
        "www.hello",
        "аx.com/zz",  # Cyrillic а
        "唔該。OK。lihkg",
        "1。2。3",
        "我用kemono.It was bad",
        "@zz_invented",
        "ftp://t.me/zz_invented",
        "javascript:alert(1)",
        "data:text/html,x",
        "intent://t.me/zz#Intent;end",
        "tg://proxy?server=t.me&port=443&secret=00",
        "tg://socks?server=t.me&port=1",
        "tg://user?id=5",
        "tg://resolve?phone=85200000000",
        "tg: zz_invented",
        "99。3",
        "https%2525253A%2525252F%2525252Ft.me",
    ],
)
def test_what_is_no_link_is_not_found(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("www.example.org/photo?id=7.", ["https://www.example.org/photo?id=7"]),
        ("https://例子。example.org/頁", ["https://xn--fsqu00a.example.org/%E9%A0%81"]),
        ("https://blog.example.net求幫手", ["https://blog.example.net/"]),
        ("https://blog.例子/x", ["https://blog.xn--fsqu00a/x"]),
        ("https://lihkg.com。OK", ["https://lihkg.com/"]),
        ("https://lihkg.com求幫手", ["https://lihkg.com/"]),
        ("https://abc。t.me/zz_invented", ["https://t.me/zz_invented"]),
        ("www。lihkg。com/thread/9", ["https://lihkg.com/thread/9"]),
        ("https://en.example.org/Foo_(bar)", ["https://en.example.org/Foo_(bar)"]),
        ("(https://en.example.org/Foo_(bar))", ["https://en.example.org/Foo_(bar)"]),
        ("https://example.org/a?b[0]=1", ["https://example.org/a?b[0]=1"]),
        ("https://example.org/?a=1&copy=2&lt=3", ["https://example.org/?a=1&copy=2&lt=3"]),
        ("https://example.org/?&#99999999;=1", ["https://example.org/"]),
        ("http://2130706433/x http://0x7f.1/x", ["http://127.0.0.1/x"]),
        ("http://[2001:db8::7]", ["http://[2001:db8::7]/"]),
        ("https://example.com\\@evil.example", ["https://example.com/"]),
        (
            "https://t.me/zz_\nlihkg.com/thread/9",
            ["https://t.me/zz_", "https://lihkg.com/thread/9"],
        ),
        ("https://t.me/zz_\nhttps://lih.kg/9", ["https://t.me/zz_", "https://lihkg.com/thread/9"]),
        ("https://t.me/zz_\n唔該", ["https://t.me/zz_"]),
        ("https://fb.watch/zzInv/\nplease help", ["https://fb.watch/zzInv"]),
        ("https://t.me/zz_invented/5https://lih.kg/9", [TELEGRAM, "https://lihkg.com/thread/9"]),
        ("https://blog.example.net/page/1。3", ["https://blog.example.net/page/1"]),
        (
            "https://www.google.com/search?q=陳大文",
            ["https://www.google.com/search?q=%E9%99%B3%E5%A4%A7%E6%96%87"],
        ),
        ("http://bit.ly/zzInv?utm_source=x&a=1#z", ["https://bit.ly/zzInv?a=1"]),
        (
            "https://blog.example.net/?s=1&t=2&ref=3&__hstc=4&vero_id=5",
            ["https://blog.example.net/?s=1&t=2&ref=3"],
        ),
        (
            "https://www.google.com/url?q=javascript:alert(1)",
            ["https://www.google.com/url?q=javascript:alert(1)"],
        ),
        (
            "https://forum.hkgolden.com/view.aspx?message=9/../x",
            ["https://forum.hkgolden.com/view.aspx?message=9/../x"],
        ),
    ],
)
def test_a_link_ends_where_a_reader_would_end_it(text: str, found: list[str]) -> None:
    assert urls(text) == found


def test_redirects_are_followed_three_deep_and_no_further() -> None:
    def wrapped(times: int) -> str:
        link = TELEGRAM
        for _ in range(times):
            link = "https://l.facebook.com/l.php?u=" + link.replace("%", "%25").replace("&", "%26")
        return link

    assert only(wrapped(3)).url == TELEGRAM
    assert only(wrapped(4)).platform == "facebook"


def test_links_come_in_order_and_each_page_once() -> None:
    text = "lih.kg/9 https://t.me/a_b_c/1 https://lihkg.com/thread/9/page/2 t.me/A_b_c/1?single"

    assert urls(text) == ["https://lihkg.com/thread/9", "https://t.me/a_b_c/1"]


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("t.me/ZZ_Inv/5?comment=8#x", "https://t.me/ZZ_Inv/5?comment=8#x"),
        ("佢喺https://mega.nz/folder/ZzInv001#Key求", "https://mega.nz/folder/ZzInv001#Key"),
        ("http://a:b@blog.example.net/p#top", "http://blog.example.net/p#top"),
        ("tg://resolve?domain=ZZ_Inv&post=5", "https://t.me/ZZ_Inv/5"),
        ("sgnl://signal.group/#Cj=", "https://signal.group/#Cj="),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fa%7Cb%20c%23d",
            "https://a.example/a%7Cb%20c#d",
        ),
        (
            "www.xiaohongshu.com/explore/ffffffff000000000000ab01?xsec_token=AB%3D唔該",
            "https://www.xiaohongshu.com/explore/ffffffff000000000000ab01?xsec_token=AB%3D",
        ),
    ],
)
def test_what_opens_keeps_keys_and_loses_glue_and_passwords(text: str, opens: str) -> None:
    assert only(text).open_url == opens


# What Telegram marks


def test_a_marked_word_is_a_link_even_on_an_unknown_site() -> None:
    text = "😡😡 睇example.org/x，同埋lihkg.com/thread/9"

    assert urls(text, Entity("url", 6, 13), Entity("url", 22, 18)) == [
        "https://example.org/x",
        "https://lihkg.com/thread/9",
    ]


def test_the_link_behind_a_word_is_found_in_its_place() -> None:
    text = "𨳒 t.me/zz_invented/5 呢度 lih.kg/9"
    behind = Entity("text_link", 24, 2, "https://example.org/頁|（a）?utm_source=x")

    assert urls(text, behind) == [
        TELEGRAM,
        "https://example.org/%E9%A0%81%7C%EF%BC%88a%EF%BC%89",
        "https://lihkg.com/thread/9",
    ]


def test_a_link_whose_words_are_another_link_gives_both() -> None:
    behind = Entity("text_link", 0, 13, "https://evil.example/x")

    assert urls("t.me/zz_inv/5", behind) == ["https://evil.example/x", "https://t.me/zz_inv/5"]


def test_an_app_link_behind_a_word_is_read_and_a_dangerous_one_is_not() -> None:
    app = Entity("text_link", 0, 1, "tg://resolve?domain=zz_invented&post=5")
    proxy = Entity("text_link", 0, 1, "tg://proxy?server=evil.example")
    script = Entity("text_link", 1, 1, "javascript:alert(1)")

    assert urls("呢度", app, proxy, script) == [TELEGRAM]


def test_marks_of_other_kinds_and_marks_that_do_not_fit_change_nothing() -> None:
    marks = (
        Entity("bold", 0, 5),
        Entity("email", 0, 5),
        Entity("url", 0, 26),
        Entity("url", 1, 1),
        Entity("url", 999, 999),
        Entity("url", -5, 2),
    )

    assert TELEGRAM in urls("😡" + TELEGRAM, *marks)


def test_a_forward_is_a_link_without_opening_it() -> None:
    public = from_origin(Origin("ZZ_Invented", -1001234567890, 5, "Zz"))
    private = from_origin(Origin("", -1001234567890, 5))
    channel = from_origin(Origin("ZZ_Invented"))

    assert public == Link("telegram", TELEGRAM, "https://t.me/ZZ_Invented/5")
    assert private == Link(*("telegram", *["https://t.me/c/1234567890/5"] * 2))
    assert channel == Link("telegram", "https://t.me/zz_invented", "https://t.me/ZZ_Invented/")


@pytest.mark.parametrize(
    "origin", [Origin(), Origin(chat=-1001234567890), Origin(chat=-5, post=5)]
)
def test_a_forward_that_no_link_reaches_gives_none(origin: Origin) -> None:
    assert from_origin(origin) is None


@pytest.mark.parametrize(
    ("copy", "page"),
    [
        ("https://web.archive.org/web/20991231235959/https://t.me/zz_invented/5", TELEGRAM),
        ("https://web.archive.org/web/2099id_/lihkg.com/thread/9", "https://lihkg.com/thread/9"),
        ("https://archive.is/newest/https://a.example/?id=7", "https://a.example/?id=7"),
    ],
)
def test_an_archive_link_also_names_the_page_it_shows(copy: str, page: str) -> None:
    inner = archived(only(copy))

    assert inner is not None
    assert inner.url == page


@pytest.mark.parametrize(
    "link", [TELEGRAM, "https://archive.ph/ZzInv", "https://a.example/web/1/b.c"]
)
def test_a_link_that_shows_no_other_page_names_none(link: str) -> None:
    assert archived(only(link)) is None


# Anything at all

BITS = st.sampled_from(
    [
        *(host for host, _ in HOSTS),
        *("/.?&=#@:%_-()[]。，求😡\n~'*,!"),
        *("%2F", "%3A%2F%2F"),
        *("https://", "http://", "tg://", "hxxp://", "www.", " ", "\u200b", "\ud83d", "&amp;"),
        *("zz_Invented", "99", "a", "status", "thread", "l.php?u=", "url?q=", "resolve?domain="),
        *("web/2099/", "watch?v=", "#!", "utm_source=x", "evil.example", "xn--", "[.]", "(dot)"),
    ]
)
TEXTS = st.one_of(
    st.text(), st.lists(BITS, max_size=14).map("".join), st.text(st.characters(), max_size=40)
)
ENTITIES = st.lists(
    st.builds(
        Entity,
        st.sampled_from(["url", "text_link", "bold"]),
        st.integers(-3, 60),
        st.integers(-3, 60),
        TEXTS,
    ),
    max_size=4,
)


@given(TEXTS, ENTITIES)
def test_no_text_and_no_mark_breaks_the_search(text: str, entities: list[Entity]) -> None:
    found = find(text, entities)

    assert len({link.url for link in found}) == len(found)
    for link in found:
        assert link.open_url.startswith(("https://", "http://"))
        assert link.open_url.isascii()
        assert archived(link) != link


@given(st.lists(BITS, max_size=10).map("".join))
def test_a_canonical_link_is_its_own_canonical_link(text: str) -> None:
    for link in find(f"https://{text}"):
        assert urls(link.url) == [link.url]
        assert urls(link.open_url) == [link.url]


@pytest.mark.parametrize(
    "text",
    [
        "a." * 50_000,
        "1." * 50_000,
        "。a" * 50_000,
        "https://a" + "。a" * 50_000,
        "t.me" + "." * 100_000,
        "https://t.me/" + ")" * 100_000,
        "https://t.me/" + "(" * 100_000,
        "https://t.me/zz_\n" + "zz_\n" * 30_000,
        "https:/" * 20_000,
        "https://" * 20_000,
        "https%3A%2F%2F" + "%25" * 30_000,
        "https%" + "25" * 50_000,
        "\u200b" * 100_000,
        "&amp;" * 30_000 + "&" * 30_000,
        "&#" * 50_000,
        "[ " * 50_000 + ". ]" * 10_000,
        "tg:" + "/" * 100_000,
        "@" * 100_000,
        "https://" + "a." * 50_000 + "t.me/x",
        "https://x.com/" + "%41" * 30_000 + "/" * 30_000,
        "https://l.facebook.com/l.php?" + "u=&" * 30_000,
    ],
    ids=range(21),
)
def test_a_hostile_text_is_read_in_one_go(text: str) -> None:
    find(text)  # a search that looks back again and again would not come to an end here


def test_ten_thousand_links_are_ten_thousand_links() -> None:
    text = "，".join(f"t.me/zz_invented/{number}" for number in range(1, 10_001))

    found = urls(text)

    assert len(found) == 10_000
    assert all(
        int(a.rpartition("/")[2]) + 1 == int(b.rpartition("/")[2]) for a, b in pairwise(found)
    )
