"""A device that tells what the module's parameters are now, and parameters of every kind.

    $ insmod parameters.ko volume=11 name=garage channels=3,5
    $ cat /dev/parameters
    garage plays at 11 of 100, 8 at once, on 2 channels
    $ echo 50 > /sys/module/parameters/parameters/volume
    $ echo 9 > /sys/module/parameters/parameters/voices
    sh: write error: Invalid argument

A bad value refuses the load, or the write, and the old one stays.
"""

from kmi import Module, Parameter, module, u8
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio


def power_of_two(value: int) -> bool:
    """Whether there is only one bit set.

    >>> [value for value in range(10) if power_of_two(value)]
    [1, 2, 4, 8]
    """
    return value > 0 and value & (value - 1) == 0


class Player(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        if data.offset > 0:
            return
        name, voices, channels = Parameters.name, Parameters.voices, len(Parameters.channels)
        state = "is silent" if Parameters.muted else f"plays at {Parameters.volume} of 100"
        data.put(f"{name} {state}, {voices} at once, on {channels} channels\n".encode())


@module(license="GPL", description="parameters of every kind")
class Parameters(Module):
    muted = Parameter(False, "play nothing", writable=True)
    volume: Parameter[u8] = Parameter(30, "percent", maximum=100, writable=True)
    voices = Parameter(8, "how many at once, a power of two", check=power_of_two, writable=True)
    name = Parameter("radio", "what it calls itself", writable=True)
    channels = Parameter([1], "what it listens to, up to 8", minimum=1, maximum=99, capacity=8)

    def __init__(self) -> None:
        self.device = MiscDevice("parameters", Player(), 0o444)
