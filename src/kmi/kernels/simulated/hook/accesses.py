"""Where a module's code accesses what threads may share, and how the rewriting tells the kernel of it.

    state.count                becomes    CHECKS.load(state, "count") if CHECKS.watching else state.count
    state.count = 1            becomes    (CHECKS.storing(state, "count") if … else state).count = 1
    items.pop()                becomes    CHECKS.changing(items).pop()
    len(items)                 becomes    len(CHECKS.reading(items))

Each of them is a preemption point, and an access that data races are looked for in. A field that no function
but `__init__` sets never changes, so reading it is neither; it is only noted which container it holds.

While at most one thread lives, an access of a local's field costs one test. Invariant: a chain of fields is
evaluated once, from left to right.
"""

import ast
from typing import Final

from kmi.kernels.simulated.hook.positions import MARK

__all__ = ["CHANGES", "ITERATES", "READS", "Accesses", "call_of", "check_of"]

CHANGES: Final = frozenset({"clear", "discard", "pop", "popitem", "popleft", "remove", "reverse", "sort"})
"""The methods by which a container changes without growing."""
READS: Final = frozenset(
    {"copy", "count", "decode", "find", "get", "hex", "index", "items", "keys", "values"}
)
"""The methods that look at all of a container."""
ITERATES: Final = frozenset(
    "all any bytes bytearray dict enumerate len list max min reversed set sorted sum tuple zip".split()
)
"""Python's functions that do."""


class Accesses:
    """What the functions of one file may change."""

    def __init__(self, tree: ast.Module) -> None:
        self.changing = frozenset(_changing(tree))
        """The names of the fields that any function sets but `__init__`."""
        self.globals = frozenset(
            name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
        )
        """The module's variables that functions set; the front end refuses them."""
        self.fixed = frozenset(_module_names(tree)) - self.globals
        """Names of the module: their attributes are constants."""

    def read(self, node: ast.Attribute, owner: ast.expr | None = None) -> ast.expr:
        """A field that is read. `owner`: the expression before the dot, rewritten, unless it is a chain."""
        if not _public(node.attr):
            if owner is not None:
                node.value = owner
            return node
        if owner is not None:
            return self._load(owner, node)
        if (root := root_of(node)) is None or root.id in self.fixed:
            return node
        return _if_watched(self._watched(node), node, node)

    def set(self, node: ast.Attribute, owner: ast.expr) -> ast.Attribute:
        """A field that is set or deleted, of the owner."""
        node.value = owner
        if not _public(node.attr) or node.attr not in self.changing:
            return node
        told: ast.expr = call_of("storing", owner, ast.Constant(node.attr), at=owner)
        if isinstance(owner, ast.Name):
            told = _if_watched(told, owner, owner)
        node.value = told
        return node

    def container(self, check: str, node: ast.expr, rewritten: ast.expr) -> ast.expr:
        """A container in an operation: `reading` or `changing` it."""
        if isinstance(node, ast.Name):
            if node.id in self.fixed and node.id[:1].islower():  # a function or an imported module
                return rewritten
            return _if_watched(call_of(check, node, at=node), node, node)
        return call_of(check, rewritten, at=node) if isinstance(node, ast.Attribute) else rewritten

    def global_read(self, node: ast.Name) -> ast.expr:
        """A variable of the module that is read."""
        told = call_of("global_read", ast.Constant(node.id), at=node)
        return ast.copy_location(ast.Subscript(_pair(told, node), _second(node), ast.Load()), node)

    def global_set(self, name: str, value: ast.expr) -> ast.expr:
        """The value that a variable of the module is set to."""
        return call_of("global_set", ast.Constant(name), value, at=value)

    def _watched(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Attribute):
            return self._load(self._watched(node.value), node)
        return node

    def _load(self, owner: ast.expr, node: ast.Attribute) -> ast.expr:
        check = "load" if node.attr in self.changing else "look"
        return call_of(check, owner, ast.Constant(node.attr), at=node)


def root_of(node: ast.expr) -> ast.Name | None:
    """The local at the beginning of a chain of fields; None if something else is there."""
    while isinstance(node, ast.Attribute) and _public(node.attr):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def call_of(check: str, *arguments: ast.expr, at: ast.AST) -> ast.Call:
    """A call of a check, at the position of what it stands for."""
    function = check_of(check, at)
    for argument in arguments:
        if not hasattr(argument, "lineno"):
            ast.copy_location(argument, at)
    return ast.copy_location(ast.Call(function, list(arguments), []), at)


def check_of(name: str, at: ast.AST) -> ast.Attribute:
    """A check, on the first line of what it stands for: CPython gives an attribute the last of its lines."""
    made = ast.Attribute(ast.Name(MARK, ast.Load()), name, ast.Load())
    for node in (made, made.value):
        ast.copy_location(node, at)
        node.end_lineno, node.end_col_offset = node.lineno, node.col_offset
    return made


def _if_watched(told: ast.expr, plain: ast.expr, at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.IfExp(check_of("watching", at), told, plain), at)


def _pair(told: ast.expr, node: ast.Name) -> ast.expr:
    return ast.copy_location(ast.Tuple([told, node], ast.Load()), node)


def _second(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Constant(1), node)


def _public(name: str) -> bool:
    """Whether a field has one name in and outside of its class."""
    return not name.startswith("__")


def _changing(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.Lambda)):
            continue
        own = isinstance(function, ast.FunctionDef) and function.name == "__init__"
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                if not (own and isinstance(node.value, ast.Name) and node.value.id == "self"):
                    found.add(node.attr)
    return found


def _module_names(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found.add(node.name)
    return found
