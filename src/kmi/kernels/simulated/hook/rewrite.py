"""The rewriting of a module's syntax tree: where which check goes.

    x: u8 = y + 1        becomes    x: u8 = CHECKS.fit("u8", CHECKS.exact(y + 1))
    items[7]             becomes    CHECKS.at(items)[7]
    kept.extend(data)    becomes    CHECKS.grow(kept, "extend", data)

Where a value is checked is for the front end to say (`Places`). For code that it has not seen, widths come
from the annotations of parameters, results, fields and locals, and an int without one has the place of an
`int`. Only function bodies are rewritten: module level holds definitions and constants.
"""

import ast
from typing import Any, Final, TypeVar

from kmi.kernels.simulated import integers
from kmi.kernels.simulated.hook.accesses import (
    CHANGES,
    ITERATES,
    READS,
    Accesses,
    call_of,
    check_of,
    root_of,
)
from kmi.kernels.simulated.hook.checks import GROWING
from kmi.kernels.simulated.hook.places import Places
from kmi.kernels.simulated.hook.recursion import called_name, names_in
from kmi.kernels.simulated.hook.slots import without_slots
from kmi.kernels.simulated.hook.targets import Targets

__all__ = ["rewritten"]

WIDTHS: Final = frozenset(
    {
        "int",
        *(
            name
            for name, kind in vars(integers).items()
            if isinstance(kind, type) and issubclass(kind, integers.Width) and kind is not integers.Width
        ),
    }
)
BUILDING: Final = ("bytearray", "bytes", "dict", "list", "set", "str")
LOGGING: Final = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
OF_ASCII: Final = (
    "upper", "lower", "swapcase", "isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isupper",
    "islower",
)  # fmt: skip
"""The methods of str that compiled code has for ASCII text alone."""
_GROWS: Final = (ast.Add, ast.Sub, ast.Mult, ast.LShift, ast.FloorDiv)  # -2**127 // -1
_LOAD: Final = ast.Load()
_OWNER: Final = "__kmi_owner__"
_RING: Final = (ast.Add, ast.Sub, ast.Mult, ast.LShift, ast.BitAnd, ast.BitOr, ast.BitXor)


def rewritten(tree: ast.Module, places: Places | None = None) -> ast.Module:
    """The tree of a file, with the checks in it; without `places`, as the annotations say."""
    fields = {
        node.name: field_widths(node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }
    recursive = names_in(tree) if places is None else places.recursive
    result = _Rewriter(fields, recursive, places, Accesses(tree)).visit(tree)
    assert isinstance(result, ast.Module)
    return ast.fix_missing_locations(result)


def width_of(annotation: ast.expr | None) -> str | None:
    """The width that an annotation names, also in `u8 | None`; None if it is no integer's."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.Name) and annotation.id in WIDTHS:
        return annotation.id
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return width_of(annotation.left) or width_of(annotation.right)
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        if annotation.value.id in ("Final", "Optional"):
            return width_of(annotation.slice)
    return None


def field_widths(definition: ast.ClassDef) -> dict[str, str]:
    """The widths of a class's fields: annotated ones, and those that `__init__` sets from a parameter."""
    widths: dict[str, str] = {}
    for node in definition.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if named := width_of(node.annotation):
                widths[node.target.id] = named
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            given = parameter_widths(node)
            for statement in ast.walk(node):
                target: ast.expr | None = None
                value: ast.expr | None = None
                width: str | None = None
                if isinstance(statement, ast.AnnAssign):
                    target, width = statement.target, width_of(statement.annotation)
                elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                    target, value = statement.targets[0], statement.value
                if isinstance(value, ast.Name):
                    width = given.get(value.id)
                if width and isinstance(target, ast.Attribute) and is_self(target.value):
                    widths.setdefault(target.attr, width)
    return widths


def parameter_widths(function: ast.FunctionDef) -> dict[str, str]:
    """The widths of a function's integer parameters."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {a.arg: width for a in arguments if (width := width_of(a.annotation))}


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


class _Rewriter(ast.NodeTransformer):
    """Rewrites definitions; a function's body is for `_Body`."""

    def __init__(
        self,
        fields: dict[str, dict[str, str]],
        recursive: frozenset[str],
        places: Places | None,
        accesses: Accesses,
    ) -> None:
        self.fields = fields
        self.places = places
        self.accesses = accesses
        self.recursive = recursive
        self.owner: str | None = None

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        outer, self.owner = self.owner, node.name
        without_slots(node)
        node.body = [self.visit(statement) for statement in node.body]
        self.owner = outer
        node.decorator_list.insert(0, check_of("tracked", node))
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        locals_ = parameter_widths(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                if width := width_of(inner.annotation):
                    locals_[inner.target.id] = width
        if self._name(node) in self.recursive:
            node.decorator_list.append(check_of("recursive", node))
        body = _Body(self.fields, self.owner, locals_, width_of(node.returns), self.places, self.accesses)
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        statements = [*node.body[:start], *body.block(node.body[start:])]
        if self.places is None and len(statements) > start:
            given = parameter_widths(node).items()
            statements[start:start] = [_argument(name, width, statements[start]) for name, width in given]
        node.body = statements
        return node


    def _name(self, node: ast.FunctionDef) -> str:
        """The function, as the set of those that can recurse names it."""
        if self.places is None:
            return called_name(node, self.owner)
        return f"{self.owner}.{node.name}" if self.owner else node.name


class _Body(ast.NodeTransformer):
    """Rewrites the statements of one function."""

    def __init__(
        self,
        fields: dict[str, dict[str, str]],
        owner: str | None,
        locals_: dict[str, str],
        result: str | None,
        places: Places | None,
        accesses: Accesses,
    ) -> None:
        self.accesses = accesses
        self.fields = fields
        self.places = places
        self.owner = owner
        self.locals = locals_
        self.result = result
        self.low_bits = 0
        """More than 0 where only low bits of an expression are asked for, so nothing in it is too large."""

    def visit(self, node: ast.AST) -> Any:
        """Rewrite a node; where the front end saw a value go into a place, check it there."""
        names: tuple[str, ...] = ()
        if self.places is not None and isinstance(node, ast.expr):
            if isinstance(getattr(node, "ctx", _LOAD), ast.Load):
                names = self.places.at(node)
        outer = self.low_bits
        if not isinstance(node, ast.BinOp | ast.UnaryOp):
            self.low_bits = 0  # only arithmetic hands on that low bits are asked for
        result = super().visit(node)
        self.low_bits = outer
        for name in names:
            result = _call("fit", ast.Constant(name), result, at=node)
        return result

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Statements rewritten, where one may become several."""
        made: list[ast.stmt] = []
        for statement in statements:
            result = self.visit(statement)
            made += result if isinstance(result, list) else [result]
        return made

    def _widths(self, node: ast.AST) -> tuple[str, ...]:
        """The places through which a value goes that is stored in a target, or captured by a pattern."""
        if self.places is None:
            width = self._width(node) if isinstance(node, ast.Name | ast.Attribute) else "int"
            return (width,) if width != "int" else ()
        assert isinstance(node, ast.expr | ast.pattern)
        return self.places.at(node)

    # Statements that store.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        inner = _Rewriter(self.fields, frozenset(), self.places, self.accesses).visit(node)
        assert isinstance(inner, ast.FunctionDef)
        return inner

    def visit_Assign(self, node: ast.Assign) -> ast.Assign | list[ast.stmt]:
        node.value = self.visit(node.value)
        targets = Targets(self._widths, _fitted)
        chain = targets.chain(node) if len(node.targets) > 1 else None
        if chain is not None:
            return self._stores(chain)
        if isinstance(node.targets[0], ast.Tuple | ast.List) and len(node.targets) == 1:
            node.targets[0], after = targets.split(node.targets[0])
            if after:
                return self._stores([node, *after])
        if len(node.targets) == 1:
            node.value = self._stored(node.targets[0], self._atomic(node, node.value))
            if isinstance(target := node.targets[0], ast.Name) and target.id in self.accesses.globals:
                node.value = self.accesses.global_set(target.id, node.value)
        node.targets = [self.visit(target) for target in node.targets]
        return node

    def _stores(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Assignments of values that are checked already: their targets are still to be visited."""
        for statement in statements:
            if isinstance(statement, ast.Try):
                self._stores(statement.body)
            elif isinstance(statement, ast.Assign):
                [target] = statement.targets
                if isinstance(target, ast.Name) and target.id in self.accesses.globals:
                    statement.value = self.accesses.global_set(target.id, statement.value)
                statement.targets = [self.visit(target)]
        return statements

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            width = width_of(node.annotation) if self.places is None else None
            value: ast.expr = self.visit(node.value)
            node.value = _call("fit", ast.Constant(width), value, at=value) if width else value
            node.value = self._atomic(node, node.value)
        node.target = self.visit(node.target)
        return node

    def _atomic(self, node: ast.Assign | ast.AnnAssign, value: ast.expr) -> ast.expr:
        """An atomic number that is made by a statement, told its width."""
        if self.places is not None:
            names = self.places.at(node)
        else:
            annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
            declared = isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Atomic"
            width = width_of(annotation.slice) if declared and isinstance(annotation, ast.Subscript) else None
            names = (width,) if width else ()
        return _call("atomic", ast.Constant(names[0]), value, at=value) if names else value

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """`place op= value` becomes a store of what the operator gives; the object is evaluated once."""
        value = self.visit(node.value)
        width = self._width(node.target) if self.places is None else next(iter(self.places.at(node)), None)
        if isinstance(node.target, ast.Subscript):
            container = self.visit(node.target.value)
            node.target.value = _call("at", container, ast.Constant(width), at=node.target.value)
            node.target.slice = self.visit(node.target.slice)
            node.value = value
            return node
        read: ast.expr
        target = node.target
        if isinstance(target, ast.Attribute):
            owner = again = self.visit(target.value)
            if not isinstance(owner, ast.Name):  # a local is evaluated twice, or its object would live longer
                owner = _at(target, ast.NamedExpr(ast.Name(_OWNER, ast.Store()), owner))
                again = _at(target, ast.Name(_OWNER, ast.Load()))
            field = _at(target, ast.Attribute(owner, target.attr, ast.Load()))
            read = self.accesses.read(field, None if isinstance(owner, ast.Name) else owner)
            target = self.accesses.set(_at(target, ast.Attribute(again, target.attr, ast.Store())), again)
        else:
            read = self.visit_Name(_at(target, ast.Name(target.id, ast.Load())))
        operator = ast.Constant(type(node.op).__name__)
        stored = _call("in_place", operator, ast.Constant(width), read, value, at=node)
        if isinstance(target, ast.Name) and target.id in self.accesses.globals:
            stored = self.accesses.global_set(target.id, stored)
        return _at(node, ast.Assign([target], stored))

    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        node.body.insert(0, _at(node.body[0], ast.Expr(_call("preempt", at=node.body[0]))))
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        iterated = node.iter
        node.target, after = Targets(self._widths, _fitted).split(node.target)
        self.generic_visit(node)
        node.body[:0] = self._stores(after)
        node.iter = self.accesses.container("reading", iterated, node.iter)
        node.body.insert(0, _at(node.body[0], ast.Expr(_call("preempt", at=node.body[0]))))
        return node

    def visit_Try(self, node: ast.Try) -> ast.Try:
        """What unwound frames held is released before a handler or a `finally` begins."""
        self.generic_visit(node)
        for block in (*(handler.body for handler in node.handlers), node.finalbody):
            if block:
                block.insert(0, _at(block[0], ast.Expr(_call("unwound", at=block[0]))))
        return node

    def visit_With(self, node: ast.With) -> ast.With:
        """The same before an `__exit__` begins, of one `with` in the other where there are several."""
        self.generic_visit(node)
        for item in reversed(node.items[1:]):
            node.body = [_at(node, ast.With([item], [self._released(node.body)]))]
        node.items, node.body = node.items[:1], [self._released(node.body)]
        return node

    def _released(self, body: list[ast.stmt]) -> ast.stmt:
        """The block, after which what unwound frames held is released if it raised."""
        first = body[0]
        again = [_at(first, ast.Expr(_call("unwound", at=first))), _at(first, ast.Raise())]
        return _at(first, ast.Try(body, [_at(first, ast.ExceptHandler(None, None, again))], [], []))

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        """A pattern is no expression: only what it captures is checked."""
        if node.guard is not None:
            node.guard = self.visit(node.guard)
        node.body = self.block(node.body)
        Targets(self._widths, _fitted).case(node)
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if node.value is not None:
            value: ast.expr = self.visit(node.value)
            checked = self.result if self.places is None else None
            node.value = _call("fit", ast.Constant(checked), value, at=value) if checked else value
        return node

    # Expressions.

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        masks = isinstance(node.op, ast.BitAnd) and (_constant(node.left) or _constant(node.right))
        masks = masks or (isinstance(node.op, ast.Mod) and _power_of_two(node.right))
        outer = self.low_bits
        if masks:
            self.low_bits += 1
        elif not isinstance(node.op, _RING):
            self.low_bits = 0
        node.left, node.right = self.visit(node.left), self.visit(node.right)
        self.low_bits = outer
        if isinstance(node.op, ast.Pow) and not (_constant(node.left) and _constant(node.right)):
            return _call("power", node.left, node.right, at=node)
        if isinstance(node.op, _GROWS) and not self.low_bits:
            return _call("exact", node, at=node)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        literal = isinstance(node.operand, ast.Constant)
        if isinstance(node.op, ast.USub) and not self.low_bits and not literal:
            return _call("exact", node, at=node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        node.value = _call("at", self.visit(node.value), at=node.value)
        node.slice = self.visit(node.slice)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        logs = isinstance(node.func, ast.Name) and node.func.id in LOGGING
        wraps = isinstance(node.func, ast.Name) and node.func.id == "wrapping"
        if logs and node.args and isinstance(node.args[0], ast.JoinedStr):
            self.generic_visit(node.args[0])
        elif wraps and len(node.args) == 2:
            self.low_bits = 1
            node.args[1] = self.visit(node.args[1])
        else:
            whole = isinstance(node.func, ast.Name) and node.func.id in ITERATES
            for index, argument in enumerate(node.args):
                node.args[index] = self.visit(argument)
                if whole:
                    node.args[index] = self.accesses.container("reading", argument, node.args[index])
            for keyword in node.keywords:
                keyword.value = self.visit(keyword.value)
        self.low_bits = 0
        if isinstance(node.func, ast.Name) and node.func.id == "int" and node.args:
            node.func = check_of("parsed", node.func)
        elif isinstance(node.func, ast.Attribute):
            if node.func.attr == "from_bytes" and ast.unparse(node.func.value) == "int":
                node.func = check_of("joined", node.func)
                return node
            container = node.func.value
            node.func.value = self.visit(container)
            if node.func.attr in OF_ASCII and not node.args:
                node.func.value = _call("ascii", node.func.value, at=node.func.value)
            if node.func.attr in GROWING:
                return _grow(node, node.func)
            if node.func.attr in CHANGES or node.func.attr in READS:
                does = "changing" if node.func.attr in CHANGES else "reading"
                node.func.value = self.accesses.container(does, container, node.func.value)
        if isinstance(node.func, ast.Name) and node.func.id in BUILDING:
            return _call("made", node, at=node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A field: what threads share is accessed here."""
        if not isinstance(node.ctx, ast.Load):
            return self.accesses.set(node, self.visit(node.value))
        return self.accesses.read(node, None if root_of(node) is not None else self.visit(node.value))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.accesses.globals and isinstance(node.ctx, ast.Load):
            return self.accesses.global_read(node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        right = list(node.comparators)
        self.generic_visit(node)
        for index, operator in enumerate(node.ops):
            if isinstance(operator, (ast.In, ast.NotIn)):
                node.comparators[index] = self.accesses.container(
                    "reading", right[index], node.comparators[index]
                )
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        return _call("made", node, at=node)

    def visit_List(self, node: ast.List) -> ast.expr:
        self.generic_visit(node)
        return _call("made", node, at=node) if isinstance(node.ctx, ast.Load) else node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        self.generic_visit(node)
        return _call("made", node, at=node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        self.generic_visit(node)
        return _call("made", node, at=node)

    # Places.

    def _width(self, target: ast.expr) -> str:
        """The width of the integers that a place can hold."""
        if isinstance(target, ast.Name):
            return self.locals.get(target.id, "int")
        if isinstance(target, ast.Attribute):
            if is_self(target.value) and self.owner is not None:
                return self.fields.get(self.owner, {}).get(target.attr, "int")
            found = {w[target.attr] for w in self.fields.values() if target.attr in w}
            if len(found) == 1:
                return found.pop()
        return "int"

    def _stored(self, target: ast.expr, value: ast.expr) -> ast.expr:
        if self.places is not None or not isinstance(target, (ast.Name, ast.Attribute)):
            return value
        return _call("fit", ast.Constant(self._width(target)), value, at=value)


N = TypeVar("N", bound=ast.AST)


def _at(place: ast.AST, node: N) -> N:
    """The node, made up, at the position of what it stands for."""
    return ast.copy_location(node, place)


def _call(check: str, *arguments: ast.expr, at: ast.AST) -> ast.expr:
    """A call of a check."""
    return call_of(check, *arguments, at=at)


def _fitted(name: str, value: ast.expr, at: ast.AST) -> ast.expr:
    return _call("fit", ast.Constant(name), value, at=at)


def _grow(node: ast.Call, method: ast.Attribute) -> ast.expr:
    made = _call("grow", method.value, ast.Constant(method.attr), *node.args, at=node)
    assert isinstance(made, ast.Call)
    made.keywords = node.keywords
    return made


def _argument(name: str, width: str, first: ast.stmt) -> ast.stmt:
    """The check of a parameter, on the line of the function's first statement: a debugger does not stop."""
    read = _at(first, ast.Name(name, ast.Load()))
    checked = _call("argument", ast.Constant(width), read, at=first)
    return _at(first, ast.Assign([_at(first, ast.Name(name, ast.Store()))], checked))


def _constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 0


def _power_of_two(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return isinstance(node.left, ast.Constant) and node.left.value == 2
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift):
        return isinstance(node.left, ast.Constant) and node.left.value == 1
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, int) and value > 0 and value & (value - 1) == 0
