"""What the shell knows beside files: devices, modules, time.

    ls /dev; poll /dev/echo in; ioctl /dev/chardev 0x8008f001 hex:0000000000000000; sleep 0.5

Each is a call of the shell's process, as in :mod:`kmi.cli.shell`, so it means the same on every kernel;
`sleep` takes the kernel's own time, which passes at once on the simulated one.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Sequence

from kmi.cli.shell import COMMANDS, Builtin, CommandError, Output, Shell, refused

#: The names of poll's events, in the order in which they are shown.
EVENTS = {
    "in": select.POLLIN,
    "pri": select.POLLPRI,
    "out": select.POLLOUT,
    "err": select.POLLERR,
    "hup": select.POLLHUP,
}


def _ls(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    for path in arguments or ["/dev"]:
        try:
            names = shell.process.list_directory(path)
        except OSError as error:
            raise refused("ls", path, error) from error
        yield "".join(f"{name}\n" for name in sorted(names)).encode()


def _lsmod(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if arguments:
        raise CommandError("lsmod: takes no arguments")
    yield "".join(f"{name}\n" for name in shell.kernel.modules()).encode()


def _poll(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    match arguments:
        case [path, wanted] if set(wanted.split(",")) <= {"in", "out"}:
            timeout = 0
        case [path, wanted, seconds] if set(wanted.split(",")) <= {"in", "out"}:
            timeout = _milliseconds("poll", seconds)
        case _:
            raise CommandError("poll: 'poll FILE in|out|in,out [SECONDS]' is known here")
    names = wanted.split(",")
    flags = os.O_RDWR if len(names) == 2 else os.O_RDONLY if names == ["in"] else os.O_WRONLY
    with shell.opened("poll", path, flags) as fd:
        asked = sum(EVENTS[name] for name in set(names))
        ready = shell.wait(shell.process.start("poll", [(fd, asked)], timeout))
        events = ready[0][1] if ready else 0
    if not events:
        raise CommandError(f"poll: {path}: not ready")
    yield (" ".join(name for name, bit in EVENTS.items() if events & bit) + "\n").encode()


def _ioctl(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    argument: int | bytes
    try:
        match arguments:
            case [path, request]:
                argument = 0
            case [path, request, given] if given.startswith("hex:"):
                argument = bytes.fromhex(given.removeprefix("hex:"))
            case [path, request, given]:
                argument = int(given, 0)
            case _:
                raise ValueError
        number = int(request, 0)
    except ValueError:
        raise CommandError("ioctl: 'ioctl FILE REQUEST [NUMBER | hex:BYTES]' is known here") from None
    with shell.opened("ioctl", path, os.O_RDWR) as fd:
        try:
            value, after = shell.wait(shell.process.start("ioctl", fd, number, argument))
        except OSError as error:
            raise refused("ioctl", path, error) from error
    yield f"{value}{' hex:' + after.hex() if after else ''}\n".encode()


def _sleep(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if len(arguments) != 1:
        raise CommandError("sleep: only 'sleep SECONDS' is known here")
    try:
        shell.wait(shell.process.start("poll", [], _milliseconds("sleep", arguments[0])))
    except OSError as error:
        raise CommandError(f"sleep: {os.strerror(error.errno or 0)}") from error
    yield from ()


def _milliseconds(name: str, text: str) -> int:
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise CommandError(f"{name}: {text!r} is no number of seconds")
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int(f"{rest}000"[:3])


TOOLS: dict[str, Builtin] = {
    **COMMANDS,
    "ioctl": _ioctl,
    "ls": _ls,
    "lsmod": _lsmod,
    "poll": _poll,
    "sleep": _sleep,
}
