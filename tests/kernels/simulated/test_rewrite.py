"""The rewriting changes no value and no order of evaluation: compared with CPython."""

import ast
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmi.kernels.simulated.hook.checks import Checks
from kmi.kernels.simulated.hook.positions import MARK
from kmi.kernels.simulated.hook.rewrite import rewritten

EXACT = 1 << 127
INTEGERS = st.one_of(st.integers(-9, 9), st.integers(-(1 << 63), (1 << 63) - 1))


def expressions() -> st.SearchStrategy[str]:
    """Arithmetic over `a` and `b`, as text."""
    leaves = st.one_of(st.sampled_from(["a", "b"]), st.integers(0, 300).map(str))

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.tuples(inner, st.sampled_from("+ - * // % & | ^".split()), inner).map(" ".join)
        low = st.tuples(inner, st.sampled_from(["& 0xFF", "% 2**32", "& 0xFFFFFFFFFFFFFFFF"])).map(" ".join)
        distances = st.integers(0, 70).map(str)
        shifted = st.tuples(inner, st.sampled_from(["<<", ">>"]), distances).map(" ".join)
        unary = st.tuples(st.sampled_from("-~"), inner).map("".join)
        return st.one_of(binary, low, shifted, unary).map("({})".format)

    return st.recursive(leaves, grown, max_leaves=8)


def compiled(source: str, rewrite: bool) -> dict[str, Any]:
    tree = ast.parse(textwrap.dedent(source))
    namespace: dict[str, Any] = {MARK: Checks("test.py")}
    exec(compile(rewritten(tree) if rewrite else tree, "test.py", "exec"), namespace)
    return namespace


def outcome(function: Callable[..., object], *arguments: object) -> object:
    try:
        return function(*arguments)
    except Exception as raised:
        return type(raised)


def exact(node: ast.expr, a: int, b: int, low: bool = False) -> int:
    """The value: OverflowError where it leaves 128 bits and more than low bits are asked for."""
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name):
            return {"a": a, "b": b}[name]
        case ast.UnaryOp(op=operator, operand=operand):
            value = exact(operand, a, b, low)
            negated = -value if isinstance(operator, ast.USub) else ~value
            if not low and negated == EXACT:
                raise OverflowError
            return negated
        case ast.BinOp(left=left, op=operator, right=right):
            ring = isinstance(operator, ast.Add | ast.Sub | ast.Mult | ast.BitAnd | ast.BitOr | ast.BitXor)
            masked = isinstance(operator, ast.BitAnd) and any(
                isinstance(side, ast.Constant) for side in (left, right)
            )
            masked = masked or (isinstance(operator, ast.Mod) and power_of_two(right))
            inner = masked or (low and (ring or isinstance(operator, ast.LShift)))
            values = [exact(side, a, b, inner) for side in (left, right)]
            plain = ast.BinOp(ast.Constant(values[0]), operator, ast.Constant(values[1]))
            made: int = eval(compile(ast.fix_missing_locations(ast.Expression(plain)), "", "eval"))
            if not low and not -EXACT <= made < EXACT:
                raise OverflowError
            return made
    raise AssertionError(ast.dump(node))


def power_of_two(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Pow)
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value.bit_count() == 1


@settings(max_examples=400, deadline=None)
@given(text=expressions(), a=INTEGERS, b=INTEGERS)
def test_arithmetic_is_exact_to_128_bits(text: str, a: int, b: int) -> None:
    source = f"def f(a, b):\n    if True:\n        return g({text})\n\ndef g(x):\n    return x"
    value = outcome(compiled(source, rewrite=True)["f"], a, b)
    assert value == outcome(lambda: exact(ast.parse(text, mode="eval").body, a, b))
    if isinstance(value, int):
        assert value == eval(text, {"a": a, "b": b})


STATEMENTS = [
    "t(items)[t(0)] = t(5)",
    "t(items)[t(0)] += t(5)",
    "t(items)[t(7)] += t(5)",
    "t(items)[t(0):t(2)] = t([9, 8])",
    "del t(items)[t(1)]",
    "t(box).n = t(5)",
    "t(box).n += t(5)",
    "t(items).append(t(4))",
    "t(items).extend(t([4]))",
    "t(table)[t(1)] = t(5)",
    "t(table)[t(3)] += t(5)",
    "x = t(items)[t(1)] + t(2) * t(items)[t(0)]",
    "x = [t(1), t(2)]; x += t([3]); t(x)",
    "x = t(items); x += t([3]); t(items)",
    "x = t(5); x -= t(7); t(x)",
    "t(f'{t(1)} {t(2)}')",
    "t({t(1): t(2)})",
    "t([t(n) for n in t(items)])",
    "t(data)[t(0)] = t(300)",
    "t(bytes(t(3)))",
    "t(items[-1])",
    "t(items[5:])",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_evaluation_keeps_its_order(statement: str) -> None:
    source = f"""
    class Box:
        def __init__(self):
            self.n = 1

    def run(t, box, items, table, data):
        {statement}
    """

    def result(rewrite: bool) -> tuple[list[str], object]:
        namespace = compiled(source, rewrite)
        seen: list[str] = []
        state = namespace["Box"](), [1, 2, 3], {1: 2}, bytearray(2)

        def trace(value: Any) -> Any:
            seen.append(repr(vars(value) if value is state[0] else value))
            return value

        end = outcome(namespace["run"], trace, *state)
        return seen, (end, vars(state[0]), *state[1:])

    assert result(rewrite=True) == result(rewrite=False)
