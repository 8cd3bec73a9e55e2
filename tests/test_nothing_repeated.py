"""Once a report is sent, nothing typed is ever said again: every call to Telegram is read."""

from typing import Any

import pytest

from bot.sandbox.chats import Json
from handlers import report
from handlers.doors import MINE, REPORT_LINKS
from handlers.spoken import Voice
from handlers.talk import Button
from locales import language_of
from storage.keys import StaffKeys
from tests.doors import Door, Guest, copied
from tests.test_front_door import record
from tests.test_whole_way import TODAY

# Invented words, one for each place in which something can be typed.
PLANTED = {
    "link": "qzxwvkjpqf",
    "host": "wqjzkxvbqy",
    "hidden link": "zzqkwxvjhq",
    "caption": "vqxkzjwpyq",
    "channel": "kqzvxjwqhp",
    "title": "xqwzvkqjyp",
    "edited link": "jqxzwvkqpb",
    "words at a question": "yqzvkxwjqr",
    "note": "pqvzxkwjqd",
    "edited note": "hqzxjvwkqt",
    "later link": "bqxvzkjwqm",
    "note in Chinese": "龘靐齉爩麤籲",
}
SIXES = [word[at : at + 6] for word in PLANTED.values() for at in range(len(word) - 5)]


async def tell_all(guest: Guest, press: Any) -> dict[str, int]:
    """A report with a planted word in every place; gives the messages that can be edited."""
    p = PLANTED
    await guest.say("/start")
    await press(MINE)
    await press(REPORT_LINKS)
    await press(report.NO)
    link = guest.act("say", text=f"https://example.org/{p['link']}")["messages"][0]
    await guest.door.hear()
    await guest.say(f"https://{p['host']}.example.org/1")
    hidden = {"type": "text_link", "offset": 0, "length": 4}
    address = f"https://example.org/{p['hidden link']}"
    await guest.do("say", text="look", entities=[{**hidden, "url": address}])
    await guest.do("media", kind="photo", caption=f"{p['caption']} https://example.org/zz/9")
    channel = {"title": p["title"], "username": f"zz_{p['channel']}", "post": 7}
    await guest.do("forward", **{"from": channel}, text=p["caption"], media="photo")
    await guest.do("edit", message=link, text=f"https://example.org/{p['edited link']}")
    await press(report.THAT_IS_ALL)
    await guest.say(p["words at a question"])
    await press(report.HAPPENED["shared"])
    await press(report.DONE)
    await press(report.URGENCY["calm"])
    note = guest.act("say", text=f"{p['note']} {p['note in Chinese']}")["messages"][0]
    await guest.door.hear()
    await guest.do("edit", message=note, text=p["edited note"])
    await press(report.DONE)
    await press(report.NEWS_YES)
    return {"link": link, "note": note}


@pytest.mark.parametrize("code", ["en", "zh-hk", "fr"])
async def test_after_sending_no_six_letters_of_what_was_typed_go_out(
    door: Door, staff_keys: StaffKeys, code: str
) -> None:
    guest = door.person(code)
    voice = Voice(language_of(code), TODAY)

    async def press(button: Button | str) -> None:
        await guest.press(voice.label(button.words if isinstance(button, Button) else button))

    typed = await tell_all(guest, press)
    sent: list[str] = []
    door.sandbox.faults = lambda role, method, params: sent.append(spelled(params))

    await press(report.SEND)
    number = copied(guest.answer)
    await guest.say("hello?")
    for message in typed.values():
        await guest.do("edit", message=message, text=f"https://example.org/{PLANTED['link']}")
    await guest.say(f"https://example.org/{PLANTED['later link']}")
    await guest.walk("/help", "/language", "/language")
    await press(report.SAVED)
    for message in typed.values():
        await guest.do("edit", message=message, text=PLANTED["edited note"])
    await guest.walk("/start", "/report", "/status", number, "zz", "/start", number)
    await record(door, staff_keys, "requested", "removed")
    await door.courier.round()
    await guest.walk(number, "/stop", "/start", "x")

    assert len(sent) > 20
    assert [six for six in SIXES for words in sent if six in words.lower()] == []


def spelled(params: Json) -> str:
    """All that goes out with one call, as it is and with escapes opened."""
    raw = " ".join(map(str, params.values()))
    return raw + raw.encode().decode("unicode_escape", "replace")


async def test_the_scan_sees_what_is_repeated(door: Door) -> None:
    sent: list[str] = []
    door.sandbox.faults = lambda role, method, params: sent.append(spelled(params))
    guest = door.person()
    await guest.walk("/start", "/report", "[No, 18", "https://example.org/zz/planted")

    await guest.press("Take a link out")

    assert any("planted" in words for words in sent), "before sending, the tail of a link is shown"
