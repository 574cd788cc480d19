"""list: every method, ends and beyond."""

from kmi import info


class Item:
    def __init__(self, number: int) -> None:
        self.number = number


def show(name: str, items: list[int]) -> None:
    total = 0
    for item in items:
        total = total * 10 + item
    info(f"{name}: {len(items)} {total}")


def beyond(items: list[int], index: int) -> None:
    try:
        info(f"{items[index]}")
    except IndexError:
        info(f"no {index}")
    try:
        items[index] = 9
    except IndexError:
        info(f"no {index} to set")


def grow(items: list[int]) -> int:
    rounds = 0
    for item in items:
        rounds += 1
        if item == 1:
            items.append(7)
        if rounds > 9:
            break
    return rounds


def main() -> None:
    items = [3, 1, 2]
    show("literal", items)
    items.append(4)
    items.insert(0, 5)
    items.insert(-1, 6)
    items.insert(100, 7)
    show("grown", items)
    show("slice", items[1:3])
    show("tail", items[-2:])
    show("none", items[4:2])
    show("sum", items + [1, 1])
    show("times", items[:2] * 3)
    del items[0]
    del items[-1]
    del items[1:3]
    show("less", items)
    items[1:1] = [8, 8]
    show("in", items)
    items[0:2] = []
    show("out", items)
    items += [1, 2, 1]
    show("added", items)
    items.extend(items)
    show("doubled", items)
    info(f"{items.count(1)} {items.index(2)} {2 in items} {99 in items} {items == items[:]} {items != [1]}")
    items.remove(1)
    items.reverse()
    show("reversed", items)
    info(f"{items.pop()} {items.pop(0)} {items.pop(-2)}")
    beyond(items, 0)
    beyond(items, -1)
    beyond(items, 50)
    beyond(items, -50)
    info(f"{grow([1, 2, 1])}")
    objects = [Item(1), Item(2)]
    same = objects
    objects.append(objects[0])
    same[0].number = 40
    info(f"{objects[2].number} {len(objects)}")
    objects[0] = Item(5)
    del objects[1:]
    info(f"{same[0].number} {len(same)}")
    objects.clear()
    info(f"{len(same)}")
    items.clear()
    try:
        items.remove(3)
    except ValueError:
        info("not there")
    items.pop()
