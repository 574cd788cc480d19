"""dict: merging, taking out from the end, views, what keys of several kinds say."""

from kmi import info


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"{self.name} dies")


def popped() -> None:
    table = {n: str(n) for n in range(20)}
    for n in range(10, 20):
        del table[n]
    total = 0
    while len(table) > 3:
        key, value = table.popitem()
        total = total * 10 + key
        if key == 5:
            table[50] = value
            table[51] = "x"
    info(f"{total} {table}")
    table[7] = "seven"
    info(f"{table.popitem()} {table.popitem()} {table}")
    table.clear()
    try:
        table.popitem()
    except KeyError as error:
        info(f"{error}")
    for n in range(100):
        table[n] = "a"
        if n % 3 == 0:
            table.popitem()
    info(f"{len(table)} {table.get(99)} {table.get(98)}")


def merged() -> None:
    left = {"a": 1, "b": 2}
    right = {"b": 3, "c": 4}
    info(f"{left | right} {right | left} {left} {left == {'b': 2, 'a': 1}} {left != right}")
    left |= right
    left.update(left)
    info(f"{left} {left.copy() == left} {dict(left) is left}")
    info(f"{dict.fromkeys(['x', 'y', 'x'], 7)}")
    info(f"{left.setdefault('a', 9)} {left.setdefault('z', 9)} {left}")
    info(f"{left.get('q', None)} {left.pop('q', None)} {left.pop('b', None)}")
    info(f" {left.get('a', None)} {left.pop('a')} {left.pop('q', -1)}")


def views() -> None:
    table = {"one": 1, "two": 2}
    keys = table.keys()
    values = table.values()
    items = table.items()
    table["three"] = 3
    info(f"{len(keys)} {len(values)} {len(items)} {'three' in keys} {3 in values} {4 in values}")
    info(f"{('one', 1) in items} {('one', 2) in items} {('none', 1) in items}")
    total = 0
    for key, value in items:
        total = total * 10 + len(key) + value
    info(f"{total}")


def keyed() -> None:
    flags: dict[bool, str] = {True: "t"}
    pairs: dict[tuple[int, str], int] = {(1, "a"): 1}
    pairs[(1, "a")] = 2
    pairs[(2, "é")] = 3
    info(f"{pairs} {flags} {(1, 'a') in pairs} {(1, 'b') in pairs}")
    try:
        info(f"{pairs[(3, 'z')]}")
    except KeyError as error:
        info(f"{error}")
    data = {b"k": [1, 2]}
    data[b"k"].append(3)
    info(f"{data}")


def dying() -> None:
    table = {1: Loud("a"), 2: Loud("b")}
    table |= {1: Loud("c")}
    info("merged")
    key, value = table.popitem()
    info(f"{key} {value.name}")
    del value
    info("gone")


def main() -> None:
    popped()
    merged()
    views()
    keyed()
    dying()
    raise KeyError("end")
