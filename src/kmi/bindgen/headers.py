"""Finding what a C header says about a name, with libclang.

    scope = read(Wanted(prologue='#include "helpers.h"', names=("miscdevice", "THIS_MODULE")), arguments)
    scope.find("THIS_MODULE")        # Expression(type of `&__this_module`)

The headers are parsed once, with the kernel's own flags, together with a probe for each name: a variable
that has the type of the name as an expression, and an enumerator with its value. So macros need no parser
of their own.

Invariants: a name is found as exactly one of struct, function, constant, expression or type, in that order,
or `NameNotFound` says why not; function bodies are not parsed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from clang.cindex import Cursor, CursorKind, Diagnostic, Index, TranslationUnit  # type: ignore[import-untyped]
from clang.cindex import Type as ClangType

__all__ = [
    "Constant",
    "Expression",
    "Found",
    "Function",
    "HeaderError",
    "NameNotFound",
    "Record",
    "Scope",
    "read",
]

RECORDS = (CursorKind.STRUCT_DECL, CursorKind.UNION_DECL)


class HeaderError(Exception):
    """The headers do not parse; the message is clang's, with file and line."""


class NameNotFound(LookupError):
    """The headers have no such name, or have it only as something that cannot be bound."""


@dataclass(frozen=True)
class Record:
    """A struct or union; `tag` is how C spells it: `struct file`, or `atomic_t` where it has no tag."""

    name: str
    tag: str
    cursor: Cursor


@dataclass(frozen=True)
class Function:
    """A function, static inline ones included."""

    name: str
    cursor: Cursor


@dataclass(frozen=True)
class Constant:
    """A macro or enumerator that is an integer constant."""

    name: str
    value: int


@dataclass(frozen=True)
class Expression:
    """A variable, or a macro that is an expression known only at run time."""

    name: str
    type: ClangType


Found: TypeAlias = Record | Function | Constant | Expression


class Scope:
    """The file-level names of the parsed headers."""

    def __init__(self, unit: TranslationUnit, failed: set[str]) -> None:
        self._unit = unit
        self._failed = failed
        self._tags: dict[str, Cursor] = {}
        self._functions: dict[str, Cursor] = {}
        self._types: dict[str, Cursor] = {}
        self._enumerators: dict[str, int] = {}
        self._expressions: dict[str, ClangType] = {}
        for cursor in unit.cursor.get_children():
            self._enter(cursor)

    def find(self, name: str) -> Found:
        """What the name is. Raises NameNotFound."""
        if name in self._tags:
            cursor = self._tags[name]
            word = "struct" if cursor.kind == CursorKind.STRUCT_DECL else "union"
            return Record(name, f"{word} {name}", cursor.get_definition() or cursor)
        if name in self._functions:
            return Function(name, self._functions[name])
        if name in self._types:
            under = self._types[name].underlying_typedef_type.get_canonical().get_declaration()
            if under.kind in RECORDS:
                return Record(name, name, under)
            raise NameNotFound(f"{name} is a plain type: write its width (u32, usize) instead")
        probe = f"kmi_value_{name}"
        if probe in self._enumerators and probe not in self._failed:
            return Constant(name, self._enumerators[probe])
        probe = f"kmi_probe_{name}"
        if probe in self._expressions and probe not in self._failed:
            return Expression(name, self._expressions[probe])
        raise NameNotFound(
            f"the headers have no {name}, or only as a macro with parameters: "
            "include its header in helpers.h, or give the macro a static inline function there"
        )

    def _enter(self, cursor: Cursor) -> None:
        name = cursor.spelling
        match cursor.kind:
            case CursorKind.STRUCT_DECL | CursorKind.UNION_DECL:
                if name and not cursor.is_anonymous() and (name not in self._tags or cursor.is_definition()):
                    self._tags[name] = cursor
            case CursorKind.FUNCTION_DECL:
                self._functions.setdefault(name, cursor)
            case CursorKind.TYPEDEF_DECL:
                self._types.setdefault(name, cursor)
            case CursorKind.ENUM_DECL:
                for item in cursor.get_children():
                    if item.kind != CursorKind.ENUM_CONSTANT_DECL:
                        continue  # an attribute of the enum
                    self._enumerators[item.spelling] = item.enum_value
            case CursorKind.VAR_DECL if name.startswith("kmi_probe_"):
                self._expressions[name] = cursor.type
            case _:
                pass  # other variables are reached through their probes; the rest declares nothing


def read(prologue: str, names: Sequence[str], arguments: Sequence[str], directory: Path) -> Scope:
    """Parse `prologue`, C text that includes the headers, as the compiler would in `directory`.

    Raises HeaderError when the headers themselves do not parse.
    """
    lines = [*prologue.splitlines()]
    first_probe = len(lines) + 1
    probes: dict[int, str] = {}
    for name in names:
        for probe, text in (
            (f"kmi_probe_{name}", f"static __typeof__({name}) kmi_probe_{name};"),
            (f"kmi_value_{name}", f"enum {{ kmi_value_{name} = ({name}) }};"),
        ):
            lines.append(text)
            probes[len(lines)] = probe
    main = str(directory / "kmi-bindgen.c")
    before = Path.cwd()
    os.chdir(directory)  # Kbuild's include paths are relative, and libclang resolves them by the process
    try:
        unit = Index.create().parse(
            main,
            args=[*arguments, "-w", "-ferror-limit=0"],
            unsaved_files=[(main, "\n".join(lines) + "\n")],
            options=TranslationUnit.PARSE_SKIP_FUNCTION_BODIES,
        )
    finally:
        os.chdir(before)
    failed: set[str] = set()
    for diagnostic in unit.diagnostics:
        if diagnostic.severity < Diagnostic.Error:
            continue
        place = diagnostic.location
        if place.file is None or place.file.name != main or place.line < first_probe:
            where = f"{place.file.name}:{place.line}: " if place.file else ""
            raise HeaderError(f"{where}{diagnostic.spelling}")
        failed.add(probes[place.line])
    return Scope(unit, failed)
