"""What a container is made of is read once before a loop that cannot change it, else in each round."""

import textwrap

import pytest

from tests.compiler.compiled import compiled, function

SETTING = """
class Box:
    def __init__(self) -> None:
        self.items: list[int] = []
        self.count = 0

def double(n: int) -> int:
    return 2 * n

def grow(a: list[int]) -> None:
    a.append(1)

def twice(a: list[int]) -> int:
    grow(a)
    return len(a)
"""


def reads(body: str) -> tuple[int, int]:
    """How often the length is read ahead of the first loop, and in it."""
    source = (
        f"{SETTING}\ndef f(a: list[int], b: list[int], box: Box) -> None:\n{textwrap.indent(body, '    ')}\n"
    )
    text = function(compiled(source, "f"), "t_f")
    begin = min(at for word in ("for (", "while (") if (at := text.find(word)) >= 0)
    return text[:begin].count("a->_length"), text[begin:].count("a->_length")


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(9):\n    a[i] = b[i]",
        "for i in range(9):\n    for j in range(9):\n        a[i] += a[j]",
        "for i in range(9):\n    box.count += a[i]",
        "for i in range(9):\n    box.count = double(a[i])",
        "i = 0\nwhile a[i] > 0:\n    i += 1",
    ],
)
def test_a_loop_that_changes_no_length_reads_it_once(body: str) -> None:
    before, inside = reads(body)
    assert (before, inside) == (1, 0)


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(9):\n    a.append(b[i])\n    b[i] = a[i]",
        "for i in range(9):\n    grow(b)\n    a[i] = 1",
        "for i in range(9):\n    a[i] = twice(b)",
        "for i in range(9):\n    a[i] = 1\n    a = b",
        "for i in range(9):\n    a[i] = 1\n    box.items = [2]",
    ],
)
def test_a_loop_that_may_change_a_length_reads_it_in_each_round(body: str) -> None:
    assert reads(body)[1] > 0


def test_the_outermost_quiet_loop_reads() -> None:
    body = "for i in range(3):\n    a.append(i)\n    for j in range(9):\n        b[j] = a[j]"
    source = f"def f(a: list[int], b: list[int]) -> None:\n{textwrap.indent(body, '    ')}\n"
    text = function(compiled(source, "f"), "t_f")
    inner = text[text.rindex("for (") :]
    assert "a->_length" not in inner and "b->_length" not in inner
    assert "a_length = a->_length;" in text[text.index("for (") :]
