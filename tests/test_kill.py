"""kill -9 where it hurts: whatever was shown stays true, nothing is lost, nothing is doubled."""

from pathlib import Path
from typing import cast

import pytest

from tests.survival import KILLS, Kill, broken, story, world


@pytest.fixture(params=KILLS, ids=str)
def kill(request: pytest.FixtureRequest) -> Kill:
    return cast("Kill", request.param)


@pytest.fixture
def drafts_at(kill: Kill, request: pytest.FixtureRequest) -> str | None:
    """Where drafts outlive the door, if this kill is about that."""
    return cast("str", request.getfixturevalue("redis_url")) if kill.redis else None


async def test_a_kill_loses_nothing_and_doubles_nothing(
    kill: Kill, drafts_at: str | None, tmp_path: Path
) -> None:
    async with world(tmp_path, drafts_at) as here:
        told = await story(here, kill)
        await told.play()

        assert await broken(told) == []
