# expect: KMI0201 at 20
# expect: KMI0319 at 24
# expect: KMI0314 at 37
# expect: KMI0203 at 43
# expect: KMI0320 at 47
# expect: KMI0321 at 52
# expect: KMI0321 at 56
# expect: KMI0320 at 62
# expect: KMI0201 at 65
# expect: KMI0310 at 76
# expect: KMI0402 at 82
"""Classes that kernel Python cannot make."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from kmi import Module, module


class Unknown(Missing):
    pass


class Itself(Itself):
    pass


class Slots:
    __slots__ = ("x",)


class Late:
    def __init__(self) -> None:
        self.one = 1

    def more(self) -> None:
        self.two = 2


class Some:
    def __init__(self, flag: bool) -> None:
        if flag:
            self.value = 1


class NoSelf:
    def method() -> None:
        pass


class Names(Enum):
    ONE = "one"


class Numbers(IntEnum):
    ONE = "one"


@dataclass
class Order:
    first: int = 0
    second: int


@functools.cache
def cached() -> int:
    return 1


class Parent:
    def size(self) -> int:
        return 1


class Child(Parent):
    def size(self, unit: int) -> int:
        return unit


@module(license="GPL", description="classes")
class Classes(Module):
    def __init__(self, size: int) -> None:
        pass
