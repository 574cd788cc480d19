"""`kmi.parameter`: what a loader may give."""

import errno

import pytest

from kmi.testing.kernels.kernel import Kernel, Value

MODULE = "modules/settings.py"


def lines(kernel: Kernel) -> list[str]:
    said = [line.removeprefix("set: ") for line in kernel.log() if line.startswith("set: ")]
    return [line for line in said if line.startswith(("number", "flag"))]


def test_defaults(kernel: Kernel) -> None:
    kernel.load(MODULE)
    assert lines(kernel) == ["number -5 bounded 3 text plain"]


def test_what_the_loader_gives(kernel: Kernel) -> None:
    kernel.load(MODULE, flag=True, number=-(1 << 63), bounded=1 << 40, text="other")
    assert lines(kernel) == ["flag is set", f"number {-(1 << 63)} bounded {1 << 40} text other"]


@pytest.mark.parametrize(("text", "number"), [("0x10", 16), ("010", 8), ("+7", 7), ("-0x1", -1)])
def test_numbers_are_written_as_in_c(kernel: Kernel, text: str, number: int) -> None:
    kernel.load(MODULE, number=text)
    assert lines(kernel) == [f"number {number} bounded 3 text plain"]


@pytest.mark.parametrize(("text", "flag"), [("y", True), ("N", False), ("on", True), ("off", False)])
def test_bools_have_several_spellings(kernel: Kernel, text: str, flag: bool) -> None:
    kernel.load(MODULE, flag=text)
    assert ("flag is set" in lines(kernel)) is flag


BAD: list[dict[str, Value]] = [
    {"bounded": -3},
    {"bounded": (1 << 40) + 1},
    {"number": "five"},
    {"number": ""},
    {"flag": "perhaps"},
]


def test_a_bad_value_refuses_the_load(kernel: Kernel) -> None:
    for given in BAD:
        with pytest.raises(OSError) as refused:
            kernel.load(MODULE, **given)
        assert refused.value.errno == errno.EINVAL, given
        assert lines(kernel) == [], given
    kernel.load(MODULE)


@pytest.mark.parametrize("text", [str(1 << 63), str(-(1 << 63) - 1)])
def test_a_number_beyond_64_bits_refuses_the_load(kernel: Kernel, text: str) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load(MODULE, number=text)
    assert refused.value.errno in (errno.ERANGE, errno.EINVAL)
    assert lines(kernel) == []
