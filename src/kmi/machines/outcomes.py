"""How a machine may end other than by answering: it panicked, it was lost, or time ran out.

These are results of a run, not mistakes of the caller: each has its own exit code and carries the tail of the
guest's console, which is the only witness there is.
"""

from __future__ import annotations

#: How many lines of the console an outcome shows.
TAIL = 40

#: What the kernel prints when it gives up; an oops does it too (``oops=panic``).
PANIC = "Kernel panic - not syncing"


class MachineError(Exception):
    """A machine did not do what it was asked; the message ends with the tail of its console."""

    exit_code = 5

    def __init__(self, what: str, console: str = "") -> None:
        self.what = what
        self.console = console
        tail = "".join(f"\n  | {line}" for line in self._tail(console.splitlines()))
        super().__init__(what + ("\nthe console's last lines:" + tail if tail else ""))

    def _tail(self, lines: list[str]) -> list[str]:
        return lines[-TAIL:]


class KernelPanic(MachineError):
    """The guest's kernel panicked or oopsed (an oops panics, so that it cannot be overlooked)."""

    exit_code = 4

    def _tail(self, lines: list[str]) -> list[str]:
        """With the panic's own line, which a long dump of the stack and the registers pushes out of sight."""
        tail = lines[-TAIL:]
        first = next((line for line in lines if PANIC in line), None)
        return tail if first is None or first in tail else [first, "...", *tail]


class MachineLost(MachineError):
    """The machine went away without a panic: QEMU died, did not start, or spoke nonsense."""

    exit_code = 5


class TimedOut(MachineError):
    """The guest did not answer in time; it may hang, or the wait was too short for this computer."""

    exit_code = 124


class ProcessEnded(Exception):
    """A guest's process ended while a call was made in it; ``status`` is what wait(2) gives."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self.status = status
        how = f"by signal {status & 0x7F}" if status & 0x7F else f"with status {status >> 8}"
        super().__init__(f"process {pid} of the guest ended {how}")
