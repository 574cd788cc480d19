"""The C file of a program: structs, class objects, literals, functions, in the order in which C needs them.

Only what the roots reach after the error sets are known is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from kmi.compiler import errors, linear
from kmi.compiler.emit import regions
from kmi.compiler.emit.classes import Classes, receiver
from kmi.compiler.emit.counts import Counts
from kmi.compiler.emit.expressions import Expressions, constant, exception_name
from kmi.compiler.emit.handlers import deferred_paths
from kmi.compiler.emit.messages import Messages
from kmi.compiler.emit.statements import Printer
from kmi.compiler.emit.types import Types
from kmi.compiler.emit.writer import Writer
from kmi.compiler.exceptions import MODULE, Exceptions
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.lower.builder import is_void
from kmi.compiler.lower.tables import item_type
from kmi.compiler.lower.text import c_string
from kmi.compiler.monomorphise import ATOMIC, Monomorphiser
from kmi.compiler.names import identifier
from kmi.compiler.small import small
from kmi.compiler.tidy import variables, walk
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import (
    ClassType,
    ExceptionType,
    IntType,
    Type,
)

SLEEPS = "#define KMI_SLEEPS /* no spin lock is taken: all code may sleep */\n"

PRELUDE = """\
#ifndef container_of
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
#endif
#define KMI_TAIL(object) ((u8 *)((object) + 1))
#define KMI_RECORD(object) ((u8 *)&(object)->record)
#define KMI_STR_SIZE(text) ((int)(text)->_size)
#define KMI_STR_DATA(text) ((const char *)((text) + 1))

/* Gives one count back; true where it was the last, and the caller is to destroy the object. */
static __maybe_unused bool kmi_last(struct kmi_object *object, bool shared)
{
	if (!shared)
		return object->count >= 0 && --object->count == 0;
	if (__atomic_load_n(&object->count, __ATOMIC_RELAXED) < 0)
		return false;
	if (__atomic_sub_fetch(&object->count, 1, __ATOMIC_RELEASE) != 0)
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return true;
}

/* How many rounds range(start, stop, step) has. */
static __maybe_unused u64 kmi_range_length(i64 start, i64 stop, i64 step)
{
	if (step > 0)
		return start < stop ? ((u64)stop - (u64)start - 1) / (u64)step + 1 : 0;
	return start > stop ? ((u64)start - (u64)stop - 1) / -(u64)step + 1 : 0;
}
"""

Callable = FunctionInstance | VirtualInstance


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
"""A string literal of C: what it says names no variable."""


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
        self.classes = Classes(monomorphiser, self.types, self.counts)
        self.roots: frozenset[FunctionInstance] = frozenset()

    # --- the file -----------------------------------------------------------------------------------------

    def print(self, roots: Iterable[FunctionInstance], prologue: str, epilogue: str) -> str:
        """The text of the file."""
        roots = list(roots)
        self.roots = frozenset(roots)
        bodies, order = self._reachable(roots)
        writer = Writer(self.own, self.directives)
        destroyers = self.classes.functions()
        structs = self.classes.structs()
        sleeps = "" if self.monomorphiser.spins else SLEEPS
        for text in (sleeps + prologue, PRELUDE):
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
        for line in self.classes.objects():
            writer.line(line)
        writer.blank()
        for line in self._literals():
            writer.line(line)
        for line in self._tables():
            writer.line(line)
        for line in self.messages.define():
            writer.line(line)
        writer.blank()
        for line in destroyers:
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
        deleters = self.classes.deleters()
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

    # --- functions ----------------------------------------------------------------------------------------

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
        inline = ""
        if isinstance(callable_, FunctionInstance):
            inline = "__always_inline " if function.inline else "inline " if self._inline(callable_) else ""
            inline = "__cold " if function.cold else inline
        return f"static {inline}{spelt}{callable_.name}({', '.join(parameters) or 'void'})"

    def _inline(self, instance: FunctionInstance) -> bool:
        """Whether C is asked to put a function into its callers."""
        return instance not in self.roots and not instance.function.callback and small(instance)

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
        deferred_paths(printer)
        if function.region.labels:
            regions.labels(printer, function.region, None, True)
        writer.line(self._signature(callable_), callable_.function.span)
        writer.line("{", callable_.function.span, True)
        body = "\n".join(line for line in inner.lines if not line.startswith("#line"))
        words = set(re.findall(r"\w+", _STRING.sub('""', body)))
        only_set = _only_set(_STRING.sub('""', body))
        declared = self._declarations(callable_, function, words, only_set)
        if callable_.function.per_place:
            place = callable_.place.removesuffix(ATOMIC)
            declared.insert(0, f"static const char kmi_place[] __maybe_unused = {c_string(place)};")
        declared += [f"(void){each.name};" for each in function.parameters if each.name in only_set]
        for line in declared:
            writer.line(f"\t{line}", callable_.function.span, True)
        if declared:
            writer.line("", callable_.function.span, True)
        writer.lines += inner.lines
        writer.current = inner.current
        writer.line("}")
        return writer, printer.called

    def _declarations(
        self, instance: FunctionInstance, function: linear.Function, words: set[str], only_set: set[str]
    ) -> list[str]:
        lines: list[str] = []
        definite = _definite(function.body)
        used = _used(function.body)
        for variable in function.variables:
            if variable.name not in words or variable not in used:
                continue
            declaration = self.types.declare(variable.type, variable.name)
            if variable.pointer:
                declaration = f"const struct kmi_error *{variable.name}"
            elif isinstance(variable.type, ExceptionType):
                declaration += " KMI_UNSET"
            if variable.name in only_set:
                declaration += " __maybe_unused"
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
                lines.append("struct kmi_error kmi_own_error KMI_UNSET, *error = &kmi_own_error;")
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
            cast = f"({self.types.name(receiver(case))}){names[0]}"
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

    # --- static data --------------------------------------------------------------------------------------

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

    def _tables(self) -> list[str]:
        """The constant tuples of integers that are indexed."""
        lines: list[str] = []
        for values, name in self.monomorphiser.tables.items():
            kind = item_type(values)
            texts = [constant(value, kind)[0] for value in values]
            lines += [
                f"static const {self.types.name(kind)} {name}[{len(values)}] __maybe_unused = {{",
                *(f"\t{', '.join(texts[at : at + 8])}," for at in range(0, len(texts), 8)),
                "};",
            ]
        return lines


def _escaping(function: linear.Function, exceptions: Exceptions) -> Span | None:
    """Where the first exception that leaves the function is raised."""
    labels = {"return", *(function.region.labels.values() if function.region is not None else ())}
    for statement in walk(function.body):
        if errors.of_statement(statement, exceptions) and getattr(statement, "edge", None) in labels:
            return statement.span
    return None


def _only_set(body: str) -> set[str]:
    """Names that are assigned and never read: the author may have such variables, and gcc would warn."""
    seen = Counter(re.findall(r"(?<![.>\w])\w+", body))
    stored = Counter(re.findall(r"^\s*(\w+) = ", body, re.MULTILINE))
    return {name for name, times in stored.items() if seen[name] == times}


def _used(body: list[linear.Statement]) -> set[linear.Variable]:
    """Variables that some statement names; a C function may have the name of one that none does."""
    used: set[linear.Variable] = set()
    for statement in walk(body):
        used.update(variables(statement))
        if isinstance(statement, linear.Cleanup):
            used.add(statement.saved)
        if isinstance(statement, linear.Try):
            used.update(catch.saved for catch in statement.catches if catch.saved is not None)
    return used


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
