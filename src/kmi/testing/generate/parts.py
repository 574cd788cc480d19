"""Parts of generated programs: definitions that use a feature whole, with functions that the rest calls.

`@` makes a name the program's own. `<int|n:int>` is any integer expression that may use n, `<bool|…>` a
condition, `<constant>` a number. Each part ends in
`def part@(n: int, m: int) -> int`, which anything in the program may call, with any numbers.

A new feature with definitions of its own (a special method, a kind of class) is a part here.
"""

from __future__ import annotations

from typing import Final

from kmi.testing.generate.data import DATA
from kmi.testing.generate.holding import HOLDING
from kmi.testing.generate.matching import MATCHING
from kmi.testing.generate.objects import OBJECTS

__all__ = ["PARTS"]

ARITHMETIC: Final = {
    "crc": """\
def part@(n: int, m: int) -> int:
    crc = 0xFFFFFFFF
    for byte in (n & 0xFFFFFFFF).to_bytes(4, "little") + <bytes>[:5]:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 & -(crc & 1))
    return crc ^ 0xFFFFFFFF
""",
    "hash": """\
def part@(n: int, m: int) -> int:
    h: u64 = 0xCBF29CE484222325
    total: u64 = 0
    for byte in <bytes>[:9]:
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        total = wrapping(u64, total * 31 + h)
        h ^= (<int|n:int;m:int>) & 0xFF
    return (h ^ total) >> 1
""",
    "shifting": """\
def part@(n: int, m: int) -> int:
    x: u32 = n & 0xFFFFFFFF | 1
    y: i32 = wrapping(i32, m)
    for k in range(6):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x = (x ^ x << 5) & 0xFFFFFFFF
        y = wrapping(i32, y * 1103515245 + 12345 + k)
    return x - y
""",
    "dividing": """\
def part@(n: int, m: int) -> int:
    total = 0
    for d in (-7, -3, -1, 1, 2, 9, m & 7):
        q, r = divmod(n, d)
        total = (total * 3 + q // 5 + r * 2 + -n % d + n // -(d | 1)) % 1000003
        if q * d + r != n:
            info(f"wrong {n} {d}")
    return total
""",
    "widths": """\
def part@(n: int, m: int) -> int:
    a: u8 = n & 255
    b: i16 = wrapping(i16, m)
    c: u64 = wrapping(u64, n * m)
    try:
        a += m & 127
        b -= a * 3
        c = c * 2 - 1
    except OverflowError as error:
        info(f"{error}")
    finally:
        info(f"{a} {b} {c}")
    return <int|a:u8;b:i16;c:u64>
""",
    "text": """\
def part@(n: int, m: int) -> int:
    words = <str>.replace("x", "k").split("k")
    seen: dict[str, int] = {}
    for word in words[:6]:
        seen[word] = seen.get(word, 0) + 1
    info(f"{sorted(seen)} {'|'.join(words)!r:>12} {n:>+6} {m:08x} {n & 255:#b}")
    return len(words) + sum(seen.values())
""",
    "constants": """\
LIMIT@: Final = <constant+3>
STEPS@: Final = (3, 1, 4, 1, 5, 9, 2, 6)
LABEL@: Final = b"label"


def part@(n: int, m: int) -> int:
    total = LIMIT@
    for k in range(LIMIT@):
        total += STEPS@[(n + k) % 8] * (<int|k:int;m:int>)
    info(f"{LABEL@[1:]} {total} {len(STEPS@)}")
    return STEPS@[m & 15] + total
""",
    "records": """\
class Record@(Struct):
    kind: u8
    flags: u8
    size: u16
    value: i32
    stamp: u64


def part@(n: int, m: int) -> int:
    record = Record@(kind=n & 255, flags=1, size=m & 0xFFFF, value=wrapping(i32, n), stamp=wrapping(u64, m))
    data = record.pack()
    back = Record@.unpack(data[:Record@.SIZE - (n & 1)] + bytes(n & 1))
    info(f"{data.hex()} {back.kind} {back.size} {back.value} {back.stamp}")
    back.size = <int|n:int;m:int>
    back.value -= n
    return back.size + len(back.pack())
""",
}

FLOW: Final = {
    "recursion": """\
def down@(n: int, kept: list[int]) -> int:
    held = [n]
    if n <= 0:
        return len(kept)
    kept.append(n % 7)
    return down@(n - 1, kept) + held[0] % 3


def part@(n: int, m: int) -> int:
    kept: list[int] = []
    try:
        return down@(n & 127, kept)
    except RecursionError:
        info(f"too deep {len(kept) > 50}")
    return m & 255
""",
    "defaults": """\
def given@(a: int, b: int = <constant>, *, c: bytes = b"kw", d: bool = False) -> int:
    info(f"given {a} {b} {c} {d}")
    return a - b * len(c) + d


def part@(n: int, m: int) -> int:
    total = given@(n & 15) + given@(m & 15, n & 7)
    total += given@(b=<int|n:int;m:int>, a=1) * given@(2, d=<bool|n:int>, c=b"")
    return total
""",
    "leaving": """\
def leave@(n: int, m: int) -> int:
    for k in range(4):
        try:
            if k == n & 3:
                continue
            if <bool|k:int;n:int;m:int>:
                break
            if k > m & 7:
                return k
            if n & 8:
                raise LookupError(f"k{k}")
        except KeyError:
            info("never")
        finally:
            info(f"finally {k}")
    else:
        return -1
    return -2


def part@(n: int, m: int) -> int:
    try:
        return leave@(n, m) + leave@(m, n)
    except LookupError as error:
        info(f"{error}")
    return <int|n:int;m:int>
""",
    "chains": """\
class Lower@(ValueError): ...


class Higher@(Lower@): ...


def fails@(n: int) -> int:
    try:
        if n & 1:
            raise Higher@("odd")
        if n & 2:
            raise Lower@("two")
        if n & 4:
            raise OSError(EBUSY, "busy")
        return n
    except Higher@ as error:
        info(f"first {error}")
        raise KeyError("k") from error
    except Lower@ as error:
        info(f"second {error}")
        raise
    else:
        info("not here")
    finally:
        info("last")


def part@(n: int, m: int) -> int:
    total = 0
    for k in (n & 7, m & 7, <small>):
        try:
            total += fails@(k)
        except (Lower@, KeyError):
            total += 100
        except OSError as error:
            total += error.errno or 1
        else:
            total += 1000
    return total
""",
    "order": """\
def noisy@(k: int, n: int) -> int:
    info(f"noisy {k}")
    return n


def part@(n: int, m: int) -> int:
    items = [noisy@(0, n), noisy@(1, m)]
    items[noisy@(2, 0)] += noisy@(3, 1) * noisy@(4, m & 3)
    table = {noisy@(5, n & 3): noisy@(6, 1), noisy@(7, 2): noisy@(8, 2)}
    if noisy@(9, n) < noisy@(10, m) <= noisy@(11, 9) or (noisy@(12, 1) and noisy@(13, 0)):
        items[0], items[noisy@(14, 1)] = noisy@(15, 5), items[0]
    a = b = noisy@(16, n) if n & 1 else noisy@(17, m)
    return items[0] - items[1] + sum(table.values()) + a + b
""",
    "callables": """\
class Adder@:
    def __init__(self, start: int) -> None:
        self.total = start

    def add(self, n: int) -> int:
        self.total = (self.total + n) % 65536
        return self.total

    @staticmethod
    def third(n: int) -> int:
        return n // 3

    def __del__(self) -> None:
        info(f"adder {self.total}")


def applied@(f: Callable[[int], int], n: int) -> int:
    return f(n) + f(n ^ 1)


def part@(n: int, m: int) -> int:
    def local(k: int) -> int:
        return <int|k:int>

    adder = Adder@(n & 255)
    ways: list[Callable[[int], int]] = [adder.add, Adder@.third, doubled, local, lambda k: k % 5 - 2]
    if m & 1:
        adder = Adder@(m & 255)
    total = sum(way(m & 63) for way in ways[<bounds>])
    last = ways[<index>]
    ways.clear()
    return applied@(last, total) + max([3, 1, 2], key=lambda k: -k)
""",
    "comprehensions": """\
def part@(n: int, m: int) -> int:
    rows = [[a * b for b in range(a)] for a in range(n & 3, 5) if <bool|a:int;n:int>]
    table = {a: [b for b in rows[a] if b] for a in range(len(rows)) if rows[a]}
    kept = {k % 3 for row in rows for k in row}
    info(f"{rows} {table} {sorted(kept)}")
    pairs = sorted(((k % 2, -k) for k in range(m & 7)), reverse=True)
    return sum(len(row) for row in rows) + sum(a * b for a, b in pairs)
""",
    "locks": """\
class Counts@:
    def __init__(self) -> None:
        self.numbers = Mutex([1, 2])
        self.data = SpinLock(bytearray())
        self.table = RwLock({0: 0})

    def step(self, n: int) -> int:
        with self.numbers as numbers:
            numbers.append(n & 15)
            if n & 1:
                raise ValueError("odd")
            total = sum(numbers)
        with self.table.write() as table:
            table[n & 3] = total
            with self.data as data:
                if n & 2:
                    return len(data)
                data.append(total & 255)
        with self.table.read() as table:
            return table.get(n & 3, -1) + len(table)


def part@(n: int, m: int) -> int:
    counts = Counts@()
    total = 0
    for k in (n, m, n + 1, m & 12):
        try:
            total += counts.step(k)
        except ValueError as error:
            info(f"{error}")
    with counts.numbers as numbers:
        info(f"{numbers}")
        return total + len(numbers)
""",
    "stack": """\
def part@(n: int, m: int) -> int:
    stack: list[int] = [n & 63, m & 63]
    program = [("push", n & 7), ("add", 0), ("dup", 0), ("mul", m & 3), ("div", n & 1), ("sub", 1)]
    for name, argument in program[<bounds>]:
        match name:
            case "push":
                stack.append(argument)
            case "dup":
                stack.append(stack[-1])
            case "add" | "sub" as which:
                b, a = stack.pop(), stack.pop()
                stack.append(a + b if which == "add" else a - b)
            case "mul" if argument:
                stack[-1] *= argument
            case "div":
                stack.append(stack.pop() // argument)
            case _:
                info(f"what is {name}")
    info(f"{stack}")
    return stack.pop()
""",
}

PARTS: Final[dict[str, str]] = {**ARITHMETIC, **FLOW, **OBJECTS, **MATCHING, **DATA, **HOLDING}
"""All of them, by name."""
