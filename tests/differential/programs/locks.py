"""with: a lock and what it guards."""

from dataclasses import dataclass

from kmi import info
from kmi.sync import Mutex, SpinLock


@dataclass
class Count:
    number: int = 0


class Holder:
    def __init__(self) -> None:
        self.count = Mutex(Count())
        self.kept = SpinLock(bytearray())

    def add(self, number: int) -> int:
        with self.count as count:
            if number < 0:
                raise ValueError("negative")
            count.number += number
            return count.number

    def keep(self, data: bytes) -> int:
        with self.kept as kept:
            kept.extend(data)
            return len(kept)


def main() -> None:
    holder = Holder()
    info(f"{holder.add(3)}")
    try:
        holder.add(-1)
    except ValueError:
        info("refused")
    info(f"{holder.add(4)} {holder.keep(b'abc')} {holder.keep(b'de')}")
    for n in range(5):
        with holder.count as count:
            if n == 1:
                continue
            if n == 3:
                break
            count.number += n
    with holder.count as count:
        info(f"{count.number}")
