"""Invented cases, filed as the door files them, for the tests of the staff room."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from storage.books import Consent, NewCase, Store
from storage.cases import Minor, Urgency
from storage.keys import DoorKeys, StaffKeys
from storage.seal import Place, Sealed, seal

CHAT = 700_000_123
NOTE = "zz invented note, please hurry"


@dataclass(frozen=True, slots=True)
class Keys:
    """Both halves: a test may read what no process could."""

    door: DoorKeys
    staff: StaffKeys


def telegram(number: int) -> str:
    return f"https://t.me/zz_invented_{number}/{number}"


async def file_case(
    store: Store,
    keys: Keys,
    now: float,
    *,
    name: str = "quiet heron",
    urls: Sequence[str] = (telegram(1), telegram(2), telegram(3)),
    platform: str = "telegram",
    minor: Minor = "no",
    urgency: Urgency = "soon",
    news: bool = False,
    note: str | None = NOTE,
    day: date = date(2027, 1, 15),
    hour: int = 0,
    case_id: str = "",
    happened: Sequence[str] = ("shared",),
) -> str:
    """File a case with everything in its place, and the letter for its card; gives its id."""
    case_id = case_id or uuid4().hex

    def to_staff(plain: bytes, field: str) -> Sealed:
        return seal(plain, keys.door.staff, Place(case_id, field))

    links = [
        to_staff(
            json.dumps({"platform": platform, "url": url, "open_url": url}).encode(),
            f"link {number}",
        )
        for number, url in enumerate(urls, 1)
    ]
    at = datetime.fromtimestamp(now, UTC)
    case = NewCase(
        id=case_id,
        name=name,
        language="yue_Hant",
        minor=minor,
        urgency=urgency,
        news=news,
        day=day,
        happened=to_staff(json.dumps([*happened]).encode(), "happened"),
        note=to_staff(note.encode(), "note") if note else None,
        hour=hour,
    )
    place = Place(case_id, "address")
    async with store.begin() as books:
        await books.cases.file(case, links)
        if news:
            inner = seal(str(CHAT).encode(), keys.door.back.public, place)
            outer = seal(inner, keys.door.staff, place)
            await books.addresses.put(case_id, outer, at.date() + timedelta(days=14))
        await books.consents.put(Consent(case_id, "write", news, day, "yue_Hant:00000000"))
        await books.outbox.put_card(case_id, urgency, at, new=True)
    return case_id
