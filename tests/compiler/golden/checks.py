"""One check of each kind."""

TABLE = (1, 2, 3)


class Node:
    def __init__(self) -> None:
        self.next: Node | None = None
        self.value = 0


def change(node: Node) -> None:
    node.next = None


def kinds(n: int, items: list[int], data: bytearray) -> int:
    total = n + 1
    total += items[n]
    items[n & 7] = 3
    data[0] = n
    total = n // (n & 3)
    total += TABLE[n]
    total ^= 1 << (n & 127)
    for i in range(0, 10, n - 1):
        total = i
    return total


def absent(node: Node) -> int:
    if node.next is not None:
        change(node)
        return node.next.value
    return 0


def shifted(n: int) -> int:
    return (n << n) & 0xFF
