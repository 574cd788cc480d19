"""The simulated kernel: loading, processes, the log, and what it found wrong.

    with SimulatedKernel(seed=7) as kernel:
        kernel.load("echo.py", {"capacity": 16})
        fd = kernel.process().open("/dev/echo")
        kernel.settle()
        assert not kernel.reports()

Invariants: everything that a module does happens in a kernel thread; nothing of a module is reachable from
the kernel after its unload; a failed load leaves nothing behind.
"""

import errno
import functools
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from weakref import WeakKeyDictionary

from kmi.errors import error
from kmi.kernels.simulated.boundary import Boundary, forget, is_foreign, message_of
from kmi.kernels.simulated.device import Device, Registration
from kmi.kernels.simulated.faults import Allocator
from kmi.kernels.simulated.hook.loader import LoadedCode, borrow, checks_of, give_back
from kmi.kernels.simulated.leaks import Collector
from kmi.kernels.simulated.lockorder import LockOrder
from kmi.kernels.simulated.modules import Module
from kmi.kernels.simulated.parameter import Given, Parameter, written
from kmi.kernels.simulated.races import Races
from kmi.kernels.simulated.reports import Deadlock, Livelock, Report
from kmi.kernels.simulated.scheduler import Scheduler, Thread
from kmi.kernels.simulated.user.files import Node, OpenFile, Users
from kmi.kernels.simulated.user.process import SimulatedProcess
from kmi.kernels.simulated.user.syscalls import SystemCalls
from kmi.kernels.simulated.user.sysfs import SysfsEntry
from kmi.kernels.simulated.world import WorldScheduler

__all__ = ["LoadedModule", "SimulatedKernel"]

NODES: Final = frozenset({"console", "full", "kmsg", "null", "random", "tty", "urandom", "zero"})
"""Names in /dev that are every kernel's own; its modules cannot have them."""


@dataclass
class LoadedModule:
    """A module that the kernel has loaded."""

    name: str
    code: LoadedCode
    users: Users = field(default_factory=Users)
    live: list[Registration] = field(default_factory=list)
    """What it has registered, in order."""
    ending: Registration | None = None
    """What of it is being ended."""
    instance: Module | None = None
    size: None = None
    """Nothing is built, so there is no size."""


class SimulatedKernel:
    """A kernel in plain Python, in this process.

    `seed` decides every choice; without one it is drawn. `schedule` is how threads are
    chosen: `random` or `pct:3`.
    """

    def __init__(self, seed: int | None = None, schedule: str = "random") -> None:
        self.seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
        self.scheduler: Scheduler = WorldScheduler(self.seed, self, schedule)
        self.allocator: Allocator = Allocator(self.report)
        self.lock_order = LockOrder()
        self.races: Races = self.scheduler.races
        self._boundary = Boundary()
        self._log: list[tuple[int, str]] = []
        self._reports: list[Report] = []
        self._modules: dict[str, LoadedModule] = {}
        self._nodes: dict[str, Node] = {}
        self.entries: dict[str, SysfsEntry] = {}
        """The files of /sys, by their paths."""
        self._processes: list[SimulatedProcess] = []
        self._announced: list[Registration] | None = None
        self._closed = False

    @functools.cached_property
    def entropy(self) -> random.Random:
        """Where random bytes come from: the same for the same seed."""
        return random.Random(f"entropy {self.seed}")

    def __enter__(self) -> "SimulatedKernel":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What a test does with it.

    def load(
        self,
        path: str | os.PathLike[str],
        parameters: Mapping[str, Given] | None = None,
        check: bool = True,
    ) -> LoadedModule:
        """Load a module's file, with parameters; returns when its devices are live.

        Raises OSError with the errno that `insmod` would show when the module refuses, after all was undone;
        CheckFailed for mistakes in the file, unless `check` is off; ImportError if it has no module in it.
        """
        return self.insert(borrow(Path(path), check), parameters)

    def insert(
        self, code: LoadedCode, parameters: Mapping[str, Given] | None = None
    ) -> LoadedModule:
        """Load code that the import hook has read."""
        kind = entry_of(code)
        checks_of(kind)
        assert kind.metadata_ is not None
        module = LoadedModule(kind.metadata_.name or code.module.__name__.replace("-", "_"), code)
        if module.name in self._modules:
            raise error(errno.EEXIST)
        self._assign(kind, module.name, parameters or {})
        self._modules[module.name] = module
        self.races.add(code.checks)
        self._show_parameters(kind, module.name)
        Collector.rest()
        try:
            failure = self._run(f"loading {module.name}", lambda: self._start(module, kind))
        except BaseException as raised:
            if isinstance(raised, (Deadlock, Livelock)):
                self._report_pending(module)
            self._forget(module)
            raise
        if failure is not None:
            self._forget(module)
            raise error(failure)
        return module

    def unload(self, name: str | None = None) -> None:
        """Unload a module, by default the one loaded last.

        Raises BlockingIOError while it is in use, as Linux's `delete_module` with O_NONBLOCK does;
        FileNotFoundError if there is none of that name.
        """
        if name is None:
            name = next(reversed(self._modules), "")
        module = self._modules.get(name)
        if module is None:
            raise error(errno.ENOENT)
        if module.users.count:
            raise error(errno.EAGAIN, f"{name} is in use: close the files that are open on its devices")
        module.users.going = True
        try:
            self._run(f"unloading {name}", lambda: self._stop(module))
        except (Deadlock, Livelock):
            self._report_pending(module)
            raise
        self._forget(module)

    def modules(self) -> list[str]:
        """The names of the modules that are loaded, the newest first."""
        return [*reversed(self._modules)]

    def directory(self, path: str) -> list[str]:
        """What lies in a directory; FileNotFoundError if there is none."""
        folder = path.rstrip("/") + "/"
        files = [*(f"/dev/{name}" for name in self._nodes), *self.entries]
        names = {file.removeprefix(folder).partition("/")[0] for file in files if file.startswith(folder)}
        if not names and folder not in ("/", "/dev/", "/sys/"):
            raise error(errno.ENOENT)
        return [*names]

    def run(self, name: str, body: Callable[[], None]) -> None:
        """Call something in a kernel thread of that name, and wait for its end; what it raises is raised."""
        self._run(name, body)

    def process(self, files: dict[int, OpenFile] | None = None) -> SimulatedProcess:
        """A new process in user space, with no file open."""
        calls = SystemCalls(self, {} if files is None else files)
        process = SimulatedProcess(self, 100 + len(self._processes), calls)
        self._processes.append(process)
        return process

    def advance(self, milliseconds: int) -> None:
        """Let so much time pass, with all that happens meanwhile."""
        self._run("time", lambda: self._pass(milliseconds))

    def log(self) -> list[str]:
        """The kernel's log, one line each, without times and levels."""
        return [message for _, message in self._log]

    def records(self) -> list[tuple[int, str]]:
        """The lines of the log, each with its level."""
        return list(self._log)

    def fail_nth(self, n: int) -> None:
        """Make the n-th allocation from now on fail, once; 0 withdraws it."""
        self.allocator.fail_nth(n)

    def fail_call(self, n: int) -> None:
        """Make the n-th call that can fail, fail: an allocation, or a copy from or to user space."""
        self.allocator.fail_nth(n, copies=True)

    def failed_what(self) -> str:
        """What that was, and where."""
        return self.allocator.failed_what

    def failed(self) -> bool:
        """Whether the failure asked for by the last `fail_nth` has happened."""
        return self.allocator.failed

    def reports(self) -> list[Report]:
        """What the kernel found wrong so far."""
        return list(self._reports)

    def settle(self) -> None:
        """End every process and unload every module, so that all leaks are reported."""
        for process in self._processes:
            process.end()
        while self._modules:
            self.unload()

    def close(self) -> None:
        """End the kernel, whatever state it is in. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self.scheduler.kill_all()
        for _ in self._modules:
            Collector.resume()
        self._modules.clear()
        self._nodes.clear()

    # What the rest of the kernel asks of it.

    def report(self, report: Report) -> None:
        """Keep a report for the test."""
        self._reports.append(report)

    def log_line(self, level: int, message: str) -> None:
        """Add a line to the kernel's log."""
        self._log.append((level, message.removesuffix("\n")))

    def announce(self, registration: Registration) -> None:
        """A registration was made: it becomes live when the module's `__init__` has returned."""
        if self._announced is None:
            raise RuntimeError("a registration is made in Module.__init__, and nowhere later")
        self._announced.append(registration)

    def add_device(self, device: Device[Any], users: Users) -> None:
        """Give a device its names in /dev; FileExistsError, and none of them, if one is taken."""
        made: list[str] = []
        for minor, name in enumerate(device.nodes()):
            self.scheduler.preempt()
            if name in self._nodes or name in NODES:
                for other in made:
                    del self._nodes[other]
                raise error(errno.EEXIST, f"there is a device named {device.name} already")
            self._nodes[name] = Node(name, device, minor, users)
            made.append(name)

    def remove_device(self, device: Device[Any]) -> None:
        """Take a device's names out of /dev."""
        for name in reversed(device.nodes()):
            self.scheduler.preempt()
            del self._nodes[name]

    def errno_of(self, raised: Exception, ioctl: bool = False) -> int:
        """The errno that an uncaught exception becomes; logs an error of the program."""
        if is_foreign(raised):
            raise raised
        for line in self._boundary.lines(raised, self.scheduler.now):
            self.log_line(3, line)
        return self._boundary.errno(raised, ioctl)

    def log_error(self, raised: Exception) -> None:
        """Log an uncaught exception of a callback whose caller hears of no errors."""
        if is_foreign(raised):
            raise raised
        for line in self._boundary.said(raised, self.scheduler.now):
            self.log_line(3, line)

    def node(self, path: str) -> Node:
        """The device of a path; FileNotFoundError if there is none."""
        folder, _, name = path.rpartition("/")
        if folder != "/dev" or name not in self._nodes:
            raise error(errno.ENOENT)
        return self._nodes[name]

    def add_entry(self, path: str, entry: SysfsEntry) -> None:
        """Make a file of /sys."""
        self.entries[path] = entry

    def remove_entries(self, folder: str) -> None:
        """Remove the files of a folder of /sys; who has one open gets ENODEV from now on."""
        for path in [path for path in self.entries if path.startswith(f"{folder}/")]:
            self.entries.pop(path).live = False

    # Loading and unloading.

    def _run(self, name: str, body: Callable[[], int | None]) -> int | None:
        """Run something in a thread of its own, and wait for its end; what it gave."""
        thread: Thread = self.scheduler.spawn(name, body)
        self.scheduler.run_until(lambda: thread.done)
        self.races.joined(thread)
        if thread.failure is not None:
            raise thread.failure
        assert thread.value is None or isinstance(thread.value, int)
        return thread.value

    def _pass(self, milliseconds: int) -> None:
        self.scheduler.block("time", timeout=milliseconds * 1_000_000)

    def _assign(self, kind: type[Module], name: str, values: Mapping[str, Given]) -> None:
        known = parameters_of(kind)
        for attribute, value in values.items():
            if attribute not in known:
                self.log_line(4, f"{name}: unknown parameter '{attribute}' ignored")
                continue
            text = written(value)
            try:
                known[attribute].assign(text)
            except OSError as raised:
                self.log_line(3, f"{name}: `{text}' invalid for parameter `{attribute}'")
                raise raised.with_traceback(None) from None

    def _show_parameters(self, kind: type[Module], name: str) -> None:
        for attribute, parameter in parameters_of(kind).items():
            store = functools.partial(self._store, name, attribute, parameter) if parameter.writable else None
            entry = SysfsEntry(functools.partial(_shown, parameter), store)
            self.add_entry(f"/sys/module/{name}/parameters/{attribute}", entry)

    def _store(self, name: str, attribute: str, parameter: Parameter[Any], text: str) -> None:
        try:
            parameter.assign(text)
        except OSError:
            self.log_line(3, f"{name}: {attribute} cannot be {text.removesuffix(chr(10))!r}")
            raise

    def _start(self, module: LoadedModule, kind: type[Module]) -> int | None:
        """Make the module's object and publish its registrations; the errno if that failed."""
        announced: list[Registration] = []
        self._announced = announced
        try:
            module.instance = kind()
            self._announced = None
            for registration in announced:
                self._publish(module, registration)
            for node in self._nodes.values():
                node.live |= node.users is module.users
            module.users.whole = True
            return None
        except Exception as raised:
            number = self.errno_of(raised)
            self.log_line(3, f"kmi: {module.name}: not loaded: {message_of(raised)}")
            forget(raised)
        finally:
            self._announced = None
        module.users.going = True
        self._stop(module)
        return number

    def _publish(self, module: LoadedModule, registration: Registration) -> None:
        self.scheduler.preempt()
        self.races.release(registration)
        registration.go_live(self, module.users)
        module.live.append(registration)

    def _stop(self, module: LoadedModule) -> None:
        """End the module's registrations, last first, and let go of its object."""
        while module.live:
            self.scheduler.preempt()
            module.ending = module.live.pop()
            module.ending.end(self)
        module.ending = None
        self.scheduler.preempt()
        module.instance = None

    def _report_pending(self, module: LoadedModule) -> None:
        """Unloading does not end: report what it waits for."""
        ending = module.ending
        if ending is not None and (lines := ending.pending()):
            title = f"unloading {module.name} waits for {ending}, which does not end"
            self.report(Report("unload with work pending", title, lines))

    def _forget(self, module: LoadedModule) -> None:
        """The module is gone: what is left of it is a leak."""
        del self._modules[module.name]
        self.races.remove(module.code.checks)
        self.remove_entries(f"/sys/module/{module.name}")
        if report := module.code.checks.tracker.report(module.name):
            self.report(report)
        else:
            give_back(module.code)
        Collector.resume()


def _shown(parameter: Parameter[Any]) -> str:
    return f"{parameter.text()}\n"


def parameters_of(kind: type[Module]) -> dict[str, Parameter[Any]]:
    """The parameters of a module's class, by their names."""
    if (known := _parameters.get(kind)) is None:
        known = _parameters[kind] = {
            attribute: parameter
            for base in reversed(kind.__mro__)
            for attribute, parameter in vars(base).items()
            if isinstance(parameter, Parameter)
        }
    return known


# What was looked up once: a module is loaded thousands of times where schedules are explored.
_parameters: WeakKeyDictionary[type[Module], dict[str, Parameter[Any]]] = WeakKeyDictionary()
_entries: WeakKeyDictionary[LoadedCode, type[Module]] = WeakKeyDictionary()


def entry_of(code: LoadedCode) -> type[Module]:
    """The class under `@module` of a file; ImportError unless there is exactly one."""
    if (known := _entries.get(code)) is None:
        known = _entries[code] = _entry_of(code)
    return known


def _entry_of(code: LoadedCode) -> type[Module]:
    found = [
        kind
        for kind in code.namespace.values()
        if isinstance(kind, type) and issubclass(kind, Module) and vars(kind).get("metadata_") is not None
    ]
    if len(found) != 1:
        problem = "has no class" if not found else f"has {len(found)} classes"
        raise ImportError(f"{code.path.name} {problem} under @module(license=…, description=…); it needs one")
    return found[0]
