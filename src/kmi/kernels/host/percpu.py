"""A number that every CPU counts for itself, on the host: there is one."""

from kmi.integers import i64, u64
from kmi.unsafe import cast, place, unsafe


@place
class PerCpu:
    """A count."""

    total: u64

    def __init__(self) -> None:
        self.total = 0

    def add(self, amount: int) -> None:
        with unsafe("the count is kept modulo 2**64"):
            self.total = (self.total + cast(u64, amount)) & 0xFFFFFFFFFFFFFFFF

    def sum(self) -> int:
        with unsafe("the count is kept modulo 2**64"):
            return cast(i64, self.total)
