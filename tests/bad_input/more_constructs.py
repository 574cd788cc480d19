# expect: KMI0102 at 22
# expect: KMI0102 at 23
# expect: KMI0350 at 28
# expect: KMI0102 at 32
# expect: KMI0108 at 36
# expect: KMI0318 at 40
# expect: KMI0102 at 45
# expect: KMI0102 at 49
# expect: KMI0102 at 53
# expect: KMI0102 at 57
# expect: KMI0305 at 61
# expect: KMI0317 at 65
# expect: KMI0305 at 69
# expect: KMI0113 at 76
# expect: KMI0315 at 80
# expect: KMI0112 at 84
# expect: KMI0306 at 87
# expect: KMI0102 at 88
# expect: KMI0102 at 92
"""More of what kernel Python does not have."""

from kmi import *
from . import sibling
from kmi import Module, info, module


def sets() -> None:
    for number in {1, 2, 3}: info(f"{number}")


def comprehended() -> None:
    squares = {**{1: 2}, 3: 4}


def divided(data: list[int]) -> int:
    return data[0] / 2


def waiting() -> None:
    with 5 as five:
        pass


def deleted(data: bytearray) -> None:
    del data.size


def chained() -> None:
    info(**{"text": "a"})


def starred(data: list[int]) -> None:
    first = (*data, 1)


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


def raising(number: int) -> None:
    raise OSError(5, number)


def exec_(code: str) -> None:
    exec(code)


def get(thing: object) -> None:
    getattr(thing, "name")


def ellipsis() -> int:
    ...


@module(license="GPL", description="constructs")
class Constructs(Module):
    pass
