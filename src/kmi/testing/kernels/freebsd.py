"""The modelled FreeBSD as a test's kernel: the kld that was built, on an emulated processor, in this process.

What a module does is done by the bytes that a real kernel would load; what it calls is FreeBSD's interface
modelled in Python (`kmi.machines.freebsd`), and every report of WITNESS, of the heap and of the clocks that
order threads is a report of the test. The seed decides where threads are interrupted.

Invariant: a refused load is an OSError with the errno that the module's MOD_LOAD gave, which kldload(8)
itself hides behind ENOEXEC.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kmi.kernels.freebsd.provision import prepare as provision
from kmi.kernels.freebsd.provision.releases import DEFAULT, Release
from kmi.kernels.userspace import UserProcess
from kmi.language.report.render import plain
from kmi.testing.doctests.outcome import Outcome
from kmi.testing.kernels.kernel import Line, Loaded, Report, Value
from kmi.testing.kernels.registry import Missing, Note

if TYPE_CHECKING:
    from kmi.kernels.building.doctests import Doctests
    from kmi.machines.freebsd.layouts import Layouts
    from kmi.machines.freebsd.linker import File

__all__ = ["FreeBSDKind", "FreeBSDTestKernel"]

#: The words of the test build's table (`entry.h`), by their places in it.
COUNTERS: Final = "kmi_freebsd_test"
FAIL_NTH, FAIL_CALLS, FAILED = 0, 1, 2
#: What failed, by the number that `failed` has (``kmi_object.h``).
WHAT: Final = {
    1: "an allocation",
    2: "copying from user space",
    3: "copying to user space",
    4: "a registration",
}
_LEAKED = re.compile(r"kmi: \S+: leaked \d+ objects")
#: What FreeBSD itself says of a module that refused to be loaded: no line of the module's.
_REFUSED = re.compile(r"^module_register_init: MOD_LOAD \(")

#: What this process has built: many tests load one module.
_BUILT: dict[tuple[Path, bytes], Path] = {}


@dataclass
class Fault:
    """The failure that a test asked for: how many calls are left until it, and whether it was."""

    left: int = 0
    calls: bool = False
    """Whether copies and registrations count, beside allocations."""
    happened: bool = False
    what: str = ""


@dataclass(frozen=True)
class LoadedModule:
    """A kld in the modelled kernel."""

    name: str
    size: int
    file: File


class FreeBSDTestKernel:
    """One modelled FreeBSD for one test."""

    name = "freebsd"

    def __init__(self, layouts: Layouts, release: Release, seed: int, schedule: str, beside: Path) -> None:
        from kmi.machines.freebsd.kernel import Kernel
        from kmi.machines.freebsd.user.process import UserSpace

        self.native = Kernel(layouts, seed, schedule=schedule)
        self.users = UserSpace(self.native)
        self.release = release
        self.seed = seed
        self.beside = beside
        self._loaded: list[LoadedModule] = []
        self._fault = Fault()

    # Modules.

    def load(self, path: str | PathLike[str], /, **parameters: Value) -> Loaded:
        from kmi.kernels.freebsd.toolchain.kld import check
        from kmi.machines.freebsd.image import LinkError
        from kmi.machines.freebsd.kpi.kenv import Environment

        ko = self._module(self.beside / path)
        data = ko.read_bytes()
        name = ko.stem
        environment = self.native.part(Environment).values
        given = {f"hw.{name}.{key}": tunable(value) for key, value in parameters.items()}
        environment.update(given)
        linked: list[File] = []

        def begin(file: File) -> None:
            linked.append(file)
            self._ask(file)

        try:
            file = self.native.load(name, data, begin)
        except LinkError as error:
            if linked and self._fault.left:
                # The module is gone, and its count: where the fault was not the reason, the errno tells.
                self._fault.happened = True
                self._fault.what = f"a call while {name} was loaded"
            number = error.refused or error.errno or errno.ENOEXEC
            refused = OSError(number, error.said)
            for problem in [] if linked else check(ko, self.release):
                refused.add_note(problem)
            raise refused from None
        finally:
            for key in given:
                del environment[key]
        module = LoadedModule(name, len(data), file)
        self._loaded.append(module)
        return module

    def _module(self, path: Path) -> Path:
        """The module to load: a ``.ko`` as it is; a Python file compiled."""
        from kmi.kernels.building.refused import CheckFailed
        from kmi.kernels.freebsd.toolchain.build import build

        if path.suffix == ".ko":
            refuse_damaged(path)
            return path
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        key = path.resolve(), b"\0".join(file.read_bytes() for file in files)
        if key not in _BUILT:
            try:
                _BUILT[key] = build(path, self.release).ko
            except CheckFailed as error:
                error.add_note(plain(error.diagnostics))
                raise
        return _BUILT[key]

    def unload(self, module: Loaded | None = None) -> None:
        if not self._loaded:
            raise ValueError("no module is loaded that could be unloaded")
        name = self._loaded[-1].name if module is None else module.name
        found = next((one for one in self._loaded if one.name == name), None)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, f"no module {name} is loaded")
        self._look_for_fault(found)
        try:
            self.native.unload(found.file)
        except OSError as refused:
            if refused.errno != errno.EBUSY:
                raise
            sentence = f"{name} is in use: close the files that are open on its devices"
            raise BlockingIOError(errno.EWOULDBLOCK, sentence) from refused
        self._loaded.remove(found)

    def modules(self) -> Sequence[str]:
        return [module.name for module in reversed(self._loaded)]

    def process(self) -> UserProcess:
        return self.users.process()

    def advance(self, milliseconds: int) -> None:
        """Let so much time pass, with all that happens meanwhile."""
        threads = self.native.threads
        self.native.run("time", lambda: threads.block("time", timeout=milliseconds * 1_000_000))

    # What it says.

    def log(self) -> Sequence[str]:
        return [line.text for line in self.lines()]

    def lines(self) -> Sequence[Line]:
        said = (Line(one.level, one.text) for one in self.native.console.lines())
        return [line for line in said if not _REFUSED.match(line.text)]

    def reports(self) -> Sequence[Report]:
        counted = [Report("leak", line) for line in self.log() if _LEAKED.match(line)]
        return [*counted, *(Report(one.kind, one.title, tuple(one.lines)) for one in self.native.reports)]

    def settle(self) -> Sequence[Report]:
        self.fail_nth(0)
        self.users.end()
        while self._loaded:
            self.unload()
        return self.reports()

    def explain(self, error: BaseException) -> None:
        """What this kernel says names lines already."""

    def doctest(self, path: Path, only: str | None = None) -> Sequence[Outcome]:
        from kmi.kernels.freebsd.toolchain.build import build
        from kmi.testing.doctests import ktap
        from kmi.testing.doctests.compiled import built

        def build_with(file: Path, doctests: Doctests) -> Path:
            return build(file, self.release, doctests=doctests).ko

        ko = built(self.beside / path, self.name, build_with)
        began = len(self.log())
        try:
            self.load(ko, kmi_doctests=only or "1")
        except OSError:
            pass  # the doctests are before the module's own init, which may refuse without its parameters
        return ktap.outcomes(self.log()[began:])

    def close(self) -> None:
        """End it."""
        self.native.close()

    # Making calls fail.

    def fail_nth(self, n: int) -> None:
        """Each loaded module counts its own calls; one loaded later goes on where others ended."""
        self._fail(Fault(n))

    def fail_call(self, n: int) -> None:
        self._fail(Fault(n, calls=True))

    def _fail(self, fault: Fault) -> None:
        self._fault = fault
        for module in self._loaded:
            self._ask(module.file)

    def _ask(self, file: File) -> None:
        """Have a module count down to the failure that was asked for."""
        if COUNTERS in file.image.symbols:
            self._put(file, FAIL_CALLS, int(self._fault.calls))
            self._put(file, FAIL_NTH, self._fault.left)

    def _counter(self, file: File, place: int) -> int:
        """The address of a counter of a module's."""
        table = file.image.symbols[COUNTERS]
        return int.from_bytes(self.native.engine.peek(table + 8 * place, 8), "little")

    def _put(self, file: File, place: int, value: int) -> None:
        self.native.engine.write(self._counter(file, place), value.to_bytes(8, "little", signed=True))

    def _get(self, file: File, place: int) -> int:
        data = self.native.engine.peek(self._counter(file, place), 8)
        return int.from_bytes(data, "little", signed=True)

    def failed(self) -> bool:
        for module in self._loaded:
            self._look_for_fault(module)
        return self._fault.happened

    def failed_what(self) -> str:
        return self._fault.what

    def _look_for_fault(self, module: LoadedModule) -> None:
        if self._fault.left and COUNTERS in module.file.image.symbols:
            self._fault.left = self._get(module.file, FAIL_NTH)
            self._fault.happened = self._fault.left == 0
            if self._fault.happened:
                self._fault.what = WHAT[self._get(module.file, FAILED)]


def refuse_damaged(ko: Path) -> None:
    """Refuse a file that leads nowhere, with kldload's errno: a real kernel, which trusts it, would crash."""
    from kmi.kernels.freebsd.toolchain.kld import damaged

    if problems := damaged(ko.read_bytes()):
        refused = OSError(errno.ENOEXEC, f"{ko.name}: {problems[0]}")
        for problem in problems:
            refused.add_note(f"{ko.name}: {problem}")
        raise refused


def tunable(value: Value) -> str:
    """A parameter's value as kenv(1) would be given it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | str):
        return str(value)
    return ",".join(str(item) for item in value)


@dataclass(frozen=True)
class _Package:
    """A package of Python's that the emulator needs."""

    what: str
    line: str = "pip install 'kmi[freebsd]'"


@dataclass
class FreeBSDKind:
    """The modelled FreeBSD."""

    schedule: str = "random"
    """How its threads are chosen, see `kmi.kernels.simulated.schedules`."""
    name = "freebsd"

    def missing(self) -> Sequence[Missing]:
        lacking: list[Missing] = list(provision.missing(DEFAULT))
        if find_spec("unicorn") is None:
            lacking.append(_Package("an emulator of processors, the package unicorn"))
        return lacking

    def prepare(self, note: Note) -> None:
        note("reading FreeBSD's headers")
        _layouts(DEFAULT)

    @contextmanager
    def start(self, seed: int, beside: Path) -> Iterator[FreeBSDTestKernel]:
        kernel = FreeBSDTestKernel(_layouts(DEFAULT), DEFAULT, seed, self.schedule, beside)
        try:
            yield kernel
        finally:
            kernel.close()


_LAYOUTS: dict[str, Layouts] = {}


def _layouts(release: Release) -> Layouts:
    from kmi.kernels.freebsd.toolchain import compiler
    from kmi.machines.freebsd.layouts import Layouts

    if release.name not in _LAYOUTS:
        _LAYOUTS[release.name] = Layouts.read(compiler.preprocessor(release), release.name)
    return _LAYOUTS[release.name]
