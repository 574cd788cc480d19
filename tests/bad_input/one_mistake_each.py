# expect: KMI0102 at 12
# expect: KMI0102 at 20
# expect: KMI0102 at 21
# expect: KMI0102 at 27
# expect: KMI0102 at 40
# expect: KMI0316 at 51
"""Each mistake is told once, whatever follows from it."""

from __future__ import annotations

from typing import overload
from errno import *

from kmi import Module, info, module

LIMIT = 3


def late() -> None:
    import math
    from kmi import warn as say

    say(f"{math.sqrt(4)} {ENOENT}")


class Outer:
    class Inner:
        def __init__(self) -> None:
            self.x = 1

    def __init__(self) -> None:
        self.inner = Outer.Inner()
        self.n = LIMIT

    def get(self) -> int:
        info(f"{self.inner.x}")
        return self.n


@overload
def same(value: int) -> int: ...


def same(value: int) -> int:
    return value


def wait(n: int) -> None:
    if n > 3:
        # its help says ETIMEDOUT
        raise TimeoutError("late")
    info(f"{same(n)}")


@module(license="GPL", description="one error each")
class Example(Module):
    def __init__(self) -> None:
        late()
        wait(Outer().get())
