"""Python's built-in classes: a kernel makes of them what CPython does."""

import errno
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from kmi.testing.faults import loaded
from kmi.testing.kernels.kernel import Kernel

MODULE = "modules/builtins_in_use.py"
ASKED = [b"", b"one two 12 one", "\u00e9t\u00e9 7 7 7 b a".encode(), b"  x\t1\n", bytes(range(33, 127)) * 3]


def _here() -> ModuleType:
    """The same module, in this very Python."""
    path = Path(__file__).parent / MODULE
    spec = importlib.util.spec_from_file_location("builtins_in_use", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_kernel_answers_as_cpython(kernel: Kernel) -> None:
    for asked in ASKED:
        with loaded(kernel, MODULE):
            user = kernel.process()
            try:
                fd = user.open("/dev/answers")
                assert user.write(fd, asked or b" ") == max(1, len(asked))
                expected = _here().told(asked or b" ")
                assert user.read(fd, 65536) == expected.encode()
            finally:
                user.end()


def test_what_is_no_text_is_an_errno(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    fd = user.open("/dev/answers")
    with pytest.raises(OSError) as raised:
        user.write(fd, b"\xff")
    assert raised.value.errno == errno.EINVAL
