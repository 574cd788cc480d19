"""Pages that processes map."""

from kmi import Module, Parameter, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.pages import Area, Pages
from kmi.sync import SpinLock
from kmi.uio import Uio


class Shared(FileOperations):
    def __init__(self, count: int) -> None:
        self.pages = Pages(count)

    def read(self, file: File, data: Uio) -> None:
        count = min(data.remaining, max(0, self.pages.size - data.offset))
        data.put(self.pages.read(data.offset, count))

    def write(self, file: File, data: Uio) -> None:
        self.pages.write(data.offset, data.get(data.remaining))

    def mmap(self, file: File, area: Area) -> None:
        area.map(self.pages, area.offset)


class Shown(FileOperations):
    def __init__(self) -> None:
        self.pages = Pages(1)
        self.pages.write(0, b"read only")

    def mmap(self, file: File, area: Area) -> None:
        area.map(self.pages, writable=False)


class Fresh(FileOperations):
    """Each mapping has pages of its own, which only the mapping keeps."""

    def mmap(self, file: File, area: Area) -> None:
        pages = Pages(area.length // 4096)
        pages.write(0, b"fresh")
        area.map(pages)


class Broken(FileOperations):
    def mmap(self, file: File, area: Area) -> None:
        if area.offset == 4096:
            return
        pages = Pages(2)
        if area.offset == 8192:
            area.map(pages, 1)
        area.map(pages)
        area.map(pages)


class Kept:
    def __init__(self) -> None:
        self.pages: Pages | None = None


class Dropped(FileOperations):
    """Pages that a write lets go, though they are mapped, where nothing may sleep."""

    def __init__(self) -> None:
        self.kept = SpinLock(Kept())

    def mmap(self, file: File, area: Area) -> None:
        pages = Pages(area.length // 4096)
        area.map(pages)
        with self.kept as kept:
            kept.pages = pages

    def write(self, file: File, data: Uio) -> None:
        data.skip(data.remaining)
        with self.kept as kept:
            kept.pages = None


@module(license="GPL", description="pages that processes map")
class Sharing(Module):
    count = Parameter(4, "pages")

    def __init__(self) -> None:
        self.shared = MiscDevice("shared", Shared(self.count))
        self.shown = MiscDevice("shown", Shown())
        self.fresh = MiscDevice("fresh", Fresh())
        self.broken = MiscDevice("broken", Broken())
        self.dropped = MiscDevice("dropped", Dropped())
