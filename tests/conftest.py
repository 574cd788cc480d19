"""What the tests of a directory need of the computer, see `kmi.testing.needs`."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent

#: Directory -> programs and kernels. What is not listed needs Python only.
NEEDS = {
    "bindgen": ("gcc",),
    "compiler": ("gcc",),
    "differential": ("gcc",),
    "kernels/host": ("gcc",),
    "machines": ("linux:6.1",),
    "runtime": ("gcc",),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for directory, needs in NEEDS.items():
            if item.path.is_relative_to(HERE / directory):
                item.add_marker(pytest.mark.needs(*needs))
