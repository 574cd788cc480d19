"""dict: order, growth, removal, iteration."""

from kmi import info


class Slot:
    def __init__(self, size: int) -> None:
        self.size = size


def changed(table: dict[int, int]) -> None:
    try:
        for key in table:
            table[key + 100] = 1
    except RuntimeError:
        info("changed meanwhile")


def main() -> None:
    table: dict[int, int] = {}
    for n in range(40):
        table[n * 7 % 41] = n
    for n in range(0, 41, 3):
        if n in table:
            del table[n]
    total = 0
    for key in table:
        total = (total * 3 + key) % 1000003
    for value in table.values():
        total = (total * 3 + value) % 1000003
    for key, value in table.items():
        total = (total * 3 + key * value) % 1000003
    info(f"{len(table)} {total}")
    table[5] = 1
    table[5] += 4
    found = table.get(5)
    if found is not None:
        info(f"{found}")
    info(f"{table.get(1000) is None} {table.get(1000, 3)} {table.pop(5)} {5 in table}")
    changed(table)
    names: dict[bytes, Slot] = {b"a": Slot(1), b"b": Slot(2)}
    names[b"a"] = Slot(3)
    slot = names.get(b"a")
    if slot is not None:
        slot.size += 1
        info(f"{slot.size} {names[b'a'].size} {len(names)}")
    texts: dict[str, int] = {"one": 1, "two": 2}
    info(f"{texts['two']} {'three' in texts}")
    flags: dict[bool, int] = {True: 1, False: 0}
    info(f"{flags[True]} {flags[1 > 2]}")
    negative: dict[int, int] = {-1: 1, -2: 2, -9223372036854775808: 3}
    info(f"{negative[-1]} {negative[-2]} {negative[-9223372036854775808]}")
    table.clear()
    info(f"{len(table)}")
    info(f"{table[7]}")
