# mypy: disable-error-code="empty-body"
"""sysctl(9): values that administrators read and set, in a tree of names.

    class Pump(FileOperations):
        def __init__(self) -> None:
            self.speed = Number("hw.pump.speed", "litres an hour", 100, minimum=0, maximum=500)
            self.mode = Procedure("hw.pump.mode", "on or off", self.show_mode, self.store_mode)

    # sysctl hw.pump.speed=250

Each is a field of the object whose methods it calls, made in its `__init__`; it is there from the end of the
load to the unload, which waits for calls that run. Nodes on the way (`hw.pump`) go with what is below them.
Root sets, everybody reads.

See sysctl(9), sysctl_add_oid(9), sysctl_ctx_init(9), sysctl(3); kern/kern_sysctl.c.
"""

from kmi.device import Registration
from kmi.interface import ShowCallback, StoreCallback, context, provided, raises, sleeps

__all__ = ["Number", "Procedure"]


@provided
class Number(Registration):
    """A number of 64 bits, signed, that the module and administrators share (CTLTYPE_S64)."""

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(
        self,
        path: str,
        description: str,
        value: int,
        minimum: int = -(1 << 63),
        maximum: int = (1 << 63) - 1,
        writable: bool = True,
    ) -> None:
        """A value by its full name, at first `value`. What is set outside `minimum` to `maximum` is EINVAL.

        The first word of `path` is one of hw, dev, kern, debug, vfs, net and security; the words have 1 to 31
        letters, digits, `_` or `-`, and there are 2 to 8 of them: OSError EINVAL for any other, or where
        `value` is out of bounds. The load fails with EEXIST where another module has the name.
        """
        ...

    @property
    def value(self) -> int:
        """The latest value. In any context."""
        ...

    def store(self, value: int) -> None:
        """Set it, without a look at the bounds, which are for administrators. In any context."""
        ...


@provided
class Procedure(Registration):
    """A text that the module tells when it is asked, and may be told (SYSCTL_PROC, CTLTYPE_STRING)."""

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(
        self, path: str, description: str, show: ShowCallback, store: StoreCallback | None = None
    ) -> None:
        """A text by its full name, as of a Number. Who reads it gets what `show` returns, at most 1023 bytes,
        else EFBIG; what is set goes to `store`, and without one is EPERM. What they raise is the errno that
        the administrator gets.
        """
        ...
