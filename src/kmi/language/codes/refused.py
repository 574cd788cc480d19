"""KMI01xx: what kernel Python will not have, each with the way out."""

from kmi.language.codes.base import code

FLOAT = code(
    108,
    "floating-point number",
    """
    Kernels do not save the registers of floating-point units when they are entered, so a kernel module cannot
    compute with them. Scale to integers: milliseconds, thousandths. `//` divides and rounds down.
    """,
    opaque=True,
    failing="""
        def half(number: int) -> int:
            return number / 2
    """,
    fixed="""
        def half(number: int) -> int:
            return number // 2
    """,
)

METACLASS = code(
    111,
    "metaclass",
    """
    A metaclass runs code when a class is made. Classes of a kernel module are known when it is compiled, and
    nothing runs before it is loaded.
    """,
    opaque=True,
    failing="""
        from abc import ABCMeta


        class Shape(metaclass=ABCMeta):
            pass
    """,
    fixed="""
        from abc import ABC


        class Shape(ABC):
            pass
    """,
)

EVALUATED = code(
    112,
    "code that is made at run time",
    """
    A kernel module is compiled before it is loaded: there is no Python in the kernel that could read a text.
    What is chosen at run time is a function, a method of an object, or an entry of a table of functions.
    """,
    opaque=True,
    failing="""
        def run(text: str) -> None:
            eval(text)
    """,
    fixed="""
        from collections.abc import Callable


        def one() -> int:
            return 1


        def run(name: str) -> int:
            table: dict[str, Callable[[], int]] = {"one": one}
            return table[name]()
    """,
)

GLOBAL_VARIABLE = code(
    113,
    "variable of another scope",
    """
    `global` and `nonlocal` change what is outside the function: state without an owner, which every thread
    can reach. Keep it in a field of an object that the `Module` object owns: it is born and dies with the
    module.
    """,
    opaque=True,
    failing="""
        COUNT = 0


        def add() -> None:
            global COUNT
            COUNT += 1
    """,
    fixed="""
        class Counter:
            def __init__(self) -> None:
                self.count = 0

            def add(self) -> None:
                self.count += 1
    """,
)

PATCHED = code(
    114,
    "function that is replaced",
    """
    A method or a function is replaced from outside while the program runs. Calls are compiled: they would go
    on to call the old one. A subclass overrides the method; a field holds a function that changes.
    """,
    failing="""
        class Greeter:
            def greet(self) -> int:
                return 1


        def other(greeter: Greeter) -> int:
            return 2


        def patch() -> None:
            Greeter.greet = other
    """,
    fixed="""
        class Greeter:
            def greet(self) -> int:
                return 1


        class Other(Greeter):
            def greet(self) -> int:
                return 2
    """,
)

MULTIPLE_BASES = code(
    326,
    "second base class",
    """
    A class has one base class, whose fields come before its own. Others are asked for by a `Protocol`, which
    has no fields, or held in a field.
    """,
    failing="""
        class Named:
            def __init__(self) -> None:
                self.name = "x"


        class Counted:
            def __init__(self) -> None:
                self.count = 0


        class Both(Named, Counted):
            pass
    """,
    fixed="""
        class Named:
            def __init__(self) -> None:
                self.name = "x"


        class Counted:
            def __init__(self) -> None:
                self.count = 0


        class Both(Named):
            def __init__(self) -> None:
                super().__init__()
                self.counted = Counted()
    """,
)
