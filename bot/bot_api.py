"""One raw client of the Bot API: a method's name and its parameters in, plain JSON out.

The receiver polls with it. It tells apart three ways of failing, because each asks for something
else: refused (read the code), unreached (try again), unsure (it may have happened: look first).
"""

from __future__ import annotations

from typing import Any, Self

import aiohttp

TELEGRAM = "https://api.telegram.org"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0


class Failed(Exception):
    """A call without a result. Its text names the method only: no token, no words, no chat."""


class Unreached(Failed):
    """Never sent: no connection, no such host."""


class Unsure(Failed):
    """Sent, but no answer was read (cut, timed out, 5xx, not JSON): it may have had its effect."""


class Refused(Failed):
    """Answered with ok=false: nothing happened.

    *code* and *description* as in the answer; *retry_after* seconds (429) and *moved_to*, a
    group's new id, from its ResponseParameters (core.telegram.org/bots/api#responseparameters).
    """

    def __init__(self, method: str, answer: dict[str, Any]) -> None:
        parameters = answer.get("parameters") or {}
        self.code: int = answer["error_code"]
        self.description: str = answer.get("description", "")
        self.retry_after: int | None = parameters.get("retry_after")
        self.moved_to: int | None = parameters.get("migrate_to_chat_id")
        super().__init__(f"{method} {self.code}")


class BotApi:
    """One bot's line to Telegram, kept open between calls. `async with`, or close it at the end.

    A session that is given stays open; it must belong to the running loop.
    """

    def __init__(
        self, token: str, base: str = TELEGRAM, session: aiohttp.ClientSession | None = None
    ) -> None:
        self._address = f"{base.rstrip('/')}/bot{token}/"
        self._session = session
        self._own = session is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def call(self, method: str, **params: Any) -> Any:
        """The `result` of one method; parameters that are None are left out.

        Waits ANSWER_SECONDS, and for a long poll its own `timeout` besides. Raises Failed.
        """
        seconds = ANSWER_SECONDS + (params.get("timeout") or 0)
        given = {name: value for name, value in params.items() if value is not None}
        status, answer = await self._post(method, given, seconds)
        if status >= 500 or not isinstance(answer, dict) or "ok" not in answer:
            raise Unsure(method)
        if not answer["ok"]:
            raise Refused(method, answer)
        return answer["result"]

    async def close(self) -> None:
        """Close the line, if it is our own."""
        if self._own and self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, method: str, given: dict[str, Any], seconds: float) -> tuple[int, Any]:
        """Status and JSON. aiohttp's own errors name the address, and the token is in it."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        post = self._session.post(self._address + method, json=given, timeout=timeout)
        try:
            async with post as response:
                return response.status, await response.json(content_type=None)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreached(method) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise Unsure(method) from None
