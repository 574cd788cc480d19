"""The classic echo device: it keeps what was written last, in memory of a type of its own.

    # echo hello > /dev/echo
    # head -c 6 /dev/echo
    hello

A read takes everything that is there, and waits while there is nothing; a write replaces it. `vmstat -m`
shows the memory as `echo_buffers`.
"""

from errno import EFBIG, EINVAL, ENOTTY

from kmi import Struct, info, module, u32
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.errors import error
from kmi.freebsd.malloc import M_WAITOK, M_ZERO, MallocType, Memory, default_allocator
from kmi.freebsd.module import EventModule
from kmi.ioctl import IO, IOR, IOW, Request
from kmi.sync import Condition, Mutex
from kmi.uio import Uio

LIMIT = 1 << 20


class Size(Struct):
    """How many bytes the device has room for, and how many it keeps."""

    room: u32
    kept: u32


CLEAR = IO("e", 1)
GET_SIZE = IOR("e", 2, Size)
SET_SIZE = IOW("e", 3, Size)


class Buffer:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.kept = 0


class Echo(FileOperations):
    def __init__(self) -> None:
        self.type = MallocType("echo_buffers", "what was written to the echo device")
        self.buffer = Mutex(Buffer(self.type.allocate(256, M_WAITOK | M_ZERO)))
        self.written = Condition(self.buffer)

    def write(self, file: File, data: Uio) -> None:
        with self.buffer as buffer:
            if data.remaining > len(buffer.memory):
                raise error(EFBIG)
            taken = data.get(data.remaining)
            buffer.memory.write(0, taken)
            buffer.kept = len(taken)
            self.written.notify_all()

    def read(self, file: File, data: Uio) -> None:
        with self.buffer as buffer:
            while buffer.kept == 0:
                if file.nonblocking:
                    raise BlockingIOError
                self.written.wait()
            data.put(buffer.memory.read(0, buffer.kept))
            buffer.kept = 0

    def poll(self, file: File, table: PollTable) -> Poll:
        table.wait(self.written)
        with self.buffer as buffer:
            if buffer.kept > 0:
                return Poll.IN | Poll.RDNORM | Poll.OUT | Poll.WRNORM
        return Poll.OUT | Poll.WRNORM

    def ioctl(self, file: File, request: Request) -> int:
        if request.command == CLEAR:
            with self.buffer as buffer:
                buffer.kept = 0
        elif request.command == GET_SIZE:
            with self.buffer as buffer:
                size = Size(len(buffer.memory), buffer.kept)
            request.put(size)
        elif request.command == SET_SIZE:
            wanted = request.get(Size)
            if not 1 <= wanted.room <= LIMIT:
                raise error(EINVAL)
            with self.buffer as buffer:
                buffer.memory.resize(wanted.room, M_WAITOK | M_ZERO)
                buffer.kept = min(buffer.kept, wanted.room)
        else:
            raise error(ENOTTY)
        return 0


@default_allocator(M_WAITOK)
@module(license="Dual BSD/GPL", description="gives back what was written last", version="1.0")
class EchoModule(EventModule):
    def __init__(self) -> None:
        self.device = MiscDevice("echo", Echo())
        info("echo: loaded")
