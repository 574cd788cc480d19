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
