"""What the lowering of one function has in hand: its variables, the statements so far, and the ways out.

    values = builder.operands(node.left, node.right)     in order; an earlier one goes into a temporary
                                                         where a later one could change it

A ``Value`` is an expression, and the temporary that holds the count of what it is, if one does. Whoever
uses a value up calls ``settle``: the temporary dies right after, as CPython's value stack would have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from kmi.compiler import linear
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.names import identifier
from kmi.compiler.noted import Check
from kmi.compiler.ranges import Ranges
from kmi.language import tree
from kmi.language.source import Span
from kmi.language.types import NeverType, NoneType, Type, TypeObject


@dataclass(slots=True)
class Value:
    """The result of an expression; ``owned`` holds its count, where it has one of its own."""

    expression: linear.Expression
    owned: linear.Variable | None = None


@dataclass(slots=True)
class Exit:
    """What ``return``, ``break`` and ``continue`` go through on their way out, innermost last."""

    loop: linear.Loop | linear.Count | None = None
    iterable: linear.Variable | None = None
    """Of a ``for``: the temporary that holds what is gone through."""
    cleanup: linear.Cleanup | None = None
    leave: Callable[[], None] | None = None
    """Lowers the code that runs when ``cleanup`` is left."""
    final: bool = False
    """``leave`` is the author's ``finally``, which may assign to locals."""
    handled: linear.Try | None = None


@dataclass(slots=True)
class Handling:
    """An ``except`` whose body is being lowered: where a bare ``raise`` finds the error."""

    saved: linear.Variable
    used: bool = False


def is_void(kind: Type) -> bool:
    """Whether values of this type have no form in C."""
    return isinstance(kind, NoneType | NeverType | TypeObject)


@dataclass(slots=True)
class Builder:
    """The lowering of one function instance."""

    monomorphiser: Monomorphiser
    exceptions: Exceptions
    instance: FunctionInstance
    ranges: Ranges
    lower: Callable[[Builder, tree.Expression], Value]
    run: Callable[[Builder, list[tree.Statement]], None]
    out: list[linear.Statement] = field(default_factory=list)
    variables: dict[int, linear.Variable] = field(default_factory=dict)
    temporaries: list[linear.Variable] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    exits: list[Exit] = field(default_factory=list)
    handling: list[Handling] = field(default_factory=list)
    atomic: bool = False
    """What is lowered stands under a spin lock: nothing may sleep."""
    unstable_fields: bool = False
    """In an ``__init__``: even fields that are final may still be stored."""

    def type(self, kind: Type) -> Type:
        return self.instance.type(kind)

    def emit(self, statement: linear.Statement) -> None:
        if self.atomic:
            self.monomorphiser.spins = True
            if isinstance(statement, linear.Sleeping):
                statement.atomic = True
        self.out.append(statement)

    def note(self, kind: str, span: Span, known: Interval | None, allowed: str, away: str) -> Check:
        """A check is emitted here, for `kmi check --explain-checks`."""
        check = Check(kind, span, known, allowed, away)
        if self.instance.author:
            self.instance.checks.append(check)
        return check

    def put_in(self, interval: Interval) -> None:
        """What was emitted last puts such an item into a list: for ``contents``."""
        for statement in reversed(self.out):
            if isinstance(statement, linear.CallFunction | linear.Store):
                self.instance.stored[id(statement)] = interval
                return

    @contextmanager
    def into(self, statements: list[linear.Statement]) -> Iterator[list[linear.Statement]]:
        """Statements go here meanwhile."""
        outer, self.out = self.out, statements
        try:
            yield statements
        finally:
            self.out = outer

    def name(self, wanted: str) -> str:
        """A variable's name that this function does not have yet."""
        wanted = identifier(wanted)
        name, number = wanted, 1
        while name in self.names:
            number += 1
            name = f"{wanted}_{number}"
        self.names.add(name)
        return name

    def temporary(self, kind: Type, hint: str, owned: bool = False) -> linear.Variable:
        variable = linear.Variable(self.name(hint), kind, "temporary", owned)
        self.temporaries.append(variable)
        return variable

    def expression(self, node: tree.Expression) -> Value:
        """A value lowered; its statements are in ``out``."""
        return self.lower(self, node)

    def operands(
        self, nodes: Sequence[tree.Expression], lower: Callable[[tree.Expression], Value] | None = None
    ) -> list[Value]:
        """Several values, left to right: each is what it was when its turn came."""
        lower = lower or self.expression
        values: list[Value] = []
        for node in nodes:
            with self.into([]) as statements:
                value = lower(node)
            if _has_effects(statements):
                for position, earlier in enumerate(values):
                    values[position] = self.keep(earlier, nodes[position].span)
            assigned = _assigned(statements)
            for position, earlier in enumerate(values if assigned else ()):
                if earlier.owned is None and assigned & _mentioned(earlier.expression):
                    values[position] = self.copy(earlier, nodes[position].span)
            self.out.extend(statements)
            values.append(value)
        return values

    def keep(self, value: Value, span: Span, hint: str = "kept") -> Value:
        """The value in a variable, where what follows could change the expression."""
        expression = value.expression
        if value.owned is not None or is_constant(expression) or is_void(expression.type):
            return value
        if linear.holds_count(expression.type):
            return self.secure(value, span, hint)
        if isinstance(expression, linear.PlaceOf):
            return self.secure(value, span, hint)
        variable = self.temporary(expression.type, hint)
        self.emit(linear.Set(variable, expression, span))
        return Value(linear.Var(variable, expression.type))

    def copy(self, value: Value, span: Span) -> Value:
        """The value as it is now, of a local that is about to change."""
        match value.expression:
            case linear.PlaceOf(object=owner, name=name, type=kind):
                base = self.copy(Value(owner), span)
                return Value(linear.PlaceOf(base.expression, name, kind), base.owned)
            case expression if linear.holds_count(expression.type):
                return self.own(value, span)
            case expression:
                variable = self.temporary(expression.type, "before")
                self.emit(linear.Set(variable, expression, span))
                return Value(linear.Var(variable, expression.type))

    def secure(self, value: Value, span: Span, hint: str = "held") -> Value:
        """A reference that stays alive whatever the callee does: held by a variable, or by a final field of
        one.
        """
        if value.owned is not None:
            return value
        match value.expression:
            case linear.PlaceOf(object=object_, name=name, type=kind):
                base = self.secure(Value(object_), span, hint)
                return Value(linear.PlaceOf(base.expression, name, kind), base.owned)
            case linear.Convert(value=inner, type=kind) if linear.holds_count(inner.type):
                base = self.secure(Value(inner), span, hint)
                return Value(linear.Convert(base.expression, kind), base.owned)
            case expression if linear.holds_count(expression.type) and not self.held(expression):
                return self.own(value, span, hint)
            case _:
                return value

    def held(self, expression: linear.Expression) -> bool:
        """Whether something that outlives the current statement holds the object."""
        match expression:
            case linear.Var() | linear.Literal() | linear.Null():
                return True
            case linear.Load(object=object_, final=final):
                return final and not self.unstable_fields and self.held(object_)
            case linear.PlaceOf(object=object_):
                return self.held(object_)
            case linear.Convert(value=value):
                return not linear.holds_count(value.type) or self.held(value)
            case _:
                return False

    def own(self, value: Value, span: Span, hint: str = "owned") -> Value:
        """The value with a count of its own, to be given away."""
        if value.owned is not None or not linear.holds_count(value.expression.type):
            return value
        variable = self.temporary(value.expression.type, hint, owned=True)
        self.emit(linear.Retain(variable, value.expression, span))
        return Value(linear.Var(variable, variable.type), variable)

    def owned_variable(self, value: Value, kind: Type, span: Span) -> linear.Variable:
        """The variable that holds the value's count, of exactly this type."""
        value = self.own(value, span)
        assert value.owned is not None
        if value.owned.type == kind:
            return value.owned
        variable = self.temporary(kind, value.owned.name, owned=True)
        self.emit(linear.Adopt(variable, value.expression, span))
        self.emit(linear.Give(value.owned, span))
        return variable

    def settle(self, values: Sequence[Value], span: Span) -> None:
        """The values were used: the temporaries that held them die."""
        for value in values:
            if value.owned is not None:
                self.emit(linear.Drop(value.owned, span))

    def fetch(self, values: Sequence[Value], expression: linear.Expression, span: Span, hint: str) -> Value:
        """``expression``, made of these values, which may die now."""
        if all(value.owned is None for value in values):
            return Value(expression)
        if linear.holds_count(expression.type):
            part = self.own(Value(expression), span, hint)
        elif is_void(expression.type):
            part = Value(expression)
        else:
            part = self.keep(Value(expression), span, hint)
        self.settle(values, span)
        return part

    def block(self, lower: Callable[[], None]) -> list[linear.Statement]:
        """What ``lower`` emits, as a block of its own."""
        with self.into([]) as statements:
            lower()
        return statements


def is_constant(expression: linear.Expression) -> bool:
    """Whether no statement of the same expression can change it."""
    match expression:
        case (
            linear.Const()
            | linear.BoolConst()
            | linear.Null()
            | linear.Nothing()
            | linear.Var()
            | linear.Literal()
        ):
            return True
        case linear.FunctionAddress() | linear.SizeOf():
            return True
        case linear.Convert(value=value) | linear.Some(value=value):
            return is_constant(value)
        case linear.Operation(left=left, right=right) | linear.Comparison(left=left, right=right):
            return is_constant(left) and is_constant(right)
        case linear.Negation(operand=operand):
            return is_constant(operand)
        case linear.Address(lvalue=linear.Var()):
            return True
        case _:
            return False


def is_simple(expression: linear.Expression) -> bool:
    """Whether it may be written twice."""
    return isinstance(expression, linear.Const | linear.BoolConst | linear.Var | linear.Null)


def _has_effects(statements: Sequence[linear.Statement]) -> bool:
    for statement in statements:
        match statement:
            case linear.Set() | linear.Retain() | linear.Overflowing() | linear.Raise() | linear.New():
                pass
            case linear.If(then=then, otherwise=otherwise):
                if _has_effects(then) or _has_effects(otherwise):
                    return True
            case _:
                return True
    return False


def _assigned(statements: list[linear.Statement]) -> set[int]:
    """The author's locals that these statements assign to, as ``(n := f())`` does."""
    from kmi.compiler.tidy import walk

    found: set[int] = set()
    for statement in walk(statements):
        match statement:
            case linear.Set(target=target) | linear.Replace(target=target) if target.kind != "temporary":
                found.add(id(target))
            case _:
                pass
    return found


def _mentioned(expression: linear.Expression) -> set[int]:
    from kmi.compiler.tidy import variables

    return {id(variable) for variable in variables(expression)}
