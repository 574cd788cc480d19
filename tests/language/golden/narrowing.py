"""What is known of values that may be None, or of one of several classes."""


class Node:
    def __init__(self, value: int, rest: "Node | None") -> None:
        self.value = value
        self.rest = rest
        self.other: Node | None = None

    def change(self) -> None:
        self.other = None


class Leaf(Node):
    pass


def local(node: Node | None) -> int:
    if node is None:
        return 0
    return node.value


def loop(node: Node | None) -> int:
    total = 0
    while node:
        total += node.value
        node = node.rest
    return total


def final_field(node: Node) -> int:
    if node.rest is not None:
        node.change()
        return node.rest.value
    return 0


def field_that_changes(node: Node) -> int:
    if node.other is None:
        return 0
    before = node.other.value
    node.change()
    return before + node.other.value


def by_class(node: Node) -> Leaf | None:
    return node if isinstance(node, Leaf) else None


def later(wanted: bool) -> int:
    found = None
    if wanted:
        found = Node(1, None)
    return found.value if found is not None and found.value > 0 else 0


def otherwise(number: int | None) -> int:
    return number or 7
