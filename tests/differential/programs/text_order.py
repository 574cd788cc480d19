"""f-strings: each value is looked at, and becomes text, when its turn comes; and classes with slots."""

from __future__ import annotations

from dataclasses import dataclass

from kmi import info


class Loud:
    __slots__ = ("n", "name")

    def __init__(self) -> None:
        self.n = 0
        self.name = "a"

    def bump(self) -> int:
        self.n += 1
        self.name = self.name + "b"
        info("bump")
        return self.n

    def __str__(self) -> str:
        self.n += 10
        if self.n > 90:
            raise ValueError("too loud")
        info("str")
        return f"<{self.n}>"


@dataclass(slots=True)
class Plain:
    n: int

    def next(self) -> int:
        self.n += 1
        return self.n


class Only:
    __slots__ = ()


def maybe(loud: Loud, there: bool) -> Loud | None:
    return loud if there else None


def main() -> None:
    loud, plain, items = Loud(), Plain(1), [1]
    info(f"{loud.n} {loud}")
    info(f"{loud.n} {loud.name} {loud.bump()} {loud.n} {loud.name}")
    info(f"{loud} {loud.bump()} {loud}")
    info(f"{items} {items.append(2)} {items} {(items, loud.n)} {items.pop()} {loud!s:>9}")
    info(f"{plain} {plain.next()} {plain!r:>14} {plain.next()} {isinstance(Only(), Only)}")
    text = f"{items} {items.pop()} {maybe(loud, True)} {loud.n} {maybe(loud, False)}"
    info(text)
    try:
        raise KeyError(f"{items} {loud} {loud.bump()} {loud.n}")
    except KeyError as error:
        info(f"{error}")
    for _ in range(5):
        info(f"{loud.n} {loud} {loud.bump()}")
