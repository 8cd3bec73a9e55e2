"""A clock that never goes back: what waits for a moment must not wait for it twice."""

from collections.abc import Callable

Clock = Callable[[], float]


def steady(wall: Clock, monotonic: Clock) -> Clock:
    """Unix seconds like *wall*'s, except that where it is set back they go on.

    *monotonic* counts seconds from anywhere and is never set (time.monotonic). Set forward, they
    follow: a machine may begin with a wrong clock.
    """
    last, at = wall(), monotonic()

    def now() -> float:
        nonlocal last, at
        tick = monotonic()
        last, at = max(wall(), last + tick - at), tick
        return last

    return now
