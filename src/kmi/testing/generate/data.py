"""Parts about data: records, dataclasses, enums, sets, rings, views, and how they are shown."""

from __future__ import annotations

from typing import Final

__all__ = ["DATA"]

DATA: Final = {
    "ordered": """\
@dataclass(order=True)
class Version@:
    major: int
    minor: u8 = 0
    name: str = ""


@dataclass(frozen=True, order=True)
class Release@:
    version: tuple[int, int]
    tag: bytes = b""


def part@(n: int, m: int) -> int:
    versions = [Version@(n & 3, m & 3), Version@(m & 3), Version@(1, <constant>, <str>), Version@(1)]
    versions.sort(reverse=<bool|n:int;m:int>)
    first, *others = versions
    info(f"{versions} {first < others[0]} {first <= first} {first > others[-1]} {first >= others[1]}")
    releases = {Release@((k & 3, m & 1)): k for k in (n, m, <small>, 2)}
    releases[Release@((n & 1, 1), <bytes>)] = <int|n:int;m:int>
    newest = max(releases)
    info(f"{sorted(releases)} {newest} {min(versions, key=lambda v: v.minor)}")
    return releases[newest] + versions.index(Version@(1)) + versions.count(first)
""",
    "nested-keys": """\
@dataclass(frozen=True)
class Inner@:
    a: int
    b: str | None = None


@dataclass(frozen=True)
class Outer@:
    inner: Inner@
    pair: tuple[int, bytes] = (0, b"")
    flag: bool = False


def part@(n: int, m: int) -> int:
    table = {Outer@(Inner@(n & 1)): 1, Outer@(Inner@(m & 1, "x"), (1, b"k")): 2}
    key = Outer@(Inner@(<small>, <str | None>), (n & 1, <bytes>[:1]), <bool|n:int;m:int>)
    table[key] = table.get(key, 5) + <int|n:int;m:int>
    groups: dict[tuple[bool, Inner@], list[int]] = {}
    for k in range(n & 7):
        groups.setdefault((k % 2 == 0, Inner@(k % 3)), []).append(k + m % 5)
    info(f"{table} {groups} {key == Outer@(Inner@(1))} {Inner@(n & 1) in {Inner@(0), Inner@(1, 'y')}}")
    names = {frozenset([n & 3, m & 3]): "both", frozenset([1]): "one", frozenset({2, 1}): "two"}
    info(f"{names.get(frozenset([m & 3, n & 3]), '-')} {len(names)} {sorted(names.values())}")
    return table.pop(key) + len(groups.get((True, Inner@(0)), []))
""",
    "flags": """\
class Access@(Flag):
    READ = 1
    WRITE = 2
    RUN = 4


class Mode@(IntFlag):
    FAST = 1
    SAFE = <constant+2>


class Kind@(Enum):
    FILE = <constant+1>
    DIRECTORY = <constant+10>
    LINK = <constant+20>


def allowed@(access: Access@, kind: Kind@) -> int:
    if Access@.RUN in access and kind is not Kind@.DIRECTORY:
        return 1
    if access & (Access@.READ | Access@.WRITE):
        return 2
    return 0 if access else 3


def part@(n: int, m: int) -> int:
    access = Access@.READ if n & 1 else Access@.RUN
    if <bool|n:int;m:int>:
        access |= Access@.WRITE
    access ^= Access@.READ
    other = ~access & (Access@.READ | Access@.WRITE | Access@.RUN)
    info(f"{access == other} {access.value} {other.value} {bool(access & other)} {access in (other, access)}")
    kinds = [kind for kind in Kind@ if kind.value % 3 != n % 3]
    try:
        kinds.append(Kind@(n & 31))
    except ValueError as error:
        info(f"no {n & 31}")
    info(f"{[kind.name for kind in kinds]} {Kind@.LINK in kinds}")
    mode = Mode@.FAST | Mode@.SAFE if m & 1 else Mode@.FAST
    counts = {kind: kind.value for kind in Kind@}
    counts[Kind@.FILE] += <int|n:int;m:int>
    return sum(allowed@(access, kind) for kind in kinds) + (mode & 3) + counts[Kind@.FILE]
""",
    "wire": """\
class Point@(Struct):
    x: i16
    y: be16


class Frame@(Struct):
    magic: be32
    kind: u8
    more: u8
    size: le16
    origin: Point@
    name: Annotated[bytes, 6]
    ports: Annotated[list[be16], 3]
    last: Annotated[list[Point@], 1]
    end: le16 = <constant>
    flags: u16 = 0


def part@(n: int, m: int) -> int:
    frame = Frame@(magic=n & 0xFFFFFFFF, kind=m & 255, more=1, size=7,
                   origin=Point@(x=wrapping(i16, n), y=m & 0xFFFF),
                   name=b"kernel"[:6 - (n & 64) // 64], ports=[n & 255, 1, m & 0xFFFF],
                   last=[Point@(x=1, y=2)])
    try:
        frame.size += <int|n:int;m:int>
    except OverflowError as error:
        info(f"{error}")
    frame.origin.x ^= 1
    frame.ports[<index>] = m & 7
    if n & 8:
        frame.ports.append(1)
    try:
        data = frame.pack()
        again = Frame@.unpack(data)
        info(f"{data.hex()} {again} {again == frame} {again.origin == frame.last[0]}")
        again.last[0].y = n & 255
        info(f"{again.pack()[-4:]} {Frame@.unpack(data[:Frame@.SIZE - (m & 1)]) == again}")
    except ValueError as error:
        info(f"{error}")
    return frame.origin.y + frame.size + sum(frame.ports)
""",
    "sets": """\
def part@(n: int, m: int) -> int:
    words = {word[:2] for word in <str>.split() + ["ab", "kernel"]}
    pairs = {(k % 3, k % 2 == 0) for k in (n & 15, m & 15, <small>)}
    bytes_seen = set([*<bytes>, n & 3])
    fixed = frozenset(k & 7 for k in (n, m, 1))
    pairs.add((n & 1, True))
    words ^= {"ab", <str>[:2]}
    if fixed & bytes_seen:
        bytes_seen -= fixed
    if <bool|n:int;m:int>:
        words.discard("ke")
        bytes_seen |= set(range(m & 3))
    info(f"{sorted(words)} {sorted(pairs)} {sorted(bytes_seen)} {sorted(fixed)}")
    info(f"{fixed <= bytes_seen} {fixed.isdisjoint(bytes_seen)} {fixed == set(fixed)} {(0, True) in pairs}")
    both = fixed.union(bytes_seen).difference([n & 3]).intersection([k for k in range(20)])
    groups = {fixed: 1, frozenset(sorted(bytes_seen)): 2, frozenset([0]): 3}
    try:
        bytes_seen.remove(<int|n:int;m:int>)
    except KeyError:
        info("not there")
    return sum(both) * 10 + len(words) + groups[frozenset(k & 7 for k in (1, m, n))]
""",
    "rings": """\
class Mark@:
    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        info(f"mark {self.number}")


def part@(n: int, m: int) -> int:
    ring: deque[Mark@] = deque(maxlen=<constant+1>)
    for k in range(n & 7):
        ring.append(Mark@(k))
        if <bool|k:int;m:int>:
            ring.appendleft(Mark@(k + 10))
    ring.rotate(m % 3 - 1)
    if ring:
        ring[0] = Mark@(50)
        kept = ring.pop()
        info(f"kept {kept.number} {len(ring)}")
    numbers = deque([mark.number for mark in ring], 4)
    numbers.extendleft([n & 3, m & 3])
    try:
        numbers.insert(1, <int|n:int;m:int>)
        numbers.remove(m & 3)
        del numbers[<index>]
    except ValueError:
        info("not there")
    except IndexError:
        info("no room")
    info(f"{numbers} {[k for k in reversed(numbers)]} {numbers.maxlen} {numbers == deque([1])}")
    return sum(numbers) + numbers.index(numbers[0]) + (n & 3 in numbers)
""",
    "views": """\
def filled@(view: memoryview, start: int) -> int:
    for at in range(len(view)):
        view[at] = (start + at) & 255
    return sum(view)


def part@(n: int, m: int) -> int:
    data = bytearray(<bytes>[:6] + b"kernel")
    whole = memoryview(data)
    half = whole[<bounds>]
    total = filled@(half, n & 255)
    whole[1:4] = bytes([n & 255, m & 255, 3])
    info(f"{data} {half.tobytes()} {whole[-1]} {half == whole} {whole[2:].tolist()}")
    try:
        half[:2] = whole[2:4]
        if <bool|n:int;m:int>:
            data.append(1)
        half[<index>] = <int|n:int;m:int>
    except BufferError as error:
        info(f"{error}")
    except ValueError:
        info("value")
    finally:
        half.release()
        whole.release()
    data += b"!"
    with memoryview(bytes(data)) as fixed:
        info(f"{fixed.readonly} {fixed.nbytes} {fixed[2:] == data[2:]} {b'k' in data} {fixed.hex()}")
        total += len(fixed[n & 7:])
    return total
""",
    "formats": """\
@dataclass
class Shown@:
    number: int
    text: str
    items: list[bytes]
    pair: tuple[int, str | None] = (0, None)


def part@(n: int, m: int) -> int:
    text, data = <str>, <bytes>
    info(f"{n:7}|{text:>9}|{m:^+9,}|{n & 0xFFFF:#010x}|{-m:_d}|{m & 31 | 64:c}<"[:60])
    info(f"{text!r:.5}|{text:*^11.3}|{n = :<8}|{n > m!s:>6}|{n & 1:>3}|{data!r:<12}|{{}}")
    shown = Shown@(<int|n:int;m:int>, text, [<bytes>, b"'"], (m & 3, text if m & 1 else None))
    info(f"{shown} {[shown.pair]} {({1: shown.items},)} {(n & 1,)} {[None, n & 1][m & 1]}")
    line = f"{text},{n},{shown.text!r}"
    fields = line.rsplit(",", 2)
    name, comma, rest = line.partition(",")
    info(f"{fields} {name!r} {rest.rpartition(',')} {line.splitlines()} {comma.join(fields[:2])}")
    return len(line) + int(fields[1]) % 97 + line.find(",", m & 3) + len(str(shown)) + len(repr(fields))
""",
}
