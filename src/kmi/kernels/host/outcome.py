"""How a run of a program ended: what it logged, what it raised, what it left alive.

The same for CPython and for compiled code, so that two of them can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Outcome", "Raised"]


@dataclass(frozen=True)
class Raised:
    """An exception that nobody caught: class, errno of an OSError (0: none), message, and where it was
    raised."""

    kind: str
    errno: int
    message: str
    line: int
    function: str
    calls: tuple[str, ...] = ()
    """The calls that led there, nearest first, as `LINE in FUNCTION`; as many as the log shows."""

    def __str__(self) -> str:
        number = f" errno {self.errno}" if self.errno else ""
        text = f": {self.message}" if self.message else ""
        calls = "".join(f", called from {each}" for each in self.calls)
        return f"{self.kind}{number}{text} (line {self.line} in {self.function}{calls})"


@dataclass
class Outcome:
    """The log's lines in order, the exception, and how many objects and pieces of memory were still alive."""

    log: list[str] = field(default_factory=list)
    raised: Raised | None = None
    objects: int = 0
    memory: int = 0
    finished: bool = False
    """False where the run broke off in this main: a signal, a sanitizer's report."""

    def describe(self) -> str:
        """Some lines for a person."""
        lines = [f"    {line}" for line in self.log]
        lines.append(f"raised {self.raised}" if self.raised else "returned" if self.finished else "broke off")
        if self.objects or self.memory:
            lines.append(f"left alive: {self.objects} objects, {self.memory} pieces of memory")
        return "\n".join(lines)
