# mypy: disable-error-code="empty-body"
"""Kernel threads: a method that runs beside everything else, from loading to unloading.

    class Watcher(FileOperations):
        def __init__(self) -> None:
            self.seen = Mutex(Seen())
            self.thread = Thread(self.watch, "watcher")

        def watch(self) -> None:
            while True:
                sleep_ms(1000)        # ends with Stopped at unload
                with self.seen as seen:
                    seen.count += 1

Unloading asks the thread to end and waits until it has: its sleeps and its waits for a `Condition` raise
`Stopped`, at once and whenever they are begun again, and `Stopped` may leave the method. A loop that neither
sleeps nor waits asks `stopping()`.
"""

from kmi.device import Registration
from kmi.errors import Stopped
from kmi.interface import ThreadCallback, context, provided, raises, sleeps

__all__ = ["Stopped", "Thread"]


@provided
class Thread(Registration):
    """A kernel thread that runs a method once. It does not keep the method's object.

    It starts after `__init__`, as every registration, and ends when the method returns. What the method
    raises is logged, except `Stopped`. One that is asked to end before it ran does not run. Linux:
    `kthread_create()`, `kthread_stop()`.
    """

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(self, function: ThreadCallback, name: str) -> None:
        """A thread that runs `function`, a method of the object that has the thread, and is listed as `name`.

        Raises OSError EINVAL for a name that is empty or has a NUL. Linux lists its first 15 bytes.
        """
        ...

    def stopping(self) -> bool:
        """Whether the thread has been asked to end."""
        ...
