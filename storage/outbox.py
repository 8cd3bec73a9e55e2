"""The outbox: letters written with the fact they report, and sent by a courier afterwards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.statements import insert

Lane = Literal["staff", "door", "caretaker"]

_T = tables.outbox.c
_LETTER = (_T.id, _T.lane, _T.kind, _T.case_id, _T.key, _T.version, _T.body, _T.due)


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be sent or done: untranslated words and ids in *body*, nothing a person wrote.

    *floor*: the highest message id known when it was last about to be sent; None: never tried.
    """

    id: int
    lane: Lane
    kind: str
    case_id: str | None
    key: str | None
    version: int
    body: Mapping[str, Any]
    due: datetime
    tries: int
    floor: int | None


# Due before any clock: the door's and the staff room's need not agree on what is now.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
TRIED_OFTEN = 3


class Outbox:
    """The letters within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self,
        lane: Lane,
        kind: str,
        *,
        case_id: str | None = None,
        key: str | None = None,
        body: Mapping[str, Any],
        due: datetime,
    ) -> None:
        """A letter, to be sent from *due* on.

        A waiting letter with the same *key* takes the new body and due instead, and a higher
        version; who leased it, and the floor of a try under way, stay.
        """
        values = {"lane": lane, "kind": kind, "case_id": case_id, "due": due}
        await self._put([{**values, "key": key, "body": dict(body)}])

    async def keep(
        self, case_id: str, bodies: Mapping[str, Mapping[str, Any]], due: datetime
    ) -> None:
        """Many at once, by their keys, that lie there until they lapse; nobody is sent any."""
        same = {"lane": "staff", "kind": "lapse", "case_id": case_id, "due": due}
        await self._put([{**same, "key": key, "body": dict(body)} for key, body in bodies.items()])

    async def _put(self, letters: Sequence[Mapping[str, Any]]) -> None:
        row = insert(self._connection, tables.outbox)
        newer = {"body": row.excluded.body, "due": row.excluded.due, "version": _T.version + 1}
        first = row.on_conflict_do_update(index_elements=["key"], set_=newer)
        if letters:
            await self._connection.execute(
                first, [{**letter, "version": 1, "tries": 0} for letter in letters]
            )

    async def put_card(
        self,
        case_id: str,
        urgency: str,
        due: datetime,
        fresh: int | None = None,
        *,
        new: bool = False,
        loud: bool = False,
    ) -> None:
        """Let the staff courier bring a case's one card up to date; the urgent go first.

        *fresh*: the message that shows it now, in whose place a new one is posted; *loud*: to
        remind the group of it. *new*: its first one. For neither does anybody look at the screen.
        """
        key = f"card:{case_id}"
        # The new one may be on its way, or there and not yet known: it must still be looked for.
        waiting = await self.get(key)
        fresh = fresh or (waiting.body.get("fresh") if waiting else None)
        body = {"urgency": urgency} | ({"fresh": fresh} if fresh else {})
        body |= ({"new": True} if new or loud else {}) | ({"loud": True} if loud else {})
        await self.put("staff", "card", case_id=case_id, key=key, body=body, due=due)

    async def get(self, key: str) -> Letter | None:
        """The waiting letter of this key."""
        query = select(*_LETTER, _T.tries, _T.floor).where(_T.key == key)
        row = (await self._connection.execute(query)).first()
        return None if row is None else Letter(**row._asdict())

    async def lease(self, lane: Lane, now: datetime, seconds: float, limit: int) -> list[Letter]:
        """The next letters due, the oldest first; nobody else gets them for *seconds*."""
        free = _T.leased_until.is_(None) | (_T.leased_until <= now)
        query = select(*_LETTER, _T.tries, _T.floor).where(_T.lane == lane, _T.due <= now, free)
        ordered = query.order_by(_T.due, _T.id).limit(limit).with_for_update(skip_locked=True)
        rows = await self._connection.execute(ordered)
        letters = [Letter(**row._asdict()) for row in rows]
        until = now + timedelta(seconds=seconds)
        leased = update(tables.outbox).where(_T.id.in_([letter.id for letter in letters]))
        await self._connection.execute(leased.values(leased_until=until))
        return letters

    async def intend(self, letter_id: int, floor: int | None) -> None:
        """Before sending: the highest message id known, from which a lost answer is looked for.

        None: it certainly did not arrive, so there is nothing to look for.
        """
        await self._change(letter_id, floor=floor)

    async def done(self, letter: Letter) -> None:
        """Sent. If a newer version came in meanwhile, that one stays, free to be leased."""
        which = (_T.id == letter.id) & (_T.version == letter.version)
        sent = await self._connection.execute(delete(tables.outbox).where(which).returning(_T.id))
        if sent.first() is None:
            await self._change(letter.id, leased_until=None, floor=None)

    async def again(self, letter_id: int, due: datetime) -> None:
        """Not sent: free to be leased from *due* on. The floor stays: it may have arrived."""
        await self._change(letter_id, due=due, leased_until=None, tries=_T.tries + 1)

    async def put_back(self, letter_ids: Collection[int], not_before: datetime) -> None:
        """Not tried, since there was no room for them: free to be leased, from then on."""
        later = case((_T.due < not_before, literal(not_before, _T.due.type)), else_=_T.due)
        await self._connection.execute(
            update(tables.outbox).where(_T.id.in_(letter_ids)).values(leased_until=None, due=later)
        )

    async def of_case(self, case_id: str, kind: str) -> list[Letter]:
        """A case's letters of one kind, due or not."""
        query = select(*_LETTER, _T.tries, _T.floor).where(_T.case_id == case_id, _T.kind == kind)
        rows = await self._connection.execute(query.order_by(_T.id))
        return [Letter(**row._asdict()) for row in rows]

    async def hasten(self, keys: str, now: datetime) -> None:
        """What was to be sent later, under a key that begins with *keys*, is due now."""
        which = _T.key.startswith(keys, autoescape=True) & (_T.due > now)
        await self._connection.execute(update(tables.outbox).where(which).values(due=now))

    async def drop(self, *keys: str) -> None:
        """They need not be sent any more."""
        await self._connection.execute(delete(tables.outbox).where(_T.key.in_(keys)))

    async def waiting(self, lane: Lane, now: datetime) -> int:
        """How many letters are due and not yet sent, leased or not."""
        query = select(func.count()).select_from(tables.outbox)
        return await self._connection.scalar(query.where(_T.lane == lane, _T.due <= now)) or 0

    async def is_stuck(self, lane: Lane, before: datetime) -> bool:
        """Whether a letter was due before that moment, or was tried in vain again and again."""
        waits = (_T.due <= before) | (_T.tries >= TRIED_OFTEN)
        query = select(_T.id).where(_T.lane == lane, waits).limit(1)
        return await self._connection.scalar(query) is not None

    async def _change(self, letter_id: int, **values: Any) -> None:
        await self._connection.execute(
            update(tables.outbox).where(_T.id == letter_id).values(values)
        )
