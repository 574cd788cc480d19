"""KMI08xx: locks."""

from kmi.language.codes.base import code

LOCK_ORDER = code(
    801,
    "locks taken in different orders",
    """
    One thread holds the first lock and wants the second, another one holds the second and wants the first:
    both wait for ever. It happens only if locks are taken in different orders, so there is one order for all.
    """,
    failing="""
        from kmi.sync import Mutex


        class Pool:
            def __init__(self) -> None:
                self.free = Mutex(bytearray())
                self.used = Mutex(bytearray())

            def take(self) -> None:
                with self.free as free:
                    with self.used as used:
                        used.extend(bytes(free))

            def give(self) -> None:
                with self.used as used:
                    with self.free as free:
                        free.extend(bytes(used))
    """,
    fixed="""
        from kmi.sync import Mutex


        class Pool:
            def __init__(self) -> None:
                self.free = Mutex(bytearray())
                self.used = Mutex(bytearray())

            def take(self) -> None:
                with self.free as free:
                    with self.used as used:
                        used.extend(bytes(free))

            def give(self) -> None:
                with self.free as free:
                    with self.used as used:
                        free.extend(bytes(used))
    """,
)

TAKEN_TWICE = code(
    802,
    "lock taken while it is held",
    """
    A lock is held by one thread, and a thread that takes it again waits for itself. Take it in one function,
    and hand what it guards to the others as an argument.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())

            def room(self) -> int:
                with self.kept as kept:
                    return 16 - len(kept)

            def add(self, more: bytes) -> None:
                with self.kept as kept:
                    if self.room() > 0:
                        kept.extend(more)
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())

            def room(self, kept: bytearray) -> int:
                return 16 - len(kept)

            def add(self, more: bytes) -> None:
                with self.kept as kept:
                    if self.room(kept) > 0:
                        kept.extend(more)
    """,
)

TAKEN_OF_TWO = code(
    803,
    "the same lock of two objects taken together",
    """
    Two threads that take the locks of the same two objects in opposite orders wait for each other; and if
    both objects are one, the thread waits for itself.
    """,
    failing="""
        from kmi.sync import Mutex


        class Account:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())

            def pay(self, other: "Account") -> None:
                with self.kept as mine:
                    with other.kept as theirs:
                        theirs.extend(bytes(mine))
    """,
    fixed="""
        from kmi.sync import Mutex


        class Account:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())

            def pay(self, other: "Account") -> None:
                with self.kept as mine:
                    paid = bytes(mine)
                with other.kept as theirs:
                    theirs.extend(paid)
    """,
)

FOREIGN_MUTEX = code(
    804,
    "condition of a foreign mutex",
    """
    A condition belongs to one mutex, which is a field of the same object: so it is known, wherever somebody
    waits, which mutex has to be held.
    """,
    failing="""
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self, lock: Mutex[bytearray]) -> None:
                self.filled = Condition(lock)
    """,
    fixed="""
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)
    """,
)

MUTEX_NOT_HELD = code(
    805,
    "condition used without its mutex",
    """
    To wait is to look at the state, find that it is not yet right, and sleep, in one step: otherwise the
    change and its notification can come between the look and the sleep, and the sleeper never wakes. The
    mutex makes it one step, so it is held by those who wait and by those who notify.
    """,
    failing="""
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def add(self, byte: int) -> None:
                with self.kept as kept:
                    kept.append(byte)
                self.filled.notify()
    """,
    fixed="""
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def add(self, byte: int) -> None:
                with self.kept as kept:
                    kept.append(byte)
                    self.filled.notify()
    """,
)

WAITS_WITH_ANOTHER = code(
    806,
    "waiting with a second mutex held",
    """
    `wait` gives its own mutex up while it sleeps, and no other. If whoever would notify needs the other one
    first, nobody ever wakes.
    """,
    failing="""
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self) -> None:
                self.log = Mutex(bytearray())
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def take(self) -> None:
                with self.log as log:
                    with self.kept as kept:
                        while len(kept) == 0:
                            self.filled.wait()
                        log.extend(bytes(kept))
    """,
    fixed="""
        from kmi.sync import Condition, Mutex


        class Queue:
            def __init__(self) -> None:
                self.log = Mutex(bytearray())
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def take(self) -> None:
                with self.kept as kept:
                    while len(kept) == 0:
                        self.filled.wait()
                    taken = bytes(kept)
                with self.log as log:
                    log.extend(taken)
    """,
)

POLLED_MAY_END = code(
    807,
    "polled condition that may be gone",
    """
    A poll stays in the queue of a condition after the callback `poll` has returned: until it ends, or the
    file is closed. So the condition has to belong to what an open file keeps: its operations, or its state.
    """,
    failing="""
        from kmi.device import File, FileOperations, Poll, PollTable
        from kmi.sync import Condition, Mutex


        class Channel:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)


        class Channels:
            def __init__(self) -> None:
                self.newest: Channel = Channel()


        class Device(FileOperations):
            def __init__(self) -> None:
                self.channels = Mutex(Channels())

            def newest(self) -> Channel:
                with self.channels as channels:
                    return channels.newest

            def poll(self, file: File, table: PollTable) -> Poll:
                table.wait(self.newest().filled)
                return Poll(0)
    """,
    fixed="""
        from kmi.device import File, FileOperations, Poll, PollTable
        from kmi.sync import Condition, Mutex


        class Channel:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)


        class Device(FileOperations[Channel]):
            def open(self, file: File[None]) -> Channel:
                return Channel()

            def poll(self, file: File[Channel], table: PollTable) -> Poll:
                table.wait(file.state.filled)
                return Poll(0)
    """,
)

LOCK_ALL = code(
    808,
    "locks that cannot be taken together",
    """
    `lock_all` takes one lock of two objects, in the order of their addresses, so that no two threads take
    them in opposite orders. Two different locks have an order of their own: write one `with` in the other.
    """,
    failing="""
        from kmi.sync import Mutex, lock_all


        class Account:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.spent = Mutex(bytearray())

            def pay(self, other: "Account") -> None:
                with lock_all(self.kept, other.spent) as (mine, theirs):
                    theirs.extend(bytes(mine))
    """,
    fixed="""
        from kmi.sync import Mutex, lock_all


        class Account:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.spent = Mutex(bytearray())

            def pay(self, other: "Account") -> None:
                with lock_all(self.kept, other.kept) as (mine, theirs):
                    theirs.extend(bytes(mine))
    """,
)
