"""Doctests as pytest's tests: each docstring of a kernel module, on each kernel asked for.

examples/crc_device.py::Crc32[simulated] PASSED
examples/crc_device.py::Crc32[linux:6.1] FAILED
    Crc32: expected '0xcbf43926', got '0x0' (crc_device.py:42)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from kmi.testing.doctests.collect import BadDocstring, Case, Untranslatable, collect, is_module, unique
from kmi.testing.doctests.outcome import Incomplete
from kmi.testing.kernels.registry import RunningKernel

#: Gives the kernel of a name that an item runs on; the plugin's.
Start = Callable[[pytest.Item, str], AbstractContextManager[RunningKernel]]


class DoctestFailed(AssertionError):
    """A docstring that says what is not so."""


class ModuleFile(pytest.File):
    """A kernel module whose docstrings are tests."""

    kernels: tuple[str, ...] = ()
    start: Start

    def collect(self) -> Iterable[pytest.Item]:
        try:
            cases = unique(collect(self.path))
        except (SyntaxError, BadDocstring) as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            for kernel in self.kernels:
                item = DocstringTest.from_parent(self, name=f"{case.name}[{kernel}]")
                item.case, item.kernel = case, kernel
                yield item


class DocstringTest(pytest.Item):
    """The examples of one docstring on one kernel."""

    case: Case
    kernel: str

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._stack = ExitStack()
        self._running: RunningKernel | None = None

    def setup(self) -> None:
        assert isinstance(self.parent, ModuleFile)
        self._running = self._stack.enter_context(self.parent.start(self, self.kernel))

    def runtest(self) -> None:
        assert self._running is not None
        outcomes = {one.name: one for one in self._running.doctest(self.path, self.case.name)}
        if self.case.name not in outcomes:
            raise Incomplete(f"{self.kernel} did not run the doctest of {self.case.name}")
        outcome = outcomes[self.case.name]
        if not outcome.passed:
            raise DoctestFailed("\n".join(outcome.said) or f"{self.case.name} failed")

    def teardown(self) -> None:
        self._stack.close()
        self._running = None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, DoctestFailed | Incomplete | Untranslatable | BadDocstring):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.case.line - 1, f"doctest of {self.name}"


def module_file(
    path: Path, parent: pytest.Collector, kernels: tuple[str, ...], start: Start
) -> ModuleFile | None:
    """The collector of a file's doctests; None where it is no kernel module with some."""
    if path.suffix != ".py" or path.name == "conftest.py" or path.name.startswith("test_"):
        return None
    try:
        if ">>>" not in path.read_text(encoding="utf-8") and path.name != "__init__.py":
            return None
    except (OSError, UnicodeDecodeError):
        return None
    if not is_module(path):
        return None
    file = ModuleFile.from_parent(parent, path=path)
    file.kernels, file.start = kernels, start
    return file
