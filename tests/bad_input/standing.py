# expect: KMI0306 at 11
# expect: KMI0306 at 15
# expect: KMI0306 at 19
"""Types that stand for many classes."""

from collections.abc import Iterable, Mapping, Sequence

from kmi import Module, module


def total(numbers: Sequence[int]) -> int:
    return sum(numbers)


def each(numbers: Iterable[int]) -> int:
    return sum(numbers)


def of(table: Mapping[str, int]) -> int:
    return table["a"]


@module(license="GPL", description="standing")
class Standing(Module):
    def __init__(self) -> None:
        self.total = total([1, 2]) + each([3]) + of({"a": 4})
