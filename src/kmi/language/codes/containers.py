"""KMI03xx, the ones of Python's containers."""

from kmi.language.codes.base import code

UNHASHABLE = code(
    351,
    "key without a hash",
    """
    A dict and a set find their items by a hash, which must stay the same for as long as the item is in there.
    What can change has none: lists, dicts, sets, bytearrays, dataclasses that are not frozen, and classes
    that have an `__eq__` but no `__hash__`.
    """,
    failing="""
        def count(lines: list[list[int]]) -> int:
            found: dict[list[int], int] = {}
            return len(found) + len(lines)
    """,
    fixed="""
        def count(lines: list[tuple[int, int]]) -> int:
            found: dict[tuple[int, int], int] = {}
            return len(found) + len(lines)
    """,
)

SET_ORDER = code(
    350,
    "the order of a set would show",
    """
    A set has no order: CPython goes through one in an order that differs from run to run, and no kernel can
    do the same. What gives the same result in every order is fine: `len`, `in`, `sorted`, `sum`, `any`,
    `all`, `min`, `max`, comparisons, the algebra of sets. A `dict` remembers the order of its keys.
    """,
    failing="""
        def show(names: set[int]) -> int:
            last = 0
            for name in names:
                last = name
            return last
    """,
    fixed="""
        def show(names: dict[int, bool]) -> int:
            last = 0
            for name in names:
                last = name
            return last
    """,
)
