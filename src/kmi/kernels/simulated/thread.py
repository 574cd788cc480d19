"""Kernel threads of a module's own: `kmi.thread` in the simulated kernel."""

import errno
from collections.abc import Callable
from typing import Any

from kmi.errors import Stopped, error
from kmi.kernels.simulated import scheduler
from kmi.kernels.simulated.boundary import forget
from kmi.kernels.simulated.deferred import Receiver
from kmi.kernels.simulated.device import Registration, standing
from kmi.kernels.simulated.hook.positions import here
from kmi.kernels.simulated.scheduler import current
from kmi.kernels.simulated.sync import may_sleep
from kmi.kernels.simulated.world import world

__all__ = ["Thread"]


class Thread(Registration):
    """A kernel thread that runs a method."""

    def __init__(self, function: Callable[[], None], name: str) -> None:
        may_sleep("Thread()")
        current().scheduler.preempt()
        if not name or "\0" in name:
            raise error(errno.EINVAL, "a thread's name is not empty and has no NUL")
        self.name: str = name
        self._function = Receiver(function)
        self._made_at = here()
        self._stopping = False
        self._thread: scheduler.Thread | None = None
        self._waiting: scheduler.Thread | None = None
        world().announce(self)

    def stopping(self) -> bool:
        current().scheduler.preempt()
        return self._stopping

    def go_live(self, kernel: Any, users: Any) -> None:
        kernel.allocator.point(f"the thread {self.name}")
        self._thread = kernel.scheduler.spawn(self.name, self._main)
        self._thread.unattended = True

    def end(self, kernel: Any) -> None:
        thread = self._thread
        assert thread is not None
        self._stopping = True
        kernel.scheduler.stop(thread)
        while not thread.done:
            self._waiting = current()
            kernel.scheduler.block(f"the end of the thread {self.name}")
        kernel.races.joined(thread)

    def __str__(self) -> str:
        return f"thread {self.name}"

    def pending(self) -> tuple[str, ...]:
        assert self._thread is not None
        return f"made at {self._made_at}", *standing(self._thread)

    def _main(self) -> None:
        kernel = world()
        try:
            if not self._stopping:  # one that is stopped before it ran never runs
                self._function()
        except Stopped as stopped:
            forget(stopped)
        except Exception as raised:
            kernel.log_error(raised)
            forget(raised)
        if self._waiting is not None:
            self._waiting.scheduler.wake(self._waiting)
