"""Statements, functions, classes of generated programs.

Locals are declared where they get their first value and are seen in that block and those inside it, so that
none is ever unbound. A loop over something that may grow has a guard.
"""

from __future__ import annotations

import builtins

from kmi.testing.generate.programs import (
    BITS,
    BUILT_IN_ERRORS,
    INTS,
    MOST_WORK,
    Class,
    Function,
    Scope,
)
from kmi.testing.generate.values import Values

__all__ = ["Statements"]

SHOWN = ("bool", "str", "bytes", "bytearray", "list[int]", "list[u8]", "list[str]", "list[bytes]",
         "dict[int, int]", "dict[bytes, int]", "dict[str, int]", "deque[int]", "tuple[int, bytes]",
         "tuple[int, str]",
         "list[tuple[int, str]]", "int | None", "str | None")  # fmt: skip
CAUGHT = ("(ValueError, KeyError)", "RuntimeError", "(RuntimeError, AssertionError)")


class Statements(Values):
    """Writes whole programs."""

    def program(self) -> None:
        if self.chance(30):
            name = f"Error{len(self.errors)}_{self.name}"
            self.emit(0, f"class {name}({self.pick(('ValueError', 'Exception', 'LookupError'))}): ...")
            self.lines += ["", ""]
            self.errors.append(name)
        for _ in range(self.pick((1, 1, 1, 1, 2, 3))):
            match self.below(6):
                case 0 | 1 | 2:
                    self.part()
                case 3:
                    self.define_class()
                case _:
                    self.define_function()
        self.define_main()

    # Definitions.

    def define_class(self) -> None:
        name = f"C{len(self.classes)}_{self.name}"
        fields = {self.fresh("f"): self.value_type() for _ in range(1 + self.below(3))}
        made = Class(name, fields, list(fields.values()))
        if self.chance(50):
            self.emit(0, "@dataclass")
            self.emit(0, f"class {name}:")
            for field, kind in fields.items():
                self.emit(1, f"{field}: {kind}")
        else:
            self.emit(0, f"class {name}:")
            given = {field: f"a{position}" for position, field in enumerate(fields)}
            parameters = ", ".join(f"{given[field]}: {kind}" for field, kind in fields.items())
            self.emit(1, f"def __init__(self, {parameters}) -> None:")
            for field, kind in fields.items():
                self.emit(2, f"self.{field}: {kind} = {given[field]}")
        held = [other for other in self.classes if any(other.name in kind for kind in fields.values())]
        made.loud = any(other.loud for other in held)
        if self.chance(40):
            made.loud = True
            shown = [f"{{self.{field}}}" for field, kind in fields.items() if kind in BITS]
            self.lines.append("")
            self.emit(1, "def __del__(self) -> None:")
            self.emit(2, f'info(f"gone {" ".join([name, *shown])}")' if shown else f'info("gone {name}")')
        self.classes.append(made)
        for _ in range(self.below(2)):
            self.lines.append("")
            made.methods.append(self.define_callable(1, self.fresh("m"), name))
        self.lines += ["", ""]
        if made.methods and self.chance(50):
            self.define_subclass(made)

    def define_subclass(self, base: Class) -> None:
        name = f"D{len(base.derived)}_{base.name}"
        self.emit(0, f"class {name}({base.name}):")
        overridden = self.pick(base.methods)
        made = self.define_callable(1, overridden.name, base.name, overridden)
        overridden.work = max(overridden.work, made.work)
        self.lines += ["", ""]
        base.derived.append(Class(name, base.fields, base.parameters, base.methods))

    def define_function(self) -> None:
        self.functions.append(self.define_callable(0, f"f{len(self.functions)}_{self.name}", None))
        self.lines += ["", ""]

    def define_callable(
        self, depth: int, name: str, owner: str | None, like: Function | None = None
    ) -> Function:
        """A function or a method; an override has the signature of what it overrides."""
        kinds = like.parameters if like else [self.quiet_type() for _ in range(self.below(4))]
        result = (
            like.result
            if like
            else self.pick(("int", "int", *self.pick_some(INTS, 2), "None", "bool", "bytes"))
        )
        made = Function(name, kinds, result)
        names = [self.fresh("p") for _ in kinds]
        scope = Scope(dict(zip(names, kinds, strict=True)), result=result)
        listed = [f"{n}: {k}" for n, k in scope.locals.items()]
        if owner is not None:
            scope.locals["self"] = owner
            scope.fixed.add("self")
            listed.insert(0, "self")
        self.emit(depth, f"def {name}({', '.join(listed)}) -> {result}:")
        self.work = 1
        self.block(depth + 1, scope, 1 + self.below(3), nesting=0)
        self.observe(depth + 1, scope)
        if result != "None":
            self.emit(depth + 1, f"return {self.expression(result, scope)}")
        made.work = self.work
        return made

    def define_main(self) -> None:
        self.emit(0, f"def main_{self.name}() -> None:")
        scope = Scope({})
        self.work = 1
        for kind in self.pick_some(("int", "bytearray", "list[int]", "str"), 2):
            self.declare(1, scope, kind)
        for _ in range(self.pick((1, 1, 1, 2))):
            if self.chance(60):
                self.emit(1, "try:")
                inside = scope.inner()
                self.try_out(2, inside)
                self.block(2, inside, 1, nesting=1)
                self.observe(2, inside)
                self.observe_errors(1)
            else:
                self.try_out(1, scope)
                self.block(1, scope, 1 + self.below(2), nesting=1)
            self.observe(1, scope)

    def try_out(self, depth: int, scope: Scope) -> None:
        """Call each function and make an object of each class."""
        for declared in self.classes:
            if self.chance(70):
                self.declare(depth, scope, declared.name)
        for function in self.functions:
            called = self.call_of(function.name, function, scope)
            if function.result in (*BITS, "bool"):
                given = self.fresh("r")
                self.emit(depth, f"{given} = {called}")
                self.emit(depth, f'info(f"{function.name} {{{given}}}")')
            else:
                self.emit(depth, called)

    def observe_errors(self, depth: int) -> None:
        """Every exception is told apart and logged."""
        arithmetic = self.pick(("ArithmeticError", "(OverflowError, ZeroDivisionError)"))
        for error in (*self.errors, "OSError", arithmetic, self.pick(CAUGHT)):
            self.emit(depth, f"except {error} as error:")
            told = "" if "ValueError" in error else " {error}"  # whose messages CPython words in several ways
            self.emit(depth + 1, f'info(f"{error}{told}")')
        self.emit(depth, "except LookupError:")
        self.emit(depth + 1, 'info("not found")')
        self.emit(depth, "except Exception:")
        self.emit(depth + 1, 'info("another")')

    # Blocks and statements.

    def block(self, depth: int, scope: Scope, count: int, nesting: int) -> None:
        """Statements; at least one, and none after one that never ends normally."""
        for _ in range(count):
            self.work += scope.multiplier
            if not self.statement(depth, scope, nesting):
                return

    def statement(self, depth: int, scope: Scope, nesting: int) -> bool:
        """One statement; False if nothing may follow it in its block."""
        deep = nesting >= 2 or self.work > MOST_WORK
        match self.below(15 if deep else 23):
            case 0 | 1:
                self.declare(depth, scope, self.value_type())
            case 2 | 3:
                self.assign(depth, scope)
            case 4 | 5:
                self.mutate(depth, scope)
            case 6:
                self.observe(depth, scope)
            case 7:
                called = self.call(self.pick(("int", "None", "bool")), scope)
                self.emit(depth, called or "pass")
            case 8:
                self.assign_field(depth, scope)
            case 9:
                self.augment(depth, scope)
            case 10:
                return self.leave(depth, scope)
            case 11:
                self.delete(depth, scope)
            case 12 | 13 | 14:
                self.form(depth, scope)
            case 15 | 16:
                self.branch(depth, scope, nesting)
            case 17:
                self.for_range(depth, scope, nesting)
            case 18:
                self.for_each(depth, scope, nesting)
            case 19:
                self.while_loop(depth, scope, nesting)
            case 20:
                self.narrow(depth, scope, nesting)
            case _:
                self.attempt(depth, scope, nesting)
        return True

    def declare(self, depth: int, scope: Scope, kind: str) -> None:
        name = self.fresh("v")
        value = self.expression(kind, scope)
        if kind in BITS and value.lstrip("-").isdigit():
            value = self.literal_of(kind)
        plain = kind in ("bytes", "bytearray") and self.chance(50)
        self.emit(depth, f"{name} = {value}" if plain else f"{name}: {kind} = {value}")
        scope.locals[name] = kind

    def assign(self, depth: int, scope: Scope) -> None:
        names = [name for name in scope.locals if name not in scope.fixed]
        if not names:
            return self.declare(depth, scope, "int")
        name = self.pick(names)
        kind = scope.locals[name]
        value = self.expression(kind, scope)
        if kind in BITS and value.lstrip("-").isdigit():
            value = self.literal_of(kind)
        self.emit(depth, f"{name} = {value}")

    def augment(self, depth: int, scope: Scope) -> None:
        names = [path for kind in BITS for path in self.names(kind, scope) if path not in scope.fixed]
        if not names:
            return self.declare(depth, scope, "int")
        operator = self.pick(("+", "-", "*", "&", "|", "^", ">>", "//", "%"))
        value = self.small(scope) if operator == ">>" else self.variable(scope) if operator in "//%" else None
        if operator == ">>":
            value = str(self.below(9))
        self.emit(depth, f"{self.pick(names)} {operator}= {value or self.integer(scope, 1)}")

    def assign_field(self, depth: int, scope: Scope) -> None:
        owners = [(n, c) for n, kind in scope.locals.items() for c in self.classes if c.name == kind]
        if not owners:
            return self.assign(depth, scope)
        name, declared = self.pick(owners)
        field = self.pick(list(declared.fields))
        kind = declared.fields[field]
        value = self.literal_of(kind) if kind in BITS and self.chance(30) else self.expression(kind, scope, 1)
        if kind in BITS and value.lstrip("-").isdigit():
            value = self.literal_of(kind)
        self.emit(depth, f"{name}.{field} = {value}")

    def mutate(self, depth: int, scope: Scope) -> None:
        """Change a container."""
        kinds = ["bytearray", "list[int]", "dict[int, int]", "dict[bytes, int]"]
        kind = self.pick([*kinds, *(f"list[{declared.name}]" for declared in self.classes)])
        found = self.names(kind, scope)
        if not found:
            return self.declare(depth, scope, kind)
        path = self.pick(found)
        index = self.index(scope)
        if kind.startswith("dict["):
            key = self.key(kind, scope)
            lines = [f"{path}[{key}] = {self.integer(scope, 1)}"] * 3
            lines += [f"del {path}[{key}]", f"{path}[{key}] += 1", f"{path}.pop({key})", f"{path}.clear()"]
        elif kind.startswith("list["):
            value = self.expression(kind[len("list[") : -1], scope, 1)
            lines = [f"{path}.append({value})"] * 3
            lines += [f"{path}[{index}] = {value}", f"{path}.insert({index}, {value})", f"{path}.pop()",
                      f"{path}.pop({index})", f"del {path}[{index}]", f"del {path}[{self.bounds(scope)}]",
                      f"{path}[{self.bounds(scope)}] = {self.expression(kind, scope, 1)}",
                      f"{path}.reverse()",
                      f"{path}.clear()"]  # fmt: skip
            if kind == "list[int]":
                lines.append(f"{path}.remove({value})")
            more = self.expression(kind, scope, 1)
            lines += [f"if len({path}) < 50:\n{'    ' * (depth + 1)}{path}.extend({more})"]
        else:
            value = self.pick(
                (str(self.pick((0, 1, 255))), f"({self.variable(scope)} & 255)", self.small(scope))
            )
            lines = [f"{path}.append({value})"] * 3
            lines += [f"{path}[{index}] = {value}", f"{path}.insert({index}, {value})", f"{path}.pop()",
                      f"del {path}[{index}]", f"del {path}[{self.bounds(scope)}]",
                      f"{path}[{self.bounds(scope)}] = {self.bytes(scope, 1)}",
                      f"{path}.clear()"]  # fmt: skip
            more = self.pick((self.bytes(scope, 1), self.bytearray(scope, 1)))
            lines += [f"if len({path}) < 50:\n{'    ' * (depth + 1)}{path}.extend({more})"]
            lines += [f"if len({path}) < 50:\n{'    ' * (depth + 1)}{path} += {self.bytes(scope, 1)}"]
        self.emit(depth, self.pick(lines))

    def observe(self, depth: int, scope: Scope) -> None:
        """Log what can be seen: values, and the lengths of what holds objects."""
        shown = [path for kind in (*BITS, *SHOWN) for path in self.names(kind, scope)]
        for declared in self.classes:
            shown += [f"len({path})" for path in self.names(f"list[{declared.name}]", scope)]
        shown += [f"sorted({path})" for path in self.names("set[int]", scope)]
        shown += [f"{path}.tobytes()" for path in self.names("memoryview", scope)]
        shown += [f"{path}(7)" for path in self.names("Callable[[int], int]", scope)]
        shown += ["7"] * (not shown)
        chosen = [self.pick(shown) for _ in range(min(3, len(shown)))]
        self.emit(depth, f'info(f"{self.fresh("log")} {" ".join("{" + path + "}" for path in chosen)}")')
        sequences = [p for kind in ("bytes", "bytearray", "list[int]") for p in self.names(kind, scope)]
        if sequences and self.chance(40):
            item, sequence = self.fresh("each"), self.pick(sequences)
            self.emit(depth, f"for {item} in {sequence}:")
            self.emit(depth + 1, f'info(f"{{{item}}}")')

    def leave(self, depth: int, scope: Scope) -> bool:
        """Leave the block early, mostly on a condition."""
        ways = ["raise", "raise", "return"]
        if scope.loops:
            ways += ["break", "continue"]
        if scope.handling:
            ways.append("again")
        way = self.pick(ways)
        if surely := self.chance(15):
            inside = depth
        else:
            self.emit(depth, f"if {self.boolean(scope, 1)}:")
            inside = depth + 1
        match way:
            case "raise":
                self.raise_one(inside)
            case "again":
                self.emit(inside, "raise")
            case "return":
                value = "" if scope.result == "None" else f" {self.expression(scope.result, scope)}"
                self.emit(inside, f"return{value}")
            case _:
                self.emit(inside, way)
        return not surely

    def raise_one(self, depth: int) -> None:
        choices = ['ValueError("odd")', "ValueError", 'RuntimeError("so")', 'OSError(EBUSY, "busy")',
        "BlockingIOError",
                   'OSError(EAGAIN, "later")', 'OSError(ENOENT, "none")', "PermissionError", 'KeyError("k")',
                   *(f'{error}("own")' for error in self.errors), *self.errors]  # fmt: skip
        self.emit(depth, f"raise {self.pick(choices)}")

    def delete(self, depth: int, scope: Scope) -> None:
        names = [n for n, kind in scope.locals.items() if kind not in BITS and n not in scope.fixed]
        if not names or depth > 1 or scope.loops:
            return self.assign(depth, scope)
        name = self.pick(names)
        self.emit(depth, f"del {name}")
        del scope.locals[name]

    def branch(self, depth: int, scope: Scope, nesting: int) -> None:
        self.emit(depth, f"if {self.boolean(scope, 2)}:")
        self.block(depth + 1, scope.inner(), 1 + self.below(2), nesting + 1)
        if self.chance(30):
            self.emit(depth, f"elif {self.boolean(scope, 1)}:")
            self.block(depth + 1, scope.inner(), 1 + self.below(2), nesting + 1)
        if self.chance(50):
            self.emit(depth, "else:")
            self.block(depth + 1, scope.inner(), 1 + self.below(2), nesting + 1)

    def loop_body(
        self, depth: int, scope: Scope, nesting: int, rounds: int, target: str, kind: str = "int"
    ) -> None:
        """The body, which sees the target, and sometimes an `else`, which does not."""
        inside = scope.inner(loops=scope.loops + 1, multiplier=scope.multiplier * rounds)
        inside.locals[target] = kind
        inside.fixed.add(target)
        self.block(depth + 1, inside, 1 + self.below(2), nesting + 1)
        if self.chance(20):
            self.emit(depth, "else:")
            self.block(depth + 1, scope.inner(), 1, nesting + 1)

    def for_range(self, depth: int, scope: Scope, nesting: int) -> None:
        name = self.fresh("n")
        rounds = 1 + self.below(5)
        start = self.pick((0, 0, 1, -2, 250))
        bounds = self.pick((str(rounds), f"{start}, {start + rounds}", f"{start + rounds}, {start}, -1",
                            f"{start}, {start + 2 * rounds}, 2",
                            f"({self.variable(scope)} & 3)"))  # fmt: skip
        self.emit(depth, f"for {name} in range({bounds}):")
        self.loop_body(depth, scope, nesting, rounds, name)

    def for_each(self, depth: int, scope: Scope, nesting: int) -> None:
        items = dict.fromkeys(("bytes", "bytearray", "list[int]", "dict[int, int]"), "int") | {"str": "str"}
        items |= {f"list[{declared.name}]": declared.name for declared in self.classes}
        found = [(path, item) for kind, item in items.items() for path in self.names(kind, scope)]
        if not found:
            return self.for_range(depth, scope, nesting)
        path, item = self.pick(found)
        name, guard = self.fresh("n"), self.fresh("g")
        self.emit(depth, f"{guard} = 0")
        self.emit(depth, f"for {name} in {path}:")
        self.emit(depth + 1, f"{guard} += 1")
        self.emit(depth + 1, f"if {guard} > 6:")
        self.emit(depth + 2, "break")
        self.loop_body(depth, scope, nesting, 6, name, item)

    def while_loop(self, depth: int, scope: Scope, nesting: int) -> None:
        name = self.fresh("w")
        rounds = 1 + self.below(5)
        self.emit(depth, f"{name} = {rounds}")
        condition = f"{name} > 0" if self.chance(60) else f"{name} > 0 and {self.boolean(scope, 1)}"
        self.emit(depth, f"while {condition}:")
        self.emit(depth + 1, f"{name} -= 1")
        self.loop_body(depth, scope, nesting, rounds, name)

    def narrow(self, depth: int, scope: Scope, nesting: int) -> None:
        """A test for None, and the object used where it is one."""
        found = [(n, kind) for n, kind in scope.locals.items() if kind.endswith(" | None")]
        if not found:
            return self.branch(depth, scope, nesting)
        name, kind = self.pick(found)
        self.emit(depth, f"if {name} is not None:")
        inside = scope.inner()
        inside.locals[name] = kind.removesuffix(" | None")
        inside.fixed.add(name)
        self.block(depth + 1, inside, 1 + self.below(2), nesting + 1)

    def derives(self, error: str, base: str) -> bool:
        """Whether an exception class is another or derives from it; the program's own stand first."""
        kind, other = getattr(builtins, error, None), getattr(builtins, base, None)
        return error == base or (kind is not None and other is not None and issubclass(kind, other))

    def attempt(self, depth: int, scope: Scope, nesting: int) -> None:
        self.emit(depth, "try:")
        self.block(depth + 1, scope.inner(), 1 + self.below(2), nesting + 1)
        handled: list[str] = []
        for error in [*self.errors, *self.pick_some(BUILT_IN_ERRORS, 2)][: self.below(3)]:
            if not any(self.derives(error, earlier) for earlier in handled):  # it would never be reached
                handled.append(error)
        for error in handled:
            self.emit(depth, f"except {error}:")
            self.block(depth + 1, scope.inner(handling=True), 1 + self.below(2), nesting + 1)
        if handled and self.chance(30):
            self.emit(depth, "else:")
            self.block(depth + 1, scope.inner(), 1, nesting + 1)
        if not handled or self.chance(40):
            self.emit(depth, "finally:")
            self.block(depth + 1, scope.inner(), 1 + self.below(2), nesting + 1)
