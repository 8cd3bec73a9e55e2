"""What goes wrong around us: what stops a command, and what only delays an answer."""

from storage.down import Down


class Trouble(Exception):
    """Its text is what the operator reads: what is wrong, and what to do; never a secret."""


class Unanswered(Down):
    """Telegram could not be reached with an answer: the turn is safe, and is heard again."""
