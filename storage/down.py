"""When what keeps things does not answer."""


class Down(Exception):
    """The database or Redis cannot be used just now; nothing of this turn was saved.

    Its text never holds an address, a statement's parameters or a password.
    """


class Broken(Exception):
    """The database refused a statement: a bug of ours.

    Only its kind is told, since drivers print values in their errors.
    """
