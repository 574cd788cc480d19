"""The ends of objects: in constant stack, however long the chain; of half-built and of kept ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmi.kernels.host import run
from kmi.kernels.host.outcome import Outcome

pytestmark = pytest.mark.needs("gcc")


def outcome(tmp_path: Path, text: str) -> Outcome:
    path = tmp_path / "ends.py"
    path.write_text("from __future__ import annotations\n\nfrom kmi import info\n\n\n" + text)
    return run(path)


def test_a_chain_through_containers_ends_in_constant_stack(tmp_path: Path) -> None:
    """Frames of 200 bytes would run over the eight megabytes of a process long before the end."""
    ended = outcome(
        tmp_path,
        """\
class Node:
    def __init__(self, number: int) -> None:
        self.number = number
        self.parts: list[Node] = []
        self.named: dict[int, Node] = {}
        self.pair: tuple[Node | None, int] = (None, 1)
        self.pairs: list[tuple[Node, int]] = []

    def __del__(self) -> None:
        if self.number == 0:
            info("the end")


def main() -> None:
    root = Node(0)
    for number in range(1, 60000):
        node = Node(number)
        if number % 4 == 0:
            node.parts.append(root)
        elif number % 4 == 1:
            node.named[number] = root
        elif number % 4 == 2:
            node.pair = (root, 2)
        else:
            node.pairs.append((root, 2))
        root = node
    info("built")
""",
    )
    assert ended.finished and ended.log == ["built", "the end"]
    assert ended.objects == ended.memory == 0


def test_what_a_container_of_a_chain_holds_dies_in_depth(tmp_path: Path) -> None:
    ended = outcome(
        tmp_path,
        """\
class Node:
    def __init__(self, number: int) -> None:
        self.number = number
        self.parts: list[Node] = []
        self.named: dict[int, Node] = {}

    def __del__(self) -> None:
        info(f"{self.number}")


def main() -> None:
    root = Node(0)
    for number in range(1, 3):
        node = Node(number)
        node.parts = [Node(number * 10), Node(number * 10 + 1)]
        node.named = {1: Node(number * 10 + 2), 2: Node(number * 10 + 3)}
        root.parts.append(node)
""",
    )
    # The last part is held by the local `node`, which dies after `root`.
    assert ended.log == ["0", "1", "11", "10", "12", "13", "2", "21", "20", "22", "23"]
    assert ended.objects == ended.memory == 0


def test_no_del_of_what_was_not_built(tmp_path: Path) -> None:
    """CPython's `__del__` ends in an AttributeError there, which nobody sees; here it would follow NULL."""
    ended = outcome(
        tmp_path,
        """\
class Half:
    def __init__(self, number: int) -> None:
        if number == 1:
            raise ValueError("half")
        self.items = [number]

    def __del__(self) -> None:
        info(f"gone {len(self.items)}")


def main() -> None:
    half = Half(0)
    try:
        half = Half(1)
    except ValueError as error:
        info(f"{error} {len(half.items)}")
""",
    )
    assert ended.finished and ended.log == ["half 1", "gone 1"]
    assert ended.objects == ended.memory == 0
