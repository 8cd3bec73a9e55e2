"""The clock of a process: set back it goes on, set forward it follows."""

from bot.steady import steady


def test_a_clock_set_back_goes_on() -> None:
    wall, ticks = iter([1000.0, 1010.0, -2600.0, -2590.0]), iter([5.0, 15.0, 15.5, 25.5])
    now = steady(lambda: next(wall), lambda: next(ticks))

    assert [now(), now(), now()] == [1010.0, 1010.5, 1020.5]


def test_a_clock_set_forward_is_followed() -> None:
    wall, ticks = iter([0.0, 1.0, 5000.0, 5001.0]), iter([5.0, 6.0, 7.0, 8.0])
    now = steady(lambda: next(wall), lambda: next(ticks))

    assert [now(), now(), now()] == [1.0, 5000.0, 5001.0]
