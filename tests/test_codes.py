"""Receipt codes: a slip is noticed, a code is never kept, and nobody waits without need."""

import asyncio
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.codes import Shelf, in_fours, is_whole, new_code, stretch
from storage.keys import DoorKeys

SAMPLE = [new_code(random.Random(seed).randrange) for seed in range(50)]


def _wrong_digits(code: str) -> Iterator[str]:
    for at in range(16):
        for digit in "0123456789":
            if digit != code[at]:
                yield code[:at] + digit + code[at + 1 :]


def _swaps(code: str) -> Iterator[str]:
    for at in range(15):
        if code[at] != code[at + 1]:
            yield code[:at] + code[at + 1] + code[at] + code[at + 2 :]


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_new_code_is_whole(drawn: int) -> None:
    code = new_code(lambda below: drawn % below)

    assert is_whole(code)
    assert code.startswith(f"{drawn:015}")


@pytest.mark.parametrize("code", SAMPLE)
def test_every_wrong_digit_is_noticed(code: str) -> None:
    assert not any(is_whole(wrong) for wrong in _wrong_digits(code))


@pytest.mark.parametrize("code", SAMPLE)
def test_every_swap_of_neighbours_is_noticed(code: str) -> None:
    assert not any(is_whole(wrong) for wrong in _swaps(code))


@pytest.mark.parametrize(
    "typed", ["", "0", SAMPLE[0][:-1], SAMPLE[0] + "0", "0000 0000 0000 0", "０" * 16, "x" * 16]
)
def test_anything_but_sixteen_plain_digits_is_not_whole(typed: str) -> None:
    assert not is_whole(typed)


def test_the_check_digit_is_known() -> None:
    """Damm's own example: the check digit of 572 is 4. Leading zeros change nothing."""
    assert is_whole("0000000000005724")


def test_a_code_is_shown_in_fours() -> None:
    assert in_fours("1234567890123456") == "1234 5678 9012 3456"


def test_stretching_a_code_gives_what_it_always_gave() -> None:
    """If this fails, no code handed out before would be found again."""
    assert stretch("0000000000005724", b"salt" * 4).hex() == (
        "07546a1995942fd78a4a342fbdc1218f803aadfef26f2cac6189cfaff952e835"
    )


def test_another_salt_gives_another_tag() -> None:
    assert stretch(SAMPLE[0], b"a" * 16) != stretch(SAMPLE[0], b"b" * 16)


@pytest.fixture
def shelf(door_keys: DoorKeys) -> Shelf:
    return Shelf(door_keys, random.Random(1).randrange, most=2)


async def _until_full(shelf: Shelf, size: int) -> None:
    while len(shelf) < size:  # noqa: ASYNC110 - a shelf tells nobody that it is full
        await asyncio.sleep(0.01)


async def test_an_empty_shelf_makes_a_code_on_the_spot(shelf: Shelf) -> None:
    prepared = await shelf.take()

    assert is_whole(prepared.code)
    ticket = await shelf.ticket(prepared.code)
    assert prepared.tag == ticket.tag
    assert prepared.letterbox.id == ticket.letterbox.id
    assert len(prepared.tag) == 32


async def test_a_filled_shelf_gives_what_stands_ready_and_fills_up_again(shelf: Shelf) -> None:
    async with asyncio.TaskGroup() as group:
        filling = group.create_task(shelf.fill())
        await _until_full(shelf, 2)
        taken = {(await shelf.take()).code, (await shelf.take()).code}
        emptied = len(shelf)
        await _until_full(shelf, 2)
        filling.cancel()

    assert len(taken) == 2
    assert emptied == 0


async def test_nobody_gets_a_code_twice(shelf: Shelf) -> None:
    async with asyncio.TaskGroup() as group:
        filling = group.create_task(shelf.fill())
        taken = await asyncio.gather(*(shelf.take() for _ in range(6)))
        filling.cancel()

    assert len({prepared.code for prepared in taken}) == 6


async def test_who_waits_goes_before_the_filling(shelf: Shelf) -> None:
    """Behind at most the one code that is being made."""
    async with asyncio.TaskGroup() as group:
        filling = group.create_task(shelf.fill())
        tickets = await asyncio.gather(*(shelf.ticket(code) for code in SAMPLE[:4]))
        made_meanwhile = len(shelf)
        filling.cancel()

    assert len({ticket.tag for ticket in tickets}) == 4
    assert len({ticket.letterbox.id for ticket in tickets}) == 4
    assert made_meanwhile <= 1


async def test_who_gives_up_waiting_does_not_hold_up_the_filling(shelf: Shelf) -> None:
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(shelf.ticket(SAMPLE[0]))
        filling = group.create_task(shelf.fill())
        await asyncio.sleep(0)
        looking.cancel()
        await _until_full(shelf, 2)
        filling.cancel()


async def test_a_prepared_code_does_not_show_itself(shelf: Shelf) -> None:
    prepared = await shelf.take()

    assert prepared.code not in repr(prepared)
