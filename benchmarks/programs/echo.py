"""What examples/echo.py does with its bytes: kept behind a lock, added at the end, taken from the front."""

from kmi.sync import Mutex


class Echo:
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept = Mutex(bytearray())

    def write(self, data: bytes) -> int:
        with self.kept as kept:
            room = self.capacity - len(kept)
            if room == 0:
                raise BlockingIOError
            kept.extend(data[:room])
            return min(len(data), room)

    def read(self, size: int) -> bytes:
        with self.kept as kept:
            if len(kept) == 0:
                raise BlockingIOError
            given = bytes(kept[:size])
            del kept[:size]
            return given


def through(rounds: int, size: int) -> int:
    echo = Echo(2 * size)
    data = bytes(size)
    total = 0
    for _ in range(rounds):
        total += echo.write(data)
        total += len(echo.read(size))
    return total


def bench_echo_1(rounds: int) -> int:
    return through(rounds, 1)


def bench_echo_4096(rounds: int) -> int:
    return through(rounds, 4096)


def bench_echo_1048576(rounds: int) -> int:
    return through(rounds, 1048576)
