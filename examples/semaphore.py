"""A device that hands out permits: writing n bytes adds n, reading waits for one and takes it.

Two ioctls get and set how many permits were taken.
"""

from dataclasses import dataclass
from errno import ENOTTY
from typing import Final

from kmi import Module, Struct, error, info, module, u64, wrapping
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IOR, IOW, Request
from kmi.sync import Condition, Mutex
from kmi.uio import Uio


class Taken(Struct):
    count: u64


GET_TAKEN: Final = IOR("s", 1, Taken)
SET_TAKEN: Final = IOW("s", 2, Taken)


@dataclass
class Permits:
    count: int = 0
    most: int = 0
    taken: u64 = 0


class Semaphore(FileOperations):
    def __init__(self) -> None:
        self.permits = Mutex(Permits())
        self.added = Condition(self.permits)

    def write(self, file: File, data: Uio) -> None:
        with self.permits as permits:
            permits.count += data.remaining
            permits.most = max(permits.most, permits.count)
            self.added.notify_all()
        data.skip(data.remaining)

    def read(self, file: File, data: Uio) -> None:
        with self.permits as permits:
            while permits.count == 0:
                if file.nonblocking:
                    raise BlockingIOError
                self.added.wait()
            data.put(b"\0")                   # a fault leaves the permit where it was
            permits.count -= 1
            permits.taken = wrapping(u64, permits.taken + 1)

    def ioctl(self, file: File, request: Request) -> int:
        if request.command == GET_TAKEN:
            with self.permits as permits:
                request.put(Taken(permits.taken))
        elif request.command == SET_TAKEN:
            wanted = request.get(Taken)
            with self.permits as permits:
                permits.taken = wanted.count
        else:
            raise error(ENOTTY)
        return 0


@module(license="GPL", description="permits as a device")
class SemaphoreModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("semaphore", Semaphore())
        info("semaphore: ready")
