"""Enums: names, values, members in order, the member of a value."""

from __future__ import annotations

from enum import Enum, IntEnum

from kmi import info


class Color(Enum):
    RED = 1
    GREEN = 5
    BLUE = 2
    SCARLET = 1


class Mode(IntEnum):
    SLOW = 0
    FAST = 7


def mode(number: int) -> Mode:
    return Mode(number)


def main() -> None:
    for color in Color:
        info(f"{color.name} {color.value}")
    info(f"{Color.GREEN.name} {Color.SCARLET.name} {Color(2).name}")
    for number in range(-1, 9, 1):
        try:
            info(f"{number} {mode(number).name} {mode(number).value}")
        except ValueError as error:
            info(f"{error}")
    seen = [color for color in Color if color is not Color.RED]
    info(f"{len(seen)} {seen[0].name}")
    mode(100)
