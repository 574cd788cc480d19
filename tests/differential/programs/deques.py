"""collections.deque: both ends, limits, loops that notice changes, the order in which items die."""

from collections import deque

from kmi import info


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"{self.name} dies")


class Node:
    def __init__(self, number: int) -> None:
        self.number = number
        self.below: deque[Node] = deque()

    def __del__(self) -> None:
        if self.number % 1000 == 0:
            info(f"node {self.number} dies")


def show(name: str, items: deque[int]) -> None:
    total = 0
    for item in items:
        total = total * 10 + item
    info(f"{name}: {len(items)} {total} {items.maxlen}")


def ends() -> None:
    items: deque[int] = deque()
    show("empty", items)
    for n in range(20):
        items.append(n % 10)
        items.appendleft(n * 3 % 10)
        if n % 3 == 0:
            items.popleft()
        if n % 4 == 0:
            items.pop()
    show("ends", deque(items, 15))
    info(f"{items[0]} {items[-1]} {items[5]} {items[-5]} {3 in items} {99 in items} {items.count(3)}")
    items[3] = 77
    items[-1] = 78
    info(f"{items.index(77)} {items.index(78) == len(items) - 1} {items[3]}")
    while len(items) > 4:
        items.popleft()
    items.clear()
    show("cleared", items)
    try:
        items.pop()
    except IndexError as error:
        info(f"{error}")
    try:
        items.popleft()
    except IndexError as error:
        info(f"{error}")


def turned() -> None:
    for room in [5, 8]:
        items = deque([1, 2, 3, 4, 5, 6, 7, 8][:room])
        for steps in [0, 1, 1, -1, 3, -4, 100, -101]:
            items.rotate(steps)
            show(f"rotated {steps}", items)
        items.rotate()
        items.reverse()
        show("reversed", items)
        items.insert(0, 9)
        items.insert(3, 8)
        items.insert(-1, 7)
        items.insert(99, 6)
        items.insert(-99, 5)
        show("inserted", items)
        items.remove(7)
        del items[0]
        del items[-1]
        del items[2]
        show("removed", items)


def limited() -> None:
    items = deque([1, 2, 3, 4, 5], maxlen=3)
    show("limited", items)
    items.append(6)
    show("append", items)
    items.appendleft(7)
    show("appendleft", items)
    items.extend([1, 2])
    show("extend", items)
    items.extendleft([8, 9])
    show("extendleft", items)
    items.extend(items)
    show("itself", items)
    try:
        items.insert(1, 1)
    except IndexError as error:
        info(f"{error}")
    items += [4, 5]
    copied = items.copy()
    copied.append(1)
    show("copied", copied)
    show("plus", items + deque([6, 7]))
    show("times", items * 2)
    none: deque[int] = deque([1, 2], maxlen=0)
    none.append(1)
    none.appendleft(1)
    show("none", none)
    some: deque[int] = deque([], 2)
    some.extend([1, 2, 3])
    show("some", some)
    empty: deque[int] = deque(maxlen=1)
    empty.extend(deque([4, 5]))
    show("empty", empty)
    try:
        deque([1], -1)
    except ValueError as error:
        info(f"{error}")


def compared() -> None:
    one = deque([1, 2])
    info(f"{one == deque([1, 2], 5)} {one == deque([1])} {one != one.copy()} {one is one.copy()}")
    info(f"{one < deque([1, 3])} {one < deque([1])} {one <= deque([1, 2])}")
    info(f"{one > deque([0, 9, 9])} {one >= one.copy()}")
    info(f"{True if one else False} {True if deque(one, 0) else False}")
    both = one
    both.extend(both)
    show("twice", one)
    one.extendleft(one)
    show("left", one)


def changed(how: int) -> None:
    items = deque([1, 2, 3])
    rounds = 0
    try:
        for item in items:
            rounds += 1
            if how == 0:
                items.append(item)
            elif how == 1 and item == 3:
                items.popleft()
            elif how == 2:
                items[0] = 5
            elif how == 3:
                items.reverse()
            elif how == 4 and item == 1:
                items.clear()
            if rounds > 5:
                break
    except RuntimeError as error:
        info(f"{error}")
    info(f"{how}: {rounds}")


def dying() -> None:
    items = deque([Loud("a"), Loud("b"), Loud("c")], maxlen=3)
    items.append(Loud("d"))
    info("appended")
    items.appendleft(Loud("e"))
    info("prepended")
    kept = items.pop()
    info(f"popped {kept.name}")
    items[0] = Loud("f")
    info("set")
    del items[1]
    info("deleted")
    items.extend([Loud("g"), Loud("h")])
    kept = items[1]
    items.clear()
    info("cleared")


def deep() -> None:
    top = Node(0)
    for n in range(1, 3001):
        node = Node(n)
        node.below.append(top)
        top = node
    info("deep")
    wide = Node(1000)
    for n in range(2, 5):
        wide.below.append(Node(n * 1000))
        wide.below[-1].below.extend([Node(n * 10000), Node(n * 11000)])
    info("wide")


def main() -> None:
    ends()
    turned()
    limited()
    compared()
    for how in range(5):
        changed(how)
    dying()
    deep()
    waiting = deque([b"one", b"two"])
    waiting.append(b"three")
    total = 0
    while waiting:
        total += len(waiting.popleft())
    info(f"{total}")
    numbers = deque([1, 2, 3])
    numbers.remove(2)
    try:
        info(f"{numbers[2]}")
    except IndexError:
        info("no 2")
    try:
        numbers.remove(7)
    except ValueError:
        info("no 7")
    numbers.index(5)
