"""What the simulated kernel finds wrong, with the lines to blame; and what it has nothing against."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import Deadlock, LockMisuse

Written = Callable[[str], Path]

TWO_LOCKS = """
class Value:
    def __init__(self) -> None:
        self.n: int = 0

class Device(FileOperations):
    def __init__(self) -> None:
        self.a = Mutex(Value())
        self.b = Mutex(Value())
        self.s = SpinLock(Value())
        self.changed = Condition(self.a)

    def ioctl(self, file: File, request: Request) -> int:
        if request.command == 1:
            with self.a as a:
                with self.b as b:  # b in a
                    a.n += b.n
        elif request.command == 2:
            with self.b as b:
                with self.a as a:  # a in b
                    a.n += b.n
        elif request.command == 3:
            with self.s as s:  # atomic
                s.n += self.sleeping()  # calls it
        elif request.command == 4:
            with self.a as a:
                with self.a as again:  # recursive
                    a.n += again.n
        elif request.command == 5:
            with self.a as a:
                self.changed.wait()  # waits for ever
        elif request.command == 6:
            self.changed.notify()  # without the mutex
        elif request.command == 7:
            self.a.__exit__(None, None, None)  # not held
        elif request.command == 8:
            with self.s as s:
                with self.s as t:
                    s.n += t.n
        return 0

    def sleeping(self) -> int:
        with self.a as a:  # sleeps
            return a.n
"""


def line_of(path: Path, text: str) -> int:
    """The number of the only line that holds the text."""
    (number,) = (n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)
    return number


def test_locks_in_both_orders(simulated: SimulatedKernel, written: Written) -> None:
    path = written(TWO_LOCKS)
    simulated.load(path, check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    for command in (1, 1, 2, 2):
        user.ioctl(fd, command)
    (report,) = simulated.reports()
    assert report.kind == "lock order"
    assert report.title == "Device.b and Device.a are taken in both orders"
    inner, outer = line_of(path, "# a in b"), line_of(path, "# b in a")
    by = f"by ioctl by process {user.pid}"
    assert report.lines == (
        f"Device.a taken at device.py:{inner} in Device.ioctl, {by}, "
        f"while holding Device.b, taken at device.py:{inner - 1} in Device.ioctl",
        f"Device.b taken at device.py:{outer} in Device.ioctl, {by}, "
        f"while holding Device.a, taken at device.py:{outer - 1} in Device.ioctl",
    )


def test_one_order_is_fine(simulated: SimulatedKernel, written: Written) -> None:
    simulated.load(written(TWO_LOCKS), check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    for _ in range(3):
        user.ioctl(fd, 1)
    assert simulated.reports() == []


def test_sleeping_under_a_spin_lock(simulated: SimulatedKernel, written: Written) -> None:
    path = written(TWO_LOCKS)
    simulated.load(path, check=False)
    user = simulated.process()
    user.ioctl(user.open("/dev/device"), 3)
    (report,) = simulated.reports()
    assert str(report).splitlines() == [
        "sleep in atomic context: "
        f"taking Device.a at device.py:{line_of(path, '# sleeps')} in Device.sleeping",
        f"    called from device.py:{line_of(path, '# calls it')} in Device.ioctl",
        f"    while holding Device.s (taken at device.py:{line_of(path, '# atomic')} in Device.ioctl)",
    ]


@pytest.mark.parametrize(
    ("command", "kind", "text"),
    [
        (4, "recursive lock", "# recursive"),
        (6, "condition without its mutex", "# without the mutex"),
        (7, "unlock", "# not held"),
        (8, "recursive lock", "with self.s as t"),
    ],
)
def test_lock_rules(simulated: SimulatedKernel, written: Written, command: int, kind: str, text: str) -> None:
    path = written(TWO_LOCKS)
    simulated.load(path, check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    with pytest.raises(LockMisuse) as misuse:
        user.ioctl(fd, command)
    (report,) = simulated.reports()
    assert report.kind == kind
    assert f"device.py:{line_of(path, text)} in Device.ioctl" in str(report)
    assert misuse.value.report == report


def test_a_deadlock_names_each_thread_and_line(simulated: SimulatedKernel, written: Written) -> None:
    path = written(TWO_LOCKS)
    simulated.load(path, check=False)
    one, other = simulated.process(), simulated.process()
    call = one.start("ioctl", one.open("/dev/device"), 5)
    call.wait_blocked()
    with pytest.raises(Deadlock) as deadlock:
        other.ioctl(other.open("/dev/device"), 5)
    line = f"at device.py:{line_of(path, '# waits for ever')} in Device.ioctl"
    assert str(deadlock.value).splitlines()[1:] == [
        f"    ioctl by process {one.pid}: waits for Device.changed {line}",
        f"    ioctl by process {other.pid}: waits for Device.changed {line}",
    ]


def test_a_kernel_in_deadlock_can_be_ended(written: Written) -> None:
    path = written(
        """
        class Device(FileOperations):
            def __init__(self) -> None:
                self.n = Mutex(bytearray())
                self.changed = Condition(self.n)

            def read(self, file: File, data: Uio) -> None:
                try:
                    with self.n:
                        self.changed.wait()
                finally:
                    info("finally")
                    with self.n:
                        self.changed.wait_for(5)
        """
    )
    kernel = SimulatedKernel(3)
    kernel.load(path, check=False)
    users = [kernel.process() for _ in range(3)]
    calls = [user.start("read", user.open("/dev/device"), 1) for user in users]
    for call in calls:
        call.wait_blocked()
    threads = list(kernel.scheduler.threads)
    assert None not in [thread.carrier for thread in threads]
    kernel.close()
    kernel.close()
    assert [thread.carrier for thread in threads] == [None] * 3
    assert all(thread.done for thread in threads)
    assert kernel.log() == ["finally"] * 3
    assert kernel.reports() == []


def test_a_cross_over_of_locks_is_found_by_some_seed(written: Written) -> None:
    path = written(TWO_LOCKS)
    ends = set()
    for seed in range(40):
        with SimulatedKernel(seed) as kernel:
            kernel.load(path, check=False)
            one, other = kernel.process(), kernel.process()
            calls = [
                one.start("ioctl", one.open("/dev/device"), 1),
                other.start("ioctl", other.open("/dev/device"), 2),
            ]
            try:
                for call in calls:
                    call.result()
                ends.add("through")
            except Deadlock as deadlock:
                assert "Device.a, held by" in str(deadlock) and "Device.b, held by" in str(deadlock)
                ring = str(deadlock).splitlines()[-1].strip()
                first, second = (f"ioctl by process {user.pid}" for user in (one, other))
                assert ring == f"in a ring: {first} waits for {second} waits for {first}"
                ends.add("deadlock")
            assert [report.kind for report in kernel.reports()] == ["lock order"]
    assert ends == {"through", "deadlock"}


CYCLE = """
class Node:
    def __init__(self) -> None:
        self.other: Node | None = None

class Device(FileOperations):
    def ioctl(self, file: File, request: Request) -> int:
        first = Node()
        second = Node()
        first.other = second
        if request.command == 1:
            second.other = first
        return 0
"""


@pytest.mark.parametrize("cyclic", [False, True])
def test_a_cycle_is_a_leak(simulated: SimulatedKernel, written: Written, cyclic: bool) -> None:
    path = written(CYCLE)
    simulated.load(path, check=False)
    user = simulated.process()
    user.ioctl(user.open("/dev/device"), int(cyclic))
    simulated.settle()
    lines = tuple(
        f"1 of Node, made at device.py:{line_of(path, text)} in Device.ioctl"
        for text in ("first = Node()", "second = Node()")
    )
    expected = [("leak", "2 objects are left of device", lines)] if cyclic else []
    assert [(r.kind, r.title, r.lines) for r in simulated.reports()] == expected


def test_an_exception_leaves_nothing(simulated: SimulatedKernel, written: Written) -> None:
    path = written(
        """
        class Node:
            def __init__(self) -> None:
                self.items = [1]

        class Device(FileOperations):
            def ioctl(self, file: File, request: Request) -> int:
                node = Node()
                try:
                    return node.items[5]
                except IndexError as missing:
                    raise ValueError("wrapped") from missing
        """
    )
    simulated.load(path, check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    with pytest.raises(OSError):
        user.ioctl(fd, 0)
    simulated.settle()
    assert simulated.reports() == []


def test_an_exception_that_is_not_the_modules_passes_through(
    simulated: SimulatedKernel, written: Written
) -> None:
    class Rung(Exception):
        pass

    def ring(number: int, frame: object) -> None:
        raise Rung

    path = written(
        """
        class Device(FileOperations):
            def ioctl(self, file: File, request: Request) -> int:
                while True:
                    pass
        """
    )
    simulated.load(path, check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(Rung):
            user.ioctl(fd, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert simulated.log() == []


WAITS = """
class Device(FileOperations):
    def __init__(self) -> None:
        self.n = Mutex(bytearray())
        self.changed = Condition(self.n)

    def open(self, file: File) -> None:
        if not file.readable:
            with self.n:
                self.changed.wait_for(5)  # in open

    def close(self, file: File) -> None:
        if file.nonblocking:
            with self.n:
                self.changed.wait()  # in close

    def write(self, file: File, data: Uio) -> None:
        with self.n:
            self.changed.notify_all()
"""


def test_waiting_in_open_holds_up_every_other_open(simulated: SimulatedKernel, written: Written) -> None:
    path = written(WAITS)
    simulated.load(path, check=False)
    simulated.process().open("/dev/device", os.O_WRONLY)
    (report,) = simulated.reports()
    assert report.kind == "wait in open"
    assert report.title.endswith(f"at device.py:{line_of(path, '# in open')} in Device.open")


def test_waiting_in_close_needs_a_limit(simulated: SimulatedKernel, written: Written) -> None:
    path = written(WAITS)
    simulated.load(path, check=False)
    user, other = simulated.process(), simulated.process()
    call = user.start("close", user.open("/dev/device", os.O_RDWR | os.O_NONBLOCK))
    call.wait_blocked()
    other.write(other.open("/dev/device"), b"x")
    call.result()
    (report,) = simulated.reports()
    assert report.kind == "endless wait in close"
    assert report.title.endswith(f"at device.py:{line_of(path, '# in close')} in Device.close")


def test_a_loop_that_spins_for_another_thread_ends(simulated: SimulatedKernel, written: Written) -> None:
    path = written(
        """
        class Device(FileOperations):
            def __init__(self) -> None:
                self.go = False

            def read(self, file: File, data: Uio) -> None:
                while not self.go:
                    pass

            def write(self, file: File, data: Uio) -> None:
                self.go = True
        """
    )
    simulated.load(path, check=False)
    spinner, other = simulated.process(), simulated.process()
    call = spinner.start("read", spinner.open("/dev/device"), 1)
    fd = other.open("/dev/device")
    assert not call.done()
    other.write(fd, b"x")
    assert call.result() == b""


def test_what_was_lent_to_a_callback_is_not_for_later(simulated: SimulatedKernel, written: Written) -> None:
    path = written(
        """
        class Device(FileOperations):
            def __init__(self) -> None:
                self.file: File | None = None
                self.data: Uio | None = None

            def open(self, file: File) -> None:
                self.file = file

            def read(self, file: File, data: Uio) -> None:
                data.put(b"x")
                self.data = data

            def poll(self, file: File, table: PollTable) -> Poll:
                self.table = table
                return Poll.IN

            def ioctl(self, file: File, request: Request) -> int:
                if request.command == 1:
                    return int(self.file.nonblocking)  # the file of open
                if request.command == 2:
                    self.table.wait(None)  # the polltable of poll
                return self.data.remaining  # the data of read
        """
    )
    simulated.load(path, check=False)
    user = simulated.process()
    fd = user.open("/dev/device")
    assert user.read(fd, 1) == b"x"
    assert user.poll([(fd, 1)]) == [(fd, 1)]
    for command, what, lender in (
        (1, "File.nonblocking", "open"),
        (2, "PollTable.wait", "poll"),
        (3, "Uio.remaining", "read"),
    ):
        with pytest.raises(LockMisuse):
            user.ioctl(fd, command)
        line = line_of(path, f"the {what.partition('.')[0].lower().replace('uio', 'data')} of {lender}")
        report = simulated.reports()[-1]
        assert report.kind == "use after release"
        assert report.title == f"{what} is used at device.py:{line} in Device.ioctl"
        kind = what.partition(".")[0]
        assert report.lines == (f"the {kind} was lent to Device.{lender}, which has returned",)


def test_what_a_lock_guards_is_not_for_later(simulated: SimulatedKernel, written: Written) -> None:
    path = written(
        """
        from kmi.sync import RwLock

        class Value:
            def __init__(self) -> None:
                self.n: int = 0

        class Device(FileOperations):
            def __init__(self) -> None:
                self.a = Mutex(Value())
                self.kept = Mutex(bytearray())
                self.shared = RwLock(Value())
                self.changed = Condition(self.a)

            def read(self, file: File, data: Uio) -> None:
                with self.a:
                    self.changed.wait()

            def write(self, file: File, data: Uio) -> None:
                with self.a as a:  # takes a
                    a.n = 1
                self.later(a)  # calls it
                with self.kept as kept:  # takes kept
                    kept.extend(b"x")
                kept.extend(b"y")  # grows
                with self.shared.read() as shared:  # takes shared
                    shared.n = shared.n + 1  # writes as a reader
                with self.shared.write() as shared:
                    shared.n = 4
                with self.a as a:
                    self.changed.notify_all()

            def later(self, a: Value) -> None:
                a.n = 2  # changes
                a.n = 2 + len(str(a.n))  # once more
        """
    )
    simulated.load(path, check=False)
    user, other = simulated.process(), simulated.process()
    fd = user.open("/dev/device")
    call = other.start("read", other.open("/dev/device"), 1)
    call.wait_blocked()
    user.write(fd, b"x")
    call.result()
    by = f"by write by process {user.pid}"
    reports = [str(report).splitlines() for report in simulated.reports() if "race" not in report.kind]

    def at(text: str, function: str = "write") -> str:
        return f"device.py:{line_of(path, text)} in Device.{function}, {by}"

    called = f"    called from {at('# calls it')}".removesuffix(f", {by}")
    last = "    which was last taken at "
    assert reports == [
        [
            f"use after release: Value.n is changed at {at('# changes', 'later')}, "
            "who does not hold Device.a",
            called,
            last + at("# takes a"),
        ],
        [
            f"use after release: Value.n is read at {at('# once more', 'later')}, "
            "who does not hold Device.a",
            called,
            last + at("# takes a"),
        ],
        [
            f"use after release: the bytearray is changed at {at('# grows')}, who does not hold Device.kept",
            last + at("# takes kept"),
        ],
        [
            f"use after release: Value.n is changed at {at('# writes as a reader')}, "
            "who does not hold Device.shared",
            last + at("# takes shared"),
        ],
    ]


def test_memory_under_a_raw_spin_lock(simulated: SimulatedKernel, written: Written) -> None:
    path = written(
        """
        from kmi.sync import RawSpinLock

        class Device(FileOperations):
            def __init__(self) -> None:
                self.a = RawSpinLock(bytearray())

            def ioctl(self, file: File, request: Request) -> int:
                with self.a as a:  # taken
                    a.append(1)  # grows
                return 0
        """
    )
    simulated.load(path, check=False)
    user = simulated.process()
    user.ioctl(user.open("/dev/device"), 3)
    (report,) = simulated.reports()
    assert str(report).splitlines() == [
        "allocation under a raw spin lock: "
        f"bytearray is made at device.py:{line_of(path, '# grows')} in Device.ioctl",
        f"    while holding Device.a (taken at device.py:{line_of(path, '# taken')} in Device.ioctl)",
    ]
