"""Rights: who may do what with a case. Who is no member of the group never gets this far."""

from handlers.staff import Caseworker, under_age
from storage.books import Case


def holds(by: Caseworker, case: Case) -> bool:
    """Only the holder reveals, records, answers and ends."""
    return case.state == "taken" and case.holder == by.id


def may_take(by: Caseworker, case: Case) -> bool:
    """Whoever comes first."""
    return case.state == "waiting"


def may_unlock(by: Caseworker, case: Case) -> bool:
    """A lead who holds it may open the links where somebody may be under 18, with a reason."""
    return by.leads and holds(by, case) and under_age(case)


def may_refer(by: Caseworker, case: Case) -> bool:
    """Who holds it tells others, where somebody may be under 18."""
    return holds(by, case) and under_age(case)


def may_assign(by: Caseworker, case: Case) -> bool:
    """A lead gives a case that somebody holds to another, with a reason."""
    return by.leads and case.state == "taken"


def may_reopen(by: Caseworker, case: Case) -> bool:
    """A lead, or who held it last."""
    return case.state == "closed" and (by.leads or case.holder == by.id)
