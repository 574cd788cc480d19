"""Constant tuples of integers are arrays of the narrowest type; an index that is inside has no check."""

import pytest

from tests.compiler.compiled import compiled


def text(values: str, index: str) -> str:
    return compiled(f"K = {values}\n\ndef f(n: int) -> int:\n    return K[{index}]\n", "f").text


@pytest.mark.parametrize(
    ("values", "declared"),
    [
        ("(0, 255)", "u8"),
        ("(-1, 127)", "i8"),
        ("(0, 256)", "u16"),
        ("(-1, 255)", "i16"),
        ("(0, 0xFFFFFFFF)", "u32"),
        ("(-1, 0xFFFFFFFF)", "i64"),
        ("(0, 0xFFFFFFFFFFFFFFFF >> 1)", "u64"),
    ],
)
def test_the_array_is_as_narrow_as_its_values(values: str, declared: str) -> None:
    assert f"static const {declared} kmi_table_1[2]" in text(values, "n & 1")


@pytest.mark.parametrize(
    ("index", "checked"),
    [
        ("n & 3", False),
        ("n % 4", False),
        ("n & 7", True),
        ("n", True),
        ("n % 4 - 4", False),
        ("-(n & 7)", True),
    ],
)
def test_an_index_that_may_be_outside_is_checked(index: str, checked: bool) -> None:
    body = text("(1, 2, 3, 4)", index)
    assert ("kmi_raise_index(error" in body[body.index("t_f(") :]) == checked


def test_two_constants_with_the_same_items_are_one_array() -> None:
    source = "A = (1, 2)\nB = (1, 2)\n\ndef f(n: int) -> int:\n    return A[n & 1] + B[n & 1]\n"
    assert compiled(source, "f").text.count("kmi_table_") == 3
