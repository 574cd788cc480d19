"""KMI01xx: syntax, and constructs that kernel Python does not have."""

from kmi.language.codes.base import code

SYNTAX_ERROR = code(
    101,
    "syntax error",
    """
    The file is not Python, so nothing else in it was looked at. The message is Python's own.
    """,
    help="mend this line; the rest of the file is looked at after that",
    failing="""
        def twice(number: int) -> int
            return 2 * number
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)

UNSUPPORTED = code(
    102,
    "construct that kernel Python does not have",
    """
    Kernel Python is a subset of Python. What it lacks either cannot work in a kernel or is not built
    yet; the help says what to write instead.
    """,
    opaque=True,
    failing="""
        def without_zeroes(numbers: list[int]) -> list[int]:
            return list(filter(None, numbers))
    """,
    fixed="""
        def without_zeroes(numbers: list[int]) -> list[int]:
            return [number for number in numbers if number != 0]
    """,
)

BAD_TOP_LEVEL = code(
    103,
    "statement in the wrong place",
    """
    The top of a module holds imports, definitions and constants; the body of a class holds methods, annotated
    fields and constants. Nothing runs there in a kernel: what is done at load time goes into the `__init__`
    of the `Module`.
    """,
    failing="""
        from kmi import info

        info("loaded")
    """,
    fixed="""
        from kmi import Module, info, module


        @module(license="GPL", description="says that it is loaded")
        class Example(Module):
            def __init__(self) -> None:
                info("loaded")
    """,
)

GLOBAL_STATE = code(
    104,
    "state outside of any object",
    """
    What can change has an owner: it is made when the module is loaded and released when it goes. State at the
    top of a module, or on a class, would have none; keep it in a field of an object that the `Module`
    reaches.
    """,
    failing="""
        seen: list[int] = []
    """,
    fixed="""
        from kmi import Module, module


        @module(license="GPL", description="keeps a list")
        class Example(Module):
            def __init__(self) -> None:
                self.length = 0
    """,
)

NO_EFFECT = code(
    105,
    "statement without effect",
    """
    A value is computed and dropped. Usually a call's parentheses or an assignment is missing.
    """,
    failing="""
        def total(first: int, second: int) -> int:
            first + second
            return first
    """,
    fixed="""
        def total(first: int, second: int) -> int:
            return first + second
    """,
)

BAD_DECORATOR = code(
    106,
    "decorator that has no meaning here",
    """
    A decorator is a word of the language in kernel Python: only those of the interface, and a few of Python's
    own, have a meaning. Others would run in CPython and not in a kernel.
    """,
    help="leave the decorator out",
    failing="""
        from kmi import error


        @error
        def twice(number: int) -> int:
            return 2 * number
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)
