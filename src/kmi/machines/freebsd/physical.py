"""Physical memory: which pages there are, and who has them.

    physical = Physical(random)
    physical.page()                                             # a page's address, anywhere
    physical.contiguous(16, 0, 1 << 32, alignment=65536, boundary=0)

There are two runs of pages, one below 4 GiB and one above, and the rest of the kernel, as it were, has taken
pages here and there, so that what is contiguous is rare, and begins where it likes.

Source: sys/vm/vm_phys.c.

Invariant: a page has one owner.
"""

from __future__ import annotations

import random
from typing import Final

from kmi.machines.cpu.engine import PAGE

__all__ = ["RUNS", "Physical"]

RUNS: Final = ((1 << 20, 65 << 20), ((4 << 30), (4 << 30) + (64 << 20)))
"""From where to where there is memory."""


class Physical:
    """The pages of the machine."""

    def __init__(self, random: random.Random) -> None:
        self.random = random
        self._used = [bytearray((last - first) // PAGE) for first, last in RUNS]
        for used in self._used:
            self._scatter(used)

    def _scatter(self, used: bytearray) -> None:
        """Pages of others: many in the first half, and few, at odd places, in the second."""
        half = len(used) // 2
        for _ in range(half // 12):
            at = self.random.randrange(half)
            used[at] = 1
        at = half
        while at < len(used):
            used[at] = 1
            at += self.random.choice((37, 150, 701, 2_053))

    def page(self) -> int | None:
        """A page, wherever one is free; None if none is."""
        order = [0, 1] if self.random.random() < 0.5 else [1, 0]
        for run in order:
            used = self._used[run]
            start = self.random.randrange(len(used))
            at = used.find(0, start)
            at = used.find(0) if at < 0 else at
            if at >= 0:
                used[at] = 1
                return RUNS[run][0] + at * PAGE
        return None

    def contiguous(self, pages: int, low: int, high: int, alignment: int, boundary: int) -> int | None:
        """Pages that lie one behind the other: from `low` on, ending before `high`, at a multiple of
        `alignment`, with no multiple of `boundary` inside, unless that is 0; None if there are none."""
        size = pages * PAGE
        if low >= high or boundary and size > boundary:
            return None
        step = max(alignment, PAGE)
        for run in self.random.sample((0, 1), 2):
            first, last = RUNS[run]
            used, nothing = self._used[run], bytes(pages)
            begin, end = max(first, low), min(last, high)
            at = -(-begin // step) * step
            found = []
            while at + size <= end:
                if boundary and (at ^ (at + size - 1)) & -boundary:
                    at = -(-(at + 1) // step) * step
                    continue
                index = (at - first) // PAGE
                taken = used.find(1, index, index + pages)
                if taken < 0 and used[index : index + pages] == nothing:
                    found.append(at)
                    if len(found) == 8:
                        break
                    at += step
                else:
                    at = -(-(first + (taken + 1) * PAGE) // step) * step
            if found:
                at = self.random.choice(found)
                index = (at - first) // PAGE
                used[index : index + pages] = b"\1" * pages
                return at
        return None

    def give_back(self, address: int, pages: int = 1) -> None:
        """Pages that nobody needs any more."""
        for run, (first, last) in enumerate(RUNS):
            if first <= address < last:
                index = (address - first) // PAGE
                self._used[run][index : index + pages] = bytes(pages)
