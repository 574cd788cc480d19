"""From a Python file to a kernel module: check, compile, bind, build.

    built = build(Path("examples/semaphore.py"), flavors.find("6.1"))
    built.ko            # .../semaphore.ko
    built.seconds       # 0.9

Built modules are kept by content: the same C for the same kernel is built once. Several processes may build
at the same time. What goes wrong is a `CheckFailed` with diagnostics (the module's fault), a ProvisionError
(something is not installed), or an internal error of kmi.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kmi import cache
from kmi.compiler.driver import Root, Target, compile
from kmi.kernels.building.deliver import deliver
from kmi.kernels.building.doctests import Doctests
from kmi.kernels.building.refused import CheckFailed
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import binder, kbuild, metadata, prefix, preflight, replay, stack
from kmi.language import analyse, packages
from kmi.language.library import Library
from kmi.language.report.diagnostics import InternalError
from kmi.language.tree import Program
from kmi.language.types import ClassType

__all__ = ["Built", "CheckFailed", "build", "generate"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,54}")  # struct module has 56 bytes for it

_KEPT_BACK = re.compile(r"GPL-incompatible module \S+ uses GPL-only symbol '(\w+)'")


@dataclass(frozen=True)
class Built:
    """A module that was built."""

    ko: Path
    source_c: Path
    #: How long this call took, and whether the module was there already.
    seconds: float
    cached: bool
    size: int
    log: str


@dataclass(frozen=True)
class Generated:
    """The C of a module, not yet compiled."""

    name: str
    text: str
    program: Program


def generate(
    path: Path,
    flavor: KernelFlavor,
    progress: Callable[[str], None] = lambda line: None,
    dump: Callable[[str, str], None] | None = None,
    doctests: Doctests | None = None,
) -> Generated:
    """Check the file and compile it to C. Raises CheckFailed, ProvisionError.

    `dump` is called with each pass's name and what the program is after it; `doctests` are compiled in.
    """
    bound = binder.bind(flavor, progress)
    path = packages.entry_file(path)
    progress(f"checking {packages.module_name(path)}")
    added = None if doctests is None else doctests.added
    analysis = analyse(path, Library(kernel=binder.LAYER, bindings=bound.python), added)
    if analysis.program is None:
        raise CheckFailed(analysis.diagnostics)
    program = analysis.program
    name = program.about.get("name") or packages.module_name(path)
    if not _NAME.fullmatch(name):
        raise preflight.PreflightError(
            f"{name!r} cannot be the name of a Linux module: letters, digits and _, at most 55, "
            'not a digit first; name the file otherwise, or say @module(name="...")'
        )
    progress(f"compiling {packages.module_name(path)}")
    target = _target(program, name, bound.assertions.read_text())
    target.dump = dump
    if doctests is not None:
        doctests.into(target, program, "KMI_LINUX", metadata.DOCTESTS)
    return Generated(name, compile(program, target).text, program)


def _target(program: Program, name: str, assertions: str) -> Target:
    """The loader of the module's class: all that is compiled is reached from its two functions."""
    assert program.entry is not None
    loader = program.find("kmi.kernels.linux.module.Loader")
    receiver = ClassType(loader, (ClassType(program.entry),))
    checks = [parameter.check for parameter in program.parameters if parameter.check is not None]
    return Target(
        roots=[
            *(Root(loader.methods[word], receiver, f"Loader_{word}") for word in ("init", "exit")),
            *(Root(check, None, check.name) for check in checks),
        ],
        prologue=metadata.prologue(program, assertions),
        epilogue=metadata.epilogue(program, "Loader_init", "Loader_exit"),
        file=f"{name}.c",
    )


def build(
    path: Path,
    flavor: KernelFlavor,
    *,
    test: bool = True,
    output: Path | None = None,
    progress: Callable[[str], None] = lambda line: None,
    doctests: Doctests | None = None,
) -> Built:
    """Build the module in the file for the kernel; with `output`, also copy the .ko there.

    `test` builds count what is alive and can make the n-th allocation fail. `doctests` are compiled in, and
    run where the module is loaded with `kmi_doctests=1`.
    Raises CheckFailed, ProvisionError, BuildError, PreflightError, StackError, CacheError.
    """
    began = time.monotonic()
    made = generate(path, flavor, progress, doctests=doctests)
    headers = sorted([*kbuild.RUNTIME.glob("*.h"), *kbuild.LAYER.glob("*.h")])
    key = cache.key(
        provision.release(flavor),
        made.name,
        made.text,
        str(test),
        *(header.read_text() for header in headers),
    )
    entry_name = f"{flavor.name}-{made.name}-{key}"
    cached = cache.find("module", entry_name) is not None
    log: list[str] = []

    def make(partial: Path) -> None:
        progress(f"building {made.name}.ko for linux:{flavor.name}")
        log.append(_build(partial, made, flavor, progress, test=test))

    entry = cache.get("module", entry_name, make)
    ko = entry / f"{made.name}.ko"
    if output is not None:
        deliver(ko, output)
    return Built(
        ko, entry / f"{made.name}.c", time.monotonic() - began, cached, ko.stat().st_size, "".join(log)
    )


def _build(
    partial: Path, made: Generated, flavor: KernelFlavor, progress: Callable[[str], None], *, test: bool
) -> str:
    commands = stack.watched(kbuild.commands(flavor, progress, test=test))
    # The commands name the directory, and debug information keeps it: one place a module.
    kind = "test" if test else "plain"
    work = cache.directory() / "work" / f"{flavor.name}-{made.name}-{kind}"
    with cache.lock("work", work.name):
        work.mkdir(parents=True, exist_ok=True)
        # Who builds for this kernel again will do so often.
        if any(work.parent.glob(f"{flavor.name}-*-{kind}/*.o")):
            commands = prefix.shortened(commands, flavor, work, made.name)
        (work / f"{made.name}.c").write_text(made.text)
        try:
            log = replay.build(work, made.name, commands)
        except replay.CompilerError as error:
            kept = work / f"{made.name}.c"
            raise InternalError(
                f"the C compiler refused what kmi made of {made.name}.py ({kept}); this is a bug of kmi, "
                f"please report it:\n{error}"
            ) from error
        except kbuild.BuildError as error:
            if said := kept_back(error, made, flavor):
                raise preflight.PreflightError("\n".join(said)) from error
            raise
        # KASAN's redzones take room on the stack, for which its kernels have larger ones.
        entries = stack.check(
            (work / f"{made.name}.ci").read_text(), stack.limit(kasan=flavor.debug), made.name
        )
        (partial / f"{made.name}.stack").write_text("".join(f"{e.size:6} {e.name}\n" for e in entries))
        for suffix in (".ko", ".c"):
            shutil.copyfile(work / f"{made.name}{suffix}", partial / f"{made.name}{suffix}")
    return log


def kept_back(error: kbuild.BuildError, made: Generated, flavor: KernelFlavor) -> list[str]:
    """What modpost's refusal means, where it is that the module's licence does not suit what it uses."""
    return preflight.refused_by_license(
        made.program.about.get("license", ""), set(_KEPT_BACK.findall(str(error))), flavor
    )
