"""A guest as a test's kernel, over a guest that is made up: counting down to a fault, and settling."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from kmi.kernels.linux.provision.flavors import find
from kmi.machines.guest import Guest
from kmi.machines.splats import Splat
from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.linux import LinuxTestKernel, parameter


class MadeUpGuest:
    """Modules that allocate a number of times when they are loaded and each time they are used."""

    seed = 3

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.calls: dict[str, bool] = {}
        self.failed: dict[str, int] = {}
        self.lines: list[str] = []
        self.scans = 0
        self.busy = False
        self.leaks: list[Splat] = []

    def load(self, module: bytes, parameters: str) -> None:
        values = dict(word.split("=") for word in parameters.split())
        name = module.split()[0].decode()
        self.left[name] = int(values.get("kmi_fail_nth", 0))
        self.calls[name] = values.get("kmi_fail_calls") == "1"
        try:
            self.allocate(name, 2)
        except MemoryError:
            del self.left[name]
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)) from None

    def allocate(self, name: str, times: int) -> None:
        for _ in range(times):
            if self.left[name] > 0:
                self.left[name] -= 1
                if self.left[name] == 0:
                    self.failed[name] = 1
                    raise MemoryError

    def copy(self, name: str) -> None:
        if self.calls[name] and self.left[name] > 0:
            self.left[name] -= 1
            if self.left[name] == 0:
                self.failed[name] = 3
                raise OSError(errno.EFAULT, "bad address")

    def unload(self, name: str) -> None:
        if self.busy:
            raise BlockingIOError(errno.EAGAIN, "busy")
        del self.left[name]

    def read_file(self, path: str) -> bytes:
        module, name = self._parameter(path)
        return f"{(self.failed if name == 'kmi_failed' else self.left)[module]}\n".encode()

    def write_file(self, path: str, data: bytes) -> None:
        module, name = self._parameter(path)
        if name == "kmi_fail_calls":
            self.calls[module] = data == b"1"
        else:
            assert name == "kmi_fail_nth"
            self.left[module] = int(data)

    def _parameter(self, path: str) -> tuple[str, str]:
        start, module, folder, name = path.removeprefix("/sys/").split("/")
        assert (start, folder) == ("module", "parameters")
        return module, name

    def end_processes(self) -> None:
        self.busy = False

    def log(self) -> list[str]:
        return self.lines

    def splats(self) -> list[Splat]:
        return []

    def scan_leaks(self) -> list[Splat]:
        self.scans += 1
        return self.leaks


@dataclass
class Built:
    ko: Path


@pytest.fixture
def guest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MadeUpGuest:
    from kmi.kernels.linux.toolchain import build

    def built(path: Path, flavor: object) -> Built:
        ko = tmp_path / f"{path.stem}.ko"
        ko.write_bytes(f"{path.stem} parm=kmi_fail_calls:1".encode())
        return Built(ko)

    monkeypatch.setattr(build, "build", built)
    return MadeUpGuest()


Make = Callable[[str], LinuxTestKernel]


@pytest.fixture
def make(guest: MadeUpGuest, tmp_path: Path) -> Make:
    for name in ("echo.py", "semaphore.py"):
        (tmp_path / name).touch()
    return lambda name: LinuxTestKernel(find(name), cast(Guest, guest), tmp_path)


def test_parameters_are_written_as_the_kernel_reads_them() -> None:
    assert [parameter(value) for value in (True, False, 12, -1)] == ["Y", "N", "12", "-1"]
    assert [parameter(value) for value in ("plain", "two words", "")] == ["plain", '"two words"', '""']
    with pytest.raises(ValueError, match="no escape for quotes"):
        parameter('a "word"')


def test_every_allocation_is_failed_once(make: Make, guest: MadeUpGuest) -> None:
    kernel = make("6.1")

    def scenario() -> None:
        with loaded(kernel, "echo.py"):
            try:
                guest.allocate("echo", 3)
            except MemoryError:
                raise OSError(errno.ENOMEM, "no memory") from None

    assert fail_each(kernel, scenario) == 5


def test_copies_are_failed_too_and_end_in_another_errno(make: Make, guest: MadeUpGuest) -> None:
    kernel = make("6.1")
    seen: list[str] = []
    for fault in fail_each(kernel):
        with fault, loaded(kernel, "echo.py"):
            try:
                guest.allocate("echo", 1)
                guest.copy("echo")
            except MemoryError:
                raise OSError(errno.ENOMEM, "no memory") from None
            finally:
                seen.append(kernel.failed_what() if kernel.failed() else "")
    assert seen == ["an allocation", "copying to user space", ""]
    kernel.load("echo.py")
    kernel.fail_nth(1)
    guest.copy("echo")
    assert not kernel.failed(), "only allocations count"


def test_a_fault_that_a_module_deals_with_has_happened(make: Make, guest: MadeUpGuest) -> None:
    kernel = make("6.1")
    kernel.load("echo.py")
    kernel.fail_nth(2)
    with pytest.raises(MemoryError):
        guest.allocate("echo", 3)
    assert kernel.failed()
    kernel.fail_nth(9)
    assert not kernel.failed()
    guest.allocate("echo", 3)
    kernel.unload()
    assert not kernel.failed()
    kernel.load("echo.py")
    assert guest.left["echo"] == 9 - 3 - 2


def test_settling_unloads_and_looks_for_leaks(make: Make, guest: MadeUpGuest) -> None:
    kernel = make("debug")
    assert kernel.settle() == [] and guest.scans == 0, "a test that loaded nothing leaks nothing"
    kernel.load("echo.py")
    kernel.load("semaphore.py")
    guest.busy = True
    guest.leaks = [Splat("kmemleak", "unreferenced object", ("line",))]
    reports = kernel.settle()
    assert guest.left == {} and guest.scans == 1
    assert [(report.kind, report.lines) for report in reports] == [("kmemleak", ("line",))]


def test_what_a_test_build_leaks_is_a_report(make: Make, guest: MadeUpGuest) -> None:
    kernel = make("6.12")
    kernel.load("echo.py")
    guest.lines = ["echo: hello", "kmi: echo: leaked 2 objects, 1 pieces of memory"]
    assert [str(report) for report in kernel.settle()] == [f"leak: {guest.lines[1]}"]
    assert guest.scans == 0


def test_unloading_nothing_is_a_mistake_of_the_test(make: Make) -> None:
    with pytest.raises(ValueError, match="no module is loaded"):
        make("6.1").unload()
