"""Which functions of a module can come to call themselves: those count against the depth that kernels allow.

With the front end's tree the calls are known, overriding methods included; for code that it has not seen, two
functions of one name are taken for one.

Invariant: a function that can recurse is found; one too many costs nothing but a count.
"""

import ast
from collections.abc import Iterator

from kmi.language.checks.callgraph import targets
from kmi.language.tree import Call, Function, New, Program
from kmi.language.tree.walk import authored, functions, walk
from kmi.language.types import ClassType

__all__ = ["called_name", "names_in", "recursive_functions"]


def recursive_functions(program: Program) -> frozenset[str]:
    """The author's functions that lie on a cycle of the call graph, by qualified names."""
    own = {
        function: function.qualified for module in authored(program) for function in functions(module)
    }
    calls = {name: {own[f] for f in _called(function, program) if f in own} for function, name in own.items()}
    return _on_cycles(calls)


def _called(function: Function, program: Program) -> Iterator[Function]:
    for node in walk(function.body):
        if isinstance(node, Call):
            yield node.function
            if node.virtual and node.function.owner is not None:
                yield from targets(node)
        elif isinstance(node, New) and isinstance(node.type, ClassType):
            if (made_by := node.type.definition.method("__init__")) is not None:
                yield made_by


def names_in(tree: ast.Module) -> frozenset[str]:
    """The functions that may come to call themselves, going by names: `Node()` is the `__init__` of Node."""
    calls: dict[str, set[str]] = {}
    owners = {f: c.name for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for f in c.body}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            called = calls.setdefault(called_name(function, owners.get(function)), set())
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    called.add(node.func.attr)
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    called |= {node.func.id, f"{node.func.id}()"}
    return _on_cycles(calls)


def called_name(function: ast.FunctionDef, owner: str | None) -> str:
    """What a call of the function names: `Node()` for the `__init__` of `Node`."""
    return f"{owner}()" if function.name == "__init__" and owner is not None else function.name


def _on_cycles(calls: dict[str, set[str]]) -> frozenset[str]:
    for way in calls:  # Warshall: whoever reaches `way` reaches what `way` reaches
        for reached in calls.values():
            if way in reached:
                reached |= calls[way]
    return frozenset(name for name, reached in calls.items() if name in reached)
