"""The clerk writes out each letter of the staff lane, from the books as they are now."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.alarm import ALARMS
from bot.parcels import (
    Delete,
    Done,
    Edit,
    Errand,
    Gone,
    Kind,
    Nothing,
    Outcome,
    Parcel,
    Send,
    shown_as,
)
from bot.rush import MANY
from handlers import (
    commands,
    counting,
    desk,
    digest,
    guestbook,
    leases,
    lists,
    marking,
    publication,
    room,
    staff,
)
from handlers.casebook import withdraw
from handlers.casework import put_fresh_card, summary
from handlers.digest import PAGE, post_key, put_page
from handlers.hours import HONG_KONG, at
from handlers.lists import A_PAGE, MOST_WITHDRAWN
from handlers.spoken import Answer, Voice
from handlers.staff import Caseworker, Screen
from handlers.talk import Button, Say
from locales import N_
from storage.books import Books, Case, Letter
from storage.keys import StaffKeys

POINTER_FOR = timedelta(seconds=60)
SHOWN_OF_A_LINK = 16  # hex digits, as `bot check --audit` tells them
UNTIL_LEADS_ARE_KNOWN = timedelta(seconds=60)
TIDY = timedelta(seconds=10)  # until a line that is taken goes, so that several go at once

PLAIN_PAGE = Say(N_("New cases are here, but their list cannot be shown. Please use /queue."))
PLAIN = Say(N_("A case is here, but its card cannot be shown. Please use /queue."))


@dataclass(slots=True)
class Room:
    """Where the staff group is (its id may change), which topic is ours, and the bot's name.

    *leads*: the group's administrators, as the rounds found them last.
    """

    chat: int
    topic: int | None
    username: str
    leads: tuple[int, ...] = ()


def here(now: datetime) -> datetime:
    """*now* in Hong Kong's time."""
    return now.astimezone(HONG_KONG)


def spoken(screen: Screen, language: str | None, now: datetime) -> Answer:
    """A screen in a language, or in all of them."""
    voice = Voice(language, here(now).date())
    return voice.message(screen.says, screen.buttons)


class Clerk:
    """Knows, for each kind of letter, what it wants now and what follows from it."""

    def __init__(self, room: Room, keys: StaffKeys) -> None:
        self.room, self.keys = room, keys

    def kinds(self) -> dict[str, Kind]:
        """The letters of the staff lane."""
        return {
            "card": Kind(self.card, self.after_card, paced=True),
            PAGE: Kind(self.page, self.after_page, paced=True),
            "leaf": Kind(self.lapse, self.after_leaf),
            "say": Kind(self.say, paced=True),
            "alarm": Kind(self.alarm, paced=True),
            "pointer": Kind(self.pointer, self.after_pointer, paced=True),
            "hide": Kind(self.hide),
            "lapse": Kind(self.lapse),
            "lease": Kind(self.lease, self.after_lease),
            "unclaimed": Kind(self.unclaimed),
            "offer": Kind(self.lapse, self.after_offer),
            "word": Kind(self.word),
            "leads": Kind(self.leads),
            "lead": Kind(self.lead, self.after_lead),
            "head": Kind(self.head),
            "withdraw": Kind(self.withdraw),
            "stale": Kind(self.withdraw, self.after_stale),
            "stub": Kind(self.stub, paced=True),
        }

    def to_group(self, screen: Screen, now: datetime, silent: bool = True) -> Parcel:
        """The group hears all languages."""
        answer = spoken(screen, None, now)
        return Parcel(self.room.chat, answer, silent, thread=self.room.topic)

    async def card(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The case's one card as the case is now; in the same transaction its links' marks."""
        case = await books.cases.get(str(letter.case_id))
        await self._mark(books, [case.id], now)
        await counting.count(books, case, self.keys)
        loud = bool(letter.body.get("loud")) and case.state == "waiting"
        reminder = staff.remind(case, await books.signs.out("duty"), here(now)) if loud else ()
        of = await summary(books, case, self.keys)
        screen = staff.card(of, self.room.username, reminder)
        if await guestbook.leaking(books):
            screen = room.bare_card(of, self.room.username)
        parcel = self.to_group(screen, now, silent=not loud and case.urgency != "now")
        return await shown_as(books, letter, parcel, case.id)

    async def after_card(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """A case with its own card needs no line on the digest; a card it replaces goes.

        From the first card on, the case's time to be taken runs.
        """
        if page := await books.lines.drop(str(letter.case_id)):
            await put_page(books, page, now + TIDY)
        if not isinstance(errand, Send) or not isinstance(outcome, Done):
            return
        if old := letter.body.get("fresh"):
            await self._put(books, "stale", letter, errand.parcel.chat, old, now)
        elif (await books.cases.get(str(letter.case_id))).state == "waiting":
            await leases.begin_to_wait(books, str(letter.case_id), now)

    async def page(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The digest as the cases on it are now; none where nobody is left on it."""
        name, loud = letter.body["page"], bool(letter.body.get("loud"))
        cases, key = await books.lines.waiting_on(name), post_key(name)
        if not cases:
            post = await books.posts.get(key)
            return Delete(post.chat, post.message, key) if post else Nothing()
        if bare := await guestbook.leaking(books):
            cases = sorted(cases, key=lambda case: case.name)
        leaf, duty = await digest.leaf_shown(books, name), await books.signs.out("duty")
        await self._mark(books, [case.id for case in digest.on_leaf(cases, leaf)], now)
        screen = digest.page(name, cases, leaf, here(now), loud, duty, bare)
        parcel = self.to_group(screen, now, silent=not loud)
        return await shown_as(books, letter, parcel, key)

    async def after_page(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """A digest that it replaces goes; one too old to be deleted says that it is no more."""
        old, done = letter.body.get("fresh"), isinstance(outcome, Done)
        if isinstance(errand, Delete) and not done:
            await self._put(books, "stub", letter, errand.chat, errand.message, now)
        elif isinstance(errand, Send) and done and old:
            await self._put(books, "stale", letter, errand.parcel.chat, old, now)

    async def after_leaf(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """Nobody has turned it for a while: the most urgent are to be seen again."""
        if await leases.is_latest(books, letter):
            await put_page(books, letter.body["page"], now)

    async def _mark(self, books: Books, case_ids: Collection[str], now: datetime) -> None:
        """What is new in these cases is found from now on, each held still while it is marked."""
        for case_id in await books.links.unmarked(case_ids):
            await marking.mark(books, await books.cases.get(case_id), self.keys, now)

    async def say(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The answer to what was asked in the group; that work stops or goes on is heard."""
        body, what = letter.body, letter.body["what"]
        if what in staff.FREEZES:
            line = staff.freezes(what, body["name"], body["time"])
            return Send(self.to_group(Screen((line,)), now, silent=False))
        if what in ("queue", "mine") and await guestbook.leaking(books):
            what = "held back"
        screen = await self._said(books, what, body, now)
        return Send(self.to_group(screen, now))

    async def _said(
        self, books: Books, what: str, body: Mapping[str, Any], now: datetime
    ) -> Screen:
        match what:
            case "queue":
                return await self._queue(books, now)
            case "mine":
                cases = (await books.cases.held_by(body["holder"]))[:A_PAGE]
                today = here(now).date()
                due = await books.links.due_in([case.id for case in cases], today)
                offered = await leases.offered_of(books, cases)
                return Screen(lists.mine(cases, here(now), due, offered).says)
            case "held back":
                return Screen((room.ONLY_PRIVATE,))
            case "yourself":
                return Screen((staff.YOURSELF,))
            case "hidden":
                return Screen((staff.HIDDEN,))
            case "frozen":
                return Screen((staff.frozen(await books.signs.out("frozen")),))
            case "leads":
                return Screen((staff.CALL_LEADS,))
            case "leads only":
                return Screen((staff.LEADS_ONLY,))
            case "figures":
                return Screen((publication.IN_PRIVATE,))
            case "duty":
                return lists.on_duty(await books.signs.out("duty"))
            case _:
                return commands.group_help(bool(body.get("leads")))

    async def _queue(self, books: Books, now: datetime) -> Screen:
        waiting = await books.cases.count_waiting()
        cases, duty = await books.cases.waiting(A_PAGE), await books.signs.out("duty")
        withdrawn = await books.cases.withdrawn(MOST_WITHDRAWN + 1)
        queued = lists.queue(cases, waiting, 0, here(now), duty, withdrawn)
        return lists.in_group(queued, waiting)

    async def alarm(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Something is wrong with the door, or well again."""
        return Send(self.to_group(Screen((ALARMS["door", letter.body["what"]],)), now))

    async def pointer(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Where words about a case belong."""
        return Send(self.to_group(Screen((staff.POINTER,)), now))

    async def after_pointer(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """It has been read in a minute."""
        if isinstance(errand, Send) and isinstance(outcome, Done):
            await withdraw(books, errand.parcel.chat, outcome.message, now + POINTER_FOR)

    async def hide(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """The panel, in the place of what was shown."""
        body = letter.body
        by = Caseworker(body["chat"], "", body["language"], body.get("leads", False))
        case = await books.cases.get(str(letter.case_id))
        screen = desk.panel(await summary(books, case, self.keys), by)
        answer = spoken(screen, by.language, now)
        return Edit(body["message"], Parcel(by.id, answer, protect=True))

    async def lapse(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """What was allowed while this letter lay here is over."""
        return Nothing()

    async def after_stale(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """What is too old to be deleted (Bot API, deleteMessage: 48 hours) loses its button."""
        if isinstance(errand, Delete) and not isinstance(outcome, Done):
            await self._put(books, "stub", letter, errand.chat, errand.message, now)

    async def _put(
        self, books: Books, kind: str, of: Letter, chat: int, message: int, now: datetime
    ) -> None:
        body = {"chat": chat, "message": message}
        key = f"{kind}:{chat}:{message}"
        await books.outbox.put("staff", kind, case_id=of.case_id, key=key, body=body, due=now)

    async def stub(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """An old card that could not be deleted: a case's, the digest's or the room's."""
        screen = Screen((digest.MOVED,))
        if letter.case_id:
            screen = staff.moved(await books.cases.get(letter.case_id))
        return Edit(letter.body["message"], self.to_group(screen, now))

    async def lease(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Its holder is warned, then it goes back; nothing where they have done something."""
        body, case = letter.body, await books.cases.get(str(letter.case_id))
        if not await leases.is_latest(books, letter) or case.holder != body["holder"]:
            return Nothing()
        if case.state != "taken":
            return Nothing()
        if body["stage"] == "warn":
            return await self._to_one(books, body["holder"], staff.tell(case, "ends soon"), now)
        await books.cases.give(case.id, None, None)
        await books.audit.add(body["holder"], "lease ended", case.name, now)
        await leases.hide_shown(books, body["holder"], now)
        await leases.wait(books, case.id, now)
        await put_fresh_card(books, case, now)
        return await self._to_one(books, body["holder"], staff.tell(case, "ended"), now)

    async def after_lease(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """Warned, or not to be reached: the time runs on, unless they have done something."""
        warned = isinstance(errand, Send) and letter.body["stage"] == "warn"
        if warned and await leases.is_latest(books, letter):
            await leases.end_soon(books, letter)

    async def unclaimed(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Nobody has taken it yet; of one that its person has withdrawn nobody is reminded."""
        case = await books.cases.get(str(letter.case_id))
        waits = case.state == "waiting" and case.ends is None
        if waits and await leases.is_latest(books, letter):
            await self._remind(books, case, now)
            await leases.wait_on(books, letter)
        return Nothing()

    async def _remind(self, books: Books, case: Case, now: datetime) -> None:
        """A fresh card, with a sound; in a rush the digest, once for all that stand on it."""
        name = await books.lines.page_of(case.id)
        if name and await books.cases.count_waiting() > MANY:
            await digest.remind(books, name, now)
        else:
            await put_fresh_card(books, case, now, loud=True)

    async def after_offer(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """Nobody accepted: the card offers it no longer."""
        if await leases.is_latest(books, letter):
            await books.outbox.drop(str(letter.key))
            case = await books.cases.get(str(letter.case_id))
            await books.outbox.put_card(case.id, case.urgency, now)

    async def word(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """One line for a caseworker about their case."""
        body, case = letter.body, await books.cases.get(str(letter.case_id))
        screen = staff.tell(case, body["what"], body["by"])
        return await self._to_one(books, body["chat"], screen, now)

    async def leads(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """A letter for each lead; who never began the private chat is called in the group."""
        reached = {sign.who for sign in await books.signs.out("lead")}
        for lead in reached.intersection(self.room.leads):
            body = {**letter.body, "chat": lead}
            key = f"lead:{lead}:{letter.key}"
            await books.outbox.put("staff", "lead", key=key, body=body, due=now)
        if letter.body["what"] in staff.URGENT and not reached.issuperset(self.room.leads):
            await self._call_leads(books, now)
        if not self.room.leads:
            later = now + UNTIL_LEADS_ARE_KNOWN
            await books.outbox.put("staff", "leads", key=letter.key, body=letter.body, due=later)
        return Nothing()

    async def _call_leads(self, books: Books, now: datetime) -> None:
        """Without the matter: the group need not know it."""
        body = {"what": "leads", "holder": 0}
        await books.outbox.put("staff", "say", key="call leads", body=body, due=now)

    async def lead(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """One line for one lead."""
        return await self._to_one(books, letter.body["chat"], staff.to_leads(letter.body), now)

    async def after_lead(
        self, books: Books, letter: Letter, errand: Errand, outcome: Outcome, now: datetime
    ) -> None:
        """A lead who has blocked us is called in the group."""
        if isinstance(outcome, Gone):
            await books.signs.take_down("lead", letter.body["chat"])
            await self._call_leads(books, now)

    async def head(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Once a day the end of the audit chain, to where nobody who writes our books reaches."""
        rows, end = await books.audit.end()
        if rows != letter.body["rows"]:
            body = {"what": "head", "rows": rows, "link": end[:SHOWN_OF_A_LINK]}
            await books.outbox.put("staff", "leads", key="leads:head", body=body, due=now)
        await leases.note_head(books, rows, now)
        return Nothing()

    async def _to_one(self, books: Books, chat: int, screen: Screen, now: datetime) -> Send:
        """In their language, where it is known."""
        answer = spoken(screen, await leases.language_of(books, chat), now)
        return Send(Parcel(chat, answer, silent=False, protect=True))

    async def withdraw(self, books: Books, letter: Letter, now: datetime) -> Errand:
        """Take a message away."""
        return Delete(letter.body["chat"], letter.body["message"])

    def minimal(self, letter: Letter) -> Parcel | None:
        """A card or a page in its plainest form, for when Telegram finds the usual one wrong."""
        if letter.kind == PAGE:
            return Parcel(self.room.chat, spoken(Screen((PLAIN_PAGE,)), None, letter.due))
        if letter.kind != "card" or letter.case_id is None:
            return None
        take = Button(staff.press("take", letter.case_id), N_("Take"))
        answer = spoken(Screen((PLAIN,), (take,)), None, letter.due)
        return Parcel(self.room.chat, answer)

    def moved(self, chat: int) -> None:
        """The group has a new id."""
        self.room.chat = chat


def moment(clock: Callable[[], float]) -> datetime:
    """Now, by *clock* (unix seconds)."""
    return at(clock())
