"""Timers, work and threads: what their methods may do, and what waiting for them means."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

HEADER = """
        from kmi.thread import Stopped, Thread
        from kmi.time import sleep_ms
        from kmi.timer import Timer
        from kmi.work import DelayedWork, Work

"""


def test_a_timers_method_may_not_sleep(agrees: "Agrees") -> None:
    found = agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.slow = Mutex(Entry())
                self.fast = SpinLock(Entry())
                self.timer = Timer(self.tick)
                self.work = Work(self.run)

            def tick(self) -> None:
                self.work.queue()
                self.timer.start(10)
                self.timer.cancel()
                with self.fast as fast:
                    fast.add()
                self.deeper()  # KMI0701
                self.work.flush()  # KMI0701
                sleep_ms(1)  # KMI0701

            def deeper(self) -> None:
                with self.slow as slow:
                    slow.add()

            def run(self) -> None:
                self.deeper()
                sleep_ms(1)
    """)
    (deep,) = (each for each in found if "deeper" in each.span.text)
    assert any("the kernel calls `Device.tick` where" in label.text for label in deep.labels)


def test_an_override_of_a_timers_method_may_not_sleep(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Base(FileOperations):
            def __init__(self) -> None:
                self.timer = Timer(self.tick)

            def tick(self) -> None:
                pass


        class Derived(Base):
            def tick(self) -> None:
                sleep_ms(1)  # KMI0701
    """)


def test_a_thread_may_wait_without_end_and_a_worker_not(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.entry = Mutex(Entry())
                self.changed = Condition(self.entry)
                self.work = Work(self.run)
                self.delayed = DelayedWork(self.later)
                self.thread = Thread(self.main, "main")

            def main(self) -> None:
                with self.entry as entry:
                    while entry.count == 0:
                        self.changed.wait()

            def run(self) -> None:
                with self.entry as entry:
                    while entry.count == 0:
                        self.changed.wait()  # KMI0706

            def later(self) -> None:
                with self.entry as entry:
                    if entry.count == 0:
                        self.changed.wait_for(100)
    """)


def test_a_callback_registers_nothing(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Late:
            def __init__(self) -> None:
                self.timer = Timer(self.tick)  # KMI0704

            def tick(self) -> None:
                pass


        class Device(FileOperations):
            def __init__(self) -> None:
                self.work = Work(self.run)

            def run(self) -> None:
                Late()
    """)


def test_the_owner_of_a_timer_lives_as_long_as_the_module(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Ticking:
            def __init__(self) -> None:
                self.timer = Timer(self.tick)

            def tick(self) -> None:
                pass


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = Ticking()

            def open(self, file: File[None]) -> None:
                self.slot(Ticking())

            def slot(self, ticking: Ticking) -> None:
                pass


        class Holder:
            def __init__(self) -> None:
                self.kept: list[Ticking] = [Ticking()]  # KMI0705
    """.replace("Timer(self.tick)", "Timer(self.tick)  # KMI0704"))


def test_what_a_timer_changes_is_under_a_lock(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Ticking:
            def __init__(self) -> None:
                self.ticks = 0
                self.timer = Timer(self.tick)

            def tick(self) -> None:
                self.ticks += 1


        class Device(FileOperations):
            def __init__(self) -> None:
                self.own = 0
                self.kept = Ticking()  # KMI0602
                self.timer = Timer(self.tick)

            def tick(self) -> None:
                self.own += 1  # KMI0601
    """)


def test_a_registration_calls_a_method_of_its_own_object(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        def plain() -> None:
            pass


        class Other:
            def run(self) -> None:
                pass


        class Device(FileOperations):
            def __init__(self, other: Other) -> None:
                self.one = Work(other.run)  # KMI0205
                self.two = Work(plain)  # KMI0205
                self.three = Work(self.takes)  # KMI0302

            def takes(self, number: int) -> None:
                pass
    """)


def test_a_flush_takes_what_the_method_takes(agrees: "Agrees") -> None:
    (found,) = agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.entry = Mutex(Entry())
                self.free = Mutex(Entry())
                self.work = Work(self.run)

            def run(self) -> None:
                self.deeper()

            def deeper(self) -> None:
                with self.entry as entry:
                    entry.add()

            def read(self, file: File, data: Uio) -> None:
                with self.free as free:
                    free.add()
                    self.work.flush()
                with self.entry as entry:
                    entry.add()
                    self.work.flush()  # KMI0802
    """)
    assert "`Device.run`, which takes it, is waited for" in found.message


def test_a_flush_is_an_edge_of_the_order_of_locks(agrees: "Agrees") -> None:
    (found,) = agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.one = Mutex(Entry())
                self.other = Mutex(Entry())
                self.work = DelayedWork(self.run)

            def run(self) -> None:
                with self.one as one:
                    one.add()

            def wait(self) -> None:
                self.work.flush()

            def read(self, file: File, data: Uio) -> None:
                with self.other as other:
                    other.add()
                    self.wait()  # KMI0801

            def write(self, file: File, data: Uio) -> None:
                with self.one as one, self.other as other:
                    one.add()
                    other.add()
    """)
    assert any("waits for `Device.run` to end" in label.text for label in found.labels)


def test_works_do_not_wait_for_themselves_nor_for_each_other(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.one = Work(self.run)
                self.other = Work(self.run_other)
                self.own = Work(self.run_own)
                self.free = Work(self.run_free)

            def run(self) -> None:
                self.other.flush()  # KMI0707

            def run_other(self) -> None:
                self.one.flush()  # KMI0707

            def run_own(self) -> None:
                self.deeper()

            def deeper(self) -> None:
                self.own.flush()  # KMI0707

            def run_free(self) -> None:
                self.one.flush()
    """)


def test_a_condition_needs_its_mutex_in_a_method_that_a_worker_calls(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.entry = Mutex(Entry())
                self.changed = Condition(self.entry)
                self.work = Work(self.run)

            def run(self) -> None:
                self.changed.notify()  # KMI0805
    """)
