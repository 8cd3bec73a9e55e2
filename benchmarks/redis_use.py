"""Figure 8: what a talk takes of Redis: bytes while it goes on, commands a turn.

Measured on a real Valkey: MEMORY USAGE of all keys just before *Send*, when the draft is fullest,
and INFO commandstats. A script counts as one command, since what it does inside is no round trip.
"""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

from benchmarks.load import serving
from benchmarks.rows import Plan, Row
from benchmarks.runs import house, listening, running
from benchmarks.talks import TO_SEND, crowd, talks
from tests.servers import valkey

PEOPLE = 20
IN_CLEAR, STEPS = 685, 4  # findings: a usual bot's bytes a talk, and commands a step
INSIDE = frozenset(
    ("get", "set", "del", "zadd", "zremrangebyscore", "expire")
)  # sent by our scripts only
OURS = frozenset(("info", "scan", "memory|usage", "config|resetstat", "client|setinfo", "hello"))


async def redis_use(plan: Plan) -> list[Row]:
    """Twenty talks, up to the question whether to send."""
    with valkey() as redis_url:
        async with serving() as api:
            with house(api.base, redis_url) as settings:
                async with running("benchmarks.door", settings=settings):
                    line = await listening(api)
                    line.put(talks(crowd(PEOPLE), TO_SEND[:-1]))
                    await line.finished()
                    return await looked_at(redis_url, PEOPLE * len(TO_SEND[:-1]))


async def looked_at(redis_url: str, turns: int) -> list[Row]:
    """The rows of what is in Redis now."""
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        commands = sent(await redis.info("commandstats")) / turns
        keys = [key async for key in redis.scan_iter()]
        parts = {"draft": 0, "messages": 0}
        for key in keys:
            kind = "messages" if ":messages:" in key else "draft"
            parts[kind] += await redis.memory_usage(key, samples=0) or 0
    draft, messages = (parts[kind] // PEOPLE for kind in ("draft", "messages"))
    ratio = (draft + messages) / IN_CLEAR
    return [
        Row(
            "8 Redis bytes a talk, before Send",
            f"{IN_CLEAR} B in clear",
            f"{draft} + {messages} B (draft + ids)",
            f"x{ratio:.1f}",
            "<= x0.6",
            ratio <= 0.6,
        ),
        Row("8 Redis commands a turn", str(STEPS), f"{commands:.1f}", "", "<= 2", commands <= 2),
    ]


def sent(stats: dict[str, Any]) -> int:
    """How many commands came over the line, except the looking."""
    names = {name.removeprefix("cmdstat_"): told["calls"] for name, told in stats.items()}
    return sum(calls for name, calls in names.items() if name not in INSIDE | OURS)
