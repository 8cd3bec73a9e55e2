"""Cases: filed once, taken by one caseworker, closed by that same one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from storage import tables
from storage.homes import Homes
from storage.seal import Sealed
from storage.statements import insert

Minor = Literal["no", "yes", "unsure"]
Urgency = Literal["now", "soon", "calm"]
State = Literal["waiting", "taken", "closed"]

_T = tables.cases.c
_MOST_URGENT_FIRST: tuple[Urgency, ...] = ("now", "soon", "calm")
BY_URGENCY = case({"now": 0, "soon": 1, "calm": 2}, value=_T.urgency)
_WAITING = _T.state == literal("waiting", literal_execute=True)  # as the partial index says it
_IN_LINE = _WAITING & _T.ends.is_(None)
_OLDEST_FIRST = (_T.day, _T.hour, _T.id)


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as it is filed. *id*: 32 random hex digits; *name*: the two words the staff say.

    *day* and *hour* (0 to 23) are Hong Kong's; finer is not kept, and the hour only while it is
    open.
    """

    id: str
    name: str
    language: str
    minor: Minor
    urgency: Urgency
    news: bool
    day: date
    happened: Sealed
    note: Sealed | None = None
    hour: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it is kept. *holder*: a caseworker's user id; *version* grows with each change.

    A closed case keeps its last holder. *referred_to*: to whom one was passed on that was closed
    before each body told was a request of its own (storage.requests). *ends*: the day on which a
    withdrawn case is erased; *counted*: its questions are answered. *counted_as*: as what it
    stands in the figures; None: it does not. *erased_on*: the day on which a closed case is
    erased. *numbered*: the highest number of a link that is no more.
    """

    id: str
    name: str
    language: str
    minor: Minor
    urgency: Urgency
    news: bool
    day: date
    happened: Sealed
    note: Sealed | None
    state: State
    holder: int | None
    holder_name: str | None
    outcome: str | None
    version: int
    ends: date | None = None
    counted: bool = False
    referred_to: str | None = None
    hour: int = 0
    counted_as: str | None = None
    erased_on: date | None = None
    numbered: int = 0


class AlreadyTaken(Exception):
    """Somebody else's press came first, and *holder_name* is who."""

    def __init__(self, holder_name: str) -> None:
        super().__init__("the case is taken already")
        self.holder_name = holder_name


class NotYours(Exception):
    """Only the caseworker who holds a case gives it back or closes it."""


class NoSuchCase(LookupError):
    """No case has this id: it was deleted, or never filed."""


class NameTaken(Exception):
    """Another case has this two-word name; choose another one."""


class Cases:
    """The cases within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def file(self, case: NewCase, links: Sequence[Sealed]) -> bool:
        """Keep a new case and its links, numbered from 1; False when it has been filed already.

        Raises NameTaken when another case has its name.
        """
        row = insert(self._connection, tables.cases).values(
            **asdict(case), state="waiting", version=1
        )
        filed = await self._connection.execute(row.on_conflict_do_nothing().returning(_T.id))
        if filed.first() is None:
            if await self._one(_T.id == case.id) is None:
                raise NameTaken
            return False
        numbered = [
            {
                "case_id": case.id,
                "number": n,
                "sealed": sealed,
                "state": "new",
                "day": case.day,
                "since": case.day,
            }
            for n, sealed in enumerate(links, start=1)
        ]
        if numbered:
            await self._connection.execute(tables.links.insert(), numbered)
        return True

    async def name_is_free(self, name: str) -> bool:
        """Whether no case has this two-word name."""
        return await self._one(_T.name == name) is None

    async def get(self, case_id: str) -> Case:
        """The case, held still until the transaction ends; NoSuchCase if there is none."""
        found = await self._one(_T.id == case_id)
        if found is None:
            raise NoSuchCase
        return found

    async def named(self, name: str) -> Case | None:
        """The case with this two-word name, held still until the transaction ends."""
        return await self._one(_T.name == name)

    async def by_receipt(self, tag: bytes) -> Case | None:
        """The case whose receipt code has this tag."""
        theirs = select(tables.receipts.c.case_id).where(tables.receipts.c.tag == tag)
        return await self._one(_T.id == theirs.scalar_subquery())

    async def claim(self, case_id: str, holder: int, holder_name: str) -> Case:
        """Give a waiting case to one caseworker; the first press wins, others: AlreadyTaken."""
        waiting = (_T.id == case_id) & (_T.state == "waiting")
        taken = {"state": "taken", "holder": holder, "holder_name": holder_name}
        while (won := await self._change(waiting, taken)) is None:
            # `get` holds the row still: if it was given back this very moment, the next try wins.
            found = await self.get(case_id)
            if found.state != "waiting":
                raise AlreadyTaken(found.holder_name or "")
        return won

    async def release(self, case_id: str, holder: int) -> Case:
        """Back into the queue; NotYours unless *holder* holds it."""
        freed = {"state": "waiting", "holder": None, "holder_name": None}
        return await self._change_own(case_id, holder, freed)

    async def give(self, case_id: str, holder: int | None, holder_name: str | None) -> Case | None:
        """A case that is held becomes another's, or with None nobody's; None: nobody holds it."""
        held = (_T.id == case_id) & (_T.state == "taken")
        state = "waiting" if holder is None else "taken"
        theirs = {"state": state, "holder": holder, "holder_name": holder_name}
        return await self._change(held, theirs)

    async def let_go(self, holder: int) -> list[Case]:
        """All that *holder* has goes back into the queue."""
        theirs = (_T.state == "taken") & (_T.holder == holder)
        freed = {"state": "waiting", "holder": None, "holder_name": None}
        statement = update(tables.cases).where(theirs).values(version=_T.version + 1, **freed)
        return await self._all(statement.returning(tables.cases))

    async def holders(self) -> list[int]:
        """Whoever holds a case now."""
        query = select(_T.holder).where(_T.state == "taken").distinct().order_by(_T.holder)
        return [holder for holder in await self._connection.scalars(query) if holder is not None]

    async def close(self, case_id: str, holder: int, outcome: str, *, erased_on: date) -> Case:
        """Done with, and how, and erased on that day; NotYours unless *holder* holds it.

        News end with it.
        """
        closed = {"state": "closed", "outcome": outcome}
        over = {"hour": 0, "news": False, "erased_on": erased_on}
        return await self._change_own(case_id, holder, closed | over)

    async def reopen(self, case_id: str, holder: int, holder_name: str) -> Case | None:
        """A closed case is *holder*'s; None where it is not closed."""
        closed = (_T.id == case_id) & (_T.state == "closed")
        open_again = {"state": "taken", "outcome": None, "referred_to": None, "erased_on": None}
        theirs = {"holder": holder, "holder_name": holder_name}
        return await self._change(closed, open_again | theirs)

    async def wait_again(self, case_id: str) -> bool:
        """A closed case waits again, for anybody; False when it is not closed."""
        closed = (_T.id == case_id) & (_T.state == "closed")
        nobodys = {"state": "waiting", "holder": None, "holder_name": None}
        again = nobodys | {"outcome": None, "referred_to": None, "erased_on": None}
        return await self._change(closed, again) is not None

    async def end_on(self, case_id: str, day: date | None) -> None:
        """The person withdraws the case, to be erased on *day*; None: they keep it after all."""
        await self._change(_T.id == case_id, {"ends": day})

    async def want_news(self, case_id: str, news: bool) -> None:
        """Whether the person wants to be told in their chat."""
        await self._change(_T.id == case_id, {"news": news})

    async def count(self, case_id: str) -> bool:
        """True once: this case's questions are counted now; False when they were before."""
        fresh = (_T.id == case_id) & _T.counted.is_(False)
        return await self._change(fresh, {"counted": True}) is not None

    async def count_as(self, case: Case, what: str) -> bool:
        """True once: from now on it stands in the figures as *what*; False where it was first."""
        before = _T.counted_as.is_not_distinct_from(case.counted_as)
        statement = update(tables.cases).where((_T.id == case.id) & before)
        changed = statement.values(counted_as=what).returning(_T.id)
        return (await self._connection.execute(changed)).first() is not None

    async def to_erase(self, today: date, limit: int) -> list[str]:
        """The ids of closed cases whose day has come."""
        due = (_T.state == "closed") & (_T.erased_on <= today)
        query = select(_T.id).where(due).order_by(_T.erased_on, _T.id).limit(limit)
        return list(await self._connection.scalars(query))

    async def left_since(self, day: date) -> tuple[int, str]:
        """How many cases of that day or before nobody has, and the name of the oldest, or ""."""
        left = select(_T.name).where(_WAITING, _T.day <= day)
        names = list(await self._connection.scalars(left.order_by(_T.day, _T.hour, _T.id)))
        return len(names), names[0] if names else ""

    async def erase(self, case_id: str) -> None:
        """Forget the case and all that belongs to it, letters in the outbox and homes too."""
        await self._connection.execute(delete(tables.cases).where(_T.id == case_id))
        await Homes(self._connection).forget()

    async def waiting(self, limit: int, offset: int = 0) -> list[Case]:
        """Cases nobody has, the most urgent first, then the oldest; without those withdrawn."""
        found: list[Case] = []
        # One degree after the other, so that the index gives them in order: sorting all who wait
        # takes 30 ms once there are twenty thousand.
        for urgency in _MOST_URGENT_FIRST:
            query = select(tables.cases).where(_IN_LINE, _T.urgency == urgency)
            room = offset + limit - len(found)
            found += await self._all(query.order_by(*_OLDEST_FIRST).limit(room))
            if len(found) == offset + limit:
                break
        return found[offset:]

    async def count_waiting(self) -> int:
        """How many cases nobody has, without those withdrawn."""
        query = select(func.count()).select_from(tables.cases).where(_IN_LINE)
        return await self._connection.scalar(query) or 0

    async def withdrawn(self, limit: int) -> list[Case]:
        """Cases that nobody has and that their person has withdrawn, the next to go first."""
        query = select(tables.cases).where(_WAITING, _T.ends.is_not(None))
        return await self._all(query.order_by(_T.ends, _T.id).limit(limit))

    async def oldest(self) -> Case | None:
        """The case that was sent first, of those that `waiting` gives."""
        found: list[Case] = []
        for urgency in _MOST_URGENT_FIRST:
            query = select(tables.cases).where(_IN_LINE, _T.urgency == urgency)
            found += await self._all(query.order_by(*_OLDEST_FIRST).limit(1))
        return min(found, key=lambda case: (case.day, case.hour), default=None)

    async def held_by(self, holder: int) -> list[Case]:
        """The open cases of one caseworker, the most urgent first, then the oldest."""
        query = select(tables.cases).where(_T.state == "taken", _T.holder == holder)
        return await self._all(query.order_by(BY_URGENCY, _T.day, _T.hour, _T.id))

    async def _change_own(self, case_id: str, holder: int, values: dict[str, Any]) -> Case:
        own = (_T.id == case_id) & (_T.state == "taken") & (_T.holder == holder)
        changed = await self._change(own, values)
        if changed is None:
            raise NotYours
        return changed

    async def _change(self, which: ColumnElement[bool], values: dict[str, Any]) -> Case | None:
        statement = update(tables.cases).where(which).values(version=_T.version + 1, **values)
        rows = await self._connection.execute(statement.returning(tables.cases))
        return _case(rows.first())

    async def _one(self, which: ColumnElement[bool]) -> Case | None:
        # PostgreSQL locks the row, so what is decided on it stays true; SQLite has one writer.
        query = select(tables.cases).where(which).with_for_update(key_share=True)
        return _case((await self._connection.execute(query)).first())

    async def _all(self, query: Select[Any] | ReturningUpdate[Any]) -> list[Case]:
        return [Case(**row._asdict()) for row in await self._connection.execute(query)]


def _case(row: Row[Any] | None) -> Case | None:
    return None if row is None else Case(**row._asdict())
