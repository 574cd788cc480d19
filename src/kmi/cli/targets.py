"""What modules can be built for: the kernels of ``--on``, as the commands that build see them.

Example::

    target = target_of("linux:6.12")
    target.build(Path("echo.py"), test=False, output=Path("echo.ko"), progress=print)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.kernels.freebsd.provision import releases
from kmi.kernels.freebsd.provision.releases import Release
from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.language.tree import Program
from kmi.testing.kernels.linux import LinuxKind
from kmi.testing.kernels.registry import KernelMissing

__all__ = ["Module", "Target", "flavor_of", "release_of", "target_of"]

Progress = Callable[[str], None]
Dump = Callable[[str, str], None]


@dataclass(frozen=True)
class Module:
    """A module that was built, and what its kernel would say of it."""

    size: int
    loaded: int
    """The bytes that the kernel keeps of it."""
    problems: Sequence[str]
    notes: Sequence[str] = ()
    """What is worth knowing of it, and no mistake."""


class Target(Protocol):
    """A kernel, as one builds for it."""

    @property
    def system(self) -> str:
        """The kernel that runs what is built, in a few words."""

    def program(self, file: Path, dump: Dump | None = None) -> Program:
        """The checked program with all of kmi's own that it reaches; compiled, if `dump` is to see passes."""

    def build(self, file: Path, *, test: bool, output: Path, progress: Progress) -> Module:
        """Build the module there."""

    def export(self, file: Path, directory: Path) -> str:
        """Write what builds the module without kmi; a sentence that says how. Failure where nothing does."""


@dataclass(frozen=True)
class LinuxTarget:
    """One flavour of Linux."""

    flavor: KernelFlavor

    @property
    def system(self) -> str:
        from kmi.kernels.linux.provision import prepare as provision

        return provision.release(self.flavor)

    def program(self, file: Path, dump: Dump | None = None) -> Program:
        from kmi.kernels.linux.toolchain.build import generate

        return generate(file, self.flavor, dump=dump).program

    def build(self, file: Path, *, test: bool, output: Path, progress: Progress) -> Module:
        from kmi.kernels.linux.toolchain import preflight
        from kmi.kernels.linux.toolchain.build import build

        built = build(file, self.flavor, test=test, output=output, progress=progress)
        loaded = preflight.loaded_size(built.ko)
        return Module(built.size, loaded, preflight.check(built.ko, self.flavor))

    def export(self, file: Path, directory: Path) -> str:
        from kmi.kernels.linux.toolchain.export import export

        files = export(file, self.flavor, directory)
        return f"{directory}: {len(files)} files; `make -C {directory} KDIR=HEADERS modules` builds them"


@dataclass(frozen=True)
class FreeBSDTarget:
    """One release of FreeBSD."""

    release: Release

    @property
    def system(self) -> str:
        return f"a model of {self.release.title}"

    def program(self, file: Path, dump: Dump | None = None) -> Program:
        from kmi.kernels.freebsd.toolchain.build import generate

        return generate(file, self.release, dump=dump).program

    def build(self, file: Path, *, test: bool, output: Path, progress: Progress) -> Module:
        from kmi.kernels.freebsd.toolchain import kld
        from kmi.kernels.freebsd.toolchain.build import build

        built = build(file, self.release, test=test, output=output, progress=progress)
        return Module(built.size, kld.loaded_size(built.ko), kld.check(built.ko, self.release), built.notes)

    def export(self, file: Path, directory: Path) -> str:
        raise Failure(
            "--export writes what Linux builds a module with; `kmi build` gives FreeBSD's without it",
            code=Exit.USAGE,
        )


def target_of(on: str, headers: Path | None = None) -> Target:
    """What an `--on` option names, with FreeBSD's headers from a source tree if one is given.

    Raises Failure for other names, KernelMissing where it is not here.
    """
    if on.split(":")[0] != "freebsd":
        if headers is not None:
            raise Failure("--headers is a source tree of FreeBSD: with it goes --on freebsd", code=Exit.USAGE)
        return LinuxTarget(flavor_of(on))
    return FreeBSDTarget(release_of(on, headers))


def release_of(on: str, headers: Path | None) -> Release:
    """The FreeBSD of an `--on` option, with the headers of a source tree if one is given.

    Raises Failure for other names and trees, KernelMissing where its headers are not here.
    """
    from kmi.kernels.freebsd.provision import prepare, trees

    try:
        release = releases.find(on)
        given = trees.release_of(headers) if headers is not None else release
    except releases.UnknownRelease as error:
        raise Failure(str(error), code=Exit.USAGE) from None
    if given.name != release.name and on != "freebsd":
        raise Failure(f"{headers} has the headers of {given.title}, not of {release.title}", code=Exit.USAGE)
    if missing := prepare.missing(given):
        raise KernelMissing(on, missing)
    return given


def flavor_of(on: str) -> KernelFlavor:
    """The Linux of an `--on` option. Raises Failure for other names, KernelMissing where it is not here."""
    if on == "simulated":
        raise Failure("the simulated kernel runs the file as it is: nothing is built", code=Exit.USAGE)
    try:
        flavor = flavors.find(on)
    except flavors.UnknownKernel as error:
        raise Failure(f"--on: {error}", code=Exit.USAGE) from None
    if missing := LinuxKind(flavor).missing():
        raise KernelMissing(on, missing)
    return flavor
