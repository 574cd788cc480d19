# expect: KMI0102 at 23
# expect: KMI0102 at 24
# expect: KMI0350 at 29
# expect: KMI0102 at 33
# expect: KMI0102 at 37
# expect: KMI0318 at 41
# expect: KMI0102 at 46
# expect: KMI0102 at 50
# expect: KMI0102 at 54
# expect: KMI0102 at 58
# expect: KMI0305 at 62
# expect: KMI0317 at 66
# expect: KMI0305 at 70
# expect: KMI0102 at 76
# expect: KMI0102 at 77
# expect: KMI0315 at 81
# expect: KMI0102 at 85
# expect: KMI0306 at 88
# expect: KMI0102 at 89
# expect: KMI0102 at 93
"""More of what kernel Python does not have."""

from kmi import *
from . import sibling
from kmi import Module, info, module


def sets() -> None:
    for number in {1, 2, 3}: info(f"{number}")


def comprehended() -> None:
    squares = {n: n * n for n in range(3)}


def stepped(data: bytes) -> bytes:
    return data[::2]


def waiting() -> None:
    with 5 as five:
        pass


def deleted(data: bytearray) -> None:
    del data.size


def chained() -> None:
    first = second = 1


def starred(data: list[int]) -> None:
    first, *rest = data


def unpacked(data: list[int]) -> int:
    return max(*data)


def same(one: int, other: int) -> bool:
    return one is other


def formatted(number: int) -> None:
    info(f"{number:>>>}")


def percent(name: str) -> None:
    info("%s" % name)


def outer() -> None:
    value = 1

    def inner() -> None:
        nonlocal value


def asserting(number: int) -> None:
    assert number > 0, number


def exec_(code: str) -> None:
    exec(code)


def get(thing: object) -> None:
    getattr(thing, "name")


def ellipsis() -> int:
    ...


@module(license="GPL", description="constructs")
class Constructs(Module):
    pass
