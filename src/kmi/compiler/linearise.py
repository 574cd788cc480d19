"""The typed tree of one function made linear.

    def limit(self, n: int) -> int:         limit(self, n):
        return max(self.most(), n)              most_1 = call Echo.most(self)
                                                return n > most_1 ? n : most_1

Every call, allocation, check and count becomes a statement of its own; what stays an expression has no
effect and cannot raise. What a callee needs is asked of the monomorphiser, which queues it. The work is in
``kmi.compiler.lower``, one kind of node a file.

Invariants: parameters are borrowed, unless they are assigned to: then a local of the same name holds a
count of its own; locals are in the order in which CPython releases them.
"""

from __future__ import annotations

from kmi.compiler import linear
from kmi.compiler.assigned import assigned_locals
from kmi.compiler.ending import ends
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.facts import gather
from kmi.compiler.instances import FunctionInstance
from kmi.compiler.lower import expressions, statements
from kmi.compiler.lower.builder import Builder, is_void
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.ranges import Ranges
from kmi.language import tree
from kmi.language.checks.contexts import is_atomic
from kmi.language.source import Span


def linearise(monomorphiser: Monomorphiser, exceptions: Exceptions, instance: FunctionInstance) -> None:
    """Gives the instance its linear form."""
    function = instance.function
    learnt = monomorphiser.learnt if instance.author else None
    instance.ranges = Ranges(instance, gather(instance, learnt), learnt)
    builder = Builder(
        monomorphiser, exceptions, instance, instance.ranges, expressions.expression,
        statements.run, names=set(monomorphiser.c_names),
    )  # fmt: skip
    builder.atomic = is_atomic(function)
    builder.unstable_fields = function.name == "__init__"
    monomorphiser.mention(instance.result)
    assigned = set(assigned_locals(function.body))
    parameters: list[linear.Variable] = []
    locals_: list[linear.Variable] = []
    for parameter in function.parameters:
        kind = instance.type(parameter.type)
        if is_void(kind):
            continue
        monomorphiser.mention(kind)
        variable = linear.Variable(builder.name(parameter.name), kind, "parameter")
        parameters.append(variable)
        builder.variables[id(parameter)] = variable
        if id(parameter) in assigned and linear.holds_count(kind):
            given = linear.Variable(builder.name(f"{parameter.name}_given"), kind, "parameter")
            parameters[-1] = given
            variable.kind, variable.owned = "local", True
            locals_.append(variable)
            builder.emit(linear.Retain(variable, linear.Var(given, kind), function.span))
    for local in function.locals:
        kind = instance.type(local.type)
        if is_void(kind) or id(local) in builder.variables:
            continue
        monomorphiser.mention(kind)
        counted = linear.holds_count(kind)
        role = "temporary" if local.made and counted else "local"
        variable = linear.Variable(builder.name(local.name), kind, role, counted)
        locals_.append(variable)
        builder.variables[id(local)] = variable
    statements.run(builder, function.body)
    if not ends(builder.out):
        builder.emit(linear.Return(None, None, _end(function)))
    instance.linear = linear.Function(parameters, instance.result, builder.out, locals_ + builder.temporaries)


def _end(function: tree.Function) -> Span:
    last = function.span
    return Span(last.source, last.end_line, last.end_column, last.end_line, last.end_column)
