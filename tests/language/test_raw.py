"""Under a raw spin lock there is no allocator."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

START = """
        class Ring:
            def __init__(self) -> None:
                self.bytes: bytearray = bytearray(16)
                self.numbers: list[int] = [0, 0]
                self.entries: list[Entry] = [Entry()]
                self.names: dict[int, str] = {}
                self.last: Entry | None = None
                self.head: int = 0


        def grow(ring: Ring) -> None:
            ring.numbers.append(1)


        def advance(ring: Ring) -> None:
            ring.head = (ring.head + 1) % 16


        class Device:
            def __init__(self) -> None:
                self.ring = RawSpinLock(Ring())
                self.count = RawSpinLock(Entry())
                self.fast = SpinLock(Entry())
                self.slow = Mutex(Entry())
"""


def test_numbers_and_what_is_there_already_are_used(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def use(self) -> int:
                total = 0
                with self.ring as ring:
                    ring.bytes[ring.head] = 7
                    ring.numbers[0] += 1
                    advance(ring)
                    first = ring.entries[0]
                    first.count += len(ring.bytes)
                    for number in ring.numbers:
                        total += number
                    if 7 in ring.bytes:
                        raise ValueError(f"{{total}}")
                    info(f"{{total}}")
                    with self.count as count:
                        count.count += 1
                return total
    """)


def test_nothing_is_made_and_nothing_ends(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def use(self, given: bytes) -> None:
                kept = given
                with self.ring as ring:
                    ring.bytes.append(1)  # KMI0711
                    ring.bytes.extend(given)  # KMI0711
                    made = Entry()  # KMI0711
                    ring.last = None  # KMI0711
                    ring.entries[0] = ring.entries[0]  # KMI0711
                    ring.names[1] = "x"  # KMI0711
                    part = ring.bytes[1:2]  # KMI0711
                    text = f"{{ring.head}}"  # KMI0711
                    grow(ring)  # KMI0711
                    kept = b"x"  # KMI0711
    """)


def test_only_raw_locks_are_taken(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def use(self) -> None:
                with self.ring as ring:
                    with self.fast as fast:  # KMI0711
                        fast.count = ring.head
                with self.count as count:
                    with self.slow as slow:  # KMI0701
                        slow.count = count.count
    """)


def test_nobody_is_woken_and_nothing_is_drawn(agrees: "Agrees") -> None:
    agrees("""
        from kmi.completion import Completion
        from kmi.random import random_below, random_bytes


        class Count:
            def __init__(self) -> None:
                self.count: int = 0


        class Device:
            def __init__(self) -> None:
                self.count = RawSpinLock(Count())
                self.done = Completion()

            def ring(self) -> None:
                self.done.complete_all()

            def use(self) -> None:
                with self.count as count:
                    count.count += 1
                    self.done.complete()  # KMI0711
                    self.ring()  # KMI0711
                    count.count = random_below(6)  # KMI0711
                    drawn = random_bytes(6)  # KMI0711
                self.done.complete()
                number = random_below(6)
    """)
