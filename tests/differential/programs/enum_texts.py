"""Members of enums as text, by their names, and counted."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag, auto

from kmi import info


class Color(Enum):
    RED = auto()
    GREEN = auto()
    BLUE = 7
    AZURE = 7


class Level(IntEnum):
    LOW = 1
    HIGH = 20


class Mode(IntFlag):
    READ = 1
    WRITE = 2


def named(name: str) -> str:
    try:
        color = Color[name]
    except KeyError as error:
        return f"no {error}"
    return f"{color} {color.value}"


def show(color: Color, level: Level, mode: Mode) -> None:
    info(f"{color} {color!s} {color!r} {color.name} {color.value} [{color:>12}] [{color!s:<12}]")
    info(f"{level} {level:#04x} {level!r} {level!s:>4} {level.name} {mode} {mode:b} {level + 1}")
    info(str(color) + " " + repr(color) + " " + str(level))


def main() -> None:
    for color in Color:
        show(color, Level.HIGH, Mode.READ | Mode.WRITE)
    show(Color.AZURE, Level.LOW, Mode.WRITE)
    info(f"{len(Color)} {len(Level)} {Color['GREEN']} {Color['AZURE'] is Color.BLUE} {Level['HIGH'] + 1}")
    for name in ("RED", "BLUE", "AZURE", "PINK", ""):
        info(named(name))
