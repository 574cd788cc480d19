"""What sleeps where it must not, and what is marked for the compiler."""

from pathlib import Path
from typing import TYPE_CHECKING

from kmi.language import analyse
from kmi.language.library import Library
from kmi.language.tree import With
from kmi.language.tree.walk import walk

if TYPE_CHECKING:
    from conftest import Agrees

DEVICE = """
        class Device(FileOperations):
            def __init__(self) -> None:
                self.fast = SpinLock(bytearray())
                self.slow = Mutex(bytearray())
                self.changed = Condition(self.slow)
"""


def test_nothing_sleeps_under_a_spin_lock(agrees: "Agrees") -> None:
    found = agrees(f"""
        {DEVICE}
            def read(self, file: File, data: Uio) -> None:
                with self.fast as fast:
                    with self.slow as slow:  # KMI0701
                        fast.extend(bytes(slow))
                    data.put(fast)  # KMI0702
                    data.skip(1)
    """)
    assert [diagnostic.message for diagnostic in found] == [
        "taking the mutex `self.slow` may sleep, under the spin lock `self.fast`",
        "`Uio.put` may sleep, under the spin lock `self.fast`",
    ]


def test_a_mutex_may_be_held_when_a_spin_lock_is_taken(agrees: "Agrees") -> None:
    agrees(f"""
        {DEVICE}
            def read(self, file: File, data: Uio) -> None:
                with self.slow as slow:
                    data.put(slow)
                    with self.fast as fast:
                        fast.extend(bytes(slow))
    """)


def test_the_whole_chain_of_calls_is_shown(agrees: "Agrees") -> None:
    (found,) = agrees(f"""
        {DEVICE}
            def read(self, file: File, data: Uio) -> None:
                with self.fast as fast:
                    self.first(data)  # KMI0702

            def first(self, data: Uio) -> None:
                self.first(data)
                self.second(data)

            def second(self, data: Uio) -> None:
                data.put(b"x")
    """)
    assert [label.text for label in found.labels] == [
        "the spin lock is held from here on",
        "`Device.first` calls `Device.second`",
        "`Device.second` calls `Uio.put`",
    ]


def test_an_override_that_sleeps_counts(agrees: "Agrees") -> None:
    agrees(f"""
        class Step:
            def run(self, data: Uio) -> None:
                data.skip(1)


        class Copy(Step):
            def run(self, data: Uio) -> None:
                data.put(b"x")

        {DEVICE}
            def read(self, file: File, data: Uio) -> None:
                step: Step = Copy()
                with self.fast as fast:
                    step.run(data)  # KMI0702
    """)


def test_the_blocks_of_spin_locks_are_marked(agrees: "Agrees", tmp_path: Path) -> None:
    agrees(f"""
        {DEVICE}
            def read(self, file: File, data: Uio) -> None:
                with self.fast as fast:
                    fast.append(1)
                with self.slow as slow:
                    slow.append(1)
    """)
    program = analyse(tmp_path / "program.py", Library()).program
    assert program is not None
    methods = program.main.classes["Device"].methods
    blocks = [node.atomic for node in walk(methods["read"].body) if isinstance(node, With)]
    assert blocks == [True, False]


def test_open_does_not_wait(agrees: "Agrees") -> None:
    (found,) = agrees(f"""
        {DEVICE}
            def open(self, file: File[None]) -> None:
                with self.slow:
                    self.until_changed()

            def until_changed(self) -> None:
                self.changed.wait()  # KMI0703

            def read(self, file: File, data: Uio) -> None:
                with self.slow:
                    self.until_changed()
    """)
    assert [label.text for label in found.labels] == [
        "the kernel holds a lock meanwhile",
        "`Device.open` calls `Device.until_changed`",
    ]


def test_callbacks_register_nothing(agrees: "Agrees") -> None:
    agrees("""
        class Inner(FileOperations):
            pass


        class Session:
            def __init__(self) -> None:
                self.device = MiscDevice("inner", Inner())  # KMI0704


        class Outer(FileOperations[Session]):
            def open(self, file: File[None]) -> Session:
                return self.session()

            def session(self) -> Session:
                return Session()


        class Fine:
            def __init__(self) -> None:
                self.device = MiscDevice("fine", Inner())


        @module(license="GPL", description="a test")
        class Registering(Module):
            def __init__(self) -> None:
                self.fine = Fine()
                self.outer = MiscDevice("outer", Outer())
    """)


def test_a_registration_lives_as_long_as_the_module(agrees: "Agrees") -> None:
    agrees("""
        class Part:
            def __init__(self) -> None:
                self.device = MiscDevice("part", FileOperations())


        class Pair:
            def __init__(self) -> None:
                self.first = Part()
                self.second: Part = Part()


        class Loose:
            def __init__(self, part: Part) -> None:
                self.part: Part | None = part


        class Changing:
            def __init__(self) -> None:
                self.part: Part = Part()  # KMI0705

            def change(self, part: Part) -> None:
                self.part = part


        class Held(FileOperations):
            def __init__(self) -> None:
                self.pair = Pair()


        def make() -> Pair:
            return Pair()  # KMI0705


        @module(license="GPL", description="a test")
        class Parts(Module):
            def __init__(self) -> None:
                self.device = MiscDevice("whole", Held())
                self.pair = Pair()
                self.loose = Mutex(Loose(Part()))  # KMI0705
                self.parts = Mutex([Pair()])  # KMI0705
                self.made = make()
    """)


def test_close_waits_for_a_limited_time_and_poll_not_at_all(agrees: "Agrees") -> None:
    agrees("""
        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.changed = Condition(self.kept)

            def read(self, file: File, data: Uio) -> None:
                self.until(1)

            def close(self, file: File) -> None:
                self.until(0)
                with self.kept:
                    self.changed.wait_for(10)

            def until(self, size: int) -> None:
                with self.kept as kept:
                    while len(kept) < size:
                        self.changed.wait()  # KMI0706

            def poll(self, file: File, table: PollTable) -> Poll:
                table.wait(self.changed)
                with self.kept:
                    self.changed.wait_for(10)  # KMI0706
                return Poll(0)
    """)
