# mypy: disable-error-code="empty-body"
"""Work: a method that a thread of the kernel calls soon, where it may sleep.

    class Journal(FileOperations):
        def __init__(self) -> None:
            self.notes = Mutex(Notes())
            self.saving = Work(self.save)
            self.timer = Timer(self.tick)

        def tick(self) -> None:        # a timer's callback may not sleep
            self.saving.queue()

        def save(self) -> None:
            with self.notes as notes:
                ...

What the method raises is logged. Calls of one work never overlap. It may not wait without an end: unloading
waits for it. Linux: Documentation/core-api/workqueue.rst.
"""

from kmi.device import Registration
from kmi.interface import Callback, context, provided, raises, sleeps

__all__ = ["DelayedWork", "Work"]


@provided
class Work(Registration):
    """A call of a method, to be made by a worker thread. The work does not keep the method's object.

    At unload a call that was queued and has not begun is dropped, one that has begun is waited for, and
    queueing does nothing from then on. Linux: the system's work queue.
    """

    @context("process")
    @sleeps
    @raises(MemoryError)
    def __init__(self, function: Callback) -> None:
        """Work that calls `function`, a method of the object that has the work: `Work(self.save)`."""
        ...

    def queue(self) -> bool:
        """Have the method called soon; False if it is queued already and has not begun.

        Queued in `__init__` it is called when the module is loaded.
        """
        ...

    def cancel(self) -> bool:
        """Drop a call that was queued and has not begun; whether there was one. Does not wait."""
        ...

    @context("process")
    @sleeps
    def flush(self) -> None:
        """Wait until the calls that were queued before now have ended.

        Waits for what the method waits for: it may not be called by the method itself, nor with a lock held
        that the method takes.
        """
        ...


@provided
class DelayedWork(Registration):
    """A call of a method, to be made by a worker thread after a time. Otherwise as `Work`."""

    @context("process")
    @sleeps
    @raises(MemoryError)
    def __init__(self, function: Callback) -> None:
        """Work that calls `function`, a method of the object that has the work."""
        ...

    def queue(self, milliseconds: int) -> bool:
        """Have the method called in so many milliseconds, or a tick later; False if it is queued already and
        has not begun: then its time stays as it was. 0 or less is soon.

        In `__init__` the time counts from when the module is loaded.
        """
        ...

    def cancel(self) -> bool:
        """Drop a call that was queued and has not begun; whether there was one. Does not wait."""
        ...

    @context("process")
    @sleeps
    def flush(self) -> None:
        """Have a call that was queued made now, and wait until it has ended.

        Waits for what the method waits for, as `Work.flush` does.
        """
        ...
