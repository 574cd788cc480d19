"""Making every allocation of a scenario fail, one after the other.

    def scenario() -> None:
        with loaded(kernel, "echo.py"):
            user = kernel.process()
            ...

    assert fail_each(kernel, scenario) > 3

Invariants: the n-th run fails the n-th allocation; it ends at the first run in which none was left to
fail, and that run has to succeed; only running out of memory may end the others.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Final

from kmi.testing.kernels.kernel import Kernel, Loaded, Value

__all__ = ["fail_each", "loaded"]

MOST: Final = 1000


def fail_each(kernel: Kernel, scenario: Callable[[], object], most: int = MOST) -> int:
    """Run a scenario with its first allocation failing, then its second, and so on; how many there were.

    The scenario leaves the kernel as it found it, also when it fails. It may pass ENOMEM on or deal with it.
    Raises AssertionError if it failed otherwise, if it fails without a fault, or after `most` allocations.
    """
    for n in range(1, most + 1):
        kernel.fail_nth(n)
        try:
            scenario()
            failure: OSError | None = None
        except OSError as raised:
            failure = raised
        fired = kernel.failed()
        kernel.fail_nth(0)
        if failure is not None and not fired:
            raise AssertionError(f"without any fault left (after {n - 1}) the scenario fails") from failure
        if failure is not None and failure.errno != errno.ENOMEM:
            raise AssertionError(f"with allocation {n} failing it ends in {failure!r}") from failure
        if not fired:
            return n - 1
    raise AssertionError(f"the scenario still allocates after {most} faults")


@contextmanager
def loaded(kernel: Kernel, path: str | PathLike[str], /, **parameters: Value) -> Iterator[Loaded]:
    """A module, loaded for as long as the block runs."""
    module = kernel.load(path, **parameters)
    try:
        yield module
    finally:
        kernel.unload(module)
