"""The sandbox Telegram in a process of its own: python -m bot.sandbox --port N."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time

from bot.sandbox.server import serving
from bot.sandbox.telegram import default_sandbox


async def serve(port: int) -> None:
    """Print the base URL on one line; serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with serving(default_sandbox(time.time), port) as base:
        sys.stdout.write(f"{base}\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    asyncio.run(serve(parser.parse_args().port))
