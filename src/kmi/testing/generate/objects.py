"""Parts about classes: what they may have, what they inherit, when their objects die."""

from __future__ import annotations

from typing import Final

__all__ = ["OBJECTS"]

OBJECTS: Final = {
    "keys": """\
@dataclass(frozen=True)
class Key@:
    number: int
    name: bytes = b"k"


def part@(n: int, m: int) -> int:
    table = {Key@(n & 3): 1, Key@(m & 3): 2}
    table[Key@(<small>, <bytes>)] = <int|n:int;m:int>
    names = {Key@(k & 3) for k in (n, m, 1)}
    info(f"{table} {len(names)} {Key@(1) in names} {Key@(2) == Key@(n & 3)}")
    return table.get(Key@(1), -7) + len(table)
""",
    "data": """\
@dataclass
class Data@:
    low: u8
    items: list[int] = field(default_factory=list)
    high: int = <constant>


@dataclass
class More@(Data@):
    name: str = "more"


def part@(n: int, m: int) -> int:
    one, other = Data@(n & 255), More@(m & 255, [n & 7], name="é")
    one.items.append(m & 7)
    other.items += one.items
    try:
        one.low += <int|n:int;m:int>
    except OverflowError as error:
        info(f"{error}")
    info(f"{one} {other} {one.items == other.items} {one is other}")
    return one.low + other.high + len(other.items)
""",
    "numbers": """\
class Vector@:
    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def __add__(self, other: Vector@) -> Vector@:
        return Vector@(self.x + other.x, self.y + other.y)

    def __mul__(self, by: int) -> Vector@:
        return Vector@(self.x * by, self.y * by)

    def __neg__(self) -> Vector@:
        return Vector@(-self.x, -self.y)

    def __iadd__(self, by: int) -> Vector@:
        self.x += by
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vector@) and self.x == other.x and self.y == other.y

    def __lt__(self, other: Vector@) -> bool:
        return (self.x, self.y) < (other.x, other.y)

    def __bool__(self) -> bool:
        return self.x != 0 or self.y != 0

    def __str__(self) -> str:
        return f"<{self.x} {self.y}>"

    def __del__(self) -> None:
        info(f"gone {self.x}")


def part@(n: int, m: int) -> int:
    a, b = Vector@(n & 15, m & 15), Vector@(<small>, 1)
    c = a + b * 2 + -a
    c += <constant>
    info(f"{a} {b} {c} {a == b} {a < b} {1 if c else 0} {a != a}")
    vectors = sorted([a, b, c, Vector@(m & 3, 0)])
    info(f"{[v.x for v in vectors]} {a in vectors}")
    return vectors[0].x + vectors[-1].y
""",
    "containers": """\
class Row@:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, at: int) -> int:
        return self.items[at]

    def __setitem__(self, at: int, value: int) -> None:
        self.items[at] = value

    def __delitem__(self, at: int) -> None:
        del self.items[at]

    def __contains__(self, value: int) -> bool:
        info(f"contains {value}")
        return any(item == value for item in self.items)

    def __call__(self, by: int) -> int:
        return by * len(self.items)


def part@(n: int, m: int) -> int:
    row = Row@([n & 7, *<list[int]>[:3]])
    row[0] = <int|n:int;m:int>
    row[-1] += 1
    if (m & 3) in row or not row:
        del row[<index>]
    info(f"{row.items} {len(row)}")
    return row[<index>] + row(3)
""",
    "iterators": """\
class Down@:
    def __init__(self, start: int, step: int) -> None:
        self.at = start
        self.step = step

    def __iter__(self) -> Down@:
        return self

    def __next__(self) -> int:
        if self.at <= 0:
            raise StopIteration
        if self.at == <constant>:
            raise LookupError("stuck")
        self.at -= self.step
        return self.at

    def __del__(self) -> None:
        info(f"down {self.at}")


def part@(n: int, m: int) -> int:
    total = 0
    try:
        for k in Down@(n & 15, (m & 1) + 1):
            total = total * 3 + k
            if <bool|k:int;n:int;m:int>:
                break
        else:
            info("to the end")
        total += sum(k * k for k in Down@(m & 7, 1)) + len([k for k in Down@(3, 1) if k])
    except LookupError as error:
        info(f"{error} {total}")
    return total
""",
    "contexts": """\
class Step@:
    def __init__(self, number: int, quiet: bool) -> None:
        self.number = number
        self.quiet = quiet

    def __enter__(self) -> int:
        info(f"enter {self.number}")
        if self.number == <constant>:
            raise RuntimeError("at the door")
        return self.number * 2

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        info(f"exit {self.number}")
        if self.number & 16:
            raise KeyError("k")
        return self.quiet

    def __del__(self) -> None:
        info(f"step {self.number}")


def through@(n: int, m: int) -> int:
    for k in range(3):
        with Step@(n & 31, <bool|k:int;m:int>) as double, Step@(k, False):
            if k == m & 3:
                continue
            if n & 32:
                raise ValueError("in it")
            if double > 20:
                break
            if m & 64:
                return double + <int|k:int;n:int>
    return -1


def part@(n: int, m: int) -> int:
    try:
        return through@(n, m)
    except ValueError as error:
        info(f"{error}")
    except LookupError:
        info("key")
    return 0
""",
    "properties": """\
class Meter@:
    LIMIT = <constant>

    def __init__(self, start: int) -> None:
        self.kept = start
        self.reads = 0

    @property
    def value(self) -> int:
        self.reads += 1
        return self.kept

    @value.setter
    def value(self, value: int) -> None:
        if value < 0:
            raise ValueError("below zero")
        self.kept = min(value, self.LIMIT + 100)

    @classmethod
    def full(cls, more: int) -> Meter@:
        return cls(Meter@.LIMIT + more)

    @staticmethod
    def scaled(by: int) -> int:
        return by * Meter@.LIMIT


def part@(n: int, m: int) -> int:
    meter = Meter@(n & 15) if m & 1 else Meter@.full(n & 7)
    try:
        meter.value = <int|n:int;m:int>
        meter.value += 3
    except ValueError as error:
        info(f"{error}")
    return meter.value + meter.reads + Meter@.scaled(2)
""",
    "abstract": """\
class Shape@(ABC):
    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def area(self, by: int) -> int: ...

    def told(self) -> int:
        info(f"{self.name} {self.area(2)}")
        return self.area(1)

    def __del__(self) -> None:
        info("no shape")  # which of several dies first is not said


class Square@(Shape@):
    def __init__(self, side: int) -> None:
        super().__init__("square")
        self.side = side

    def area(self, by: int) -> int:
        return self.side * self.side * by


class Cube@(Square@):
    def __init__(self, side: int) -> None:
        super().__init__(side)
        self.name += "3"
        if side == <constant>:
            raise ValueError("side")

    def area(self, by: int) -> int:
        return super().area(by) * 6 + <int|by:int>


def part@(n: int, m: int) -> int:
    shapes: list[Shape@] = [Square@(n & 15), Cube@(m & 15)]
    if m & 1:
        shapes.reverse()
    shapes[0] = Cube@(n & 3)
    first = shapes.pop()
    found = first if isinstance(first, Cube@) else None
    total = sum(shape.told() for shape in shapes)
    return total + (found.side if found is not None else first.told())
""",
    "protocols": """\
class Sized@(Protocol):
    def size(self) -> int: ...


class Box@:
    def __init__(self, n: int) -> None:
        self.n = n
        self.tag = 1

    def size(self) -> int:
        return self.n


class Bag@:
    def __init__(self, items: list[int]) -> None:
        self.items = items
        self.tag: u8 = 2

    def size(self) -> int:
        return sum(self.items)


def both@(thing: Box@ | Bag@) -> int:
    thing.tag += 100
    if isinstance(thing, Box@):
        return thing.n
    return thing.size() + len(thing.items)


def part@(n: int, m: int) -> int:
    box, bag = Box@(n & 255), Bag@([m & 7, <int|n:int>])
    things: list[Sized@] = [box, bag, Box@(m & 1)]
    total = sum(thing.size() for thing in things)
    for thing in [box, Box@(3)]:
        total += both@(thing)
    return total + both@(bag) + (both@(bag) if n & 1 else 0)
""",
    "generics": """\
class Cell@(Generic[T]):
    def __init__(self, value: T, spare: T) -> None:
        self.value = value
        self.spare = spare

    def get(self, first: bool) -> T:
        return self.value if first else self.spare

    def swap(self) -> None:
        self.value, self.spare = self.spare, self.value


def last@(items: list[T], default: T) -> T:
    return items[-1] if items else default


def part@(n: int, m: int) -> int:
    numbers = Cell@(n & 255, m & 255)
    texts = Cell@(<bytes>, b"spare")
    texts.swap()
    lists = Cell@([n & 7], [1, 2])
    lists.get(m & 1 == 0).append(3)
    return numbers.get(<bool|n:int;m:int>) + last@(lists.value, 5) + len(last@([texts.get(True)], b""))
""",
    "links": """\
class Link@:
    def __init__(self, number: int, rest: Link@ | None) -> None:
        self.number = number
        self.rest = rest

    def __del__(self) -> None:
        if self.number % 50 == 0:
            info(f"link {self.number}")


def built@(count: int) -> Link@ | None:
    top: Link@ | None = None
    for k in range(count):
        top = Link@(k, top)
    return top


def part@(n: int, m: int) -> int:
    chain = built@(n & 255)
    total, at = 0, chain
    while at is not None:
        total += at.number
        if at.number == m & 63:
            at.rest = None
            info("cut")
        at = at.rest
    chain = built@(<small> & 7)
    return total
""",
    "trees": """\
class Tree@:
    def __init__(self, value: int) -> None:
        self.value = value
        self.left: Tree@ | None = None
        self.right: Tree@ | None = None

    def insert(self, value: int) -> int:
        if value == self.value:
            return 0
        below = self.left if value < self.value else self.right
        if below is not None:
            return below.insert(value) + 1
        made = Tree@(value)
        if value < self.value:
            self.left = made
        else:
            self.right = made
        return 1

    def total(self) -> int:
        left, right = self.left, self.right
        more = left.total() if left is not None else 0
        return self.value + more + (right.total() if right is not None else 0)

    def __del__(self) -> None:
        if self.left is None and self.right is None:
            info("leaf")  # which one first is not said


def part@(n: int, m: int) -> int:
    tree = Tree@(n & 15)
    deep = max(tree.insert((n * k + m) % 17) for k in range(1, 6))
    info(f"{deep}")
    total = tree.total()
    branch = tree.left or tree.right
    tree.left = None
    tree = Tree@(0)
    return total + (branch.value if branch is not None else 0)
""",
    "holders": """\
class Loud@:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"-{self.name}")


def passed@(one: Loud@, keep: bool) -> Loud@ | None:
    info(f"passed {one.name}")
    return one if keep else None


def part@(n: int, m: int) -> int:
    a, b = Loud@("a"), Loud@(f"b{n & 3}")
    pair = (a, Loud@("c"))
    table = {1: b, 2: a, 3: Loud@("d")}
    ring = deque([b, Loud@("e")], maxlen=2)
    ring.append(a if m & 1 else Loud@("f"))
    a = passed@(b, <bool|n:int;m:int>) or Loud@("g")
    del table[(n & 1) + 1]
    table[3] = pair[1] if m & 1 else pair[0]
    taken = ring.popleft()
    info(f"{taken.name} {a.name}")
    taken = passed@(table.pop(3), True) or taken
    for one in [Loud@("h"), a, Loud@("i")]:
        if one is a and n & 4:
            raise ValueError("among them")
        info(one.name)
    b = pair[0]
    table.clear()
    return len(ring) + len(b.name)
""",
}
