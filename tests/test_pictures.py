"""Pictures: the same on every machine, legible in both scripts, carried as picture or file."""

import pytest

from bot.parcels import Attached, Done, Parcel
from bot.pictures import png
from bot.postman import Postman
from handlers.spoken import Answer, Mark
from tests.test_sandbox import CHING, STAFF, Staff, Telegram, staff, telegram

__all__ = ["staff", "telegram"]

PNG = b"\x89PNG\r\n\x1a\n"


def word(text: str) -> bytes:
    return png(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
        f'<text x="4" y="30" font-size="24">{text}</text></svg>'
    )


def test_each_character_of_both_scripts_is_drawn_as_itself() -> None:
    drawn = [word(character) for character in [*"aé–“嘅咗唔佢喺俾啲嚟哋冇嘢", " "]]

    assert all(picture.startswith(PNG) for picture in drawn)
    assert len(set(drawn)) == len(drawn)


def test_what_is_no_svg_is_no_picture() -> None:
    with pytest.raises(ValueError, match="1:1"):
        png("zz invented")


async def test_a_png_is_shown_and_anything_else_is_a_file(
    telegram: Telegram, staff: Staff
) -> None:
    chat = telegram.started(CHING, "staff")
    postman, picture = Postman(staff.bot), word("a")
    words = Answer("zz caption", (Mark("bold", 0, 2),))

    for file in (Attached("zz.png", picture), Attached("zz.txt", b"zz lines")):
        sent = await postman.send(Parcel(chat, words, protect=True, attached=file))
        assert isinstance(sent, Done)
        shown = telegram.sandbox.chats[telegram.sandbox.bot("staff").id, chat]
        message = shown.messages[sent.message]
        assert message.file is not None
        assert (message.file.name, message.file.data) == (file.name, file.data)
        assert message.media == ("photo" if file.is_picture else "document")
        assert (message.text, message.protected) == ("zz caption", True)
        assert message.entities[0]["type"] == "bold"
        where = f"{telegram.base}/sandbox/file/{shown.bot}/{chat}/{sent.message}"
        async with telegram.http.get(where) as found:
            assert await found.read() == file.data


async def test_no_file_and_too_long_a_caption_are_refused(telegram: Telegram) -> None:
    chat = telegram.started(CHING, "staff")

    assert "uploaded" in await telegram.refusal("sendPhoto", STAFF, chat_id=chat, photo="zz")
    async with telegram.http.get(f"{telegram.base}/sandbox/file/0/{chat}/1") as nothing:
        assert nothing.status == 404
