"""What the tests of a directory need of the computer, see `kmi.testing.needs`."""

from __future__ import annotations

import gc
import signal
from pathlib import Path

import pytest

# A run in the background may have been started with SIGINT ignored, and whatever a test starts inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The front end makes large trees and hardly any garbage in circles: looking for it can wait.
gc.set_threshold(100_000, 20, 20)

HERE = Path(__file__).parent

#: Directory or file -> programs and kernels. What is not listed needs Python only.
NEEDS = {
    "bindgen": ("gcc",),
    "compiler": ("gcc",),
    "differential": ("gcc",),
    "freebsd": ("freebsd",),
    "kernels/freebsd": ("ziglang",),
    "kernels/host": ("gcc",),
    "machines/freebsd": ("freebsd",),
    "machines/test_guest.py": ("linux:6.1",),
    "machines/test_machine.py": ("linux:6.1",),
    "runtime": ("gcc",),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for directory, needs in NEEDS.items():
            if item.path.is_relative_to(HERE / directory):
                item.add_marker(pytest.mark.needs(*needs))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # thousands of tests and their modules, which stay: not to be gone through each time
