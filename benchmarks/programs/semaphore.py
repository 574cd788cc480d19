"""Permits behind a lock, as examples/semaphore.py keeps them: given in pairs and taken one by one."""

from dataclasses import dataclass

from kmi.sync import Mutex


@dataclass
class Permits:
    count: int = 0
    most: int = 0


class Semaphore:
    def __init__(self) -> None:
        self.permits = Mutex(Permits())

    def give(self, count: int) -> None:
        with self.permits as permits:
            permits.count += count
            permits.most = max(permits.most, permits.count)

    def take(self) -> None:
        with self.permits as permits:
            if permits.count == 0:
                raise BlockingIOError
            permits.count -= 1


def ping(semaphore: Semaphore) -> int:
    taken = 0
    semaphore.give(2)
    while True:
        try:
            semaphore.take()
        except BlockingIOError:
            return taken
        taken += 1


def bench_semaphore(rounds: int) -> int:
    semaphore = Semaphore()
    taken = 0
    for _ in range(rounds):
        semaphore.give(2)
        semaphore.take()
        semaphore.take()
        taken += 2
    return taken


def bench_semaphore_empty(rounds: int) -> int:
    semaphore = Semaphore()
    taken = 0
    for _ in range(rounds):
        taken += ping(semaphore)
    return taken
