"""Intervals are sound: whatever operands they hold, the result is inside."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kmi.compiler.intervals import EXACT, I64, U64, Interval, binary, computing, unary

ENDS = st.one_of(
    st.integers(-300, 300),
    st.sampled_from([0, 1, -1, 2**31, -(2**31), 2**63 - 1, -(2**63), 2**64 - 1, 2**64]),
    st.integers(-(2**70), 2**70),
)
OPERATORS = ["+", "-", "*", "//", "%", "<<", ">>", "&", "|", "^", "min", "max"]


@st.composite
def held(draw: st.DrawFn) -> tuple[Interval, int]:
    """An interval, and a number in it."""
    low, high = sorted((draw(ENDS), draw(ENDS)))
    return Interval(low, high), draw(st.integers(low, high))


def exact(operator: str, left: int, right: int) -> int | None:
    """What Python makes of it; None where it raises."""
    if operator in ("//", "%") and right == 0:
        return None
    if operator in ("<<", ">>") and not 0 <= right <= 200:
        return None
    if operator in ("min", "max"):
        return min(left, right) if operator == "min" else max(left, right)
    names = {"+": "add", "-": "sub", "*": "mul", "//": "floordiv", "%": "mod"}
    names |= {"<<": "lshift", ">>": "rshift", "&": "and", "|": "or", "^": "xor"}
    result: int = getattr(left, f"__{names[operator]}__")(right)
    return result


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.sampled_from(OPERATORS), held(), held())
def test_binary_is_sound(operator: str, left: tuple[Interval, int], right: tuple[Interval, int]) -> None:
    result = exact(operator, left[1], right[1])
    if result is not None:
        interval = binary(operator, left[0], right[0])
        assert interval.contains(result), f"{left} {operator} {right} = {result}, not in {interval}"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(held())
def test_unary_is_sound(operand: tuple[Interval, int]) -> None:
    interval, value = operand
    assert unary("-", interval).contains(-value)
    assert unary("~", interval).contains(~value)
    assert unary("abs", interval).contains(abs(value))


def test_the_type_to_compute_in_is_the_first_that_holds_all() -> None:
    assert computing(Interval(0, 255), Interval(-1, 1)) is I64
    assert computing(Interval(0, 2**64 - 1)) is U64
    assert computing(Interval(0, 2**64 - 1), Interval(-1, 0)) is EXACT
