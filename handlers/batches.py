"""Batches: links of one case or several that were recorded by one press, to be undone by one.

A batch is a letter that lies in the outbox for a day. What of it can still be undone is told by
the letters of its links (handlers.records), so that what was recorded anew since stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter

from handlers import leases, records
from handlers.casework import Work
from handlers.records import Before
from handlers.rights import holds
from storage.books import NoSuchCase
from storage.links import LinkState

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """*links*: by case, the numbers of those that were recorded, and *state* as what.

    *left*: those of its case that were not, since they changed after they were shown; *missed*:
    how many of a draft were not theirs any more, or not to be asked; None where there was none.
    *why*: why the platform said no. *undone*: by case, what was taken back; None: nothing was.
    """

    state: LinkState
    links: Mapping[str, Sequence[int]]
    left: Sequence[int] = ()
    missed: int | None = None
    why: str = ""
    undone: Mapping[str, Sequence[int]] | None = None


_BATCH = TypeAdapter(Batch)


def key(work: Work, mark: int) -> str:
    """The letter of a caseworker's batch; *mark*: the update whose screen had its button."""
    return f"batch:{work.act.by.id}:{mark}"


async def get(work: Work, mark: int) -> Batch | None:
    """A batch of this caseworker, pressed in this case."""
    letter = await work.books.outbox.get(key(work, mark))
    if letter is None or letter.case_id != work.case.id or letter.due <= work.act.now:
        return None
    return _BATCH.validate_python(letter.body)


async def keep(work: Work, mark: int, batch: Batch) -> None:
    """Keep it, or what became of it."""
    body = _BATCH.dump_python(batch, mode="json")
    due = work.act.now + KEPT_FOR
    await work.books.outbox.keep(work.case.id, {key(work, mark): body}, due)


async def there(work: Work, case_id: str) -> Work | None:
    """The same act in another case; None where that is not theirs any more."""
    try:
        case = await work.books.cases.get(case_id)
    except NoSuchCase:
        return None
    return replace(work, case=case) if holds(work.act.by, case) else None


async def fresh(work: Work, mark: int, batch: Batch) -> list[tuple[Work, list[Before]]]:
    """What of it can be taken back now, in each of its cases that is theirs."""
    cases = [await there(work, case_id) for case_id in batch.links if batch.undone is None]
    return [(other, await records.of_batch(other, mark)) for other in cases if other]


async def undo(work: Work, mark: int, batch: Batch) -> Batch | None:
    """All that can be taken back is; None where nothing can, any more."""
    found = await fresh(work, mark, batch)
    if not any(befores for _, befores in found):
        return None
    by = work.act.by
    for other, befores in found:
        await leases.extend(work.books, other.case.id, by.id, by.language, work.act.now)
        if befores:
            await records.take_back(other, befores)
    undone = {other.case.id: [one.link for one in befores] for other, befores in found}
    batch = replace(batch, undone=undone)
    await keep(work, mark, batch)
    return batch
