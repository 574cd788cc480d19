"""Locks with readers: what `read()` lends is only looked at, by whatever way."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Agrees

TABLE = """
        class Names:
            def __init__(self) -> None:
                self.of: list[bytearray] = []
                self.asked: int = 0


        def fill(names: Names) -> None:
            names.of.append(bytearray(1))


        def count(names: Names) -> int:
            total = 0
            for each in names.of:
                total += len(each)
            return total


        class Table:
            def __init__(self) -> None:
                self.names = RwLock(Names())
                self.other = Mutex(Names())
                self.spin = SpinLock(Names())
"""


@pytest.mark.parametrize(
    "change",
    [
        "names.asked = 1",
        "names.asked += 1",
        "names.of.append(bytearray(1))",
        "del names.of[0]",
        "names.of[0] = bytearray(1)",
        "names.of[0][0] = 1",
        "names.of[0].clear()",
        "fill(names)",
        "names.of += [bytearray(1)]",
    ],
)
def test_nothing_of_what_is_lent_to_readers_changes(agrees: "Agrees", change: str) -> None:
    agrees(f"""
        {TABLE}
            def use(self) -> None:
                with self.names.write() as names:
                    {change}
                with self.names.read() as names:
                    {change}  # KMI0620
    """)


def test_a_part_that_has_a_name_of_its_own_does_not_change_either(agrees: "Agrees") -> None:
    agrees(f"""
        {TABLE}
            def use(self) -> None:
                with self.names.read() as names:
                    for each in names.of:
                        each.append(1)  # KMI0620
                    first = names.of[0]
                    first.extend(b"x")  # KMI0620
    """)


def test_readers_may_look_and_copy(agrees: "Agrees") -> None:
    agrees(f"""
        {TABLE}
            def use(self) -> bytes:
                mine: list[int] = []
                with self.names.read() as names:
                    mine.append(count(names) + len(names.of) + names.asked)
                    copy = bytes(names.of[0])
                    if bytearray(b"x") in names.of:
                        mine.append(1)
                return copy
    """)


def test_what_readers_are_lent_does_not_leave_the_block(agrees: "Agrees") -> None:
    agrees(f"""
        {TABLE}
            def first(self) -> bytearray:
                with self.names.read() as names:
                    return names.of[0]  # KMI0608
    """)


def test_reading_and_writing_are_one_lock(agrees: "Agrees") -> None:
    agrees(f"""
        {TABLE}
            def twice(self) -> None:
                with self.names.read() as names:
                    with self.names.write() as more:  # KMI0802
                        more.asked = 1

            def again(self) -> int:
                with self.names.read() as names:
                    with self.names.read() as more:  # KMI0802
                        return more.asked

            def one(self) -> None:
                with self.names.read() as names:
                    with self.other as other:  # KMI0801
                        other.asked = names.asked

            def other_way(self) -> None:
                with self.other as other:
                    with self.names.write() as names:
                        names.asked = other.asked
    """)


def test_readers_sleep_so_they_do_not_spin(agrees: "Agrees") -> None:
    agrees(f"""
        {TABLE}
            def use(self) -> None:
                with self.spin as spin:
                    with self.names.read() as names:  # KMI0701
                        spin.asked = names.asked
    """)


def test_what_a_lock_gives_for_with_is_no_value(agrees: "Agrees") -> None:
    agrees(f"""
        {TABLE}
            def use(self) -> None:
                guard = self.names.read()  # KMI0612
                self.names.write()  # KMI0612
    """)


def test_waiting_for_a_completion_keeps_a_lock(agrees: "Agrees") -> None:
    agrees("""
        from kmi.completion import Completion

        class Queue:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.done = Completion()

            def wait(self) -> None:
                with self.kept as kept:
                    self.done.wait()  # KMI0806
                self.done.wait()


        class Device(FileOperations):
            def __init__(self) -> None:
                self.done = Completion()
                self.spin = SpinLock(bytearray())

            def open(self, file: File[None]) -> None:
                self.done.wait()  # KMI0703

            def close(self, file: File) -> None:
                self.done.wait()  # KMI0706
                self.done.wait_for(100)
                self.done.complete()

            def read(self, file: File, data: Uio) -> None:
                with self.spin as spin:
                    self.done.complete()
                    self.done.wait_for(1)  # KMI0701
    """)
