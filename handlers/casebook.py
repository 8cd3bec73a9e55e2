"""The casebook: who may do what with a case, once, and what they see then.

Every verb is one transaction: the seen-mark of its update, the act, its audit row and its letters.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter

from handlers import desk, leases, lists, staff
from handlers.casework import Act, Work, put_fresh_card, summary, tell
from handlers.links import Link
from handlers.lists import A_PAGE
from handlers.names import names_in
from handlers.rights import holds
from handlers.staff import Awaited, Caseworker, Screen
from handlers.talk import Say
from handlers.verbs import PRESSED, TYPED, Verb
from storage.books import AlreadyTaken, Books, Case, NoSuchCase, NoSuchLink, Store
from storage.drafts import Drafts
from storage.keys import StaffKeys

_AWAITED = TypeAdapter(Awaited)
_PRESS = re.compile(r"([a-z]+):([0-9a-f]{32}):([0-9]{1,15}):([a-z_ ]{0,20})")


class Casebook:
    """The staff's half of every case. *new_id* gives 32 random hex digits.

    Every verb may raise Down: then nothing was done, and the same update may be heard again.
    """

    def __init__(
        self, store: Store, drafts: Drafts, keys: StaffKeys, new_id: Callable[[], str]
    ) -> None:
        self.store, self.drafts, self.keys, self.new_id = store, drafts, keys, new_id

    async def take(self, by: Caseworker, case_id: str, update: int, now: datetime) -> Say:
        """The first press wins; everybody else is told who did."""
        try:
            async with self.store.begin() as books:
                first = await seen_first(books, update, now)
                if stopped := await books.signs.out("frozen"):
                    return staff.frozen(stopped)
                case = await (
                    claimed(books, by, case_id, now) if first else books.cases.get(case_id)
                )
                return staff.taken(case, by)
        except NoSuchCase:
            return staff.NO_CASE

    async def accept(self, act: Act, case_id: str) -> Say:
        """A colleague takes over what its holder offers; the first press wins."""
        try:
            async with self.store.begin() as books:
                first = await seen_first(books, act.update, act.now)
                if stopped := await books.signs.out("frozen"):
                    return staff.frozen(stopped)
                case = await books.cases.get(case_id)
                if first and case.holder != act.by.id and await leases.is_offered(books, case.id):
                    case = await accepted(books, case, act)
                return staff.taken(case, act.by)
        except NoSuchCase:
            return staff.NO_CASE

    async def press(self, act: Act, name: str) -> Screen:
        """A button in the private chat. What it asks for is remembered until the next press."""
        match = _PRESS.fullmatch(name)
        verb = PRESSED.get(match[1]) if match else None
        async with self.drafts.hold(self.keys.person(act.by.id)) as held:
            if match is None or verb is None:
                screen = Screen((staff.NOT_MINE,))
            else:
                screen = await self._do(act, match[2], verb, int(match[3]), match[4], act.message)
                lapsed = await self._lapsed(held.kept, act.message)
                held.kept = awaited(screen, match[2], act.message)
                screen = replace(screen, says=(*lapsed, *screen.says))
            return screen

    async def _lapsed(self, kept: bytes | None, message: int) -> tuple[Say, ...]:
        """That a question on another message is dropped; nothing where none is open."""
        asked = _AWAITED.validate_json(kept) if kept else None
        if asked is None or asked.update or asked.message == message:
            return ()
        try:
            async with self.store.begin() as books:
                return (staff.lapsed(await books.cases.get(asked.case_id)),)
        except NoSuchCase:
            return ()

    async def type(self, act: Act, text: str) -> tuple[Screen, int]:
        """Words in the private chat: what was asked for last. Gives the message they change.

        What is kept is also taken out of the chat.
        """
        async with self.drafts.hold(self.keys.person(act.by.id)) as held:
            asked = _AWAITED.validate_json(held.kept) if held.kept else None
            if asked is None or asked.update not in (0, act.update):
                async with self.store.begin() as books:  # nor are they the answer to what comes
                    await seen_first(books, act.update, act.now)
                return Screen((staff.NOT_ASKED,)), 0
            keep = TYPED[asked.what]
            screen = await self._do(act, asked.case_id, keep, asked.number, text, asked.message)
            held.kept = _AWAITED.dump_json(replace(asked, update=act.update))
            return screen, asked.message

    async def _do(
        self, act: Act, case_id: str, verb: Verb, number: int, word: str, on: int
    ) -> Screen:
        """One verb in one transaction, for whom it is; message *on* will show the screen.

        What was typed is not on its own message: it is taken out of the chat.
        """
        try:
            async with self.store.begin() as books:
                first = await seen_first(books, act.update, act.now)
                if stopped := await books.signs.out("frozen"):
                    return Screen((staff.frozen(stopped),))
                case = await books.cases.get(case_id)
                if not verb.may(act.by, case):
                    return desk.panel(await summary(books, case, self.keys), act.by)
                if on != act.message:
                    await withdraw(books, act.by.id, act.message, act.now)
                if first and holds(act.by, case):
                    await leases.extend(books, case.id, act.by.id, act.by.language, act.now)
                work = Work(books, self.keys, act, case, first, self.new_id, on)
                return await verb.do(work, number, word)
        except NoSuchCase:
            return Screen((staff.NO_CASE,))
        except NoSuchLink:
            return Screen((staff.NOT_MINE,))

    async def begin_days(self, now: datetime) -> None:
        """See to it that the leads get the end of the audit chain once a day."""
        async with self.store.begin() as books:
            await leases.begin_days(books, now)

    async def holders(self) -> list[int]:
        """Whoever holds a case now."""
        async with self.store.begin() as books:
            return await books.cases.holders()

    async def let_go(self, who: int, now: datetime) -> None:
        """*who* has left the group: all they held waits again, and what they see is hidden now.

        Hearing it twice does nothing more.
        """
        async with self.store.begin() as books:
            for case in await books.cases.let_go(who):
                await books.audit.add(who, "left the group", case.name, now)
                await leases.lay_down(books, case.id)
                await leases.wait(books, case.id, now)
                await put_fresh_card(books, case, now)
            for sign in ("duty", "lead"):
                await books.signs.take_down(sign, who)
            for shown in ("hide", "withdraw"):
                await books.outbox.hasten(f"{shown}:{who}:", now)

    async def listed(self, act: Act, what: str, page: int = 0) -> Screen:
        """The queue, or one's own cases, for the private chat."""
        async with self.store.begin() as books:
            if what == "mine":
                return lists.mine(await books.cases.held_by(act.by.id), act.here)
            waiting = await books.cases.count_waiting()
            cases = await books.cases.waiting(A_PAGE, page * A_PAGE)
            duty = await books.signs.out("duty")
            return lists.queue(cases, waiting, page, act.here, duty)

    async def answer_group(self, by: int, what: str, update: int, now: datetime) -> None:
        """Asked in the group, answered there by the courier."""
        async with self.store.begin() as books:
            if await seen_first(books, update, now):
                body = {"what": what, "holder": by}
                await books.outbox.put("staff", "say", body=body, due=now)

    async def named(self, act: Act, name: str) -> Screen:
        """One case by its two words."""
        async with self.store.begin() as books:
            case = await books.cases.named(" ".join(name.lower().split()))
        if case is None:
            return Screen((staff.NO_CASE,))
        return await self.press(act, staff.press("panel", case.id))

    async def with_link(self, act: Act, links: Sequence[Link]) -> Screen:
        """Which cases hold one of these links; what was typed is taken out of the chat."""
        async with self.store.begin() as books:
            first = await seen_first(books, act.update, act.now)
            if stopped := await books.signs.out("frozen"):
                return Screen((staff.frozen(stopped),))
            if first:
                await withdraw(books, act.by.id, act.message, act.now)
            found: dict[str, Case] = {}
            for link in links:
                for case_id in await books.links.cases_with(self.keys.mark(link.url)):
                    found[case_id] = await books.cases.get(case_id)
            if first:
                for case in found.values():
                    await books.audit.add(act.by.id, "find", case.name, act.now)
        return lists.found(list(found.values()), act.here)

    async def duty(self, act: Act, on: bool) -> Screen:
        """On duty, or off; who leaves the group is off."""
        async with self.store.begin() as books:
            if on:
                await books.signs.hang("duty", act.by.id, act.by.name)
            else:
                await books.signs.take_down("duty", act.by.id)
            return lists.on_duty(await books.signs.out("duty"))

    async def reach(self, lead: Caseworker) -> None:
        """A lead has begun the private chat: from now on there is somebody to tell."""
        async with self.store.begin() as books:
            await books.signs.hang("lead", lead.id, lead.name)

    async def freeze(self, act: Act, on: bool) -> Screen:
        """A lead stops all work on cases, and hides what is shown of them; or lets it go on."""
        if not act.by.leads:
            return Screen((staff.LEADS_ONLY,))
        async with self.store.begin() as books:
            if on != bool(await books.signs.out("frozen")):
                await (stop if on else let_go_on)(books, act)
            return Screen((staff.frozen(await books.signs.out("frozen")),))

    async def throw_out(self, act: Act) -> Screen:
        """A picture or file in the private chat is taken away; what was asked stays asked."""
        async with self.store.begin() as books:
            if await seen_first(books, act.update, act.now):
                await withdraw(books, act.by.id, act.message, act.now)
        return Screen((staff.NO_FILES,))

    async def is_about_a_case(self, text: str) -> bool:
        """Whether the words name a case that is open."""
        async with self.store.begin() as books:
            found = [await books.cases.named(name) for name in names_in(text)]
        return any(case is not None and case.state != "closed" for case in found)

    async def send_away(self, chat: int, message: int, update: int, now: datetime) -> None:
        """Take words about a case out of the group, and say where they belong."""
        async with self.store.begin() as books:
            if await seen_first(books, update, now):
                await withdraw(books, chat, message, now)
                await books.outbox.put("staff", "pointer", key="pointer", body={}, due=now)


async def stop(books: Books, act: Act) -> None:
    """All work stops, and what is on a screen is hidden now."""
    await books.signs.hang("frozen", act.by.id, act.by.name)
    for shown in ("hide", "withdraw"):
        await books.outbox.hasten(f"{shown}:", act.now)
    await books.audit.add(act.by.id, "freeze", "", act.now)


async def let_go_on(books: Books, act: Act) -> None:
    """Work goes on."""
    await books.signs.take_down("frozen")
    await books.audit.add(act.by.id, "thaw", "", act.now)


def awaited(screen: Screen, case_id: str, message: int) -> bytes | None:
    """What *screen* asks to be typed, to be remembered; None where it asks nothing."""
    if not screen.asks:
        return None
    return _AWAITED.dump_json(Awaited(screen.asks, case_id, message, screen.number))


async def seen_first(books: Books, update: int, now: datetime) -> bool:
    """True once for each update."""
    return await books.seen.mark("staff", "update", str(update), now)


async def claimed(books: Books, by: Caseworker, case_id: str, now: datetime) -> Case:
    """The case as it is after this press: this caseworker's, or the one's who came first."""
    try:
        case = await books.cases.claim(case_id, by.id, by.name)
    except AlreadyTaken:
        return await books.cases.get(case_id)
    await books.audit.add(by.id, "take", case.name, now)
    await leases.take_up(books, case, by, now)
    await books.outbox.put_card(case.id, case.urgency, now)
    return case


async def accepted(books: Books, case: Case, act: Act) -> Case:
    """The case is the colleague's, and its former holder is told."""
    by, before = act.by, case.holder
    given = await books.cases.give(case.id, by.id, by.name)
    if given is None:
        return case
    await books.audit.add(by.id, "accept", case.name, act.now)
    await leases.take_up(books, case, by, act.now)
    await books.outbox.put_card(case.id, case.urgency, act.now)
    await tell(books, case, before, "accepted", act)
    await books.outbox.hasten(f"hide:{before}:", act.now)
    return given


async def withdraw(books: Books, chat: int, message: int, due: datetime) -> None:
    """Let the courier delete a message at *due*."""
    await books.outbox.put(
        "staff",
        "withdraw",
        key=f"withdraw:{chat}:{message}",
        body={"chat": chat, "message": message},
        due=due,
    )
