"""A kernel module of several files: a directory with an ``__init__.py``, whose files import each other.

    ring_package/
        __init__.py        from .ring import Ring      holds the class under @module
        ring.py

The package is one module: one check, one C file, one ``.ko``, named as the directory. Its files are the ones
that ``__init__.py`` reaches by relative imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from kmi.language import codes
from kmi.language.report.diagnostics import Reporter
from kmi.language.source import Source, Span

INIT = "__init__.py"


def entry_file(path: Path) -> Path:
    """The file that a module begins with: of a directory its ``__init__.py``."""
    return path / INIT if path.is_dir() else path


def module_name(path: Path) -> str:
    """The name of the module that begins with a file: the file's, or that of the package around it."""
    return path.resolve().parent.name if path.name == INIT else path.stem


def root(path: Path) -> Path | None:
    """The directory of the package that begins with a file; None if it is a module of one file."""
    return path.parent if path.name == INIT else None


def file_of(directory: Path, package: str, module: str) -> Path | None:
    """The file of a module of a package, by its dotted name."""
    if module == package:
        return directory / INIT
    parts = module.removeprefix(package + ".").split(".")
    path = directory.joinpath(*parts)
    for found in (path.with_suffix(".py"), path / INIT):
        if found.is_file():
            return found
    return None


def read(path: Path, module: str, reporter: Reporter) -> Source:
    """A file of the author's; what is not UTF-8 in it is reported."""
    data = path.read_bytes()
    try:
        return Source(path, data.decode("utf-8"), module)
    except UnicodeDecodeError as error:
        source = Source(path, data.decode("utf-8", errors="replace"), module)
        line = data[: error.start].count(b"\n") + 1
        reporter.error(
            codes.SYNTAX_ERROR, Span(source, line, 0, 1, 0), "the file is not UTF-8", help="save it as UTF-8"
        )
        return source


def absolute(module: str, is_package: bool, node: ast.ImportFrom) -> str | None:
    """The dotted name of what ``from .x import y`` in a module imports from; None beyond the package."""
    parts = module.split(".") if is_package else module.split(".")[:-1]
    up = node.level - 1
    if up >= len(parts):
        return None
    base = ".".join(parts[: len(parts) - up])
    return f"{base}.{node.module}" if node.module else base


def relative_imports(statements: list[ast.stmt], *, typing: bool = True) -> Iterator[ast.ImportFrom]:
    """The relative imports at the top of a file; with ``typing`` also those for type checkers only."""
    for statement in statements:
        match statement:
            case ast.ImportFrom(level=level) if level:
                yield statement
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body) if typing:
                yield from relative_imports(body)
            case _:
                pass
