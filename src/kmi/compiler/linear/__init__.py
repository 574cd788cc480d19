"""The linear form: statements over pure expressions, with every count of a reference explicit.

    permits.count = self.limit(3) + 1        limit_1 = call Semaphore.limit(self, 3)
                                             store permits->count, limit_1 + 1

Expressions here have no effect, cannot raise and give no count away: they may be printed as C where they
stand. Everything else is a statement: calls, checks, allocations, retains and drops. Loops, ``if`` and
``try`` stay structured.

Invariants, which ``verify`` checks:

- A variable that is ``owned`` holds one count from ``Retain``, ``Call``, ``New``, ``Take`` or ``Move`` until
  ``Drop``, ``Give``, ``Move`` or ``Return`` ends it; ``edges`` puts in what is dropped on the way out.
- ``Replace`` is the only statement that ends an old value and begins a new one.
- Types are concrete: no type variable is left.
"""

from kmi.compiler.linear.statements import (
    Adopt,
    Break,
    CallC,
    CallFunction,
    CallHelper,
    Catch,
    Cleanup,
    Continue,
    Count,
    Drop,
    Function,
    Give,
    If,
    Leave,
    Loop,
    MakeError,
    MakeString,
    Message,
    Move,
    New,
    Overflowing,
    Piece,
    Raise,
    RaiseValue,
    Raising,
    Region,
    Replace,
    Retain,
    Return,
    Set,
    SetReference,
    Sleeping,
    Statement,
    Store,
    Try,
    holds_count,
)
from kmi.compiler.linear.values import (
    Address,
    BoolConst,
    Comparison,
    Const,
    Container,
    Convert,
    Expression,
    FunctionAddress,
    Helper,
    Index,
    IsClass,
    Literal,
    Load,
    Member,
    Negation,
    Nothing,
    Null,
    Operation,
    Part,
    PlaceOf,
    Raw,
    Select,
    SizeOf,
    Some,
    Tuple,
    Var,
    Variable,
    Zero,
)

__all__ = [
    "Address",
    "Adopt",
    "BoolConst",
    "Break",
    "CallC",
    "CallFunction",
    "CallHelper",
    "Catch",
    "Cleanup",
    "Comparison",
    "Const",
    "Container",
    "Continue",
    "Convert",
    "Count",
    "Drop",
    "Expression",
    "Function",
    "FunctionAddress",
    "Give",
    "Helper",
    "If",
    "Index",
    "IsClass",
    "Leave",
    "Literal",
    "Load",
    "Loop",
    "MakeError",
    "MakeString",
    "Member",
    "Message",
    "Move",
    "Negation",
    "New",
    "Nothing",
    "Null",
    "Operation",
    "Overflowing",
    "Part",
    "Piece",
    "PlaceOf",
    "Raise",
    "RaiseValue",
    "Raising",
    "Raw",
    "Region",
    "Replace",
    "Retain",
    "Return",
    "Select",
    "Set",
    "SetReference",
    "SizeOf",
    "Sleeping",
    "Some",
    "Statement",
    "Store",
    "Try",
    "Tuple",
    "Var",
    "Variable",
    "Zero",
    "holds_count",
    "is_node",
]


def is_node(value: object) -> bool:
    """Whether a value is a node of the linear form, of any kind: for passes that go through all of them."""
    kind = type(value)
    known = _known.get(kind)
    if known is None:
        known = _known[kind] = kind.__module__.startswith(__name__)
    return known


_known: dict[type, bool] = {}
