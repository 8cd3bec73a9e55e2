"""Letters to a person: written in the caseworker's own chat, seen once more, sent to one case.

What was typed, or a saved reply, is shown as it would go; *Send* asks once more and repeats the
name of the case. Each preview sends exactly the words that stand in it, or says that they are no
longer the latest. Neither side learns who the other is. What is sent is sealed so that only the
person's code opens it.
"""

from handlers import desk, replies
from handlers.casework import Work, put_news, show_panel, told
from handlers.desk import back, turns
from handlers.spoken import units
from handlers.staff import Screen, press
from handlers.talk import Button, Code, Say, Strong
from locales import N_
from storage.books import Letterbox
from storage.notes import Note
from storage.seal import Place, PublicKey, seal, unseal

MOST = 1500  # UTF-16 units: the person sees it together with how the case stands
A_PAGE = 8  # saved replies
MARKED = 12  # hex digits: as many as a press can hold as a number
ANEW = N_("Write it anew")
STALE = N_("Not sent: it was written anew since then, or thrown away.")
SENT = N_("Sent. They read it when they next give their number.")

# Writing


async def ask_letter(work: Work, number: int, word: str) -> Screen:
    """What to write; an older one that was never sent is thrown away."""
    if await work.books.letterboxes.get(work.case.id) is None:
        return await show_panel(work, number, word)
    if work.first:
        await work.books.notes.drop_unsent(work.case.id)
    ask = Say(
        N_(
            "{case}: type your message to the person, or choose a saved reply. They read it with "
            "their number."
        ),
        {"case": Strong(work.case.name)},
    )
    saved = Button(press("replies", work.case.id), N_("Saved replies"))
    return Screen((ask,), (saved, back(work.case.id)), asks="letter")


async def ask_reply(work: Work, page: int, word: str) -> Screen:
    """Which of the saved replies? Typing one's own is still possible."""
    names = replies.names()
    pages = range(0, len(names), A_PAGE)
    page = min(page, len(pages) - 1)
    ask = Say(
        N_("{case}: which reply? It is shown before it goes. Or type your own."),
        {"case": Strong(work.case.name)},
    )
    keys = [
        Button(press("reply", work.case.id, page, name), replies.title(name))
        for name in names[pages[page] : pages[page] + A_PAGE]
    ]
    moves = turns("replies", work.case.id, page, len(pages))
    return Screen((ask,), (*keys, *moves, back(work.case.id)), asks="letter")


async def keep_reply(work: Work, page: int, name: str) -> Screen:
    """A saved reply in the person's language, to be sent as it is, or typed differently."""
    if name not in replies.names():
        return await ask_reply(work, page, name)
    text = replies.words(name, work.case.language, work.act.today)
    return await keep_letter(work, 0, text)


async def keep_letter(work: Work, number: int, text: str) -> Screen:
    """Kept sealed, not sent, and shown once more with the name of the case it would go to."""
    if units(text) > MOST:
        line = Say(N_("That is too long: {most} characters at most."), {"most": MOST})
        return Screen((line,), (anew(work), back(work.case.id)))
    if work.first:
        await work.books.notes.drop_unsent(work.case.id)
        note = work.new_id()
        sealed = seal(text.encode(), work.keys.own.public, work.place(f"staff note {note}"))
        await work.books.notes.add(
            note, work.case.id, work.act.by.id, sealed, work.act.today, "unsent"
        )
    return await preview(work, 0, "")


async def preview(work: Work, number: int, word: str) -> Screen:
    """The message as it would go. Words typed below take its place."""
    note = await work.books.notes.unsent(work.case.id)
    if note is None:
        return await show_panel(work, number, word)
    await work.hide_later()
    head = Say(
        N_(
            "For the person of {case}, not sent yet, hidden after 15 minutes. To change it, type "
            "it anew."
        ),
        {"case": Strong(work.case.name)},
    )
    send = Button(press("send", work.case.id, mark_of(note)), N_("Send"), "success")
    body = Say("{note}", {"note": Code(words_of(work, note))})
    return Screen((head, body), (send, anew(work), back(work.case.id)), asks="letter")


def anew(work: Work) -> Button:
    """Throw it away and write another one."""
    return Button(press("write", work.case.id), ANEW)


# Sending


async def ask_send(work: Work, mark: int, word: str) -> Screen:
    """Once more, with the name of the case: does it go to the right person?"""
    note = await marked(work, mark)
    if note is None or note.kind == "letter":
        return await post_letter(work, mark, word)
    await work.hide_later()
    name = {"case": Strong(work.case.name)}
    ask = Say(N_("Send this to the person of {case}?"), name)
    yes = Say(N_("Yes, send to {case}"), {"case": work.case.name})
    keys = (
        Button(press("post", work.case.id, mark), yes, "success"),
        Button(press("preview", work.case.id), N_("Back")),
    )
    return Screen((ask, Say("{note}", {"note": Code(words_of(work, note))})), keys)


async def post_letter(work: Work, mark: int, word: str) -> Screen:
    """Into the case's letterbox, with its audit row and one neutral line for who wants news.

    Nothing goes where the words that were shown are no longer the latest.
    """
    note = await marked(work, mark)
    box = await work.books.letterboxes.get(work.case.id)
    if note is None or box is None:
        return desk.panel(await told(work), work.act.by, Say(STALE))
    if note.kind == "unsent" and work.first:
        await put_in(work, note, box)
    return desk.panel(await told(work), work.act.by, Say(SENT))


async def put_in(work: Work, note: Note, box: Letterbox) -> None:
    """Sealed anew, for the person's code alone; our own copy stays among the notes."""
    place = Place(work.case.id, f"letter {note.id}")
    letter = seal(words_of(work, note).encode(), PublicKey.from_bytes(box.key), place)
    await work.books.letterboxes.post(note.id, work.case.id, letter, work.act.today)
    await work.books.notes.sent(note.id)
    await work.note_down("write")
    await put_news(work, "letter")


def words_of(work: Work, note: Note) -> str:
    """What was written to the person."""
    return unseal(note.sealed, work.keys.own, work.place(f"staff note {note.id}")).decode()


def mark_of(note: Note) -> int:
    """By which a button knows the one message it was shown with; a note's number comes again."""
    return int(note.id[:MARKED], 16)


async def marked(work: Work, mark: int) -> Note | None:
    """The message with this mark, sent or not; None: it is no longer there."""
    for note in await work.books.notes.of(work.case.id):
        if note.kind in ("unsent", "letter") and mark_of(note) == mark:
            return note
    return None
