"""The small Telegram over HTTP, on loopback only: the Bot API, the page of phones, its own API."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.sandbox import bot_api
from bot.sandbox.acts import CannotDo, perform
from bot.sandbox.chats import Json, Upload
from bot.sandbox.screen import state
from bot.sandbox.telegram import Sandbox

HERE = Path(__file__).parent
FONTS = HERE.parent / "fonts"
LOOPBACK = "127.0.0.1"
SANDBOX = web.AppKey("sandbox", Sandbox)
OPEN = web.AppKey("open", set[asyncio.Task[None]])
BREATH = 0.03  # seconds in which changes are gathered into one event
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(sandbox: Sandbox, port: int = 0) -> AsyncIterator[str]:
    """Serve on loopback until left; gives the base URL. Port 0 takes a free one."""
    runner = web.AppRunner(
        application(sandbox), handler_cancellation=True, access_log=None, shutdown_timeout=1
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def application(sandbox: Sandbox) -> web.Application:
    """The aiohttp application around one sandbox."""
    bot_api.models()  # the slow import, before the first call and not during it
    app = web.Application(middlewares=[remembered, from_this_page])
    app[SANDBOX] = sandbox
    app[OPEN] = set()
    app.on_shutdown.append(hang_up)
    app.router.add_get("/", page)
    app.router.add_get("/fonts/{name}", font)
    app.router.add_get("/sandbox/file/{bot}/{chat}/{message}", file)
    app.router.add_get("/sandbox/state", look)
    app.router.add_get("/sandbox/events", events)
    app.router.add_get("/sandbox/wait", wait)
    app.router.add_post("/sandbox/act", act)
    app.router.add_route("*", "/bot{token}/{method}", bot_call)
    return app


async def hang_up(app: web.Application) -> None:
    """End the long polls and event streams that are still open."""
    for task in app[OPEN]:
        task.cancel()


@web.middleware
async def remembered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Know every call that is being answered, so that hang_up can end it."""
    request.app[OPEN].add(request.task)
    try:
        return await handler(request)
    finally:
        request.app[OPEN].discard(request.task)


@web.middleware
async def from_this_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away other web pages open in the same browser."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden
    if request.url.host not in {LOOPBACK, "localhost"}:
        raise web.HTTPForbidden
    return await handler(request)


async def bot_call(request: web.Request) -> web.StreamResponse:
    """One Bot API call: parameters from the query, a form or a JSON object."""
    sandbox, asked = request.app[SANDBOX], request.match_info
    try:
        raw = await _parameters(request)
        status, body = await bot_api.respond(sandbox, asked["token"], asked["method"], raw)
    except bot_api.LineCut:
        if request.transport is not None:
            request.transport.abort()
        raise asyncio.CancelledError from None
    return web.json_response(body, status=status)


async def _parameters(request: web.Request) -> Json:
    """What was sent; a body nobody can read counts as a parameter nobody knows."""
    as_json = request.content_type == "application/json"
    sent: object
    try:
        sent = await request.json() if as_json else await request.post()
    except ValueError:
        sent = None
    if not isinstance(sent, Mapping):
        sent = {"unreadable": True}
    return {**request.query, **{name: _uploaded(one) for name, one in sent.items()}}


def _uploaded(value: object) -> object:
    """A file by its name and content; anything else as it is."""
    if not isinstance(value, web.FileField):
        return value
    return Upload(Path(value.filename).name, value.file.read())


async def page(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(HERE / "page.html", headers={"Cache-Control": "no-store"})


async def font(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    path = FONTS / name
    if not re.fullmatch(r"\w[\w.-]*", name) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path)


async def file(request: web.Request) -> web.StreamResponse:
    """What a bot sent as a picture or file, as the phones on the page show it."""
    bot, number, message = (_number(request.match_info[key]) for key in ("bot", "chat", "message"))
    chat = request.app[SANDBOX].chats.get((bot or None, number))
    found = chat.messages.get(message) if chat else None
    if found is None or found.file is None:
        raise web.HTTPNotFound
    kind = "image/png" if found.media == "photo" else "application/octet-stream"
    return web.Response(body=found.file.data, content_type=kind)


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,20}", text) else 0


async def look(request: web.Request) -> web.StreamResponse:
    return web.json_response(_seen(request))


async def wait(request: web.Request) -> web.StreamResponse:
    """The state as soon as its version passes *after*, or once *timeout* seconds are over."""
    sandbox = request.app[SANDBOX]
    after = int(request.query.get("after", "-1"))
    try:
        async with asyncio.timeout(float(request.query.get("timeout", "20"))):
            while sandbox.version <= after:
                await sandbox.bell.wait()
    except TimeoutError:
        pass  # nothing changed, and that is the answer
    return web.json_response(_seen(request))


async def events(request: web.Request) -> web.StreamResponse:
    """The whole state now and after every change (server-sent events)."""
    sandbox = request.app[SANDBOX]
    stream = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await stream.prepare(request)
    while True:
        shown = sandbox.version
        await stream.write(f"data: {json.dumps(_seen(request))}\n\n".encode())
        while sandbox.version == shown:
            await sandbox.bell.wait()
        await asyncio.sleep(BREATH)


def _seen(request: web.Request) -> Json:
    only = request.query.get("person")
    return state(request.app[SANDBOX], int(only) if only else None)


async def act(request: web.Request) -> web.StreamResponse:
    try:
        asked = await request.json()
        return web.json_response(perform(request.app[SANDBOX], asked))
    except (CannotDo, ValueError, AttributeError) as refused:
        return web.json_response({"ok": False, "why": str(refused)}, status=400)
