"""list.sort: stable, forwards and backwards, any length; comparisons that raise or change the list."""

from kmi import info


class Card:
    def __init__(self, value: int, name: int) -> None:
        self.value = value
        self.name = name

    def __lt__(self, other: "Card") -> bool:
        return self.value < other.value

    def __del__(self) -> None:
        if self.name == 13:
            info("13 dies")


class Broken:
    def __init__(self, value: int) -> None:
        self.value = value

    def __lt__(self, other: "Broken") -> bool:
        if self.value == 5:
            raise ValueError("five")
        return self.value < other.value


class Meddling:
    def __init__(self, value: int, home: list["Meddling"]) -> None:
        self.value = value
        self.home = home

    def __lt__(self, other: "Meddling") -> bool:
        if self.value == 3:
            self.home.append(self)
        return self.value < other.value


def numbers(count: int, seed: int, below: int) -> list[int]:
    made: list[int] = []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2147483648
        made.append(seed // 65536 % below - below // 3)
    return made


def digest(items: list[int]) -> int:
    total = 7
    for item in items:
        total = (total * 31 + item) % 1000000007
    return total


def plain() -> None:
    for count in [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 1000]:
        for below in [2, 10, 100000]:
            items = numbers(count, count + below, below)
            items.sort()
            forwards = digest(items)
            items.sort()
            items.sort(reverse=True)
            backwards = digest(items)
            items.sort()
            info(f"{count} {below}: {forwards} {backwards} {digest(items) == forwards}")
    edges = [9223372036854775807, -9223372036854775808, 0, -1]
    edges.sort()
    info(f"{edges}")
    texts = ["b", "a", "", "aa", "é", "z", "B"]
    texts.sort()
    info(f"{texts}")
    data = [b"b", b"a", b"", b"a\x00", b"\xff"]
    data.sort(reverse=True)
    info(f"{data}")
    truths = [True, False, True]
    truths.sort()
    info(f"{truths}")
    lists = [[2], [1, 5], [1]]
    lists.sort()
    info(f"{lists}")


def stable() -> None:
    cards: list[Card] = []
    for n in range(60):
        cards.append(Card(n * 7 % 5, n))
    cards.sort()
    order = 0
    for card in cards:
        order = (order * 31 + card.name) % 1000000007
    cards.sort(reverse=True)
    for card in cards:
        order = (order * 31 + card.name) % 1000000007
    info(f"{order}")
    del cards[10:]
    cards.clear()
    info("cleared")


def raising() -> None:
    items: list[Broken] = []
    for n in range(40):
        items.append(Broken(n * 11 % 40))
    try:
        items.sort()
    except ValueError as error:
        info(f"{error}")
    total = 0
    for item in items:
        total += item.value
    info(f"{len(items)} {total}")


def meddling() -> None:
    items: list[Meddling] = []
    for n in range(10):
        items.append(Meddling(9 - n, items))
    try:
        items.sort()
    except ValueError as error:
        info(f"{error}")
    info(f"{len(items)} {items[0].value} {items[9].value}")
    for item in items:
        item.home = []


def main() -> None:
    plain()
    stable()
    raising()
    meddling()
