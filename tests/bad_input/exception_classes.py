# expect: KMI0315 at 19
# expect: KMI0315 at 30
# expect: KMI0315 at 34
# expect: KMI0315 at 39
# expect: KMI0315 at 47
# expect: KMI0315 at 53
# expect: KMI0303 at 58
"""Exceptions whose fields could change, or that have methods that exceptions have not."""

from dataclasses import dataclass

from kmi import Module, module


class Listing(ValueError):
    def __init__(self, lines: list[str]) -> None:
        super().__init__("several")
        self.count = len(lines)
        self.lines = lines


class Counting(Exception):
    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class More(Counting):
    def grow(self) -> None:
        self.count += 1


class Shown(Exception):
    def __repr__(self) -> str:
        return "shown"


class Unset(Exception):
    count: int


def fine() -> None:
    raise More(3)


@dataclass
class Data(Exception):
    count: int


class Static(Exception):
    @staticmethod
    def make() -> int:
        return 1


def unknown(error: More) -> int:
    return error.size + error.count


@module(license="GPL", description="exceptions")
class Exceptions(Module):
    pass
