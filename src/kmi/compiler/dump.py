"""The linear form in Python-like text: what ``--dump`` shows after each pass.

def Echo_write(self, file, data):            # raises MemoryError
    remaining_1 = call Uio_remaining(data)
    if len_1 == self->capacity:
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from kmi.compiler import linear
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.intervals import Interval
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.noted import bounds
from kmi.language import tree
from kmi.language.tree.dump import show
from kmi.language.tree.walk import walk
from kmi.language.types import IntType


def dump(instance: FunctionInstance) -> str:
    """One function."""
    function = instance.linear
    if function is None:
        return f"def {instance.name}: ...  # C"
    parameters = ", ".join(f"{each.name}: {each.type}" for each in function.parameters)
    raises = ", ".join(sorted(each.name for each in instance.raises))
    head = (
        f"def {instance.name}({parameters}) -> {function.result}:{f'  # raises {raises}' if raises else ''}"
    )
    return "\n".join([head, *_block(function.body, 1), ""])


def instances(program: Monomorphiser) -> str:
    """The functions and classes that are compiled, each with what its type variables stand for."""
    lines = []
    for instance in program.functions.values():
        bound = ", ".join(f"{name} = {kind}" for name, kind in instance.bindings.items())
        place = f" for {instance.place}" if instance.place else ""
        lines.append(f"def {instance.name}: {instance.function.qualified}[{bound}]{place}".replace("[]", ""))
    for virtual in program.virtuals.values():
        cases = ", ".join(f"{kind}: {case.name}" for kind, case in virtual.cases.items())
        lines.append(f"def {virtual.name}: by class, {cases or 'none is ever made'}")
    for kind, made in program.classes.items():
        lines.append(f"class {made.name}: {kind}{'' if made.made else ', none is ever made'}")
    return "\n".join(lines)


def ranges(instance: FunctionInstance) -> str:
    """What is known of the integers of one of the author's functions, where that is less than their type."""
    if instance.ranges is None or not instance.author:
        return ""
    lines = []
    for node in walk(instance.function.body):
        kind = instance.type(node.type) if isinstance(node, tree.LocalGet | tree.Binary) else None
        if isinstance(node, tree.LocalGet | tree.Binary) and isinstance(kind, IntType):
            known = instance.ranges.of(node)
            if known != Interval(kind.low, kind.high):
                lines.append(f"    {node.span.line}:{node.span.column + 1} {show(node)}: {bounds(known)}")
    return "\n".join([f"def {instance.name}:", *lines]) if lines else ""


def _block(body: list[linear.Statement], depth: int) -> list[str]:
    pad = "    " * depth
    lines: list[str] = []
    for statement in body:
        lines += [pad + line for line in _statement(statement)]
    return lines or [pad + "pass"]


def _statement(node: linear.Statement) -> list[str]:
    match node:
        case linear.If(condition=condition, then=then, otherwise=otherwise):
            lines = [f"if {text(condition)}:", *_block(then, 1)]
            return lines + (["else:", *_block(otherwise, 1)] if otherwise else [])
        case linear.Loop(before=before, condition=condition, body=body, after=after, otherwise=otherwise):
            lines = ["loop:", *_block(before, 1)] if before else ["loop:"]
            lines += [f"    while {text(condition)}:", *_block(body, 2)]
            lines += ["    after:", *_block(after, 2)] if after else []
            return lines + (["else:", *_block(otherwise, 1)] if otherwise else [])
        case linear.Count(counter=counter, start=start, stop=stop, down=down, body=body, otherwise=otherwise):
            step = "downto" if down else "to"
            lines = [f"for {counter.name} = {text(start)} {step} {text(stop)}:", *_block(body, 1)]
            return lines + (["else:", *_block(otherwise, 1)] if otherwise else [])
        case linear.Try(body=body, catches=catches, otherwise=otherwise):
            lines = ["try:", *_block(body, 1)]
            for catch in catches:
                names = ", ".join(each.name for each in catch.classes)
                lines += [f"except {names}:".replace(" :", ":"), *_block(catch.body, 1)]
            return lines + (["else:", *_block(otherwise, 1)] if otherwise else [])
        case linear.Cleanup(body=body, cleanup=cleanup, otherwise=otherwise):
            lines = ["try:", *_block(body, 1), "on error:", *_block(cleanup, 1)]
            return lines + (["else:", *_block(otherwise, 1)] if otherwise else [])
        case linear.Leave(body=body):
            return ["leave:", *_block(body, 1)]
        case linear.Set(target=target, value=value) | linear.Adopt(target=target, value=value):
            return [f"{target.name} = {text(value)}"]
        case linear.Retain(target=target, value=value):
            return [f"{target.name} = retain {text(value)}"]
        case linear.Drop(variable=variable):
            return [f"drop {variable.name}"]
        case linear.Give(variable=variable):
            return [f"give {variable.name}"]
        case linear.CallFunction(target=target, callee=callee, arguments=arguments):
            into = f"{target.name} = " if target is not None else ""
            virtual = "virtual " if isinstance(callee, VirtualInstance) else ""
            return [f"{into}call {virtual}{callee.name}({', '.join(map(text, arguments))}){_edge(node)}"]
        case _:
            parts = []
            for each in fields(node):
                value = getattr(node, each.name)
                if each.name not in ("span", "edge", "check") and value not in (None, []):
                    parts.append(
                        f"{each.name}={value.name if isinstance(value, linear.Variable) else text(value)}"
                    )
            return [f"{type(node).__name__.lower()} {', '.join(parts)}{_edge(node)}"]


def _edge(node: object) -> str:
    edge = getattr(node, "edge", None)
    return f"  -> {edge}" if edge else ""


def text(node: object) -> str:
    """An expression, shortly."""
    match node:
        case linear.Const(value=value) | linear.BoolConst(value=value):
            return str(value)
        case linear.Var(variable=variable):
            return variable.name
        case linear.Load(object=inner, name=name) | linear.Member(object=inner, name=name):
            return f"{text(inner)}.{name}"
        case linear.PlaceOf(object=inner, name=name):
            return f"&{text(inner)}.{name}"
        case (
            linear.Operation(operator=operator, left=left, right=right)
            | linear.Comparison(operator=operator, left=left, right=right)
        ):
            return f"({text(left)} {operator} {text(right)})"
        case linear.Negation(operator=operator, operand=operand):
            return f"{operator}{text(operand)}"
        case linear.Convert(value=value, type=kind):
            return f"{kind}({text(value)})"
        case linear.Helper(name=name, arguments=arguments):
            return f"{name}({', '.join(map(text, arguments))})"
        case linear.Index(pointer=pointer, index=index):
            return f"{text(pointer)}[{text(index)}]"
        case linear.Address(lvalue=inner):
            return f"&{text(inner)}"
        case linear.Raw(text=raw):
            return raw
        case linear.Literal(value=value):
            return repr(value)
        case linear.Variable(name=name):
            return name
        case list():
            return f"[{', '.join(map(text, node))}]"
        case str() | int() | bool():
            return str(node)
        case _ if linear.is_node(node) and is_dataclass(node):
            inside = [text(getattr(node, each.name)) for each in fields(node)]
            return f"{type(node).__name__.lower()}({', '.join(inside)})"
        case FunctionInstance() | VirtualInstance() | tree.Class() | tree.CFunction() | tree.CField():
            return node.name
        case _:
            return str(node)
