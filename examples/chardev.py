"""Two devices in one registration, each a page of its own to read, write and seek in.

    $ echo hello > /dev/page0
    $ echo world > /dev/page1
    $ head -c 5 /dev/page0
    hello
    $ dd if=/dev/page1 bs=1 skip=1 count=4 status=none
    orld

`file.minor` says which device a file was opened on. A page keeps what was written until the module goes.
"""

from errno import ENOSPC
from typing import Final

from kmi import Module, module
from kmi.device import CharDevice, File, FileOperations
from kmi.sync import Mutex
from kmi.uio import Uio

SIZE: Final = 4096


class Page:
    """What one device keeps, under its own lock: the devices do not wait for each other."""

    def __init__(self) -> None:
        self.content = Mutex(bytearray(SIZE))


class Pages(FileOperations[Page]):
    def __init__(self) -> None:
        self.first = Page()
        self.second = Page()

    def open(self, file: File[None]) -> Page:
        return self.first if file.minor == 0 else self.second

    def read(self, file: File[Page], data: Uio) -> None:
        with file.state.content as content:
            data.put(bytes(content[data.offset : data.offset + data.remaining]))

    def write(self, file: File[Page], data: Uio) -> None:
        if data.offset >= SIZE:
            raise OSError(ENOSPC, "the page ends here")
        with file.state.content as content:
            data.get_into(content, data.offset, SIZE)

    def seek(self, file: File[Page], offset: int, whence: int) -> int:
        return file.seek_within(SIZE, offset, whence)


@module(license="GPL", description="two devices, each a page of its own")
class CharDeviceModule(Module):
    def __init__(self) -> None:
        self.devices = CharDevice("page", 2, Pages(), 0o660)
