"""``kmi run``: load a module into a kernel, do something with it from user space, unload it, show the log."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from pathlib import Path

import click

from kmi.cli.check import FILE, checked
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.shell import Shell, ShellError, parse
from kmi.cli.shell_tools import TOOLS
from kmi.cli.test import named, prepare
from kmi.testing.doctests.collect import suite
from kmi.testing.doctests.ktap import written
from kmi.testing.kernels.kernel import Value
from kmi.testing.kernels.registry import RunningKernel


@click.command(short_help="Run a module on a kernel.")
@click.argument("file", type=FILE)
@click.option("--on", default="simulated", metavar="KERNEL", show_default=True, help="The kernel to run on.")
@click.option("-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="A module parameter.")
@click.option("--seed", type=int, default=1, show_default=True, help="What the schedule derives from.")
@click.option("--time-limit", type=float, default=60.0, show_default=True, help="Seconds a call may block.")
@click.option("--ktap", is_flag=True, help="Run the doctests in FILE's docstrings; print KTAP.")
@click.argument("script", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
def command(
    file: Path,
    on: str,
    given: tuple[str, ...],
    seed: int,
    time_limit: float,
    ktap: bool,
    script: tuple[str, ...],
) -> int:
    """Load FILE into a fresh kernel, run COMMAND in its user space, unload FILE and print the kernel's log.

    FILE may be a .ko, built before, which is loaded as it is.

    COMMAND is a line for a small shell that is the same on every kernel, for instance

    \b
    kmi run examples/echo.py -- 'echo hello > /dev/echo; head -c 6 /dev/echo'
    """
    line = script[0] if len(script) == 1 else shlex.join(script)
    try:
        parse(line, TOOLS)
        parameters = dict(map(parameter, given))
    except (ShellError, ValueError) as error:
        raise Failure(str(error), code=Exit.USAGE) from None
    choice = named(on)
    if len(choice.kinds) != 1:
        raise Failure(f"--on {on} names {len(choice.kinds)} kernels; kmi run takes one", code=Exit.USAGE)
    if ktap and (line or given or file.suffix == ".ko"):
        raise Failure("--ktap takes a Python file, and no command and no parameters", code=Exit.USAGE)
    if file.suffix == ".ko":
        if on == "simulated":
            raise Failure("the simulated kernel runs Python files, no .ko of Linux", code=Exit.USAGE)
    else:
        checked(file)
    prepare(choice)
    with choice.kinds[0].start(seed, Path.cwd()) as kernel:
        try:
            if ktap:
                return _doctests(kernel, file)
            return _session(kernel, file, parameters, line, time_limit)
        except Exception as error:
            kernel.explain(error)
            raise
        finally:
            if not ktap:
                _show_log(kernel)


def _session(
    kernel: RunningKernel, file: Path, parameters: dict[str, Value], line: str, patience: float
) -> Exit:
    try:
        kernel.load(file.resolve(), **parameters)
    except OSError as error:
        raise Failure(f"{kernel.name} refused {file.name}: {errno_text(error)}; its log says why") from error
    shell = Shell(kernel, write, lambda text: click.echo(text, err=True), patience, TOOLS)
    status = shell.run(line)
    reports = kernel.settle()
    for report in reports:
        click.echo(str(report), err=True)
    return Exit.FAILED if status or reports else Exit.OK


def _doctests(kernel: RunningKernel, file: Path) -> Exit:
    outcomes = kernel.doctest(file.resolve())
    for line in written(suite(file), outcomes):
        click.echo(line)
    reports = kernel.settle()
    for report in reports:
        click.echo(str(report), err=True)
    return Exit.OK if all(one.passed for one in outcomes) and not reports else Exit.FAILED


def parameter(text: str) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise ValueError(f"'-p {text}' is not NAME=VALUE")
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    try:
        return name, int(value, 0)
    except ValueError:
        return name, value


def errno_text(error: OSError) -> str:
    number = error.errno or 0
    return f"{errno.errorcode.get(number, number)} ({os.strerror(number)})"


def write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _show_log(kernel: RunningKernel) -> None:
    try:
        lines = kernel.log()
    except Exception as error:
        # A kernel that is gone cannot be asked; what ended it is on its way to the user already.
        click.echo(f"the log of {kernel.name} cannot be read: {type(error).__name__}", err=True)
        return
    for line in lines:
        click.echo(f"[{kernel.name}] {line}", err=True)
