# expect: KMI0350 at 8
"""An item of a set that nobody names."""

from kmi import Module, module


def taken(numbers: set[int]) -> int:
    return numbers.pop()


@module(license="GPL", description="sets")
class Sets(Module):
    def __init__(self) -> None:
        self.first = taken({1, 2})
