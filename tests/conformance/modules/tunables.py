"""Parameters of every kind, read anew for each reader."""

from kmi import Module, Parameter, module, u8, u16, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio


def even(value: int) -> bool:
    return value % 2 == 0


def quotient(value: int) -> bool:
    return 12 // value > 1


def short(value: str) -> bool:
    return len(value) <= 8 and value != "no"


def rising(value: list[int]) -> bool:
    for index in range(1, len(value)):
        if value[index - 1] >= value[index]:
            return False
    return True


def yes(value: bool) -> bool:
    return value


class Shown(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        if data.offset > 0:
            return
        numbers = Tunables.numbers
        total = 0
        for number in numbers:
            total += number
        line = (
            f"{Tunables.flag} {Tunables.small} {Tunables.middle} {Tunables.large} {Tunables.evens} "
            f"{Tunables.divisor} {Tunables.text} {len(numbers)} {total}\n"
        )
        data.put(line.encode())


@module(license="GPL", description="parameters of every kind")
class Tunables(Module):
    flag = Parameter(False, "a bool", writable=True)
    agreed = Parameter(True, "a bool that is checked", writable=True, check=yes)
    small: Parameter[u8] = Parameter(7, "a byte", writable=True)
    middle: Parameter[u16] = Parameter(300, "two bytes, within bounds", minimum=100, writable=True)
    large: Parameter[u64] = Parameter(1 << 63, "eight bytes", writable=True)
    evens = Parameter(2, "an even number", writable=True, check=even)
    divisor = Parameter(3, "a number that 12 is divided by", writable=True, check=quotient)
    text = Parameter("plain", "a text", writable=True, check=short)
    numbers = Parameter([1, 2], "rising numbers", maximum=100, capacity=4, writable=True, check=rising)
    fixed = Parameter([5], "read-only")

    def __init__(self) -> None:
        self.device = MiscDevice("tunables", Shown())
