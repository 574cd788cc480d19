"""What is known of parameters and results from the calls, and of which functions nothing may be known."""

import pytest

from kmi.compiler.intervals import Interval
from kmi.compiler.parameters import learn
from tests.compiler.compiled import compiled, program

INT = Interval(-(1 << 63), (1 << 63) - 1)


def known(source: str, function: str, *roots: str) -> list[Interval | None]:
    made = program(source)
    functions = made.main.functions
    learnt = learn(made, [functions[name] for name in roots])
    found = functions[function]
    return [
        *(learnt.parameters.get(id(parameter)) for parameter in found.parameters),
        learnt.results.get(id(found)),
    ]


ROTATED = """
def rotated(value: int, by: int) -> int:
    return (value >> by | value << (32 - by)) & 0xFFFFFFFF

def f(n: int) -> int:
    return rotated(n, 7) ^ rotated(n & 1, 18)
"""


def test_parameters_and_results_are_what_the_calls_make_of_them() -> None:
    assert known(ROTATED, "rotated", "f") == [INT, Interval(7, 18), Interval(0, 0xFFFFFFFF)]
    assert "kmi_raise" not in (text := compiled(ROTATED, "f").text)[text.index("t_rotated(") :]


@pytest.mark.parametrize(
    ("more", "roots"),
    [
        ("", ("f", "rotated")),
        ("\ndef g(n: int) -> int:\n    return rotated(n, n)\n", ("f", "g")),
        (
            "\nfrom collections.abc import Callable\n\ndef g() -> int:\n"
            "    h: Callable[[int, int], int] = rotated\n    return h(1, 99)\n",
            ("f", "g"),
        ),
        ("\nclass C:\n    def m(self, n: int) -> int:\n        return rotated(n, n)\n", ("f",)),
    ],
)
def test_a_call_from_anywhere_counts_and_a_value_may_be_called_with_anything(
    more: str, roots: tuple[str, ...]
) -> None:
    assert known(ROTATED + more, "rotated", *roots)[1] in (None, INT)


def test_what_grows_with_each_call_ends_as_all_of_its_type() -> None:
    source = """
def down(n: int, depth: int) -> int:
    return down(n - 1, depth + 1) if n > 0 else depth

def f() -> int:
    return down(100, 0)
"""
    first, second, result = known(source, "down", "f")
    assert first is not None and first.contains(0) and first.contains(100)
    assert second is not None and second.high == INT.high
    assert result == INT


def test_functions_that_call_each_other_before_they_are_called() -> None:
    source = """
def f() -> int:
    return one(5)

def one(n: int) -> int:
    return two(n + 1)

def two(n: int) -> int:
    return three(n + 1) & 3

def three(n: int) -> int:
    return n
"""
    assert known(source, "three", "f") == [Interval(7, 7), Interval(7, 7)]
    assert known(source, "two", "f") == [Interval(6, 6), Interval(0, 3)]
