"""kill -9 where it hurts: whatever was shown stays true, nothing is lost, nothing is doubled."""

import asyncio
from pathlib import Path

import pytest

from bot.sandbox import phone
from handlers.commands import TAKE
from handlers.talk import Say
from tests.conftest import missing
from tests.servers import Missing, mortal_postgres
from tests.survival import KILLS, LEASE, Do, Kill, broken, story, world

IN_MEMORY = [kill for kill in KILLS if not kill.redis]
IN_REDIS = [kill for kill in KILLS if kill.redis]
(SENT_UNMARKED,) = (kill for kill in KILLS if kill.point == "C20")


async def survives(kill: Kill, folder: Path, redis_url: str | None = None) -> list[str]:
    """Play the story; what does not hold then."""
    folder.mkdir()
    async with world(folder, redis_url) as here:
        told = await story(here, kill)
        await told.play()
        return await broken(told)


@pytest.mark.parametrize("kill", IN_MEMORY, ids=str)
async def test_a_kill_loses_nothing_and_doubles_nothing(kill: Kill, tmp_path: Path) -> None:
    assert await survives(kill, tmp_path / "world") == []


async def test_nor_does_a_kill_of_a_door_whose_drafts_and_locks_outlive_it(
    redis_url: str, tmp_path: Path
) -> None:
    """Side by side, since whoever was being heard waits until the dead door's lock ends."""
    works = [survives(kill, tmp_path / str(n), redis_url) for n, kill in enumerate(IN_REDIS)]

    assert await asyncio.gather(*works) == [[] for _ in IN_REDIS]


@pytest.mark.timeout(300)  # it waits out a lease, and four backoffs
async def test_nor_does_a_kill_of_the_database_under_both_halves(tmp_path: Path) -> None:
    """Four times it is gone when it is needed, and comes back with all it had said yes to."""
    try:
        server = mortal_postgres()
        database = server.__enter__()
    except Missing as why:
        missing(str(why))
    url = f"postgresql+asyncpg://postgres@/postgres?host={database.folder}"

    async def without(do: Do) -> None:
        await asyncio.to_thread(database.kill)
        await do()
        await told.hand.until(lambda one: "Not sent yet" in one.text, "the line that says so")
        await asyncio.to_thread(database.start)

    async def beside(do: Do) -> None:
        await asyncio.to_thread(database.kill)
        await do()
        await asyncio.to_thread(database.start)

    try:
        async with world(tmp_path, database_url=url) as here:
            told = await story(here, None)
            told.patience = 2 * LEASE + phone.PATIENCE  # a courier that lost it twice waits twice
            told.around = {"send": without, "one more word": beside}
            told.around |= {"take": beside, "show links": beside}

            await told.play()

            assert await broken(told) == []
    finally:
        server.__exit__(None, None, None)


async def test_a_card_is_found_again_though_much_was_written_before_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        told = await story(here, SENT_UNMARKED)
        for number in range(30):
            await told.group.phone.say(f"and good morning {number}")
        await told.private.start("", Say(TAKE))  # it has heard all of that
        await here.rest("staff")  # and the next one hears nothing of it
        here.start("staff")

        await told.play()

        assert await broken(told) == []
