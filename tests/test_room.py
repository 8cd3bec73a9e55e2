"""The room check: the table by itself, then the staff group of the sandbox, set up badly."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.clerk import Room
from bot.inspector import facts_of
from bot.noticeboard import Noticeboard
from bot.parcels import Nothing
from bot.sandbox.phone import Phone, Shown
from handlers import digest, room
from handlers.casework import Act
from handlers.guestbook import Guestbook
from handlers.room import DAY, RULES, Check, Facts, Member, broken, leaks, screen
from handlers.spoken import Voice, units
from handlers.staff import Caseworker
from locales import LANGUAGES
from locales.catalogue import wording
from storage.books import Case, Store
from storage.keys import DoorKeys, StaffKeys
from tests.cases import Keys, file_case
from tests.test_staff import CASE
from tests.test_staff_room import House, opened

LEE, MEI, RAY = Member(41, "Lee"), Member(42, "阿美"), Member(43, "Ray")
PLODDER = Member(77, "zz invented bot")
GOOD = Facts(leads=(LEE,))
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
BAD: dict[str, dict[str, Any]] = {
    "public": {"public": True},
    "channel": {"channel": True},
    "link": {"link": True},
    "history": {"history": True},
    "forwarding": {"forwarding": True},
    "bots": {"bots": (PLODDER,)},
    "previews": {"previews": True},
    "for ever": {"timer": 0},
    "too short": {"timer": 2 * DAY},
    "administrator": {"administrator": False, "delete": False, "history": None},
    "delete": {"delete": False},
    "more": {"more": True},
}
HELD = "Details are held back"
PATHS = {rule.key: rule.path for rule in RULES}
BAD_WORDS = {rule.key: rule.bad for rule in RULES}


def found(facts: Facts, *unknown: Member, missed: str = "") -> Check:
    return Check(TODAY.isoformat(), facts, unknown, missed)


def text(check: Check, language: str | None = "en") -> str:
    return Voice(language, TODAY).message(screen(check).says).text


# The table


def test_a_room_in_order_is_green_and_says_what_was_looked_at() -> None:
    shown = text(found(GOOD))

    assert shown.startswith("🟢 This room is in order.")
    assert "✓ Who joins does not see what was written before." in shown
    assert "✓ Administrators: Lee." in shown
    assert "🔴" not in shown
    assert "What I cannot see: bots that came before me" in shown
    assert screen(found(GOOD)).buttons == ()


@pytest.mark.parametrize("key", BAD)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_is_one_red_line_with_its_path(key: str, language: str) -> None:
    check = found(replace(GOOD, **BAD[key]))

    assert [rule.key for rule in broken(check)] == [key]
    shown = text(check, language)
    assert f"→ {wording(PATHS[key], language)}" in shown
    assert "🟢" not in shown
    assert shown.count("→") == 1


def test_every_rule_has_a_test() -> None:
    assert {rule.key for rule in RULES} == BAD.keys() | {"unknown"}


def test_content_leaks_by_these_and_by_no_others() -> None:
    leaking = {key for key in BAD if leaks(found(replace(GOOD, **BAD[key])))}

    blind = {"administrator"}  # who is none is not told whether the history is visible
    plain = {"public", "channel", "link", "history", "forwarding", "bots"}
    assert leaking == plain | blind
    assert leaks(found(GOOD, MEI)) == {"unknown"}
    assert "lets nothing out" in text(found(replace(GOOD, previews=True)))
    assert text(found(replace(GOOD, history=True))).startswith("🔴")


def test_who_already_sees_the_history_is_said() -> None:
    assert "who is in the group already keeps" in text(found(replace(GOOD, history=True)))


def test_what_cannot_be_seen_is_neither_red_nor_in_order() -> None:
    blind = found(replace(GOOD, history=None, previews=None))

    assert broken(blind) == ()
    assert "Who joins" not in text(blind)
    assert "preview" not in text(blind)


def test_a_room_that_was_never_seen_is_not_green() -> None:
    assert text(Check()).startswith("⚪ I could not look at this room yet.")
    assert leaks(Check(missed="2026-11-24")) == frozenset()


def test_a_room_that_is_out_of_sight_keeps_its_last_result_and_day() -> None:
    shown = text(found(replace(GOOD, public=True), missed="2026-11-26"))

    assert shown.startswith("⚪ Since 26 Nov 2026 I cannot look at this room.")
    assert "24 Nov 2026" in shown
    assert "The group is public" in shown


def test_the_button_stands_for_exactly_those_it_names() -> None:
    one, both = screen(found(GOOD, LEE)), screen(found(GOOD, LEE, MEI))

    assert one.buttons[0].name != both.buttons[0].name
    assert both.buttons == screen(found(GOOD, MEI, LEE)).buttons
    assert screen(found(GOOD, LEE), private=True).buttons == ()


def test_the_worst_room_fits_into_one_message() -> None:
    many = tuple(Member(number, "阿" * 64) for number in range(20))
    worst = Facts(True, True, True, True, True, True, 0, many, many, True, False, True)

    assert units(text(found(worst, *many), None)) <= 4096


def test_a_page_of_many_cases_is_bare_too() -> None:
    calm = replace(CASE, id="b" * 32, name="calm otter", urgency="calm", minor="yes")

    shown = Voice("en", TODAY).message(*page_of(calm, CASE))

    assert [key.label for row in shown.rows for key in row] == ["calm otter", "quiet heron"]
    assert HELD in shown.text
    for detail in ("⚠", "urgent", "Not urgent", "(1)"):
        assert detail not in shown.text


def page_of(*cases: Case) -> tuple[Any, Any]:
    bare = digest.page("0" * 32, cases, 0, NOW, bare=True)
    return bare.says, bare.buttons


def test_news_of_a_person_are_bare_too() -> None:
    shown = Voice("en", TODAY).message(room.bare_news(CASE, "zz_bot").says).text

    assert shown.startswith("quiet heron: there is news from the person.")


# What Telegram tells

ME = {"user": {"id": 1, "is_bot": True, "first_name": "us"}, "can_delete_messages": True}
OWNER = {"user": {"id": 2, "is_bot": False, "first_name": "Ada", "last_name": "Lee"}}
OTHER = {"user": {"id": 3, "is_bot": True, "first_name": "zz bot"}}


def test_what_is_left_out_of_an_answer_is_off() -> None:
    facts = facts_of({"id": -100}, [OWNER, ME], [], 1)

    assert facts == Facts(
        forwarding=True, previews=None, timer=0, leads=(Member(2, "Ada Lee"),), delete=True
    )


def test_every_field_is_read() -> None:
    group = {
        "active_usernames": ["zz_invented"],
        "linked_chat_id": -1,
        "invite_link": "zz",
        "has_visible_history": True,
        "has_protected_content": True,
        "message_auto_delete_time": 5,
        "permissions": {"can_add_web_page_previews": True},
    }
    me = ME | {"can_pin_messages": True, "can_manage_chat": True}

    facts = facts_of(group, [OWNER, me, OTHER], [PLODDER], 1)

    assert facts == Facts(
        public=True,
        channel=True,
        link=True,
        history=True,
        previews=True,
        timer=5,
        leads=(Member(2, "Ada Lee"),),
        bots=(Member(3, "zz bot"), PLODDER),
        more=True,
    )


def test_who_is_no_administrator_is_not_told_of_the_history() -> None:
    facts = facts_of({"id": -100}, [OWNER], [], 1)

    assert (facts.history, facts.administrator) == (None, False)


# In the sandbox

Open = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def house(sqlite_store: Store, door_keys: DoorKeys, staff_keys: StaffKeys) -> Open:
    keys = Keys(door_keys, staff_keys)
    return lambda **what: opened(sqlite_store, keys, **what)


async def looked(at: House, words: str) -> Shown:
    """Ask in the group; the room's card, once it says these words."""
    await at.group.say("/room")
    return await at.group.sees(words)


async def green(at: House) -> Shown:
    """The room's card, once there is one alone, and it is green."""

    def cards(screen: list[Shown]) -> list[Shown]:
        return [one for one in screen if one.text[:1] in "🟢🟠🔴⚪" and one.text]

    shown = await at.group.until(
        lambda screen: [one.text[:1] for one in cards(screen)] == ["🟢"], "one green card"
    )
    return cards(shown)[0]


def lead(at: House, **where: Any) -> Phone:
    """The owner of the group."""
    return at.phone("阿文", **where)


async def test_each_setting_makes_its_line_in_both_languages(house: Open) -> None:
    settings = {
        "public": ("username", "zz_invented"),
        "history": ("history", True),
        "forwarding": ("forwarding", True),
        "previews": ("previews", True),
        "for ever": ("timer", 0),
        "too short": ("timer", 2 * DAY),
    }
    async with house() as at:
        for key, (what, value) in settings.items():
            before = at.sandbox.group.settings
            at.sandbox.set_up(**{what: value})
            card = await looked(at, BAD_WORDS[key].format(days=2))
            assert PATHS[key] in card.text
            assert wording(PATHS[key], "yue_Hant") in card.text
            assert card.text.count("→") == 2
            at.sandbox.group.settings = before


async def test_the_staff_bots_own_rights_are_looked_at(house: Open) -> None:
    async with house() as at:
        bot = at.sandbox.bot("staff").id
        at.sandbox.group.rights[bot] = ()
        await looked(at, PATHS["delete"])
        del at.sandbox.group.rights[bot]
        await looked(at, PATHS["more"])
        at.sandbox.set_administrator(bot, False)
        await looked(at, PATHS["administrator"])


async def test_asked_for_the_card_comes_down_and_the_old_one_goes(house: Open) -> None:
    async with house() as at:
        old = await at.group.sees("This room is in order")
        await at.group.say("lunch?")
        await at.group.say("/room")

        screen = await at.group.until(
            lambda screen: old.id not in [one.id for one in screen], "the old card gone"
        )

        assert [one.silent for one in screen if "🟢" in one.text] == [True]


async def test_the_check_is_shown_in_private_in_ones_own_language(house: Open) -> None:
    async with house() as at:
        await at.kit.start()
        await at.kit.say("/room")
        mine = await at.kit.sees("🟢 This room is in order")

        assert "呢個群組" not in mine.text


async def test_cards_shrink_while_content_leaks_and_come_back(house: Open) -> None:
    async with house() as at:
        await at.held(name="calm otter")
        await at.file()
        card = await at.group.sees("quiet heron")
        assert "How urgent" in card.text
        at.sandbox.set_up(history=True)

        red = await looked(at, "🔴 Content may leak")
        await at.group.until(
            lambda screen: sum(HELD in one.text for one in screen) == 2, "two bare cards"
        )

        assert not red.silent
        bare = {one.labels()[0]: one for one in await at.group.screen() if HELD in one.text}
        assert bare.keys() == {"接手 · Take", "打開 · Open"}
        assert bare["接手 · Take"].id == card.id
        for one in bare.values():
            assert len(one.text.splitlines()) == 5  # the name and the line, in each language
            for detail in ("Kit", "Telegram", "urgent", "Links"):
                assert detail not in one.text
        at.sandbox.set_up(history=False)
        await at.group.say("/room")
        await green(at)
        await at.group.until(
            lambda screen: sum("How urgent" in one.text for one in screen) == 2, "details again"
        )


async def test_a_new_case_and_lists_hold_back_too_and_can_still_be_taken(house: Open) -> None:
    async with house() as at:
        at.sandbox.set_up(forwarding=True)
        await looked(at, "Members can forward")
        await at.file()
        await at.group.say("/queue")
        await at.group.sees("lists are only in the private chat")

        await at.group.press("Take")

        await at.group.toast("quiet heron is yours")
        taken = await at.group.until(
            lambda screen: any("打開 · Open" in one.labels() for one in screen), "taken"
        )
        assert not any("With: Kit" in one.text for one in taken)


async def test_an_untidy_room_holds_nothing_back(house: Open) -> None:
    async with house() as at:
        await at.file()
        at.sandbox.set_up(previews=True)

        await looked(at, "🟠 This room lets nothing out")
        await at.group.say("/queue")

        await at.group.sees("Waiting: 1")
        assert "How urgent" in (await at.group.sees("• Links: 3")).text


async def test_another_bot_is_seen_as_it_joins_and_forgotten_as_it_leaves(house: Open) -> None:
    async with house() as at:
        door = at.sandbox.bot("door").id
        at.sandbox.join(door)
        red = await at.group.sees("Another bot is here and may read along: Front Door.")

        at.sandbox.leave(door)

        assert (await green(at)).id == red.id


async def test_a_bot_is_seen_by_a_staff_bot_that_is_no_administrator(house: Open) -> None:
    async with house() as at:
        at.sandbox.set_administrator(at.sandbox.bot("staff").id, False)
        await at.group.sees("I am no administrator")

        at.sandbox.join(at.sandbox.bot("door").id)

        await at.group.sees("may read along: Front Door")


async def test_a_bot_that_left_unseen_is_asked_for(house: Open) -> None:
    async with house() as at:
        door = at.sandbox.bot("door").id
        at.sandbox.join(door)
        await at.group.sees("may read along: Front Door")
        at.sandbox.group.standing[door] = "left"  # and no update tells of it

        await at.group.say("/room")

        await green(at)


async def test_a_timer_is_seen_as_it_is_set(house: Open) -> None:
    async with house() as at:
        at.sandbox.set_up(timer=0)

        await at.group.sees("Messages stay here for ever.")


async def test_an_unknown_administrator_is_vouched_for_by_a_known_lead_only(house: Open) -> None:
    async with house() as at:
        mei = at.sandbox.add_person("阿美", "zh-hk")
        at.sandbox.join(mei.id)
        at.sandbox.set_administrator(mei.id)
        card = await at.group.sees("Nobody has vouched for an administrator yet: 阿美.")
        assert card.labels() == ["我哋識佢 · We know them"]

        await at.group.press("We know them")
        await at.group.toast("Only a lead")
        stranger = at.phone("阿美", group=True)
        await stranger.press("We know them")
        await stranger.toast("已經認咗")
        assert leaking(await at.group.screen())
        await lead(at, group=True).press("We know them")

        card = await green(at)
        assert "Administrators: 阿文, 阿美." in card.text
        assert card.buttons == ()
        assert await at.audit("") == [f"know administrator {mei.id}"]


def leaking(shown: list[Shown]) -> bool:
    return any("🔴" in one.text for one in shown)


async def test_all_cards_and_pages_are_written_anew_the_open_ones_first(
    store: Store, door_keys: DoorKeys, staff_keys: StaffKeys
) -> None:
    keys, page = Keys(door_keys, staff_keys), "e" * 32
    shown, closed, waits, listed = [
        await file_case(store, keys, NOW.timestamp(), name=name)
        for name in ("calm otter", "odd wren", "quiet heron", "slow newt")
    ]
    board = Noticeboard(Room(-100, None, "zz_bot"))
    async with store.begin() as books:
        await books.cases.claim(closed, 1, "Kit")
        await books.cases.close(closed, 1, "removed", erased_on=TODAY)
        for number, case_id in enumerate((shown, closed, waits), 1):
            await books.outbox.drop(f"card:{case_id}")
            await books.posts.put(case_id, -100, number, 1)
        await books.outbox.put_card(waits, "now", NOW, loud=True)
        await books.lines.put(page, [listed])
        letter = await books.outbox.get(f"card:{waits}")
        assert letter

        assert await board.renew(books, letter, NOW) == Nothing()

        assert (await books.posts.cards())[-1][0] == closed
        for key in (f"card:{shown}", f"card:{closed}", f"page:{page}"):
            assert await books.outbox.get(key)
        assert await books.outbox.get(f"card:{waits}") == letter


async def test_a_press_vouches_for_nobody_who_came_after_the_card(store: Store) -> None:
    book = Guestbook(store)
    await book.note(GOOD, [], NOW)
    old = await book.note(replace(GOOD, leads=(LEE, MEI)), [], NOW)
    await book.note(replace(GOOD, leads=(LEE, MEI, RAY)), [], NOW)
    act = Act(Caseworker(LEE.id, LEE.name, "en", leads=True), 1, 1, NOW, NOW)

    assert await book.know(act, room.mark_of(old.unknown)) == room.CHANGED
    assert await book.know(act, room.mark_of((MEI, RAY))) == room.KNOWN
    assert await book.know(act, room.mark_of((MEI, RAY))) == room.KNOWN
    async with store.begin() as books:
        assert [row.what for row in await books.audit.of("")] == [
            "know administrator 42",
            "know administrator 43",
        ]


async def test_who_was_no_administrator_meanwhile_is_unknown_again(house: Open) -> None:
    async with house() as at:
        owner = lead(at).person
        at.sandbox.group.standing[owner] = "member"
        at.sandbox.set_administrator(at.kit.person)
        await at.group.sees("vouched for an administrator yet: Kit.")

        at.sandbox.group.standing[owner] = "creator"

        await looked(at, "yet: 阿文, Kit.")


async def test_the_room_is_looked_at_every_day(house: Open) -> None:
    async with house() as at:
        at.sandbox.set_up(history=True)  # no update tells of it

        at.move(DAY + 1)

        red = await at.group.sees("🔴 Content may leak")
        assert not red.silent


async def test_a_room_that_cannot_be_looked_at_says_so_and_work_goes_on(house: Open) -> None:
    async with house() as at:
        await at.file()
        at.sandbox.faults = lambda role, method, params: (
            (400, "chat not found", {}) if method == "getChat" else None
        )

        await looked(at, "I cannot look at this room. What I saw before:")
        await at.kit.start()
        await at.kit.say("/room")
        await at.kit.sees("I cannot look at this room.")
        await at.group.press("Take")

        await at.group.sees("With: Kit")
        at.sandbox.faults = None
        at.move(601)
        await at.group.until(
            lambda screen: not any("cannot look" in one.text for one in screen), "seen again"
        )


async def test_what_leaked_before_it_went_out_of_sight_stays_held_back(house: Open) -> None:
    async with house() as at:
        at.sandbox.set_up(history=True)
        await looked(at, "🔴 Content may leak")
        at.sandbox.faults = lambda role, method, params: (
            (400, "chat not found", {}) if method == "getChat" else None
        )
        await looked(at, "I cannot look at this room")

        await at.file()

        await at.group.sees(HELD)
        at.sandbox.faults = None
