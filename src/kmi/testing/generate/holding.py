"""Parts about what holds what, and for how long: weak references, managers, callables, iterators, errors."""

from __future__ import annotations

from typing import Final

__all__ = ["HOLDING"]

HOLDING: Final = {
    "weak": """\
class Node@:
    def __init__(self, name: str, parent: Node@ | None) -> None:
        self.name = name
        self.parent: ref[Node@] | None = ref(parent) if parent is not None else None
        self.children: list[Node@] = []
        if parent is not None:
            parent.children.append(self)

    def path(self) -> str:
        if self.parent is None:
            return self.name
        above = self.parent()
        return f"{above.path() if above is not None else '?'}/{self.name}"

    def __del__(self) -> None:
        info(f"node {self.name} {self.parent is not None and self.parent() is not None}")


def part@(n: int, m: int) -> int:
    root = Node@("r", None)
    left, right = Node@("a", root), Node@("b", root)
    leaf = Node@("c", left if n & 1 else right)
    seen = [ref(root), ref(left), ref(leaf)]
    info(leaf.path())
    if <bool|n:int;m:int>:
        right = leaf
    if m & 1:
        del root
        info(f"{leaf.path()} {[one() is None for one in seen]}")
    else:
        left = Node@(f"d{n & 3}", root)
    alive = [one for one in [weak() for weak in seen] if one is not None]
    names = [one.name for one in alive[:m & 3]]
    del alive
    first = seen[0]()
    total = len(first.children) if first is not None else -1
    first = None
    info(f"{names} {right.path()} {seen[1]() is left}")
    return total + len(left.path())
""",
    "transactions": """\
class Store@:
    def __init__(self) -> None:
        self.items: list[int] = []


class Change@:
    def __init__(self, store: Store@, hides: bool) -> None:
        self.store = store
        self.hides = hides
        self.before: list[int] = []
        self.done = False

    def __enter__(self) -> Change@:
        self.before = self.store.items.copy()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if not self.done:
            self.store.items = self.before
            info(f"back to {self.before}")
        else:
            info(f"now {self.store.items}")
        return self.hides

    def add(self, number: int) -> Change@:
        if number < 0:
            raise ValueError(f"{number}")
        self.store.items.append(number % 1000)
        return self

    def __del__(self) -> None:
        info(f"change {len(self.before)}")


def part@(n: int, m: int) -> int:
    store = Store@()
    total = 0
    for k in (n, m, <int|n:int;m:int>):
        try:
            with Change@(store, k & 1 == 0) as change:
                change.add(k & 7).add(k)
                with Change@(store, False) as inner:
                    inner.add(k // 3).done = True
                    if <bool|k:int;n:int>:
                        continue
                    total += store.items[k & 3]
                change.done = True
                if k == m & 7:
                    break
            total += 1
        except (ValueError, IndexError):
            info("outside")
            total -= 1
        finally:
            total += len(store.items)
    return total
""",
    "dispatch": """\
class Machine@:
    def __init__(self, start: int) -> None:
        self.value = start
        self.then: Callable[[int], int] | None = None
        self.table: dict[str, Callable[[int, int], int]] = {
            "add": lambda a, b: a + b, "less": lambda a, b: a - b, "low": min_of@}

    def step(self, by: int) -> int:
        self.value = (self.value * 3 + by) % 9973
        return self.value

    def run(self, name: str, a: int, b: int) -> int:
        found = self.table.get(name)
        if found is None:
            raise KeyError(name)
        return found(a, b)

    def __del__(self) -> None:
        info(f"machine {self.value}")


def min_of@(a: int, b: int) -> int:
    return min(a, b)


def chosen@(odd: bool, machine: Machine@) -> Callable[[int], int]:
    return machine.step if odd else doubled


def part@(n: int, m: int) -> int:
    machine = Machine@(n & 255)
    step = chosen@(<bool|n:int;m:int>, machine)
    machine.table["more"] = lambda a, b: a * 2 + b * 3
    total = 0
    for name in ["add", "low", "more", <str>]:
        try:
            total += machine.run(name, n & 63, m & 63)
        except KeyError as error:
            info(f"no {error}")
    machine = Machine@(m & 255)
    last = Machine@(1)
    machine.then = last.step if m & 1 else None
    del last
    then = machine.then
    total += step(3) + (then(5) if then is not None else 7)
    step = chosen@(False, machine)
    items = sorted([n & 7, m & 7, 3], key=step)
    table = {True: step, False: machine.step}
    info(f"{items} {table[n & 1 == 0](4)} {max([2, 9, 4], key=table[False])}")
    return total
""",
    "walking": """\
class Bag@(Generic[T]):
    def __init__(self, items: list[T]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Walk@[T]:
        return Walk@(self.items, 1)

    def backwards(self) -> Iterator[T]:
        return Walk@(self.items, -1)


class Walk@(Iterator[T]):
    def __init__(self, items: list[T], step: int) -> None:
        self.items = items
        self.step = step
        self.at = 0 if step > 0 else len(items) - 1

    def __next__(self) -> T:
        if not 0 <= self.at < len(self.items):
            raise StopIteration
        self.at += self.step
        return self.items[self.at - self.step]

    def __del__(self) -> None:
        info(f"walked to {self.at}")


def summed@(numbers: Iterator[int]) -> int:
    total = 0
    for number in numbers:
        total = total * 2 + number
    return total


def part@(n: int, m: int) -> int:
    bag = Bag@([n & 3, *<list[int]>[:3], m & 3])
    for k in bag:
        if <bool|k:int;n:int>:
            info(f"stop at {k}")
            break
        for other in bag.backwards():
            if other == k:
                continue
            info(f"{k} {other}")
            if other > m:
                break
    else:
        info("all")
    words = Bag@(["kernel", <str>])
    for at, (word, number) in enumerate(zip(words, bag)):
        info(f"{at} {word} {number}")
    doubled_ones = [k * 2 for k in bag if k != m]
    total = sum(k for k in bag) + max((k for k in bag.backwards()), default=0)
    return total + summed@(bag.backwards()) + len(doubled_ones) + len(words)
""",
    "stacks": """\
class Stack@(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []
        self.last: T | None = None

    def push(self, item: T) -> T:
        self.items.append(item)
        self.last = item
        return item

    def pop(self) -> T:
        if not self.items:
            raise IndexError("empty")
        self.last = None
        return self.items.pop()

    def mapped(self, f: Callable[[T], T]) -> Stack@[T]:
        made: Stack@[T] = Stack@()
        for item in self.items:
            made.push(f(item))
        return made


class Named@:
    def __init__(self, name: str) -> None:
        self.name = name

    def told(self) -> str:
        return self.name

    def __del__(self) -> None:
        info(f"-{self.name}")


class Loud@(Named@):
    def told(self) -> str:
        return super().told().upper()


def first@(items: list[N], default: N) -> N:
    for item in items:
        if item.told() > "b":
            return item
    return default


def part@(n: int, m: int) -> int:
    numbers: Stack@[int] = Stack@()
    for k in range(m & 3):
        numbers.push(k * 5 + n % 3)
    names: Stack@[Named@] = Stack@()
    names.push(Named@("a"))
    names.push(Loud@("c") if <bool|n:int;m:int> else Named@("b"))
    found = first@(names.items, Loud@("z"))
    info(f"{found.told()} {names.last is found} {numbers.last}")
    names.pop()
    pairs: Stack@[tuple[int, bytes]] = Stack@()
    pairs.push((n & 7, <bytes>))
    try:
        return numbers.mapped(doubled).pop() + pairs.pop()[0] + len(names.push(found).told())
    except IndexError as error:
        info(f"{error}")
        return len(pairs.items)
""",
    "failing": """\
class Refused@(OSError): ...


class Bad@(ValueError):
    pass


class Worse@(Bad@): ...


def tried@(n: int, log: list[str]) -> int:
    try:
        log.append("try")
        try:
            if n & 1:
                raise Worse@(f"worse {n & 7}")
            if n & 2:
                raise PermissionError(EPERM, "not you")
            if n & 4:
                return [1, 2, 3][n & 3]
            return 12 // (n & 8)
        except Worse@:
            log.append("worse")
            raise
        except (ZeroDivisionError, IndexError) as error:
            log.append(f"{error}"[:3])
            raise Bad@("none") from None
        finally:
            log.append("inner")
            if n & 16:
                raise LookupError("instead")
    except PermissionError as error:
        log.append(f"{error.errno} {error}")
        return -1
    except Bad@ as error:
        log.append(f"bad {error}")
        if n & 32:
            return -2
    else:
        log.append("else")
    finally:
        log.append("outer")
    return -3


def part@(n: int, m: int) -> int:
    total = 0
    for k in (n & 63, m & 63, <int|n:int;m:int>):
        log: list[str] = []
        try:
            total += tried@(k, log)
        except LookupError as error:
            log.append(f"lookup {error}")
        finally:
            info(f"{'; '.join(log)}")
    while total < 0:
        try:
            total += 1
            if total & 1:
                continue
            if <bool|n:int;m:int>:
                break
        finally:
            total += 2
    else:
        info("not negative")
    return total
""",
    "families": """\
class Animal@:
    COUNT: ClassVar[int] = <constant>
    legs = 4

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def title(self) -> str:
        return self.name

    @classmethod
    def made(cls, name: str) -> Animal@:
        return cls(name + "2")

    def sound(self, times: int = 1, *, loud: bool = False) -> str:
        return ("?" if loud else "...") * times

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Animal@) and self.name == other.name

    def __hash__(self) -> int:
        return len(self.name)

    def __repr__(self) -> str:
        return f"<{self.title}>"


class Bird@(Animal@):
    legs = 2

    @property
    def title(self) -> str:
        return "bird " + super().title

    def sound(self, times: int = 1, *, loud: bool = False) -> str:
        return super().sound(times, loud=loud) + "!"


class Duck@(Bird@):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.wet = len(name) > 1

    def sound(self, times: int = 1, *, loud: bool = False) -> str:
        return "quack" if self.wet else super().sound(times + 1)


def part@(n: int, m: int) -> int:
    duck = Duck@("cc" if <bool|n:int;m:int> else "c")
    flock: list[Animal@] = [Animal@("a"), Bird@.made("b"), duck, Duck@.made("d")]
    animal = flock[n & 3]
    seen = {animal: 1, Animal@("a"): 2, flock[m & 3]: 3}
    info(f"{flock} {animal.sound()} {animal.sound(loud=True)} {animal.sound(3)} {seen}")
    match animal:
        case Duck@(wet=True) | Duck@(name="d2"):
            info("a duck")
        case Bird@(title=title):
            info(title)
        case Animal@(name=name):
            info(name)
    return len(seen) * 100 + sum(len(one.sound(m & 3)) for one in flock) + Bird@.legs * Duck@.COUNT
""",
    "unions": """\
@dataclass
class Number@:
    value: int


@dataclass
class Text@:
    text: str


class Both@:
    __match_args__ = ("left", "right")

    def __init__(self, left: Number@ | Text@ | Both@, right: Number@ | Text@ | Both@ | None = None) -> None:
        self.left = left
        self.right = right

    def __del__(self) -> None:
        info("no longer both")


def weight@(item: Number@ | Text@ | Both@) -> int:
    match item:
        case Number@(value) if value < 0:
            return -value
        case Number@(value):
            return value % 100
        case Text@("" | "a" as text) | Text@(text):
            return len(text)
        case Both@(Number@(1), None):
            return 1000
        case Both@(left, None):
            return weight@(left) * 2
        case Both@(Text@() as left, Text@(text=other)):
            return len(left.text + other)
        case Both@(left, right):
            return weight@(left) + (weight@(right) if right is not None else 0)


def part@(n: int, m: int) -> int:
    number, text = Number@(<int|n:int;m:int>), Text@(<str>)
    pair = Both@(number, text) if n & 1 else Both@(text)
    deep = Both@(pair, Both@(Text@("a"), Text@("bc")))
    if n & 2:
        deep.right = Number@(m & 7)
    if m & 1:
        deep.left = number
    info(f"{weight@(pair)} {number} {text == Text@('a')} {isinstance(pair.left, Text@)}")
    left = pair.left
    if isinstance(left, Number@):
        left.value //= 2
    elif isinstance(left, Text@) and left.text:
        info(left.text)
    return weight@(deep) * 3 + weight@(number)
""",
}
