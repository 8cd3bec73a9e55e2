"""What reaches the log: our own event words; of libraries and errors only kind and place.

Libraries print what must not be kept: httpx the token (at INFO), aiogram whole updates, asyncpg
and SQLAlchemy the values of a statement. So nobody's `str(error)` and no library's words are
written, at any level: the level, the logger, the error's type and where it was raised are enough.
"""

import logging
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from pathlib import PurePath
from typing import TextIO

OURS = frozenset(("__main__", "bot", "handlers", "locales", "storage"))


class Guarded(logging.Formatter):
    """One line a record, and one for each error in it, from the first cause to the last."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without anything that a library or an error has to say."""
        ours = record.name.partition(".")[0] in OURS
        words = record.getMessage() if ours else f"({record.filename}:{record.lineno})"
        lines = [f"{record.levelname} {record.name}: {words}"]
        if record.exc_info and record.exc_info[1]:
            lines += reversed([f"  {named(error)}" for error in chain(record.exc_info[1])])
        return "\n".join(lines)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, those gathered in it, and what each came from; each once."""
    waiting, known = [error], set[int]()
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in known:
            continue
        known.add(id(error))
        yield error
        waiting.append(error.__cause__ or error.__context__)
        if isinstance(error, BaseExceptionGroup):
            waiting += error.exceptions


def named(error: BaseException) -> str:
    """An error's type and the way it came, newest last: never its text, nor lines of source."""
    places = [
        f"{PurePath(frame.f_code.co_filename).name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return " ".join([type(error).__qualname__, *places])


def begin(stream: TextIO | None = None, level: int = logging.WARNING) -> logging.Handler:
    """From now on all that is logged, warned of or not caught is written so; to stderr if None."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Guarded())
    logging.basicConfig(level=level, handlers=[handler])
    logging.captureWarnings(True)
    # What cannot be formatted would be printed to stderr with all its arguments.
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _tell("a thread fell", args.exc_value)
    sys.unraisablehook = lambda args: _tell("could not be raised", args.exc_value)
    return handler


def _uncaught(
    kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
) -> None:
    _tell("stopped by what nobody foresaw", error)


def _tell(words: str, error: BaseException | None) -> None:
    logging.getLogger(__name__).critical(words, exc_info=error)
