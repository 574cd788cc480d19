"""Making every call of a scenario that can fail, fail: one after the other.

    for fault in fail_each(kernel):
        with fault, loaded(kernel, "echo.py"):
            user = kernel.process()
            ...

In the first round the first such call fails, in the second the second, and so on, until one goes through with
nothing left to fail. Or with the scenario as a function, and how many there were:

    assert fail_each(kernel, scenario) > 3

What can fail: allocations, registrations, threads that are started, copies from and to user space. On Linux
the module has to be a test build, as one is that a test loads.

Invariants: the n-th round fails the n-th call; the last one has to succeed; the others may end in the errno
of what failed, ENOMEM or EFAULT, and in nothing else.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from types import TracebackType
from typing import Final, overload

from kmi.testing.kernels.kernel import Kernel, Loaded, Value

__all__ = ["Fault", "fail_each", "loaded"]

MOST: Final = 1000


class Fault:
    """One call that fails, while the block runs; the errno of it ends the block quietly."""

    def __init__(self, kernel: Kernel, number: int) -> None:
        self.number = number
        self.fired = False
        """Whether there was such a call."""
        self.entered = False
        self._kernel = kernel

    def __enter__(self) -> "Fault":
        self.entered = True
        self._kernel.fail_call(self.number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.fired = self._kernel.failed()
        what = self._kernel.failed_what() if self.fired else ""
        self._kernel.fail_nth(0)
        if not isinstance(raised, OSError | MemoryError):
            if raised is not None and self.fired:
                raised.add_note(f"call {self.number} was made to fail: {what}")
            return False
        if not self.fired:
            before = self.number - 1
            raise AssertionError(f"without any fault left (after {before}) the scenario fails") from raised
        expected = errno.EFAULT if what.startswith("copying") else errno.ENOMEM
        if isinstance(raised, OSError) and raised.errno != expected:
            ends = f"with call {self.number} failing ({what}) it ends in {raised!r}"
            raise AssertionError(ends) from raised
        return True


@overload
def fail_each(kernel: Kernel, /, *, most: int = MOST) -> Iterator[Fault]: ...
@overload
def fail_each(kernel: Kernel, scenario: Callable[[], object], most: int = MOST) -> int: ...
def fail_each(
    kernel: Kernel, scenario: Callable[[], object] | None = None, most: int = MOST
) -> Iterator[Fault] | int:
    """Run a scenario with its first call failing, then its second, and so on; how many there were.

    The scenario leaves the kernel as it found it, also when it fails. It may pass the errno on or deal with
    it. Raises AssertionError if it failed otherwise, if it fails without a fault, or after `most` calls.
    Without a scenario: the faults one by one, each to be the guard of a `with`.
    """
    if scenario is None:
        return _faults(kernel, most)
    number = 0
    for fault in _faults(kernel, most):
        number = fault.number
        with fault:
            scenario()
    return number - 1


def _faults(kernel: Kernel, most: int) -> Iterator[Fault]:
    for number in range(1, most + 1):
        fault = Fault(kernel, number)
        yield fault
        if not fault.entered:
            raise AssertionError("nothing was made to fail: write `with fault:` around the scenario")
        if not fault.fired:
            return
    raise AssertionError(f"the scenario still has calls that can fail after {most} faults")


@contextmanager
def loaded(kernel: Kernel, path: str | PathLike[str], /, **parameters: Value) -> Iterator[Loaded]:
    """A module, loaded for as long as the block runs."""
    module = kernel.load(path, **parameters)
    try:
        yield module
    finally:
        kernel.unload(module)
