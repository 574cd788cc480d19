"""``kmi doctor``: what can run here, what is missing, and the exact line that installs it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click

from kmi import cache
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Progress
from kmi.kernels.building.lacking import ProvisionError
from kmi.kernels.linux.provision import flavors, kunit
from kmi.kernels.linux.provision import prepare as provision
from kmi.testing.kernels.registry import Kind, UnknownKernel, chosen, every

#: What a fresh cache comes to, with the debug kernel while it is built.
DISK_WANTED = 6 << 30


@click.command(short_help="Say what is missing, and install it.")
@click.option(
    "--prepare",
    metavar="KERNELS",
    help="Install, fetch and build what these kernels need: linux:6.1, …, or 'all'; or 'tests'.",
)
def command(prepare: str | None) -> int:
    """Say which kernels can run here and, for the others, the line that installs what they lack.

    Ends with 0 if all can (with --prepare: all that were named), otherwise with 1. What kmi's own tests use
    beside kernels, sparse and Linux's reader of KTAP, is named 'tests' together.
    """
    if prepare is not None:
        return _prepare(prepare)
    _row("kmi", f"{version('kmi')} in {Path(__file__).parents[1]}")
    _row("Python", f"{platform.python_version()}, {sys.executable}")
    _row("cache", _cache())
    return _verdict(list(every().values()))


def _verdict(kinds: list[Kind]) -> Exit:
    verdict = Exit.OK
    for kind in kinds:
        missing = kind.missing()
        _row(kind.name, ", ".join(one.what for one in missing) + " missing" if missing else "ready")
        for one in missing:
            click.echo(f"{'':14}{one.line}")
            verdict = Exit.FAILED
    return verdict


def _row(name: str, text: str) -> None:
    click.echo(f"{name:12}  {text}")


def _cache() -> str:
    place = cache.directory()
    existing = next(parent for parent in (place, *place.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    warning = "" if free > DISK_WANTED else f"; {DISK_WANTED >> 30} GiB are wanted while a kernel is built"
    return f"{place}, {free / (1 << 30):.1f} GiB free{warning}"


def _prepare(names: str) -> Exit:
    if names == "tests":
        return _prepare_tests()
    try:
        choice = chosen(names)
    except UnknownKernel as error:
        raise Failure(f"--prepare: {error}", code=Exit.USAGE) from None
    lacking = [kind for kind in choice.kinds if kind.missing()]
    progress = Progress()
    if lacking:
        _ask_for_rights()
    for kind in lacking:
        try:
            with progress.step(f"{kind.name}: set up") as note:
                _set_up(kind.name, note)
        except ProvisionError as error:
            # The others may well work: what remains is told at the end.
            progress.say(str(error))
    if not any(kind.missing() for kind in lacking):
        return Exit.OK
    progress.say("left out, as it could not be set up here:")
    return _verdict([kind for kind in lacking if kind.missing()])


def _set_up(name: str, note: Callable[[str], None]) -> None:
    if name.split(":")[0] == "freebsd":
        from kmi.kernels.freebsd.provision import prepare as freebsd

        freebsd.install(note)
    else:
        provision.prepare(flavors.find(name), note)


def _prepare_tests() -> Exit:
    progress = Progress()
    try:
        with progress.step("tests: set up") as note:
            provision.tools({"gcc": "gcc", "sparse": "sparse"}, note)
            kunit.prepare(note)
    except ProvisionError as error:
        progress.say(str(error))
        return Exit.FAILED
    return Exit.OK


def _ask_for_rights() -> None:
    """Let sudo ask for its password now, where someone is there to type it; later calls ask nothing."""
    if os.geteuid() != 0 and sys.stdin.isatty() and shutil.which("sudo") and shutil.which("apt-get"):
        click.echo("kmi: installing Debian packages needs your rights as root", err=True)
        subprocess.run(["sudo", "-v"], check=False)
