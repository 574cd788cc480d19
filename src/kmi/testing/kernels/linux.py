"""A Linux in a machine as a test's kernel: restored from its snapshot for each test.

The module is compiled for the kernel at hand and loaded as ``insmod`` does; user space is real processes of
the guest. Whatever the kernel itself reports is a report of the test: a warning or an oops on every Linux,
and on ``linux:debug`` also what KASAN, lockdep, UBSAN, kmemleak and the atomic-sleep check find.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import FLAVORS, KernelFlavor
from kmi.kernels.userspace import UserProcess
from kmi.language.report.render import plain
from kmi.machines.guest import Guest
from kmi.machines.machine import Machine
from kmi.machines.outcomes import KernelPanic
from kmi.machines.splats import Splat
from kmi.testing.doctests.outcome import Outcome
from kmi.testing.kernels.kernel import Line, Loaded, Report, Value
from kmi.testing.kernels.registry import Missing, Note

if TYPE_CHECKING:
    from kmi.kernels.building.doctests import Doctests

#: The parameter of a test build that counts down to the call that fails.
FAIL_NTH = "kmi_fail_nth"
#: The one that says whether allocations alone are counted.
FAIL_CALLS = "kmi_fail_calls"
#: What failed, by the number that the parameter of that name has (``kmi_object.h``).
FAILED = "kmi_failed"
WHAT = {
    1: "an allocation",
    2: "copying from user space",
    3: "copying to user space",
    4: "a registration",
}
#: What Linux says of every module that is not its own: no line of the module's.
_TAINT = re.compile(r"^\w+: (loading out-of-tree module taints kernel|module verification failed: )")
#: What a test build logs when it is unloaded and something of it is still alive.
_LEAKED = re.compile(r"kmi: \S+: leaked \d+ objects")


#: What this process has built: many tests load one module, and to check it again takes longer than they do.
_BUILT: dict[tuple[Path, bytes, str], Path] = {}
#: What of them is sent into a guest: an emulator copies slowly, and debug information is nine tenths.
_LOADABLE: dict[Path, bytes] = {}


def _attribute(module: str, name: str) -> str:
    return f"/sys/module/{module}/parameters/{name}"


@dataclass
class Fault:
    """The failure that a test asked for: how many calls are left until it, and whether it was."""

    left: int = 0
    #: Whether copies and registrations count, beside allocations.
    calls: bool = False
    happened: bool = False
    what: str = ""


@dataclass(frozen=True)
class LoadedModule:
    """A ``.ko`` in a guest."""

    name: str
    size: int
    #: Whether it is a test build, which counts its allocations.
    counts: bool


class LinuxTestKernel:
    """One restored guest for one test."""

    def __init__(self, flavor: KernelFlavor, guest: Guest, beside: Path) -> None:
        self.flavor = flavor
        self.guest = guest
        self.beside = beside
        self._loaded: list[LoadedModule] = []
        #: The files of what was ever loaded here, by the module's name.
        self._built: dict[str, Path] = {}
        self._leaks: list[Splat] = []
        self._used = False
        self._fault = Fault()

    @property
    def name(self) -> str:
        return f"linux:{self.flavor.name}"

    @property
    def seed(self) -> int:
        return self.guest.seed

    def load(self, path: str | PathLike[str], /, **parameters: Value) -> Loaded:
        ko = self._module(self.beside / path)
        data = ko.read_bytes() if ko == self.beside / path else _loadable(ko)
        counts = f"parm={FAIL_CALLS}:".encode() in data
        module = LoadedModule(ko.stem.replace("-", "_"), ko.stat().st_size, counts)
        asked = {FAIL_NTH: self._fault.left, FAIL_CALLS: int(self._fault.calls)}
        counting = asked if self._fault.left and module.counts else {}
        values = {**parameters, **counting}
        self._used = True
        try:
            self.guest.load(data, " ".join(f"{name}={parameter(value)}" for name, value in values.items()))
        except OSError:
            # The module is gone and its count with it; where the fault was not the reason, the errno tells.
            self._fault.happened = self._fault.left > 0
            self._fault.what = f"a call while {module.name} was loaded"
            raise
        self._loaded.append(module)
        self._built[module.name] = ko
        return module

    def _module(self, path: Path) -> Path:
        """The module to load: a ``.ko`` as it is, if it fits this kernel; a Python file compiled."""
        # Imported here: to ask which kernels there are needs no compiler.
        from kmi.kernels.linux.toolchain.build import CheckFailed, build
        from kmi.kernels.linux.toolchain.preflight import PreflightError, check

        if path.suffix == ".ko":
            if problems := check(path, self.flavor):
                raise PreflightError("; ".join(problems))
            return path
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        key = path.resolve(), b"\0".join(file.read_bytes() for file in files), self.flavor.name
        if key not in _BUILT:
            try:
                _BUILT[key] = build(path, self.flavor).ko
            except CheckFailed as error:
                error.add_note(plain(error.diagnostics))
                raise
        return _BUILT[key]

    def doctest(self, path: Path, only: str | None = None) -> Sequence[Outcome]:
        from kmi.kernels.linux.toolchain.build import build
        from kmi.testing.doctests import ktap
        from kmi.testing.doctests.compiled import built

        def build_with(file: Path, doctests: Doctests) -> Path:
            return build(file, self.flavor, doctests=doctests).ko

        ko = built(self.beside / path, self.name, build_with)
        began = len(self.log())
        try:
            self.load(ko, kmi_doctests=only or "1")
        except OSError:
            pass  # the doctests are before the module's own init, which may refuse without its parameters
        return ktap.outcomes(self.log()[began:])

    def unload(self, module: Loaded | None = None) -> None:
        if not self._loaded:
            raise ValueError("no module is loaded that could be unloaded")
        name = self._loaded[-1].name if module is None else module.name
        for one in self._counting():
            self._look_for_fault(one)
        try:
            self.guest.unload(name)
        except BlockingIOError as busy:
            sentence = f"{name} is in use: close the files that are open on its devices"
            raise BlockingIOError(busy.errno, sentence) from busy
        self._loaded = [one for one in self._loaded if one.name != name]

    def modules(self) -> Sequence[str]:
        return self.guest.modules()

    def process(self) -> UserProcess:
        return self.guest.process()

    def log(self) -> Sequence[str]:
        return [line.text for line in self.lines()]

    def lines(self) -> Sequence[Line]:
        said = (Line(one.level, text) for one in self.guest.records() for text in one.text.split("\n"))
        return [line for line in said if not _TAINT.search(line.text)]

    def fail_nth(self, n: int) -> None:
        """Each loaded module counts its own calls; one loaded later goes on where others ended."""
        self._fail(Fault(n))

    def fail_call(self, n: int) -> None:
        self._fail(Fault(n, calls=True))

    def _fail(self, fault: Fault) -> None:
        self._fault = fault
        for module in self._counting():
            if fault.left:
                self.guest.write_file(_attribute(module.name, FAIL_CALLS), b"1" if fault.calls else b"0")
            self.guest.write_file(_attribute(module.name, FAIL_NTH), str(fault.left).encode())

    def failed_what(self) -> str:
        return self._fault.what

    def failed(self) -> bool:
        for module in self._counting():
            self._look_for_fault(module)
        return self._fault.happened

    def _counting(self) -> list[LoadedModule]:
        return [module for module in self._loaded if module.counts]

    def _look_for_fault(self, module: LoadedModule) -> None:
        if self._fault.left:
            self._fault.left = int(self.guest.read_file(_attribute(module.name, FAIL_NTH)))
            self._fault.happened = self._fault.left == 0
            if self._fault.happened:
                self._fault.what = WHAT[int(self.guest.read_file(_attribute(module.name, FAILED)))]

    def reports(self) -> Sequence[Report]:
        splats = [Report(one.kind, one.title, one.lines) for one in [*self.guest.splats(), *self._leaks]]
        counted = [Report("leak", line) for line in self.guest.log() if _LEAKED.match(line)]
        return [*counted, *splats]

    def settle(self) -> Sequence[Report]:
        if self._fault.left:
            self.fail_nth(0)
        self.guest.end_processes()
        while self._loaded:
            self.unload()
        if self._used and self.flavor.debug:
            self._leaks = self.guest.scan_leaks()
        return self.reports()

    def explain(self, error: BaseException) -> None:
        from kmi.kernels.linux.toolchain.lines import line_of, places

        if not isinstance(error, KernelPanic):
            return
        for place in places(f"{error.what}\n{error.console}"):
            ko = self._built.get(place.module)
            line = line_of(ko, place.function, place.offset) if ko is not None else None
            if line is not None:
                error.add_note(f"{place.function}+{place.offset:#x} of {place.module} is {line}")
                return


def _loadable(ko: Path) -> bytes:
    """A built module as distributions install it: without debug information, which Linux copies and drops."""
    if ko not in _LOADABLE:
        data = ko.read_bytes()
        if b".debug_info\0" in data:
            with tempfile.TemporaryDirectory() as directory:
                bare = Path(directory, ko.name)
                subprocess.run(["strip", "--strip-debug", "-o", str(bare), str(ko)], check=True)
                data = bare.read_bytes()
        _LOADABLE[ko] = data
    return _LOADABLE[ko]


def parameter(value: Value) -> str:
    """A module parameter's value as the kernel's parser reads it (``kernel/params.c``)."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        return ",".join(str(item) for item in value)
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
