"""Memory in one piece, as a device would want it for its descriptors: below 4 GiB, and within one 64 KiB.

    # dd if=/dev/contiguous bs=4096 count=3

What is written lies in that memory, and what is read comes from there. An ioctl tells the physical address
that a device would be told.
"""

from errno import ENOTTY

from kmi import Struct, info, module, u32, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.errors import error
from kmi.freebsd.contigmalloc import Contiguous, contigmalloc
from kmi.freebsd.malloc import M_WAITOK, M_ZERO, MallocType
from kmi.freebsd.module import EventModule
from kmi.ioctl import IOR, Request
from kmi.sync import Mutex
from kmi.uio import Uio

SIZE = 12288
BOUNDARY = 65536


class Where(Struct):
    """Where the memory is, as a device sees it."""

    address: u64
    size: u32
    boundary: u32


GET_WHERE = IOR("c", 1, Where)


class Descriptors(FileOperations):
    def __init__(self) -> None:
        self.type = MallocType("descriptors", "memory for a device")
        self.memory: Mutex[Contiguous] = Mutex(
            contigmalloc(SIZE, self.type, M_WAITOK | M_ZERO, high=1 << 32, alignment=4096, boundary=BOUNDARY)
        )

    def read(self, file: File, data: Uio) -> None:
        with self.memory as memory:
            count = max(0, min(data.remaining, len(memory) - data.offset))
            data.put(memory.read(min(data.offset, len(memory)), count))

    def write(self, file: File, data: Uio) -> None:
        with self.memory as memory:
            memory.write(data.offset, data.get(data.remaining))

    def ioctl(self, file: File, request: Request) -> int:
        if request.command != GET_WHERE:
            raise error(ENOTTY)
        with self.memory as memory:
            where = Where(memory.physical, len(memory), BOUNDARY)
        request.put(where)
        return 0


@module(license="Dual BSD/GPL", description="memory in one piece", version="1.0")
class ContiguousModule(EventModule):
    def __init__(self) -> None:
        self.device = MiscDevice("contiguous", Descriptors())
        info("contiguous: loaded")
