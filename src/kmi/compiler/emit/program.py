"""The C file of a program: structs, class objects, literals, functions, in the order in which C needs them.

A class instance becomes ``struct X``, ``kmi_clear_X`` (releases its fields), ``kmi_destroy_X`` (``__del__``, then
clear, then the memory) and ``X_class``. Only what the roots reach after the error sets are known is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kmi.compiler import errors, linear
from kmi.compiler.emit.counts import Counts
from kmi.compiler.emit.expressions import Expressions, exception_name
from kmi.compiler.emit.messages import Messages
from kmi.compiler.emit.statements import Printer
from kmi.compiler.emit.types import Types
from kmi.compiler.emit.writer import Writer
from kmi.compiler.exceptions import MODULE, Exceptions
from kmi.compiler.instances import ClassInstance, FunctionInstance, VirtualInstance, bases, bindings_of
from kmi.compiler.lower.builder import is_void
from kmi.compiler.lower.objects import ends, is_place
from kmi.compiler.lower.text import c_string
from kmi.compiler.monomorphise import Monomorphiser
from kmi.compiler.names import identifier
from kmi.compiler.tidy import walk
from kmi.language import tree
from kmi.language.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import (
    ClassType,
    CStructType,
    ExceptionType,
    IntType,
    OptionalType,
    TupleType,
    Type,
    substitute,
)

PRELUDE = """\
#ifndef container_of
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
#endif
#define KMI_TAIL(object) ((u8 *)((object) + 1))
#define KMI_RECORD(object) ((u8 *)&(object)->record)
#define KMI_STR_SIZE(text) ((int)(text)->_size)
#define KMI_STR_DATA(text) ((const char *)((text) + 1))

/* How many rounds range(start, stop, step) has. */
static __maybe_unused u64 kmi_range_length(i64 start, i64 stop, i64 step)
{
	if (step > 0)
		return start < stop ? ((u64)stop - (u64)start - 1) / (u64)step + 1 : 0;
	return start > stop ? ((u64)start - (u64)stop - 1) / -(u64)step + 1 : 0;
}
"""

Callable = FunctionInstance | VirtualInstance


class ProgramPrinter:
    """Prints one program."""

    def __init__(
        self, monomorphiser: Monomorphiser, exceptions: Exceptions, own: str, directives: bool
    ) -> None:
        self.monomorphiser = monomorphiser
        self.exceptions = exceptions
        self.own = own
        self.types = Types(monomorphiser)
        self.expressions = Expressions(self.types)
        self.counts = Counts(self.types)
        self.messages = Messages()
        self.directives = directives
        self.raised: dict[tree.Class, None] = {}

    # --- the file ------------------------------------------------------------------------------------------------

    def print(self, roots: Iterable[FunctionInstance], prologue: str, epilogue: str) -> str:
        """The text of the file."""
        bodies, order = self._reachable(roots)
        classes = [each for each in self.monomorphiser.classes.values()]
        writer = Writer(self.own, self.directives)
        destroyers = [(each, self._class_functions(each)) for each in classes if each.made]
        structs = self._structs(classes)
        for text in (prologue, PRELUDE):
            for line in text.rstrip("\n").split("\n"):
                writer.line(line)
            writer.blank()
        for line in self._exceptions():
            writer.line(line)
        for line in structs:
            writer.line(line)
        for value in list(self.counts.values):
            for line in self.counts.define(value):
                writer.line(line)
        for callable_ in order:
            writer.line(f"{self._signature(callable_)};")
        for each, _ in destroyers:
            writer.line(f"static __maybe_unused void kmi_clear_{each.name}(struct {each.name} *self);")
            if not each.kind.definition.place:
                writer.line(f"static void kmi_destroy_{each.name}(struct kmi_object *object);")
                writer.line(f"static const struct kmi_class {each.name}_class;")
        writer.blank()
        for each, _ in destroyers:
            if not each.kind.definition.place:
                self._class_object(writer, each)
        writer.blank()
        for line in self._literals():
            writer.line(line)
        for line in self.messages.define():
            writer.line(line)
        writer.blank()
        for _, lines in destroyers:
            for line in lines:
                writer.line(line)
        for callable_ in order:
            writer.blank()
            self._append(writer, bodies[callable_])
        writer.blank()
        if epilogue:
            for line in epilogue.rstrip("\n").split("\n"):
                writer.line(line)
        return writer.text()

    def _append(self, writer: Writer, body: Writer) -> None:
        """A function's lines; its own numbers are counted where it lands."""
        for line in body.lines:
            if line.startswith("#line ") and line.endswith(f'"{self.own}"'):
                line = f'#line {len(writer.lines) + 2} "{self.own}"'
            writer.lines.append(line)

    def _reachable(self, roots: Iterable[FunctionInstance]) -> tuple[dict[Callable, Writer], list[Callable]]:
        """The bodies of what is called from the roots, and callees before callers where that is possible."""
        bodies: dict[Callable, Writer] = {}
        order: list[Callable] = []
        deleters = [
            each.deleter for each in self.monomorphiser.classes.values() if each.made and each.deleter
        ]
        stack: list[tuple[Callable, bool]] = [(each, False) for each in reversed([*roots, *deleters])]
        while stack:
            callable_, done = stack.pop()
            if done:
                order.append(callable_)
                continue
            if callable_ in bodies:
                continue
            bodies[callable_], called = self._body(callable_)
            stack.append((callable_, True))
            stack.extend((each, False) for each in reversed(called) if each not in bodies)
        return bodies, order

    # --- functions -----------------------------------------------------------------------------------------------

    def _signature(self, callable_: Callable) -> str:
        declared = callable_ if isinstance(callable_, FunctionInstance) else callable_.declared
        function = declared.function
        parameters: list[str] = []
        if isinstance(callable_, FunctionInstance) and callable_.linear is not None:
            parameters = [self._parameter(each.type, each.name) for each in callable_.linear.parameters]
        else:
            for parameter in function.parameters:
                kind = declared.type(parameter.type)
                if not is_void(kind):
                    parameters.append(self._parameter(kind, identifier(parameter.name)))
            if callable_.counted:
                parameters.append("i32 kmi_depth")
        result = callable_.result
        if callable_.raises:
            if not is_void(result):
                parameters.append(f"{self.types.name(result).rstrip()} *result".replace("* *", "**"))
            parameters.append("struct kmi_error *error")
            spelt = "int "
        else:
            spelt = "void " if is_void(result) else self.types.name(result)
            if not spelt.endswith((" ", "*")):
                spelt += " "
        inline = "__always_inline " if function.inline and isinstance(callable_, FunctionInstance) else ""
        return f"static {inline}{spelt}{callable_.name}({', '.join(parameters) or 'void'})"

    def _parameter(self, kind: Type, name: str) -> str:
        if isinstance(kind, ExceptionType):
            return f"const struct kmi_error *{name}"
        return self.types.declare(kind, name)

    def _body(self, callable_: Callable) -> tuple[Writer, list[Callable]]:
        writer = Writer(self.own, self.directives)
        if isinstance(callable_, VirtualInstance):
            self._dispatch(writer, callable_)
            return writer, list(callable_.cases.values())
        function = callable_.linear
        if function is None or function.region is None:
            raise InternalError(f"{callable_.function.qualified} has no body", callable_.function.span)
        if callable_.function.callback and callable_.raises:
            names = ", ".join(sorted(each.name for each in callable_.raises))
            raise InternalError(
                f"the callback {callable_.function.qualified} lets exceptions out: {names}",
                _escaping(function, self.exceptions) or callable_.function.span,
            )
        inner = Writer(self.own, self.directives, depth=1)
        printer = Printer(inner, self.types, self.expressions, self.counts, self.messages, self.exceptions)
        printer.instance = callable_
        printer.block(function.body)
        printer.deferred_paths()
        if function.region.labels:
            printer.labels(function.region, None, True)
        writer.line(self._signature(callable_), callable_.function.span)
        writer.line("{", callable_.function.span, True)
        words = set(
            re.findall(r"\w+", "\n".join(line for line in inner.lines if not line.startswith("#line")))
        )
        declared = self._declarations(callable_, function, words)
        for line in declared:
            writer.line(f"\t{line}", callable_.function.span, True)
        if declared:
            writer.line("", callable_.function.span, True)
        writer.lines += inner.lines
        writer.current = inner.current
        writer.line("}")
        return writer, printer.called

    def _declarations(
        self, instance: FunctionInstance, function: linear.Function, words: set[str]
    ) -> list[str]:
        lines: list[str] = []
        definite = _definite(function.body)
        for variable in function.variables:
            if variable.name not in words:
                continue
            declaration = self.types.declare(variable.type, variable.name)
            if variable.owned and variable.nullable:
                nothing = self.counts.nothing(variable.type)
                declaration += " = NULL" if nothing == "NULL" else " = {}"
            elif variable.kind == "local" and not variable.owned and variable not in definite:
                match variable.type:
                    case ExceptionType():
                        pass
                    case IntType():
                        declaration += " = 0"
                    case kind if self.types.name(kind).startswith("struct") and not self.types.name(
                        kind
                    ).endswith("*"):
                        declaration += " = {}"
                    case kind:
                        declaration += " = NULL" if self.types.name(kind).endswith("*") else " = 0"
            lines.append(f"{declaration};")
        if not instance.raises:
            if "result" in words and not is_void(instance.result):
                lines.append(f"{self.types.declare(instance.result, 'result')};")
            if "error" in words:
                lines.append("struct kmi_error kmi_own_error, *error = &kmi_own_error;")
        return lines

    def _dispatch(self, writer: Writer, virtual: VirtualInstance) -> None:
        """A virtual call: the class decides; the last case needs no test."""
        declared = virtual.declared
        writer.line("/* By the class of the object. */")
        writer.line(self._signature(virtual))
        writer.line("{")
        parameters = [p for p in declared.function.parameters if not is_void(declared.type(p.type))]
        names = [identifier(p.name) for p in parameters]
        cases = list(virtual.cases.items())
        if not cases:
            # No object of such a class is ever made, so nobody can call.
            writer.line("\t__builtin_unreachable();")
        for position, (kind, case) in enumerate(cases):
            cast = f"({self.types.name(_self_type(case))}){names[0]}"
            arguments = [cast, *names[1:], *(["kmi_depth"] if case.counted else [])]
            call = f"{case.name}({', '.join(arguments)}"
            extra = []
            if case.raises:
                extra = ([] if is_void(virtual.result) else ["result"]) + ["error"]
            call = f"{case.name}({', '.join([*arguments, *extra])})"
            lines = self._case(virtual, case, call)
            if position < len(cases) - 1:
                name = self.monomorphiser.cls(kind).name
                writer.line(f"\tif ({names[0]}->object.class == &{name}_class) {{")
                for line in lines:
                    writer.line(f"\t\t{line}")
                writer.line("\t}")
            else:
                for line in lines:
                    writer.line(f"\t{line}")
        writer.line("}")

    @staticmethod
    def _case(virtual: VirtualInstance, case: FunctionInstance, call: str) -> list[str]:
        void = is_void(virtual.result)
        if virtual.raises and not case.raises:
            return [f"{call};" if void else f"*result = {call};", "return 0;"]
        if void and not virtual.raises:
            return [f"{call};", "return;"]
        return [f"return {call};"]

    # --- classes -------------------------------------------------------------------------------------------------

    def _fields(self, kind: ClassType) -> list[tuple[tree.Field, Type, str]]:
        """Fields in the order of memory, with their types and C names."""
        result: list[tuple[tree.Field, Type, str]] = []
        for base in reversed(bases(kind)):
            bindings = bindings_of(base)
            result += [(f, substitute(f.type, bindings), identifier(f.name)) for f in base.definition.fields]
        return [each for each in result if not is_void(each[1])]

    def _structs(self, classes: list[ClassInstance]) -> list[str]:
        """Struct definitions, each after the structs that it embeds."""
        lines: list[str] = [f"struct {each.name};" for each in classes]
        lines.append("")
        done: set[str] = set()

        def value(kind: Type) -> None:
            """The struct of a tuple or optional, before whoever embeds it."""
            match kind:
                case TupleType(items=items):
                    for item in items:
                        value(item)
                case OptionalType(inner=inner):
                    value(inner)
                case ClassType():
                    return
                case _:
                    return
            spelt = self.types.name(kind)
            if spelt.startswith("struct kmi_") and not spelt.endswith("*") and spelt not in done:
                done.add(spelt)
                lines.extend(self.types.define_value(kind))

        def define(instance: ClassInstance) -> None:
            if instance.name in done:
                return
            done.add(instance.name)
            for field, kind, _ in self._fields(instance.kind):
                if isinstance(kind, ClassType) and is_place(field, kind):
                    define(self.monomorphiser.cls(kind))
                value(kind)
            lines.extend(self._struct(instance))

        for instance in classes:
            define(instance)
        for kind in list(self.types.values):
            value(kind)
        return lines

    def _struct(self, instance: ClassInstance) -> list[str]:
        definition = instance.kind.definition
        fields: list[str] = []
        for field, kind, name in self._fields(instance.kind):
            if is_place(field, kind):
                if isinstance(kind, CStructType):
                    fields.append(f"{kind.binding.tag} {name};")
                elif isinstance(kind, ClassType):
                    fields.append(f"struct {self.monomorphiser.cls(kind).name} {name};")
                    if ends(kind):
                        fields.append(f"bool {name}_made;")
            else:
                fields.append(f"{self.types.declare(kind, name)};")
        lines: list[str] = []
        if definition.struct:
            lines += [f"struct {instance.name}_record {{", *(f"\t{each}" for each in fields), "};", ""]
            fields = [f"struct {instance.name}_record record;"]
        if not definition.place:
            fields.insert(0, "struct kmi_object object;")
        return [
            *lines,
            f"struct {instance.name} {{",
            *(f"\t{each}" for each in fields or ["char nothing;"]),
            "};",
            "",
        ]

    def _class_object(self, writer: Writer, instance: ClassInstance) -> None:
        chain = bases(instance.kind)
        above = self.monomorphiser.cls(chain[1]) if len(chain) > 1 else None
        base = f"&{above.name}_class" if above is not None and above.made else "NULL"
        writer.line(f"static const struct kmi_class {instance.name}_class = {{")
        writer.line(f'\t.name = "{instance.kind.definition.name}",')
        writer.line(f"\t.base = {base},")
        writer.line(f"\t.destroy = kmi_destroy_{instance.name},")
        writer.line("};")

    def _class_functions(self, instance: ClassInstance) -> list[str]:
        """What runs when an object or a place of this class dies."""
        name, kind = instance.name, instance.kind
        body: list[str] = []
        fields = self._fields(kind)
        for field, inner, path in reversed(fields):
            if isinstance(inner, ClassType) and is_place(field, inner):
                body += self._end_place(inner, f"self->{path}")
        for field, inner, path in fields:
            if not is_place(field, inner) and linear.holds_count(inner):
                prefix = "record." if kind.definition.struct else ""
                body += self.counts.release_field(f"self->{prefix}{path}", inner)
        lines = [f"static __maybe_unused void kmi_clear_{name}(struct {name} *self __maybe_unused)", "{"]
        for statement in body:
            lines += [f"\t{line}" for line in statement.split("\n")]
        lines += ["}", ""]
        if kind.definition.place:
            return lines
        lines += [f"static void kmi_destroy_{name}(struct kmi_object *object)", "{"]
        lines += [f"\tstruct {name} *self = (struct {name} *)object;", ""]
        if instance.deleter is not None:
            # __del__ may retain and release its receiver: that must not begin anew.
            lines += ["\tobject->count = 0x20000000;"]
            lines += [f"\t{line}" for line in self._delete(instance.deleter, "self")]
        lines += [f"\tkmi_clear_{name}(self);", "\tkmi_object_free(object);", "}", ""]
        return lines

    def _end_place(self, kind: ClassType, path: str) -> list[str]:
        instance = self.monomorphiser.cls(kind)
        lines: list[str] = []
        if instance.deleter is not None:
            lines.append(f"if ({path}_made) {{")
            lines += [f"\t{line}" for line in self._delete(instance.deleter, f"&{path}")]
            lines.append("}")
        if instance.made:
            lines.append(f"kmi_clear_{instance.name}(&{path});")
        return lines

    def _delete(self, deleter: FunctionInstance, self_: str) -> list[str]:
        """The call of a ``__del__``; what it raises is logged, as CPython prints it."""
        cast = f"({self.types.name(_self_type(deleter))}){self_}"
        if not deleter.raises:
            return [f"{deleter.name}({cast});"]
        return [
            "{",
            "\tstruct kmi_error error;",
            "",
            f"\tif ({deleter.name}({cast}, &error))",
            "\t\tkmi_error_log(&error);",
            "}",
        ]

    # --- static data -----------------------------------------------------------------------------------------------

    def _exceptions(self) -> list[str]:
        """The author's own exception classes."""
        lines: list[str] = []
        for module in self.monomorphiser.program.modules.values():
            if module.name == MODULE:
                continue
            for definition in module.classes.values():
                if definition.exception and definition.module != MODULE and definition.base is not None:
                    name, base = exception_name(ClassType(definition)), exception_name(definition.base)
                    line = (
                        f"static const struct kmi_exception {name} __maybe_unused = "
                        f'{{ "{definition.name}", &{base}, 0, false }};'
                    )
                    if line not in lines:
                        lines.append(line)
        return [*lines, ""] if lines else []

    def _literals(self) -> list[str]:
        lines: list[str] = []
        for value, name in self.expressions.literals.items():
            data = value.encode() if isinstance(value, str) else value
            kind = self.monomorphiser.literals[value]
            struct = self.monomorphiser.cls(kind).name
            members = [f".object = KMI_OBJECT_IMMORTAL(&{struct}_class)", f"._length = {len(value)}"]
            if isinstance(value, str):
                members.append(f"._size = {len(data)}")
            lines += [
                f"static const struct {{ struct {struct} head; char data[{len(data) + 1}]; }} {name} = {{",
                f"\t{{ {', '.join(members)} }}, {c_string(data)}",
                "};",
            ]
        return lines


def _self_type(instance: FunctionInstance) -> Type:
    return instance.type(instance.function.parameters[0].type)


def _escaping(function: linear.Function, exceptions: Exceptions) -> Span | None:
    """Where the first exception that leaves the function is raised."""
    labels = {"return", *(function.region.labels.values() if function.region is not None else ())}
    for statement in walk(function.body):
        if errors.of_statement(statement, exceptions) and getattr(statement, "edge", None) in labels:
            return statement.span
    return None


def _definite(body: list[linear.Statement]) -> set[linear.Variable]:
    """Variables that are set before anything else could skip it."""
    result: set[linear.Variable] = set()
    for statement in body:
        match statement:
            case linear.Set(target=target):
                result.add(target)
            case linear.CallFunction() | linear.CallC() | linear.CallHelper() if statement.target is not None:
                result.add(statement.target)
            case linear.Count() | linear.Loop() | linear.Try() | linear.Cleanup() | linear.Return():
                break
            case linear.If(unlikely=False):
                break
            case _:
                pass
    return result
