"""The exit codes of every command, one table."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Why a command ended, as the shell sees it."""

    OK = 0
    #: A test failed; also what a command gives when it could not do its work for a reason outside the module.
    FAILED = 1
    #: The command line, or a file that it names, makes no sense.
    USAGE = 2
    #: The module does not compile.
    NOT_COMPILED = 3
    #: The kernel panicked, or reported an oops.
    PANIC = 4
    #: The machine was lost: QEMU or its agent went away without saying why.
    LOST = 5
    #: Time ran out.
    TIMEOUT = 124
    #: Ctrl-C (128 + SIGINT).
    INTERRUPTED = 130
    #: A mistake in kmi itself (EX_SOFTWARE of sysexits.h).
    INTERNAL = 70
