"""Numbers and characters as text, membership in ranges, items of a display that are computed."""

from kmi import info


class A:
    pass


class B(A):
    pass


class C(A):
    pass


def noisy(n: int) -> int:
    info(f"noisy {n}")
    return n


def main() -> None:
    for n in (0, 255, -255, 2**63 - 1):
        info(f"{hex(n)} {oct(n)} {bin(n)} {repr(n)}")
    info(repr("it's") + repr(b"\x00") + repr([1, 2]))
    for point in (0, 65, 0xE9, 0x20AC, 0x1F600):
        info(f"{chr(point)!r} {len(chr(point))}")
    for wrong in (-1, 0x110000):
        try:
            info(chr(wrong))
        except ValueError as error:
            info(f"{error}")
    for n in range(-3, 12):
        inside = [n in range(3), n in range(2, 9), n in range(1, 10, 3), n in range(10, 1, -3)]
        info(f"{n} {inside} {n not in range(5)}")
    info(f"{noisy(3) in range(noisy(1), noisy(5))}")
    info(f"{3 in (noisy(3), noisy(4))} {3 in [noisy(1), *range(5)]} {'a' in ('a', 'b')}")
    things: list[A] = [A(), B(), C()]
    info(f"{[isinstance(thing, B | C) for thing in things]} {isinstance(things[0], (A, B))}")
