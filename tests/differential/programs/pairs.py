"""Two instances of one lock taken together; readers and writers; what is published."""

from dataclasses import dataclass

from kmi import info
from kmi.percpu import PerCpu
from kmi.rcu import Published
from kmi.sync import Mutex, RawSpinLock, RwLock, SpinLock, lock_all


@dataclass
class Money:
    amount: int = 0


@dataclass(frozen=True)
class Rate:
    percent: int
    name: str


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"{self.name} ends")


class Account:
    def __init__(self, amount: int) -> None:
        self.money = Mutex(Money(amount))
        self.kept = SpinLock(bytearray())
        self.raw = RawSpinLock(Money())
        self.names = RwLock([Loud("first").name])
        self.rate = Published(Rate(3, "low"))
        self.loud = Published(Loud("one"))
        self.uses = PerCpu()

    def pay(self, other: "Account", amount: int) -> int:
        with lock_all(self.money, other.money) as (mine, theirs):
            if mine.amount < amount:
                raise ValueError("poor")
            mine.amount -= amount
            theirs.amount += amount
            return theirs.amount

    def keep(self, other: "Account") -> int:
        with lock_all(self.kept, other.kept) as (mine, theirs):
            mine.append(1)
            theirs.extend(mine)
        with lock_all(self.kept, other.kept):
            pass
        with self.kept as kept:
            return len(kept)

    def name(self, name: str) -> int:
        with self.names.write() as names:
            names.append(name)
        with self.names.read() as names:
            return len(names)

    def charge(self) -> str:
        with self.rate.read() as rate:
            percent = rate.percent
        self.rate.replace(Rate(percent * 2, f"{rate.name}er"))
        with self.rate.read() as now, self.raw as raw:
            raw.amount += now.percent
            return now.name


def main() -> None:
    one, other = Account(10), Account(0)
    info(f"{one.pay(other, 4)} {other.pay(one, 1)}")
    for amount in (100, 1):
        try:
            info(f"{one.pay(one if amount == 1 else other, amount)}")
        except ValueError as error:
            info(f"{error}")
    info(f"{one.pay(other, 2)} {one.keep(other)} {other.keep(one)} {one.keep(other)}")
    info(f"{one.name('second')} {one.name('third')}")
    info(f"{one.charge()} {one.charge()}")
    with one.loud.read() as loud:
        info(loud.name)
    one.loud.replace(Loud("two"))
    info("replaced")
    one.loud.replace(Loud("three"))
    info(f"kept {loud.name}")
    one.uses.add(5)
    one.uses.add(-7)
    for _ in range(3):
        one.uses.add(0x7FFFFFFFFFFFFFFF)
    info(f"{one.uses.sum()}")
