"""What several threads reach: fields and objects that change, state of files, places, what is borrowed."""

from pathlib import Path
from typing import TYPE_CHECKING

from kmi.language import analyse
from kmi.language.library import Library
from kmi.language.report.render import plain

if TYPE_CHECKING:
    from conftest import Agrees

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_field_that_changes_is_one_error_that_shows_how_to_guard_it(agrees: "Agrees") -> None:
    (found,) = agrees("""
        class Counter(FileOperations):
            def __init__(self) -> None:
                self.reads = 0
                self.name = "counter"

            def read(self, file: File, data: Uio) -> None:
                self.reads += 1  # KMI0601
                data.put(b"x")

            def write(self, file: File, data: Uio) -> None:
                self.reads = 0
    """)
    assert found.message == "`Counter.reads` changes while several threads use the same `Counter`"
    assert found.help == (
        "keep what changes in a class of its own, under a `Mutex`:\n"
        "@dataclass\n"
        "class CounterState:\n"
        "    reads: int = 0\n"
        "\n"
        "self.state = Mutex(CounterState())    # in `__init__`\n"
        "\n"
        "with self.state as state:\n"
        "    state.reads += 1"
    )
    text = plain([found])
    assert "self.reads += 1  # KMI0601\n" in text and "^ changed here, without a lock" in text
    assert "- and here" in text and "- an ordinary field" in text


def test_several_fields_of_one_class_are_one_error(agrees: "Agrees") -> None:
    (found,) = agrees("""
        class Counter(FileOperations):
            def __init__(self) -> None:
                self.reads = 0
                self.writes = 0

            def read(self, file: File, data: Uio) -> None:
                self.reads += 1  # KMI0601

            def write(self, file: File, data: Uio) -> None:
                self.writes += 1
    """)
    assert found.help is not None
    assert "    reads: int = 0\n    writes: int = 0\n" in found.help


def test_fields_that_stay_are_no_error(agrees: "Agrees") -> None:
    agrees("""
        class Device(FileOperations):
            def __init__(self, size: int, name: str) -> None:
                self.size = size
                self.name = name
                self.final = Final(3)
                self.pair = (1, b"x")
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def read(self, file: File, data: Uio) -> None:
                data.skip(min(self.size, self.final.number, data.remaining))
    """)


def test_an_object_that_changes_is_named_with_the_line_that_changes_it(agrees: "Agrees") -> None:
    (found,) = agrees("""
        class Device(FileOperations):
            def __init__(self) -> None:
                self.entry = Entry()  # KMI0602

            def read(self, file: File, data: Uio) -> None:
                self.entry.add()
    """)
    assert found.message == "`Device.entry` is an `Entry`, which several threads would use at once"
    assert [label.text for label in found.labels] == ["`Entry.count` is changed here"]
    assert found.help is not None and "self.entry = Mutex(Entry())" in found.help


def test_containers_are_refused_wherever_they_hide(agrees: "Agrees") -> None:
    agrees("""
        class Holder:
            def __init__(self) -> None:
                self.buffer = bytearray()


        class Device(FileOperations):
            def __init__(self) -> None:
                self.names = [1, 2]  # KMI0602
                self.holder = Holder()  # KMI0602
                self.maybe: bytearray | None = None  # KMI0602
    """)


def test_the_module_itself_is_shared_too(agrees: "Agrees") -> None:
    agrees("""
        @module(license="GPL", description="a test")
        class Counting(Module):
            def __init__(self) -> None:
                self.loads = 0
                self.bump()

            def bump(self) -> None:
                self.loads += 1  # KMI0601
    """)


def test_an_object_that_nobody_changes_is_shareable_although_it_could_be(agrees: "Agrees") -> None:
    agrees("""
        @dataclass
        class Pair:
            one: int
            two: int


        class Device(FileOperations):
            def __init__(self) -> None:
                self.pair = Pair(7, 8)

            def read(self, file: File, data: Uio) -> None:
                data.skip(min(self.pair.one, data.remaining))
    """)


def test_the_state_of_an_open_file_needs_a_lock(agrees: "Agrees") -> None:
    (found,) = agrees("""
        class Cursor:
            def __init__(self) -> None:
                self.position = 0


        class Log(FileOperations[Cursor]):  # KMI0603
            def open(self, file: File[None]) -> Cursor:
                return Cursor()

            def read(self, file: File[Cursor], data: Uio) -> None:
                file.state.position += 1
    """)
    assert [label.text for label in found.labels] == ["`Cursor.position` is changed here"]


def test_the_state_may_come_by_way_of_a_generic_base(agrees: "Agrees") -> None:
    agrees("""
        from typing import TypeVar

        S = TypeVar("S")


        class Counting(FileOperations[S]):
            def __init__(self) -> None:
                self.reads = Mutex(Entry())


        class Log(Counting[Entry]):  # KMI0603
            def open(self, file: File[None]) -> Entry:
                return Entry()


        class Quiet(Log):
            pass


        class Fine(Counting[Final]):
            def open(self, file: File[None]) -> Final:
                return Final(1)
    """)


def test_a_lock_guards_objects(agrees: "Agrees") -> None:
    found = agrees("""
        class Device(FileOperations):
            def __init__(self) -> None:
                self.count = Mutex(0)  # KMI0604
                self.name = SpinLock("name")  # KMI0604
                self.entry = Mutex(Entry())
    """)
    assert found[0].help is not None and "    count: int\n" in found[0].help


def test_places_are_made_in_fields_only(agrees: "Agrees") -> None:
    agrees("""
        def make() -> None:
            with Mutex(bytearray()) as value:  # KMI0605
                value.append(1)


        class Pair:
            def __init__(self) -> None:
                self.one = Mutex(bytearray())
                self.locks = [Mutex(bytearray())]  # KMI0605
    """)


def test_places_are_paths_and_arguments_and_nothing_else(agrees: "Agrees") -> None:
    agrees("""
        class Pair:
            def __init__(self) -> None:
                self.one = Mutex(bytearray())

            def use(self) -> None:
                lock = self.one  # KMI0606
                fill(self.one)

            def give(self) -> Mutex[bytearray]:
                return self.one  # KMI0606


        class Other:
            def __init__(self, lock: Mutex[bytearray]) -> None:
                self.lock = lock  # KMI0606


        def fill(lock: Mutex[bytearray]) -> None:
            with lock as value:
                value.append(1)


        def maybe(lock: Mutex[bytearray] | None) -> None:  # KMI0606
            pass
    """)


def test_places_are_built_once_and_always(agrees: "Agrees") -> None:
    agrees("""
        class Sometimes:
            def __init__(self, large: bool) -> None:
                self.always = Mutex(bytearray())
                if large:
                    self.bytes = Mutex(bytearray(4096))  # KMI0613
                else:
                    self.bytes = Mutex(bytearray())  # KMI0613
                for number in range(3):
                    self.always = Mutex(bytearray())  # KMI0613
    """)


def test_what_a_callback_borrows_is_not_kept(agrees: "Agrees") -> None:
    agrees("""
        class Keeper:
            def __init__(self, data: Uio) -> None:
                self.data = data  # KMI0609


        class Device(FileOperations):
            def read(self, file: File, data: Uio) -> None:
                again = data
                again.put(b"x")
                self.help(file, data)
                files = [file]  # KMI0609

            def help(self, file: File, data: Uio) -> Uio:
                return data  # KMI0609
    """)


def test_locks_are_not_taken_by_hand(agrees: "Agrees") -> None:
    agrees("""
        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def clear(self) -> None:
                self.bytes.__enter__()  # KMI0612
    """)


def test_what_goes_under_locks_is_counted_atomically() -> None:
    analysis = analyse(EXAMPLES / "semaphore.py", Library())
    assert analysis.diagnostics == [] and analysis.program is not None
    classes = analysis.program.main.classes
    assert classes["Semaphore"].shared and classes["Permits"].shared


def test_what_stays_in_one_thread_is_counted_plainly(agrees: "Agrees", tmp_path: Path) -> None:
    agrees("""
        class Local:
            def __init__(self) -> None:
                self.count = 0

            def add(self) -> None:
                self.count += 1


        class Guarded:
            def __init__(self) -> None:
                self.inner = Local()

            def add(self) -> None:
                self.inner = Local()


        class Alone:
            def __init__(self) -> None:
                self.count = 0

            def add(self) -> None:
                self.count += 1


        class Device(FileOperations):
            def __init__(self) -> None:
                self.guarded = Mutex(Guarded())
    """)
    program = analyse(tmp_path / "program.py", Library()).program
    assert program is not None
    shared = {name: definition.shared for name, definition in program.main.classes.items()}
    assert shared["Local"] and shared["Guarded"], "they pass from thread to thread through the lock"
    assert not shared["Alone"] and shared["Device"] and shared["Final"]


def test_a_family_is_counted_in_one_way(agrees: "Agrees", tmp_path: Path) -> None:
    agrees("""
        class Base:
            pass


        class Changing(Base):
            def __init__(self) -> None:
                self.count = 0

            def add(self) -> None:
                self.count += 1


        class Still(Base):
            def __init__(self) -> None:
                self.count = 0
    """)
    program = analyse(tmp_path / "program.py", Library()).program
    assert program is not None
    names = ("Base", "Changing", "Still")
    assert {program.main.classes[name].shared for name in names} == {True}
