"""Our door as a contestant, in its own process, with codes that cost nothing.

`python -m benchmarks.door [--holds]`; settings come from the environment, as for `bot door`. A
code's Argon2id takes 0.2 s and 64 MiB by design, which is told apart: here each tag is random.
"""

import asyncio
import secrets
import sys
import time
from unittest.mock import patch

from benchmarks.gauge import Holds, telling
from bot import halves
from bot.config import DoorSettings, read_settings
from storage.codes import Prepared, Shelf, new_code


class FullShelf(Shelf):
    """Always one more code ready, under a tag that no code leads to."""

    async def fill(self) -> None:
        """It is full."""

    async def take(self) -> Prepared:
        """One more."""
        letterbox = self._keys.letterbox(secrets.token_bytes(32)).public
        return Prepared(new_code(self._below), secrets.token_bytes(32), letterbox)


async def main() -> None:
    """The door, until killed."""
    holds = Holds()
    with patch.object(halves, "Shelf", FullShelf):
        async with (
            halves.open_door(read_settings(DoorSettings), time.time, secrets.randbelow) as door,
            asyncio.TaskGroup() as group,
        ):
            telling(holds)
            if "--holds" in sys.argv:
                group.create_task(holds.watch())
            group.create_task(door.run())


if __name__ == "__main__":
    asyncio.run(main())
