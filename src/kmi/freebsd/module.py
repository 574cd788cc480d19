# mypy: disable-error-code="empty-body"
"""module(9): the events of a module's life, and what it depends on.

    @depends("usb", minimum=1, maximum=2)
    @module(license="Dual BSD/GPL", description="a printer", version="3.1")
    class Printer(EventModule):
        def quiesce(self) -> None:
            if self.jobs.load() > 0:
                raise OSError(EBUSY, "it prints")

MOD_LOAD is `__init__`, after which devices and the like become live; MOD_UNLOAD ends them and releases the
object.
The first number of `version` is what other modules see as this one's (MODULE_VERSION).

See module(9), MODULE_DEPEND(9), kldunload(8); sys/module.h, kern/kern_module.c.
"""

from collections.abc import Callable
from typing import TypeVar

from kmi.interface import context, metadata, provided, raises, sleeps
from kmi.modules import Module

__all__ = ["EventModule", "depends"]

M = TypeVar("M", bound=Module)


@provided
class EventModule(Module):
    """A Module that is told of FreeBSD's other events; its methods do nothing unless overridden."""

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def quiesce(self) -> None:
        """MOD_QUIESCE: the module is to go. To raise is a veto, whose errno kldunload(8) has.

        `kldunload -f` unloads nevertheless. While a file of it is open it is not asked: that is EBUSY.
        """
        ...

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def shutdown(self) -> None:
        """MOD_SHUTDOWN: the system goes down. Devices stay; nothing of the module is ended. What it raises is
        logged."""
        ...

    @context("softirq")
    def on_error(self, line: int, errno: int) -> None:
        """An error of the program (an IndexError, say) was caught by nobody: its line, and what it became.

        Instead of the lines in the log that tell it otherwise. Called where the error happened, in whatever
        context that is; errors within it are dropped.
        """
        ...

    @context("softirq")
    def on_exhausted(self, size: int) -> None:
        """The module's allocator had no `size` bytes; MemoryError is about to be raised.

        Called in whatever context that is. Not called for what happens within it.
        """
        ...


@metadata
def depends(
    name: str, minimum: int = 1, preferred: int = 1, maximum: int = 0x7FFFFFFF
) -> Callable[[type[M]], type[M]]:
    """Over the module's class: it needs another module, of a version from `minimum` to `maximum`.

    Where that is not there it is loaded first, or the load fails with ENOENT.
    """
    return lambda module: module
