"""`frozenset[T]`: a `set` that never changes, and so can be a key itself.

See `set`: the two take each other as operands, and a result has the class of the left one.
"""

from typing import Generic, TypeVar

from kmi.runtime.tables import apart, both, either, hashed, of_list, one_only, within, without
from kmi.unsafe import inline

T = TypeVar("T")


class frozenset(Generic[T]):
    """An unordered collection of items, each once, that never changes."""

    _table: dict[T, bool]

    def __init__(self) -> None:
        self._table = dict()

    @staticmethod
    def __with__(table: dict[T, bool]) -> frozenset[T]:
        """One of a table that nobody else has."""
        result: frozenset[T] = frozenset()
        result._table = table
        return result

    @staticmethod
    def __from_list__(items: list[T]) -> frozenset[T]:
        return frozenset.__with__(of_list(items))

    @staticmethod
    def __from_set__(other: set[T]) -> frozenset[T]:
        return frozenset.__with__(other._table.copy())

    @staticmethod
    def __from_frozenset__(other: frozenset[T]) -> frozenset[T]:
        return other

    @inline
    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, item: T) -> bool:
        return item in self._table

    def __advance__(self, position: int) -> int:
        return self._table.__advance__(position)

    def __item__(self, position: int) -> T:
        return self._table.__item__(position)

    def copy(self) -> frozenset[T]:
        return self

    def __hash__(self) -> int:
        return hashed(self._table)

    def __eq__(self, other: frozenset[T]) -> bool:
        return len(self) == len(other) and within(self._table, other._table)

    def __eq_set__(self, other: set[T]) -> bool:
        return len(self) == len(other) and within(self._table, other._table)

    def __le__(self, other: frozenset[T]) -> bool:
        return within(self._table, other._table)

    def __le_set__(self, other: set[T]) -> bool:
        return within(self._table, other._table)

    def __lt__(self, other: frozenset[T]) -> bool:
        return len(self) < len(other) and within(self._table, other._table)

    def __lt_set__(self, other: set[T]) -> bool:
        return len(self) < len(other) and within(self._table, other._table)

    def __ge__(self, other: frozenset[T]) -> bool:
        return within(other._table, self._table)

    def __ge_set__(self, other: set[T]) -> bool:
        return within(other._table, self._table)

    def __gt__(self, other: frozenset[T]) -> bool:
        return len(other) < len(self) and within(other._table, self._table)

    def __gt_set__(self, other: set[T]) -> bool:
        return len(other) < len(self) and within(other._table, self._table)

    def __or__(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(either(self._table, other._table))

    def __or_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(either(self._table, other._table))

    def __and__(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(both(self._table, other._table))

    def __and_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(both(self._table, other._table))

    def __sub__(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(without(self._table, other._table))

    def __sub_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(without(self._table, other._table))

    def __xor__(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(one_only(self._table, other._table))

    def __xor_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(one_only(self._table, other._table))

    def union(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(either(self._table, other._table))

    def __union_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(either(self._table, other._table))

    def __union_list__(self, items: list[T]) -> frozenset[T]:
        return frozenset.__with__(either(self._table, of_list(items)))

    def intersection(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(both(self._table, other._table))

    def __intersection_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(both(self._table, other._table))

    def __intersection_list__(self, items: list[T]) -> frozenset[T]:
        return frozenset.__with__(both(self._table, of_list(items)))

    def difference(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(without(self._table, other._table))

    def __difference_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(without(self._table, other._table))

    def __difference_list__(self, items: list[T]) -> frozenset[T]:
        return frozenset.__with__(without(self._table, of_list(items)))

    def symmetric_difference(self, other: frozenset[T]) -> frozenset[T]:
        return frozenset.__with__(one_only(self._table, other._table))

    def __symmetric_difference_set__(self, other: set[T]) -> frozenset[T]:
        return frozenset.__with__(one_only(self._table, other._table))

    def __symmetric_difference_list__(self, items: list[T]) -> frozenset[T]:
        return frozenset.__with__(one_only(self._table, of_list(items)))

    def issubset(self, other: frozenset[T]) -> bool:
        return within(self._table, other._table)

    def __issubset_set__(self, other: set[T]) -> bool:
        return within(self._table, other._table)

    def __issubset_list__(self, items: list[T]) -> bool:
        return within(self._table, of_list(items))

    def issuperset(self, other: frozenset[T]) -> bool:
        return within(other._table, self._table)

    def __issuperset_set__(self, other: set[T]) -> bool:
        return within(other._table, self._table)

    def __issuperset_list__(self, items: list[T]) -> bool:
        return within(of_list(items), self._table)

    def isdisjoint(self, other: frozenset[T]) -> bool:
        return apart(self._table, other._table)

    def __isdisjoint_set__(self, other: set[T]) -> bool:
        return apart(self._table, other._table)

    def __isdisjoint_list__(self, items: list[T]) -> bool:
        return apart(self._table, of_list(items))
