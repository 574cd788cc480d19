"""Where in a module something happened: file, line and function, found on the stack.

Frames of a module are known by the mark that the import hook leaves in its globals, so the simulator's own
frames and the test's never appear in a message.
"""

import os
import sys
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType
from typing import Final

__all__ = ["MARK", "Position", "frames", "here", "of_frame", "of_traceback", "position_of"]

MARK: Final = "__kmi_hook__"
"""The name, in a module's globals, under which the import hook leaves its mark."""


@dataclass(frozen=True)
class Position:
    """A place in a module's source."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line} in {self.function}"


def function_name(code: CodeType) -> str:
    """The function as its author would say it: without comprehensions and the like inside it."""
    parts = [part for part in code.co_qualname.split(".") if not part.startswith("<")]
    return ".".join(parts) or "the module"


def position_of(code: CodeType, line: int) -> Position:
    """A line of a function."""
    return Position(code.co_filename, line, function_name(code))


def _position(frame: FrameType, line: int) -> Position:
    return position_of(frame.f_code, line)


def of_frame(frame: FrameType | None) -> Position | None:
    """The innermost module frame, looking outwards from `frame`."""
    while frame is not None:
        if MARK in frame.f_globals:
            return _position(frame, frame.f_lineno)
        frame = frame.f_back
    return None


def here() -> Position | None:
    """Where the running module is."""
    return of_frame(sys._getframe(1))


INLINE: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
"""Code that has a frame of its own in CPython 3.11 and stands within its function for everyone else."""


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
            found.append(_position(frame, trace.tb_lineno))
            last = frame
        trace = trace.tb_next
    found.reverse()
    return found[min(outwards, len(found) - 1) :] if found else []


def of_traceback(trace: TracebackType | None, outwards: int = 0) -> Position | None:
    """Where in a module an exception was raised: its innermost module frame, or one so many further out."""
    return next(iter(frames(trace, outwards)), None)
