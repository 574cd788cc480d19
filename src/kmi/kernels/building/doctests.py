"""The doctests that are compiled into a module: what its build needs to know of them.

    build(path, flavor, doctests=Doctests("crc_device", {"crc_device": statements}, (Compiled("Crc32", …),)))

Each docstring is a C-callable function among the added statements; here is the C around them, which
`kmi_doctests.h` and the layer's `doctests.h` explain.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmi.compiler.driver import Root, Target
from kmi.kernels.building.literals import text
from kmi.language.tree import Program


@dataclass(frozen=True)
class Compiled:
    """One docstring's test."""

    name: str
    """What it documents."""
    module: str
    """The dotted name of the module that the function is in."""
    function: str
    """The name of the function, in Python and in C."""


@dataclass(frozen=True)
class Doctests:
    """All of a module."""

    suite: str
    added: Mapping[str, Sequence[ast.stmt]]
    """Statements for the end of the module's files, by the files' dotted names."""
    cases: Sequence[Compiled]

    def into(self, target: Target, program: Program, kernel: str, epilogue: str = "") -> None:
        """Have them compiled, too: for the layer that C calls `kernel`, KMI_LINUX, with more C of its own."""
        roots = [
            Root(program.modules[case.module].functions[case.function], None, case.function)
            for case in self.cases
        ]
        assert isinstance(target.epilogue, str)
        target.roots = [*target.roots, *roots]
        hook = f"#define {kernel}_BEFORE {kernel}_DOCTESTS({text(self.suite)}, kmi_doctest_cases)\n"
        target.prologue = hook + target.prologue + self._prologue()
        target.epilogue += epilogue

    def _prologue(self) -> str:
        declared = "".join(f"static int {case.function}(void);\n" for case in self.cases)
        rows = "".join(f"\t{{ {text(case.name)}, {case.function} }},\n" for case in self.cases)
        return (
            f'#include "doctests.h"\n{declared}'
            f"static const struct kmi_doctest kmi_doctest_cases[] = {{\n{rows}}};\n"
        )
