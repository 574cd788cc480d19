"""lock_all: money goes back and forth between two accounts, and none is lost on the way."""

from errno import ENOTTY
from typing import Final

from kmi import Module, error, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.ioctl import IO, Request
from kmi.sync import Mutex, SpinLock, lock_all

THERE: Final = IO("l", 1)
BACK: Final = IO("l", 2)
SUM: Final = IO("l", 3)
SPIN_THERE: Final = IO("l", 4)
SPIN_BACK: Final = IO("l", 5)
SPIN_SUM: Final = IO("l", 6)
ITSELF: Final = IO("l", 7)


class Money:
    def __init__(self, amount: int) -> None:
        self.amount = amount
        self.moves: int = 0


class Account:
    def __init__(self, amount: int) -> None:
        self.slow = Mutex(Money(amount))
        self.fast = SpinLock(Money(amount))

    def pay(self, other: "Account", times: int) -> None:
        for _ in range(times):
            with lock_all(self.slow, other.slow) as (mine, theirs):
                mine.amount -= 1
                theirs.amount += 1
                mine.moves += 1

    def pay_fast(self, other: "Account", times: int) -> None:
        for _ in range(times):
            with lock_all(self.fast, other.fast) as (mine, theirs):
                mine.amount -= 1
                theirs.amount += 1
                mine.moves += 1


class Accounts(FileOperations):
    def __init__(self) -> None:
        self.left = Account(100)
        self.right = Account(200)

    def ioctl(self, file: File, request: Request) -> int:
        command, value = request.command, request.value
        if command == THERE:
            self.left.pay(self.right, value)
            return 0
        if command == BACK:
            self.right.pay(self.left, value)
            return 0
        if command == SPIN_THERE:
            self.left.pay_fast(self.right, value)
            return 0
        if command == SPIN_BACK:
            self.right.pay_fast(self.left, value)
            return 0
        if command == SUM:
            with lock_all(self.left.slow, self.right.slow) as (left, right):
                return (left.amount + right.amount) * 1000 + left.moves + right.moves
        if command == SPIN_SUM:
            with lock_all(self.right.fast, self.left.fast) as (right, left):
                return (left.amount + right.amount) * 1000 + left.moves + right.moves
        if command == ITSELF:
            self.left.pay(self.left, 1)
            return 0
        raise error(ENOTTY)


@module(license="GPL", description="two accounts")
class AccountsModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("accounts", Accounts())
