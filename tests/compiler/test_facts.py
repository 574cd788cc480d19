"""Conditions and loops make checks vanish; what could still fail keeps its own."""

import re
import textwrap

import pytest

from tests.compiler.compiled import compiled


def checks(source: str) -> int:
    """How many checks are left of overflow and division."""
    text = compiled(textwrap.dedent(source), "f").text
    body = text[text.index("t_f(") :]
    return len(re.findall(r"kmi_raise_(overflow|sum|difference|product|floordiv)\(error", body))


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("return n + 1", 1),
        ("if n < 1000:\n    return n + 1\nreturn 0", 0),
        ("if n > 1000:\n    return n + 1\nreturn 0", 1),
        ("i = 0\nwhile i < n:\n    i += 1\nreturn i", 0),
        ("i = 0\nwhile i != n:\n    i += 1\nreturn i", 1),
        ("if n > 0:\n    return 100 // n\nreturn 0", 0),
        ("if n >= 0:\n    return 100 // n\nreturn 0", 1),
        ("total = 0\nfor i in range(10):\n    total = i * 3\nreturn total", 0),
        ("m = 5\ntry:\n    m = n\nfinally:\n    n = 0\nreturn m + 1", 1),
        ("m = 5\nwhile n > 0:\n    m = n\n    n -= 1\nreturn m + 1", 1),
    ],
)
def test_checks_left(body: str, left: int) -> None:
    assert checks(f"def f(n: int) -> int:\n{textwrap.indent(body, '    ')}\n") == left


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("m = 0\nfor i in range(100):\n    m = i\nreturn m + 1", 0),
        ("m = 0\nfor i in range(100):\n    m = m + i\nreturn m", 1),
        ("m = 0\nwhile n > 0:\n    m = n & 7\n    n -= 1\nreturn m + 1", 0),
        (
            "m = 0\nfor i in range(9):\n    if i:\n        m = n\n        continue\n    m = 1\nreturn m + 1",
            1,
        ),
        (
            "m = 0\nfor i in range(9):\n    if i > 5:\n        m = n\n        break\n    m = i\nreturn m + 1",
            1,
        ),
        ("m = 0\nfor i in range(9):\n    for j in range(9):\n        m = i & j\nreturn m + 1", 0),
        ("x, y = 0, 1\nfor i in range(9):\n    x = y\n    y = n\nreturn x + 1", 1),
        ("total = a[n]\nreturn n + 1", 0),
        ("try:\n    total = a[n]\nexcept IndexError:\n    pass\nreturn n + 1", 1),
        ("if n > 3 and a[n] > 3:\n    return 1\nreturn n + 1", 1),
        ("m = b[n] << 24\nreturn m | b[n - 1]", 0),
        ("m = 0\nfor byte in b:\n    m = byte * 256\nreturn m + 1", 0),
        ("return len(a) * 2 + len(b)", 0),
        ("return n ^ 5 | n & -3", 0),
        ("return 1 << (n & 62)", 0),
        ("return 1 << (n & 63)", 1),
    ],
)
def test_checks_left_in_loops_and_behind_indices(body: str, left: int) -> None:
    source = f"def f(n: int, a: list[int], b: bytes) -> int:\n{textwrap.indent(body, '    ')}\n"
    assert checks(source) == left
