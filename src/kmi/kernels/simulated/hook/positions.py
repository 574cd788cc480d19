"""Where in a module something happened: file, line and function, found on the stack.

Frames of a module are known by the mark that the import hook leaves in its globals, so the simulator's own
frames and the test's never appear in a message.
"""

import os
import sys
from collections.abc import Sequence
from types import CodeType, FrameType, TracebackType
from typing import Final, NamedTuple

__all__ = ["MARK", "Position", "calls", "frames", "here", "of_frame", "of_traceback", "reached"]

MARK: Final = "__kmi_hook__"
"""The name, in a module's globals, under which the import hook leaves its mark."""


class Position(NamedTuple):
    """A place in a module's source. One is made at each lock that is taken; its words, when asked for."""

    code: CodeType
    line: int

    @property
    def file(self) -> str:
        return self.code.co_filename

    @property
    def function(self) -> str:
        """The function as its author would say it: without comprehensions and the like inside it."""
        parts = [part for part in self.code.co_qualname.split(".") if not part.startswith("<")]
        return ".".join(parts) or "the module"

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line} in {self.function}"


def of_frame(frame: FrameType | None) -> Position | None:
    """The innermost module frame, looking outwards from `frame`."""
    while frame is not None:
        if MARK in frame.f_globals:
            return Position(frame.f_code, frame.f_lineno)
        frame = frame.f_back
    return None


def here() -> Position | None:
    """Where the running module is."""
    return of_frame(sys._getframe(1))


INLINE: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
"""Code that has a frame of its own in CPython 3.11 and stands within its function for everyone else."""


def calls(frame: FrameType | None = None) -> list[Position]:
    """Where the running module is, then the calls that led there, the nearest first; or so from a frame."""
    found: list[Position] = []
    within = False
    at: FrameType | None = frame or sys._getframe(1)
    while at is not None:
        code = at.f_code
        if MARK in at.f_globals and not code.co_filename.startswith("<"):
            if not within:
                found.append(Position(code, at.f_lineno))
            within = code.co_name in INLINE
        at = at.f_back
    return found


def reached(positions: Sequence[Position]) -> tuple[str, ...]:
    """The lines of a report that say how a place was reached: all but the first of `calls`."""
    return tuple(f"called from {position}" for position in positions[1:])


def frames(trace: TracebackType | None, outwards: int = 0) -> list[Position]:
    """Where in a module an exception was raised, then the calls that led there, the nearest first.

    ``outwards`` leaves out that many frames at the innermost end. A frame that raised again what it had
    caught stands there once, and functions that nobody wrote, as those of dataclasses, not at all.
    """
    found: list[Position] = []
    last: FrameType | None = None
    while trace is not None:
        frame = trace.tb_frame
        if MARK in frame.f_globals and not frame.f_code.co_filename.startswith("<"):
            if found and (frame is last or frame.f_code.co_name in INLINE):
                found.pop()
            found.append(Position(frame.f_code, trace.tb_lineno))
            last = frame
        trace = trace.tb_next
    found.reverse()
    return found[min(outwards, len(found) - 1) :] if found else []


def of_traceback(trace: TracebackType | None, outwards: int = 0) -> Position | None:
    """Where in a module an exception was raised: its innermost module frame, or one so many further out."""
    return next(iter(frames(trace, outwards)), None)
