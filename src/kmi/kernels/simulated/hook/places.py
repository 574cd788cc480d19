"""Where a module's code stores integers, and how wide each place is: taken from the typed tree.

The front end wraps every value that may not fit the place where it goes in a `Fit`; the import hook puts a
check at the same spot of the source. So the simulator checks exactly what compiled code checks.

Invariant: only functions of the module itself count; positions are those of the value's expression, or of the
whole statement for `place op= value`.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from kmi.kernels.simulated.hook.recursion import recursive_functions
from kmi.language.checks.known import ATOMIC, is_a
from kmi.language.source import Source
from kmi.language.tree import Fit, InitPlace, Module, Program
from kmi.language.tree.walk import authored, functions, walk
from kmi.language.types import ClassType, IntType

__all__ = ["Places", "places_of"]

Spot = tuple[int, int, int, int]


@dataclass
class Places:
    """The integer places of a module, as their widths' names, by the spot of the value that goes there."""

    source: Source
    by_spot: Mapping[Spot, tuple[str, ...]] = field(default_factory=dict)
    recursive: frozenset[str] = frozenset()
    """The functions that can come to call themselves, by qualified names."""

    def at(self, node: ast.expr | ast.stmt | ast.pattern) -> tuple[str, ...]:
        """The places through which the value of an expression or statement goes, the first one first."""
        if node.end_lineno is None or node.end_col_offset is None:
            return ()
        start = self._column(node.lineno, node.col_offset)
        end = self._column(node.end_lineno, node.end_col_offset)
        return self.by_spot.get((node.lineno, start, node.end_lineno, end), ())

    def _column(self, line: int, offset: int) -> int:
        """Characters for bytes: the tree counts the ones, `ast` the others."""
        return len(self.source.lines[line - 1].encode()[:offset].decode(errors="replace"))


def places_of(program: Program) -> dict[str, Places]:
    """The places of the author's files, by the names of their modules."""
    recursive = recursive_functions(program)
    return {module.name: _places(module, recursive) for module in authored(program)}


def _places(module: Module, recursive: frozenset[str]) -> Places:
    found: dict[Spot, tuple[str, ...]] = {}
    for function in functions(module):
        for node in walk(function.body):
            if isinstance(node, InitPlace) and is_a(node.field.type, frozenset({ATOMIC})):
                assert isinstance(node.field.type, ClassType)
                spot = node.span.line, node.span.column, node.span.end_line, node.span.end_column
                found[spot] = tuple(map(str, node.field.type.arguments))
            if isinstance(node, Fit) and not node.wrap and isinstance(node.type, IntType):
                spot = node.span.line, node.span.column, node.span.end_line, node.span.end_column
                # walk() gives an outer node before what is in it, which is stored first
                if node.span.source is module.source and node.type.name not in found.get(spot, ()):
                    found[spot] = (node.type.name, *found.get(spot, ()))
    return Places(module.source, found, recursive)
