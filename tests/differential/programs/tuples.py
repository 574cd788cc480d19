"""Tuples and optionals: compared, hashed, sorted, as keys and items."""

from kmi import info


class Loud:
    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: "Loud") -> bool:
        info(f"{self.number} == {other.number}")
        return self.number == other.number

    def __hash__(self) -> int:
        return self.number

    def __lt__(self, other: "Loud") -> bool:
        info(f"{self.number} < {other.number}")
        return self.number < other.number


def compared(one: tuple[int, str], other: tuple[int, str]) -> None:
    info(f"{one == other} {one != other} {one < other} {one <= other} {one > other} {one >= other}")


def deep() -> None:
    one = (1, (True, b"x"), None)
    info(f"{one == (1, (True, b'x'), None)} {one == (1, (True, b'y'), None)} {(1,) < (2,)}")
    left = (Loud(1), Loud(2), Loud(3))
    right = (Loud(1), Loud(5), Loud(3))
    info(f"{left == right}")
    info(f"{left < right}")
    info(f"{(Loud(1), 2) != (Loud(1), 2)}")


def optionals(one: tuple[int, int] | None, other: tuple[int, int] | None) -> None:
    info(f"{one == other} {one != other}")
    some: list[int | None] = [1, None, 3]
    info(f"{None in some} {3 in some} {4 in some} {some.index(None)} {some == [1, None, 3]}")


def main() -> None:
    compared((1, "a"), (1, "a"))
    compared((1, "a"), (1, "b"))
    compared((2, "a"), (1, "b"))
    compared((-1, ""), (1, ""))
    deep()
    optionals((1, 2), (1, 2))
    optionals((1, 2), (1, 3))
    optionals(None, (1, 2))
    optionals(None, None)
    pairs = [(3, "c"), (1, "z"), (1, "a"), (2, "")]
    pairs.sort()
    info(f"{pairs} {pairs.index((1, 'z'))} {(2, '') in pairs} {(2, 'x') in pairs} {pairs.count((1, 'a'))}")
    pairs.sort(reverse=True)
    pairs.remove((3, "c"))
    info(f"{pairs} {pairs < [(2, 'a')]}")
    table = {(n % 3, str(n % 2)): n for n in range(12)}
    info(f"{table} {(0, '1') in table} {(3, '1') in table}")
    maybe: dict[int | None, str] = {None: "none", 0: "zero"}
    maybe[None] = "again"
    info(f"{maybe} {maybe[None]} {1 in maybe}")
    both = {(Loud(1), 2): 3}
    info(f"{both[(Loud(1), 2)]}")
    many = {(1, "a"), (1, "a"), (2, "b")}
    info(f"{len(many)} {(2, 'b') in many}")
