"""KMI03xx: types, as far as expressions are concerned; those of classes are in `classes`."""

from kmi.language.codes.base import code

TYPE_MISMATCH = code(
    302,
    "value of the wrong type",
    """
    A value goes where another type is declared: to a parameter, a variable, a field, a result.
    """,
    help="give a value of that type, or declare the other one",
    failing="""
        def name() -> str:
            return 7
    """,
    fixed="""
        def name() -> str:
            return "seven"
    """,
)

UNKNOWN_ATTRIBUTE = code(
    303,
    "attribute that is not there",
    """
    The class has no field, method or constant of that name.
    """,
    help="look for another spelling, or add it to the class",
    failing="""
        from dataclasses import dataclass


        @dataclass
        class Point:
            across: int


        def shift(point: Point) -> int:
            return point.accross + 1
    """,
    fixed="""
        from dataclasses import dataclass


        @dataclass
        class Point:
            across: int


        def shift(point: Point) -> int:
            return point.across + 1
    """,
)

BAD_ARGUMENTS = code(
    304,
    "arguments that do not match",
    """
    The call gives too few or too many arguments, or names one that the function does not have.
    """,
    help="give each parameter one value",
    failing="""
        def twice(number: int) -> int:
            return 2 * number


        def four() -> int:
            return twice(1, 2)
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number


        def four() -> int:
            return twice(2)
    """,
)

BAD_OPERANDS = code(
    305,
    "operation that these values do not have",
    """
    The operator, comparison or built-in function does not take values of these types.
    """,
    help="use values that have this operation, or call a method",
    failing="""
        def rest(name: str, number: int) -> int:
            return number - name
    """,
    fixed="""
        def rest(name: str, number: int) -> int:
            return number - len(name)
    """,
)


MAYBE_NONE = code(
    307,
    "value that may be None",
    """
    The value is declared as something or `None`, and which of them it is has not been looked at. A test (`is
    not None`) narrows a local until it is assigned, and a field that never changes; any other field may be
    changed by a call, so take it into a local first.
    """,
    failing="""
        def length(data: bytes | None) -> int:
            return len(data)
    """,
    fixed="""
        def length(data: bytes | None) -> int:
            if data is None:
                return 0
            return len(data)
    """,
)

MISSING_RETURN = code(
    308,
    "way out without a result",
    """
    The function says that it returns something, and a way through it ends without `return` or `raise`.
    """,
    failing="""
        def sign(number: int) -> int:
            if number > 0:
                return 1
    """,
    fixed="""
        def sign(number: int) -> int:
            if number > 0:
                return 1
            return 0
    """,
)

CANNOT_INFER = code(
    309,
    "type that cannot be seen",
    """
    What an empty container holds, or what a type variable stands for, does not follow from what is written
    here.
    """,
    failing="""
        def none() -> int:
            items = []
            return 0
    """,
    fixed="""
        def none() -> int:
            items: list[int] = []
            return len(items)
    """,
)


NOT_CONSTANT = code(
    311,
    "value that is not a constant",
    """
    Constants of a module, defaults and values of enums are computed while checking, from integers, strings,
    bytes and other constants.
    """,
    help="write the value itself: a number, a text, or a constant from the top of a module",
    failing="""
        def start() -> int:
            return 1


        FIRST = 1 + start
    """,
    fixed="""
        FIRST = 1 + 1
    """,
)

NOT_CALLABLE = code(
    312,
    "value that cannot be called",
    """
    Functions, methods and classes are called; values are not, and a width such as `u32` is a place and no
    function.
    """,
    help="call a function, a method or a class",
    failing="""
        from kmi import u8


        def low(number: int) -> int:
            return u8(number)
    """,
    fixed="""
        from kmi import u8, wrapping


        def low(number: int) -> int:
            return wrapping(u8, number)
    """,
)

NOT_ITERABLE = code(
    313,
    "loop over something that has no items",
    """
    A `for` loop goes over `range(…)`, a list, bytes, a bytearray, or a dict.
    """,
    failing="""
        def count(limit: int) -> int:
            total = 0
            for number in limit:
                total += number
            return total
    """,
    fixed="""
        def count(limit: int) -> int:
            total = 0
            for number in range(limit):
                total += number
            return total
    """,
)


BAD_EXCEPTION = code(
    315,
    "exception that cannot be used so",
    """
    What is raised and caught is an exception class or a value of one. It has a message, and an `OSError` an
    errno. A class of your own may have fields, which `__init__` sets and nothing changes, properties, methods
    and a `__str__`.
    """,
    help="name a class that derives from `Exception`",
    failing="""
        def check(number: int) -> None:
            if number < 0:
                raise "negative"
    """,
    fixed="""
        def check(number: int) -> None:
            if number < 0:
                raise ValueError("negative")
    """,
)

NO_ERRNO = code(
    316,
    "OSError without an errno",
    """
    `OSError(EBUSY)` alone has no errno in Python: one argument is a message. Give both, or use `kmi.error`,
    or raise one of the subclasses, each of which has its errno.
    """,
    failing="""
        from errno import EBUSY


        def refuse() -> None:
            raise OSError(EBUSY)
    """,
    fixed="""
        from errno import EBUSY

        from kmi import error


        def refuse() -> None:
            raise error(EBUSY)
    """,
)

BAD_FORMAT = code(
    317,
    "value that cannot be formatted so",
    """
    An f-string holds what has a text that is the same on every run: numbers, strings, bytes, exceptions,
    tuples, lists, dicts, dataclasses, objects with a `__str__` or `__repr__`. Not a set, whose order is
    chance, nor an object that CPython names by its address. Integers and strings take a format after a colon.
    """,
    help="format a number or a text that is made of it",
    failing="""
        from kmi import info


        def show(items: set[int]) -> None:
            info(f"{items}")
    """,
    fixed="""
        from kmi import info


        def show(items: set[int]) -> None:
            info(f"{len(items)} items")
    """,
)

BAD_CONTEXT = code(
    318,
    "with over something that cannot be entered",
    """
    A `with` takes a lock, or an object of a class with `__enter__` and `__exit__`.
    """,
    failing="""
        def use(number: int) -> None:
            with number:
                pass
    """,
    fixed="""
        from kmi.sync import Mutex


        class Counter:
            def __init__(self) -> None:
                self.count = Mutex(bytearray())

            def use(self) -> None:
                with self.count as count:
                    count.append(1)
    """,
)
