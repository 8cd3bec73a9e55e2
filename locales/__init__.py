"""Floor 1: the words and the facts. English is the key; the files are read directly."""

LANGUAGES = ("en", "yue_Hant")
BOTH = "both"  # of a case whose person has not chosen

_CANTONESE = ("zh", "yue", "hongkong")


def N_(words: str) -> str:
    """Mark *words* for the catalogues, and give them back: they are spoken at the last moment."""
    return words


def language_of(code: str | None) -> str | None:
    """Our language for a platform's code (`zh-hant-raw`, `yue`, `en-GB`); None: unknown."""
    code = (code or "").lower()
    if code.startswith(_CANTONESE):
        return "yue_Hant"
    return "en" if code.startswith("en") else None
