"""kthread(9) and kproc(9): threads of a module's own.

Sources: kthread(9), kproc(9), sys/kern/kern_kthread.c, sys/kern/kern_fork.c (fork_exit).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.printing import Printing
from kmi.machines.freebsd.serve import Rest, serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["KernelThreads", "ThreadExit"]

PAGE: Final = "kthread(9)"
PROC_PAGE: Final = "kproc(9)"
SOURCE: Final = "sys/kern/kern_kthread.c"
STOPPED: Final = 1 << 17
"""RFSTOPPED: the thread is made, and does not run yet."""


class ThreadExit(BaseException):
    """A kernel thread ends, wherever in its calls it is."""


class KernelThreads(Part):
    """The threads that modules made."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._threads: dict[int, KernelThread] = {}
        self._suspended: set[int] = set()

    def begin(self, name: str, function: int, argument: int, process: int, stopped: bool) -> KernelThread:
        """A thread that calls a function of a module's, which is not to return."""
        threads = self.kernel.threads

        def body() -> None:
            while stopped and thread.td in self._suspended:
                self.kernel.sleeping.wait(
                    thread.td + 1, "a resume", None, catch=False, timeout=None, relock=False
                )
            try:
                threads.call(function, (argument,))
                self.kernel.console.say(
                    6, f'Kernel thread "{name}" (pid {100 + thread.number}) exited prematurely.\n'
                )
            except ThreadExit:
                pass
            self._ended(thread, process)

        spawned = threads.spawn(name, body)
        assert isinstance(spawned, KernelThread)
        thread = spawned
        threads.born(thread)
        thread.unattended = True
        if process:
            thread.record["td_proc"] = process
        if stopped:
            self._suspended.add(thread.td)
        self._threads[thread.td] = thread
        return thread

    def _ended(self, thread: KernelThread, process: int) -> None:
        if thread.held:
            held = tuple(self.kernel.witness.line(held) for held in thread.witnessed)
            raise self.kernel.panic(f"Thread {thread.td:#x} cannot exit while holding sleeplocks", held)
        self._threads.pop(thread.td, None)
        self.kernel.threads.races.release(thread)
        self.kernel.sleeping.wake(thread.td)
        if process:
            self.kernel.sleeping.wake(process)

    def _name(self, form: int, rest: Rest) -> str:
        return self.kernel.part(Printing).format(self.string(form), rest)[:19]

    def _make_process(self) -> int:
        return self.kernel.regions.static(self.kernel.layouts["proc"].size)

    def _store(self, address: int, value: int) -> None:
        if address:
            self.kernel.engine.write(address, value.to_bytes(8, "little"))

    @serves(
        "int kthread_add(void (*func)(void *), void *arg, struct proc *procp, struct thread **newtdpp, "
        "int flags, int pages, const char *fmt, ...)",
        page=PAGE,
        source=SOURCE,
    )
    def kthread_add(
        self,
        function: int,
        argument: int,
        process: int,
        made: int,
        flags: int,
        pages: int,
        form: int,
        rest: Rest,
    ) -> int:
        name = self._name(form, rest)
        self.kernel.witness.warn("kthread_add")
        thread = self.begin(name, function, argument, 0, bool(flags & STOPPED))
        self._store(made, thread.td)
        self.kernel.threads.preempt()
        return 0

    @serves(
        "int kproc_create(void (*func)(void *), void *arg, struct proc **procpp, int flags, int pages, "
        "const char *fmt, ...)",
        page=PROC_PAGE,
        source=SOURCE,
    )
    def kproc_create(
        self, function: int, argument: int, made: int, flags: int, pages: int, form: int, rest: Rest
    ) -> int:
        name = self._name(form, rest)
        self.kernel.witness.warn("kproc_create")
        process = self._make_process()
        self.begin(name, function, argument, process, bool(flags & STOPPED))
        self._store(made, process)
        self.kernel.threads.preempt()
        return 0

    @serves(
        "int kproc_kthread_add(void (*func)(void *), void *arg, struct proc **procptr, "
        "struct thread **tdptr, int flags, int pages, const char *procname, const char *fmt, ...)",
        page=PROC_PAGE,
        source=SOURCE,
    )
    def kproc_kthread_add(
        self,
        function: int,
        argument: int,
        process: int,
        made: int,
        flags: int,
        pages: int,
        process_name: int,
        form: int,
        rest: Rest,
    ) -> int:
        name = self._name(form, rest)
        known = int.from_bytes(self.kernel.engine.read(process, 8), "little")
        if not known:
            known = self._make_process()
            self._store(process, known)
        thread = self.begin(name, function, argument, known, bool(flags & STOPPED))
        self._store(made, thread.td)
        self.kernel.threads.preempt()
        return 0

    @serves("void kthread_exit(void)", page=PAGE, source=SOURCE)
    def kthread_exit(self) -> None:
        self._leave("kthread_exit")

    @serves("void kproc_exit(int ecode)", page=PROC_PAGE, source=SOURCE)
    def kproc_exit(self, code: int) -> None:
        self._leave("kproc_exit")

    def _leave(self, call: str) -> None:
        if current_thread().td not in self._threads:
            raise self.kernel.panic(f"{call}: called by a thread that is not of the kernel's")
        raise ThreadExit

    # Suspending, by agreement.

    def _suspend(self, td: int, ticks: int) -> int:
        self._suspended.add(td)
        self.kernel.sleeping.wake(td + 1)
        timeout = ticks * self.kernel.clock.tick_ns if ticks else None
        return self.kernel.sleeping.wait(td + 2, "suspkt", None, catch=False, timeout=timeout, relock=False)

    @serves("int kthread_suspend(struct thread *td, int timo)", page=PAGE, source=SOURCE)
    def kthread_suspend(self, td: int, ticks: int) -> int:
        return self._suspend(td, ticks)

    @serves("int kthread_resume(struct thread *td)", page=PAGE, source=SOURCE)
    def kthread_resume(self, td: int) -> int:
        self._suspended.discard(td)
        self.kernel.sleeping.wake(td + 1)
        return 0

    @serves("void kthread_suspend_check(void)", page=PAGE, source=SOURCE)
    def kthread_suspend_check(self) -> None:
        self._check(current_thread().td)

    def _check(self, td: int) -> None:
        while td in self._suspended:
            self.kernel.sleeping.wake(td + 2)
            self.kernel.sleeping.wait(td + 1, "ktsusp", None, catch=False, timeout=None, relock=False)

    @serves("int kproc_suspend(struct proc *p, int timo)", page=PROC_PAGE, source=SOURCE)
    def kproc_suspend(self, process: int, ticks: int) -> int:
        return self._suspend(process, ticks)

    @serves("int kproc_resume(struct proc *p)", page=PROC_PAGE, source=SOURCE)
    def kproc_resume(self, process: int) -> int:
        return self.kthread_resume(process)

    @serves("void kproc_suspend_check(struct proc *p)", page=PROC_PAGE, source=SOURCE)
    def kproc_suspend_check(self, process: int) -> None:
        self._check(process)
