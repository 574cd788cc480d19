"""``kmi shell``: a kernel with a module loaded, and a prompt in its user space."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import click

from kmi import cache
from kmi.cli.check import FILE, broken, checked
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure, understood
from kmi.cli.run import errno_text, parameter, write
from kmi.cli.shell import CommandError, Output, Shell, ShellError
from kmi.cli.shell_jobs import JOB_COMMANDS, JobShell
from kmi.cli.shell_tools import TOOLS
from kmi.cli.test import named, prepare
from kmi.kernels.simulated.reports import Deadlock
from kmi.kernels.userspace import Call
from kmi.language import Library, analyse
from kmi.language.report.render import plain
from kmi.machines.outcomes import TimedOut
from kmi.testing.kernels.kernel import Loaded, Value
from kmi.testing.kernels.registry import RunningKernel

#: Seconds between two looks at the log and for Ctrl-C, while a call is under way or nobody types.
PULSE = 0.1

HELP = """\
cat head echo printf xxd wc true false      files and text, with | > >> < && || ;
ls lsmod dmesg                              what there is, and what the kernel said
COMMAND &  ps  kill [-USR1…] PID            jobs, each a process of its own
poll ioctl sleep                            other system calls
insmod FILE [NAME=VALUE…]  rmmod NAME       load and unload
reload                                      load the module's file again, as it is now
help  exit                                  Ctrl-C interrupts a call, Ctrl-D leaves
"""


class Leave(Exception):
    """The user is done."""


@click.command(short_help="Load a module and give a prompt in the kernel's user space.")
@click.argument("file", type=FILE)
@click.option("--on", default="simulated", metavar="KERNEL", show_default=True, help="The kernel to run on.")
@click.option("-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="A module parameter.")
@click.option("--seed", type=int, default=1, show_default=True, help="What the schedule derives from.")
def command(file: Path, on: str, given: tuple[str, ...], seed: int) -> int:
    """Load FILE into a fresh kernel and read commands: from a terminal, or one a line from a pipe.

    The commands are those of `kmi run`, and insmod, rmmod, reload, help, exit. The kernel's log appears as it
    comes. Ctrl-C interrupts a blocked call, as a signal does (EINTR); Ctrl-D leaves. At the end the module is
    unloaded, and what the kernel complained of is shown: leaks, too.
    """
    try:
        parameters = dict(map(parameter, given))
    except ValueError as error:
        raise Failure(str(error), code=Exit.USAGE) from None
    choice = named(on)
    if len(choice.kinds) != 1:
        raise Failure(f"--on {on} names {len(choice.kinds)} kernels; kmi shell takes one", code=Exit.USAGE)
    checked(file)
    prepare(choice)
    with choice.kinds[0].start(seed, Path.cwd()) as kernel:
        session = Session(kernel, file.resolve(), parameters)
        try:
            return session.run()
        except Exception as error:
            kernel.explain(error)
            raise


class Session(JobShell):
    """One user at one kernel."""

    def __init__(self, kernel: RunningKernel, file: Path, parameters: dict[str, Value]) -> None:
        self.running = kernel
        self.file = file
        self.parameters = parameters
        self.loaded: Loaded | None = None
        self.shown = 0
        self.calling = False
        self.interrupts = 0
        own = {"exit": _exit, "help": _help, "insmod": _insmod, "reload": _reload, "rmmod": _rmmod}
        super().__init__(kernel, write, self._error, PULSE, {**TOOLS, **JOB_COMMANDS, **own})

    def run_file(self) -> None:
        """Load the module that the command named. Raises OSError where it refuses."""
        self.loaded = self.running.load(self.file, **self.parameters)

    def run(self, script: str | None = None) -> int:
        """The whole session; with a script, that alone."""
        if script is not None:
            return super().run(script)
        status = 0
        with self.interruptible():
            try:
                self.run_file()
            except OSError as error:
                self._error(f"{self.running.name} refused {self.file.name}: {errno_text(error)}")
            self.show_log()
            with suppress(Leave, EOFError):
                while True:
                    if line := self._read().strip():
                        status = self._line(line)
        return self._end(status)

    def _line(self, line: str) -> int:
        try:
            status = self.run(line)
        except ShellError as error:
            self._error(f"kmi shell: {error}")
            status = int(Exit.USAGE)
        except KeyboardInterrupt:
            # The call does not listen to signals: it is left behind, with its process.
            self._error("interrupted: the call goes on, in a process of its own")
            self.process = self.running.process()
            status = 1
        self.show_log()
        return status

    def _end(self, status: int) -> Exit:
        self.end_jobs()
        reports = self.running.settle()
        self.show_log()
        for report in reports:
            click.echo(str(report), err=True)
        return Exit.FAILED if status or reports else Exit.OK

    # ---- input ----

    def _read(self) -> str:
        if not sys.stdin.isatty():
            line = sys.stdin.readline()
            if not line:
                raise EOFError
            return line
        with _history(), self._watching():
            while True:
                try:
                    return input(f"{self.running.name}$ ")
                except KeyboardInterrupt:
                    click.echo()  # what was typed is given up, as in any shell
                except EOFError:
                    click.echo()
                    raise

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Show the log while the user thinks. The simulated kernel stands still meanwhile."""
        if self.running.name == "simulated":
            yield
            return
        done = threading.Event()
        failures: list[Exception] = []

        def look() -> None:
            import readline

            try:
                while not done.wait(2 * PULSE):
                    if self.show_log(before="\r\033[K"):
                        click.echo(f"{self.running.name}$ {readline.get_line_buffer()}", nl=False)
            except Exception as error:
                failures.append(error)  # the kernel is gone: told when the line is there

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        if failures:
            raise failures[0]

    # ---- calls ----

    def wait(self, call: Call[Any]) -> Any:
        """A call's value; the log meanwhile. Ctrl-C sends the process a signal that is handled."""
        self.calling, self.interrupts = True, 0
        sent = 0
        try:
            while True:
                try:
                    return call.result(self.patience)
                except TimedOut:
                    self.show_log()
                except Deadlock:
                    if sent:
                        raise
                    self._error("the call sleeps, and nothing in this kernel can wake it: interrupted")
                    self.interrupts += 1
                if self.interrupts > 1 and sent:
                    raise KeyboardInterrupt
                if self.interrupts > sent:
                    sent = self.interrupts
                    self.process.signal(signal.SIGUSR1)
        finally:
            self.calling = False

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within the block Ctrl-C is a signal to the process, if that is in a call."""

        def interrupt(number: int, frame: FrameType | None) -> None:
            if not self.calling:
                raise KeyboardInterrupt
            self.interrupts += 1

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    # ---- output ----

    def show_log(self, before: str = "") -> bool:
        """Print the lines of the log that are new; whether there were any."""
        lines = self.running.log()
        new, self.shown = lines[self.shown :], len(lines)
        for line in new:
            click.echo(f"{before}[{self.running.name}] {line}", err=True)
        return bool(new)

    def _error(self, text: str) -> None:
        click.echo(text, err=True)


@contextmanager
def _history() -> Iterator[None]:
    """Lines of earlier sessions, by Python's readline."""
    import readline

    file = cache.directory() / "shell-history"
    if not readline.get_current_history_length():
        with suppress(OSError):
            readline.read_history_file(file)
    yield
    readline.set_history_length(1000)
    with suppress(OSError):
        readline.write_history_file(file)


def _session(shell: Shell) -> Session:
    if not isinstance(shell, Session):
        raise CommandError("modules are loaded and unloaded at the prompt, not by a job")
    return shell


def _exit(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    raise Leave
    yield b""


def _help(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    yield HELP.encode()


def _insmod(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if not arguments:
        raise CommandError("insmod: 'insmod FILE [NAME=VALUE…]' is known here")
    session, (path, *given) = _session(shell), arguments
    try:
        parameters = dict(map(parameter, given))
    except ValueError as error:
        raise CommandError(f"insmod: {error}") from None
    _loading("insmod", path, lambda: session.running.load(Path(path).resolve(), **parameters))
    yield from ()


def _rmmod(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if len(arguments) != 1:
        raise CommandError("rmmod: 'rmmod NAME' is known here")
    session, (name,) = _session(shell), arguments
    if name not in session.running.modules():
        raise CommandError(f"rmmod: {name} is not loaded")
    _unload(session, "rmmod", _Named(name))
    yield from ()


def _reload(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if arguments:
        raise CommandError("reload: takes no arguments; it loads the file that kmi shell was given")
    session = _session(shell)
    found = analyse(session.file, Library()).diagnostics
    if broken(found):
        # What was loaded stays: there is nothing yet to put in its place.
        raise CommandError(plain(found))
    if session.loaded is not None and session.loaded.name in session.running.modules():
        _unload(session, "reload", session.loaded)
    session.loaded = None
    _loading("reload", session.file.name, session.run_file)
    yield from ()


class _Named:
    """A module by the name that the kernel lists."""

    size = None

    def __init__(self, name: str) -> None:
        self.name = name


def _unload(session: Session, command: str, module: Loaded) -> None:
    try:
        session.running.unload(module)
    except OSError as error:
        raise CommandError(f"{command}: {module.name}: {error.strerror}") from error


def _loading(command: str, what: str, load: Callable[[], object]) -> None:
    try:
        load()
    except FileNotFoundError as error:
        if error.filename is None:
            raise CommandError(f"{command}: {what}: {errno_text(error)}") from error
        raise CommandError(f"{command}: {what}: {os.strerror(error.errno or 0)}") from error
    except OSError as error:
        raise CommandError(f"{command}: {what}: {errno_text(error)}; the log says why") from error
    except Exception as error:
        known = understood(error)
        if known is None or known.exit_code not in (Exit.NOT_COMPILED, Exit.FAILED):
            raise
        raise CommandError(f"{command}: {known}") from error
