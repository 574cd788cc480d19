"""set and frozenset: algebra, comparisons, changes; what the order of does not show."""

from kmi import info


class Key:
    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: "Key") -> bool:
        return self.number == other.number

    def __hash__(self) -> int:
        return self.number % 3


def show(name: str, items: set[int]) -> None:
    total = 0
    for n in range(-2, 12):
        total = total * 2 + (1 if n in items else 0)
    info(f"{name}: {len(items)} {total}")


def compared(left: set[int], right: set[int]) -> None:
    info(f"{left == right} {left != right} {left < right} {left <= right} {left > right} {left >= right}")
    info(f"{left.issubset(right)} {left.issuperset(right)} {left.isdisjoint(right)}")


def algebra(left: set[int], right: set[int]) -> None:
    show("or", left | right)
    show("and", left & right)
    show("sub", left - right)
    show("xor", left ^ right)
    show("union", left.union(right))
    show("intersection", left.intersection([1, 2, 3, 3]))
    show("difference", left.difference([1, 1]))
    show("symmetric_difference", left.symmetric_difference(right))
    compared(left, right)


def change(items: set[int], other: set[int]) -> None:
    items |= other
    show("ior", items)
    items &= {1, 2, 3, 4}
    show("iand", items)
    items -= other
    show("isub", items)
    items ^= {1, 9}
    show("ixor", items)
    items.update([7, 8, 7])
    items.update(other)
    show("update", items)
    items.intersection_update([7, 8, 1, 2])
    show("intersection_update", items)
    items.difference_update({8})
    items.symmetric_difference_update([2, 4])
    show("changed", items)
    items -= items
    show("emptied", items)


def frozen(kept: frozenset[int], other: set[int]) -> None:
    info(f"{len(kept)} {3 in kept} {kept == other} {other == kept} {kept <= other} {other >= kept}")
    show("set", other | kept)
    both = kept & other
    info(f"{len(both)} {both == frozenset([1])} {both.copy() == both}")
    table: dict[frozenset[int], str] = {frozenset([1, 2]): "a"}
    table[frozenset([2, 1])] = "b"
    table[frozenset({3})] = "c"
    info(f"{len(table)} {table[frozenset([1, 2, 2])]} {frozenset([3, 3]) in table}")
    info(f"{hash(frozenset([1, 2])) == hash(frozenset([2, 1]))}")


def main() -> None:
    empty: set[int] = set()
    algebra(empty, empty)
    algebra({1}, empty)
    algebra({1, 2, 3}, {3, 4, -1})
    algebra({1, 2}, set([2, 1, 2]))
    algebra({1, 2}, {2, 1, 5})
    many: set[int] = set()
    for n in range(200):
        many.add(n * n % 127)
    info(f"{len(many)} {4 in many} {3 in many}")
    for n in range(0, 127, 2):
        many.discard(n)
    info(f"{len(many)} {True if many else False} {not empty}")
    change({1, 5}, {3, 5, 2})
    frozen(frozenset([1, 3]), {1, 2})
    frozen(frozenset(), {1, 2})
    copied = set([4, 5, 4])
    same = copied
    again = copied.copy()
    copied.add(6)
    info(f"{len(same)} {len(again)} {same is copied} {set(same) == same} {set(frozenset(same)) == same}")
    texts = {"a", "b", "ab"}
    texts.remove("b")
    info(f"{'b' in texts} {'a' in texts} {len(texts)} {texts == {'ab', 'a'}}")
    kept = Key(4)
    keys = {kept, Key(4), Key(1), Key(7)}
    keys.add(Key(1))
    info(f"{len(keys)} {Key(7) in keys} {Key(10) in keys}")
    kept.number = 4
    keys.clear()
    info(f"{len(keys)}")
    try:
        texts.remove("b")
    except KeyError:
        info("no b")
    copied.remove(99)
