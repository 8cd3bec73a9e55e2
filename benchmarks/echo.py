"""The baseline: a bare aiogram echo bot in its own process.

`python -m benchmarks.echo TOKEN BASE`
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

from benchmarks.gauge import telling


async def echo(token: str, base: str) -> None:
    """Say everything back until killed."""
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def say_back(message: Message) -> None:
        await message.answer(message.text or "")

    telling()
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    await dispatcher.start_polling(Bot(token, session=session), handle_signals=False)


if __name__ == "__main__":
    asyncio.run(echo(*sys.argv[1:]))
