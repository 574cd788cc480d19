"""Classes and functions over type variables; what they stand for is learnt from arguments and places."""

from typing import Generic, TypeVar

from kmi.sync import Mutex

T = TypeVar("T")


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> None:
        self.items.append(item)

    def has(self, item: T) -> bool:
        for other in self.items:
            if other == item:
                return True
        return False


def first(items: list[T], default: T) -> T:
    return items[0] if items else default


class Owner:
    def __init__(self) -> None:
        self.stack = Mutex(bytearray())
        self.count = 0

    def add(self, number: int) -> int:
        with self.stack as stack:
            stack.append(number)
            self.count += 1
            return len(stack)


def use() -> int:
    numbers: Stack[int] = Stack()
    numbers.push(3)
    words = Stack[bytes]()
    words.push(b"word")
    return first([1, 2], 3) + first(numbers.items, 4)
