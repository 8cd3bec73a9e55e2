"""The check behind `python -m bot words`: what we say and state, each finding with its place."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from handlers.letters import MOST
from handlers.spoken import units, width
from locales import LANGUAGES
from locales.catalogue import FOLDER, blanks, path_of
from locales.phrases import folded

try:
    from cantofilter import judge
except ImportError:
    judge = None

ROOT = FOLDER.parent
LONGEST = 4096  # UTF-16 units of one message (Bot API, sendMessage)
WIDEST = 24  # a button on a narrow phone, in Latin letters; a Chinese character takes two
PLURALS = {"en": "nplurals=2; plural=(n != 1);", "yue_Hant": "nplurals=1; plural=0;"}
CHINESE = "yue_Hant"
CONFIDENCE = ("verified", "secondary", "unverified")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend: *file* from the top of the project, *line* from 1."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """An `N_("…")` in the code; *button*: it stands on a button."""

    words: str
    file: str
    line: int
    button: bool


def check_words(root: Path = ROOT) -> list[Finding]:
    """All there is to mend in the words and facts of the project at *root*; empty: all is well."""
    sentences = {sentence.words: sentence for sentence in sentences_in(root)}
    found = [*in_sources(root, sentences.values())]
    for language in LANGUAGES:
        found += in_catalogue(root, language, sentences)
    for path in sorted((root / "locales/facts").glob("*.toml")):
        found += in_facts(root, path)
    return sorted(set(found))


def not_checked() -> tuple[str, ...]:
    """What this machine cannot check, a line each."""
    return () if judge else ("Mandarin in disguise: not checked, it needs the dev group",)


# The code


def sentences_in(root: Path) -> Iterator[Sentence]:
    """All that is marked with N_ on the floors that speak, as `pybabel extract -k N_` finds it."""
    for path, tree in trees(root):
        on_buttons = {
            id(marked)
            for call in calls(tree, "Button")
            for argument in call.args[1:2]
            for marked in calls(argument, "N_")
        }
        for call in calls(tree, "N_"):
            match call.args:
                case [ast.Constant(value=str(words))]:
                    yield Sentence(words, path, call.lineno, id(call) in on_buttons)


def trees(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """The modules of handlers/ and bot/, parsed."""
    for floor in ("handlers", "bot"):
        for path in sorted((root / floor).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """The calls of *name* anywhere in *tree*."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called)) if called == name:
                yield node


def in_sources(root: Path, sentences: Iterable[Sentence]) -> Iterator[Finding]:
    """What is wrong with the English itself, and with facts that the code names."""
    for sentence in sentences:
        for why in (
            *wrong_blanks(sentence.words),
            *wrong_text(root, sentence.words, "en"),
            *betraying(root, sentence.words, "en", sentence),
        ):
            yield Finding(sentence.file, sentence.line, why)
        if sentence.button and width(sentence.words) > WIDEST:
            yield Finding(sentence.file, sentence.line, too_wide(sentence.words))
    tables = {file: facts_of(root, file) for file in ("help", "law")}
    for path, tree in trees(root):
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if named := NAMED.fullmatch(text):
                    entry = tables[named["file"]].get(named["entry"])
                    if not isinstance(entry, dict) or entry.get("confidence") == "unverified":
                        why = f"states {text}, which no fact file holds, or nobody could verify"
                        yield Finding(path, node.lineno, why)


NAMED = re.compile(r"(?P<file>help|law)\.(?P<entry>[a-z_]+)(?:\.[a-z_]+)?")


# The catalogues


def in_catalogue(
    root: Path, language: str, sentences: Mapping[str, Sentence]
) -> Iterator[Finding]:
    """What is wrong in the catalogue of *language*."""
    path = root / path_of(language).relative_to(ROOT)
    file = path.relative_to(root).as_posix()
    try:
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, FileNotFoundError) as error:
        yield Finding(file, getattr(error, "lineno", 0) + 1, f"cannot be read: {error}")
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    yield from (Finding(file, line, why) for line, why in wrong_lines(lines, language))
    yield from missing(file, len(lines), catalogue, sentences)
    for entry in filter(lambda entry: entry.id, catalogue):
        for why in wrong_entry(root, entry, language, sentences.get(str(entry.id))):
            yield Finding(file, entry.lineno or 1, why)


LINE = re.compile(r'#.*|(?:(?:msgid|msgstr|msgctxt|msgid_plural|msgstr\[\d\]) +)?".*"|\s*')


def wrong_lines(lines: list[str], language: str) -> Iterator[tuple[int, str]]:
    """Lines that no reader would miss, though the reading library passes over them."""
    if f'"Plural-Forms: {PLURALS[language]}\\n"' not in lines:
        yield 1, f"the header needs Plural-Forms: {PLURALS[language]}"
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):
            yield number, "this line is cut: is a quotation mark missing?"
        if line.startswith("#~ msgid"):
            yield number, "unused: no sentence of ours is left for it"
        if line.startswith("#,") and "fuzzy" in line:
            yield number, "fuzzy: look at it, then take the word fuzzy out"


def missing(
    file: str, last: int, catalogue: Catalog, sentences: Mapping[str, Sentence]
) -> Iterator[Finding]:
    """Sentences of ours that the catalogue does not list."""
    for sentence in sentences.values():
        if sentence.words not in catalogue:
            place = f"{sentence.file}:{sentence.line}"
            yield Finding(file, last, f"missing: {sentence.words!r} of {place}")


def wrong_entry(
    root: Path, entry: Message, language: str, sentence: Sentence | None
) -> Iterator[str]:
    """What is wrong with one entry."""
    if sentence is None:
        yield "unused: no sentence of ours is left for it"
        return
    wording = str(entry.string)
    if not wording:
        if language == CHINESE:
            yield "not translated"
        return
    yield from wrong_blanks(wording, sentence.words)
    yield from wrong_text(root, wording, language)
    yield from betraying(root, wording, language, sentence)
    if sentence.button and width(wording) > WIDEST:
        yield too_wide(wording)


# What may be wrong with any text


def wrong_blanks(wording: str, words: str | None = None) -> Iterator[str]:
    """Braces that do not match, blanks that reach inside a thing, blanks that *words* has not."""
    try:
        has = blanks(wording)
        needs = has if words is None else blanks(words)
    except ValueError as error:
        yield f"braces do not match: {error}"
        return
    for blank in sorted(has):
        if not re.fullmatch("[a-z_]+", blank):
            yield f"a blank is a plain name, not {{{blank}}}"
    if has != needs:
        yield f"has the blanks {spelled(has)}, needs {spelled(needs)}"


def spelled(names: Iterable[str]) -> str:
    """Blanks as they are written."""
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "none"


def wrong_text(root: Path, text: str, language: str, *, name: bool = False) -> Iterator[str]:
    """Marks, characters and words that must not stand in *text*; a *name* keeps its own words."""
    if units(text) > LONGEST:
        yield f"too long for one message: {units(text)} of {LONGEST} units"
    if unseen := {mark for mark in text if category(mark) in UNSEEN and mark != "\n"}:
        yield "holds marks nobody sees: " + " ".join(sorted(f"U+{ord(m):04X}" for m in unseen))
    if language == CHINESE:
        if simplified := set(text) & simplified_only(root):
            yield "Simplified characters: " + "".join(sorted(simplified))
        if not name and judge and (verdict := str(judge(plain(text)))) in DISGUISED:
            yield DISGUISED[verdict]
    if not name:
        yield from avoided(root, text, language)


UNSEEN = ("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp")  # bidi controls are Cf
DISGUISED = {"mandarin": "reads as Mandarin, not Cantonese", "mixed": "half Mandarin"}


def plain(text: str) -> str:
    """*text* without its blanks, which are names in Latin letters."""
    return re.sub(r"\{[^}]*\}", "", text)


SEEN_OVER_A_SHOULDER = ("bot/profile.py", "bot/news.py")


def betraying(root: Path, text: str, language: str, sentence: Sentence) -> Iterator[str]:
    """Words that tell what the door is for, where anybody may see them."""
    if sentence.file in SEEN_OVER_A_SHOULDER:
        yield from avoided(root, text, language, f"shoulder_{language}")


def avoided(root: Path, text: str, language: str, table: str = "") -> Iterator[str]:
    """Words of locales/avoid.toml, from the table of *language* or another."""
    text = folded(text)
    for word, instead in avoid(root).get(table or language, {}).items():
        border = "" if language == CHINESE else r"\b"
        if re.search(border + re.escape(folded(word)) + border, text):
            yield f"{word}: better {instead}"


def too_wide(words: str) -> str:
    """Why a button is too wide."""
    return f"too wide for a button: {width(words)} of {WIDEST} letters"


@cache
def simplified_only(root: Path) -> frozenset[str]:
    """The characters of locales/simplified.txt."""
    lines = (root / "locales/simplified.txt").read_text(encoding="utf-8").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")))


@cache
def avoid(root: Path) -> Mapping[str, Mapping[str, str]]:
    """The tables of locales/avoid.toml."""
    return tomllib.loads((root / "locales/avoid.toml").read_text(encoding="utf-8"))


# The facts


def facts_of(root: Path, file: str) -> dict[str, Any]:
    """The tables of one file; none where it cannot be read."""
    try:
        text = (root / f"locales/facts/{file}.toml").read_text(encoding="utf-8")
        return tomllib.loads(text)
    except (OSError, ValueError):
        return {}


def in_facts(root: Path, path: Path) -> Iterator[Finding]:
    """What is wrong in one file of facts."""
    file, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        yield Finding(file, int(line[1]) if line else 1, f"cannot be read: {error}")
        return
    for name, value in tables.items():
        for field, why in wrong_table(root, path.stem, name, value):
            yield Finding(file, line_of(text, name, field), f"{name}: {why}")


def line_of(text: str, name: str, field: str) -> int:
    """The line of *field* in the table *name*; of the table itself where it has no such field."""
    table = re.search(rf"^(?:\[{re.escape(name)}\]|{re.escape(name)} *=)", text, re.MULTILINE)
    if table is None:
        return 1
    body = re.split(r"^\[", text[table.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    place = re.search(rf"^{re.escape(field)} *=", body, re.MULTILINE) if field else None
    return text.count("\n", 0, table.end() + (place.start() if place else 0)) + 1


def wrong_table(root: Path, file: str, name: str, value: object) -> Iterator[tuple[str, str]]:
    """What is wrong with one table of one file, and in which field."""
    if file in PHRASES:
        yield from wrong_lists(value)
    elif file == "replies":
        yield from wrong_reply(root, name, value)
    else:
        yield from wrong_fact(root, file, value)


PHRASES = ("distress", "danger", "questions", "hints")  # read by locales/phrases.py


def wrong_lists(value: object) -> Iterator[tuple[str, str]]:
    """Phrases: a list of words, none of them empty, or a table of such lists."""
    if isinstance(value, dict):
        for field, words in value.items():
            yield from ((field, why) for _, why in wrong_lists(words))
    elif not isinstance(value, list) or not all(isinstance(w, str) and w.strip() for w in value):
        yield "", "must be a list of words"


NAME = re.compile("[a-z_]{1,20}")  # as a press holds it (handlers.casebook)
SERVICE = 80  # units that a service's name and number may take


def wrong_reply(root: Path, name: str, reply: object) -> Iterator[tuple[str, str]]:
    """What is wrong with one saved reply: a button and a text in each language, and no more."""
    if not isinstance(reply, dict) or not NAME.fullmatch(name):
        yield "", "must be a table, its name at most 20 letters a-z and _"
        return
    texts = [str(reply.get(f"text_{language}", "")) for language in LANGUAGES]
    length = sum(units(plain(text)) + SERVICE * text.count("{") for text in texts)
    if length > MOST:
        yield "", f"too long for one letter: about {length} of {MOST} units in both languages"
    for language in LANGUAGES:
        for field in (f"title_{language}", f"text_{language}"):
            if not str(reply.get(field, "")).strip():
                yield field, f"needs {field}"
            for why in wrong_wording(root, str(reply.get(field, "")), language):
                yield field, f"{field}: {why}"
        if width(str(reply.get(f"title_{language}", ""))) > WIDEST:
            title = f"title_{language}"
            yield title, f"{title}: {too_wide(str(reply[title]))}"


def wrong_wording(root: Path, text: str, language: str) -> Iterator[str]:
    """What is wrong with one text of a saved reply."""
    try:
        named = blanks(text)
    except ValueError as error:
        yield f"braces do not match: {error}"
        return
    services = facts_of(root, "help")
    for blank in sorted(named):
        entry = services.get(blank.removeprefix("help.")) if blank.startswith("help.") else None
        if not isinstance(entry, dict) or entry.get("confidence") == "unverified":
            yield f"{{{blank}}} is no service of help.toml that may be shown"
    yield from wrong_text(root, text, language)


def wrong_fact(root: Path, file: str, entry: object) -> Iterator[tuple[str, str]]:
    """What is wrong with one table, and in which field."""
    if not isinstance(entry, dict):
        yield "", "must be a table"
        return
    for field in (*NEEDED.get(file, ()), "name", "source", "checked", "best_before"):
        for written in (field,) if field in entry else localised(field):
            if not entry.get(written):
                yield written, f"needs {field}" if field in SHARED else f"needs {written}"
    yield from wrong_dates(entry)
    if entry.get("confidence") not in CONFIDENCE:
        yield "confidence", f"confidence is one of {', '.join(CONFIDENCE)}"
    for field, value in entry.items():
        language = next((code for code in LANGUAGES if field.endswith(f"_{code}")), "")
        if language and isinstance(value, str):
            for why in wrong_text(root, value, language, name=field.startswith("name")):
                yield field, f"{field}: {why}"


NEEDED = {"help": ("number", "hours", "whom"), "law": ("by",), "requests": ("text",)}
SHARED = ("number", "text", "source", "checked", "best_before")


def localised(field: str) -> tuple[str, ...]:
    """The fields in which *field* stands: one, or one for each language."""
    return (field,) if field in SHARED else tuple(f"{field}_{code}" for code in LANGUAGES)


def wrong_dates(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Days that are none, or in the wrong order."""
    days: dict[str, date] = {}
    for field in ("checked", "best_before", "called"):
        if field in entry:
            try:
                days[field] = date.fromisoformat(str(entry[field]))
            except ValueError:
                yield field, f"{field}: not a day, written like 2026-11-22"
    if days.get("best_before", date.max) < days.get("checked", date.min):
        yield "best_before", "best_before lies before checked"
