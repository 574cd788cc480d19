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
