"""The import hook: a module's file, loaded with the checks that its code needs to run as a kernel runs it.

    loaded = load(Path("echo.py"))
    loaded.namespace["EchoModule"]

It rewrites the syntax tree, as pytest does for asserts, and keeps every line number, so that pdb and
tracebacks show the author's file. A loaded module carries a mark in its globals; code without it is refused
by the kernel.

A kernel borrows a module instead of loading it: one that the front end has seen has no state but in its
object and its parameters, so a module that was unloaded without a trace is lent out again, with the
parameters' defaults, and not executed anew. That makes thousands of schedules a second possible.

Invariants: no state survives a load: each executes the file anew, and what is borrowed is as if it had been;
rewritten code has the positions of what it replaces; annotations, class bases and type arguments stay as they
are.
"""

import ast
import functools
import linecache
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from kmi.kernels.simulated.hook.checks import Checks
from kmi.kernels.simulated.hook.files import Files
from kmi.kernels.simulated.hook.places import places_of
from kmi.kernels.simulated.hook.positions import MARK
from kmi.kernels.simulated.hook.rewrite import rewritten
from kmi.kernels.simulated.parameter import Parameter
from kmi.kernels.simulated.reports import UnsafeCode
from kmi.language import Library, analyse, packages
from kmi.language.report.diagnostics import Diagnostic
from kmi.language.report.render import plain
from kmi.language.tree.walk import authored

__all__ = ["CheckFailed", "LoadedCode", "Unmarked", "borrow", "checks_of", "give_back", "load"]


class Unmarked(ImportError):
    """Code that the import hook did not load, and that would run without its checks."""


class CheckFailed(Exception):
    """The front end found mistakes in a module's file; `diagnostics` say which."""

    def __init__(self, path: Path, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(f"{path.name} is no kernel module yet:\n{plain(diagnostics)}")


@dataclass(eq=False)
class LoadedCode:
    """A module's file, executed."""

    path: Path
    module: ModuleType
    checks: Checks
    files: list[ModuleType] = field(default_factory=list)
    """The modules of all its files, its own first."""
    key: tuple[Path, bytes] | None = None
    """What it is lent out under; None if it is not."""
    defaults: list[tuple[Parameter[Any], dict[str, object]]] = field(default_factory=list)
    """Its parameters, as they are before anybody sets them."""

    @property
    def namespace(self) -> dict[str, object]:
        return vars(self.module)


def load(path: Path, check: bool = True, entry: bool = True) -> LoadedCode:
    """Load a module's file. Raises CheckFailed for mistakes that the front end finds, OSError without a file,
    UnsafeCode where it takes the memory of a real kernel.

    Without `check` the front end is not asked, and integers are checked as far as annotations tell: for code
    that is wrong on purpose, to see it caught at run time. SyntaxError and the like then come from CPython.
    Without `entry` it needs no class under `@module`: a plain program, as the differential harness runs.
    """
    path = packages.entry_file(path)
    data = _contents(path)
    compiled = _compiled(path, data, check, entry)
    for part in compiled.values():
        linecache.checkcache(part.co_filename)  # messages show the file as it is now
    name = packages.module_name(path)
    checks = Checks(str(path))
    module = ModuleType(name)
    module.__file__ = str(path)
    if packages.root(path) is not None:
        module.__package__, module.__path__ = name, [str(path.parent)]
    setattr(module, MARK, checks)
    with Files(module, compiled, checks) as files:
        exec(compiled[name], vars(module))
    checks.module_level = {
        id(value): name
        for loaded in (module, *files.loaded)
        for name, value in vars(loaded).items()
        if type(value) in (bytearray, dict, list, set) and not name.startswith("__")
    }
    return LoadedCode(path, module, checks, [module, *files.loaded])


def checks_of(kind: type) -> Checks:
    """The checks of the module that a class comes from; Unmarked if the hook did not load it."""
    found = getattr(kind, "_kmi_checks", None)
    if not isinstance(found, Checks):
        raise Unmarked(
            f"{kind.__module__}.{kind.__name__} was not loaded by kmi's import hook, so it would run without "
            "its checks; load its file: kernel.load('….py')"
        )
    return found


def _refuse_unsafe(path: Path, parsed: ast.Module) -> None:
    for node in ast.walk(parsed):
        if isinstance(node, ast.ImportFrom) and node.module == "kmi.unsafe":
            raise UnsafeCode(
                f"{path.name} imports kmi.unsafe in line {node.lineno}, and the simulated kernel has no "
                "memory that it could work on; run it on a real one: --on linux:6.12"
            )


def _contents(path: Path) -> bytes:
    """The text of a module's file, or of all files of its package."""
    directory = packages.root(path)
    if directory is None:
        return path.read_bytes()
    files = sorted(directory.rglob("*.py"))
    return b"\0".join(part for file in files for part in (str(file).encode(), file.read_bytes()))


@functools.lru_cache(maxsize=32)
def _compiled(path: Path, data: bytes, check: bool, entry: bool) -> dict[str, CodeType]:
    """The rewritten code of a file with these contents, or of all files of its package, by their modules;
    tests load the same few files again and again.
    """
    name, directory = packages.module_name(path), packages.root(path)
    files = {name: path}
    places = None
    if check:
        analysis = analyse(path, Library(entry=entry, running="simulated"))
        if analysis.program is None:
            raise CheckFailed(path, analysis.diagnostics)
        places = places_of(analysis.program)
        files = {module.name: module.source.path for module in authored(analysis.program)}
    elif directory is not None:
        for file in directory.rglob("*.py"):
            parts = [name, *file.relative_to(directory).with_suffix("").parts]
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    found = {}
    for module, file in files.items():
        parsed = ast.parse(file.read_bytes(), str(file))
        _refuse_unsafe(file, parsed)
        tree = rewritten(parsed, places[module] if places is not None else None)
        found[module] = compile(tree, str(file), "exec", dont_inherit=True)
    return found


_IDLE: dict[tuple[Path, bytes], list[LoadedCode]] = {}
"""What was borrowed and came back, by the file and its contents."""
MOST_IDLE = 64


def borrow(path: Path, check: bool = True) -> LoadedCode:
    """A module's file for one load into a kernel: loaded, or as another kernel left it behind.

    Raises as `load` does.
    """
    if check and (idle := _IDLE.get(_key(path))):
        code = idle.pop()
        for parameter, values in code.defaults:
            vars(parameter).clear()
            vars(parameter).update(_copied(values))
        return code
    key = _key(path)
    code = load(path, check)
    if check:
        code.key = key
        code.defaults = [
            (parameter, _copied(vars(parameter)))
            for kind in code.namespace.values()
            if isinstance(kind, type)
            for parameter in vars(kind).values()
            if isinstance(parameter, Parameter)
        ]
    return code


_READ: dict[Path, tuple[int, int, int, bytes]] = {}
"""Files that were read: inode, size, time of the last change in nanoseconds, contents."""
SETTLED = 2_000_000_000
"""A file that was changed longer ago, in nanoseconds, shows another change by another time."""


def _key(path: Path) -> tuple[Path, bytes]:
    """The file that a module begins with, and what stands in all its files; read again if it was changed."""
    status = os.stat(path)
    known = _READ.get(path)
    if known is not None and known[:3] == (status.st_ino, status.st_size, status.st_mtime_ns):
        return path, known[3]
    path = packages.entry_file(path)
    data = _contents(path)
    if packages.root(path) is None and time.time_ns() - status.st_mtime_ns > SETTLED:
        if len(_READ) > MOST_IDLE:
            _READ.clear()
        _READ[path] = status.st_ino, status.st_size, status.st_mtime_ns, data
    return path, data


def give_back(code: LoadedCode) -> None:
    """A borrowed module was unloaded, and nothing is left of it."""
    if code.key is not None:
        if len(_IDLE) > MOST_IDLE:
            _IDLE.clear()
        _IDLE.setdefault(code.key, []).append(code)


def _copied(values: Mapping[str, object]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, list) else value for name, value in values.items()}
