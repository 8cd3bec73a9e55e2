"""Small numbers: what may be told of counted people and links, so that nobody is one of four.

A number from one to four is never told, nor can it be told from others: small cells are joined
into one that is not small, if need be with the smallest of those that are not (secondary
suppression). Nought may be told: it is nobody.
"""

from collections.abc import Collection, Mapping

SMALL = 5
OTHER = "other"

Parts = tuple[int, ...]
"""A number and what it is made of: its parts, which add up to it."""


def may_be_told(parts: Parts) -> bool:
    """Whether none of these numbers is small."""
    return all(number == 0 or number >= SMALL for number in parts)


def together(many: Collection[Parts]) -> Parts:
    """Part by part, the sum of *many*, of which there is at least one."""
    return tuple(map(sum, zip(*many, strict=True)))


def merged(cells: Mapping[str, Parts]) -> dict[str, Parts]:
    """Cells that are each told by their sum, the last being all others; empty: only their total.

    No cell is small, and they are as many as there were things counted.
    """
    kept = {name: parts for name, parts in cells.items() if sum(parts) >= SMALL}
    others = [parts for name, parts in cells.items() if 0 < sum(parts) < SMALL]
    while others and kept and sum(map(sum, others)) < SMALL:
        others.append(kept.pop(smallest(kept)))
    if not kept:
        return {}
    return {**kept, OTHER: together(others)} if others else kept


def with_parts(cells: Mapping[str, Parts]) -> frozenset[str]:
    """Of which cells the parts may be told as well, where everybody knows the total's parts.

    What the others have together is no secret then, so it must not be small either.
    """
    if not cells or not may_be_told(together(cells.values())):
        return frozenset()
    told = {name: parts for name, parts in cells.items() if may_be_told(parts)}
    hidden = [parts for name, parts in cells.items() if name not in told]
    while hidden and not may_be_told(together(hidden)):
        hidden.append(told.pop(smallest(told)))
    return frozenset(told)


def smallest(cells: Mapping[str, Parts]) -> str:
    """The cell with the least in it; of several, the first by name."""
    return min(cells, key=lambda name: (sum(cells[name]), name))
