# ruff: noqa: B007, F841
"""Indices that are surely in range, and those that look as if they were."""

from __future__ import annotations

from kmi import i8, info, u8


class Box:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    def shrink(self) -> int:
        return self.items.pop()

    def at(self, n: int) -> int:
        return self.items[n] if n < len(self.items) else -1


class Ends:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    def __del__(self) -> None:
        self.items.clear()


def insertion(a: list[int]) -> None:
    for i in range(1, len(a)):
        item = a[i]
        j = i
        while j > 0 and a[j - 1] > item:
            a[j] = a[j - 1]
            j -= 1
        a[j] = item


def sift(a: list[int], start: int, stop: int) -> None:
    root = start
    while True:
        child = 2 * root + 1
        if child >= stop:
            return
        if child + 1 < stop and a[child] < a[child + 1]:
            child += 1
        if a[root] >= a[child]:
            return
        a[root], a[child] = a[child], a[root]
        root = child


def heapsort(a: list[int]) -> None:
    for start in range(len(a) // 2 - 1, -1, -1):
        sift(a, start, len(a))
    for stop in range(len(a) - 1, 0, -1):
        a[0], a[stop] = a[stop], a[0]
        sift(a, 0, stop)


def searched(a: list[int], wanted: int) -> int:
    low = 0
    high = len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def searched_badly(a: list[int], wanted: int) -> int:
    low = 0
    high = len(a)
    while low <= high:
        middle = (low + high) // 2
        if a[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return low


def popped(a: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        total += a[i]
        if total > 5:
            a.pop()
    return total


def other(a: list[int], b: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        total += a[i]
        b.pop()
    return total


def past(a: list[int], more: int) -> int:
    total = 0
    for i in range(len(a) + more):
        total += a[i]
    return total


def handled(a: list[int], n: int) -> int:
    if n < 0 or n >= len(a):
        return -1
    try:
        del a[1:]
        return 100 // n
    except ZeroDivisionError:
        return a[n]
    finally:
        info(f"{a[n]}" if n < len(a) else "short")


def dropped(a: list[int], n: int) -> int:
    ends: Ends | None = Ends(a)
    if n < 0 or n >= len(a):
        return -1
    before = a[n]
    ends = None
    return before + a[n]


def field(box: Box, n: int) -> int:
    items = box.items
    if n < 0 or n >= len(items):
        return -1
    total = items[n]
    total += box.shrink()
    return total + items[n]


def either(a: list[int], b: list[int], n: int) -> int:
    c = a
    for i in range(len(a)):
        c[i] += i
        if i == n:
            c = b
    return len(c)


def flags(a: list[int], n: int) -> int:
    inside = 0 <= n and n < len(a)
    if inside:
        a[n] += 1
    a.pop()
    if inside:
        return a[n]
    m = n
    known = m < len(a) and m >= 0
    m += 1
    return a[m] if known else -1


def again(a: list[int], depth: int) -> int:
    if depth == 0:
        return 0
    last = len(a) - 1
    if last < 0:
        return -1
    total = a[last]
    a.pop()
    total += again(a, depth - 1)
    return total + a[last]


def nested(a: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        for j in range(i, len(a)):
            k = j
            while k >= i:
                total += a[k] - a[j - i]
                k -= 1
            if total > 40:
                break
        else:
            continue
        total = -total
    return total


def appended(a: list[int], n: int) -> int:
    size = len(a)
    for i in range(n):
        a.append(i)
        a[size + i] += a[size]
    return a[size + n]


def negative(a: list[int], n: int) -> int:
    total = 0
    for i in range(-len(a), len(a)):
        total = total * 3 + a[i]
    return total + a[n]


def from_inside(a: list[int], i: int) -> int:
    return a[i] * 2


def inside(a: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        total += from_inside(a, i)
    return total


def from_both(a: list[int], b: list[int], i: int) -> int:
    if i == 2:
        b.clear()
    return a[i] if i > 0 else 0


def both(a: list[int], b: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        total += from_both(a, b, i)
    return total


def down(a: list[int], i: int) -> int:
    return a[i] + down(a, i - 1) if i >= 0 else 0


def stepped(data: bytes, step: int) -> int:
    total = 0
    for i in range(0, len(data), 3):
        total += data[i]
    for i in range(len(data) - 1, -1, -2):
        total += data[i]
    for i in range(0, len(data), step):
        total += data[i]
    return total + data[len(data) - step]


def narrow(items: list[int], most: int) -> u8:
    count: u8 = 0
    for item in items:
        if count < most:
            count += 100
    low: i8 = 0
    for i in range(len(items)):
        low -= 30
    return count


def total(a: list[int]) -> int:
    found = 0
    for i, item in enumerate(a):
        found += i * item + a[i]
    return found


def bytes_too(data: bytearray, n: int) -> int:
    found = 0
    for i in range(len(data)):
        if i == n:
            del data[:2]
        found += data[i]
    return found


def shorter(a: list[int]) -> None:
    a[:] = a[:1]


def through(a: list[int]) -> int:
    found = 0
    for i in range(len(a)):
        found += a[i]
        if i == 1:
            shorter(a)
    return found


def tried(name: str, n: int) -> None:
    try:
        a = [5, 3, 9, 1, 7]
        found = 0
        if name == "insertion":
            insertion(a)
        elif name == "heapsort":
            heapsort(a)
        elif name == "searched":
            a.sort()
            found = searched(a, n)
        elif name == "searched badly":
            a.sort()
            found = searched_badly(a, n)
        elif name == "popped":
            found = popped(a)
        elif name == "other":
            found = other(a, a if n else [1] * 5)
        elif name == "past":
            found = past(a, n)
        elif name == "handled":
            found = handled(a, n)
        elif name == "dropped":
            found = dropped(a, n)
        elif name == "field":
            found = field(Box(a), n)
        elif name == "either":
            found = either(a, a[:3], n)
        elif name == "flags":
            found = flags(a, n)
        elif name == "again":
            found = again(a, n)
        elif name == "nested":
            found = nested(a)
        elif name == "appended":
            found = appended(a, n)
        elif name == "negative":
            found = negative(a, n)
        elif name == "inside":
            found = inside(a)
        elif name == "both":
            found = both(a, a if n else [1])
        elif name == "down":
            found = down(a, n)
        elif name == "stepped":
            found = stepped(b"abcdefgh", n)
        elif name == "narrow":
            found = narrow(a, n)
        elif name == "total":
            found = total(a)
        elif name == "bytes":
            found = bytes_too(bytearray(b"abcd"), n)
        elif name == "through":
            found = through(a)
        elif name == "at":
            found = Box(a).at(n)
        info(f"{name} {n}: {found} {a}")
    except (IndexError, OverflowError, ZeroDivisionError) as error:
        info(f"{name} {n}: {error}")


def main() -> None:
    for name in ["insertion", "heapsort", "nested", "total", "popped", "inside", "through"]:
        tried(name, 0)
    for name in ["searched", "searched badly", "past", "handled", "dropped", "field", "either", "flags"]:
        for n in [0, 1, 4, 5, 9]:
            tried(name, n)
    for name in ["again", "appended", "negative", "other", "both", "down", "stepped", "narrow"]:
        for n in [0, 1, 3, 5, 200]:
            tried(name, n)
    for name in ["bytes", "at"]:
        for n in [0, 1, 3, 5, 200]:
            tried(name, n)
