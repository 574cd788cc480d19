"""How a command says that it cannot go on: one sentence, the line that mends it, an exit code.

Example::

    raise Failure("linux:6.1 has no headers here", line="sudo apt-get install linux-headers-cloud-amd64")

prints, on standard error, ``kmi: linux:6.1 has no headers here; this mends it:`` and the line, indented.
What the parts below raise (a missing tool, a full disk, a lost machine) is translated by :func:`understood`;
only what it does not know is an internal error.
"""

from __future__ import annotations

import errno
import os

import click

from kmi.cli.exits import Exit


class Failure(Exception):
    """A command's end for a reason that its user can understand and mend."""

    def __init__(self, sentence: str, *, line: str | None = None, code: int = Exit.FAILED) -> None:
        super().__init__(sentence if line is None else f"{sentence}; this mends it:\n    {line}")
        self.exit_code = int(code)

    def show(self) -> None:
        click.echo(f"kmi: {self}", err=True)


def understood(error: BaseException) -> Failure | None:
    """The failure to show for an error of the parts below the command line; None for one nobody expected.

    A part says what it knows by attributes rather than by a class that every part would have to import:
    ``exit_code`` (a whole outcome: panic, lost, timed out) and ``line`` (what mends it).
    """
    line = getattr(error, "line", None)
    code = getattr(error, "exit_code", None)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = error.filename or cache_directory()
        return Failure(
            f"the disk is full: {os.fspath(where)} could not be written; what was there before is untouched",
            line=f"df -h {os.fspath(where)}   # free some space, then run the same command again",
        )
    if isinstance(line, str) or isinstance(code, int):
        sentence = str(error).strip() or type(error).__name__
        return Failure(
            sentence,
            line=line if isinstance(line, str) else None,
            code=code if isinstance(code, int) else Exit.FAILED,
        )
    return None


def cache_directory() -> str:
    from kmi import cache

    return os.fspath(cache.directory())
