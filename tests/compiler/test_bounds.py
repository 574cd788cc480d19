"""A check of an index or a sum goes where what stands before it has made it needless, and nowhere else."""

import re

import pytest

from tests.compiler.compiled import compiled, function

PROGRAM = """
from kmi import u8

class Box:
    def __init__(self) -> None:
        self.items: list[int] = [1]

    def grow(self) -> int:
        self.items.append(2)
        return len(self.items)

    def shrink(self) -> int:
        return self.items.pop()

class Ends:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    def __del__(self) -> None:
        self.items.clear()


def none_insertion(a: list[int]) -> None:
    for i in range(1, len(a)):
        item = a[i]
        j = i
        while j > 0 and a[j - 1] > item:
            a[j] = a[j - 1]
            j -= 1
        a[j] = item

def none_down(a: list[int]) -> int:
    total = 0
    for i in range(len(a) - 1, -1, -1):
        total ^= a[i]
    return total

def none_half(a: list[int]) -> int:
    total = 0
    for i in range(len(a) // 2):
        total ^= a[i] ^ a[len(a) - 1 - i]
    return total

def none_steps(a: bytes) -> int:
    total = 0
    for i in range(0, len(a), 4):
        total ^= a[i]
    return total

def none_least(a: list[int], n: int) -> int:
    total = 0
    for i in range(min(len(a), n)):
        total ^= a[i]
    return total

def none_again(a: list[int], n: int) -> int:
    if n < 0 or n >= len(a):
        return 0
    a[n] ^= 1
    return a[n]

def none_appended(a: list[int]) -> int:
    n = len(a)
    a.append(1)
    return a[n]

def none_searched(a: list[int], wanted: int) -> int:
    low = 0
    high = len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low

def none_counted(a: list[int]) -> int:
    total = 0
    for i, item in enumerate(a):
        total ^= a[i] ^ item
    return total

def none_of_a_constant(n: int) -> int:
    words = [0] * 64
    for i in range(16, 64):
        words[i] = words[i - 15] ^ words[i - 2] ^ n
    return words[63]

def none_last(a: list[int]) -> int:
    if not a:
        return 0
    return a[-1] ^ a[len(a) - 1]

def one_first(a: list[int]) -> int:
    return a[3] ^ a[2] ^ a[1] ^ a[0]

def kept_other(a: list[int], b: list[int]) -> None:
    for i in range(len(a)):
        b[i] = 1

def kept_popped(a: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        total ^= a[i]
        a.pop()
    return total

def kept_alias(a: list[int], b: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        b.pop()
        total ^= a[i]
    return total

def kept_past(a: list[int]) -> int:
    total = 0
    for i in range(len(a) + 1):
        total ^= a[i]
    return total

def kept_moved(a: list[int], n: int) -> int:
    total = 0
    for i in range(len(a)):
        j = i
        if total > n:
            j = i + 1
        total ^= a[j]
    return total

def kept_replaced(a: list[int], b: list[int]) -> int:
    total = 0
    n = len(a)
    a = b
    for i in range(n):
        total ^= a[i]
    return total

def kept_handled(a: list[int], n: int) -> int:
    if n < 0 or n >= len(a):
        return 0
    try:
        a.pop()
        a[0] = 300 // n
    except ZeroDivisionError:
        return a[n]
    return 0

def kept_dropped(a: list[int], n: int) -> int:
    ends: Ends | None = Ends(a)
    if n < 0 or n >= len(a):
        return 0
    ends = None
    return a[n]

def kept_field(box: Box, n: int) -> int:
    items = box.items
    if n < 0 or n >= len(items):
        return 0
    box.shrink()
    return items[n]

def kept_cleared(a: list[int], n: int) -> int:
    if n < 0 or n >= len(a):
        return 0
    a[:] = []
    return a[n]

def kept_either(a: list[int], b: list[int], n: int) -> int:
    for i in range(len(a)):
        c = a if n > i else b
        a[i] = c[i]
    return 0

def kept_later(a: list[int], n: int) -> int:
    i = 0
    while True:
        if a[i] == n:
            return i
        i += 1

def only_inside(a: list[int], i: int, n: int) -> int:
    return a[i] ^ n

def calls_inside(a: list[int]) -> int:
    total = 0
    for i in range(len(a)):
        total ^= only_inside(a, i, total)
    return total

def also_outside(a: list[int], i: int) -> int:
    return a[i]

def calls_outside(a: list[int]) -> int:
    total = also_outside(a, 7)
    for i in range(len(a)):
        total ^= also_outside(a, i)
    return total

def none_sum(a: list[int]) -> int:
    count = 0
    for item in a:
        count += 1
    return count

def kept_sum(a: list[int]) -> int:
    count = 0
    for item in a:
        count += item
    return count

def kept_narrow(a: list[int]) -> u8:
    count: u8 = 0
    for item in a:
        count += 1
    return count
"""
NAMES = re.findall(r"^def (\w+)", PROGRAM, re.MULTILINE)
CALLED = ("only_inside", "also_outside")


@pytest.fixture(scope="module")
def checks() -> dict[str, int]:
    """How many checks each function is compiled with."""
    source = compiled(PROGRAM, *(each for each in NAMES if each not in CALLED))
    return {
        name: len(re.findall(r"kmi_raise_(?:index|sum|overflow)\(", function(source, f"t_{name}")))
        for name in NAMES
    }


@pytest.mark.parametrize("name", [each for each in NAMES if each.startswith(("none_", "one_", "kept_"))])
def test_a_check_stays_where_it_may_raise(name: str, checks: dict[str, int]) -> None:
    match name.partition("_")[0]:
        case "none":
            assert checks[name] == 0
        case "one":
            assert checks[name] == 1
        case _:
            assert checks[name] > 0


def test_what_all_callers_know_is_known(checks: dict[str, int]) -> None:
    assert checks["only_inside"] == 0 and checks["calls_inside"] == 0


def test_one_caller_that_does_not_know_is_enough(checks: dict[str, int]) -> None:
    assert checks["also_outside"] == 1


def test_what_anybody_may_call_knows_nothing() -> None:
    source = compiled(PROGRAM, "only_inside", "calls_inside")
    assert "kmi_raise_index(" in function(source, "t_only_inside")
