"""minimal: a module that only logs."""

import errno

import pytest

from kmi.testing.kernels.kernel import Kernel


def test_greets_once_unless_told_otherwise(kernel: Kernel) -> None:
    kernel.load("minimal.py")
    assert [line for line in kernel.log() if "hello" in line] == ["minimal: hello, kernel (1 of 1)"]


def test_greets_as_often_as_asked(kernel: Kernel) -> None:
    kernel.load("minimal.py", greetings=3)
    assert [line for line in kernel.log() if "hello" in line] == [
        "minimal: hello, kernel (1 of 3)",
        "minimal: hello, kernel (2 of 3)",
        "minimal: hello, kernel (3 of 3)",
    ]


@pytest.mark.parametrize("greetings", [-1, 11, "many"])
def test_refuses_a_number_out_of_range(kernel: Kernel, greetings: int | str) -> None:
    with pytest.raises(OSError) as refused:
        kernel.load("minimal.py", greetings=greetings)
    assert refused.value.errno == errno.EINVAL
    assert not any("hello" in line for line in kernel.log())


def test_can_be_loaded_again(kernel: Kernel) -> None:
    kernel.unload(kernel.load("minimal.py"))
    kernel.load("minimal.py")
    assert sum("hello" in line for line in kernel.log()) == 2
