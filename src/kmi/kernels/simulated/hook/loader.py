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
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from kmi.kernels.simulated.hook.checks import Checks
from kmi.kernels.simulated.hook.places import places_of
from kmi.kernels.simulated.hook.positions import MARK
from kmi.kernels.simulated.hook.rewrite import rewritten
from kmi.kernels.simulated.parameter import Parameter
from kmi.kernels.simulated.reports import UnsafeCode
from kmi.language import Library, analyse
from kmi.language.report.diagnostics import Diagnostic
from kmi.language.report.render import plain

__all__ = ["CheckFailed", "LoadedCode", "Unmarked", "borrow", "checks_of", "give_back", "load"]


class Unmarked(ImportError):
    """Code that the import hook did not load, and that would run without its checks."""


class CheckFailed(Exception):
    """The front end found mistakes in a module's file; `diagnostics` say which."""

    def __init__(self, path: Path, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(f"{path.name} is no kernel module yet:\n{plain(diagnostics)}")


@dataclass
class LoadedCode:
    """A module's file, executed."""

    path: Path
    module: ModuleType
    checks: Checks
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
    data = path.read_bytes()
    linecache.checkcache(str(path))  # messages show the file as it is now
    code = _compiled(path, data, check, entry)
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    checks = Checks(str(path))
    setattr(module, MARK, checks)
    with _registered(module):
        exec(code, vars(module))
    checks.module_level = {
        id(value): name
        for name, value in vars(module).items()
        if type(value) in (bytearray, dict, list, set) and not name.startswith("__")
    }
    return LoadedCode(path, module, checks)


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


@functools.lru_cache(maxsize=32)
def _compiled(path: Path, data: bytes, check: bool, entry: bool) -> CodeType:
    """The rewritten code of a file with these contents; tests load the same few files again and again."""
    places = None
    if check:
        analysis = analyse(path, Library(entry=entry))
        if analysis.program is None:
            raise CheckFailed(path, analysis.diagnostics)
        places = places_of(analysis.program)
    parsed = ast.parse(data, str(path))
    _refuse_unsafe(path, parsed)
    tree = rewritten(parsed, places)
    return compile(tree, str(path), "exec", dont_inherit=True)


_IDLE: dict[tuple[Path, bytes], list[LoadedCode]] = {}
"""What was borrowed and came back, by the file and its contents."""
MOST_IDLE = 64


def borrow(path: Path, check: bool = True) -> LoadedCode:
    """A module's file for one load into a kernel: loaded, or as another kernel left it behind.

    Raises as `load` does.
    """
    if check and (idle := _IDLE.get((path, path.read_bytes()))):
        code = idle.pop()
        for parameter, values in code.defaults:
            vars(parameter).clear()
            vars(parameter).update(_copied(values))
        return code
    data = path.read_bytes()
    code = load(path, check)
    if check:
        code.key = path, data
        code.defaults = [
            (parameter, _copied(vars(parameter)))
            for kind in code.namespace.values()
            if isinstance(kind, type)
            for parameter in vars(kind).values()
            if isinstance(parameter, Parameter)
        ]
    return code


def give_back(code: LoadedCode) -> None:
    """A borrowed module was unloaded, and nothing is left of it."""
    if code.key is not None:
        if len(_IDLE) > MOST_IDLE:
            _IDLE.clear()
        _IDLE.setdefault(code.key, []).append(code)


def _copied(values: Mapping[str, object]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, list) else value for name, value in values.items()}


@contextmanager
def _registered(module: ModuleType) -> Iterator[None]:
    """The module under its name in `sys.modules` while it executes, as dataclasses need it."""
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = before
