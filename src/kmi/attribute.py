# mypy: disable-error-code="empty-body"
"""What a device shows of itself in /sys: counters, and attributes that are texts to read and to write.

    class Log(FileOperations):
        def __init__(self) -> None:
            self.level = Mutex(Level())
            self.reads = Counter("reads")
            self.shown = Attribute("level", self.show_level, self.store_level)

        def read(self, file: File, data: Uio) -> None:
            self.reads.add()
            ...

        def show_level(self) -> str:
            with self.level as level:
                return f"{level.now}"

        def store_level(self, text: str) -> None:
            with self.level as level:
                level.now = int(text)

    $ cat /sys/class/misc/log/level

Each is a field of the operations, made in their `__init__`, and a file of every device that they service: in
`/sys/class/misc/NAME/` of a MiscDevice, in `/sys/class/NAME/NAME0/` and so on of a CharDevice. The files are
there before user space hears of the device, and go with it.
"""

from kmi.device import Registration
from kmi.interface import ShowCallback, StoreCallback, context, provided, raises, sleeps

__all__ = ["Attribute", "Counter"]


@provided
class Attribute(Registration):
    """A text that the module tells when it is asked, and may be told."""

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(self, name: str, show: ShowCallback, store: StoreCallback | None = None) -> None:
        """A file of that name. Who reads it gets what `show` returns, with a newline if it has none, at most
        4095 bytes: else EFBIG. What is written goes to `store`, whole, without a newline at its end; without
        `store` the file is only read. What they raise is the errno that user space gets, ENXIO until the
        module is loaded.

        Root writes, everybody reads. Raises OSError EINVAL for a name that is empty, `.` or `..`, is longer
        than 255 bytes or has a `/` or NUL; the load fails with EEXIST if two of a device have one name, or it
        is one of the kernel's own: dev, device, power, subsystem, uevent. Linux: `DEVICE_ATTR()`.
        """
        ...


@provided
class Counter(Registration):
    """A number that counts events, and that user space can read. Counting takes no lock."""

    @context("process")
    @sleeps
    @raises(OSError, MemoryError)
    def __init__(self, name: str) -> None:
        """A counter that is 0, and a file of that name, as of an Attribute."""
        ...

    def add(self, count: int = 1) -> None:
        """Count so many more: a signed 64-bit number, which wraps."""
        ...

    @property
    def value(self) -> int:
        """The count at the moment."""
        ...
