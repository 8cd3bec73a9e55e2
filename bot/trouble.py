"""What stops a command and is told to its operator in plain words."""


class Trouble(Exception):
    """Its text is what the operator reads: what is wrong, and what to do; never a secret."""
