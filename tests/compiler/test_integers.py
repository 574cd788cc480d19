"""Integers in C: source and result side by side."""

import textwrap

import pytest

from tests.compiler.compiled import compiled, function


def body(source: str, name: str = "f") -> str:
    """The C between the braces of a function of the source."""
    text = function(compiled(textwrap.dedent(source), name), f"t_{name}")
    return textwrap.dedent(text.split("\n{\n", 1)[1].rsplit("\n}", 1)[0]) + "\n"


def c(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n").replace("        ", "\t")


def test_a_sum_is_checked_once() -> None:
    assert body(
        """
        def f(a: int, b: int) -> int:
            return a + b
        """
    ) == c(
        """
        i64 sum;

        if (unlikely(__builtin_add_overflow(a, b, &sum))) {
                kmi_raise_sum(error, KMI_SITE("t.py", 3, "f"), a, b);
                return 1;
        }
        *result = sum;
        return 0;
        """
    )


def test_low_bits_are_computed_modulo() -> None:
    assert (
        body(
            """
        from kmi import u64

        def f(h: u64, byte: u64) -> u64:
            return ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        """
        )
        == "return (h ^ byte) * 0x100000001b3ULL;\n"
    )


def test_a_power_of_two_as_divisor_is_a_mask() -> None:
    assert "((u64)a * (u64)a) & 4294967295ULL" in body(
        """
        from kmi import u32

        def f(a: int) -> u32:
            return (a * a) % 4294967296
        """
    )


def test_what_cannot_fail_is_not_checked() -> None:
    text = body(
        """
        from kmi import u8, u32

        def f(a: u8, b: u8) -> u32:
            return (a + b) * 3 // 2
        """
    )
    assert "unlikely" not in text and "error" not in text


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("a // b", "kmi_floordiv_i64(a, b)"),
        ("a % b", "kmi_mod_i64(a, b)"),
        ("a // b", "kmi_raise_floordiv"),
        ("a % b", "kmi_raise_mod"),
        ("a << b", "kmi_shl_i128"),
        ("a << b", "kmi_raise_shift"),
        ("a >> b", "kmi_shr_i64"),
        ("a * a * b", "kmi_mul_i128"),
    ],
)
def test_python_semantics_come_from_the_run_time(expression: str, wanted: str) -> None:
    assert wanted in body(f"def f(a: int, b: int) -> int:\n    return {expression}\n")


def test_operands_that_a_call_could_change_are_read_first() -> None:
    text = body(
        """
        class Counter:
            def __init__(self) -> None:
                self.count = 0

            def next(self) -> int:
                self.count += 1
                return self.count

        def f(counter: Counter) -> int:
            return counter.count + counter.next()
        """
    )
    assert text.index("kept = counter->count") < text.index("Counter_next(")
