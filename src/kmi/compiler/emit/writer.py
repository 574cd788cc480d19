"""The lines of a C file, and which line of which file a debugger shows for each.

    writer.line("x = y;", span)       #line 12 "echo.py"  before it, if the debugger would not know
    writer.line("return 1;")          #line 345 "echo.c"  before it: generated code is shown as itself

Invariant: numbers of the C file are counted on the final text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kmi.language.source import Span

IDLE = frozenset(["", "{", "}", "};", "} else {", ";"])
"""Lines for which no instruction stands."""

Where = tuple[str, int]


@dataclass(slots=True)
class Writer:
    """A C file in the making. ``own`` is its name in its own ``#line`` directives."""

    own: str
    directives: bool = True
    lines: list[str] = field(default_factory=list)
    depth: int = 0
    current: Where | None = None
    """What the compiler takes the next line for, where that is a line of Python."""

    def line(self, text: str, span: Span | None = None, loose: bool = False) -> None:
        """A line of code of a statement at ``span``, or of none. ``loose``: it may be taken for any, if it
        does nothing.
        """
        if self.directives and not (loose and text.strip() in IDLE):
            if span is not None:
                where = (str(span.source.path), span.line)
                if self.current != where:
                    self.lines.append(f'#line {span.line} "{where[0]}"')
                    self.current = where
            elif self.current is not None:
                self.lines.append(f'#line {len(self.lines) + 2} "{self.own}"')
                self.current = None
        for each in text.split("\n"):
            self.lines.append("\t" * self.depth + each if each else "")
            if self.current is not None:
                self.current = (self.current[0], self.current[1] + 1)

    def label(self, name: str, span: Span | None = None) -> None:
        depth, self.depth = self.depth, 0
        self.line(f"{name}:", span, loose=span is None and self.current is None)
        self.depth = depth

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")
            if self.current is not None:
                self.current = (self.current[0], self.current[1] + 1)

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"
