"""What `set` and `frozenset` share: the algebra of the dicts in which they keep their items.

A set is a dict whose values say nothing. Every function leaves its arguments as they are, but for those
that say what they do to the first one.
"""

from typing import TypeVar

from kmi.unsafe import inline

T = TypeVar("T")


def of_list(items: list[T]) -> dict[T, bool]:
    """The items of a list, each once."""
    result: dict[T, bool] = dict()
    insert_list(result, items)
    return result


def insert_list(table: dict[T, bool], items: list[T]) -> None:
    """Puts the items of a list into the first table."""
    for item in items:
        insert(table, item)


@inline
def insert(table: dict[T, bool], item: T) -> None:
    """Puts an item into the table, unless an equal one is there."""
    table.setdefault(item, True)


def insert_all(table: dict[T, bool], other: dict[T, bool]) -> None:
    """Puts the items of the second table into the first."""
    for item in other:
        insert(table, item)


def remove_all(table: dict[T, bool], other: dict[T, bool]) -> None:
    """Takes the items of the second table out of the first."""
    if table is other:
        table.clear()
        return
    for item in other:
        table.__pop_default__(item, False)


def toggle_all(table: dict[T, bool], other: dict[T, bool]) -> None:
    """Takes out of the first table what the second has as well, and puts the rest of the second into it."""
    if table is other:
        table.clear()
        return
    for item in other:
        if not table.__pop_default__(item, False):
            insert(table, item)


def both(left: dict[T, bool], right: dict[T, bool]) -> dict[T, bool]:
    """What is in both, as the left one has it."""
    result: dict[T, bool] = dict()
    for item in left:
        if item in right:
            insert(result, item)
    return result


def without(left: dict[T, bool], right: dict[T, bool]) -> dict[T, bool]:
    """What is in the left one alone."""
    result: dict[T, bool] = dict()
    for item in left:
        if item not in right:
            insert(result, item)
    return result


def either(left: dict[T, bool], right: dict[T, bool]) -> dict[T, bool]:
    """What is in one or in both."""
    result = left.copy()
    insert_all(result, right)
    return result


def one_only(left: dict[T, bool], right: dict[T, bool]) -> dict[T, bool]:
    """What is in one of them and not in the other."""
    result = without(left, right)
    for item in right:
        if item not in left:
            insert(result, item)
    return result


def within(left: dict[T, bool], right: dict[T, bool]) -> bool:
    """Whether the right one has all of the left one."""
    if len(left) > len(right):
        return False
    for item in left:
        if item not in right:
            return False
    return True


def apart(left: dict[T, bool], right: dict[T, bool]) -> bool:
    """Whether they have nothing in common."""
    for item in left:
        if item in right:
            return False
    return True


def hashed(table: dict[T, bool]) -> int:
    """A hash of all items, whatever their order."""
    result = 1927868237 * (len(table) + 1)
    for item in table:
        value = hash(item)
        result ^= (value ^ 89869747 ^ value << 16) * 3644798167 & 0x3FFFFFFFFFFFFFFF
    return result
