"""Families: counted across cases, tied by who holds one, drawn, and forgotten with the last."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clerk import Clerk
from bot.clerk import Room as Group
from bot.lender import MOST_OF_A_CAPTION, Lender
from bot.parcels import Done, Errand, Nothing, Send
from handlers.families import MOST_DRAWN, family, family_of
from handlers.homes import Home
from handlers.housing import keep
from handlers.kin import TIES, Bond, Family, Kin, caption
from handlers.rights import holds
from handlers.spoken import Voice, units
from handlers.staff import Caseworker, Screen, press
from handlers.talk import Code, Say
from storage.books import Books, Letter, Store
from storage.homes import Tie
from tests.canaries import Canaries, found, in_tables
from tests.cases import Keys
from tests.test_casebook import KIT, LEAD, MAN, Room, keys, labels, room, said, small_room
from tests.test_staff_room import house

__all__ = ["house", "keys", "room", "small_room"]

QUARTER = 15 * 60
SOME, MANY = "seen in 2–4 other cases", "seen in 5 or more other cases"
TIED = ("family", "family", "relate")  # the question and its answer each show a name
MAIN = "https://t.me/zz_invented_main"


def post(channel: str, number: int = 1) -> str:
    return f"https://t.me/zz_invented_{channel}/{number}"


def at(channel: str) -> Home:
    return Home("telegram", f"https://t.me/zz_invented_{channel}")


def lender_of(room: Room) -> Lender:
    return Lender(room.keys.staff)


async def carded(room: Room, case_id: str) -> None:
    """The case's card is made: from then on its links and homes are counted."""
    letter = Letter(1, "staff", "card", case_id, None, 1, {}, room.now(), 0, None)
    async with room.store.begin() as books:
        await Clerk(Group(-100, None, "zz_bot"), room.keys.staff).card(books, letter, room.now())


async def filed(room: Room, *urls: str, name: str, minor: str = "no") -> str:
    case_id = await room.file(name=name, urls=list(urls), minor=minor)
    await carded(room, case_id)
    return case_id


async def held(room: Room, *urls: str, name: str = "quiet heron", minor: str = "no") -> str:
    case_id = await filed(room, *urls, name=name, minor=minor)
    await room.take(case_id)
    return case_id


async def test_a_link_that_is_also_of_somebody_under_age_is_marked_where_it_is_shown(
    room: Room,
) -> None:
    await filed(room, post("a"), name="calm otter", minor="unsure")
    case_id = await held(room, post("a"), post("b"))

    shown = said(await room.press("show", case_id)).split("\n")

    (line,) = [n for n, text in enumerate(shown) if "may be under 18. Please do not open" in text]
    assert [text[:2] for text in shown[:line] if text[:2] in ("1.", "2.")] == ["1."]


async def type_in(room: Room, text: str, message: int = 8) -> Screen:
    screen, _ = await room.book.type(room.act(message=message), text)
    return screen


async def tie(room: Room, case_id: str, kind: str, text: str, number: int = 1) -> Screen:
    await room.press("relate", case_id, number, kind)
    return await type_in(room, text)


async def kept(room: Room) -> int:
    """How many homes are kept, whoever needs them."""
    async with room.store.begin() as books:
        return len(await books.homes.named([room.keys.staff.mark(url) for url in EVERY]))


EVERY = [MAIN, *(at(one).url for one in ("a", "b", "c", "d"))]


async def erase(room: Room, case_id: str) -> None:
    async with room.store.begin() as books:
        await books.cases.erase(case_id)


# Seen elsewhere


@pytest.mark.parametrize(
    ("others", "line"),
    [(0, ""), (1, ""), (2, SOME), (4, SOME), (5, MANY), (6, MANY)],
)
async def test_other_cases_with_the_same_link_are_told_as_few_or_many(
    room: Room, others: int, line: str
) -> None:
    for number in range(others):
        await filed(room, post("a"), post("a", 9), name=f"zz other {number}")
    case_id = await held(room, post("a"), post("b"))

    shown = said(await room.press("show", case_id))

    assert shown.count("seen in") == bool(line)
    assert (f"This link: {line}." in shown) == bool(line)
    assert "zz other" not in shown


async def test_other_cases_with_the_same_channel_are_told_as_few_or_many(room: Room) -> None:
    for number in range(5):
        await filed(room, post("a", 10 + number), name=f"zz other {number}")
    for number in range(2):
        await filed(room, post("a", 1), name=f"zz same {number}")
    case_id = await held(room, post("a", 1), post("a", 2), post("b", 3))

    lines = said(await room.press("show", case_id)).splitlines()

    told = [line for line in lines if "seen in" in line]
    assert told == [
        "This link: seen in 2–4 other cases.",
        "Its channel, account or site: seen in 5 or more other cases.",
        "Its channel, account or site: seen in 5 or more other cases.",
    ]


async def test_many_links_of_one_case_are_one_case(small_room: Room) -> None:
    await filed(small_room, *(post("a", n) for n in range(9)), name="zz other")
    case_id = await held(small_room, *(post("a", n) for n in range(9)))

    assert "seen in" not in said(await small_room.press("show", case_id))


async def test_links_from_before_get_their_homes_when_they_are_shown(small_room: Room) -> None:
    room = small_room
    case_id = await room.held(urls=[post("a"), "https://youtu.be/INVENTED-01"])
    async with room.store.begin() as books:
        assert {row.home for row in await books.links.of(case_id)} == {None}

    await room.press("show", case_id)

    async with room.store.begin() as books:
        homes = [row.home for row in await books.links.of(case_id)]
    assert homes == [room.keys.staff.mark(at("a").url), None]


async def test_a_name_is_nowhere_in_the_books_but_sealed(room: Room) -> None:
    case_id = await held(room, post("a"))
    await tie(room, case_id, "sub", MAIN)
    await room.press("draw", case_id)

    names = [Canaries("home", "zz_invented_", ("zz_invented_a", "zz_invented_main"))]

    assert not found(await in_tables(room.store), names)


# Ties


async def test_a_tie_is_typed_kept_audited_and_taken_out_of_the_chat(room: Room) -> None:
    case_id = await held(room, post("a"), post("a", 2), post("b"))

    asked = await room.press("relate", case_id, 1, "sub")
    page = await type_in(room, "呢個 https://t.me/s/ZZ_invented_main/77 呀")

    assert "t.me/zz_invented_a → sub-channel of … ?" in said(asked)
    assert said(page).startswith("It is kept.")
    assert "1. t.me/zz_invented_a → sub-channel of t.me/zz_invented_main" in said(page)
    assert await room.audit() == ["take", *TIED]
    gone = [one.body["message"] for one in await room.letters() if one.kind == "withdraw"]
    assert gone == [8]
    listed = said(await room.press("family", case_id)).splitlines()
    assert listed[1:5] == [
        "1, 2: t.me/zz_invented_a",
        "   → sub-channel of t.me/zz_invented_main",
        "3: t.me/zz_invented_b",
        "• t.me/zz_invented_main",
    ]
    assert await room.audit() == ["take", *TIED, "family"]


async def test_two_homes_of_one_case_are_tied_by_their_numbers(room: Room) -> None:
    case_id = await held(room, post("a"), post("b"), post("c"))

    asked = await room.press("relate", case_id, 2, "ads")
    assert labels(asked) == ["1", "3", "Back"]
    page = await room.book.press(room.act(), asked.buttons[1].name)

    assert "t.me/zz_invented_b → advertised by t.me/zz_invented_c" in said(page)
    assert [len(button.name.encode()) <= 64 for button in page.buttons] == [True] * 5


async def test_a_tie_is_removed_and_what_only_it_needed_with_it(room: Room) -> None:
    case_id = await held(room, post("a"))
    page = await tie(room, case_id, "copies", MAIN)
    assert await kept(room) == 2

    remove = next(one for one in page.buttons if one.name.startswith("part"))
    page = await room.book.press(room.act(), remove.name)

    assert "It is removed." in said(page)
    assert "main" not in said(page)
    assert await kept(room) == 1
    assert await room.audit() == ["take", *TIED, "family", "unrelate"]


async def test_a_replayed_tie_is_kept_and_audited_once(small_room: Room) -> None:
    room = small_room
    case_id = await held(room, post("a"))
    await room.press("relate", case_id, 1, "sub")
    act = room.act(message=8)

    pages = [await room.book.type(act, MAIN) for _ in range(2)]

    assert pages[0] == pages[1]
    assert await room.audit() == ["take", *TIED]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("zz no link at all", "I cannot tell a channel"),
        ("https://youtu.be/INVENTED-01", "I cannot tell a channel"),
        (post("a", 99), "That is the same one."),
    ],
)
async def test_what_tells_no_other_home_is_asked_again(
    small_room: Room, typed: str, answer: str
) -> None:
    room = small_room
    case_id = await held(room, post("a"))

    page = await tie(room, case_id, "sub", typed)

    assert answer in said(page)
    assert (page.asks, page.number) == ("sub", 1)
    assert await room.audit() == ["take", "family", "family"]


async def test_the_question_goes_on_after_words_that_told_nothing(small_room: Room) -> None:
    case_id = await held(small_room, post("a"))
    await tie(small_room, case_id, "sub", "zz no link")

    await small_room.press("relate", case_id, 1, "sub")

    assert "It is kept." in said(await type_in(small_room, MAIN))


async def test_a_link_without_a_home_leads_back_to_the_list(small_room: Room) -> None:
    room = small_room
    case_id = await held(room, "https://youtu.be/INVENTED-01", post("a"))

    for verb, number, word in (("home", 1, ""), ("relate", 1, "sub"), ("relate", 2, "zz")):
        page = await room.press(verb, case_id, number, word)
        assert "its channels, accounts and sites" in said(page)
    assert "t.me/zz_invented_a" in said(await room.press("pair", case_id, 20009, "sub"))
    only = await held(room, "https://youtu.be/INVENTED-02", name="calm otter")
    assert "None of these links tells" in said(await room.press("family", only))
    assert "None of these links tells" in said(await room.press("draw", only))


async def test_what_is_shown_of_a_family_is_hidden_in_time(small_room: Room) -> None:
    room = small_room
    case_id = await held(room, post("a"))

    for verb, word in (("family", ""), ("home", ""), ("relate", "sub")):
        await room.press("panel", case_id)
        await room.press(verb, case_id, 1, word)
        hides = [one for one in await room.letters(after=QUARTER) if one.kind == "hide"]
        assert [one.due for one in hides] == [room.now() + timedelta(seconds=QUARTER)]
        room.clock.move(60)


async def test_another_case_of_the_family_knows_the_name_and_never_the_case(room: Room) -> None:
    first = await held(room, post("a"))
    await tie(room, first, "sub", MAIN)
    second = await held(room, post("main", 5), name="calm otter")

    page = said(await room.press("family", second))

    assert "• t.me/zz_invented_a" in page
    assert "→ sub-channel of t.me/zz_invented_main" in page
    assert "quiet heron" not in page


# Under 18


@pytest.mark.parametrize("minor", ["yes", "unsure"])
async def test_where_somebody_may_be_under_18_homes_are_closed_like_links(
    room: Room, minor: str
) -> None:
    case_id = await held(room, post("a"), post("b"), minor=minor)

    for verb, number, word in (
        ("family", 0, ""),
        ("home", 1, ""),
        ("relate", 1, "sub"),
        ("pair", 10002, "sub"),
        ("part", 1, ""),
        ("draw", 0, ""),
    ):
        page = await room.press(verb, case_id, number, word)
        assert "These links stay closed" in said(page)
        assert "zz_invented" not in said(page)
    assert await room.audit() == ["take"]


async def test_a_lead_who_said_why_sees_the_family_too(small_room: Room) -> None:
    room = small_room
    case_id = await filed(room, post("a"), name="quiet heron", minor="yes")
    await room.take(case_id, LEAD)
    await room.book.press(room.act(LEAD), press("unlock", case_id))
    await room.book.type(room.act(LEAD, message=8), "zz invented reason")

    page = await room.book.press(room.act(LEAD), press("family", case_id))

    assert "1: t.me/zz_invented_a" in said(page)


async def test_a_home_that_only_closed_cases_know_is_in_nobodys_family(room: Room) -> None:
    async with room.store.begin() as books:
        marks = [await keep(books, at(one), room.keys.staff) for one in ("a", "main", "b")]
    closed = await filed(room, post("a"), name="calm otter", minor="yes")
    case_id = await held(room, post("main"))
    async with room.store.begin() as books:
        await keep(books, at("b"), room.keys.staff)
        await books.homes.tie(Tie(marks[0], "sub", marks[1]))
        await books.homes.tie(Tie(marks[2], "sub", marks[0]))

    hidden = said(await room.press("family", case_id))
    await filed(room, post("a", 2), name="brave wren")
    shown = said(await room.press("family", case_id))

    assert "zz_invented_a" not in hidden
    assert "zz_invented_b" not in hidden
    assert "zz_invented_a" in shown
    assert "zz_invented_b" in shown
    assert closed


# The picture


async def drawing(room: Room) -> tuple[Letter, Errand]:
    (letter,) = [one for one in await room.letters() if one.kind == "family"]
    async with room.store.begin() as books:
        return letter, await lender_of(room).family(books, letter, room.now())


async def test_the_picture_is_made_when_it_is_delivered(room: Room) -> None:
    case_id = await held(room, post("a"), post("b"))
    await tie(room, case_id, "sub", MAIN)

    panel = await room.press("draw", case_id)
    letter, errand = await drawing(room)

    assert "zz_invented" not in said(panel)
    assert letter.body == {"chat": KIT.id, "language": "en"}
    assert isinstance(errand, Send)
    parcel = errand.parcel
    assert (parcel.chat, parcel.protect) == (KIT.id, True)
    assert parcel.attached is not None
    assert parcel.attached.name == "family.png"
    assert parcel.attached.data.startswith(b"\x89PNG")
    assert "1: t.me/zz_invented_a" in parcel.answer.text
    assert "→ sub-channel of t.me/zz_invented_main" in parcel.answer.text
    assert await room.audit() == ["take", *TIED, "draw family"]


async def test_the_picture_is_taken_away_in_time(small_room: Room) -> None:
    room = small_room
    case_id = await held(room, post("a"))
    await room.press("draw", case_id)
    letter, errand = await drawing(room)

    async with room.store.begin() as books:
        after = lender_of(room).kinds()["family"].after
        assert after is not None
        await after(books, letter, errand, Done(99), room.now())

    away = [one for one in await room.letters(after=QUARTER) if one.kind == "withdraw"]
    assert [(one.body["message"], one.due) for one in away] == [
        (99, room.now() + timedelta(seconds=QUARTER))
    ]


async def test_no_picture_comes_to_who_has_the_case_no_more(small_room: Room) -> None:
    room = small_room
    for end in ("give", "end"):
        case_id = await held(room, post("a"), name=f"zz {end}")
        await room.press("draw", case_id)
        await room.press(end, case_id, 0, "withdrawn" if end == "end" else "")
        letters = [one for one in await room.letters() if one.kind == "family"]
        letter = next(one for one in letters if one.case_id == case_id)
        async with room.store.begin() as books:
            assert not holds(KIT, await books.cases.get(case_id))
            assert await lender_of(room).family(books, letter, room.now()) == Nothing()


async def test_no_picture_comes_once_the_links_are_closed_again(small_room: Room) -> None:
    room = small_room
    case_id = await filed(room, post("a"), name="quiet heron", minor="yes")
    await room.take(case_id, LEAD)
    await room.book.press(room.act(LEAD), press("unlock", case_id))
    await room.book.type(room.act(LEAD, message=8), "zz invented reason")
    await room.book.press(room.act(LEAD), press("draw", case_id))
    _, open_still = await drawing(room)
    async with room.store.begin() as books:
        await books.outbox.drop(f"unlocked:{case_id}:{LEAD.id}")

    _, closed_again = await drawing(room)

    assert isinstance(open_still, Send)
    assert closed_again == Nothing()


async def test_no_picture_comes_while_all_work_has_stopped(small_room: Room) -> None:
    room = small_room
    case_id = await held(room, post("a"))
    await room.press("draw", case_id)
    await room.book.freeze(room.act(LEAD), on=True)

    _, errand = await drawing(room)

    assert errand == Nothing()


async def test_a_replayed_press_draws_once(small_room: Room) -> None:
    room = small_room
    case_id = await held(room, post("a"))
    act = room.act()

    for _ in range(2):
        await room.book.press(act, press("draw", case_id))

    assert len([one for one in await room.letters() if one.kind == "family"]) == 1
    assert await room.audit() == ["take", "draw family"]


async def test_family_asks_which_case_or_draws_the_one_that_is_named(room: Room) -> None:
    case_id = await held(room, post("a"))
    other = await filed(room, post("b"), name="calm otter")
    await room.take(other, MAN)

    which = await room.book.family(room.act(), "")
    named = await room.book.family(room.act(), "Quiet Heron")
    not_mine = await room.book.family(room.act(), "calm otter")
    nobodys = await room.book.family(room.act(Caseworker(44, "zz", "en")), "")

    assert [button.name for button in which.buttons] == [press("draw", case_id)]
    assert "The picture comes in a moment" in said(named)
    assert said(not_mine) == "阿文 has calm otter."
    assert said(nobodys) == "You hold no case now."
    assert await room.audit("calm otter") == ["take"]
    letter, _ = await drawing(room)
    assert letter.case_id == case_id


@pytest.mark.parametrize("language", ["en", "yue_Hant", None])
def test_a_caption_says_as_much_as_telegram_takes(language: str | None) -> None:
    homes = [at(f"{'x' * 20}{number}") for number in range(40)]
    bonds = tuple(Bond(one, "copies", homes[0]) for one in homes[1:])
    voice = Voice(language, datetime(2027, 1, 15, tzinfo=UTC).date())

    def fits(says: Sequence[Say]) -> bool:
        return units(voice.page(says).text) <= MOST_OF_A_CAPTION

    says = caption(Family(tuple(map(Kin, homes)), bonds), fits)

    assert fits(says)
    assert not fits((*says, *says))
    few = Family(tuple(map(Kin, homes[:2])), bonds[:1])
    codes = [blank for say in caption(few, fits) for blank in say.blanks.values()]
    assert len(caption(few, fits)) == 4
    assert Code(homes[0].name) in codes
    assert len(caption(few, lambda says: False)) == 2
    left_off = caption(Family(few.kin, few.bonds, more=3), fits)[-1]
    assert left_off.blanks == {"more": 3}


# Forgetting


async def test_the_last_case_takes_its_homes_along(room: Room) -> None:
    first, second = [await filed(room, post("a"), name=name) for name in ("zz one", "zz two")]

    await erase(room, first)
    between = await kept(room)
    await erase(room, second)

    assert [between, await kept(room)] == [1, 0]


async def test_what_the_staff_tied_to_a_kept_case_stays_and_nothing_behind_it(
    room: Room,
) -> None:
    """a is the erased case's, and b's of the kept one is tied to it; main was tied only to a."""
    erased, stays = await held(room, post("a")), await held(room, post("b"), name="calm otter")
    await tie(room, erased, "sub", MAIN)
    await tie(room, stays, "copies", post("a"))
    assert await kept(room) == 3

    await erase(room, erased)
    page = said(await room.press("family", stays))

    assert "→ copies from t.me/zz_invented_a" in page
    assert "main" not in page
    assert await kept(room) == 2
    await erase(room, stays)
    assert await kept(room) == 0


async def test_a_tie_that_two_cases_have_survives_the_first(room: Room) -> None:
    first, second = await held(room, post("a")), await held(room, post("a", 2), name="calm otter")
    await tie(room, first, "sub", MAIN)

    await erase(room, first)

    assert "→ sub-channel of t.me/zz_invented_main" in said(await room.press("family", second))


async def test_a_home_is_not_forgotten_while_another_case_is_just_getting_it(
    store: Store, keys: Keys, room: Room
) -> None:
    """Whoever comes first, in the end the link that is kept has its home's name."""
    for number in range(10):
        old = await filed(room, post("a"), name=f"zz old {number}")
        new = await room.file(name=f"zz new {number}", urls=[post("a", 2)])
        await asyncio.gather(erase(room, old), carded(room, new))
        assert await kept(room) == 1
        await erase(room, new)
        assert await kept(room) == 0


# One draft for a whole family


async def tie_all(books: Books, keys: Keys, ties: list[tuple[str, str]]) -> dict[str, bytes]:
    names = {name for pair in ties for name in pair}
    marks = {name: await keep(books, at(name), keys.staff) for name in sorted(names)}
    for one, other in ties:
        await books.homes.tie(Tie(marks[one], "sub", marks[other]))
    return marks


async def test_one_home_leads_to_its_whole_family_and_to_no_other(
    store: Store, keys: Keys
) -> None:
    async with store.begin() as books:
        ties = [("a", "main"), ("b", "main"), ("c", "b"), ("x", "y")]
        marks = await tie_all(books, keys, ties)

        whole = await family_of(books, keys.staff, marks["c"])
        alone = await family_of(books, keys.staff, keys.staff.mark("https://t.me/zz_nobody"))

    assert whole[:2] == (at("c"), at("b"))
    assert set(whole) == {at("a"), at("b"), at("c"), at("main")}
    assert alone == ()


async def test_a_family_without_end_is_cut_at_forty(store: Store, keys: Keys) -> None:
    async with store.begin() as books:
        marks = await tie_all(books, keys, [(f"n{n}", f"n{n + 1}") for n in range(60)])
        hub = await tie_all(books, keys, [(f"m{n}", "hub") for n in range(60)])

        chain = await family_of(books, keys.staff, marks["n0"])
        star = await family_of(books, keys.staff, hub["hub"])

    assert chain == tuple(at(f"n{n}") for n in range(MOST_DRAWN))
    assert len(star) == MOST_DRAWN


async def test_a_case_of_many_homes_draws_those_that_are_tied_first(room: Room) -> None:
    case_id = await held(room, *(post(f"n{n}") for n in range(50)))
    await tie(room, case_id, "sub", MAIN, number=50)

    async with room.store.begin() as books:
        of = await family(books, await books.cases.get(case_id), room.keys.staff)

    assert len(of.kin) == MOST_DRAWN
    assert {at("n49"), Home("telegram", MAIN)} <= {kin.home for kin in of.kin}
    assert of.more == 11
    pages = [await room.press("family", case_id, page) for page in range(4)]
    listed = " ".join(said(page) for page in pages)
    assert all(f"zz_invented_n{n}\n" in listed + "\n" for n in range(50))
    assert all(units(said(page)) < 4096 for page in pages)


def test_each_tie_has_a_verb_of_its_own() -> None:
    from handlers.verbs import TYPED

    assert TIES.keys() <= TYPED.keys()


# Through the sandbox


async def test_a_family_is_tied_drawn_and_taken_away_again(house: Any) -> None:
    async with house() as at_work:
        kit = at_work.kit
        await at_work.held(urls=[post("a"), post("b")])
        await at_work.press(kit, "Show links", post("b"))
        await at_work.press(kit, "Family", "2: t.me/zz_invented_b")
        await at_work.press(kit, "1", "What is it to another one?")
        await at_work.press(kit, "advertised by", "Type the link of the other one")
        await kit.say("https://t.me/zz_invented_main/3")
        await kit.sees("It is kept.")
        await kit.until(
            lambda screen: not any("main/3" in one.text for one in screen), "what was typed"
        )

        await kit.say("/family quiet heron")
        drawn = await kit.sees("The numbers are those of the links.")
        assert (drawn.media, drawn.protected) == ("photo", True)
        assert "→ advertised by t.me/zz_invented_main" in drawn.text
        await at_work.awaits(QUARTER)
        at_work.move(QUARTER + 1)
        await kit.until(lambda screen: drawn.id not in [one.id for one in screen], "taken away")

        assert await at_work.audit() == [
            "take",
            "reveal",
            "family",
            "family",
            *TIED,
            "draw family",
        ]
        for message in at_work.sandbox.group.messages.values():
            assert "zz_invented" not in repr(message)
