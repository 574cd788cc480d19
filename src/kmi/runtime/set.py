"""`set[T]`: items, each once, in a dict whose values say nothing.

The table remembers the order of insertion, which CPython's does not: a loop over a set is refused where the
order would show. A result has the items of the left operand, as CPython's has, and its class.
"""

from typing import Generic, TypeVar

from kmi.runtime.tables import (
    apart,
    both,
    either,
    insert,
    insert_all,
    insert_list,
    of_list,
    one_only,
    remove_all,
    toggle_all,
    within,
    without,
)
from kmi.unsafe import inline

T = TypeVar("T")


class set(Generic[T]):
    """An unordered collection of items, each once."""

    _table: dict[T, bool]

    def __init__(self) -> None:
        self._table = dict()

    @staticmethod
    def __with__(table: dict[T, bool]) -> set[T]:
        """One of a table that nobody else has."""
        result: set[T] = set()
        result._table = table
        return result

    @staticmethod
    def __from_list__(items: list[T]) -> set[T]:
        return set.__with__(of_list(items))

    @staticmethod
    def __from_set__(other: set[T]) -> set[T]:
        return set.__with__(other._table.copy())

    @staticmethod
    def __from_frozenset__(other: frozenset[T]) -> set[T]:
        return set.__with__(other._table.copy())

    @inline
    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, item: T) -> bool:
        return item in self._table

    def __advance__(self, position: int) -> int:
        return self._table.__advance__(position)

    def __item__(self, position: int) -> T:
        return self._table.__item__(position)

    def add(self, item: T) -> None:
        insert(self._table, item)

    def discard(self, item: T) -> None:
        self._table.__pop_default__(item, False)

    def remove(self, item: T) -> None:
        del self._table[item]

    def clear(self) -> None:
        self._table.clear()

    def copy(self) -> set[T]:
        return set.__with__(self._table.copy())

    def _keep(self, other: dict[T, bool]) -> None:
        """Only what is in the other table stays."""
        self._table = both(self._table, other)

    def __eq__(self, other: set[T]) -> bool:
        return len(self) == len(other) and within(self._table, other._table)

    def __eq_frozenset__(self, other: frozenset[T]) -> bool:
        return len(self) == len(other) and within(self._table, other._table)

    def __le__(self, other: set[T]) -> bool:
        return within(self._table, other._table)

    def __le_frozenset__(self, other: frozenset[T]) -> bool:
        return within(self._table, other._table)

    def __lt__(self, other: set[T]) -> bool:
        return len(self) < len(other) and within(self._table, other._table)

    def __lt_frozenset__(self, other: frozenset[T]) -> bool:
        return len(self) < len(other) and within(self._table, other._table)

    def __ge__(self, other: set[T]) -> bool:
        return within(other._table, self._table)

    def __ge_frozenset__(self, other: frozenset[T]) -> bool:
        return within(other._table, self._table)

    def __gt__(self, other: set[T]) -> bool:
        return len(other) < len(self) and within(other._table, self._table)

    def __gt_frozenset__(self, other: frozenset[T]) -> bool:
        return len(other) < len(self) and within(other._table, self._table)

    def __or__(self, other: set[T]) -> set[T]:
        return set.__with__(either(self._table, other._table))

    def __or_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(either(self._table, other._table))

    def __and__(self, other: set[T]) -> set[T]:
        return set.__with__(both(self._table, other._table))

    def __and_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(both(self._table, other._table))

    def __sub__(self, other: set[T]) -> set[T]:
        return set.__with__(without(self._table, other._table))

    def __sub_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(without(self._table, other._table))

    def __xor__(self, other: set[T]) -> set[T]:
        return set.__with__(one_only(self._table, other._table))

    def __xor_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(one_only(self._table, other._table))

    def __ior__(self, other: set[T]) -> None:
        insert_all(self._table, other._table)

    def __ior_frozenset__(self, other: frozenset[T]) -> None:
        insert_all(self._table, other._table)

    def __iand__(self, other: set[T]) -> None:
        self._keep(other._table)

    def __iand_frozenset__(self, other: frozenset[T]) -> None:
        self._keep(other._table)

    def __isub__(self, other: set[T]) -> None:
        remove_all(self._table, other._table)

    def __isub_frozenset__(self, other: frozenset[T]) -> None:
        remove_all(self._table, other._table)

    def __ixor__(self, other: set[T]) -> None:
        toggle_all(self._table, other._table)

    def __ixor_frozenset__(self, other: frozenset[T]) -> None:
        toggle_all(self._table, other._table)

    def union(self, other: set[T]) -> set[T]:
        return set.__with__(either(self._table, other._table))

    def __union_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(either(self._table, other._table))

    def __union_list__(self, items: list[T]) -> set[T]:
        return set.__with__(either(self._table, of_list(items)))

    def intersection(self, other: set[T]) -> set[T]:
        return set.__with__(both(self._table, other._table))

    def __intersection_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(both(self._table, other._table))

    def __intersection_list__(self, items: list[T]) -> set[T]:
        return set.__with__(both(self._table, of_list(items)))

    def difference(self, other: set[T]) -> set[T]:
        return set.__with__(without(self._table, other._table))

    def __difference_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(without(self._table, other._table))

    def __difference_list__(self, items: list[T]) -> set[T]:
        return set.__with__(without(self._table, of_list(items)))

    def symmetric_difference(self, other: set[T]) -> set[T]:
        return set.__with__(one_only(self._table, other._table))

    def __symmetric_difference_frozenset__(self, other: frozenset[T]) -> set[T]:
        return set.__with__(one_only(self._table, other._table))

    def __symmetric_difference_list__(self, items: list[T]) -> set[T]:
        return set.__with__(one_only(self._table, of_list(items)))

    def issubset(self, other: set[T]) -> bool:
        return within(self._table, other._table)

    def __issubset_frozenset__(self, other: frozenset[T]) -> bool:
        return within(self._table, other._table)

    def __issubset_list__(self, items: list[T]) -> bool:
        return within(self._table, of_list(items))

    def issuperset(self, other: set[T]) -> bool:
        return within(other._table, self._table)

    def __issuperset_frozenset__(self, other: frozenset[T]) -> bool:
        return within(other._table, self._table)

    def __issuperset_list__(self, items: list[T]) -> bool:
        return within(of_list(items), self._table)

    def isdisjoint(self, other: set[T]) -> bool:
        return apart(self._table, other._table)

    def __isdisjoint_frozenset__(self, other: frozenset[T]) -> bool:
        return apart(self._table, other._table)

    def __isdisjoint_list__(self, items: list[T]) -> bool:
        return apart(self._table, of_list(items))

    def update(self, other: set[T]) -> None:
        insert_all(self._table, other._table)

    def __update_frozenset__(self, other: frozenset[T]) -> None:
        insert_all(self._table, other._table)

    def __update_list__(self, items: list[T]) -> None:
        insert_list(self._table, items)

    def intersection_update(self, other: set[T]) -> None:
        self._keep(other._table)

    def __intersection_update_frozenset__(self, other: frozenset[T]) -> None:
        self._keep(other._table)

    def __intersection_update_list__(self, items: list[T]) -> None:
        self._keep(of_list(items))

    def difference_update(self, other: set[T]) -> None:
        remove_all(self._table, other._table)

    def __difference_update_frozenset__(self, other: frozenset[T]) -> None:
        remove_all(self._table, other._table)

    def __difference_update_list__(self, items: list[T]) -> None:
        remove_all(self._table, of_list(items))

    def symmetric_difference_update(self, other: set[T]) -> None:
        toggle_all(self._table, other._table)

    def __symmetric_difference_update_frozenset__(self, other: frozenset[T]) -> None:
        toggle_all(self._table, other._table)

    def __symmetric_difference_update_list__(self, items: list[T]) -> None:
        toggle_all(self._table, of_list(items))
