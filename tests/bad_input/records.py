# expect: KMI0404 at 23
# expect: KMI0404 at 31
# expect: KMI0404 at 32
# expect: KMI0404 at 33
# expect: KMI0404 at 34
# expect: KMI0404 at 35
# expect: KMI0403 at 37
# expect: KMI0404 at 38
# expect: KMI0306 at 41
# expect: KMI0306 at 41
# expect: KMI0306 at 42
# expect: KMI0351 at 47
"""Arrays without a length or of what has none, records without an end, orders of bytes elsewhere."""

from typing import Annotated

from kmi import Module, Struct, module, u8, u32
from kmi.integers import be32, le16


class Node(Struct):
    value: u32
    next: "Node"


class Other(Struct):
    within: Node


class Bad(Struct):
    name: bytes
    items: list[u32]
    zero: Annotated[bytes, 0]
    many: Annotated[list[int], 4]
    text: Annotated[str, 4]
    tag: Annotated[bytes, 3]
    order: be32
    also: Annotated[be32, 4]


def f(x: be32) -> Annotated[int, 4]:
    y: le16 = 4
    return x + y


def g(n: Bad) -> None:
    table: dict[Node, int] = {}
    return None


@module(license="GPL", description="records")
class Records(Module):
    pass
