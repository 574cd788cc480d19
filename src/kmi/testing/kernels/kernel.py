"""What a test sees of a kernel, whichever kernel it is.

A test is written once and runs on every kernel asked for with ``--on``::

    def test_gives_back_what_was_written(kernel: Kernel) -> None:
        kernel.load("echo.py", capacity=16)
        user = kernel.process()
        fd = user.open("/dev/echo", os.O_RDWR)
        assert user.write(fd, b"abc") == 3

Each test gets a kernel of its own, freshly started or restored: nothing that one test does is seen by the
next. A path given to :meth:`Kernel.load` is taken beside the file of the test.

Invariants: the same call means the same on every kernel; a refusal is an :class:`OSError` with the errno that
the kernel gave; a kernel that died is a :class:`KernelFailure`, never an ``OSError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar, Protocol, runtime_checkable

from kmi.kernels.userspace import UserProcess

Value = int | bool | str | Sequence[int]


@dataclass(frozen=True)
class Report:
    """Something that a kernel noticed although no call failed: a leak, a wrong lock order, any splat."""

    kind: str
    title: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((f"{self.kind}: {self.title}", *(f"    {line}" for line in self.lines)))


@dataclass(frozen=True)
class Line:
    """A line of a kernel's log."""

    level: int
    """0, an emergency, to 7, for who debugs."""
    text: str


class KernelFailure(Exception):
    """The end of a kernel while a test used it; its kind decides the exit code of ``kmi test``."""

    exit_code: ClassVar[int] = 1


@runtime_checkable
class Loaded(Protocol):
    """A module that a kernel has loaded."""

    @property
    def name(self) -> str:
        """The name the kernel lists it under."""

    @property
    def size(self) -> int | None:
        """Bytes of the file that was loaded; None where nothing was built."""


@runtime_checkable
class Kernel(Protocol):
    """A running kernel with nothing of ours loaded yet."""

    @property
    def name(self) -> str:
        """What ``--on`` calls it: ``simulated``, ``linux:6.12``."""

    @property
    def seed(self) -> int:
        """The number that replays this run's schedule and randomness, as far as the kernel repeats itself."""

    def load(self, path: str | PathLike[str], /, **parameters: Value) -> Loaded:
        """Compile (where that is needed) and load a module; returns when its devices are there.

        Raises OSError with the errno of ``insmod`` when the module refuses, after all was undone.
        """

    def unload(self, module: Loaded | None = None) -> None:
        """Unload a module, by default the last one loaded.

        Raises BlockingIOError while a file of it is open: Linux's ``delete_module`` with ``O_NONBLOCK`` says
        EWOULDBLOCK, and every kernel reports that here.
        """

    def modules(self) -> Sequence[str]:
        """The names of the modules that are loaded, the newest first."""

    def process(self) -> UserProcess:
        """A new process in user space, with no file open."""

    def log(self) -> Sequence[str]:
        """The kernel's log since the test began, one line each, without times and levels."""

    def lines(self) -> Sequence[Line]:
        """The same lines, with their levels."""

    def fail_nth(self, n: int) -> None:
        """Make the n-th allocation from now on fail, once; 0 withdraws it."""

    def fail_call(self, n: int) -> None:
        """Make the n-th call from now on that can fail, fail, once.

        That is an allocation, a registration, or a copy from or to user space.
        """

    def failed(self) -> bool:
        """Whether the failure asked for by the last of these has happened."""

    def failed_what(self) -> str:
        """What failed then, and the module's line as far as the kernel knows; copies begin with `copying`."""

    def reports(self) -> Sequence[Report]:
        """What the kernel complained of so far, see :class:`Report`."""
