"""The casebook: who may do what with a case, once, and what they see then.

Every verb is one transaction: the seen-mark of its update, the act, its audit row and its letters.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from handlers import desk, digest, leases, lists, publication, staff
from handlers.casework import (
    HIDDEN_AFTER,
    KEPT_FOR,
    Act,
    Work,
    claimed,
    put_fresh_card,
    summary,
    tell,
)
from handlers.figures import figures
from handlers.links import Link
from handlers.lists import A_PAGE, MOST_WITHDRAWN
from handlers.names import names_in
from handlers.periods import period
from handlers.rights import holds
from handlers.staff import Awaited, Caseworker, Screen
from handlers.talk import Say
from handlers.verbs import PRESSED, TYPED, Verb
from storage.books import Books, Case, NoSuchCase, NoSuchLink, Store
from storage.drafts import Drafts
from storage.keys import StaffKeys

_AWAITED = TypeAdapter(Awaited)
_PRESS = re.compile(r"([a-z]+):([0-9a-f]{32}):([0-9]{1,15}):([a-z_ ]{0,20})")


class Stopped(Exception):
    """A lead has stopped all work on cases, so nothing was done; *line* says so."""

    def __init__(self, line: Say) -> None:
        super().__init__("all work on cases has stopped")
        self.line = line


class Casebook:
    """The staff's half of every case. *new_id* gives 32 random hex digits.

    *kept_for*: how long a closed case stays.

    Every verb may raise Down: then nothing was done, and the same update may be heard again.
    """

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        keys: StaffKeys,
        new_id: Callable[[], str],
        kept_for: timedelta = KEPT_FOR,
    ) -> None:
        self.store, self.drafts, self.keys, self.new_id = store, drafts, keys, new_id
        self.kept_for = kept_for

    async def take(self, by: Caseworker, case_id: str, update: int, now: datetime) -> Say:
        """The first press wins; everybody else is told who did."""
        try:
            async with self.store.in_turn() as books:
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
            async with self.store.in_turn() as books:
                first = await seen_first(books, act.update, act.now)
                if stopped := await books.signs.out("frozen"):
                    return staff.frozen(stopped)
                case = await books.cases.get(case_id)
                if first and case.holder != act.by.id and await leases.is_offered(books, case.id):
                    case = await accepted(books, case, act)
                return staff.taken(case, act.by)
        except NoSuchCase:
            return staff.NO_CASE

    async def turn(self, act: Act, page: str, leaf: int) -> None:
        """Turn the digest in the group, for all who look at it."""
        async with self.store.in_turn() as books:
            if await seen_first(books, act.update, act.now):
                await digest.turn(books, page, leaf, act.now)

    async def press(self, act: Act, name: str) -> Screen:
        """A button in the private chat. What it asks for is remembered until the next press."""
        match = _PRESS.fullmatch(name)
        verb = PRESSED.get(match[1]) if match else None
        async with self.drafts.hold(self.keys.person(act.by.id)) as held:
            if match is None or verb is None:
                screen = Screen((staff.NOT_MINE,))
            else:
                try:
                    screen = await self._do(
                        act, match[2], verb, int(match[3]), match[4], act.message
                    )
                except Stopped as stopped:
                    return Screen((stopped.line,))
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
            async with self.store.in_turn() as books:
                return (staff.lapsed(await books.cases.get(asked.case_id)),)
        except NoSuchCase:
            return ()

    async def type(self, act: Act, text: str) -> tuple[Screen, int]:
        """Words in the private chat: what was asked for last. Gives the message they change.

        What is kept is also taken out of the chat. While work has stopped, nothing is: the
        question stays open, and the words stay there for a while to be sent again.
        """
        async with self.drafts.hold(self.keys.person(act.by.id)) as held:
            asked = _AWAITED.validate_json(held.kept) if held.kept else None
            if asked is None or asked.update not in (0, act.update):
                await self._hear(act)  # nor are they the answer to what comes
                return Screen((staff.NOT_ASKED,)), 0
            keep = TYPED[asked.what]
            try:
                screen = await self._do(
                    act, asked.case_id, keep, asked.number, text, asked.message
                )
            except Stopped as stopped:
                await self._leave(act)
                return Screen((stopped.line, staff.NOT_KEPT)), 0
            answered = _AWAITED.dump_json(replace(asked, update=act.update))
            held.kept = awaited(screen, asked.case_id, asked.message) or answered
            return screen, asked.message

    async def _hear(self, act: Act) -> None:
        """This update did nothing, and never will, however often it comes again."""
        async with self.store.in_turn() as books:
            await seen_first(books, act.update, act.now)

    async def _leave(self, act: Act) -> None:
        """What was typed in vain is taken out of the chat later: until then it can be copied."""
        async with self.store.in_turn() as books:
            await withdraw(books, act.by.id, act.message, act.now + HIDDEN_AFTER)

    async def _do(
        self, act: Act, case_id: str, verb: Verb, number: int, word: str, on: int
    ) -> Screen:
        """One verb in one transaction, for whom it is; message *on* will show the screen.

        What was typed is not on its own message: it is taken out of the chat. Raises Stopped.
        """
        try:
            async with self.store.in_turn() as books:
                first = await seen_first(books, act.update, act.now)
                stopped = await books.signs.out("frozen")
                if not stopped:
                    return await self._done(books, act, case_id, verb, number, word, on, first)
        except NoSuchCase:
            return Screen((staff.NO_CASE,))
        except NoSuchLink:
            await self._hear(act)  # the link may be there when it comes again
            return Screen((staff.NOT_MINE,))
        raise Stopped(staff.frozen(stopped))  # and it does nothing if it comes again later

    async def _done(
        self,
        books: Books,
        act: Act,
        case_id: str,
        verb: Verb,
        number: int,
        word: str,
        on: int,
        first: bool,
    ) -> Screen:
        case = await books.cases.get(case_id)
        if not verb.may(act.by, case):
            return desk.panel(await summary(books, case, self.keys), act.by)
        if on != act.message:
            await withdraw(books, act.by.id, act.message, act.now)
        if first and holds(act.by, case):
            await leases.extend(books, case.id, act.by.id, act.by.language, act.now)
        work = Work(books, self.keys, act, case, first, self.new_id, on, self.kept_for)
        return await verb.do(work, number, word)

    async def begin_days(self, now: datetime) -> None:
        """See to it that the leads get the end of the audit chain once a day."""
        async with self.store.in_turn() as books:
            await leases.begin_days(books, now)

    async def tell_of_the_oldest(self, now: datetime) -> None:
        """See to it that no case waits for longer than any may without the leads knowing it."""
        async with self.store.in_turn() as books:
            await leases.tell_of_the_oldest(books, now)

    async def holders(self) -> list[int]:
        """Whoever holds a case now."""
        async with self.store.in_turn() as books:
            return await books.cases.holders()

    async def let_go(self, who: int, now: datetime) -> None:
        """*who* has left the group: all they held waits again, and what they see is hidden now.

        Hearing it twice does nothing more.
        """
        async with self.store.in_turn() as books:
            for case in await books.cases.let_go(who):
                await books.audit.add(who, "left the group", case.name, now)
                await leases.lay_down(books, case.id)
                await leases.wait(books, case.id, now)
                await put_fresh_card(books, case, now)
            for sign in ("duty", "lead", "speaks"):
                await books.signs.take_down(sign, who)
            await leases.hide_shown(books, who, now)

    async def listed(self, act: Act, what: str, page: int = 0) -> Screen:
        """The queue, or one's own cases, for the private chat."""
        async with self.store.in_turn() as books:
            if what == "mine":
                held = await books.cases.held_by(act.by.id)
                due = await books.links.due_in([case.id for case in held], act.today)
                return lists.mine(held, act.here, due, await leases.offered_of(books, held))
            waiting = await books.cases.count_waiting()
            page = min(page, max(0, waiting - 1) // A_PAGE)  # others were taken meanwhile
            cases = await books.cases.waiting(A_PAGE, page * A_PAGE)
            duty = await books.signs.out("duty")
            withdrawn = await books.cases.withdrawn(MOST_WITHDRAWN + 1)
            return lists.queue(cases, waiting, page, act.here, duty, withdrawn)

    async def answer_group(self, by: Caseworker, what: str, update: int, now: datetime) -> None:
        """Asked in the group, answered there by the courier."""
        async with self.store.in_turn() as books:
            if await seen_first(books, update, now):
                body = {"what": what, "holder": by.id, "leads": by.leads}
                await books.outbox.put("staff", "say", body=body, due=now)

    async def family(self, act: Act, name: str) -> Screen:
        """The picture of a case's family, or which of one's own cases it should be."""
        if name:
            return await self.named(act, name, "draw")
        async with self.store.in_turn() as books:
            return lists.choose("draw", await books.cases.held_by(act.by.id), act.here)

    async def named(self, act: Act, name: str, verb: str = "panel") -> Screen:
        """One case by its two words, and what is done with it; one that waits is seen first."""
        async with self.store.in_turn() as books:
            case = await books.cases.named(" ".join(name.lower().split()))
        if case is None:
            return Screen((staff.NOT_NAMED,))
        if verb == "panel" and case.state == "waiting":
            verb = "see"
        return await self.press(act, staff.press(verb, case.id))

    async def with_link(self, act: Act, links: Sequence[Link]) -> Screen:
        """Which cases hold one of these links; what was typed is taken out of the chat."""
        async with self.store.in_turn() as books:
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

    async def figures(self, act: Act, written: str) -> Screen:
        """The figures of a period; a picture and a table of them come by letter."""
        asked = period(written, act.today)
        if asked is None:
            return Screen((publication.BAD_PERIOD,))
        async with self.store.in_turn() as books:
            told = figures(await books.figures.of(*asked.months), asked, act.today)
            if told.cases and await seen_first(books, act.update, act.now):
                body = {"chat": act.by.id, "language": act.by.language, "period": asked.name}
                for form in publication.FORMS:
                    whole = {**body, "form": form}
                    await books.outbox.put("staff", "figures", body=whole, due=act.now)
        return publication.page(told)

    async def duty(self, act: Act, on: bool | None = None) -> Screen:
        """On duty, or off; who leaves the group is off. None only tells who is."""
        async with self.store.in_turn() as books:
            await leases.note_language(books, act.by.id, act.by.language)
            if on:
                await books.signs.hang("duty", act.by.id, act.by.name)
            elif on is not None:
                await books.signs.take_down("duty", act.by.id)
            return lists.on_duty(await books.signs.out("duty"))

    async def reach(self, lead: Caseworker) -> None:
        """A lead has begun the private chat: from now on there is somebody to tell."""
        async with self.store.in_turn() as books:
            await books.signs.hang("lead", lead.id, lead.name)
            await leases.note_language(books, lead.id, lead.language)

    async def freeze(self, act: Act, on: bool, there: bool = False) -> Screen:
        """A lead stops all work on cases, and hides what is shown of them; or lets it go on.

        The group is told of it; asked *there*, also where it was so before.
        """
        if not act.by.leads:
            return Screen((staff.LEADS_ONLY,))
        async with self.store.in_turn() as books:
            first = await seen_first(books, act.update, act.now)
            if first and on != bool(await books.signs.out("frozen")):
                await (stop if on else let_go_on)(books, act)
                await tell_all(books, act, "freeze" if on else "thaw")
            elif first and there:
                await tell_all(books, act, "frozen")
            return Screen((staff.frozen(await books.signs.out("frozen")),))

    async def throw_out(self, act: Act) -> Screen:
        """A picture or file in the private chat is taken away; what was asked stays asked."""
        async with self.store.in_turn() as books:
            if await seen_first(books, act.update, act.now):
                await withdraw(books, act.by.id, act.message, act.now)
        return Screen((staff.NO_FILES,))

    async def is_about_a_case(self, text: str) -> bool:
        """Whether the words name a case that is open."""
        async with self.store.in_turn() as books:
            found = [await books.cases.named(name) for name in names_in(text)]
        return any(case is not None and case.state != "closed" for case in found)

    async def send_away(self, chat: int, message: int, update: int, now: datetime) -> None:
        """Take words about a case out of the group, and say where they belong."""
        async with self.store.in_turn() as books:
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


async def tell_all(books: Books, act: Act, what: str) -> None:
    """One line in the group: who did it, and at what time in Hong Kong."""
    body = {"what": what, "holder": act.by.id, "name": act.by.name, "time": f"{act.here:%H:%M}"}
    await books.outbox.put("staff", "say", body=body, due=act.now)


def awaited(screen: Screen, case_id: str, message: int) -> bytes | None:
    """What *screen* asks to be typed, to be remembered; None where it asks nothing."""
    if not screen.asks:
        return None
    return _AWAITED.dump_json(Awaited(screen.asks, case_id, message, screen.number))


async def seen_first(books: Books, update: int, now: datetime) -> bool:
    """True once for each update."""
    return await books.seen.mark("staff", "update", str(update), now)


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
    if before is not None:
        await leases.hide_shown(books, before, act.now)
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
