"""What is published and read without a lock."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

START = """
        from kmi.rcu import Published

        @dataclass(frozen=True)
        class Limits:
            most: int


        class Closing:
            def __init__(self, number: int) -> None:
                self.number = number
                self.log = Mutex(bytearray())

            def __del__(self) -> None:
                with self.log as log:
                    log.append(1)

"""


def test_what_is_published_does_not_change(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
        class Holder:
            def __init__(self) -> None:
                self.limits = Published(Limits(1))
                self.name = Published("nobody")
                self.closing = Published(Closing(1))
                self.entry = Published(Entry())  # KMI0621
                self.bytes = Published(bytearray())  # KMI0621
                self.number = Published(7)  # KMI0621
    """)


def test_nothing_sleeps_while_one_reads(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.limits = Published(Limits(1))
                self.lock = Mutex(bytearray())
                self.spin = SpinLock(bytearray())

            def read(self, file: File, data: Uio) -> None:
                with self.limits.read() as limits:
                    with self.spin as spin:
                        spin.append(limits.most)
                    with self.lock as lock:  # KMI0701
                        lock.append(limits.most)
                    data.put(b"x")  # KMI0702
                    self.limits.replace(Limits(2))  # KMI0701
                with self.spin as spin:
                    with self.limits.read() as limits:
                        spin.append(limits.most)
                    self.limits.replace(Limits(2))  # KMI0701
                self.limits.replace(Limits(limits.most))
    """)


def test_what_is_read_may_be_kept_but_not_the_place(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
        class Holder:
            def __init__(self) -> None:
                self.limits = Published(Limits(1))

            def now(self) -> Limits:
                with self.limits.read() as limits:
                    return limits

            def wrong(self) -> None:
                seeing = self.limits.read()  # KMI0612
    """)


def test_an_owner_is_not_let_go_while_one_reads(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
        class Holder:
            def __init__(self) -> None:
                self.limits = Published(Limits(1))


        def use(holder: Holder) -> int:
            with holder.limits.read() as limits:
                holder = Holder()  # KMI0615
                return limits.most
    """)


def test_an_atomic_and_a_count_for_each_cpu_are_places(agrees: "Agrees") -> None:
    agrees("""
        from kmi.atomic import Atomic
        from kmi.percpu import PerCpu

        class Device(FileOperations):
            def __init__(self) -> None:
                self.small: Atomic[u8] = Atomic(0)
                self.wide: Atomic[u64] = Atomic(0)
                self.flag = Atomic(False)
                self.text = Atomic("x")  # KMI0309
                self.many = PerCpu()

            def read(self, file: File, data: Uio) -> None:
                before: u8 = self.small.fetch_add(1)
                if self.flag.exchange(True):
                    self.many.add(before)
                number = self.wide  # KMI0606
                self.small = Atomic(3)  # KMI0605
    """)
