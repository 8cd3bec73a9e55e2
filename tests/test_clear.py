"""*Clear this chat*, in every step of every talk, however much is in the chat. On the sandbox."""

from collections import deque
from collections.abc import Iterator
from functools import cache
from itertools import cycle

import pytest

from bot.rehearse import Rehearsal
from bot.stage import CODE
from handlers.home import HOUSE
from handlers.talk import CLEAR, Draft, Heard, Pressed, Said, Turn
from tests.doors import CLEARED, Door, Guest, labels
from tests.test_front_door import LINK, draft_of, stand, write

Place = tuple[str, str]
PLACES = [(script.name, name) for script in HOUSE.scripts.values() for name in script.steps]
MANNERS = cycle(("x", "/clear", "Clear this chat", "Ｘ", CLEAR.name))


@cache
def ways() -> dict[Place, tuple[Heard, ...]]:
    """The shortest way to every step, found by pressing everything that is shown on the way."""
    found: dict[Place, tuple[Heard, ...]] = {}
    seen = set()
    waiting: deque[tuple[tuple[Heard, ...], Draft]] = deque([((Said("/start"),), Draft())])
    while waiting:
        way, before = waiting.popleft()
        rehearsal = Rehearsal("en")
        rehearsal.draft = before
        turn, _ = rehearsal.take(way[-1])
        place = turn.draft.talk, turn.draft.step
        found.setdefault(place, way)
        # With links some steps show more.
        if (place, bool(turn.draft.links)) not in seen:
            seen.add((place, bool(turn.draft.links)))
            waiting.extend(((*way, heard), rehearsal.draft) for heard in next_acts(turn, place))
    return found


def next_acts(turn: Turn, place: Place) -> Iterator[Heard]:
    """All that can be pressed, and what only typing leads to."""
    yield from (Pressed(button.name) for button in turn.buttons)
    yield from map(Said, (LINK, CODE, "a few words"))
    if place == ("home", "welcome"):
        yield from map(Said, HOUSE.anywhere)


async def walk(guest: Guest, way: tuple[Heard, ...]) -> None:
    for heard in way:
        if isinstance(heard, Pressed):
            await guest.press_data(heard.name)
        else:
            await guest.say(heard.text)


async def fill(guest: Guest, count: int) -> None:
    """Leave exactly *count* messages in the chat: the newest, and more of both sides."""
    surplus = list(guest.chat.messages)[: max(0, len(guest.shown) - count)]
    guest.door.sandbox.remove(guest.chat, surplus)
    await write(guest, count - len(guest.shown))


async def go_to(guest: Guest, place: Place) -> None:
    """Walk there; into a case that is not filed here, and where many answers lead, be put."""
    way = ways().get(place)
    if way is None or Said(CODE) in way:
        await stand(guest, *place)
        return
    await walk(guest, way)
    draft = await draft_of(guest)
    assert draft is None or (draft.talk, draft.step) == place


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_clearing_leaves_one_neutral_line_in_every_step(door: Door, count: int) -> None:
    for place in PLACES:
        guest, manner = door.person(), next(MANNERS)
        await go_to(guest, place)
        await fill(guest, count)

        if manner == CLEAR.name and count > 1:
            await guest.press_data(manner)
        else:
            await guest.say("x" if manner == CLEAR.name else manner)

        assert [message.text for message in guest.shown] == [CLEARED], (place, manner)
        assert labels(guest.answer) == ["How to delete the rest", "Start"]
        assert guest.chat.keyboard is None
        assert await draft_of(guest) is None
