"""Iterators: what `Iterator[T]` of `collections.abc` is, as a base class and as a type.

    class RingIterator(Iterator[T]):      a class below this protocol: its `__next__` is called through it
        def __next__(self) -> T: ...
"""

from __future__ import annotations

from typing import Protocol, TypeVar

T = TypeVar("T")


class Iterator(Protocol[T]):
    """Gives items until it raises `StopIteration`; a loop over one goes on where the last one stopped."""

    def __next__(self) -> T: ...
