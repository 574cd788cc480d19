"""C types as annotations of kernel Python.

    unsigned int  ->  u32            struct file *  ->  Pointer[file]          const char *  ->
    ConstPointer[u8]

Invariants: an annotation names only widths, `bool`, pointers, callables and records that `Annotator.records`
collected on the way; a type that has no annotation raises `Inexpressible` with the reason, never a guess.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping

from clang.cindex import Cursor, TypeKind  # type: ignore[import-untyped]
from clang.cindex import Type as ClangType

from kmi.bindgen.headers import RECORDS

__all__ = ["Annotator", "Inexpressible"]


class Inexpressible(Exception):
    """A C type that kernel Python has no word for; the message is the reason, as `a bitfield`."""


SIGNED = {TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.SHORT, TypeKind.INT, TypeKind.LONGLONG}
UNSIGNED = {TypeKind.CHAR_U, TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT, TypeKind.ULONGLONG}
CHARACTERS = {TypeKind.CHAR_S, TypeKind.CHAR_U}
# `long` is as wide as `long long`, but another type: a callback with the wrong one of them does not compile.
LONGS = {TypeKind.LONG: "isize", TypeKind.ULONG: "usize"}


class Annotator:
    """Writes annotations, and remembers which records they mention."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self.records: dict[str, Cursor] = {}
        """By Python name, those met so far."""
        self.tags: dict[str, str] = {}
        """How C spells each of them."""

    def write(self, kind: ClangType) -> str:
        """The annotation of a value of that type. Raises Inexpressible."""
        canonical = kind.get_canonical()
        match canonical.kind:
            case TypeKind.VOID:
                return "None"
            case TypeKind.BOOL:
                return "bool"
            case TypeKind.ENUM:
                return self.write(canonical.get_declaration().enum_type)
            case TypeKind.POINTER:
                return self._pointer(kind)
            case TypeKind.RECORD:
                return self.record(canonical.get_declaration(), canonical)
            case TypeKind.INCOMPLETEARRAY | TypeKind.CONSTANTARRAY | TypeKind.VARIABLEARRAY:
                raise Inexpressible("an array")
            case TypeKind.FUNCTIONPROTO | TypeKind.FUNCTIONNOPROTO:
                raise Inexpressible("a function by value")
            case other if other in LONGS:
                return LONGS[other]
            case other if other in SIGNED:
                return f"i{canonical.get_size() * 8}"
            case other if other in UNSIGNED:
                return f"u{canonical.get_size() * 8}"
            case _:
                raise Inexpressible(f"of type {canonical.spelling}")

    def record(self, declaration: Cursor, kind: ClangType) -> str:
        """The Python name of a struct or union, which is remembered."""
        if declaration.kind not in RECORDS:
            raise Inexpressible(f"of type {kind.spelling}")
        declaration = declaration.get_definition() or declaration
        spelling = kind.spelling.removeprefix("const ").removeprefix("volatile ")
        if "(" in spelling:
            raise Inexpressible("of a type without a name")
        name: str = spelling.split()[-1]
        name = f"{name}_" if keyword.iskeyword(name) else name  # `struct class`
        self.records.setdefault(name, declaration)
        self.tags.setdefault(name, spelling)
        return name

    def function(self, kind: ClangType) -> tuple[list[str], str]:
        """The annotations of a function's parameters and its result."""
        if kind.kind == TypeKind.FUNCTIONNOPROTO:
            return [], self.write(kind.get_result())
        if kind.is_function_variadic():
            raise Inexpressible("variadic")
        return [self.parameter(one) for one in kind.argument_types()], self.write(kind.get_result())

    def parameter(self, kind: ClangType) -> str:
        """The annotation of a parameter of that type: C passes an array as a pointer."""
        canonical = kind.get_canonical()
        if canonical.kind in (TypeKind.INCOMPLETEARRAY, TypeKind.CONSTANTARRAY):
            return self._to(canonical.element_type)
        return self.write(kind)

    def _pointer(self, kind: ClangType) -> str:
        # `const struct file *` may hide in a typedef: the canonical pointee has every qualifier.
        target = kind.get_canonical().get_pointee()
        if target.kind in (TypeKind.FUNCTIONPROTO, TypeKind.FUNCTIONNOPROTO):
            parameters, result = self.function(target)
            return f"Callable[[{', '.join(parameters)}], {result}]"
        return self._to(target)

    def _to(self, target: ClangType) -> str:
        word = "ConstPointer" if target.is_const_qualified() else "Pointer"
        if target.get_canonical().kind in CHARACTERS:
            return f"{word}[u8]"  # C's text is bytes
        declared: str = target.get_canonical().get_declaration().spelling
        if declared in self._aliases:
            return self._aliases[declared]
        try:
            return f"{word}[{self.write(target)}]"
        except Inexpressible:
            return f"{word}[None]"
