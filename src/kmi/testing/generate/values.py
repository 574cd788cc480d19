"""Fills in the forms of `templates`: expressions of any type, and statements without blocks."""

from __future__ import annotations

import re
from typing import Final

from kmi.testing.generate.expressions import Expressions
from kmi.testing.generate.parts import PARTS
from kmi.testing.generate.programs import BITS, Function, Scope
from kmi.testing.generate.templates import EXPRESSIONS, STATEMENTS

__all__ = ["Values"]

HOLE: Final = re.compile(r"<(=|local:)?([A-Za-z][^<>|$]*?(?: \| None)?)(\|[^<> ][^<>]*)?>")
NEW_NAME: Final = re.compile(r"\$[a-z]")
LITERALS: Final = {
    "str": ('"kernel"', '"a"', '"x y"', '"-12"', '"Füße"', '"e"', '""'),
    "bytes": ('b"kmi"', 'b"a,b"', 'b"\\x00\\xff"', 'b"A"', 'b""'),
    "bytearray": ('bytearray(b"kmi")', "bytearray(3)"),
    "list[int]": ("[3, 1, 2]", "[0, -1, 255, 7]", "[5]"),
    "list[str]": ('["a", "kernel", ""]', '["b"]'),
    "list[bytes]": ('[b"a", b""]',),
    "list[tuple[int, str]]": ('[(1, "a"), (0, "b")]',),
    "set[int]": ("{1, 2, 5}",),
    "deque[int]": ("deque([1, 2, 3])",),
    "dict[int, int]": ("{1: 2, 3: 4}",),
    "dict[str, int]": ('{"a": 1, "kernel": 6}',),
    "dict[bytes, int]": ('{b"a": 1}',),
    "tuple[int, bytes]": ('(1, b"ab")',),
    "tuple[int, str]": ('(2, "x")',),
    "bool": ("True", "False"),
}
"""What stands where the scope has no such value."""


class Values(Expressions):
    """Writes what the tables say."""

    def declare(self, depth: int, scope: Scope, kind: str) -> None:
        """A new local of this type."""
        raise NotImplementedError

    def special(self, kind: str, scope: Scope, depth: int) -> str | None:
        forms = EXPRESSIONS.get("int" if kind in BITS else kind)
        if forms is None or depth <= 0:
            return None
        made = self.filled(self.pick(forms), scope)[0]
        return f"({made})" if kind in BITS or kind == "bool" else made

    def filled(self, form: str, scope: Scope, declared: dict[str, str] | None = None) -> tuple[str, Scope]:
        """The form with its holes filled; and the scope of what it declares."""
        names = {name: self.fresh("x") for name in sorted(set(NEW_NAME.findall(form)))}
        last = ""

        def fill(match: re.Match[str]) -> str:
            nonlocal last
            how, kind, known = match.groups()
            if kind == "last":
                return last
            if known:
                inside = scope.inner()
                for part in known[1:].split(";"):
                    name, _, held = part.partition(":")
                    inside.locals[names.get(name, name)] = held
                    inside.fixed.add(names.get(name, name))
                return self.boolean(inside, 1) if kind == "bool" else self.integer(inside, 1)
            if how == "=":
                made = self.expression(kind, scope, 1)
                return f"({made})" if form[match.end() :][:1] in ("[", ".") else made
            if how == "local:":
                paths = [path for path in self.names(kind, scope) if path not in scope.fixed]
                if not paths:
                    raise LookupError(kind)
                last = self.pick(paths)
                return last
            return self.some(kind, scope)

        text = HOLE.sub(fill, form)
        text = NEW_NAME.sub(lambda match: names[match[0]], text)
        after = scope.inner()
        for name, held in (declared or {}).items():
            after.locals[names[name]] = held
        return text, after

    def some(self, kind: str, scope: Scope) -> str:
        """A value of the type that is there already, or a short literal."""
        match kind:
            case "int":
                return self.variable(scope)
            case "small":
                return self.pick((str(self.below(6)), f"({self.variable(scope)} & 3)", self.variable(scope)))
            case "index":
                return self.index(scope)
            case "bounds":
                return self.bounds(scope)
            case "steps":
                return f"{self.bounds(scope)}:{self.pick(('2', '-1', '-2', '3', '1'))}"
            case _:
                found = self.names(kind, scope)
                if found and self.chance(85):
                    return self.pick(found)
                if kind in LITERALS:
                    return self.pick(LITERALS[kind])
                return self.pick(found) if found else self.typed(kind)

    def typed(self, kind: str) -> str:
        """A value of a type that a bare literal does not have."""
        match kind:
            case "list[u8]":
                return f"narrow({self.below(4)})"
            case "memoryview":
                return 'memoryview(b"view")'
            case "int | None":
                return f"none_int({self.below(3)})"
            case "str | None":
                return f"none_str({self.below(3)})"
            case "Callable[[int], int]":
                return self.pick(("doubled", "halved"))
            case _:
                raise LookupError(kind)

    def part(self) -> None:
        """A part: definitions, and a function of two integers that anything after it may call."""
        suffix = f"{len(self.functions)}_{self.name}"
        text = self.pick(list(PARTS.values()))
        inside = Scope({}, set())
        self.work = 200
        filled = re.sub(r"<constant(\+\d+)?>", lambda match: str(self.below(6) + int(match[1] or 0)), text)
        filled = re.sub(r"(?<=\w)@", suffix, self.filled(filled, inside)[0])
        self.lines += [*filled.splitlines(), "", ""]
        self.functions.append(Function(f"part{suffix}", ["int", "int"], "int", self.work))

    def form(self, depth: int, scope: Scope) -> None:
        """A statement of the tables; names that it declares are in the scope afterwards."""
        for _ in range(8):
            form, declared = self.pick(STATEMENTS)
            try:
                text, after = self.filled(form, scope, declared)
            except LookupError as error:  # nothing of that type can be assigned to here
                if self.chance(70):
                    continue
                self.declare(depth, scope, str(error.args[0]))
                text, after = self.filled(form, scope, declared)
            for line in text.split("\n"):
                self.emit(depth, line)
            scope.locals.update(after.locals)
            return
        self.emit(depth, f"info(f'{{{self.variable(scope)}}}')")
