"""Digits, however they are typed."""

import pytest

from handlers.digits import code_in, digits_of


@pytest.mark.parametrize(
    "typed",
    [
        "0123456789",
        "０１２３４５６７８９",
        "٠١٢٣٤٥٦٧٨٩",
        "०१२३४५६७८९",
        "零一二三四五六七八九",
        "〇壹貳叁肆伍陸柒捌玖",
        "○幺两參四五六七八九",
        "0123-4567-89",
        " 0 1.2,3·4、5，6。7:8：9 ",
        "０１２３　４５６７－８９",
        "#0123456789",
        "0一２٣४5六7捌9",
        "0123\n4567\n89",
    ],
)
def test_digits_are_read_in_any_script(typed: str) -> None:
    assert digits_of(typed) == "0123456789"


@pytest.mark.parametrize("typed", ["", "  ", "#", "-", "12a", "一二個", "½", "²x", "no", "12/3"])
def test_what_holds_more_than_digits_is_no_number(typed: str) -> None:
    assert digits_of(typed) is None


def test_a_code_is_sixteen_digits_whatever_the_last() -> None:
    assert code_in("1234 5678 9012 3456") == "1234567890123456"
    assert code_in("一二三四 五六七八 九零一二 三四五六") == "1234567890123456"


@pytest.mark.parametrize(
    "typed",
    [
        "my number is 1234 5678 9012 3456.",
        "no: 1234567890123456, please",
        "code:1234-5678-9012-3456!",
        "我個號碼係一二三四 五六七八 九零一二 三四五六，點呀",
        "號碼１２３４５６７８９０１２３４５６唔該",
        "2 days ago I got 1234 5678 9012 3456",
        "係咪1234567890123456？",
    ],
)
def test_a_code_is_read_in_a_sentence(typed: str) -> None:
    assert code_in(typed) == "1234567890123456"


@pytest.mark.parametrize(
    "typed",
    [
        *("123", "1234 5678 9012 345", "1234 5678 9012 34567", "code"),
        "https://example.org/1234567890123456",
        "example.org?id=1234567890123456",
        "look at 1234567890123456.html",
        "number 1234 5678 9012 34567 please",
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert code_in(typed) is None
