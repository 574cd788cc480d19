"""freebsd/hello: it is told what happens to it."""

import pytest

from kmi.testing.kernels.kernel import Kernel

pytestmark = pytest.mark.only_on("freebsd")


def test_hello(kernel: Kernel) -> None:
    module = kernel.load("hello.py")
    assert [line for line in kernel.log() if "hello" in line] == ["hello: loaded"]
    kernel.unload(module)
    assert kernel.log()[-1] == "hello: asked whether it may go"
    kernel.load("hello.py")
