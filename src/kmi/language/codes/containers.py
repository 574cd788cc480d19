"""KMI03xx, the ones of Python's containers."""

from kmi.language.codes.base import code

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
