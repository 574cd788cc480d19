"""A Linux in a machine as a test's kernel: restored from its snapshot for each test.

The module is compiled for the kernel at hand and loaded as ``insmod`` does; user space is real processes of
the guest. Whatever the kernel itself reports is a report of the test: a warning or an oops on every Linux,
and on ``linux:debug`` also what KASAN, lockdep, UBSAN, kmemleak and the atomic-sleep check find.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from kmi.kernels.linux import provision
from kmi.kernels.linux.flavors import FLAVORS, KernelFlavor
from kmi.machines.guest import Guest
from kmi.machines.machine import Machine
from kmi.machines.splats import Splat
from kmi.testing.kernel import Loaded, Report, Value
from kmi.testing.kernels import Missing, Note
from kmi.testing.userspace import UserProcess


@dataclass(frozen=True)
class LoadedModule:
    """A ``.ko`` in a guest."""

    name: str
    size: int


class LinuxTestKernel:
    """One restored guest for one test."""

    def __init__(self, flavor: KernelFlavor, guest: Guest, beside: Path) -> None:
        self.flavor = flavor
        self.guest = guest
        self.beside = beside
        self._loaded: list[LoadedModule] = []
        self._processes: list[UserProcess] = []
        self._leaks: list[Splat] = []
        self._used = False

    @property
    def name(self) -> str:
        return f"linux:{self.flavor.name}"

    @property
    def seed(self) -> int:
        return self.guest.seed

    def load(self, path: str | PathLike[str], /, **parameters: Value) -> Loaded:
        from kmi.kernels.linux.build import build

        ko = build(self.beside / path, self.flavor).ko
        self._used = True
        self.guest.load(ko, " ".join(f"{name}={parameter(value)}" for name, value in parameters.items()))
        module = LoadedModule(ko.stem, ko.stat().st_size)
        self._loaded.append(module)
        return module

    def unload(self, module: Loaded | None = None) -> None:
        if not self._loaded:
            raise ValueError("no module is loaded that could be unloaded")
        name = self._loaded[-1].name if module is None else module.name
        self.guest.unload(name)
        self._loaded = [one for one in self._loaded if one.name != name]

    def process(self) -> UserProcess:
        process = self.guest.process()
        self._processes.append(process)
        return process

    def log(self) -> Sequence[str]:
        return self.guest.log()

    def fail_nth(self, n: int) -> None:
        raise NotImplementedError

    def failed(self) -> bool:
        raise NotImplementedError

    def reports(self) -> Sequence[Report]:
        return [Report(one.kind, one.title, one.lines) for one in [*self.guest.splats(), *self._leaks]]

    def settle(self) -> Sequence[Report]:
        for process in self._processes:
            process.end()
        while self._loaded:
            self.unload()
        if self._used and self.flavor.debug:
            self._leaks = self.guest.scan_leaks()
        return self.reports()


def parameter(value: Value) -> str:
    """A module parameter's value as the kernel's parser reads it (``kernel/params.c``)."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, int):
        return str(value)
    if '"' in value or "\0" in value:
        raise ValueError(f"Linux cannot take {value!r} as a module parameter: it has no escape for quotes")
    return f'"{value}"' if not value or any(char.isspace() for char in value) else value


@dataclass(frozen=True)
class LinuxKind:
    """One flavour of Linux."""

    flavor: KernelFlavor

    @classmethod
    def all(cls) -> list[LinuxKind]:
        """Every flavour there is."""
        return [cls(flavor) for flavor in FLAVORS]

    @property
    def name(self) -> str:
        return f"linux:{self.flavor.name}"

    def missing(self) -> Sequence[Missing]:
        return provision.missing(self.flavor)

    def prepare(self, note: Note) -> None:
        Machine(self.flavor).prepare(note)

    @contextmanager
    def start(self, seed: int, beside: Path) -> Iterator[LinuxTestKernel]:
        with Machine(self.flavor).restore(seed) as guest:
            yield LinuxTestKernel(self.flavor, guest, beside)
