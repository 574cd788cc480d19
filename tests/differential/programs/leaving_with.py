"""`with` that an exception leaves: what unwound frames held dies before each `__exit__` begins."""

from __future__ import annotations

from kmi import info


class Step:
    def __init__(self, number: int, refuses: bool = False) -> None:
        self.number = number
        self.refuses = refuses

    def __enter__(self) -> int:
        info(f"enter {self.number}")
        if self.refuses:
            raise RuntimeError("at the door")
        return self.number

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        info(f"exit {self.number}")
        if self.number == 5:
            raise KeyError("five")
        return self.number == 3

    def __del__(self) -> None:
        info(f"step {self.number}")


def fails(number: int) -> int:
    kept = Step(number)
    raise ValueError(f"{kept.number}")


def in_the_block(outer: int) -> None:
    with Step(outer) as number:
        fails(number + 10)
    info("held back")


def at_the_door(outer: int) -> None:
    with Step(outer), Step(outer + 1, True):
        info("never")
    info("held back")


def main() -> None:
    for outer in (1, 3, 5):
        try:
            in_the_block(outer)
        except (ValueError, KeyError) as error:
            info(f"{error}")
        try:
            at_the_door(outer)
        except (RuntimeError, KeyError) as error:
            info(f"{error}")
    at_the_door(1)
