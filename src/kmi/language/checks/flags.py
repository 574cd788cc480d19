"""Whether a call waits is seen where it is made: by a flag, which is a constant.

    self.buffers.allocate(64, M_WAITOK | M_ZERO)        # may sleep
    self.buffers.allocate(64, M_NOWAIT)                 # does not; MemoryError where there is nothing at once
    self.buffers.allocate(64, M_ZERO)                   # refused: it says neither

The interface says of which parameter and which two flags (``@sleeps_with``).

Invariant: of each of the author's calls of such a function it is known whether it may sleep.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.callgraph import CallGraph, Site
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import Binary, Call, ConstantGet, Expression, Fit, IntLiteral, Waits
from kmi.language.tree.walk import trusted


def check(reporter: Reporter, graph: CallGraph) -> None:
    """Reports calls that do not say whether they wait, or say both."""
    for function in graph.mine:
        for node in graph.nodes(function):
            if isinstance(node, Call) and node.function.effects is not None:
                effect = node.function.effects.waits
                if effect is not None and trusted(node.function.module):
                    _check(node, effect, reporter)


def waits(site: Site) -> bool:
    """Whether a call of a function that sleeps by what it is given may sleep; what is unclear is refused."""
    node = site.node
    if not isinstance(node, Call) or site.target is not node.function or site.target.effects is None:
        return False
    effect = site.target.effects.waits
    if effect is None:
        return False
    value = _value(_argument(node, effect.parameter))
    return value is not None and bool(value & effect.flag) and not value & effect.other


def _check(node: Call, effect: Waits, reporter: Reporter) -> None:
    argument = _argument(node, effect.parameter)
    value = _value(argument)
    if value is not None and bool(value & effect.flag) != bool(value & effect.other):
        return
    called = node.function.qualified
    if value is None:
        said = f"whether this call of `{called}` waits is not known: its `{effect.parameter}` are no constant"
    elif value & effect.flag:
        said = f"`{called}` is told to wait and not to wait"
    else:
        said = f"`{called}` is told neither to wait nor not to wait"
    reporter.error(
        codes.WAITS_OR_NOT,
        argument.span if argument is not None and argument.span.line else node.span,
        said,
        help="give it exactly one: `{}` where it may sleep, `{}` to have `MemoryError` instead".format(
            *effect.shown
        ),
    )


def _argument(node: Call, name: str) -> Expression | None:
    for parameter, given in zip(node.function.parameters, node.arguments, strict=False):
        if parameter.name == name:
            return given
    return None


def _value(node: Expression | None) -> int | None:
    match node:
        case IntLiteral(value=value):
            return value
        case Fit(value=inner):
            return _value(inner)
        case ConstantGet(constant=constant):
            return _value(constant.value)
        case Binary(operator="|", left=left, right=right):
            one, other = _value(left), _value(right)
            return one | other if one is not None and other is not None else None
        case _:
            return None
