"""The README's first command, as a newcomer types it: in a process of its own."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import aiohttp
import pytest

from bot.demo import forget
from bot.trouble import Trouble

ROOT = Path(__file__).parent.parent


async def started(folder: Path, *more: str) -> tuple[Process, list[str], str]:
    """A demo, what it said until its address, and the address."""
    demo = ("-m", "bot", "demo", "--port", "0", "--folder", str(folder), *more)
    process = await asyncio.create_subprocess_exec(sys.executable, *demo, cwd=ROOT, stdout=PIPE)
    assert process.stdout is not None
    said: list[str] = []
    while not (said and said[-1].startswith("Open http")):
        line = await process.stdout.readline()
        assert line, said
        said.append(line.decode().rstrip())
    return process, said, said[-1].removeprefix("Open ")


async def stopped(process: Process, how: signal.Signals) -> tuple[int | None, str]:
    """Its exit code, and its last words."""
    process.send_signal(how)
    rest, _ = await process.communicate()
    return process.returncode, rest.decode().rstrip().splitlines()[-1]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_the_demo_says_how_far_it_is_and_stops_cleanly(
    tmp_path: Path, how: signal.Signals
) -> None:
    process, said, url = await started(tmp_path)

    async with aiohttp.ClientSession() as http, http.get(url) as page:
        assert "Front Door" in await page.text()
    assert [line[:3] for line in said if line[1:3] == "/4"] == ["1/4", "2/4", "3/4", "4/4"]
    assert await stopped(process, how) == (0, "Stopped.")


async def test_a_second_start_keeps_the_keys_and_fresh_makes_new_ones(tmp_path: Path) -> None:
    process, _, _ = await started(tmp_path)
    await stopped(process, signal.SIGINT)
    keys = (tmp_path / "keys" / "staff" / "staff.key").read_bytes()

    process, _, _ = await started(tmp_path)
    await stopped(process, signal.SIGINT)
    assert (tmp_path / "keys" / "staff" / "staff.key").read_bytes() == keys

    process, _, _ = await started(tmp_path, "--fresh")
    await stopped(process, signal.SIGINT)
    assert (tmp_path / "keys" / "staff" / "staff.key").read_bytes() != keys


async def test_the_page_finds_another_port_when_its_own_is_taken(tmp_path: Path) -> None:
    first, _, url = await started(tmp_path / "one")
    port = url.rpartition(":")[2]

    second, _, other = await started(tmp_path / "two", "--port", port)

    assert other != url
    await stopped(first, signal.SIGINT)
    await stopped(second, signal.SIGINT)


async def test_a_second_demo_on_the_same_folder_is_told_so(tmp_path: Path) -> None:
    first, _, _ = await started(tmp_path)

    demo = ("-m", "bot", "demo", "--port", "0", "--folder", str(tmp_path))
    second = await asyncio.create_subprocess_exec(sys.executable, *demo, cwd=ROOT, stderr=PIPE)
    _, wrong = await second.communicate()

    assert second.returncode == 1
    assert b"A demo is already running" in wrong
    await stopped(first, signal.SIGINT)


def test_fresh_forgets_a_demo_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")

    with pytest.raises(Trouble, match="holds no demo"):
        forget(tmp_path)

    assert (tmp_path / "thesis.txt").exists()
