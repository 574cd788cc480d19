"""A ring of numbers, whose docstrings hold examples of every kind, and some that are wrong.

>>> double(4)
8
"""

from kmi import Module, info, module, u32
from kmi.sync import Mutex


class Full(Exception):
    """There is no room left."""


def double(x: int) -> int:
    """Twice the number.

    >>> double(2)
    4
    >>> double(200)
    Traceback (most recent call last):
        ...
    ValueError: too much
    >>> double(99)
    Traceback (most recent call last):
    ring.Full: full of 99
    >>> double(99)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ring.Full: full ... 99
    >>> double(99)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    Full: whatever
    >>> [double(i)
    ...  for i in range(3)]
    [0, 2, 4]
    >>> double(1) == 2
    1
    >>> double(7)  # doctest: +SKIP
    15
    """
    if x == 99:
        raise Full(f"full of {x}")
    if x > 100:
        raise ValueError("too much")
    return x * 2


class Ring:
    """The last few numbers.

    >>> ring = Ring(2)
    >>> for i in range(3):
    ...     ring.push(i)
    >>> ring.items()
    [1, 2]
    >>> ring.items()[0], ring.name()
    (1, 'ring of 2')
    >>> ring.name()  # doctest: +ELLIPSIS
    'ri...g ... 2'
    >>> ring.words()  # doctest: +NORMALIZE_WHITESPACE
    'a
    b'
    """

    def __init__(self, size: int) -> None:
        self.size: u32 = size
        self.kept: list[int] = []

    def push(self, item: int) -> None:
        self.kept.append(item)
        if len(self.kept) > self.size:
            del self.kept[0]

    def items(self) -> list[int]:
        return self.kept.copy()

    def name(self) -> str:
        return f"ring of {self.size}"

    def words(self) -> str:
        return "a   b"

    def first(self) -> int:
        """What the next push drops.

        >>> ring = Ring(1)
        >>> ring.push(4)
        >>> ring.first()
        3
        >>> ring.first()
        5
        """
        return self.kept[0]

    def clear(self) -> None:
        """Drops all.

        >>> Ring(5).clear()
        Traceback (most recent call last):
        KeyError: 5
        """
        self.kept.clear()

    def last(self) -> int:
        """The newest.

        >>> ring = Ring(5)
        >>> ring.last()
        0
        """
        return self.kept[-1]

    def lookup(self) -> None:
        """Raises another exception than it says.

        >>> Ring(5).lookup()
        Traceback (most recent call last):
        LookupError: 'a'
        """
        raise KeyError("a")


class Guarded:
    """Numbers behind a lock, which needs a kernel.

    >>> guarded = Guarded()
    >>> guarded.add(3)
    >>> guarded.add(4)
    7
    """

    def __init__(self) -> None:
        self.ring = Mutex(Ring(2))

    def add(self, item: int) -> int | None:
        with self.ring as ring:
            ring.push(item)
            return sum(ring.kept) if len(ring.kept) > 1 else None


@module(license="GPL", description="a ring")
class RingModule(Module):
    def __init__(self) -> None:
        info("ring: loaded")
