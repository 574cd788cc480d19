"""The order of locks, and conditions with their mutexes."""

from typing import TYPE_CHECKING

from kmi.language.report.diagnostics import Severity

if TYPE_CHECKING:
    from conftest import Agrees

POOL = """
        class Pool:
            def __init__(self) -> None:
                self.free = Mutex(bytearray())
                self.used = Mutex(bytearray())
                self.log = Mutex(bytearray())
"""


def test_two_orders_of_two_locks_are_one_error(agrees: "Agrees") -> None:
    (found,) = agrees(f"""
        {POOL}
            def take(self) -> None:
                with self.free as free:
                    with self.used as used:  # KMI0801
                        used.extend(bytes(free))

            def give(self) -> None:
                with self.used as used:
                    self.fill(used)

            def fill(self, used: bytearray) -> None:
                with self.free as free:
                    free.extend(bytes(used))
    """)
    assert found.message == (
        "`Pool.free` and `Pool.used` are taken in both orders: two threads could wait for each other for ever"
    )
    assert [label.text for label in found.labels] == [
        "`Pool.free` is held from here",
        "elsewhere `Pool.used` is held from here",
        "`Pool.give` calls `Pool.fill`",
        "`Pool.fill` takes `self.free`",
    ]


def test_a_circle_of_three_is_found(agrees: "Agrees") -> None:
    (found,) = agrees(f"""
        {POOL}
            def one(self) -> None:
                with self.free:
                    with self.used:  # KMI0801
                        pass

            def two(self) -> None:
                with self.used:
                    with self.log:
                        pass

            def three(self) -> None:
                with self.log:
                    with self.free:
                        pass
    """)
    assert "`Pool.free`, `Pool.used` and `Pool.log` are taken in a circle" in found.message


def test_one_order_everywhere_is_fine(agrees: "Agrees") -> None:
    agrees(f"""
        {POOL}
            def take(self) -> None:
                with self.free, self.used as used:
                    with self.log as log:
                        log.extend(bytes(used))

            def both(self) -> None:
                with self.free as free:
                    self.note(free)

            def note(self, free: bytearray) -> None:
                with self.log as log:
                    log.extend(bytes(free))

            def after(self) -> None:
                with self.log:
                    pass
                with self.free:
                    pass
    """)


def test_a_lock_is_not_taken_twice(agrees: "Agrees") -> None:
    found = agrees(f"""
        {POOL}
            def directly(self) -> None:
                with self.free:
                    with self.free:  # KMI0802
                        pass

            def through_calls(self) -> None:
                with self.used:
                    self.between()  # KMI0802

            def between(self) -> None:
                self.size()

            def size(self) -> int:
                with self.used as used:
                    return len(used)
    """)
    assert [label.text for label in found[1].labels] == [
        "taken here, and held to the end of the block",
        "`Pool.between` calls `Pool.size`",
        "`Pool.size` takes `self.used`",
    ]


def test_one_lock_of_two_objects_is_refused(agrees: "Agrees") -> None:
    agrees(f"""
        {POOL}
            def move(self, other: "Pool") -> None:
                with self.free as mine:
                    with other.free as theirs:  # KMI0803
                        theirs.extend(bytes(mine))

            def ask(self, other: "Pool") -> None:
                with self.used:
                    other.size()  # KMI0803

            def size(self) -> int:
                with self.used as used:
                    return len(used)
    """)


def test_a_lock_handed_down_is_known_by_its_path(agrees: "Agrees") -> None:
    agrees(f"""
        {POOL}
            def one(self) -> None:
                with self.free:
                    fill(self.used)  # KMI0801
                    fill(self.free)  # KMI0802

            def other(self) -> None:
                with self.used:
                    fill(self.free)


        def fill(lock: Mutex[bytearray]) -> None:
            with lock as value:
                value.append(1)
    """)


QUEUE = """
        class Queue:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.log = Mutex(bytearray())
                self.filled = Condition(self.kept)
"""


def test_waiting_and_notifying_need_the_mutex(agrees: "Agrees") -> None:
    found = agrees(f"""
        {QUEUE}
            def right(self) -> None:
                with self.kept as kept:
                    while len(kept) == 0:
                        self.filled.wait()
                    self.filled.notify_all()

            def wrong(self) -> None:
                self.filled.notify()  # KMI0805
                with self.log:
                    self.filled.wait()  # KMI0805
    """)
    assert found[0].message == "`self.filled.notify` needs `self.kept`, which is not held here"
    assert found[0].help is not None and "with self.kept as value:\n    self.filled.notify()" in found[0].help


def test_the_mutex_may_be_held_by_every_caller(agrees: "Agrees") -> None:
    found = agrees(f"""
        {QUEUE}
            def good(self) -> None:
                with self.kept as kept:
                    self.until_filled(kept)

            def until_filled(self, kept: bytearray) -> None:
                while len(kept) == 0:
                    self.filled.wait()

            def bad(self) -> None:
                self.tell()

            def tell(self) -> None:
                self.filled.notify()  # KMI0805
    """)
    (wrong,) = found
    assert [label.text for label in wrong.labels] == ["`Queue.bad` calls it without the mutex"]


def test_the_mutex_of_another_object_is_another_one(agrees: "Agrees") -> None:
    agrees(f"""
        {QUEUE}
            def cross(self, other: "Queue") -> None:
                with self.kept:
                    other.filled.notify()  # KMI0805

            def same(self, other: "Queue") -> None:
                with other.kept:
                    other.filled.notify()
    """)


def test_a_condition_belongs_to_a_mutex_of_its_object(agrees: "Agrees") -> None:
    agrees("""
        class Queue:
            def __init__(self, lock: Mutex[bytearray]) -> None:
                self.filled = Condition(lock)  # KMI0804
    """)


def test_waiting_with_a_second_mutex_held_is_a_warning(agrees: "Agrees") -> None:
    (found,) = agrees(f"""
        {QUEUE}
            def take(self) -> None:
                with self.log as log:
                    with self.kept as kept:
                        while len(kept) == 0:
                            self.filled.wait()  # KMI0806
                        log.extend(bytes(kept))
    """)
    assert found.severity is Severity.WARNING


def test_the_locks_of_an_open_file_are_known_by_their_path(agrees: "Agrees") -> None:
    agrees("""
        class Cursor:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)


        class Log(FileOperations[Cursor]):
            def open(self, file: File[None]) -> Cursor:
                return Cursor()

            def read(self, file: File[Cursor], data: Uio) -> None:
                with file.state.kept as kept:
                    while len(kept) == 0:
                        file.state.filled.wait()
                    self.tell(file)
                self.tell_cursor(file.state)

            def tell(self, file: File[Cursor]) -> None:
                file.state.filled.notify()

            def tell_cursor(self, cursor: Cursor) -> None:
                cursor.filled.notify()  # KMI0805

            def write(self, file: File[Cursor], data: Uio) -> None:
                with file.state.kept:
                    with file.state.kept:  # KMI0802
                        pass
    """)


def test_a_path_that_changes_is_not_the_same_lock(agrees: "Agrees") -> None:
    agrees(f"""
        {QUEUE}

        def other() -> Queue:
            return Queue()


        def cross(queue: Queue) -> None:
            with queue.kept:
                queue = other()  # KMI0615
                queue.filled.notify()  # KMI0805
    """)


def test_what_is_polled_is_kept_by_the_open_file(agrees: "Agrees") -> None:
    agrees("""
        class Channel:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def join(self, table: PollTable) -> None:
                table.wait(self.filled)

            def join_other(self, table: PollTable) -> None:
                table.wait(self.filled)  # KMI0807


        class Newest:
            def __init__(self) -> None:
                self.channel: Channel = Channel()


        class Log(FileOperations[Channel]):
            def __init__(self) -> None:
                self.newest = Mutex(Newest())
                self.own: Channel = Channel()

            def open(self, file: File[None]) -> Channel:
                return Channel()

            def find(self) -> Channel:
                with self.newest as newest:
                    return newest.channel

            def poll(self, file: File[Channel], table: PollTable) -> Poll:
                state = file.state
                table.wait(state.filled)
                state.join(table)
                self.also(file, table)
                found = self.find()
                table.wait(found.filled)  # KMI0807
                found.join_other(table)
                with self.newest as newest:
                    table.wait(newest.channel.filled)  # KMI0807
                return Poll(0)

            def also(self, file: File[Channel], table: PollTable) -> None:
                table.wait(self.own.filled)
                table.wait(file.state.filled)
    """)
