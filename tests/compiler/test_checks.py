"""What `kmi check --explain-checks` lists: each check that is left, what is known, what would help."""

from pathlib import Path

import pytest

from kmi.compiler import checks
from kmi.compiler.intervals import Interval
from kmi.compiler.noted import bounds, number
from tests.compiler.compiled import program

GOLDEN = Path(__file__).with_name("golden")


def test_each_kind_of_check_is_listed_with_what_is_known() -> None:
    made = program((GOLDEN / "checks.py").read_text())
    lines = [
        f"{each.check.span.line}:{each.check.span.column} {each.check.kind} in {each.function}: "
        f"{each.check.knows} | {each.check.allowed} | {each.check.away}"
        for each in checks.left(made)
    ]
    assert "\n".join(lines) + "\n" == (GOLDEN / "checks.txt").read_text()


@pytest.mark.parametrize(
    "body",
    [
        "return n & 0xFF",
        "if 0 < n < 100:\n        return 1000 // n\n    return 0",
        "return both(n % 10, 3)",
        "total = 0\n    for i in range(100):\n        total = i\n    return total + 1",
        "return K[n & 3]",
    ],
)
def test_what_the_ranges_know_has_no_check(body: str) -> None:
    before = "K = (1, 2, 3, 4)\n\ndef both(a: int, b: int) -> int:\n    return a & b\n\n"
    assert checks.left(program(f"{before}def f(n: int) -> int:\n    {body}\n")) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (-5, "-5"), (1 << 32, "2**32"), ((1 << 63) - 1, "2**63 - 1"), (-(1 << 63), "-2**63")]
    + [(-(1 << 64) + 1, "-2**64 + 1"), ((1 << 40) + 2, "2**40 + 2"), (123456789012, "123456789012")],
)
def test_numbers_are_shown_as_people_know_them(value: int, shown: str) -> None:
    assert number(value) == shown
    assert eval(shown) == value


def test_a_range_of_one_number_is_that_number() -> None:
    assert bounds(Interval(3, 3)) == "3"
    assert bounds(Interval(0, 255)) == "0 to 255"
