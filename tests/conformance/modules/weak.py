"""An object that is replaced again and again, while others look at it through a weak reference."""

import weakref
from errno import ENOTTY

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import Mutex

REPLACE = IO("w", 1)
LOOK = IO("w", 2)
DROP = IO("w", 3)


class Target:
    """Never changes, so several threads may hold it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.twice = 2 * number


class Slot:
    def __init__(self) -> None:
        self.target: Target | None = Target(1)
        self.weak: weakref.ref[Target] | None = None


class Weak(FileOperations):
    def __init__(self) -> None:
        self.slot = Mutex(Slot())

    def ioctl(self, file: File, request: Request) -> int:
        command = request.command
        if command == REPLACE:
            for number in range(request.value):
                target = Target(number + 1)
                with self.slot as slot:
                    slot.weak = weakref.ref(target)
                    slot.target = target
            return 0
        if command == LOOK:
            alive = 0
            for _ in range(request.value):
                alive += self.look()
            return alive
        if command == DROP:
            with self.slot as slot:
                slot.target = None
            return 0
        raise error(ENOTTY)

    def look(self) -> int:
        """1 if the object lives, after the lock was given back."""
        with self.slot as slot:
            weak = slot.weak
        target = weak() if weak is not None else None
        if target is None:
            return 0
        assert target.twice == 2 * target.number
        return 1


@module(license="GPL", description="weak references")
class WeakModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("weak", Weak())
