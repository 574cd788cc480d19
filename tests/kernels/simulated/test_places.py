"""Integer places, as the front end sees them: what the simulator checks beyond the annotations."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.hook.loader import CheckFailed, load
from kmi.kernels.simulated.hook.places import places_of
from kmi.language import Library, analyse

SOURCE = """
from kmi import Module, i8, module, u8, u16

class Box:
    def __init__(self, small: u8) -> None:
        self.small = small
        self.items: list[u8] = [1, 2]

def local(x: u8) -> int:
    y: u8 = x
    y = y + 200  # into y
    return y

def mixed(x: u8) -> int:
    y = x + 200
    y = y * 1000
    return y

def augmented(x: u8) -> int:
    y: u8 = x
    y += 250  # in place
    return y

def field(x: int) -> int:
    box = Box(7)
    box.small = x  # into the field
    return box.small

def item(x: int) -> int:
    box = Box(7)
    box.items[1] = x  # into the list
    return box.items[1]

def grown(x: int) -> int:
    box = Box(7)
    box.items.append(x)  # onto the list
    return box.items[2]

def added(x: int) -> int:
    box = Box(7)
    box.items[0] += x  # in the list
    return box.items[0]

def callee(x: i8) -> i8:
    return x

def caller(x: int) -> int:
    return callee(x)  # as argument

def result(x: int) -> u16:
    return x  # as result

class Chain:
    def __init__(self, length: int) -> None:
        self.next: Chain | None = None
        if length > 0:
            self.next = Chain(length - 1)

    def length(self) -> int:
        following = self.next
        if following is None:
            return 0
        return 1 + following.length()

class Other:
    def length(self) -> int:
        return Chain(3).length()

def even(n: int) -> bool:
    return True if n == 0 else odd(n - 1)

def odd(n: int) -> bool:
    return False if n == 0 else even(n - 1)

@module(license="GPL", description="places")
class Places(Module):
    def __init__(self) -> None:
        total = 0
        for function in range(3):
            total += function
        local(1)
        mixed(1)
        augmented(1)
        field(1)
        item(1)
        grown(1)
        added(1)
        caller(1)
        result(1)
        Other().length()
        even(3)
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("places") / "places.py"
    path.write_text(SOURCE)
    return path


@pytest.fixture(scope="module")
def functions(path: Path) -> dict[str, Callable[[int], int]]:
    return load(path, check=True).namespace  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "fits", "too_large", "message", "comment"),
    [
        ("local", 55, 56, "256 does not fit u8", "# into y"),
        ("augmented", 5, 6, "256 does not fit u8", "# in place"),
        ("field", 255, 256, "256 does not fit u8", "# into the field"),
        ("item", 255, -1, "-1 does not fit u8", "# into the list"),
        ("grown", 255, 256, "256 does not fit u8", "# onto the list"),
        ("added", 254, 255, "256 does not fit u8", "# in the list"),
        ("caller", -128, 128, "128 does not fit i8", "# as argument"),
        ("result", 65535, 65536, "65536 does not fit u16", "# as result"),
    ],
)
def test_a_place_checks_what_goes_in(
    functions: dict[str, Callable[[int], int]],
    name: str,
    fits: int,
    too_large: int,
    message: str,
    comment: str,
) -> None:
    functions[name](fits)
    with pytest.raises(OverflowError, match=message) as overflow:
        functions[name](too_large)
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if comment in text)
    places = [entry.lineno for entry in overflow.traceback if Path(entry.path).name == "places.py"]
    assert places[-1] + 1 == line


def test_a_local_of_arithmetic_is_an_int(functions: dict[str, Callable[[int], int]]) -> None:
    assert functions["mixed"](255) == 455_000


def test_mistakes_refuse_the_load(path: Path) -> None:
    wrong = path.with_name("wrong.py")
    wrong.write_text(SOURCE.replace("return callee(x)", "return callee(y)"))
    with pytest.raises(CheckFailed, match=r"(?s)wrong\.py is no kernel module yet.*error\[KMI\d{4}\]"):
        load(wrong, check=True)


def test_only_what_can_call_itself_is_counted(path: Path) -> None:
    analysis = analyse(path, Library())
    assert analysis.program is not None
    recursive = places_of(analysis.program)[path.stem].recursive
    assert recursive == {"Chain.__init__", "Chain.length", "even", "odd"}
