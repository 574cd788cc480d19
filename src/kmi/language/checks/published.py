"""What is published never changes: readers look at it without a lock.

    self.limits = Published(Limits(16, 64))     # fine if the fields of a Limits are final
    self.names = Published(["a"])               # refused: KMI0621, a list changes in place

Invariant: what a `Published` holds is one counted object, whose fields are final and shareable, or places.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.known import PUBLISHED, is_a
from kmi.language.checks.ownership import Ownership, is_open
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import InitPlace, Program
from kmi.language.tree.walk import authored, functions, walk
from kmi.language.types import ClassType


def check(program: Program, reporter: Reporter, ownership: Ownership) -> None:
    """Reports what is published and changes, or is no object."""
    for module in authored(program):
        for function in functions(module):
            for node in walk(function.body):
                if isinstance(node, InitPlace) and is_a(node.field.type, frozenset({PUBLISHED})):
                    _published(node, reporter, ownership)


def _published(node: InitPlace, reporter: Reporter, ownership: Ownership) -> None:
    kind = node.field.type
    value = kind.arguments[0] if isinstance(kind, ClassType) and kind.arguments else None
    if value is None or is_open(value):
        return
    counted = isinstance(value, ClassType) and not value.definition.place
    if counted and not ownership.confined(value):
        return
    reporter.error(
        codes.PUBLISHED_CHANGES,
        node.arguments[0].span if node.arguments else node.span,
        f"a `{value}` is published, which {'can change' if counted else 'is no object'}",
        label="readers look at it without a lock" if counted else "",
        labels=[(why.span, why.text) for why in ownership.why(value)] if counted else [],
        help="publish an object whose fields are set in `__init__` alone, and another one for each change:\n"
        f"@dataclass(frozen=True)\nclass Settings:\n    value: {'tuple[int, int]' if counted else value}",
    )
