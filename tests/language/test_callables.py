"""Functions as values: what may be passed where, and what the checks know of what is called."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

HEADER = """
        from collections.abc import Callable


        def call(function: Callable[[], None]) -> None:
            function()


        def apply(function: Callable[[int], int], number: int) -> int:
            return function(number)

"""


def test_a_bound_method_of_a_confined_object_is_confined(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Steady:
            def give(self) -> int:
                return 1


        class Device(FileOperations):
            def __init__(self, entry: Entry) -> None:
                self.called: Callable[[], None] = entry.add  # KMI0602
                self.shared: Callable[[], int] = Steady().give
    """)


def test_nothing_that_is_called_as_a_value_sleeps_where_it_must_not(agrees: "Agrees") -> None:
    (found,) = agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.fast = SpinLock(Entry())
                self.slow = Mutex(Entry())

            def sleeps(self) -> None:
                with self.slow as slow:
                    slow.add()

            def read(self, file: File, data: Uio) -> None:
                with self.fast as fast:
                    fast.add()
                    call(self.sleeps)  # KMI0701
    """)
    assert any("`Device.sleeps as a value` calls `Device.sleeps`" in label.text for label in found.labels)


def test_locks_are_ordered_through_values(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.one = Mutex(Entry())
                self.other = Mutex(Entry())

            def inner(self) -> None:
                with self.one as one:
                    one.add()

            def read(self, file: File, data: Uio) -> None:
                with self.other as other:
                    other.add()
                    call(self.inner)  # KMI0801

            def write(self, file: File, data: Uio) -> None:
                with self.one as one:
                    with self.other as other:
                        one.add()
                        other.add()
    """)


def test_what_a_lock_guards_does_not_leave_in_a_bound_method(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class Device(FileOperations):
            def __init__(self) -> None:
                self.lock = Mutex(Entry())

            def read(self, file: File, data: Uio) -> None:
                with self.lock as entry:
                    add = entry.add
                    add()
                add()  # KMI0608
    """)


def test_a_function_goes_where_its_header_fits(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        def narrow(number: u8) -> int:
            return number


        def two(number: int, other: int = 2) -> int:
            return number * other


        def wrong(number: int) -> bool:
            return number == 1


        def use() -> int:
            apply(narrow, 1)  # KMI0302
            apply(wrong, 1)  # KMI0302
            return apply(two, 1)
    """)


def test_functions_are_not_compared(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        def one() -> None:
            pass


        def use(function: Callable[[], None]) -> bool:
            return function == one  # KMI0305


        def same(function: Callable[[], None] | None) -> bool:
            return function is one  # KMI0305


        def missing(function: Callable[[], None] | None) -> bool:
            return function is None
    """)


def test_a_lambda_captures_nothing(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        LIMIT = 3


        def use(by: int) -> int:
            return apply(lambda n: n + LIMIT, 1) + apply(lambda n: n + by, 1)  # KMI0107
    """)
