"""The typed tree as text, in Python-like syntax: for ``--dump`` and for tests that show source and result.

    def Box.add(self: Box, n: u8) -> None:
        self.total = fit[int](self.total + n)

What Python leaves unsaid is spelt out: ``fit``, ``upcast``, ``narrow``; methods are called by their class.
"""

from __future__ import annotations

from kmi.language import tree
from kmi.language.report.diagnostics import InternalError

INDENT = "    "


def dump(program: tree.Program, *modules: str) -> str:
    """The text of some modules of a program, of the author's where none is named."""
    names = modules or (program.main.name,)
    return "\n\n".join(dump_module(program.modules[name]) for name in names) + "\n"


def dump_module(module: tree.Module) -> str:
    """The text of a module: its classes, then its functions."""
    parts = [dump_class(definition) for definition in module.classes.values()]
    parts += [dump_function(function) for function in module.functions.values()]
    return "\n\n".join(parts)


def dump_class(definition: tree.Class) -> str:
    """The text of a class."""
    variables = ", ".join(map(str, definition.type_parameters))
    head = f"class {definition.name}" + (f"[{variables}]" if variables else "")
    if definition.base is not None:
        head += f"({definition.base})"
    flags = [n for n in ("exception", "struct", "place", "enum") if getattr(definition, n)]
    lines = [head + ":" + (f"  # {', '.join(flags)}" if flags else "")]
    for entry in definition.fields:
        marks = [n for n in ("place", "final") if getattr(entry, n)]
        lines.append(f"{INDENT}{entry.name}: {entry.type}" + (f"  # {', '.join(marks)}" if marks else ""))
    if not definition.fields and not definition.methods:
        lines.append(f"{INDENT}pass")
    for method in definition.methods.values():
        lines += [""] + [INDENT + line if line else "" for line in dump_function(method).splitlines()]
    return "\n".join(lines)


def dump_function(function: tree.Function) -> str:
    """The text of a function: its signature, what it is besides, its body."""
    lines: list[str] = []
    for flag in ("static", "property", "abstract", "callback", "per_place", "inline", "cold"):
        if getattr(function, flag):
            lines.append(f"@{flag}")
    if function.external is not None:
        lines.append(f'@c_function("{function.external.name}")')
    variables = ", ".join(map(str, function.type_parameters))
    parameters = ", ".join(f"{p.name}: {p.type}" for p in function.parameters)
    own = f"[{variables}]" if variables else ""
    lines.append(f"def {function.name}{own}({parameters}) -> {function.result}:")
    lines += _block(function.body, 1) if function.external is None else [f"{INDENT}..."]
    return "\n".join(lines)


# --- statements ----------------------------------------------------------------------------------------


def _block(statements: list[tree.Statement], depth: int) -> list[str]:
    lines = [line for statement in statements for line in _statement(statement, depth)]
    return lines or [INDENT * depth + "pass"]


def _statement(node: tree.Statement, depth: int) -> list[str]:
    pad = INDENT * depth

    def compound(head: str, body: list[tree.Statement], otherwise: list[tree.Statement]) -> list[str]:
        lines = [f"{pad}{head}:", *_block(body, depth + 1)]
        return lines + ([f"{pad}else:", *_block(otherwise, depth + 1)] if otherwise else [])

    match node:
        case tree.Assign(local=local, value=value):
            return [f"{pad}{local.name}: {local.type} = {show(value)}"]
        case tree.SetField(object=receiver, field=field, value=value):
            return [f"{pad}{show(receiver)}.{field.name} = {show(value)}"]
        case tree.InitPlace(object=receiver, field=field, arguments=arguments):
            return [f"{pad}{show(receiver)}.{field.name} = place {field.type}({_list(arguments)})"]
        case tree.Store(target=target, value=value):
            return [f"{pad}{show(target)} = {show(value)}"]
        case tree.Evaluate(value=value):
            return [f"{pad}{show(value)}"]
        case tree.If(condition=condition, then=then, otherwise=otherwise):
            return compound(f"if {show(condition)}", then, otherwise)
        case tree.While(condition=condition, body=body, otherwise=otherwise):
            return compound(f"while {show(condition)}", body, otherwise)
        case tree.ForRange(target=target, start=start, stop=stop, step=step, body=body, otherwise=otherwise):
            head = f"for {target.name} in range({show(start)}, {show(stop)}, {show(step)})"
            return compound(head, body, otherwise)
        case tree.ForEach(target=target, iterable=iterable, body=body, otherwise=otherwise):
            return compound(f"for {target.name}: {target.type} in {show(iterable)}", body, otherwise)
        case tree.Break():
            return [f"{pad}break"]
        case tree.Continue():
            return [f"{pad}continue"]
        case tree.Return(value=value):
            return [f"{pad}return" + (f" {show(value)}" if value is not None else "")]
        case tree.Raise(value=value):
            return [f"{pad}raise" + (f" {show(value)}" if value is not None else "")]
        case tree.Try():
            return _try(node, depth)
        case tree.With(context=context, target=target, body=body):
            name = f" as {target.name}" if target is not None else ""
            return compound(f"with {show(context)}{name}", body, [])
        case tree.Delete(local=local):
            return [f"{pad}del {local.name}"]
        case tree.Unsafe(reason=reason, body=body):
            return compound(f"with unsafe({reason!r})", body, [])
        case _:
            raise InternalError(f"dump: {type(node).__name__} is no statement", getattr(node, "span", None))


def _try(node: tree.Try, depth: int) -> list[str]:
    pad = INDENT * depth
    lines = [f"{pad}try:", *_block(node.body, depth + 1)]
    for handler in node.handlers:
        classes = ", ".join(definition.name for definition in handler.classes)
        name = f" as {handler.local.name}" if handler.local is not None else ""
        lines += [f"{pad}except {classes}{name}:".replace("except :", "except:")]
        lines += _block(handler.body, depth + 1)
    if node.otherwise:
        lines += [f"{pad}else:", *_block(node.otherwise, depth + 1)]
    if node.final:
        lines += [f"{pad}finally:", *_block(node.final, depth + 1)]
    return lines


# --- expressions ---------------------------------------------------------------------------------------


def _list(items: list[tree.Expression]) -> str:
    return ", ".join(map(show, items))


def show(node: tree.Expression) -> str:
    """The text of an expression."""
    match node:
        case tree.IntLiteral(value=value, name=name):
            return name or str(value)
        case tree.BoolLiteral(value=value) | tree.StrLiteral(value=value) | tree.BytesLiteral(value=value):
            return repr(value)
        case tree.NoneLiteral():
            return "None"
        case tree.LocalGet(local=local):
            return local.name
        case tree.FieldGet(object=receiver, field=field):
            return f"{show(receiver)}.{field.name}"
        case tree.ConstantGet(constant=constant):
            return constant.name
        case tree.Binary(operator=operator, left=left, right=right) if operator in ("min", "max"):
            return f"{operator}({show(left)}, {show(right)})"
        case tree.Binary(operator=operator, left=left, right=right):
            return f"({show(left)} {operator} {show(right)})"
        case tree.Unary(operator=operator, operand=operand):
            return f"abs({show(operand)})" if operator == "abs" else f"{operator}{show(operand)}"
        case tree.Fit(value=value, type=kind, wrap=wrap):
            return f"{'wrap' if wrap else 'fit'}[{kind}]({show(value)})"
        case tree.Compare(operator=operator, left=left, right=right):
            return f"({show(left)} {operator} {show(right)})"
        case tree.Identity(left=left, right=right):
            return f"({show(left)} is {show(right)})"
        case tree.IsNone(value=value):
            return f"({show(value)} is None)"
        case tree.IsInstance(value=value, definition=definition):
            return f"isinstance({show(value)}, {definition.name})"
        case tree.Truth(value=value):
            return f"truth({show(value)})"
        case tree.Not(operand=operand):
            return f"not {show(operand)}"
        case tree.Logical(operator=operator, left=left, right=right):
            return f"({show(left)} {operator} {show(right)})"
        case tree.Conditional(condition=condition, then=then, otherwise=otherwise):
            return f"({show(then)} if {show(condition)} else {show(otherwise)})"
        case tree.Do(statements=statements, value=value):
            steps = "; ".join(line.strip() for line in _block(statements, 0))
            return f"do({steps}; {show(value)})"
        case tree.Let(local=local, value=value, body=body):
            return f"(let {local.name}: {local.type} = {show(value)} in {show(body)})"
        case tree.Call():
            return _call(node)
        case tree.New(type=kind, arguments=arguments):
            return f"new {kind}({_list(arguments)})"
        case tree.ExceptionNew(definition=definition, errno=errno, message=message):
            return f"{definition.name}({_list([part for part in (errno, message) if part is not None])})"
        case tree.ExceptionObject(value=value):
            return f"object({show(value)})"
        case tree.ExceptionErrno(value=value):
            return f"{show(value)}.errno"
        case tree.Upcast(value=value, type=kind):
            return f"upcast[{kind}]({show(value)})"
        case tree.Narrow(value=value, type=kind, checked=checked):
            return f"narrow{'?' if checked else ''}[{kind}]({show(value)})"
        case tree.TupleNew(items=items):
            return f"({_list(items)},)"
        case tree.TupleGet(value=value, index=index):
            return f"{show(value)}[{index}]"
        case tree.TableGet(values=values, index=index):
            return f"table of {len(values)}[{show(index)}]"
        case tree.ListNew(items=items):
            return f"[{_list(items)}]"
        case tree.DictNew(items=pairs):
            return "{" + ", ".join(f"{show(key)}: {show(value)}" for key, value in pairs) + "}"
        case tree.Generic(operator=operator, left=left, right=right):
            second = f", {show(right)}" if right is not None else ""
            return f"generic {operator}({show(left)}{second})"
        case tree.Format(pieces=pieces):
            return 'f"' + "".join(map(_piece, pieces)) + '"'
        case tree.TypeGet(type=kind):
            return str(kind)
        case _:
            return _unsafe(node)


def _call(node: tree.Call) -> str:
    bound = ", ".join(f"{name}={kind}" for name, kind in node.type_arguments.items())
    kind = f"[{bound}]" if bound else ""
    mark = "~" if node.virtual else ""
    return f"{mark}{node.function.qualified}{kind}({_list(node.arguments)})"


def _piece(piece: str | tree.FormatPiece) -> str:
    if isinstance(piece, str):
        return piece.replace("{", "{{").replace("}", "}}")
    conversion = f"!{piece.conversion}" if piece.conversion else ""
    spec = f":{piece.spec}" if piece.spec else ""
    return "{" + show(piece.value) + conversion + spec + "}"


def _unsafe(node: tree.Expression) -> str:
    """The text of an expression of unsafe code."""
    match node:
        case tree.AddressOf(place=place):
            return f"address_of({show(place)})"
        case tree.CMember(object=receiver, member=member):
            return f"{show(receiver)}->{member.c_name}"
        case tree.PointerGet(pointer=pointer, index=index):
            return f"{show(pointer)}[{show(index)}]"
        case tree.PointerAdd(pointer=pointer, count=count):
            return f"({show(pointer)} + {show(count)})"
        case tree.Cast(value=value, type=kind):
            return f"cast[{kind}]({show(value)})"
        case tree.PointerTake(pointer=pointer, index=index):
            return f"take({show(pointer)}, {show(index)})"
        case tree.IntoRaw(value=value):
            return f"into_raw({show(value)})"
        case tree.FromRaw(value=value, type=kind):
            return f"from_raw[{kind}]({show(value)})"
        case tree.Allocate(extra=extra, type=kind):
            return f"allocate[{kind}]({show(extra)})"
        case tree.TailOf(value=value):
            return f"tail({show(value)})"
        case tree.SizeOf(kind=kind):
            return f"sizeof({kind})"
        case tree.ContainerOf(pointer=pointer, field=field, type=kind):
            return f"container_of({show(pointer)}, {kind}, {field.name!r})"
        case tree.FunctionGet(function=function, receiver=receiver, where=where):
            shown = f"&{function.qualified}" + (f"[{receiver}]" if receiver is not None else "")
            return shown + (f" where {where[0].name}.{where[1]} is overridden" if where is not None else "")
        case tree.CGlobal(name=name):
            return name
        case tree.CZero(type=kind):
            return f"{kind}()"
        case tree.CString(value=value):
            return f"c_string({value!r})"
        case _:
            raise InternalError(f"dump: {type(node).__name__} is no expression", getattr(node, "span", None))
