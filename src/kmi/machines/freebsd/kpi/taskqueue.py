"""taskqueue(9): functions that a thread calls soon, once for however often they were asked for.

Sources: taskqueue(9), sys/kern/subr_taskqueue.c.

Invariants: a task is in a queue at most once; a queue that has threads runs what is in it by priority, and
the older first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kmi.machines.freebsd import errors
from kmi.machines.freebsd.kpi.callout import Callouts, Timer
from kmi.machines.freebsd.kpi.part import Part
from kmi.machines.freebsd.kpi.printing import Printing
from kmi.machines.freebsd.serve import Rest, serves
from kmi.machines.freebsd.threads import KernelThread, current_thread

if TYPE_CHECKING:
    from kmi.machines.freebsd.kernel import Kernel

__all__ = ["Taskqueues"]

PAGE: Final = "taskqueue(9)"
SOURCE: Final = "sys/kern/subr_taskqueue.c"
FAIL_IF_PENDING, FAIL_IF_CANCELING = 0x1, 0x2
CALLOUT_ARMED, DRAINING = 0x1, 0x2
#: The kernel's own queues: the variable that has each, and whether what it runs may sleep.
GLOBAL: Final = {"thread": True, "swi": False, "swi_giant": False, "fast": False, "bus": True}


@dataclass(eq=False)
class Queue:
    """A `struct taskqueue`."""

    address: int
    name: str
    enqueue: int
    """The function that is told of new tasks."""
    context: int
    sleeps: bool = True
    spin: bool = False
    tasks: list[int] = field(default_factory=list)
    running: dict[KernelThread, int] = field(default_factory=dict)
    """The task that each of its threads runs."""
    threads: int = 0
    """How many it may have; they live while there is something to do."""
    title: str = ""
    alive: list[KernelThread] = field(default_factory=list)
    blocked: bool = False
    timers: dict[int, Timer] = field(default_factory=dict)
    active: bool = True


class Taskqueues(Part):
    """All queues."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._queues: dict[int, Queue] = {}

    def data(self) -> dict[str, int]:
        addresses = {}
        for name, sleeps in GLOBAL.items():
            variable, address = self.kernel.regions.static(8), self.kernel.regions.static(64)
            self.kernel.engine.write(variable, address.to_bytes(8, "little"))
            queue = Queue(address, name, 0, variable, sleeps, spin=name == "fast", threads=1)
            queue.title = f"{name} taskq"
            self._queues[address] = queue
            addresses[f"taskqueue_{name}"] = variable
        return addresses

    def _queue(self, address: int) -> Queue:
        queue = self._queues.get(address)
        if queue is None:
            raise self.kernel.panic(f"taskqueue: there is no queue at {address:#x}")
        return queue

    # Making and ending.

    def _create(self, name: int, flags: int, enqueue: int, context: int, spin: bool) -> int:
        if flags & 0x1 and self.kernel.failing("taskqueue_create"):
            return 0
        if not flags & 0x1:
            self.kernel.witness.warn("taskqueue_create")
        address = self.kernel.regions.static(64)
        self._queues[address] = Queue(address, self.string(name), enqueue, context, spin=spin)
        return address

    @serves(
        "struct taskqueue *taskqueue_create(const char *name, int mflags, void *enqueue, void *context)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_create(self, name: int, flags: int, enqueue: int, context: int) -> int:
        return self._create(name, flags, enqueue, context, False)

    @serves(
        "struct taskqueue *taskqueue_create_fast(const char *name, int mflags, void *enqueue, void *context)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_create_fast(self, name: int, flags: int, enqueue: int, context: int) -> int:
        return self._create(name, flags, enqueue, context, True)

    @serves(
        "int taskqueue_start_threads(struct taskqueue **tqp, int count, int pri, const char *name, ...)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_start_threads(self, pointer: int, count: int, priority: int, form: int, rest: Rest) -> int:
        if count <= 0:
            return errors.EINVAL
        queue = self._queue(int.from_bytes(self.kernel.engine.read(pointer, 8), "little"))
        queue.title = self.kernel.part(Printing).format(self.string(form), rest)
        queue.threads += count
        self._serve(queue)
        return 0

    @serves("void taskqueue_free(struct taskqueue *queue)", page=PAGE, source=SOURCE)
    def taskqueue_free(self, address: int) -> None:
        queue = self._queue(address)
        queue.active = False
        while queue.alive or any(timer.pending for timer in queue.timers.values()):
            self._wait(queue, "tq_destroy")
        if queue.tasks:
            self.kernel.report(
                "taskqueue", f"the queue {queue.name} is freed with tasks that no thread will run",
                self.kernel.here(),
            )  # fmt: skip
        del self._queues[address]

    # Running.

    def _serve(self, queue: Queue) -> None:
        """Have a thread for what is to be done, if the queue may have one more."""
        if queue.blocked or not queue.tasks:
            return
        if len(queue.alive) - len(queue.running) < len(queue.tasks) and len(queue.alive) < queue.threads:
            number = len(queue.alive)
            name = f"{queue.title}_{number}" if queue.threads > 1 else queue.title
            spawned = self.kernel.threads.spawn(name or queue.name, lambda: self._loop(queue))
            assert isinstance(spawned, KernelThread)
            spawned.unattended = True
            queue.alive.append(spawned)

    def _loop(self, queue: Queue) -> None:
        thread = current_thread()
        thread.no_sleeping += not queue.sleeps
        self.run(queue)
        queue.alive.remove(thread)
        self.kernel.sleeping.wake(queue.address)

    def run(self, queue: Queue) -> None:
        """Run what is in the queue, on the running thread."""
        thread, threads = current_thread(), self.kernel.threads
        while queue.tasks and not queue.blocked:
            task = queue.tasks.pop(0)
            record = self.record("task", task)
            pending, record["ta_pending"] = record["ta_pending"], 0
            function, context = record["ta_func"], record["ta_context"]
            outer = queue.running.get(thread)
            queue.running[thread] = task
            threads.races.acquire(queue)
            threads.call(function, (context, pending))
            threads.races.release(queue)
            if thread.held:
                self.kernel.witness.returning(f"a task, {self.kernel.describe(function)}")
            if outer is None:
                del queue.running[thread]
            else:
                queue.running[thread] = outer
            self.kernel.sleeping.wake(queue.address)

    def _wait(self, queue: Queue, what: str) -> None:
        self.kernel.sleeping.wait(queue.address, what, None, catch=False, timeout=None, relock=False)
        self.kernel.threads.races.acquire(queue)

    @serves("void taskqueue_run(struct taskqueue *queue)", page=PAGE, source=SOURCE)
    def taskqueue_run(self, address: int) -> None:
        self.run(self._queue(address))

    @serves("void taskqueue_thread_enqueue(void *context)", page=PAGE, source=SOURCE)
    def taskqueue_thread_enqueue(self, context: int) -> None:
        self._serve(self._queue(int.from_bytes(self.kernel.engine.read(context, 8), "little")))

    # Asking for a task.

    @serves("int taskqueue_enqueue(struct taskqueue *queue, struct task *task)", page=PAGE, source=SOURCE)
    def taskqueue_enqueue(self, address: int, task: int) -> int:
        return self.taskqueue_enqueue_flags(address, task, 0)

    @serves(
        "int taskqueue_enqueue_flags(struct taskqueue *queue, struct task *task, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_enqueue_flags(self, address: int, task: int, flags: int) -> int:
        queue = self._queue(address)
        if not queue.spin and current_thread().critical:
            raise self.kernel.panic(
                "acquiring blockable sleep lock with spinlock or critical section held "
                "(sleep mutex) taskqueue"
            )
        number = self._put(queue, task, flags)
        self.kernel.threads.preempt()
        return number

    def _put(self, queue: Queue, task: int, flags: int = 0) -> int:
        record = self.record("task", task)
        if record["ta_pending"]:
            if flags & FAIL_IF_PENDING:
                return errors.EEXIST
            record["ta_pending"] = min(record["ta_pending"] + 1, 0xFFFF)
            self.kernel.threads.races.release(queue)
            return 0
        priority = record["ta_priority"]
        at = len(queue.tasks)
        while at and self.record("task", queue.tasks[at - 1])["ta_priority"] < priority:
            at -= 1
        queue.tasks.insert(at, task)
        record["ta_pending"] = 1
        self.kernel.threads.races.release(queue)
        if queue.blocked:
            return 0
        served = self.kernel.symbol("taskqueue_thread_enqueue")
        if queue.enqueue in (0, served):
            self._serve(queue)
        else:
            self.kernel.threads.call(queue.enqueue, (queue.context,))
        return 0

    @serves(
        "int taskqueue_cancel(struct taskqueue *queue, struct task *task, u_int *pendp)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_cancel(self, address: int, task: int, count: int) -> int:
        queue = self._queue(address)
        self._store(count, self._take_away(queue, task))
        return errors.EBUSY if task in queue.running.values() else 0

    def _store(self, address: int, value: int) -> None:
        if address:
            self.kernel.engine.write(address, value.to_bytes(4, "little"))

    def _take_away(self, queue: Queue, task: int) -> int:
        record = self.record("task", task)
        pending, record["ta_pending"] = record["ta_pending"], 0
        if task in queue.tasks:
            queue.tasks.remove(task)
        return pending

    @serves(
        "int taskqueue_poll_is_busy(struct taskqueue *queue, struct task *task)", page=PAGE, source=SOURCE
    )
    def taskqueue_poll_is_busy(self, address: int, task: int) -> int:
        queue = self._queue(address)
        return int(task in queue.tasks or task in queue.running.values())

    @serves("int taskqueue_member(struct taskqueue *queue, struct thread *td)", page=PAGE, source=SOURCE)
    def taskqueue_member(self, address: int, td: int) -> int:
        return int(any(thread.td == td for thread in self._queue(address).alive))

    @serves("void taskqueue_drain(struct taskqueue *queue, struct task *task)", page=PAGE, source=SOURCE)
    def taskqueue_drain(self, address: int, task: int) -> None:
        queue = self._queue(address)
        if not queue.spin:
            self.kernel.witness.warn("taskqueue_drain")
        while self.record("task", task)["ta_pending"] or task in queue.running.values():
            self._wait(queue, "tq_drain")
        self.kernel.threads.races.acquire(queue)

    @serves("void taskqueue_drain_all(struct taskqueue *queue)", page=PAGE, source=SOURCE)
    def taskqueue_drain_all(self, address: int) -> None:
        queue = self._queue(address)
        if not queue.spin:
            self.kernel.witness.warn("taskqueue_drain_all")
        waited = set(queue.tasks) | set(queue.running.values())
        while waited & (set(queue.tasks) | set(queue.running.values())):
            self._wait(queue, "tq_drain")
            waited &= set(queue.tasks) | set(queue.running.values())

    @serves("void taskqueue_quiesce(struct taskqueue *queue)", page=PAGE, source=SOURCE)
    def taskqueue_quiesce(self, address: int) -> None:
        queue = self._queue(address)
        while queue.tasks or queue.running:
            self._wait(queue, "tq_quiesce")

    @serves("void taskqueue_block(struct taskqueue *queue)", page=PAGE, source=SOURCE)
    def taskqueue_block(self, address: int) -> None:
        self._queue(address).blocked = True

    @serves("void taskqueue_unblock(struct taskqueue *queue)", page=PAGE, source=SOURCE)
    def taskqueue_unblock(self, address: int) -> None:
        queue = self._queue(address)
        queue.blocked = False
        self._serve(queue)

    # After a time.

    @serves(
        "void _timeout_task_init(struct taskqueue *queue, struct timeout_task *timeout_task, int priority, "
        "task_fn_t func, void *context)",
        page=PAGE,
        source=SOURCE,
    )
    def _timeout_task_init(self, queue: int, task: int, priority: int, function: int, context: int) -> None:
        self.kernel.engine.write(task, bytes(self.kernel.layouts["timeout_task"].size))
        record = self.record("timeout_task", task)
        record["q"] = queue
        inner = self.record("task", record.at("t"))
        inner["ta_priority"], inner["ta_func"], inner["ta_context"] = priority, function, context

    @serves(
        "int taskqueue_enqueue_timeout(struct taskqueue *queue, struct timeout_task *timeout_task, "
        "int ticks)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_enqueue_timeout(self, address: int, task: int, ticks: int) -> int:
        sbt = self.kernel.clock.tick_sbt * ticks
        return self.taskqueue_enqueue_timeout_sbt(address, task, sbt, 0, 0x100)

    @serves(
        "int taskqueue_enqueue_timeout_sbt(struct taskqueue *queue, struct timeout_task *timeout_task, "
        "sbintime_t sbt, sbintime_t pr, int flags)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_enqueue_timeout_sbt(
        self, address: int, task: int, sbt: int, precision: int, flags: int
    ) -> int:
        queue, record = self._queue(address), self.record("timeout_task", task)
        if record["q"] != address:
            raise self.kernel.panic("Migrated queue")
        inner = record.at("t")
        if record["f"] & DRAINING:
            return -1
        result = self.record("task", inner)["ta_pending"]
        if sbt == 0:
            self._put(queue, inner)
            return result
        if record["f"] & CALLOUT_ARMED:
            result += 1
        else:
            record["f"] |= CALLOUT_ARMED
            sbt = abs(sbt)
        if sbt > 0:
            timer = queue.timers.get(task)
            if timer is None:
                timer = queue.timers[task] = Timer(task, lambda: self._due(queue, task))
            self.kernel.part(Callouts).start(timer, self.kernel.sleeping.nanoseconds(sbt, flags))
        self.kernel.threads.preempt()
        return result

    def _due(self, queue: Queue, task: int) -> None:
        record = self.record("timeout_task", task)
        record["f"] &= ~CALLOUT_ARMED
        self._put(queue, record.at("t"))

    @serves(
        "int taskqueue_cancel_timeout(struct taskqueue *queue, struct timeout_task *timeout_task, "
        "u_int *pendp)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_cancel_timeout(self, address: int, task: int, count: int) -> int:
        queue, record = self._queue(address), self.record("timeout_task", task)
        timer = queue.timers.get(task)
        stopped = timer is not None and self.kernel.part(Callouts).stop(timer) > 0
        pending = self._take_away(queue, record.at("t")) + stopped
        record["f"] &= ~CALLOUT_ARMED
        self._store(count, pending)
        return errors.EBUSY if record.at("t") in queue.running.values() else 0

    @serves(
        "void taskqueue_drain_timeout(struct taskqueue *queue, struct timeout_task *timeout_task)",
        page=PAGE,
        source=SOURCE,
    )
    def taskqueue_drain_timeout(self, address: int, task: int) -> None:
        queue, record = self._queue(address), self.record("timeout_task", task)
        record["f"] |= DRAINING
        timer = queue.timers.get(task)
        if timer is not None:
            # As FreeBSD does: what waits for its time is not waited for, but cancelled.
            self.kernel.part(Callouts).stop(timer, drain=True)
        self.taskqueue_drain(address, record.at("t"))
        record["f"] &= ~(DRAINING | CALLOUT_ARMED)
