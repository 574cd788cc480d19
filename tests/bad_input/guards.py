# expect: KMI0611 at 28
# expect: KMI0604 at 29
# expect: KMI0608 at 33
# expect: KMI0608 at 38
# expect: KMI0611 at 42
# expect: KMI0608 at 47
# expect: KMI0607 at 51
# expect: KMI0612 at 54
"""Guarded objects that leave their lock, and foreign ones that go under it."""

from dataclasses import dataclass

from kmi import Module, module
from kmi.sync import Mutex


@dataclass
class Entry:
    count: int = 0

    def bump(self) -> None:
        self.count += 1


class Table:
    def __init__(self, first: Entry) -> None:
        self.entries: Mutex[list[Entry]] = Mutex([])
        self.others: Mutex[list[Entry]] = Mutex([first])
        self.name = Mutex("table")

    def first(self) -> Entry:
        with self.entries as entries:
            return entries[0]

    def last(self) -> int:
        with self.entries as entries:
            entry = entries[-1]
        return entry.count

    def add(self, entry: Entry) -> None:
        with self.entries as entries:
            entries.append(entry)

    def move(self) -> None:
        with self.entries as entries:
            with self.others as others:
                others.append(entries[0])

    def clear(self) -> None:
        with self.entries as entries:
            entries = []

    def by_hand(self) -> None:
        self.entries.__enter__()


@module(license="GPL", description="guards")
class Guards(Module):
    pass
