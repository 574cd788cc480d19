"""Classes: fields that `__init__` shows, dataclasses, inheritance, properties, static methods, constants."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

LIMIT: Final = 4 * 1024


@dataclass
class Entry:
    count: int = 0
    names: list[str] = field(default_factory=list)


class Base:
    WIDTH: ClassVar[int] = 3

    def __init__(self, count: int) -> None:
        self.count = count
        self.entry: Entry | None = None

    @property
    def double(self) -> int:
        return 2 * self.count

    def size(self) -> int:
        return self.count + self.WIDTH


class Derived(Base):
    def __init__(self) -> None:
        super().__init__(LIMIT)
        self.entry = Entry(names=["a"])

    def size(self) -> int:
        return super().size() + self.double

    @staticmethod
    def make() -> "Base":
        return Derived()


def same(left: Entry, right: Entry | None) -> bool:
    return left == right or left is right
