"""Modules written in the test itself, and kernels to load them into."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kmi.kernels.simulated.kernel import SimulatedKernel

HEAD = """\
from errno import ENOTTY
from typing import Final
from dataclasses import dataclass, field
from kmi import Module, Parameter, Struct, error, info, module, u8, u16, u32, wrapping
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.ioctl import IO, Request
from kmi.sync import Condition, Mutex, SpinLock
from kmi.uio import Uio
"""

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A function that writes a module's file: `operations` is the body of the class `Device`."""

    def write(operations: str, name: str = "device") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(
            HEAD
            + textwrap.dedent(operations)
            + textwrap.dedent(
                f"""

                @module(license="GPL", description="of a test")
                class DeviceModule(Module):
                    def __init__(self) -> None:
                        self.device = MiscDevice("{name}", Device())
                """
            )
        )
        return path

    return write


@pytest.fixture
def simulated() -> Iterator[SimulatedKernel]:
    """A simulated kernel with a fixed seed."""
    with SimulatedKernel(seed=1) as kernel:
        yield kernel


def line_of(path: Path, text: str) -> int:
    """The number of the only line that holds the text."""
    (number,) = (n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)
    return number
