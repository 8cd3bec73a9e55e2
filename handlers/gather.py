"""Links are heard in every step of every talk, so that none is lost; media never is."""

import re
from dataclasses import replace

from handlers.links import Link, archived, find, from_chosen, from_origin
from handlers.talk import Blank, Draft, Fact, Kept, Note, Said, Say, Stay
from locales import N_

MOST_LINKS = 200
MOST_WORDS = 12_000  # letters of all notes together
MOST_LETTERS = 2000  # of one address: more is no address that a platform would take


HANDLE = re.compile(r"(?<![A-Za-z0-9_/.])@[A-Za-z0-9_]{3,}")  # a name by itself, in no address


def kept(draft: Draft, said: Said) -> tuple[Draft, tuple[Say, ...], bool]:
    """Keep the links of *said*: the next draft, what was understood, and whether a link is new."""
    draft, notes = without_media(draft, said)
    draft = replace(draft, newest=max(draft.newest, said.message))
    links = links_in(said)
    if any(map(too_long, links)):
        words = N_("One address is too long for me. Please send only its part before the ?.")
        notes = (*notes, Say(words))
    links = tuple(link for link in links if not too_long(link))
    if not links:
        return draft, notes, False
    draft = with_links(draft, links, said.message)
    notes = (*notes, *understood(draft, links))
    if HANDLE.search(said.text):
        names = N_(
            "Names with @ are not kept: you can write in the note whose they are, and where."
        )
        notes = (*notes, Say(names))
    return draft, notes, True


def links_in(said: Said) -> tuple[Link, ...]:
    """A forwarded post's own address first, then the links in its words, with what they copy."""
    spell = from_chosen if said.chosen else from_origin
    origin = spell(said.origin) if said.origin else None
    seen = [*((origin,) if origin else ()), *find(said.text, said.entities)]
    return tuple(link for one in seen for link in (one, archived(one)) if link)


def too_long(link: Link) -> bool:
    """Whether no screen could show this address."""
    return len(link.open_url) > MOST_LETTERS


def with_links(draft: Draft, links: tuple[Link, ...], message: int) -> Draft:
    """*draft* with the links it did not have; what is over the limit is counted, not kept."""
    known = {kept.link.url for kept in draft.links}
    distinct = {link.url: link for link in reversed(links) if link.url not in known}
    new = [Kept(link, message) for link in reversed(distinct.values())]
    room = MOST_LINKS - len(draft.links)
    return replace(
        draft, links=(*draft.links, *new[:room]), over=draft.over + max(0, len(new) - room)
    )


def understood(draft: Draft, links: tuple[Link, ...]) -> tuple[Say, ...]:
    """What was understood, in numbers; nothing is repeated."""
    blanks: dict[str, Blank] = {"links": by_platform(links), "all": len(draft.links)}
    words = N_("Got it: {links}. In all: {all}. Nothing is sent yet.")
    if draft.sent:
        words = N_("Got it, for your next report: {links}. In all: {all}.")
    notes = [Say(words, blanks)]
    if draft.over:
        blanks = {"most": MOST_LINKS, "over": draft.over}
        notes.append(
            Say(
                N_(
                    "One report holds {most} links; {over} more did not fit. "
                    "Please send this report, then start another for the rest."
                ),
                blanks,
            )
        )
    return tuple(notes)


def by_platform(links: tuple[Link, ...]) -> tuple[Blank, ...]:
    """ "Telegram 2", "LIHKG 1", in the order they came."""
    counts: dict[str, int] = {}
    for link in links:
        counts[link.platform] = counts.get(link.platform, 0) + 1
    return tuple(platform_count(name, count) for name, count in counts.items())


def platform_count(platform: str, count: int) -> Say:
    """One platform's name and how many."""
    return Say(
        N_("{platform} {count}"), {"platform": Fact(f"platforms.{platform}.name"), "count": count}
    )


def without_media(draft: Draft, said: Said) -> tuple[Draft, tuple[Say, ...]]:
    """Media is never kept; an album is answered once."""
    if not said.media or (said.album and said.album == draft.album):
        return draft, ()
    note = N_(
        "Please send no pictures or files: the link is enough. "
        "Pictures and files are not kept; I read only words and links. "
        "I take them out of this chat; nobody has opened them."
    )
    return replace(draft, album=said.album), (Say(note),)


NOTE_FULL = N_("That does not fit into the note any more. Please write the rest after sending.")


def words_of(notes: tuple[Note, ...]) -> int:
    """How many letters all notes have together."""
    return sum(len(note.text) for note in notes)


def edited(draft: Draft, said: Said) -> Stay:
    """An edited message replaces its own links, or the note, until that is sent."""
    if said.message <= draft.settled:
        line = N_(
            "An edit changes nothing that is already sent. Please write it as a new message."
        )
        return Stay(draft, (Say(line),))
    links = tuple(link for link in links_in(said) if not too_long(link))
    others = tuple(kept for kept in draft.links if kept.message != said.message)
    notes = tuple(
        replace(note, text=said.text.strip()) if note.message == said.message else note
        for note in draft.notes
    )
    if words_of(notes) > MOST_WORDS:
        return Stay(draft, (Say(NOTE_FULL),))
    is_words = bool(draft.words) and said.message == draft.words_message
    words = said.text.strip() if is_words else draft.words
    kept = replace(draft, links=others, notes=notes, words=words)
    changed = with_links(kept, links, said.message)
    if links:
        return Stay(changed, understood(changed, links))
    if changed.links != draft.links:
        line = N_("Changed. Links now: {all}.")
        return Stay(changed, (Say(line, {"all": len(changed.links)}),))
    rewritten = (notes, words) != (draft.notes, draft.words)
    return Stay(changed, (Say(N_("Changed.")),) if rewritten else ())
