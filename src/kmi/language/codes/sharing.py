"""KMI06xx: sharing, moves and escape."""

from kmi.language.codes.base import code

UNGUARDED_CHANGE = code(
    601,
    "field that changes while several threads use it",
    """
    The kernel calls one `FileOperations` object for every process that has the device open, several at once.
    A field of it that changes after `__init__` would be read and written by all of them at the same time, and
    changes would be lost. What changes belongs under a lock, which lends it to one thread after the other.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Counter(FileOperations):
            def __init__(self) -> None:
                self.reads = 0

            def read(self, file: File, data: Uio) -> None:
                self.reads += 1
    """,
    fixed="""
        from dataclasses import dataclass

        from kmi.device import File, FileOperations
        from kmi.sync import Mutex
        from kmi.uio import Uio


        @dataclass
        class Counts:
            reads: int = 0


        class Counter(FileOperations):
            def __init__(self) -> None:
                self.counts = Mutex(Counts())

            def read(self, file: File, data: Uio) -> None:
                with self.counts as counts:
                    counts.reads += 1
    """,
)

UNGUARDED_OBJECT = code(
    602,
    "changeable object that several threads use",
    """
    The field always holds the same object, but one that changes in place: a `list`, a `bytearray`, an object
    whose fields are assigned. Several threads would change it at the same time. Under a lock it is lent to
    one thread after the other.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Echo(FileOperations):
            def __init__(self) -> None:
                self.kept = bytearray()

            def read(self, file: File, data: Uio) -> None:
                data.put(self.kept)
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.sync import Mutex
        from kmi.uio import Uio


        class Echo(FileOperations):
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())

            def read(self, file: File, data: Uio) -> None:
                with self.kept as kept:
                    data.put(kept)
    """,
)

CONFINED_STATE = code(
    603,
    "state of an open file that changes without a lock",
    """
    What `open` returns is `file.state` in every later call on that file. An open file is shared by the
    threads of a process and inherited by its children, so two of them can use the state at the same time.
    Fields of it that change belong under a lock.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Cursor:
            def __init__(self) -> None:
                self.reads = 0


        class Log(FileOperations[Cursor]):
            def open(self, file: File[None]) -> Cursor:
                return Cursor()

            def read(self, file: File[Cursor], data: Uio) -> None:
                file.state.reads += 1
    """,
    fixed="""
        from dataclasses import dataclass

        from kmi.device import File, FileOperations
        from kmi.sync import Mutex
        from kmi.uio import Uio


        @dataclass
        class Counts:
            reads: int = 0


        class Cursor:
            def __init__(self) -> None:
                self.counts = Mutex(Counts())


        class Log(FileOperations[Cursor]):
            def open(self, file: File[None]) -> Cursor:
                return Cursor()

            def read(self, file: File[Cursor], data: Uio) -> None:
                with file.state.counts as counts:
                    counts.reads += 1
    """,
)

GUARDED_VALUE = code(
    604,
    "lock around a value that cannot change",
    """
    `with` lends the object that a lock guards. An `int`, a `str` or `bytes` cannot change in place: `n += 1`
    would give the name `n` a new value and leave the old one in the lock. A lock guards an object with
    fields, or a container.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.sync import Mutex
        from kmi.uio import Uio


        class Counter(FileOperations):
            def __init__(self) -> None:
                self.name = Mutex("nobody")

            def read(self, file: File, data: Uio) -> None:
                with self.name:
                    data.skip(1)
    """,
    fixed="""
        from dataclasses import dataclass

        from kmi.device import File, FileOperations
        from kmi.sync import Mutex
        from kmi.uio import Uio


        @dataclass
        class Person:
            name: str = "nobody"


        class Counter(FileOperations):
            def __init__(self) -> None:
                self.person = Mutex(Person())

            def read(self, file: File, data: Uio) -> None:
                with self.person as person:
                    person.name = "somebody"
    """,
)

PLACE_MADE_ELSEWHERE = code(
    605,
    "lock or registration that is not made as a field",
    """
    Locks, conditions and registrations are places: parts of the object that owns them, which never move and
    are never outlived. They are made on the right of `self.name = ...` in `__init__`, and nowhere else.
    """,
    failing="""
        from kmi.sync import Mutex


        def fill() -> None:
            with Mutex(bytearray()) as buffer:
                buffer.append(1)
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def fill(self) -> None:
                with self.bytes as buffer:
                    buffer.append(1)
    """,
)

PLACE_AS_VALUE = code(
    606,
    "lock or registration used as a value",
    """
    A place is part of the object that owns it. It is used by its path, `with self.lock`, or handed down as an
    argument; a second variable, a field, a result or a container that holds it could outlive its owner.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def fill(self) -> None:
                lock = self.bytes
                with lock as buffer:
                    buffer.append(1)
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def fill(self) -> None:
                with self.bytes as buffer:
                    buffer.append(1)
    """,
)

GUARD_REBOUND = code(
    607,
    "name of a guarded object assigned anew",
    """
    The name after `as` stands for the object under the lock. Assigning to it changes what the name stands
    for, and not the object, so the change would be lost at the end of the block.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def clear(self) -> None:
                with self.bytes as buffer:
                    buffer = bytearray()
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def clear(self) -> None:
                with self.bytes as buffer:
                    buffer.clear()
    """,
)

ESCAPES_GUARD = code(
    608,
    "guarded object used without its lock",
    """
    What is reached through a lock, and can change, is used inside the lock's block only: after it another
    thread may be changing it. Numbers, `str` and `bytes` may leave the block, and so may copies.
    """,
    failing="""
        from kmi.sync import Mutex


        class Names:
            def __init__(self) -> None:
                self.lines: Mutex[list[bytearray]] = Mutex([])

            def first(self) -> bytearray:
                with self.lines as lines:
                    return lines[0]
    """,
    fixed="""
        from kmi.sync import Mutex


        class Names:
            def __init__(self) -> None:
                self.lines: Mutex[list[bytearray]] = Mutex([])

            def first(self) -> bytes:
                with self.lines as lines:
                    return bytes(lines[0])
    """,
)

BORROWED_KEPT = code(
    609,
    "object of a call kept beyond it",
    """
    `File`, `Uio`, `Request` and `PollTable` stand for the system call that the kernel is making. They end
    when the callback returns, so they can be handed down as arguments, but not be stored or returned.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Keeper:
            def __init__(self, data: Uio) -> None:
                self.data = data


        class Device(FileOperations):
            def read(self, file: File, data: Uio) -> None:
                Keeper(data)
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.uio import Uio


        class Keeper:
            def __init__(self, size: int) -> None:
                self.size = size


        class Device(FileOperations):
            def read(self, file: File, data: Uio) -> None:
                Keeper(data.remaining)
    """,
)

MOVED_AND_USED = code(
    610,
    "object used after it went under a lock",
    """
    What goes under a lock belongs to the lock from then on. A second name for it would reach it without the
    lock, so the name may not be used any more.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                start = bytearray(16)
                self.bytes = Mutex(start)
                start.append(1)
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                start = bytearray(16)
                start.append(1)
                self.bytes = Mutex(start)
    """,
)

MOVED_BUT_ALIASED = code(
    611,
    "object of somebody else put under a lock",
    """
    What goes under a lock must not be reachable in any other way: an argument still belongs to the caller,
    and a part of another object, or of what another lock guards, to that. Put a copy under the lock, or
    something that is made there and then.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self, start: bytearray) -> None:
                self.bytes = Mutex(start)
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self, start: bytes) -> None:
                self.bytes = Mutex(bytearray(start))
    """,
)

LOCK_BY_HAND = code(
    612,
    "lock taken without `with`",
    """
    A lock is taken at the start of a `with` block and given back on every way out of it. Calling its methods
    by hand could forget the second half.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def clear(self) -> None:
                self.bytes.__enter__()
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())

            def clear(self) -> None:
                with self.bytes as buffer:
                    buffer.clear()
    """,
)

PLACE_MAYBE_MADE = code(
    613,
    "lock or registration that is not always made",
    """
    A place exists exactly as long as the object that owns it. It is made once, by a line of `__init__` that
    always runs: not in an `if` or a loop, and not after a `return`.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self, large: bool) -> None:
                if large:
                    self.bytes = Mutex(bytearray(4096))
                else:
                    self.bytes = Mutex(bytearray())
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self, large: bool) -> None:
                self.bytes = Mutex(bytearray(4096 if large else 0))
    """,
)
