"""KMI03xx, the ones of classes, fields and signatures."""

from kmi.language.codes.base import code

MISSING_ANNOTATION = code(
    301,
    "missing annotation",
    """
    Parameters, results and fields are annotated: they are what callers, and the compiled C, rely on.
    Locals are inferred.
    """,
    failing="""
        def twice(number) -> int:
            return 2 * number
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)


BAD_ANNOTATION = code(
    306,
    "annotation that is not a type",
    """
    An annotation names a class, a width (`u32`), a built-in container with what it holds, or a union of
    classes and `None`.
    """,
    help="name a class, `int`, a width such as `u32`, or a container such as `list[int]`",
    failing="""
        def first(items: list) -> int:
            return 1
    """,
    fixed="""
        def first(items: list[int]) -> int:
            return 1
    """,
)


BAD_OVERRIDE = code(
    310,
    "method that does not fit the one it replaces",
    """
    Who calls the base's method may get this one: it takes and gives the same types.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Zero(FileOperations):
            def read(self, file: File, data: Uio) -> int:
                return data.put(b"0")
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Zero(FileOperations):
            def read(self, file: File, data: Uio) -> None:
                data.put(b"0")
    """,
)


BAD_FIELD = code(
    314,
    "assignment to a field that is not there",
    """
    An object's fields are those that its class body annotates and those that its `__init__` assigns. Methods,
    properties, constants and the fields of frozen dataclasses are not assigned.
    """,
    failing="""
        from dataclasses import dataclass


        @dataclass
        class Point:
            across: int


        def mark(point: Point) -> None:
            point.marked = True
    """,
    fixed="""
        from dataclasses import dataclass


        @dataclass
        class Point:
            across: int
            marked: bool = False


        def mark(point: Point) -> None:
            point.marked = True
    """,
)


BAD_BASE = code(
    319,
    "base class that cannot be one",
    """
    A base class is a class and not a value's type, and no class is its own base.
    """,
    help="derive from one class that is defined before",
    failing="""
        class Meters(int):
            pass
    """,
    fixed="""
        class Meters:
            def __init__(self, count: int) -> None:
                self.count = count
    """,
)


BAD_SIGNATURE = code(
    320,
    "signature that does not work",
    """
    A method's first parameter is `self`, and what has a default follows what has none.
    """,
    failing="""
        class Counter:
            def first() -> int:
                return 1
    """,
    fixed="""
        class Counter:
            def first(self) -> int:
                return 1
    """,
)


BAD_ENUM = code(
    321,
    "enum that is more than names for integers",
    """
    An enum holds constants, and its values are integers. What is done with them is a function.
    """,
    failing="""
        from enum import IntEnum


        class Mode(IntEnum):
            SLOW = 1
            FAST = 2

            def delay(self) -> int:
                return 100 // self
    """,
    fixed="""
        from enum import IntEnum


        class Mode(IntEnum):
            SLOW = 1
            FAST = 2


        def delay(mode: Mode) -> int:
            return 100 // mode
    """,
)


CLASS_FIELD_VALUE = code(
    322,
    "value in a class body that all objects would share",
    """
    In a class that is no dataclass, `count: int = 0` makes one variable of the class. A field gets its value
    in `__init__`; a constant is declared as `ClassVar` or `Final`.
    """,
    failing="""
        class Counter:
            count: int = 0
    """,
    fixed="""
        class Counter:
            def __init__(self) -> None:
                self.count = 0
    """,
)


MUTABLE_DEFAULT = code(
    323,
    "default that all calls would share",
    """
    A default is made once, when the function is defined, and is then shared by every call, which would be
    state that nobody owns. It must be a constant.
    """,
    failing="""
        def add(number: int, numbers: list[int] = []) -> int:
            numbers.append(number)
            return len(numbers)
    """,
    fixed="""
        def add(number: int, numbers: list[int] | None = None) -> int:
            if numbers is None:
                numbers = []
            numbers.append(number)
            return len(numbers)
    """,
    help="use `None`, and make the object in the body",
)

ABSTRACT = code(
    324,
    "object of an abstract class",
    """
    A class with an abstract method only says what its objects can do. Objects are made of the classes below
    it that do it, and a method that is only declared cannot be called by `super()`.
    """,
    failing="""
        from abc import ABC, abstractmethod


        class Shape(ABC):
            @abstractmethod
            def area(self) -> int: ...


        def area() -> int:
            return Shape().area()
    """,
    fixed="""
        from abc import ABC, abstractmethod


        class Shape(ABC):
            @abstractmethod
            def area(self) -> int: ...


        class Square(Shape):
            def area(self) -> int:
                return 1


        def area() -> int:
            return Square().area()
    """,
)

BAD_PROTOCOL = code(
    325,
    "protocol with more than methods",
    """
    A `Protocol` says which methods a class must have to be used in some place. Its methods have no bodies,
    and it has no fields: a class has its fields wherever they happen to be.
    """,
    failing="""
        from typing import Protocol


        class Named(Protocol):
            name: str
    """,
    fixed="""
        from typing import Protocol


        class Named(Protocol):
            @property
            def name(self) -> str: ...
    """,
)
