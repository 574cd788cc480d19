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

GENERATOR = code(
    109,
    "generator",
    """
    A function with `yield` keeps its frame between two calls, in memory of its own. Kernel Python has no such
    frames: what goes on over several calls is an object, and what is needed at once is a list.
    """,
    opaque=True,
    failing="""
        def evens(limit: int) -> list[int]:
            for number in range(0, limit, 2):
                yield number
    """,
    fixed="""
        class Evens:
            def __init__(self, limit: int) -> None:
                self.limit = limit
                self.number = -2

            def __iter__(self) -> "Evens":
                return self

            def __next__(self) -> int:
                self.number += 2
                if self.number >= self.limit:
                    raise StopIteration
                return self.number
    """,
)

ASYNC = code(
    110,
    "asynchronous function",
    """
    `async def` and `await` need an executor that runs them. Threads of the kernel wait by themselves: a
    function that sleeps is a plain function.
    """,
    opaque=True,
    failing="""
        async def count() -> int:
            return 1
    """,
    fixed="""
        def count() -> int:
            return 1
    """,
)
