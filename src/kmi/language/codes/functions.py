"""KMI01xx: functions that kernel Python does not have."""

from kmi.language.codes.base import code

CLOSURE = code(
    107,
    "closure",
    """
    A function inside another one, or a `lambda`, uses a variable of the function around it. CPython keeps
    such a variable in a cell that both share, for as long as either lives; a kernel module keeps state in
    objects, where it can be seen who may change it.
    """,
    opaque=True,
    failing="""
        from collections.abc import Callable


        def apply(function: Callable[[int], int], number: int) -> int:
            return function(number)


        def shifted(number: int, by: int) -> int:
            return apply(lambda n: n + by, number)
    """,
    fixed="""
        from collections.abc import Callable


        def apply(function: Callable[[int], int], number: int) -> int:
            return function(number)


        class Shift:
            def __init__(self, by: int) -> None:
                self.by = by

            def shift(self, number: int) -> int:
                return number + self.by


        def shifted(number: int, by: int) -> int:
            return apply(Shift(by).shift, number)
    """,
)
