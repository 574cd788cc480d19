"""Widths of formats that are computed."""

from kmi import info


def cell(text: str, number: int, width: int) -> None:
    try:
        info(f"|{number:{width}}|{number:>{width}}|{number:<{width}}|{number:*^{width}x}|")
        info(f"|{text:{width}}|{text:>{width}}|{text:^{width}.2}|")
        line = f"{number:0{width}}" + f"{number:+{width},}"
        info(line)
    except OverflowError as error:
        info(f"{error}")


def column(names: list[str]) -> None:
    widest = max(len(name) for name in names)
    for name in names:
        info(f"{name:<{widest}} = {len(name):>{widest + 2}}")


def main() -> None:
    for width in (0, 1, 5, 12, -4):
        cell("abc", -37, width)
        cell("abcdef", 123456, width)
    flag = True
    info(f"{flag:5}|{flag!s:<6}|{flag}|{flag:d}")
    column(["a", "bcd", "ef"])
    try:
        raise ValueError(f"{7:>{3}}")
    except ValueError as error:
        info(f"{error}")
