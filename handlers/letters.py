"""Letters to a person: written in the caseworker's own chat, seen once more, sent to one case.

Neither learns who the other is. What is sent is sealed so that only the person's code opens it.
"""

from handlers import desk
from handlers.casework import Work, put_news, show_panel, told
from handlers.desk import back
from handlers.spoken import units
from handlers.staff import Screen, press
from handlers.talk import Button, Code, Say, Strong
from locales import N_
from storage.books import Letterbox
from storage.notes import Note
from storage.seal import Place, PublicKey, seal, unseal

MOST = 1500  # UTF-16 units: the person sees it together with how the case stands
ANEW = N_("Write it anew")


async def ask_letter(work: Work, number: int, word: str) -> Screen:
    """What to write; an older one that was never sent is thrown away."""
    if await work.books.letterboxes.get(work.case.id) is None:
        return await show_panel(work, number, word)
    if work.first:
        await work.books.notes.drop_unsent(work.case.id)
    ask = Say(
        N_("{case}: type your message to the person. They read it with their number."),
        {"case": Strong(work.case.name)},
    )
    return Screen((ask,), (back(work.case.id),), asks="letter")


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
    await work.hide_later()
    return await preview(work)


async def preview(work: Work) -> Screen:
    """The message as it is kept, and a button that names the case; the panel where none is."""
    unsent = [note for note in await work.books.notes.of(work.case.id) if note.kind == "unsent"]
    if not unsent:
        return await show_panel(work, 0, "")
    place = work.place(f"staff note {unsent[-1].id}")
    text = unseal(unsent[-1].sealed, work.keys.own, place).decode()
    head = Say(
        N_("This goes to the person of {case} when you press Send, hidden after 15 minutes:"),
        {"case": Strong(work.case.name)},
    )
    send = Say(N_("Send to {case}"), {"case": work.case.name})
    keys = (Button(press("post", work.case.id, unsent[-1].number), send, "success"), anew(work))
    return Screen((head, Say("{note}", {"note": Code(text)})), (*keys, back(work.case.id)))


def anew(work: Work) -> Button:
    """Throw it away and type another one."""
    return Button(press("write", work.case.id), ANEW)


async def post_letter(work: Work, number: int, word: str) -> Screen:
    """Into the case's letterbox, with its audit row and one neutral line for who wants news."""
    note = await work.books.notes.unsent(work.case.id, number)
    box = await work.books.letterboxes.get(work.case.id)
    if note is None or box is None:
        return await show_panel(work, number, word)
    if work.first:
        await put_in(work, note, box)
    line = Say(N_("Sent. They read it when they next give their number."))
    return desk.panel(await told(work), work.act.by, line)


async def put_in(work: Work, note: Note, box: Letterbox) -> None:
    """Sealed anew, for the person's code alone; our own copy stays among the notes."""
    text = unseal(note.sealed, work.keys.own, work.place(f"staff note {note.id}"))
    place = Place(work.case.id, f"letter {note.id}")
    letter = seal(text, PublicKey.from_bytes(box.key), place)
    await work.books.letterboxes.post(note.id, work.case.id, letter, work.act.today)
    await work.books.notes.sent(note.id)
    await work.note_down("write")
    await put_news(work, "letter")
