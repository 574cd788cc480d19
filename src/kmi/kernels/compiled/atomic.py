"""Numbers that threads change without a lock, on every kernel that is compiled for: `kmi.atomic`.

How a word of memory is exchanged is the platform's: its `kmi_atomic_load`, `_store`, `_exchange` and `_swap`.

Invariant: the value is touched by the helpers alone, which are macros and see its width.
"""

from typing import Generic, TypeVar

from kmi.integers import u64
from kmi.unsafe import Pointer, address_of, c_function, cast, place, unsafe

T = TypeVar("T", bound=int)

MASK = 0xFFFFFFFFFFFFFFFF

@c_function("kmi_atomic_load")
def kmi_atomic_load(pointer: Pointer[T]) -> u64: ...


@c_function("kmi_atomic_store")
def kmi_atomic_store(pointer: Pointer[T], value: u64) -> None: ...


@c_function("kmi_atomic_exchange")
def kmi_atomic_exchange(pointer: Pointer[T], value: u64) -> u64: ...


@c_function("kmi_atomic_swap")
def kmi_atomic_swap(pointer: Pointer[T], expected: u64, value: u64) -> bool: ...


@c_function("kmi_atomic_sum_fits")
def kmi_atomic_sum_fits(pointer: Pointer[T], value: u64, amount: u64) -> bool: ...


@c_function("kmi_atomic_rest_fits")
def kmi_atomic_rest_fits(pointer: Pointer[T], value: u64, amount: u64) -> bool: ...


@place
class Atomic(Generic[T]):
    """An integer of any width, or a bool, that threads change in indivisible steps."""

    value: T

    def __init__(self, value: T) -> None:
        self.value = value

    def load(self) -> T:
        with unsafe("the bits that come back are those of a T"):
            return cast(T, kmi_atomic_load(address_of(self.value)))

    def store(self, value: T) -> None:
        with unsafe("the bits are those of a T"):
            kmi_atomic_store(address_of(self.value), cast(u64, value))

    def exchange(self, value: T) -> T:
        with unsafe("the bits are those of a T"):
            return cast(T, kmi_atomic_exchange(address_of(self.value), cast(u64, value)))

    def compare_exchange(self, expected: T, value: T) -> bool:
        with unsafe("the bits are those of a T"):
            return kmi_atomic_swap(address_of(self.value), cast(u64, expected), cast(u64, value))

    def fetch_add(self, amount: T) -> T:
        with unsafe("the bits are those of a T; it is swapped only if it still is what the sum was made of"):
            more = cast(u64, amount)
            while True:
                old = kmi_atomic_load(address_of(self.value))
                if not kmi_atomic_sum_fits(address_of(self.value), old, more):
                    raise OverflowError("the result does not fit the atomic")
                if kmi_atomic_swap(address_of(self.value), old, (old + more) & MASK):
                    return cast(T, old)

    def fetch_sub(self, amount: T) -> T:
        with unsafe("as in fetch_add"):
            less = cast(u64, amount)
            while True:
                old = kmi_atomic_load(address_of(self.value))
                if not kmi_atomic_rest_fits(address_of(self.value), old, less):
                    raise OverflowError("the result does not fit the atomic")
                if kmi_atomic_swap(address_of(self.value), old, (old - less) & MASK):
                    return cast(T, old)

    def fetch_and(self, bits: T) -> T:
        with unsafe("as in fetch_add"):
            while True:
                old = kmi_atomic_load(address_of(self.value))
                if kmi_atomic_swap(address_of(self.value), old, old & cast(u64, bits)):
                    return cast(T, old)

    def fetch_or(self, bits: T) -> T:
        with unsafe("as in fetch_add"):
            while True:
                old = kmi_atomic_load(address_of(self.value))
                if kmi_atomic_swap(address_of(self.value), old, old | cast(u64, bits)):
                    return cast(T, old)

    def fetch_xor(self, bits: T) -> T:
        with unsafe("as in fetch_add"):
            while True:
                old = kmi_atomic_load(address_of(self.value))
                if kmi_atomic_swap(address_of(self.value), old, old ^ cast(u64, bits)):
                    return cast(T, old)
