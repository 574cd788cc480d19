"""Progress of long work: a line that moves on a terminal, plain lines elsewhere.

Example::

    with progress.step("building for linux:6.1") as note:
        build(..., progress=note)          # note("compiling semaphore.c")

Progress goes to standard error; standard output carries results only, so it can be piped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

Note = Callable[[str], None]


class Progress:
    """The place where a command says what it is doing."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, what: str) -> Iterator[Note]:
        """One step of the work; what it gives is called with the part of it that is under way.

        The step is closed with its seconds; one that raises is closed as failed, and the error goes on.
        """
        started = time.monotonic()
        try:
            if self.console.is_terminal:
                with self.console.status(f"{what} …") as status:
                    yield lambda part: status.update(f"{what}: {part} …")
            else:
                self.console.print(f"{what} ...", markup=False)
                yield lambda part: self.console.print(f"    {part}", markup=False)
        except BaseException:
            self._close("failed:", what, started, "red")
            raise
        self._close("done:", what, started, "green")

    def say(self, line: str) -> None:
        """A line between the steps."""
        self.console.print(line, markup=False)

    def _close(self, mark: str, what: str, started: float, colour: str) -> None:
        seconds = time.monotonic() - started
        self.console.print(f"[{colour}]{mark}[/] ", end="")
        self.console.print(f"{what} ({seconds:.2f} s)", markup=False)
