"""Every button of the private chat and everything typed there: what it does, and who may.

The tables are the law: the casebook does nothing that has no row here, and nothing for anybody
whose right its row does not name.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from handlers import (
    asking,
    casework,
    endings,
    handover,
    letters,
    recording,
    referring,
    relating,
    together,
)
from handlers.casework import Work
from handlers.referring import once_told
from handlers.rights import holds, may_assign, may_refer, may_reopen, may_take, may_unlock
from handlers.staff import Caseworker, Screen
from storage.books import Case


@dataclass(frozen=True, slots=True)
class Verb:
    """*do* gets the work, a number and a word (or what was typed); *may* says for whom it is."""

    do: Callable[[Work, int, str], Awaitable[Screen]]
    may: Callable[[Caseworker, Case], bool] = holds


PRESSED: Mapping[str, Verb] = {
    "see": Verb(casework.see, may_take),
    "take": Verb(casework.take, may_take),
    "panel": Verb(casework.show_panel),
    "show": Verb(casework.reveal),
    "loose": Verb(casework.loosen),
    "unlock": Verb(casework.ask_unlock, may_unlock),
    "note": Verb(casework.read_notes),
    "add": Verb(casework.ask_note),
    "record": Verb(recording.ask_link),
    "state": Verb(once_told(recording.ask_state)),
    "set": Verb(once_told(recording.record)),
    "ways": Verb(recording.show_ways),
    "ask": Verb(once_told(recording.ask)),
    "look": Verb(recording.ask_seen),
    "found": Verb(recording.note_seen),
    "why": Verb(once_told(recording.explain)),
    "undo": Verb(recording.undo),
    "every": Verb(once_told(together.ask_state)),
    "each": Verb(once_told(together.record)),
    "because": Verb(once_told(together.explain)),
    "takeback": Verb(together.undo),
    "family": Verb(relating.show_family),
    "home": Verb(relating.show_home),
    "relate": Verb(relating.ask_other),
    "pair": Verb(relating.pair),
    "part": Verb(relating.part),
    "draw": Verb(relating.draw),
    "draft": Verb(asking.choose_platform),
    "terms": Verb(asking.choose_terms),
    "compose": Verb(asking.compose),
    "asked": Verb(asking.record_asked),
    "write": Verb(letters.ask_letter),
    "replies": Verb(letters.ask_reply),
    "reply": Verb(letters.keep_reply),
    "preview": Verb(letters.preview),
    "send": Verb(letters.ask_send),
    "post": Verb(letters.post_letter),
    "refer": Verb(referring.ask_whom, may_refer),
    "tell": Verb(referring.tell, may_refer),
    "untell": Verb(referring.untell, may_refer),
    "close": Verb(endings.ask_outcome),
    "outcome": Verb(endings.ask_close),
    "end": Verb(endings.close),
    "release": Verb(endings.ask_release),
    "give": Verb(endings.release),
    "reopen": Verb(endings.ask_reopen, may_reopen),
    "offer": Verb(handover.offer),
    "keep": Verb(handover.keep),
    "reassign": Verb(handover.ask_colleague, may_assign),
    "assign": Verb(handover.ask_why, may_assign),
}

TYPED: Mapping[str, Verb] = {
    "note": Verb(casework.keep_note),
    "reference": Verb(recording.keep_reference),
    "letter": Verb(letters.keep_letter),
    "sub": Verb(relating.keep_other("sub")),
    "copies": Verb(relating.keep_other("copies")),
    "ads": Verb(relating.keep_other("ads")),
    "unlock": Verb(casework.unlock, may_unlock),
    "reopen": Verb(endings.reopen, may_reopen),
    "assign": Verb(handover.assign, may_assign),
}
