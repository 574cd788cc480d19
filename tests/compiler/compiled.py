"""Compiles small programs for the tests of the compiler: source in, C out."""

from __future__ import annotations

import re
from pathlib import Path

import kmi
from kmi.compiler import CSource, Root, Target, compile
from kmi.language import Library, analyse_text
from kmi.language.tree import Program

HOST = Path(kmi.__file__).parent / "kernels" / "host"


def program(source: str) -> Program:
    """The typed tree of a module without `@module`."""
    analysis = analyse_text(source, Path("t.py"), Library(kernel=HOST, entry=False))
    assert analysis.program is not None, [str(each) for each in analysis.diagnostics]
    return analysis.program


def compiled(source: str, *roots: str, directives: bool = False, dump: list[str] | None = None) -> CSource:
    """The C of the functions of those names, and of what they reach."""
    made = program(source)
    target = Target(
        [Root(made.main.functions[name]) for name in roots],
        file="t.c",
        directives=directives,
        verify=True,
        dump=None if dump is None else lambda name, text: dump.append(text),
    )
    return compile(made, target)


def function(source: CSource, name: str) -> str:
    """The definition of one C function, without its last newline."""
    found = re.search(
        rf"^static [^\n;]*\b{name}\([^\n;]*\)\n{{\n.*?^}}$", source.text, re.MULTILINE | re.DOTALL
    )
    assert found is not None, source.text
    return found.group()
