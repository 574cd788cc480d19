"""KMI07xx: contexts."""

from kmi.language.codes.base import code

SLEEP_IN_ATOMIC = code(
    701,
    "sleeping where nothing may sleep",
    """
    Under a `SpinLock` the processor may not turn to another thread: whoever wants the lock meanwhile spins,
    and the thread that sleeps with it might never be run again. So nothing in the block may sleep, at
    whatever depth of calls: no `Mutex`, no waiting, no copy to or from the user.
    """,
    failing="""
        from kmi.sync import Mutex, SpinLock


        class Buffer:
            def __init__(self) -> None:
                self.fast = SpinLock(bytearray())
                self.slow = Mutex(bytearray())

            def count(self) -> int:
                with self.slow as slow:
                    return len(slow)

            def total(self) -> int:
                with self.fast as fast:
                    return len(fast) + self.count()
    """,
    fixed="""
        from kmi.sync import Mutex, SpinLock


        class Buffer:
            def __init__(self) -> None:
                self.fast = SpinLock(bytearray())
                self.slow = Mutex(bytearray())

            def count(self) -> int:
                with self.slow as slow:
                    return len(slow)

            def total(self) -> int:
                slow = self.count()
                with self.fast as fast:
                    return len(fast) + slow
    """,
)

COPY_IN_ATOMIC = code(
    702,
    "copy to or from user space under a spin lock",
    """
    The user's memory may have to be fetched from disk, so copying to or from it may sleep; and it takes the
    lock of the user's address space. Under a `SpinLock` neither is possible. Copy outside the block, by way
    of a local.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.sync import SpinLock
        from kmi.uio import Uio


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = SpinLock(bytearray(16))

            def read(self, file: File, data: Uio) -> None:
                with self.kept as kept:
                    data.put(kept)
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.sync import SpinLock
        from kmi.uio import Uio


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = SpinLock(bytearray(16))

            def read(self, file: File, data: Uio) -> None:
                with self.kept as kept:
                    copy = bytes(kept)
                data.put(copy)
    """,
)

WAITS_IN_OPEN = code(
    703,
    "waiting in `open`",
    """
    Kernels open one device at a time of many: Linux holds one lock while it opens any device of the misc
    kind. An `open` that waits would keep every other one from being opened. Taking a `Mutex` for a moment is
    fine.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.sync import Condition, Mutex


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def open(self, file: File[None]) -> None:
                with self.kept as kept:
                    while len(kept) == 0:
                        self.filled.wait()
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.sync import Condition, Mutex


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.filled = Condition(self.kept)

            def open(self, file: File[None]) -> None:
                with self.kept as kept:
                    if len(kept) == 0:
                        raise BlockingIOError
    """,
)

REGISTERS_LATE = code(
    704,
    "registration made by a callback",
    """
    What a module registers is made while its `__init__` runs, and goes live, in order, when that has
    returned; it ends in reverse order when the module is unloaded. A callback runs in between, when there is
    no such moment.
    """,
    failing="""
        from kmi.device import File, FileOperations, MiscDevice


        class Inner(FileOperations):
            pass


        class Session:
            def __init__(self) -> None:
                self.device = MiscDevice("inner", Inner())


        class Outer(FileOperations[Session]):
            def open(self, file: File[None]) -> Session:
                return Session()
    """,
    fixed="""
        from kmi import Module, module
        from kmi.device import File, FileOperations, MiscDevice


        class Inner(FileOperations):
            pass


        class Outer(FileOperations):
            pass


        @module(license="GPL", description="two devices")
        class Two(Module):
            def __init__(self) -> None:
                self.inner = MiscDevice("inner", Inner())
                self.outer = MiscDevice("outer", Outer())
    """,
)

REGISTRATION_MAY_END = code(
    705,
    "registration that may end early",
    """
    The kernel calls what a module registers until the module is unloaded, and open files go on using it. So
    an object that has a registration belongs in a field of the module, or of an object that such a field
    keeps, and the field is never assigned again.
    """,
    failing="""
        from kmi import Module, module
        from kmi.device import FileOperations, MiscDevice
        from kmi.sync import Mutex


        class Second:
            def __init__(self) -> None:
                self.device = MiscDevice("second", FileOperations())


        class Slot:
            def __init__(self, second: Second) -> None:
                self.second: Second | None = second


        @module(license="GPL", description="two devices")
        class Two(Module):
            def __init__(self) -> None:
                self.device = MiscDevice("first", FileOperations())
                self.slot = Mutex(Slot(Second()))
    """,
    fixed="""
        from kmi import Module, module
        from kmi.device import FileOperations, MiscDevice


        class Second:
            def __init__(self) -> None:
                self.device = MiscDevice("second", FileOperations())


        @module(license="GPL", description="two devices")
        class Two(Module):
            def __init__(self) -> None:
                self.device = MiscDevice("first", FileOperations())
                self.second = Second()
    """,
)

WAITS_WITHOUT_END = code(
    706,
    "waiting in `close` or in work without a limit, or in `poll`",
    """
    No signal ends a wait in `close`, so a process that is killed would stay for ever, and so would the
    module: wait for a limited time. The same goes for what a worker calls, which unloading waits for.
    `poll` says what there is to wait for, and the kernel waits.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.sync import Condition, Mutex


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.drained = Condition(self.kept)

            def close(self, file: File) -> None:
                with self.kept as kept:
                    while len(kept) > 0:
                        self.drained.wait()
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.sync import Condition, Mutex


        class Device(FileOperations):
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.drained = Condition(self.kept)

            def close(self, file: File) -> None:
                with self.kept as kept:
                    if len(kept) > 0:
                        self.drained.wait_for(1000)
    """,
)

WAITS_FOR_ITSELF = code(
    707,
    "work that waits for itself",
    """
    `flush` returns when the method that the work calls has ended. In that method, and in what it calls, it
    would never return.
    """,
    failing="""
        from kmi.device import FileOperations
        from kmi.work import Work


        class Journal(FileOperations):
            def __init__(self) -> None:
                self.saving = Work(self.save)

            def save(self) -> None:
                self.saving.flush()
    """,
    fixed="""
        from kmi.device import FileOperations
        from kmi.work import Work


        class Journal(FileOperations):
            def __init__(self) -> None:
                self.saving = Work(self.save)

            def save(self) -> None:
                self.saving.queue()
    """,
)

WAITS_OR_NOT = code(
    712,
    "a call that does not say whether it waits",
    """
    FreeBSD's allocators wait for memory with `M_WAITOK`, and give up at once with `M_NOWAIT`. Exactly one of
    the two is said, where the call is made, as a constant: by it is known whether the call may sleep.
    """,
    failing="""
        from kmi.freebsd.malloc import M_NOWAIT, M_WAITOK, M_ZERO, MallocType


        class Buffers:
            def __init__(self) -> None:
                self.type = MallocType("buffers", "buffers of an example")

            def first(self) -> int:
                return len(self.type.allocate(64, M_ZERO))
    """,
    fixed="""
        from kmi.freebsd.malloc import M_NOWAIT, M_WAITOK, M_ZERO, MallocType


        class Buffers:
            def __init__(self) -> None:
                self.type = MallocType("buffers", "buffers of an example")

            def first(self) -> int:
                return len(self.type.allocate(64, M_WAITOK | M_ZERO))
    """,
)

NO_ALLOCATOR = code(
    713,
    "memory in a module that does without an allocator",
    """
    A module under `@no_default_allocator()` makes no object, list or text once it is loaded: its callbacks do
    with what `__init__` made. So none of them fails for want of memory.
    """,
    failing="""
        from kmi import Module, module
        from kmi.device import File, FileOperations, MiscDevice
        from kmi.freebsd.malloc import no_default_allocator
        from kmi.uio import Uio


        class Greeter(FileOperations):
            def __init__(self) -> None:
                self.name = "kernel"

            def read(self, file: File, data: Uio) -> None:
                data.put(self.name.encode())


        @no_default_allocator()
        @module(license="Dual BSD/GPL", description="greets")
        class Greeting(Module):
            def __init__(self) -> None:
                self.device = MiscDevice("greeter", Greeter())
    """,
    fixed="""
        from kmi import Module, module
        from kmi.device import File, FileOperations, MiscDevice
        from kmi.freebsd.malloc import no_default_allocator
        from kmi.uio import Uio


        class Greeter(FileOperations):
            def __init__(self) -> None:
                self.name = "kernel".encode()

            def read(self, file: File, data: Uio) -> None:
                data.put(self.name)


        @no_default_allocator()
        @module(license="Dual BSD/GPL", description="greets")
        class Greeting(Module):
            def __init__(self) -> None:
                self.device = MiscDevice("greeter", Greeter())
    """,
)
