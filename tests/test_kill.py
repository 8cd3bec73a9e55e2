"""kill -9 where it hurts: whatever was shown stays true, nothing is lost, nothing is doubled."""

from pathlib import Path

import pytest

from tests.survival import KILLS, Kill, broken, story, world


@pytest.mark.parametrize("kill", KILLS, ids=str)
async def test_a_kill_loses_nothing_and_doubles_nothing(
    kill: Kill, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    redis_url = request.getfixturevalue("redis_url") if kill.redis else None
    async with world(tmp_path, redis_url) as here:
        told = await story(here, kill)
        await told.play()

        assert await broken(told) == []
