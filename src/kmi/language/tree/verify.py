"""The invariants of the typed tree, checked: run in tests after the front end and each pass on the tree.

    verify(program)      # InternalError: Echo.read: `n` is int and gets u8

A violation is a defect of the compiler and never of the author's.
"""

from __future__ import annotations

from kmi.language import tree
from kmi.language.relations import base_view, poisoned
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.tree.walk import EXPRESSIONS, children, functions
from kmi.language.types import (
    BOOL,
    BoolType,
    ClassType,
    IntType,
    NeverType,
    NoneType,
    OptionalType,
    PointerType,
    TupleType,
    Type,
    TypeVariable,
    substitute,
)

UNSAFE = (
    tree.AddressOf, tree.PointerGet, tree.PointerAdd, tree.Cast, tree.PointerTake, tree.IntoRaw, tree.FromRaw,
    tree.Allocate, tree.TailOf, tree.ContainerOf, tree.FunctionGet, tree.CZero, tree.Store, tree.CMember,
)  # fmt: skip
"""The nodes that only an unsafe block may hold; sizes, literals and module parameters are harmless."""


def verify(program: tree.Program) -> None:
    """Raises InternalError at the first thing in the program that breaks an invariant."""
    for module in program.modules.values():
        for function in functions(module):
            if function.body:
                Checker(function).check()


class Checker:
    """Checks one function."""

    def __init__(self, function: tree.Function) -> None:
        self.function = function
        self.locals = {*function.parameters, *function.locals}

    def check(self) -> None:
        for local in self.locals:
            self._clean(local.type, local.span)
        self._statements(self.function.body, unsafe=False)

    def _fail(self, message: str, span: Span) -> None:
        raise InternalError(f"{self.function.qualified}: {message}", span)

    def _clean(self, kind: Type, span: Span) -> None:
        if poisoned(kind):
            self._fail(f"the type `{kind}` is poisoned", span)

    def _same(self, what: str, place: Type, value: tree.Expression) -> None:
        if value.type != place and not isinstance(value.type, NeverType):
            self._fail(f"{what} is `{place}` and gets `{value.type}`", value.span)

    def _bool(self, what: str, value: tree.Expression) -> None:
        self._same(what, BOOL, value)

    def _local(self, local: tree.Local, span: Span) -> None:
        if local not in self.locals:
            self._fail(f"the local `{local.name}` is not listed", span)

    # --- statements ------------------------------------------------------------------------------------

    def _statements(self, statements: list[tree.Statement], *, unsafe: bool) -> None:
        for statement in statements:
            self._statement(statement, unsafe)

    def _statement(self, node: tree.Statement, unsafe: bool) -> None:
        inner = unsafe or isinstance(node, tree.Unsafe)
        if isinstance(node, UNSAFE) and not unsafe:
            self._fail(f"{type(node).__name__} outside of an unsafe block", node.span)
        self._places(node)
        for child in children(node):
            if type(child) in EXPRESSIONS:
                self._parts(child, unsafe)
            else:
                self._statement(child, inner)  # type: ignore[arg-type]

    def _parts(self, node: tree.Node, unsafe: bool) -> None:
        """An expression and all below it, the statements of a ``Do`` included."""
        if type(node) in EXPRESSIONS:
            self._expression(node, unsafe)  # type: ignore[arg-type]
            for child in children(node):
                self._parts(child, unsafe)
        else:
            self._statement(node, unsafe)  # type: ignore[arg-type]

    def _places(self, node: tree.Statement) -> None:
        match node:
            case tree.Assign(local=local, value=value):
                self._local(local, node.span)
                self._same(f"`{local.name}`", local.type, value)
            case tree.SetField(object=receiver, field=field, value=value):
                self._same(f"`{field.name}`", self._field_type(receiver.type, field), value)
            case tree.Store(target=target, value=value):
                self._same("the target", target.type, value)
            case tree.Return(value=None):
                if not isinstance(self.function.result, NoneType):
                    self._fail("a return without a value", node.span)
            case tree.Return(value=value) if value is not None:
                self._same("the result", self.function.result, value)
            case tree.If(condition=condition) | tree.While(condition=condition):
                self._bool("the condition", condition)
            case tree.ForRange(target=target, start=start, stop=stop, step=step):
                self._local(target, node.span)
                for bound in (start, stop, step):
                    self._same("a bound", target.type, bound)
            case tree.ForEach(target=target) | tree.Delete(local=target):
                self._local(target, node.span)
            case tree.With(target=target) if target is not None:
                self._local(target, node.span)
            case tree.InitPlace(field=field):
                if not field.place:
                    self._fail(f"`{field.name}` is no place", node.span)
            case _:
                pass

    def _field_type(self, receiver: Type, field: tree.Field) -> Type:
        if isinstance(receiver, ClassType):
            for owner in receiver.definition.ancestors():
                if field in owner.fields:
                    view = base_view(receiver, owner)
                    names = [variable.name for variable in owner.type_parameters]
                    return substitute(
                        field.type, dict(zip(names, view.arguments if view else (), strict=False))
                    )
        raise InternalError(
            f"{self.function.qualified}: `{receiver}` has no field `{field.name}`", field.span
        )

    # --- expressions -----------------------------------------------------------------------------------

    def _expression(self, node: tree.Expression, unsafe: bool) -> None:
        self._clean(node.type, node.span)
        if isinstance(node, UNSAFE) and not unsafe and not _harmless(node):
            self._fail(f"{type(node).__name__} outside of an unsafe block", node.span)
        match node:
            case tree.LocalGet(local=local):
                self._local(local, node.span)
                self._same(f"`{local.name}`", local.type, node)
            case tree.FieldGet(object=receiver, field=field):
                self._same(f"`{field.name}`", self._field_type(receiver.type, field), node)
            case tree.Binary(left=left, right=right):
                for side in (left, right):
                    if not isinstance(side.type, IntType):
                        self._fail(f"arithmetic on `{side.type}`", side.span)
            case tree.Unary(operand=operand):
                if not isinstance(operand.type, IntType):
                    self._fail(f"arithmetic on `{operand.type}`", operand.span)
            case tree.Fit(value=value):
                if not isinstance(value.type, IntType | BoolType):
                    self._fail(f"a `{value.type}` made to fit `{node.type}`", node.span)
            case tree.Compare(left=left, right=right):
                if isinstance(left.type, BoolType) != isinstance(right.type, BoolType):
                    self._fail(f"`{left.type}` compared with `{right.type}`", node.span)
                if not isinstance(left.type, IntType | BoolType):
                    self._fail(f"a comparison of `{left.type}`", node.span)
            case tree.Not(operand=operand):
                self._bool("an operand of `not`", operand)
            case tree.Logical(left=left, right=right):
                self._same("the left side", node.type, left)
                self._same("the right side", node.type, right)
            case tree.Conditional(condition=condition, then=then, otherwise=otherwise):
                self._bool("the condition", condition)
                if not (isinstance(node.type, IntType) and node.type.name == "exact"):
                    self._same("one side", node.type, then)
                    self._same("the other side", node.type, otherwise)
            case tree.IsNone(value=value):
                if not isinstance(value.type, OptionalType | PointerType | TypeVariable):
                    self._fail(f"a `{value.type}` is never None", node.span)
            case tree.Let(local=local, value=value):
                self._local(local, node.span)
                self._same(f"`{local.name}`", local.type, value)
            case tree.Do(value=value):
                self._same("the value", node.type, value)
            case tree.Call():
                self._call(node)
            case tree.ListNew(items=items, type=ClassType(arguments=(element,))):
                for item in items:
                    self._same("an item", element, item)
            case tree.TupleNew(items=items, type=TupleType(items=kinds)):
                for item, kind in zip(items, kinds, strict=True):
                    self._same("an item", kind, item)
            case _:
                pass

    def _call(self, node: tree.Call) -> None:
        function = node.function
        wanted = function.parameters
        variadic = function.external is not None and function.external.variadic
        if len(node.arguments) != len(wanted) and not (variadic and len(node.arguments) > len(wanted)):
            self._fail(f"{len(node.arguments)} arguments for `{function.qualified}`", node.span)
        bindings = dict(node.type_arguments)
        if function.owner is not None and not function.static:
            receiver = node.arguments[0].type
            if not isinstance(receiver, ClassType) or receiver.definition is not function.owner:
                self._fail(f"`{function.qualified}` called on a `{receiver}`", node.span)
            elif receiver.arguments:
                names = [variable.name for variable in function.owner.type_parameters]
                bindings.update(zip(names, receiver.arguments, strict=True))
        for parameter, argument in zip(wanted, node.arguments, strict=False):
            kind = substitute(parameter.type, bindings)
            if not poisoned(kind):  # `Any` in a declaration
                self._same(f"`{parameter.name}` of `{function.qualified}`", kind, argument)


def _harmless(node: tree.Expression) -> bool:
    """A member of an embedded struct is a field like any other; a null pointer is only compared."""
    match node:
        case tree.CMember(object=receiver):
            return not isinstance(receiver.type, PointerType)
        case tree.Cast(value=value):
            return isinstance(value.type, PointerType | NoneType)
        case _:
            return False
