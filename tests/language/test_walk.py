"""Going over the tree: nothing that can hold a node is left out."""

from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from kmi.language import analyse, tree
from kmi.language.library import Library
from kmi.language.tree.walk import _slots, children, functions, walk

KINDS = [*get_args(tree.Expression), *get_args(tree.Statement), tree.Handler, tree.FormatPiece]
EXAMPLES = Path(__file__).parents[2] / "examples"


def parts(hint: Any) -> set[Any]:
    """The classes that a type hint names, at any depth."""
    return {hint}.union(*(parts(inner) for inner in get_args(hint)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_that_can_hold_a_node_is_visited(kind: type) -> None:
    hints = get_type_hints(kind, localns=dict(vars(tree)))
    holding = {name for name, hint in hints.items() if not parts(hint).isdisjoint(KINDS)}
    assert set(_slots(kind)) == holding


def test_children_come_in_the_order_of_the_text() -> None:
    program = analyse(EXAMPLES / "semaphore.py", Library()).program
    assert program is not None
    for function in functions(program.main):
        for node in walk(function.body):
            if isinstance(node, tree.If | tree.While | tree.With):
                lines = [child.span.line for child in children(node)]
                assert lines == sorted(lines)
