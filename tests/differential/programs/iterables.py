"""Containers of whatever one can loop over, and what goes through it."""

from collections import deque

from kmi import info


class Down:
    def __init__(self, start: int) -> None:
        self.start = start

    def __iter__(self) -> "DownIterator":
        info(f"iter {self.start}")
        return DownIterator(self.start)


class DownIterator:
    def __init__(self, left: int) -> None:
        self.left = left

    def __iter__(self) -> "DownIterator":
        return self

    def __next__(self) -> int:
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


class Failing:
    def __iter__(self) -> "FailingIterator":
        return FailingIterator()


class FailingIterator:
    def __init__(self) -> None:
        self.count = 0

    def __next__(self) -> int:
        self.count += 1
        if self.count > 3:
            raise ValueError(self.count)
        return self.count


def lists(table: dict[int, str], ring: deque[int], down: Down) -> None:
    info(f"{list('abc')} {list(b'ab')} {list(bytearray(b'xy'))} {list((1, 2))}")
    info(f"{list(table)} {list(table.keys())} {list(table.values())} {list(table.items())}")
    info(f"{list(ring)} {list(down)} {list('ab') + ['c']} {list(table)[0]}")
    info(f"{sorted('cab')} {sorted(table)} {sorted(table.items())} {sorted({3, 1})} {sorted(down)}")
    info(f"{list(enumerate('ab'))} {list(enumerate(table))} {list(enumerate(down))}")
    info(f"{list(zip('ab', b'ab'))} {list(zip(table, table.values()))} {list(zip(down, ring))}")
    info(f"{list(reversed(list('abc')))} {list(reversed(b'ab'))} {list(reversed(ring))}")
    info(f"{''.join(reversed('añc'))} {list(reversed(range(1, 9, 2)))} {list(reversed(range(9, 1, -3)))}")
    items = [1]
    items.extend(table)
    items.extend(down)
    items.extend((7, 8))
    items.extend(ring)
    info(f"{items}")


def sets(table: dict[int, str], ring: deque[int], down: Down) -> None:
    info(f"{sorted(set('abca'))} {sorted(set(table))} {sorted(set(ring))} {sorted(set(down))}")
    info(f"{len(frozenset('aab'))} {3 in frozenset(table)} {sorted(set((1, 1)))} {sorted(set(b'ab'))}")
    seen = {1}
    other = [7, 8]
    seen.update(table)
    seen.update(ring, other)
    info(f"{sorted(seen)} {sorted(seen.union(other, table))} {sorted(seen.intersection(table, ring))}")
    info(f"{sorted(seen.difference(other, ring))} {seen.issuperset(table)} {seen.isdisjoint(ring)}")
    seen.difference_update(other, table)
    info(f"{sorted(seen)}")


def tables(table: dict[int, str], pairs: list[tuple[int, str]]) -> None:
    info(f"{dict(pairs)} {dict(table)} {dict(table.items())} {dict([(1, 2)])} {dict(zip('ab', [1, 2]))}")
    copied = dict(table)
    copied[9] = "nine"
    info(f"{table} {copied}")


def buffers(ring: deque[int], down: Down) -> None:
    info(f"{bytes(ring)!r} {bytes((1, 2))!r} {bytearray(down)!r} {bytes(n * 2 for n in ring)!r}")
    info(f"{deque('abc')} {deque((1, 2))} {deque(down, 2)} {deque(b'ab', maxlen=1)}")
    names = {"a": "x", "b": "y"}
    info(f"{'-'.join(names)} {'-'.join(names.values())} {'-'.join('abc')} {'-'.join(('p', 'q'))}")
    buffer = bytearray(b"a")
    buffer.extend([98, 99])
    buffer.extend(range(100, 102))
    buffer.extend(ring)
    buffer.extend(memoryview(b"xy"))
    buffer.extend(buffer)
    info(f"{buffer}")
    try:
        buffer.extend([1, 256])
    except ValueError as error:
        info(f"{error} {len(buffer)}")
    try:
        info(f"{bytes((1, 300))!r}")
    except ValueError as error:
        info(f"{error}")


def reduced(table: dict[int, str], ring: deque[int], down: Down) -> None:
    info(f"{sum(b'ab')} {sum(table)} {sum({1, 2})} {sum(ring)} {sum(down, 5)}")
    info(f"{min('cab')} {max(b'ab')} {max(table)} {max(table.items())} {min({3, 2})} {max(down)}")
    info(f"{any('')} {all('ab')} {any(table.values())} {all(down)} {any({0})}")
    info(f"{max(table, key=lambda key: table[key])} {min(deque[int](), default=4)}")


def main() -> None:
    table = {1: "one", 3: "three", 2: "two"}
    ring = deque([1, 2, 3])
    down = Down(3)
    lists(table, ring, down)
    sets(table, ring, down)
    tables(table, [(1, "a"), (2, "b"), (1, "c")])
    buffers(ring, down)
    reduced(table, ring, down)
    try:
        info(f"{list(Failing())}")
    except ValueError as error:
        info(f"failed {error}")
