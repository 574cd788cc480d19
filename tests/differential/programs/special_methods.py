"""Special methods."""

from __future__ import annotations

from types import TracebackType

from kmi import info


class Vector:
    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, by: int) -> Vector:
        return Vector(self.x * by, self.y * by)

    def __rmul__(self, by: int) -> Vector:
        return Vector(self.x * by, self.y * by)

    def __neg__(self) -> Vector:
        return Vector(-self.x, -self.y)

    def __pos__(self) -> Vector:
        return self

    def __invert__(self) -> Vector:
        return Vector(self.y, self.x)

    def __abs__(self) -> int:
        return abs(self.x) + abs(self.y)

    def __iadd__(self, other: Vector) -> Vector:
        self.x += other.x
        self.y += other.y
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vector) and self.x == other.x and self.y == other.y

    def __hash__(self) -> int:
        return self.x * 31 + self.y

    def __lt__(self, other: Vector) -> bool:
        return abs(self) < abs(other)

    def __bool__(self) -> bool:
        return self.x != 0 or self.y != 0

    def __str__(self) -> str:
        return f"<{self.x}, {self.y}>"

    def __repr__(self) -> str:
        return f"Vector({self.x}, {self.y})"

    def __format__(self, spec: str) -> str:
        return f"{self.x}{spec}{self.y}"

    def __call__(self, n: int) -> int:
        return self.x * n + self.y


class Ring:
    def __init__(self, size: int) -> None:
        self.items: list[int] = [0] * size

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> int:
        return self.items[index % len(self.items)]

    def __setitem__(self, index: int, value: int) -> None:
        self.items[index % len(self.items)] = value

    def __delitem__(self, index: int) -> None:
        del self.items[index % len(self.items)]

    def __contains__(self, value: int) -> bool:
        for item in self.items:
            if item == value:
                return True
        return False

    def __iter__(self) -> RingIterator:
        return RingIterator(self)


class RingIterator:
    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.position = 0

    def __iter__(self) -> RingIterator:
        return self

    def __next__(self) -> int:
        if self.position >= len(self.ring):
            raise StopIteration
        self.position += 1
        return self.ring[self.position - 1]


class Step:
    def __init__(self, name: str, swallow: bool) -> None:
        self.name = name
        self.swallow = swallow

    def __enter__(self) -> Step:
        info(f"enter {self.name}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        info(f"exit {self.name}")
        return self.swallow


def early(n: int) -> int:
    for i in range(3):
        with Step(f"{i}", False):
            if i == n:
                return i
            if n == 7:
                continue
            if n == 8:
                break
    return -1


def main() -> None:
    a, b = Vector(1, 2), Vector(3, 4)
    c = a + b - Vector(1, 1)
    info(f"{c!s} {-c!s} {abs(-c)} {2 * c!s} {c * 3!s} {~c!s} {+c!r}")
    d = c
    c += a
    info(f"{d!r} {c is d} {c == d} {a == b} {a != b} {a < b} {b > a}")
    info(f"{c:-} {c(10)}")
    info(f"{1 if Vector(0, 0) else 0} {1 if a else 0} {not a}")
    table = {a: 1, b: 2}
    info(f"{table[Vector(3, 4)]} {Vector(1, 2) in table}")
    ring = Ring(3)
    ring[4] = 7
    ring[0] += 2
    info(f"{len(ring)} {ring[1]} {7 in ring} {8 not in ring}")
    for item in ring:
        info(f"{item}")
    for item in ring:
        if item == 7:
            break
    else:
        info("not broken")
    for number, item in enumerate(ring):
        info(f"{number} {item}")
    for number, item in enumerate(ring, len(ring)):
        if number == 5:
            break
        info(f"{number} {item}")
    else:
        info("not broken")
    info(f"{[(number, item) for number, item in enumerate(RingIterator(ring), 1)]}")
    del ring[5]
    info(f"{len(ring)}")
    with Step("swallow", True):
        raise ValueError("gone")
    info("after")
    try:
        with Step("pass", False) as step:
            info(step.name)
            raise ValueError("seen")
    except ValueError as error:
        info(f"{error}")
    with Step("one", True), Step("two", False):
        raise KeyError("x")
    info(f"{early(1)} {early(7)} {early(8)} {early(5)}")
