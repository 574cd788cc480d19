# mypy: disable-error-code="empty-body"
"""Random bytes and numbers that nobody can predict, from the kernel's own generator.

    key = random_bytes(16)
    victim = random_below(len(self.entries))

Callable in any context, but not under a `RawSpinLock`: the generator has a lock of its own. In the simulated
kernel they come from the seed of the run, so that a failing test repeats itself.
"""

from kmi.interface import provided, raises

__all__ = ["random_below", "random_bytes"]


@provided
@raises(MemoryError, ValueError)
def random_bytes(count: int) -> bytes:
    """So many random bytes, fit for keys. ValueError if the count is negative.

    Linux: `get_random_bytes()`; it does not wait for the generator, which is ready soon after boot.
    """
    ...


@provided
@raises(ValueError)
def random_below(limit: int) -> int:
    """A random number from 0 to `limit` - 1, each as likely as the others. ValueError if there is none."""
    ...
