# expect: KMI0202 at 24
# expect: KMI0202 at 25
# expect: KMI0304 at 35
# expect: KMI0310 at 38
# expect: KMI0303 at 42
# expect: KMI0305 at 43
# expect: KMI0313 at 44
# expect: KMI0303 at 47
# expect: KMI0302 at 49
# expect: KMI0607 at 51
# expect: KMI0305 at 52
# expect: KMI0304 at 54
# expect: KMI0316 at 55
# expect: KMI0301 at 57
# expect: KMI0301 at 57
# expect: KMI0102 at 59
# expect: KMI0301 at 64
# expect: KMI0302 at 65
# expect: KMI0304 at 66
# expect: KMI0302 at 66
# expect: KMI0304 at 67
"""What people write by habit in their first module."""

import threading
import time
from kmi import Module, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Condition, Mutex
from kmi.uio import Uio


class Device(FileOperations):
    def __init__(self) -> None:
        self.kept = Mutex(bytearray())
        self.filled = Condition()
        self.lock = threading.Lock()

    def read(self, file: File, data: Uio) -> bytes:
        return b"hello"

    def write(self, file: File, data: Uio) -> None:
        self.kept.append(1)
        size = len(self.kept)
        for byte in self.kept:
            info(f"{byte}")
        with self.kept:
            self.kept.extend(data.get(10))
        with self.kept as kept:
            data.put(kept[0])
            kept += data.get(10)
            kept = kept + b"x"
        if self.kept == b"":
            pass
        self.filled.wait(5)
        raise OSError("failed")

    def close(self, file):
        time.sleep(1)
        data = open("/etc/passwd").read()


@module(license="GPL", description="x")
class M(Module):
    def __init__(self):
        self.device = MiscDevice("x", Device)
        self.second = MiscDevice(Device())
        info("x: ready", self.device)
