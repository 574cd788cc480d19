"""KMI04xx and 07xx of devices: their attributes, and mapping their pages."""

from kmi.language.codes.base import code

UNSEEN_ATTRIBUTE = code(
    410,
    "an attribute that no device shows",
    """
    A device shows the attributes and counters that are fields of its operations: of the object, a subclass of
    `FileOperations`, that it is made with. In any other class nobody would ever see them.
    """,
    failing="""
        from kmi.attribute import Counter


        class Statistics:
            def __init__(self) -> None:
                self.reads = Counter("reads")
    """,
    fixed="""
        from kmi.attribute import Counter
        from kmi.device import FileOperations


        class Device(FileOperations):
            def __init__(self) -> None:
                self.reads = Counter("reads")
    """,
)

LOCK_IN_MMAP = code(
    710,
    "a sleeping lock in `mmap`",
    """
    The kernel calls `mmap` with the process's address space locked. Copying from or to user space locks it,
    too, and may happen under a `Mutex`: one that waits for the lock with the address space held, and another
    that waits for the address space with the lock held, wait for ever. A `SpinLock`, under which nothing
    copies, is fine.
    """,
    failing="""
        from kmi.device import File, FileOperations
        from kmi.pages import Area, Pages
        from kmi.sync import Mutex


        class Device(FileOperations):
            def __init__(self) -> None:
                self.pages = Pages(1)
                self.mapped = Mutex(bytearray(1))

            def mmap(self, file: File, area: Area) -> None:
                with self.mapped as mapped:
                    mapped[0] = 1
                area.map(self.pages)
    """,
    fixed="""
        from kmi.device import File, FileOperations
        from kmi.pages import Area, Pages
        from kmi.sync import SpinLock


        class Device(FileOperations):
            def __init__(self) -> None:
                self.pages = Pages(1)
                self.mapped = SpinLock(bytearray(1))

            def mmap(self, file: File, area: Area) -> None:
                with self.mapped as mapped:
                    mapped[0] = 1
                area.map(self.pages)
    """,
)
