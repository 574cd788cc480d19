# mypy: disable-error-code="empty-body"
"""An object that is read very often and replaced now and then, without a lock.

    self.limits = Published(Limits(16, 64))         # in __init__
    ...
    with self.limits.read() as limits:
        return limits.most                          # nothing here sleeps
    ...
    self.limits.replace(Limits(32, 64))             # readers see the old one or the new one, whole

What is published never changes; who wants a change publishes another object. A reader waits for nobody, and
whoever replaces waits for the readers: until all that might still look at the old object are through.
"""

from types import TracebackType
from typing import Generic, TypeVar

from kmi.interface import context, provided, sleeps

__all__ = ["Published", "Seeing"]

T = TypeVar("T")


@provided
class Published(Generic[T]):
    """The object that readers find at present.

    A place: made on the right of `self.f = ...` in `__init__`. The object's fields are final, and it may be
    kept after the block: it lives as long as somebody refers to it. Linux: RCU (`rcu_read_lock`,
    `rcu_dereference`, `synchronize_rcu`; Documentation/RCU/whatisRCU.rst).
    """

    def __init__(self, value: T) -> None:
        """`value` is what readers find first: a `str`, `bytes`, or an object that never changes."""
        ...

    @context("any")
    def read(self) -> "Seeing[T]":
        """The object as it is when the block begins: for `with`, in whose block nothing may sleep."""
        ...

    @context("process")
    @sleeps
    def replace(self, value: T) -> None:
        """Let readers find `value` from now on; returns when nobody reads the object before it any more.

        That one is let go then. Several may replace at once: one after the other, in no promised order.
        """
        ...


@provided
class Seeing(Generic[T]):
    """A `Published` as readers take it, all of them together."""

    @context("any")
    def __enter__(self) -> T:
        """Begin to read, in atomic context until the block ends. Waits for nobody."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End to read."""
        ...
