"""Moments as the books write them, and hours by Hong Kong's clock."""

from datetime import UTC, datetime, timedelta, timezone

HONG_KONG = timezone(timedelta(hours=8))


def at(seconds: float) -> datetime:
    """Unix seconds as the books write them."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def next_hour(now: datetime, hour: int | None) -> datetime:
    """When Hong Kong's clock next shows this hour; now, if it does, or if any will do."""
    local = now.astimezone(HONG_KONG)
    if hour is None or local.hour == hour:
        return now
    then = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return then if then > local else then + timedelta(days=1)
