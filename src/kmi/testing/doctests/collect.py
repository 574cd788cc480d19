"""The doctests of a module's files, each docstring one case.

    for case in collect(Path("examples/crc_device.py")):
        case.name        # "Crc32.update"; of the file's own docstring "crc_device"
        case.examples    # as CPython's doctest reads them

Only syntax is read: nothing is imported. Names are stable; lines are those of the file.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kmi.language import packages

Definition = ast.Module | ast.ClassDef | ast.FunctionDef


@dataclass(frozen=True)
class Case:
    """The examples of one docstring."""

    name: str
    """What it documents: `Crc32.update`."""
    module: str
    """The dotted name of the module that the file is."""
    path: Path
    docstring: str
    line: int
    """The line of the file where the docstring begins."""
    column: int
    """The column of the docstring's first character."""
    exact: bool
    """Whether lines of the docstring are lines of the file: not where it has escaped line ends."""
    examples: tuple[doctest.Example, ...]

    def line_of(self, example: doctest.Example) -> int:
        """The line of the file where an example stands."""
        return self.line + (example.lineno if self.exact else 0)

    def column_of(self, example: doctest.Example) -> int:
        """The column of an example's source, behind its prompt."""
        first = self.column if example.lineno == 0 else 0
        return first + example.indent + len(">>> ")


class BadDocstring(Exception):
    """A docstring that doctest cannot read; says where and why."""


class Untranslatable(Exception):
    """An example that cannot run in a kernel as it runs under CPython's doctest; says where and why."""


def is_module(path: Path) -> bool:
    """Whether the file holds a kernel module, as far as syntax tells: a class under `@module`."""
    try:
        text = path.read_text(encoding="utf-8")
        if "@module" not in text or "kmi" not in text:
            return False
        syntax = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return False
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "module"
        for statement in syntax.body
        if isinstance(statement, ast.ClassDef)
        for decorator in statement.decorator_list
    )


def collect(path: Path) -> list[Case]:
    """The cases of a module: of all its files, if it is a package. Raises SyntaxError, BadDocstring."""
    path = packages.entry_file(path)
    name = packages.module_name(path)
    found: list[Case] = []
    for module, file in _files(name, path).items():
        short = module if module == name else module.removeprefix(f"{name}.")
        syntax = ast.parse(file.read_bytes(), str(file))
        found += _cases(syntax, module, file, short, "" if module == name else f"{short}.")
    return found


def _files(name: str, path: Path) -> dict[str, Path]:
    """The files that a module begins with and reaches by relative imports."""
    files = {name: path}
    directory = packages.root(path)
    waiting = [name] if directory is not None else []
    while waiting and directory is not None:
        module = waiting.pop(0)
        inner = files[module].name == packages.INIT
        for statement in packages.relative_imports(ast.parse(files[module].read_bytes()).body):
            base = packages.absolute(module, inner, statement)
            for one in [base, *(f"{base}.{alias.name}" for alias in statement.names)] if base else []:
                file = packages.file_of(directory, name, one)
                if one not in files and file is not None and file.is_file():
                    files[one] = file
                    waiting.append(one)
    return files


def _cases(node: Definition, module: str, path: Path, name: str, prefix: str) -> Iterator[Case]:
    if (case := _case(node, module, path, name)) is not None:
        yield case
    for statement in node.body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            inner = f"{prefix}{statement.name}"
            yield from _cases(statement, module, path, inner, f"{inner}.")


def _case(node: Definition, module: str, path: Path, name: str) -> Case | None:
    match node.body[:1]:
        case [ast.Expr(value=ast.Constant(value=str(text)) as literal)] if ">>>" in text:
            pass
        case _:
            return None
    try:
        examples = doctest.DocTestParser().get_examples(text, name)
    except ValueError as error:
        raise BadDocstring(f"{path.name}:{literal.lineno}: the docstring of {name}: {error}") from None
    lines = (literal.end_lineno or literal.lineno) - literal.lineno
    kept = tuple(example for example in examples if not example.options.get(doctest.SKIP))
    if not kept:
        return None
    exact = text.count("\n") == lines
    return Case(name, module, path, text, literal.lineno, literal.col_offset + 3, exact, kept)


def unique(cases: Sequence[Case]) -> list[Case]:
    """The cases, of which the last counts where a name is defined twice, as in Python."""
    return list({case.name: case for case in cases}.values())


def suite(path: Path) -> str:
    """The name of all of a module's doctests: none of them may have it, Linux's reader of KTAP would take its
    result for the end of all.
    """
    return f"{packages.module_name(packages.entry_file(path))}_doctests"


def contents(path: Path) -> bytes:
    """The text of all of a module's files: what its doctests and their build depend on."""
    path = packages.entry_file(path)
    return b"\0".join(file.read_bytes() for file in _files(packages.module_name(path), path).values())
