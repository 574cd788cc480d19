"""Errors of the program, one for each command of ioctl."""

from errno import EBUSY
from typing import Final

from kmi import Module, error, i8, module, u8, u16, wrapping
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import Mutex

INDEX: Final = IO("m", 1)
KEY: Final = IO("m", 2)
ZERO: Final = IO("m", 3)
NONE: Final = IO("m", 4)
ASSERTION: Final = IO("m", 5)
PARAMETER: Final = IO("m", 6)
LOCAL: Final = IO("m", 7)
FIELD: Final = IO("m", 8)
RESULT: Final = IO("m", 9)
LARGE: Final = IO("m", 10)
RECURSION: Final = IO("m", 11)
BYTE: Final = IO("m", 12)
CAUGHT: Final = IO("m", 13)
FINE: Final = IO("m", 14)
BUSY: Final = IO("m", 15)
VALUE: Final = IO("m", 16)
STORE: Final = IO("m", 17)
MODULO: Final = IO("m", 18)
WIDE: Final = IO("m", 19)


class Node:
    def __init__(self, small: u8) -> None:
        self.small = small
        self.following: Node | None = None

    def forget(self) -> None:
        self.following = None

    def depth(self, n: int) -> int:
        if n == 0:
            return 0
        return self.depth(n - 1) + 1

    def wide(self, n: int) -> int:
        """As deep, with frames that are much larger."""
        try:
            if n == 0:
                raise ValueError(f"{n} and {n + 1} and {n + 2} and {n + 3}")
            return self.wide(n - 1) + 1
        except KeyError as wrong:
            raise ValueError(f"{wrong} at {n} or {n + 1} or {n + 2}") from wrong


class State:
    def __init__(self) -> None:
        self.items = [1, 2, 3, 4]
        self.names = {1: 10}
        self.node = Node(200)


def small(value: u8) -> u8:
    return value


def narrow(value: int) -> i8:
    return value  # too large


class Mistakes(FileOperations):
    def __init__(self) -> None:
        self.state = Mutex(State())

    def ioctl(self, file: File, request: Request) -> int:
        command = request.command
        value = request.value
        with self.state as state:
            if command == INDEX:
                return state.items[value]  # too far
            if command == STORE:
                state.items[value] = 1
                return 0
            if command == KEY:
                return state.names[value]
            if command == ZERO:
                return 7 // (value - 5)
            if command == MODULO:
                return 7 % (value - 5)
            if command == NONE:
                state.node.following = Node(1)
                if state.node.following is not None:
                    state.node.forget()
                    return state.node.following.small
                return 0
            if command == ASSERTION:
                assert value == 7, "seven was wanted"
                return 0
            if command == PARAMETER:
                return small(value)
            if command == LOCAL:
                kept: u16 = value
                return kept
            if command == FIELD:
                state.node.small += value
                return state.node.small
            if command == RESULT:
                return narrow(value) + 1000
            if command == LARGE:
                return (value * value * value) // value
            if command == RECURSION:
                return state.node.depth(value)
            if command == WIDE:
                return state.node.wide(value)
            if command == BYTE:
                buffer = bytearray(1)
                buffer[0] = value
                return buffer[0]
            if command == CAUGHT:
                try:
                    return state.items[value]
                except IndexError:
                    return 99
            if command == FINE:
                return wrapping(u8, value * value) + ((value * value * value) & 0xFF)
            if command == BUSY:
                raise OSError(EBUSY, "busy")
            if command == VALUE:
                raise ValueError("not an error of the program")
        raise error(EBUSY)


@module(license="GPL", description="errors of the program")
class MistakesModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("mistakes", Mistakes())
