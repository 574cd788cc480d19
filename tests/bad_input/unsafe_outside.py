# expect: KMI0501 at 10
# expect: KMI0501 at 11
"""Raw memory outside an unsafe block."""

from kmi import Module, module
from kmi.unsafe import Pointer, cast


def peek(address: int) -> int:
    pointer = cast(Pointer[int], address)
    return pointer[0]


@module(license="GPL", description="unsafe")
class Unsafe(Module):
    pass
