"""Long lists and trees, which are built and dropped in one call."""

from __future__ import annotations

from dataclasses import dataclass
from errno import ENOTTY

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request

LIST = IO("c", 1)
TREE = IO("c", 2)


@dataclass
class Node:
    value: int
    next: Node | None


@dataclass
class Branch:
    left: Branch | None
    right: Branch | None


class Chain(FileOperations):
    def ioctl(self, file: File, request: Request) -> int:
        if request.command == LIST:
            return self.chain(request.value)
        if request.command == TREE:
            return self.comb(request.value)
        raise error(ENOTTY)

    def chain(self, length: int) -> int:
        head: Node | None = None
        for value in range(length):
            head = Node(value, head)
        return 0 if head is None else head.value

    def comb(self, length: int) -> int:
        """Each branch has two below it, and the long one is on either side in turn."""
        top: Branch | None = None
        for number in range(length):
            side = Branch(None, None)
            top = Branch(side, top) if number % 2 else Branch(top, side)
        return 0 if top is None else 1


@module(license="GPL", description="long lists and trees")
class ChainModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("chain", Chain())
