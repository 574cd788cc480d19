"""When objects die: CPython's order, observed by __del__."""

from __future__ import annotations

from kmi import info


class Loud:
    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        info(f"gone {self.number}")


class Owner:
    def __init__(self, number: int) -> None:
        self.number = number
        self.part = Loud(number + 100)

    def __del__(self) -> None:
        info(f"owner {self.number}")


def locals_die() -> None:
    first = Loud(1)
    second = Loud(2)
    info(f"{first.number} {second.number}")


def replaced() -> None:
    held = Loud(3)
    held = Loud(4)
    info(f"held {held.number}")
    del held
    info("after del")


def temporary() -> int:
    number = Loud(5).number
    info("after the temporary")
    return number


def given(loud: Loud) -> Loud:
    info(f"given {loud.number}")
    return loud


def in_list() -> None:
    items = [Loud(6), Loud(7)]
    items[0] = Loud(8)
    info("stored")
    taken = items.pop()
    info(f"popped {taken.number}")
    items.clear()
    info("cleared")


def loop() -> None:
    for n in range(2):
        each = Loud(10 + n)
        info(f"each {each.number}")
    info("after the loop")


def early(leave: bool) -> int:
    first = Loud(20)
    if leave:
        return first.number
    second = Loud(21)
    return second.number


def main() -> None:
    locals_die()
    replaced()
    temporary()
    kept = given(Loud(30))
    info(f"kept {kept.number}")
    in_list()
    loop()
    early(True)
    early(False)
    owner = Owner(40)
    info(f"{owner.part.number}")
    owner.part = Loud(41)
    info("part replaced")
