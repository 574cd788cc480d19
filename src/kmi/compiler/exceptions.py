"""The built-in exceptions that compiled code raises by itself, found by name.

They are the classes of ``kmi.runtime.exceptions`` where the program has them. A program made by hand in a
test need not: then the same names in the same tree are made here.
"""

from __future__ import annotations

import builtins

from kmi.language.source import Span
from kmi.language.tree import Class, Program
from kmi.language.types import ClassType

MODULE = "kmi.runtime.exceptions"


class Exceptions:
    """The exception classes of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.made: dict[str, Class] = {}

    def find(self, name: str) -> Class:
        """``ValueError`` and its like."""
        module = self.program.modules.get(MODULE)
        if module is not None and name in module.classes:
            return module.classes[name]
        if name not in self.made:
            python = getattr(builtins, name)
            above = python.__base__.__name__
            base = None if name == "Exception" else ClassType(self.find(above))
            span = Span(self.program.main.source, 1, 0, 1, 0)
            self.made[name] = Class(name, MODULE, span, base=base, exception=True)
        return self.made[name]
