"""`ref[T]`: a reference that does not keep its object alive; `weakref.ref`.

    parent = weakref.ref(node)      parent() is the node, or None once the last counted reference is gone

Invariants: `_target` is an object whose memory stays until the last weak reference to it is gone, see
kmi_object.h; whether the object in it still lives, its count says, which a call raises only from above zero.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from kmi.unsafe import Pointer, c_function, from_raw, into_raw, unsafe

T = TypeVar("T")


@c_function("kmi_weak_take")
def _take(counted: Pointer[None]) -> Pointer[None]:
    """Turns a counted reference into a weak one."""
    ...


@c_function("kmi_weak_lives")
def _lives(target: Pointer[None]) -> bool:
    """Takes a count of the object, unless it is dead or dying."""
    ...


@c_function("kmi_weak_drop")
def _drop(target: Pointer[None]) -> None:
    """Gives a weak reference back."""
    ...


class ref(Generic[T]):
    """A weak reference: calling it gives the object, or None."""

    _target: Pointer[None]

    def __init__(self, target: T) -> None:
        with unsafe("the count that is taken here is given back at once, the weak one by __del__"):
            self._target = _take(into_raw(target))

    def __call__(self) -> T | None:
        with unsafe("the count that kmi_weak_lives took is the result's"):
            if _lives(self._target):
                return from_raw(T, self._target)
        return None

    def __del__(self) -> None:
        with unsafe("this weak reference was counted by __init__"):
            _drop(self._target)
