"""Statements of the linear form as C: one function at a time.

    CallFunction(n, Uio.put, [data, kept], edge="out_1")

            if (unlikely(Uio_put(data, kept, &n, error)))
                    goto out_1;

Errors are the only gotos, beside a ``break`` or ``continue`` that C cannot say by itself. What an error has
to drop stands behind the function's last return, in chains of labels that fall through.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kmi.compiler import linear
from kmi.compiler.emit import handlers
from kmi.compiler.emit.counts import Counts
from kmi.compiler.emit.expressions import Expressions, by_pointer
from kmi.compiler.emit.messages import Messages
from kmi.compiler.emit.types import Types
from kmi.compiler.emit.writer import Writer
from kmi.compiler.exceptions import Exceptions
from kmi.compiler.instances import FunctionInstance, VirtualInstance
from kmi.compiler.intervals import I64
from kmi.compiler.linear import Statement, Variable
from kmi.compiler.lower.builder import is_void
from kmi.compiler.lower.integers import same
from kmi.language.report.diagnostics import InternalError
from kmi.language.source import Span
from kmi.language.types import BOOL, ExceptionType, Type

Loop = linear.Loop | linear.Count


@dataclass(slots=True)
class Printer:
    """Prints the bodies of functions."""

    writer: Writer
    types: Types
    expressions: Expressions
    counts: Counts
    messages: Messages
    exceptions: Exceptions
    called: list[FunctionInstance | VirtualInstance] = field(default_factory=list)
    """What the function at hand refers to."""
    instance: FunctionInstance | None = None
    loops: list[Loop] = field(default_factory=list)
    breaks: dict[int, str] = field(default_factory=dict)
    continues: dict[int, str] = field(default_factory=dict)
    deferred: list[linear.Cleanup] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    number: int = 0

    # --- pieces -------------------------------------------------------------------------------------------

    def text(self, node: linear.Expression | str, outer: int = 0) -> str:
        self._note(node)
        return self.expressions.text(node, outer)

    def _note(self, node: linear.Expression | str) -> None:
        """Functions whose address is taken are referred to, too."""
        match node:
            case linear.FunctionAddress(instance=instance):
                self.called.append(instance)
            case linear.Convert(value=value):
                self._note(value)
            case _:
                pass

    def site(self, span: Span) -> str:
        """Where an error is reported: the author's lines only."""
        assert self.instance is not None
        if not self.instance.author:
            return "KMI_NO_SITE"
        return f'KMI_SITE("{span.source.path.name}", {span.line}, "{self.instance.function.qualified}")'

    def unseen(self) -> bool:
        """Whether the function at hand is one that nobody wrote: a traceback does not show it."""
        if self.instance is None:
            return True
        function = self.instance.function
        owner = function.owner
        return owner is not None and (owner.calls is not None or function.span == owner.span)

    def goto(self, edge: str | None) -> str:
        """What follows an error."""
        if edge is None:
            raise InternalError("a statement that can raise has no edge")
        return "return 1;" if edge == "return" else f"goto {edge};"

    # --- blocks -------------------------------------------------------------------------------------------

    def block(self, body: list[Statement]) -> None:
        for statement in body:
            self.statement(statement)

    def indented(self, body: list[Statement]) -> None:
        self.writer.depth += 1
        self.block(body)
        self.writer.depth -= 1

    def statement(self, statement: Statement) -> None:
        write, span = self.writer.line, statement.span
        match statement:
            case linear.Set(target=target, value=linear.Zero()):
                write(f"memset(&{target.name}, 0, sizeof({target.name}));", span)
            case linear.Set(target=target, value=value):
                write(f"{target.name} = {self.text(value)};", span)
            case linear.Store(target=target, value=value):
                write(f"{self.text(target)} = {self.text(value)};", span)
            case linear.Retain(target=target, value=value):
                write(f"{target.name} = {self.text(value)};", span)
                self.counts.retain(self.writer, target, span)
            case linear.Adopt(target=target, value=value):
                write(f"{target.name} = {self.text(value)};", span)
            case linear.Drop(empty=True):
                pass
            case linear.Drop(variable=variable):
                self.drop(variable, span)
            case linear.Give(variable=variable):
                if variable.nullable:
                    self.forget(variable, span)
            case linear.Move(target=target, source=source):
                write(f"{target.name} = {source.name};", span)
                if source.nullable:
                    self.forget(source, span)
            case linear.Replace(target=target, source=source, old=old):
                if old != "none":
                    self.counts.release(self.writer, target, span, old == "maybe")
                write(f"{target.name} = {source.name};", span)
                if source.nullable:
                    self.forget(source, span)
            case linear.SetReference(target=target, source=source, fresh=fresh):
                self.counts.exchange(self.writer, self.text(target), source, span, fresh)
                if source.nullable:
                    self.forget(source, span)
            case linear.CallFunction():
                self.call(statement)
            case linear.CallC():
                self.call_c(statement)
            case linear.CallHelper():
                self.call_helper(statement)
            case linear.New():
                self.new(statement)
            case linear.Overflowing():
                self.overflowing(statement)
            case linear.Raise():
                self.raise_(statement)
            case linear.RaiseValue(value=value):
                if not value.pointer and self.text(linear.Var(value, value.type)) != "*error":
                    write(f"*error = {self.text(linear.Var(value, value.type))};", span)
                if value.owned and value.nullable:
                    self.forget(value, span)
                if self.instance is not None and self.instance.author:
                    write(f"kmi_at(error, {self.site(span)});", span)
                write(self.goto(statement.edge), span, True)
            case linear.MakeError():
                self.messages.make_error(self, statement)
            case linear.MakeString():
                self.messages.make_string(self, statement)
            case linear.If():
                self.if_(statement)
            case linear.Loop():
                self.loop(statement)
            case linear.Count():
                self.count(statement)
            case linear.Break(loop=loop):
                self.leave_loop(loop, "break", span)
            case linear.Continue(loop=loop):
                self.leave_loop(loop, "continue", span)
            case linear.Return():
                self.return_(statement)
            case linear.Try():
                handlers.try_(self, statement)
            case linear.Cleanup():
                handlers.cleanup(self, statement)
            case linear.Leave(body=body):
                self.block(body)
            case _:
                raise InternalError(f"{type(statement).__name__} has no C form", span)

    # --- counts -------------------------------------------------------------------------------------------

    def drop(self, variable: Variable, span: Span | None) -> None:
        self.counts.release(self.writer, variable, span, variable.nullable)
        if variable.nullable:
            self.forget(variable, span)

    def forget(self, variable: Variable, span: Span | None) -> None:
        if isinstance(variable.type, ExceptionType):
            self.writer.line(f"{variable.name}.object = NULL;", span)
            return
        self.writer.line(f"{variable.name} = {self.counts.nothing(variable.type)};", span)

    # --- calls --------------------------------------------------------------------------------------------

    def fallible(self, condition: str, edge: str | None, span: Span, at: bool) -> None:
        """``condition`` is an error that is pending already."""
        if at:
            self.writer.line(f"if (unlikely({condition})) {{", span)
            self.writer.depth += 1
            name = "kmi_at" if self.unseen() else "kmi_from"
            self.writer.line(f"{name}(error, {self.site(span)});", span)
            self.writer.line(self.goto(edge), span, True)
            self.writer.depth -= 1
            self.writer.line("}", span, True)
        else:
            self.writer.line(f"if (unlikely({condition}))", span)
            self.writer.line(f"\t{self.goto(edge)}", span, True)

    def call(self, statement: linear.CallFunction) -> None:
        callee = statement.callee
        self.called.append(callee)
        arguments = [self.argument(each) for each in statement.arguments]
        target = statement.target
        if callee.raises:
            if target is not None:
                arguments.append(f"&{target.name}")
            arguments.append("error")
            author = callee.author if isinstance(callee, FunctionInstance) else callee.declared.author
            at = self.instance is not None and self.instance.author
            if author and not callee.counted and self.unseen():
                at = False
            self.fallible(f"{callee.name}({', '.join(arguments)})", statement.edge, statement.span, at)
            return
        call = f"{callee.name}({', '.join(arguments)});"
        self.writer.line(f"{target.name} = {call}" if target is not None else call, statement.span)

    def argument(self, node: linear.Expression | str) -> str:
        if (
            not isinstance(node, str)
            and isinstance(node.type, ExceptionType)
            and isinstance(node, linear.Var)
        ):
            return node.variable.name if by_pointer(node.variable) else f"&{node.variable.name}"
        return self.text(node)

    def call_c(self, statement: linear.CallC) -> None:
        arguments = [self.argument(each) for each in statement.arguments]
        target, name = statement.target, statement.callee.name
        if statement.raises:
            if target is not None:
                arguments.append(f"&{target.name}")
            arguments.append("error")
            at = self.instance is not None and self.instance.author
            self.fallible(f"{name}({', '.join(arguments)})", statement.edge, statement.span, at)
            return
        call = f"{name}({', '.join(arguments)})"
        if target is None:
            self.writer.line(f"{call};", statement.span)
        else:
            self.writer.line(f"{target.name} = {call};", statement.span)

    def call_helper(self, statement: linear.CallHelper) -> None:
        arguments = [self.text(each) for each in statement.arguments]
        if statement.out and statement.target is not None:
            arguments.append(f"&{statement.target.name}")
        if statement.raises:
            self.fallible(
                f"{statement.name}({', '.join([*arguments, 'error'])})", statement.edge, statement.span, False
            )
            return
        call = f"{statement.name}({', '.join(arguments)});"
        if statement.target is not None and not statement.out:
            call = f"{statement.target.name} = {call}"
        self.writer.line(call, statement.span)

    def new(self, statement: linear.New) -> None:
        target, span = statement.target, statement.span
        name = self.types.monomorphiser.cls(statement.kind).name
        size = f"sizeof(*{target.name})"
        atomic = "true" if statement.atomic else "false"
        if statement.extra is None or isinstance(statement.extra, linear.Const) and not statement.extra.value:
            made = f"kmi_new(&{name}_class, {size}, {atomic})"
        else:
            made = f"kmi_new_tail(&{name}_class, {size}, {self.text(statement.extra)}, {atomic})"
        self.writer.line(f"{target.name} = {made};", span)
        self.writer.line(f"if (unlikely(!{target.name})) {{", span)
        self.raise_memory(statement.edge, span)

    def raise_memory(self, edge: str | None, span: Span) -> None:
        self.writer.depth += 1
        self.writer.line(f"kmi_raise_memory(error, {self.site(span)});", span)
        self.writer.line(self.goto(edge), span, True)
        self.writer.depth -= 1
        self.writer.line("}", span, True)

    def overflowing(self, statement: linear.Overflowing) -> None:
        span, target = statement.span, f"&{statement.target.name}"
        left, right = statement.left, statement.right
        wide = statement.place.bits == 128
        helpers = {"//": "kmi_floordiv_i128", "<<": "kmi_shl_i128", "*": "kmi_mul_i128"}
        builtins = {
            "+": "__builtin_add_overflow",
            "-": "__builtin_sub_overflow",
            "*": "__builtin_mul_overflow",
        }
        name = (
            helpers[statement.operator]
            if wide and statement.operator in helpers
            else builtins[statement.operator]
        )
        self.writer.line(f"if (unlikely({name}({self.text(left)}, {self.text(right)}, {target}))) {{", span)
        self.writer.depth += 1
        if wide:
            self.writer.line(f"kmi_raise_exact(error, {self.site(span)});", span)
        else:
            both = f"{self.text(left)}, {self.text(right)}"
            if statement.place.name == "int" and all(same(each.type, I64) for each in (left, right)):
                said = f"kmi_raise_{_RESULTS[statement.operator]}(error, {self.site(span)}, {both})"
            else:
                value = f"(i128){self.text(left, 13)} {statement.operator} {self.text(right, 13)}"
                place = f'"{statement.place.name}"'
                said = f"kmi_raise_overflow(error, {self.site(span)}, {value}, {place})"
            self.writer.line(f"{said};", span)
        self.writer.line(self.goto(statement.edge), span, True)
        self.writer.depth -= 1
        self.writer.line("}", span, True)

    def raise_(self, statement: linear.Raise) -> None:
        span = statement.span
        if statement.helper is not None:
            site = "KMI_NO_SITE" if statement.siteless else self.site(span)
            arguments = ", ".join(["error", site, *map(self.text, statement.arguments)])
            self.writer.line(f"{statement.helper}({arguments});", span)
        else:
            self.messages.raise_(self, "error", self.site(span), statement)
        self.writer.line(self.goto(statement.edge), span, True)

    # --- control flow -------------------------------------------------------------------------------------

    def if_(self, statement: linear.If) -> None:
        span = statement.span
        then, otherwise = statement.then, statement.otherwise
        condition = statement.condition
        if not then and not otherwise:
            return
        if not then:
            then, otherwise = otherwise, []
            condition = linear.Negation("!", condition, BOOL)
        test = self.text(condition)
        self.writer.line(f"if (unlikely({test})) {{" if statement.unlikely else f"if ({test}) {{", span)
        self.indented(then)
        while len(otherwise) == 1 and isinstance(otherwise[0], linear.If) and otherwise[0].then:
            inner = otherwise[0]
            self.writer.line(f"}} else if ({self.text(inner.condition)}) {{", inner.span, True)
            self.indented(inner.then)
            otherwise = inner.otherwise
        if otherwise:
            self.writer.line("} else {", span, True)
            self.indented(otherwise)
        self.writer.line("}", span, True)

    def loop(self, loop: linear.Loop) -> None:
        endless = isinstance(loop.condition, linear.BoolConst) and loop.condition.value
        if not loop.before:
            self.writer.line(f"while ({'1' if endless else self.text(loop.condition)}) {{", loop.span)
        else:
            self.writer.line("while (1) {", loop.span)
            self.indented(loop.before)
            if not endless:
                negated = linear.Negation("!", loop.condition, BOOL)
                self.writer.line(f"\tif ({self.text(negated)})", loop.span)
                self.writer.line("\t\tbreak;", loop.span, True)
        self.rounds(loop, loop.body, loop.after)

    def count(self, loop: linear.Count) -> None:
        name = loop.counter.name
        sign, step = (">", "--") if loop.down else ("<", "++")
        start, stop = self.text(loop.start), self.text(loop.stop)
        self.writer.line(f"for ({name} = {start}; {name} {sign} {stop}; {name}{step}) {{", loop.span)
        self.rounds(loop, loop.body, [])

    def rounds(self, loop: Loop, body: list[Statement], after: list[Statement]) -> None:
        """The body and the end of a loop whose head is printed."""
        if loop.otherwise:
            self.breaks[id(loop)] = self.fresh("after")
        if after:
            self.continues[id(loop)] = self.fresh("next")
        self.loops.append(loop)
        self.writer.depth += 1
        self.block(body)
        if after:
            self.place(self.continues[id(loop)], loop.span)
            self.block(after)
        self.writer.depth -= 1
        self.loops.pop()
        self.writer.line("}", loop.span, True)
        if loop.otherwise:
            self.block(loop.otherwise)
            self.place(self.breaks[id(loop)], loop.span)

    def fresh(self, name: str) -> str:
        self.number += 1
        return f"{name}_{self.number}"

    def place(self, label: str, span: Span) -> None:
        """A label, if something goes there."""
        if label in self.used:
            self.writer.label(label, span)
            self.writer.line(";", span, True)

    def leave_loop(self, loop: Loop, word: str, span: Span) -> None:
        labels = self.breaks if word == "break" else self.continues
        if id(loop) in labels:
            self.used.add(labels[id(loop)])
            self.writer.line(f"goto {labels[id(loop)]};", span)
        elif self.loops and self.loops[-1] is loop:
            self.writer.line(f"{word};", span)
        else:
            raise InternalError(f"a {word} out of a loop that is not the innermost", span)

    def return_(self, statement: linear.Return) -> None:
        assert self.instance is not None
        span, value = statement.span, statement.value
        if value is None and not is_void(self.instance.result):
            # The front end has seen that this end is never reached; C has not.
            value = linear.Raw(self.nothing(self.instance.result), self.instance.result)
        drops = [each for each in statement.drops]
        fallible = bool(self.instance.raises)
        if fallible:
            if value is not None:
                self.writer.line(f"*result = {self.text(value)};", span)
            for variable in drops:
                self.counts.release(self.writer, variable, span, variable.nullable)
            self.writer.line("return 0;", span, value is not None or bool(drops))
            return
        text = None if value is None else self.text(value)
        if (
            drops
            and value is not None
            and not isinstance(value, linear.Const | linear.BoolConst | linear.Null)
        ):
            if not (isinstance(value, linear.Var) and value.variable not in drops):
                self.writer.line(f"result = {text};", span)
                text = "result"
        for variable in drops:
            self.counts.release(self.writer, variable, span, variable.nullable)
        self.writer.line("return;" if text is None else f"return {text};", span)

    def nothing(self, kind: Type) -> str:
        """Some value of a type, for C."""
        name = self.types.name(kind)
        return "NULL" if name.endswith("*") else f"({name}){{}}" if name.startswith("struct") else "0"


_RESULTS = {"+": "sum", "-": "difference", "*": "product"}
