"""`range` as a value: the numbers from a start to before a stop, by a step.

    for i in range(n)       a loop that counts; no object is made
    pages = range(4, 9)     an object of this class
"""

LARGEST = (1 << 63) - 1


class range:
    """A sequence of numbers that are evenly apart; it never changes."""

    start: int
    stop: int
    step: int

    def __init__(self, start: int, stop: int, step: int) -> None:
        if step == 0:
            raise ValueError("range() arg 3 must not be zero")
        self.start = start
        self.stop = stop
        self.step = step

    def __len__(self) -> int:
        if not self:
            return 0
        if (self.stop - self.start) // self.step >= LARGEST:
            raise OverflowError("Python int too large to convert to C ssize_t")
        if self.step > 0:
            return (self.stop - self.start + self.step - 1) // self.step
        return (self.start - self.stop - self.step - 1) // -self.step

    def __bool__(self) -> bool:
        return self.start < self.stop if self.step > 0 else self.stop < self.start

    def __getitem__(self, index: int) -> int:
        size = len(self)
        at = index + size if index < 0 else index
        if at < 0 or at >= size:
            raise IndexError("range object index out of range")
        return self.start + at * self.step

    def __contains__(self, value: int) -> bool:
        if self.step > 0:
            inside = self.start <= value and value < self.stop
        else:
            inside = self.stop < value and value <= self.start
        return inside and (value - self.start) % self.step == 0

    def __advance__(self, position: int) -> int:
        # In one expression, which is exact: the number may lie beyond what a place holds.
        if self.step > 0:
            return position if self.start + position * self.step < self.stop else -1
        return position if self.start + position * self.step > self.stop else -1

    def __item__(self, position: int) -> int:
        return self.start + position * self.step

    def __eq__(self, other: range) -> bool:
        size = len(self)
        if size != len(other):
            return False
        if size == 0:
            return True
        return self.start == other.start and (size == 1 or self.step == other.step)

    def index(self, value: int) -> int:
        if value not in self:
            raise ValueError(f"{value} is not in range")
        return (value - self.start) // self.step

    def count(self, value: int) -> int:
        return 1 if value in self else 0

    def __repr__(self) -> str:
        if self.step == 1:
            return f"range({self.start}, {self.stop})"
        return f"range({self.start}, {self.stop}, {self.step})"
