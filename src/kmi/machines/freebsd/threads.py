"""Kernel threads of the model, and the processors that they run on.

    threads = Threads(engine, layouts, memory, seed, processors=4)
    thread = threads.spawn("reader", lambda: threads.call(function, (device, uio, 0)))
    threads.run_until(lambda: thread.done)

One emulated engine runs all of them, one at a time; where a run is interrupted, after a number of
instructions that the seed drew, another thread goes on, as on another processor or on this one. A thread is
given a processor when it runs, and keeps it while it may not be taken from it: in a critical section, under a
spin lock.

Invariants: what runs has a processor, whose `%gs` data names it as `curthread`; two threads that may not be
interrupted are on two processors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from greenlet import greenlet  # type: ignore[import-untyped]

from kmi.kernels.simulated.scheduler import Scheduler, Thread, current, running
from kmi.kernels.simulated.schedules import schedule_named
from kmi.kernels.simulated.user.memory import Memory
from kmi.machines.cpu.engine import PAGE, BadAccess, Engine, Registers, Stop
from kmi.machines.freebsd.errors import EINTR
from kmi.machines.freebsd.layouts import Layouts, Record
from kmi.machines.outcomes import KernelPanic

if TYPE_CHECKING:
    from kmi.machines.freebsd.kpi.witness import Held
    from kmi.machines.freebsd.memory import Regions

__all__ = ["KernelThread", "Panic", "Threads", "current_thread"]

STACK: Final = 4 * PAGE
"""KSTACK_PAGES of amd64."""
SLICE: Final = (1, 12, 60, 400, 3000)
"""How many instructions a thread may run before another one gets a turn: one of these is drawn."""
USER_END: Final = 1 << 47
"""Where the addresses of processes end (VM_MAXUSER_ADDRESS)."""
LONG: Final = 2_000_000
"""How many if there is no other."""
MOST: Final = 400_000_000
"""Instructions after which a call that never ends is given up."""


class Panic(BaseException):
    """The kernel gave up, as `panic(9)` does; no module can catch it."""

    def __init__(self, said: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((f"panic: {said}", *(f"    {line}" for line in lines))))
        self.said = said
        self.lines = lines


class KernelThread(Thread):
    """A `struct thread` and what runs as it."""

    scheduler: Threads
    registers: Registers | None = None
    stack = 0
    td = 0
    """The address of its `struct thread`."""
    owns_td = False
    """It was made for this thread, and another may have it afterwards."""
    processor: int | None = None
    critical = 0
    """How deep it is in critical sections, spin locks included: nothing may take its processor."""
    depth = 0
    """How many calls of the module's code are under way, one inside the other."""
    at = 0
    """Where it goes on, if it was interrupted."""
    memory: Memory | None = None
    """The user memory of its process; None of a thread of the kernel."""
    file: object | None = None
    """`td_fpop`: the open file whose device's method it is in."""
    interrupted = EINTR
    """What a sleep with PCATCH gives when a signal ends it: ERESTART where its handler restarts calls."""
    interrupt = 0
    """How deep it is in interrupt handlers."""
    no_sleeping = 0
    """How often it was said that it may not sleep: interrupt threads, callouts, epochs."""

    def __init__(self, scheduler: Threads, name: str, body: Callable[[], object]) -> None:
        super().__init__(scheduler, name, body)
        self.witnessed: list[Held] = []
        """The locks that it holds, as WITNESS knows them."""

    def leave(self) -> greenlet:
        self.scheduler.finished.append(self)
        return super().leave()

    @property
    def record(self) -> Record:
        """Its `struct thread`."""
        return Record(self.scheduler.engine, self.scheduler.layouts["thread"], self.td)


def current_thread() -> KernelThread:
    """The running kernel thread."""
    thread = current()
    assert isinstance(thread, KernelThread)
    return thread


class Threads(Scheduler):
    """The scheduler of a modelled kernel."""

    kind = KernelThread

    def __init__(
        self,
        engine: Engine,
        layouts: Layouts,
        regions: Regions,
        seed: int,
        *,
        schedule: str = "random",
        processors: int = 4,
    ) -> None:
        super().__init__(seed)
        self.schedule = schedule_named(schedule, self.random)
        self.engine = engine
        self.layouts = layouts
        self.regions = regions
        self._on: list[KernelThread | None] = [None] * processors
        """Who has each processor."""
        self._data = [regions.static(layouts["pcpu"].size) for _ in range(processors)]
        for number, address in enumerate(self._data):
            record = Record(engine, layouts["pcpu"], address)
            record["pc_cpuid"] = number
            record["pc_prvspace"] = address
        self.finished: list[KernelThread] = []
        """The threads that have ended, and still have their stacks."""
        self._owner: KernelThread | None = None
        """Whose registers the engine has."""
        self._gates: dict[int, Callable[[], None]] = {}
        self._idle: list[int] = []
        """Each `struct thread` whose thread has ended."""
        self.describe_place: Callable[[int], str] = hex
        """Says where an instruction is."""
        self.describe_calls: Callable[[int], tuple[str, ...]] = lambda at: (f"at {at:#x}",)
        """Says in which calls the running thread is, at an instruction, or, at 0, in a call of the kernel."""
        self.passed: Callable[[], None] = lambda: None
        """Is told that time has passed."""
        self._answer: int | None = None
        self.panicked: Panic | None = None
        """What ended the kernel."""
        self.process = 0
        """The `struct proc` of threads of the kernel."""
        self.credentials = 0

    @property
    def processors(self) -> int:
        """How many there are."""
        return len(self._on)

    # Gates.

    def gate(self, address: int, serve: Callable[[], None]) -> None:
        """Put a host function behind a gate."""
        self._gates[address] = serve

    # Calling code.

    def call(self, function: int, arguments: tuple[int, ...] = ()) -> int:
        """Call a function of the kernel or of a module on the running thread; its result, as 64 bits."""
        thread = current_thread()
        self._begin(thread)
        engine = self.engine
        stack, frame = engine.stack, engine.frame
        engine.stack = (stack & ~15) - 128
        engine.set_arguments(arguments)
        returned = self.regions.returned
        engine.push(returned)
        thread.depth += 1
        at = function
        try:
            while True:
                at = self._run(thread, at)
                if at == returned:
                    break
                serve = self._gates.get(at)
                if serve is None:
                    raise Panic(f"a call of {at:#x}, where no function is")
                self._answer = None
                try:
                    serve()
                except BadAccess as bad:
                    raise self.fault(bad) from None
                answer, self._answer = self._answer, None
                self._begin(thread)
                if answer is not None:
                    engine.result = answer
                at = engine.pop()
        finally:
            thread.depth -= 1
            if not self._ending:
                self._begin(thread)
                engine.stack, engine.frame = stack, frame
        return engine.result

    def answer(self, value: int) -> None:
        """What the function whose gate was reached gives; said last, when the thread runs."""
        self._answer = value

    def _run(self, thread: KernelThread, at: int) -> int:
        """Run the thread from there until it reaches a gate, letting others run between."""
        spent = 0
        while True:
            alone = len(self._ready) < 2
            instructions = LONG if alone else self.random.choice(SLICE)
            try:
                why, at = self.engine.run(at, instructions)
            except BadAccess as bad:
                raise self.fault(bad) from None
            if why is Stop.GATE:
                return at
            if why is Stop.TRAP:
                raise Panic(f"an instruction that the processor does not have, {self.describe_place(at)}")
            spent += instructions
            if spent > MOST:
                raise Panic(f"a call that never ends, {self.describe_place(at)}")
            thread.at = at
            self.spend(instructions)  # a nanosecond each
            self.preempt()
            self._begin(thread)

    def fault(self, bad: BadAccess) -> Panic:
        """What the kernel says of a bad access."""
        access = bad.access
        verb = "write" if access.write else "read"
        why = bad.why
        if access.fetch:
            # The call has been made, so its return address is on the stack.
            return Panic(
                f"page fault: a call of {access.address:#x}, where no code is", self.describe_calls(0)
            )
        if PAGE <= access.address < USER_END:
            why = "user memory, which copyin(9) and copyout(9) alone may touch"
        said = f"page fault: {verb} of {access.size} bytes at {access.address:#x}: {why}"
        return Panic(said, self.describe_calls(access.rip))

    # Who runs.

    def _begin(self, thread: KernelThread) -> None:
        """Put the running thread on a processor, and its registers into the engine."""
        if self._owner is thread or self._ending:
            return
        if thread.registers is None:
            self.born(thread)
        while not self._placed(thread):
            self.preempt()  # every processor has a thread that must not be interrupted, and goes on
        if self._owner is not None and self._owner.registers is not None:
            self.engine.leave(self._owner.registers)
        assert thread.registers is not None and thread.processor is not None
        self.engine.enter(thread.registers)
        data = self._data[thread.processor]
        self.engine.set_processor_data(data)
        Record(self.engine, self.layouts["pcpu"], data)["pc_curthread"] = thread.td
        self._owner = thread

    def _placed(self, thread: KernelThread) -> bool:
        """Whether the thread has a processor now."""
        if thread.processor is not None and self._on[thread.processor] is thread:
            return True
        free = [n for n, other in enumerate(self._on) if other is None or other.done]
        free = free or [n for n, other in enumerate(self._on) if other is not None and not other.critical]
        if not free:
            return False
        number = self.random.choice(free)
        thread.processor, self._on[number] = number, thread
        return True

    def born(self, thread: KernelThread) -> None:
        """Give a thread its stack and its `struct thread`."""
        thread.stack = self.regions.stack(STACK)
        if not thread.td:
            thread.td = self._idle.pop() if self._idle else self.regions.static(self.layouts["thread"].size)
            self.engine.write(thread.td, bytes(self.layouts["thread"].size))
            thread.owns_td = True
        record = thread.record
        record["td_proc"] = record["td_proc"] or self.process
        record["td_ucred"] = self.credentials
        record["td_kstack"], record["td_kstack_pages"] = thread.stack, STACK // PAGE
        record["td_tid"] = 100_000 + thread.number
        thread.registers = Registers(0, thread.stack + STACK - 64)

    def release(self, thread: KernelThread) -> None:
        """A thread has ended: its stack goes."""
        if self._owner is thread:
            self._owner = None
        for number, other in enumerate(self._on):
            if other is thread:
                self._on[number] = None
        if thread.stack:
            self.regions.give_back_stack(thread.stack, STACK)
            thread.stack = 0
            if thread.owns_td:
                self._idle.append(thread.td)

    @property
    def owner(self) -> KernelThread | None:
        """Whose registers the engine has."""
        return self._owner

    def spend(self, nanoseconds: int) -> None:
        super().spend(nanoseconds)
        self.passed()

    def _let_time_pass(self) -> bool:
        went = super()._let_time_pass()
        self.passed()
        return went

    def step(self) -> bool:
        went = super().step()
        while self.finished:
            thread = self.finished.pop()
            self.release(thread)
            if isinstance(thread.failure, Panic):
                self.panicked = thread.failure
        if self.panicked is not None:
            raise KernelPanic(str(self.panicked)) from None
        return went

    @property
    def data(self) -> int:
        """The address of `__pcpu[]`: the data of each processor, one behind the other."""
        return self._data[0]


def running_thread() -> KernelThread | None:
    """The running kernel thread; None outside of one."""
    thread = running()
    return thread if isinstance(thread, KernelThread) else None
