"""The modelled kernel: an engine, its memory, its threads, and the parts that serve what modules call.

kernel = Kernel(layouts, seed=1)
file = kernel.load("echo", data)
kernel.console.lines()
kernel.unload(file)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kmi.kernels.simulated.reports import Report
from kmi.kernels.simulated.scheduler import Wake
from kmi.machines.cpu.engine import BadAccess, Engine
from kmi.machines.freebsd import errors
from kmi.machines.freebsd.console import Console
from kmi.machines.freebsd.heap import Heap
from kmi.machines.freebsd.kpi.clock import Clock
from kmi.machines.freebsd.kpi.locks import Locks
from kmi.machines.freebsd.kpi.malloc import Malloc
from kmi.machines.freebsd.kpi.mutex import Mutexes
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.parts import PARTS
from kmi.machines.freebsd.kpi.sleeping import Sleeping
from kmi.machines.freebsd.kpi.witness import Witness
from kmi.machines.freebsd.layouts import Layouts
from kmi.machines.freebsd.linker import File, Linker
from kmi.machines.freebsd.memory import Regions
from kmi.machines.freebsd.places import Places
from kmi.machines.freebsd.serve import Rest, Served, narrowed, served_by
from kmi.machines.freebsd.threads import Panic, Threads, current_thread, running_thread

__all__ = ["Kernel"]

R = TypeVar("R")
P = TypeVar("P", bound=Part)


class Kernel:
    """A FreeBSD kernel, as far as modules see it."""

    release_version = 1500068
    """`__FreeBSD_version` of the release that it is a model of."""

    def __init__(self, layouts: Layouts, seed: int, *, schedule: str = "random", processors: int = 4) -> None:
        self.layouts = layouts
        self.seed = seed
        self.engine = Engine()
        self.regions = Regions(self.engine)
        self.console = Console()
        self.threads = Threads(
            self.engine, layouts, self.regions, seed, schedule=schedule, processors=processors
        )
        self.threads.describe_place = self.describe
        self.threads.describe_calls = self.here
        self.served: dict[str, Served] = {}
        self._symbols: dict[str, int] = {}
        self.linker = Linker(self)
        self.source = Places(self.linker)
        self.heap = Heap(self.engine, self.threads.random)
        self.heap.describe = self.places
        self.reports: list[Report] = []
        """What was found wrong although no call failed."""
        self.failing: Callable[[str], bool] = lambda call: False
        """Asked by each call that can fail, by its name: whether it fails now."""
        self.parts: list[Part] = [self.linker]
        self.parts.extend(kind(self) for kind in PARTS)
        # Those that others ask often.
        self.clock, self.malloc = self.part(Clock), self.part(Malloc)
        self.locks, self.witness, self.mutexes = self.part(Locks), self.part(Witness), self.part(Mutexes)
        self.sleeping = self.part(Sleeping)
        for part in self.parts:
            self._publish(part)
        for part in self.parts:
            part.begun()

    def part(self, kind: type[P]) -> P:
        """The part of that kind."""
        return next(part for part in self.parts if isinstance(part, kind))

    # Symbols.

    def _publish(self, part: Part) -> None:
        """Put gates before what a part serves."""
        self._symbols.update(part.data())
        for served, method in served_by(part):
            if served.name in self.served:
                raise ValueError(f"{served.name} is served twice")
            address = self.regions.gate()
            self.threads.gate(address, self._handler(served, method))
            self.served[served.name] = served
            self._symbols[served.name] = address

    def _handler(self, served: Served, method: Callable[..., Any]) -> Callable[[], None]:
        engine, parameters, variadic, result = (
            self.engine, served.parameters, served.variadic, served.result,
        )  # fmt: skip

        def serve() -> None:
            # The return address lies on the stack until the handler is done: arguments are behind it.
            stack = engine.stack
            engine.stack = stack + 8
            values: list[object] = [narrowed(engine.argument(n), w) for n, w in enumerate(parameters)]
            if variadic:
                values.append(Rest(engine, len(parameters)))
            engine.stack = stack
            value = method(*values)
            if result is not None:
                self.threads.answer(int(value or 0))

        return serve

    def symbol(self, name: str) -> int | None:
        """The address of a symbol of the kernel, or of a module that is loaded."""
        if name in self._symbols:
            return self._symbols[name]
        for file in self.linker.files:
            if name in file.image.symbols:
                return file.image.symbols[name]
        return None

    # What it is asked for.

    def run(self, name: str, body: Callable[[], R]) -> R:
        """Run something in a kernel thread of its own, to its end; what it raises is raised here."""
        thread = self.threads.spawn(name, body)
        self.threads.run_until(lambda: thread.done)
        if thread.failure is not None:
            raise thread.failure
        return thread.value  # type: ignore[return-value]

    def load(self, name: str, data: bytes, linked: Callable[[File], None] = lambda file: None) -> File:
        """Load a kld, as kldload(2) does. Raises LinkError.

        `linked` is called when the file is in memory and nothing of it has run.
        """
        return self.run(f"kldload {name}", lambda: self.linker.load(name, data, linked))

    def unload(self, file: File, force: bool = False) -> None:
        """Unload it, as kldunload(2) does. Raises OSError with the errno of a veto."""
        self.run(f"kldunload {file.name}", lambda: self.linker.unload(file, force))

    def close(self) -> None:
        """End the kernel, whatever state it is in. Twice is harmless."""
        self.threads.kill_all()

    def witness_warn(self, what: str) -> None:
        """A call that may sleep is about to be made: WITNESS says which locks forbid it."""
        self.witness.warn(what)

    # For reports.

    def string(self, address: int, most: int | None = None) -> str:
        """A C string in memory, or its first bytes, behind which nothing is read."""
        data = b""
        while len(data) != most and not data.endswith(b"\0"):
            data += self.engine.read(address + len(data), 1)
        return data.removesuffix(b"\0").decode("utf-8", "surrogateescape")

    def describe(self, address: int) -> str:
        """Where an instruction is: the line of Python, if it is of one."""
        return self.source.describe(address)

    def places(self, addresses: Sequence[int]) -> tuple[str, ...]:
        """Instructions for a message, but for those that are in no module."""
        return self.source.all(addresses)

    def here(self, inside: int = 0) -> tuple[str, ...]:
        """Where the running thread is, the innermost call first; see `backtrace`."""
        return tuple(f"at {place}" for place in self.places(self.backtrace(inside)))

    def report(self, kind: str, title: str, lines: tuple[str, ...] = ()) -> None:
        """Something is wrong that no call's error number tells."""
        self.reports.append(Report(kind, title, lines))

    def panic(self, said: str, lines: tuple[str, ...] = ()) -> Panic:
        """The end of the kernel, with the calls that led there."""
        return Panic(said, (*lines, *self.here()))

    def backtrace(self, inside: int = 0) -> list[int]:
        """The calls that the running thread is in, the innermost first: an address in each.

        `inside`: the instruction that it is at; without one it has called a function that is served.
        """
        thread = running_thread()
        if thread is None or self.threads.owner is not thread:
            return []
        engine = self.engine
        try:
            # One less than where a call returns to, which may be behind the end of the function.
            found = [inside or int.from_bytes(engine.peek(engine.stack, 8), "little") - 1]
            frame = engine.frame
            for _ in range(16):
                if not frame:
                    break
                data = engine.peek(frame, 16)
                frame, at = int.from_bytes(data[:8], "little"), int.from_bytes(data[8:], "little")
                found.append(at - 1)
        except BadAccess:
            pass  # a frame pointer that leads nowhere ends it
        return found

    # What several parts ask.

    def may_sleep(self, channel: int, spinning: bool = False) -> None:
        """Panics where the running thread must not wait; `spinning`: it gives a spin lock back to do so."""
        thread = current_thread()
        if thread.no_sleeping:
            raise self.panic(
                f"sleepq_add: td {thread.td:#x} to sleep on wchan {channel & (1 << 64) - 1:#x} "
                "with sleeping prohibited"
            )
        if thread.critical > spinning:
            raise self.panic("mi_switch: switch in a critical section")

    def interrupted(self, why: Wake | None) -> int:
        """The error number of a wait that ended so: 0 if it was woken."""
        if why is None or why is Wake.NOTIFIED:
            return 0
        if why is Wake.TIMEOUT:
            return errors.EWOULDBLOCK
        return current_thread().interrupted
