"""EVENTHANDLER(9): functions that the kernel calls when something happens to it.

Sources: EVENTHANDLER(9), sys/kern/subr_eventhandler.c.

Invariant: a handler that was taken away is not called any more, and does not run when that returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.serve import serves

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["EventHandlers"]

PAGE: Final = "EVENTHANDLER(9)"
SOURCE: Final = "sys/kern/subr_eventhandler.c"


@dataclass(eq=False)
class Handler:
    """A function that was registered."""

    tag: int
    event: str
    function: int
    argument: int
    priority: int
    running: int = 0


class EventHandlers(Part):
    """The handlers of all events."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._handlers: list[Handler] = []

    @serves(
        "void *eventhandler_register(void *list, const char *name, void *func, void *arg, int priority)",
        page=PAGE,
        source=SOURCE,
    )
    def eventhandler_register(
        self, known: int, name: int, function: int, argument: int, priority: int
    ) -> int:
        self.kernel.witness.warn("eventhandler_register")
        tag = self.kernel.regions.static(64)
        event = self.string(name) if name else ""
        self._handlers.append(Handler(tag, event, function, argument, priority))
        self._handlers.sort(key=lambda handler: handler.priority)
        return tag

    @serves("void eventhandler_deregister(void *list, void *tag)", page=PAGE, source=SOURCE)
    def eventhandler_deregister(self, known: int, tag: int) -> None:
        handler = next((handler for handler in self._handlers if handler.tag == tag), None)
        if handler is None:
            raise self.kernel.panic(f"eventhandler_deregister: there is no handler {tag:#x}")
        self._handlers.remove(handler)
        while handler.running:
            self.kernel.sleeping.wait(tag, "evhrun", None, catch=False, timeout=None, relock=False)

    def invoke(self, event: str, *arguments: int) -> int:
        """Something has happened; how many handlers were called. For a kernel thread."""
        called = [handler for handler in self._handlers if handler.event == event]
        for handler in called:
            if handler not in self._handlers:
                continue
            handler.running += 1
            self.kernel.threads.call(handler.function, (handler.argument, *arguments))
            handler.running -= 1
            self.kernel.sleeping.wake(handler.tag)
        return len(called)
