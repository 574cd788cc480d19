"""The library's files, read into syntax once in a process: every module that is checked imports the same.

    read = library_file(path, "kmi.runtime.list", strict=True, reporter)
    read.syntax             # of the file as it is now

Invariants: whoever is given syntax here only looks at it, for the next analysis is given the same (a test
compares it before and after); a file that has changed is parsed anew; one with mistakes is not kept, so that
each analysis reports them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from kmi.language.declarations import names
from kmi.language.parse import check, parse
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Source

__all__ = ["Read", "library_file"]


@dataclass(frozen=True, slots=True)
class Read:
    """A file of the library."""

    source: Source
    syntax: ast.Module
    stored: frozenset[str]
    """The attributes that it assigns, as `names.stored_attributes` says; looked for where it is strict."""


_READ: dict[tuple[Path, str, bool], Read] = {}


def library_file(path: Path, module: str, strict: bool, reporter: Reporter) -> Read | None:
    """The file's syntax; None where it is not Python. Strict: what kernel Python has not is reported."""
    text = path.read_text(encoding="utf-8")
    known = _READ.get((path, module, strict))
    if known is not None and known.source.text == text:
        return known
    source = Source(path, text, module)
    own = Reporter()
    syntax = parse(source, own, whitelist=False)
    if syntax is not None and strict:
        check(source, syntax, own, bodies=False)  # a function's turn comes when somebody calls it
    for diagnostic in own.diagnostics if strict else ():
        reporter.report(diagnostic)
    if syntax is None:
        return None
    read = Read(source, syntax, frozenset(names.stored_attributes(syntax)) if strict else frozenset())
    if not own.diagnostics:
        _READ[path, module, strict] = read
    return read
