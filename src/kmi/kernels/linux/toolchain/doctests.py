"""The doctests that are compiled into a module: what its build needs to know of them.

    build(path, flavor, doctests=Doctests("crc_device", {"crc_device": statements}, (Compiled("Crc32", …),)))

Each docstring is a C-callable function among the added statements; here is the C around them, which
`doctests.h` explains.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kmi.compiler.driver import Root, Target
from kmi.kernels.building.literals import text
from kmi.language.tree import Program

#: The parameter that runs them: `1`, or the name of one.
PARAMETER = "kmi_doctests"


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

    def into(self, target: Target, program: Program) -> None:
        """Have them compiled, too."""
        roots = [
            Root(program.modules[case.module].functions[case.function], None, case.function)
            for case in self.cases
        ]
        assert isinstance(target.epilogue, str)
        target.roots = [*target.roots, *roots]
        hook = f"#define KMI_LINUX_BEFORE KMI_LINUX_DOCTESTS({text(self.suite)}, kmi_doctest_cases)\n"
        target.prologue = hook + target.prologue + self._prologue()
        target.epilogue += self._epilogue()

    def _prologue(self) -> str:
        declared = "".join(f"static int {case.function}(void);\n" for case in self.cases)
        rows = "".join(f"\t{{ {text(case.name)}, {case.function} }},\n" for case in self.cases)
        return (
            f'#include "doctests.h"\n{declared}'
            f"static const struct kmi_linux_doctest kmi_doctest_cases[] = {{\n{rows}}};\n"
        )

    def _epilogue(self) -> str:
        described = text("1: run the doctests when the module is loaded; NAME: the one of that name")
        return f"module_param({PARAMETER}, charp, 0400);\nMODULE_PARM_DESC({PARAMETER}, {described});\n"
