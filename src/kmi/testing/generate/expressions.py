"""Expressions of generated programs: of any type, from what is in scope.

An integer expression has no constant subexpression that always fails: checking a program refuses those.
"""

from __future__ import annotations

from kmi.testing.generate.programs import BITS, MOST_WORK, TABLED, Function, Scope, Writer

__all__ = ["Expressions"]

ARITHMETIC = ("+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class Expressions(Writer):
    """Writes expressions."""

    def expression(self, kind: str, scope: Scope, depth: int = 2) -> str:
        """An expression whose value can be stored in a place of that type, if it fits."""
        if self.chance(40) and (made := self.special(kind, scope, depth)):
            return made
        if kind in BITS:
            return self.integer(scope, depth)
        if kind in TABLED:
            found = self.names(kind, scope)
            made = self.pick(found) if found and self.chance(50) else self.special(kind, scope, 1)
            return made or self.pick(found)
        if kind.endswith(" | None"):
            return self.optional(kind, scope, depth)
        match kind:
            case "bool":
                return self.boolean(scope, depth)
            case "bytes":
                return self.bytes(scope, depth)
            case "bytearray":
                return self.bytearray(scope, depth)
            case "list[int]":
                return self.list(scope, depth)
            case "dict[int, int]" | "dict[bytes, int]":
                return self.dict(kind, scope)
            case "str":
                return self.text(scope, depth)
            case _ if kind.startswith("list["):
                return self.objects(kind, scope, depth)
            case _:
                return self.object(kind, scope, depth)

    def special(self, kind: str, scope: Scope, depth: int) -> str | None:
        """An expression from the tables of forms, if they have this type."""
        raise NotImplementedError

    def names(self, kind: str, scope: Scope) -> list[str]:
        """Paths in scope of exactly this type: locals, and fields of locals."""
        found = []
        for name, held in scope.locals.items():
            if held == kind:
                found.append(name)
            for declared in self.classes:
                if held == declared.name:
                    found += [
                        f"{name}.{f}" for f, field_kind in declared.fields.items() if field_kind == kind
                    ]
        return found

    def literal(self, bits: int = 64, signed: bool = True) -> int:
        """An integer near a boundary, or small."""
        if self.chance(60):
            return self.pick((0, 1, 2, 3, 5, 7, 10, 100, -1 if signed else 4, -2 if signed else 8))
        width = self.pick([width for width in (7, 8, 15, 16, 31, 32, 63, 64) if width <= bits])
        value = (1 << min(width, bits - signed)) - self.pick((0, 1, 1, 2))
        value = min(value, (1 << bits - signed) - 1)
        return -value if signed and self.chance(40) else value

    def literal_of(self, kind: str) -> str:
        """A literal that fits the place."""
        return str(self.literal(BITS[kind], kind.startswith("i")))

    def variable(self, scope: Scope) -> str:
        """An integer that is no literal, if there is one."""
        found = [path for kind in BITS for path in self.names(kind, scope)]
        return self.pick(found) if found else f"len({self.sequence(scope)})"

    def sequence(self, scope: Scope) -> str:
        """Something with a length and integer items."""
        found = [path for kind in ("bytes", "bytearray", "list[int]") for path in self.names(kind, scope)]
        return self.pick(found) if found else 'b"kmi"'

    def integer(self, scope: Scope, depth: int) -> str:
        if depth <= 0:
            return str(self.literal()) if self.chance(30) else self.variable(scope)
        match self.below(20):
            case 16 | 17 | 18 | 19:
                return self.special("int", scope, depth) or self.variable(scope)
            case 0:
                return str(self.literal())
            case 1 | 2:
                return self.variable(scope)
            case 3 | 4 | 5 | 6 | 7:
                return self.arithmetic(scope, depth)
            case 8:
                return f"{self.pick(('-', '~'))}{self.variable(scope)}"
            case 9:
                return f"len({self.sequence(scope)})"
            case 10:
                return f"{self.sequence(scope)}[{self.index(scope)}]"
            case 11:
                then, condition = self.integer(scope, depth - 1), self.boolean(scope, 1)
                return f"({then} if {condition} else {self.integer(scope, 0)})"
            case 12:
                wide = self.arithmetic(scope, depth)
                mask = self.pick(("0xFF", "0xFFFF", "0xFFFFFFFF", "0x7FFFFFFFFFFFFFFF"))
                return self.pick((f"({wide} & {mask})", f"({wide} % 2**32)", f"wrapping(u16, {wide})",
                                  f"wrapping(i32, {wide})", f"wrapping(u64, {wide})"))  # fmt: skip
            case 13:
                pick = self.pick(("max", "min"))
                return f"{pick}({self.integer(scope, depth - 1)}, {self.variable(scope)})"
            case 14:
                return f"abs({self.variable(scope)})"
            case _:
                return self.call("int", scope) or self.lookup(scope) or self.variable(scope)

    def arithmetic(self, scope: Scope, depth: int) -> str:
        operator = self.pick(ARITHMETIC)
        left = self.integer(scope, depth - 1)
        if left.lstrip("-").isdigit():
            left = self.variable(scope)
        if operator in ("<<", ">>"):
            count = self.pick(
                (str(self.below(70)), f"({self.variable(scope)} & 31)", f"({self.variable(scope)} % 66)")
            )
            return f"({left} {operator} {count})"
        right = self.integer(scope, depth - 1)
        if operator in ("//", "%") and right == "0":
            right = "3"
        return f"({left} {operator} {right})"

    def lookup(self, scope: Scope) -> str | None:
        """What a dict has under a key."""
        found = self.names("dict[int, int]", scope)
        return f"{self.pick(found)}[{self.small(scope)}]" if found else None

    def index(self, scope: Scope) -> str:
        """An index, in range more often than not."""
        return self.pick(
            ("0", "-1", "1", str(self.below(5)), f"({self.variable(scope)} % 4)", self.small(scope))
        )

    def small(self, scope: Scope) -> str:
        return self.pick((str(self.below(4)), f"({self.variable(scope)} & 3)", self.variable(scope)))

    def boolean(self, scope: Scope, depth: int) -> str:
        found = self.names("bool", scope)
        match self.below(12 if depth > 0 else 3):
            case 10 | 11:
                return self.special("bool", scope, depth) or self.pick(found)
            case 0 if found:
                return self.pick(found)
            case 1 if depth <= 0 and self.chance(30):  # a condition that is a literal only hides what follows
                return self.pick(("True", "False"))
            case 3:
                return f"not {self.pick(found)}" if found else f"not {self.variable(scope)} == 0"
            case 4:
                operator = self.pick(("and", "or"))
                return f"({self.boolean(scope, depth - 1)} {operator} {self.boolean(scope, depth - 1)})"
            case 5:
                return f"({self.index(scope)} in {self.pick(self.names('list[int]', scope) or ['[1, 2]'])})"
            case 6:
                objects = [p for c in self.classes for p in self.names(f"{c.name} | None", scope)]
                if objects:
                    return f"({self.pick(objects)} {self.pick(('is', 'is not'))} None)"
            case 7:
                kind = self.pick(("bytes", "bytearray", "list[int]", "str", "dict[int, int]"))
                held = self.names(kind, scope)
                if held:
                    return f"({self.pick(held)} {self.pick(('==', '!='))} {self.pick(held)})"
            case 8:
                low, high = self.variable(scope), self.integer(scope, 0)
                return f"({self.integer(scope, 0)} <= {low} < {high})"
            case _:
                pass
        return f"({self.integer(scope, max(depth - 1, 0))} {self.pick(COMPARISONS)} {self.variable(scope)})"

    def bytes_literal(self) -> str:
        return repr(bytes(self.pick((0, 1, 65, 127, 128, 255)) for _ in range(self.below(5))))

    def bytes(self, scope: Scope, depth: int) -> str:
        found = self.names("bytes", scope)
        match self.below(6 if depth > 0 else 2):
            case 0 if found:
                return self.pick(found)
            case 2 if found:
                return f"{self.pick(found)}[{self.bounds(scope)}]"
            case 3:
                return f"({self.bytes(scope, depth - 1)} + {self.bytes(scope, 0)})"
            case 4:
                buffers = self.names("bytearray", scope)
                return f"bytes({self.pick(buffers)})" if buffers else f"bytes({self.below(4)})"
            case _:
                return self.bytes_literal()

    def bytearray(self, scope: Scope, depth: int) -> str:
        found = self.names("bytearray", scope)
        match self.below(6):
            case 0 | 1 if found:
                return self.pick(found)
            case 2 if found:
                return f"{self.pick(found)}[{self.bounds(scope)}]"
            case 3:
                return f"bytearray({self.below(5)})"
            case 4:
                return f"bytearray({self.bytes(scope, 0)})"
            case _:
                return "bytearray()"

    def bounds(self, scope: Scope) -> str:
        """What stands in a slice's brackets."""
        start, stop = self.pick(("", self.small(scope), "-2")), self.pick(("", self.small(scope), "-1"))
        return f"{start}:{stop}"

    def list(self, scope: Scope, depth: int) -> str:
        found = self.names("list[int]", scope)
        match self.below(5):
            case 0 | 1 if found:
                return self.pick(found)
            case 2 if found:
                return f"{self.pick(found)}[{self.bounds(scope)}]"
            case _:
                items = ", ".join(self.integer(scope, depth - 1) for _ in range(1 + self.below(4)))
                return f"[{items}]"

    def dict(self, kind: str, scope: Scope) -> str:
        found = self.names(kind, scope)
        if found and self.chance(50):
            return self.pick(found)
        pairs = [f"{self.key(kind, scope)}: {self.integer(scope, 1)}" for _ in range(1 + self.below(3))]
        return "{" + ", ".join(pairs) + "}"

    def key(self, kind: str, scope: Scope) -> str:
        """A key of a dict of this type; few different ones."""
        return self.small(scope) if kind == "dict[int, int]" else self.bytes(scope, 0)

    def text(self, scope: Scope, depth: int) -> str:
        found = self.names("str", scope)
        match self.below(8 if depth > 0 else 3):
            case 0 | 1 if found:
                return self.pick(found)
            case 3 if found:
                return f"{self.pick(found)}[{self.bounds(scope)}]"
            case 4 if found:
                return f"{self.pick(found)}[{self.index(scope)}]"
            case 5:
                return f"({self.text(scope, depth - 1)} + {self.text(scope, 0)})"
            case 6:
                spec = self.pick(("", "", ":5", ":x", ":04", ":+", ":<6", ":^7"))
                integers = [path for kind in BITS for path in self.names(kind, scope)]
                return f'f"{{{self.pick(integers)}{spec}}}-"' if integers else '"-"'
            case _:
                return self.pick(('""', '"a"', '"kernel"', '"Füße"', '"日本"', '"x y"'))

    def objects(self, kind: str, scope: Scope, depth: int) -> str:
        """A list of objects."""
        found = self.names(kind, scope)
        match self.below(5):
            case 0 | 1 if found:
                return self.pick(found)
            case 2 if found:
                return f"{self.pick(found)}[{self.bounds(scope)}]"
            case _:
                one = kind.removeprefix("list[").removesuffix("]")
                made = ", ".join(self.object(one, scope, depth - 1) for _ in range(1 + self.below(3)))
                return f"[{made}]"

    def object(self, kind: str, scope: Scope, depth: int) -> str:
        found = self.names(kind, scope)
        declared = next(c for c in self.classes if c.name == kind)
        lists = self.names(f"list[{kind}]", scope)
        if lists and self.chance(30):
            return f"{self.pick(lists)}[{self.index(scope)}]"
        if found and (depth <= 0 or self.chance(60)):
            return self.pick(found)
        made = self.pick([declared, *declared.derived])
        arguments = ", ".join(self.argument(parameter, scope) for parameter in made.parameters)
        return f"{made.name}({arguments})"

    def argument(self, kind: str, scope: Scope) -> str:
        if kind in BITS and self.chance(50):
            return self.literal_of(kind)
        return self.expression(kind, scope, 0)

    def optional(self, kind: str, scope: Scope, depth: int) -> str:
        found = self.names(kind, scope)
        if found and self.chance(40):
            return self.pick(found)
        return (
            "None"
            if depth <= 0 or self.chance(30)
            else self.object(kind.removesuffix(" | None"), scope, depth - 1)
        )

    def call(self, result: str, scope: Scope) -> str | None:
        """A call that gives such a value, if the work is not too much."""
        room = MOST_WORK - self.work
        able = [
            (f.name, f) for f in self.functions if f.result == result and f.work * scope.multiplier <= room
        ]
        for name, kind in scope.locals.items():
            for declared in self.classes:
                if declared.name == kind:
                    able += [(f"{name}.{m.name}", m) for m in declared.methods
                             if m.result == result and m.work * scope.multiplier <= room]  # fmt: skip
        if not able:
            return None
        return self.call_of(*self.pick(able), scope)

    def call_of(self, path: str, function: Function, scope: Scope) -> str:
        """A call of this function."""
        self.work += function.work * scope.multiplier
        arguments = ", ".join(self.argument(kind, scope) for kind in function.parameters)
        return f"{path}({arguments})"
