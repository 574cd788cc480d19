"""Sorting: stable, in place, by `<` alone, as `list.sort` promises.

Runs of eight are sorted by insertion, then merged two by two. Beside the keys, values of any size can be
moved along: what `sort(key=…)` sorts are the keys, and the items follow.

Invariant: whatever a comparison raises, each key and each value is in one place, and keys stand beside
their values: a run that is being merged is put back first.
"""

from typing import TypeVar

from kmi.integers import u8
from kmi.runtime.memory import allocate, copy, free, move
from kmi.unsafe import Pointer, cast, inline, sizeof, unsafe

T = TypeVar("T")

RUN = 8


def sort(keys: Pointer[T], values: Pointer[u8], size: int, length: int) -> None:
    """Sorts so many keys, and as many values of that size with them; of size 0 there are none."""
    if length < 2:
        return
    with unsafe("room for the left one of two runs"):
        spare = allocate(_longest(length) * (sizeof(T) + size))
    try:
        first = 0
        while first < length:
            last = first + RUN if first + RUN < length else length
            _insertion(keys, values, size, first, last, spare)
            first = last
        run = RUN
        while run < length:
            first = 0
            while first + run < length:
                last = first + 2 * run if first + 2 * run < length else length
                _merge(keys, values, size, first, first + run, last, spare)
                first += 2 * run
            run *= 2
    finally:
        with unsafe("nothing is in it any longer"):
            free(cast(Pointer[None], spare))


def _longest(length: int) -> int:
    """How long the left one of two runs can be; 1 where nothing is merged."""
    run = 1 if length <= RUN else RUN
    while run > 1 and run * 2 < length:
        run *= 2
    return run


@inline
def _shift(memory: Pointer[u8], size: int, at: int, to: int, spare: Pointer[u8]) -> None:
    """The item of one position goes before that of an earlier one."""
    with unsafe("both positions are inside, and the spare memory has room for one"):
        copy(cast(Pointer[None], spare), cast(Pointer[None], memory + at * size), size)
        move(
            cast(Pointer[None], memory + (to + 1) * size),
            cast(Pointer[None], memory + to * size),
            (at - to) * size,
        )
        copy(cast(Pointer[None], memory + to * size), cast(Pointer[None], spare), size)


def _insertion(
    keys: Pointer[T], values: Pointer[u8], size: int, first: int, last: int, spare: Pointer[u8]
) -> None:
    """Sorts a short run, each key going before the first one that is greater."""
    at = first + 1
    with unsafe("all positions are of the run; items move when everything is compared"):
        while at < last:
            if keys[at] < keys[at - 1]:
                low = first
                high = at - 1
                while low < high:
                    middle = (low + high) // 2
                    if keys[at] < keys[middle]:
                        high = middle
                    else:
                        low = middle + 1
                _shift(cast(Pointer[u8], keys), sizeof(T), at, low, spare)
                if size > 0:
                    _shift(values, size, at, low, spare)
            at += 1


def _merge(
    keys: Pointer[T],
    values: Pointer[u8],
    size: int,
    first: int,
    middle: int,
    last: int,
    spare: Pointer[u8],
) -> None:
    """Merges two sorted runs that stand side by side; of equal keys the left one comes first."""
    with unsafe("the left run goes aside; what is free in its place is as long as what is left of it"):
        if not keys[middle] < keys[middle - 1]:
            return
        count = middle - first
        left = cast(Pointer[T], spare)
        left_values = spare + count * sizeof(T)
        copy(cast(Pointer[None], left), cast(Pointer[None], keys + first), count * sizeof(T))
        if size > 0:
            copy(cast(Pointer[None], left_values), cast(Pointer[None], values + first * size), count * size)
        taken = 0
        right = middle
        to = first
        try:
            while taken < count and right < last:
                if keys[right] < left[taken]:
                    _put(keys, values, size, to, cast(Pointer[u8], keys + right), values + right * size)
                    right += 1
                else:
                    place = cast(Pointer[u8], left + taken)
                    _put(keys, values, size, to, place, left_values + taken * size)
                    taken += 1
                to += 1
        finally:
            rest = count - taken
            copy(cast(Pointer[None], keys + to), cast(Pointer[None], left + taken), rest * sizeof(T))
            if size > 0:
                copy(
                    cast(Pointer[None], values + to * size),
                    cast(Pointer[None], left_values + taken * size),
                    rest * size,
                )


@inline
def _put(
    keys: Pointer[T], values: Pointer[u8], size: int, to: int, key: Pointer[u8], value: Pointer[u8]
) -> None:
    """A key, and its value, to their place."""
    with unsafe("the place is free"):
        copy(cast(Pointer[None], keys + to), cast(Pointer[None], key), sizeof(T))
        if size > 0:
            copy(cast(Pointer[None], values + to * size), cast(Pointer[None], value), size)
