"""Which values an integer expression can have: what makes checks vanish and picks the C type to compute in.

    permits.count + data.remaining        two i64: in [-2**64, 2**64 - 2], so __int128, unchecked
    total & 0xff                          [0, 255], whatever total is

Intervals come from the types of places and from constants; ``facts`` adds what holds of a local where it is
read. An interval is always sound; a wider one costs a check and never a result.
"""

from __future__ import annotations

from kmi.compiler import intervals
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import BIT, EVERYTHING, Interval
from kmi.compiler.known import Known
from kmi.language import tree
from kmi.language.types import INT, BoolType, ClassType, IntType, Type

LARGEST = 1 << 40
"""More items than a built-in container ever has: see ``kmi.runtime.memory``."""


BYTE = Interval(0, 255)
_BYTES = ("kmi.runtime.bytes", "kmi.runtime.bytearray")


LIST = "kmi.runtime.list"


def is_list_of_int(kind: Type) -> bool:
    return isinstance(kind, ClassType) and kind.definition.module == LIST and kind.arguments == (INT,)


def holds_bytes(kind: Type) -> bool:
    """Whether the items of an object of this type are bytes."""
    return isinstance(kind, ClassType) and kind.definition.module in _BYTES


class Ranges:
    """The intervals of one function instance, worked out as they are asked for."""

    def __init__(
        self,
        instance: FunctionInstance,
        facts: dict[int, Interval] | None = None,
        learnt: Known | None = None,
    ) -> None:
        self.instance = instance
        self.learnt = learnt
        self.known: dict[int, Interval] = {}
        self.facts = facts if facts is not None else {}

    def of(self, node: tree.Expression) -> Interval:
        """The interval of an integer or bool; more than 128 bits has raised before."""
        interval = self.known.get(id(node))
        if interval is None:
            interval = self.known[id(node)] = self._of(node)
        return interval

    def items(self, kind: Type) -> Interval | None:
        """What the items of a list of this type are, where that is known."""
        if self.learnt is None or self.learnt.items is None:
            return None
        return self.learnt.items if is_list_of_int(self.instance.type(kind)) else None

    def exact(self, node: tree.Binary | tree.Unary) -> Interval:
        """The mathematical result, before it is checked to be within 128 bits."""
        if isinstance(node, tree.Unary):
            return intervals.unary(node.operator, self.of(node.operand))
        return intervals.binary(node.operator, self.of(node.left), self.of(node.right))

    def _of(self, node: tree.Expression) -> Interval:
        match node:
            case tree.IntLiteral(name=name) if name:
                return Interval(0, (1 << 31) - 1)  # differs between kernels
            case tree.IntLiteral(value=value):
                return Interval(value, value)
            case tree.TableGet(values=values):
                return Interval(min(values), max(values))
            case tree.BoolLiteral(value=value):
                return Interval(int(value), int(value))
            case tree.Binary() | tree.Unary():
                return self.exact(node).meet(EVERYTHING)
            case tree.Fit(value=value, wrap=wrap):
                place = intervals.of_type(self.instance.type(node.type))
                inner = self.of(value)
                if wrap:
                    return inner if inner.within(place) else place
                return inner.meet(place)
            case tree.Conditional(then=then, otherwise=otherwise):
                return self.of(then).join(self.of(otherwise))
            case tree.Logical(left=left, right=right):
                return self.of(left).join(self.of(right))
            case tree.Let(body=body) | tree.Do(value=body):
                return self.of(body)
            case tree.TupleGet(value=tree.TupleNew(items=parts), index=index):
                return self.of(parts[index])
            case tree.LocalGet() | tree.TupleGet() if id(node) in self.facts:
                return self.facts[id(node)]
            case tree.Call(function=tree.Function(name="__len__", module=module)) if module.startswith(
                "kmi.runtime."
            ):
                return Interval(0, LARGEST)
            case tree.Call(function=tree.Function(name="__getitem__" | "__item__", module=module)) if (
                module in _BYTES
            ):
                return BYTE
            case tree.Call(
                function=tree.Function(name="__getitem__" | "__item__" | "pop", module="kmi.runtime.list"),
                arguments=[items, *_],
            ) if (known := self.items(items.type)) is not None:
                return known
            case tree.Call(function=function) if self.learnt and id(function) in self.learnt.results:
                return self.learnt.results[id(function)]
            case tree.Upcast(value=value) | tree.Narrow(value=value) if isinstance(
                value.type, IntType | BoolType
            ):
                return self.of(value)
            case _:
                kind = self.instance.type(node.type)
                return BIT if isinstance(kind, BoolType) else intervals.of_type(kind)
