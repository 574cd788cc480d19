"""Running a step of a build so that nothing of it outlives the step.

A build is a tree of processes: make, a shell, gcc, the assembler. Stopping only the first leaves the others
to write on into a directory that is being removed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["environment", "run"]


def run(command: list[str], directory: str | Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, its two outputs as one text.

    However this is left, the command's whole process group is gone then.
    """
    process: subprocess.Popen[str] | None = None
    try:
        with _undisturbed():
            process = subprocess.Popen(
                command,
                cwd=directory,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        output, _ = process.communicate()
    except BaseException:
        if process is not None:
            with suppress(ProcessLookupError):  # it may just have ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()  # the pipe ends when the last process that holds it is gone
        raise
    return subprocess.CompletedProcess(command, process.returncode, output)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off Ctrl-C while a process begins: one that nobody knows yet would go on by itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for each in came:
            signal.raise_signal(each)


def environment() -> dict[str, str]:
    """The environment of a build: messages in English, nothing inherited from an outer make.

    SRCARCH is what Kbuild tells objtool, since 6.12, about where it is.
    """
    kept = {
        key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    return kept | {"LC_ALL": "C", "SRCARCH": "x86"}
