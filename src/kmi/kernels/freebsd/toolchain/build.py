"""From a Python file to a kld: check, compile, bind, build.

    built = build(Path("examples/semaphore.py"), releases.DEFAULT)
    built.ko            # .../semaphore.ko
    built.seconds       # 0.7

Built modules are kept by content, as those of Linux are; several processes may build at the same time. What
goes wrong is a `CheckFailed` with diagnostics (the module's fault), `Refused` (FreeBSD would not take it), a
ProvisionError (something is not installed), or an internal error of kmi.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kmi import cache
from kmi.compiler.driver import Root, Target
from kmi.compiler.driver import compile as to_c
from kmi.kernels.building.deliver import deliver
from kmi.kernels.building.doctests import Doctests
from kmi.kernels.building.refused import BuildError, CheckFailed, Refused
from kmi.kernels.freebsd.provision import prepare as provision
from kmi.kernels.freebsd.provision.releases import DEFAULT, Release
from kmi.kernels.freebsd.toolchain import binder, compiler, differences, errnos, events, metadata, stack
from kmi.language import analyse, packages
from kmi.language.library import Library
from kmi.language.report.diagnostics import InternalError
from kmi.language.tree import Program
from kmi.language.types import ClassType

__all__ = ["Built", "Generated", "build", "generate"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,54}")  # as on Linux, so that a module has one name everywhere


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
    notes: tuple[str, ...] = ()
    """What of the module FreeBSD never calls, a sentence each."""


@dataclass(frozen=True)
class Generated:
    """The C of a module, not yet compiled."""

    name: str
    text: str
    program: Program
    root: Path
    """The directory of the module's Python."""


def generate(
    path: Path,
    release: Release = DEFAULT,
    progress: Callable[[str], None] = lambda line: None,
    dump: Callable[[str, str], None] | None = None,
    doctests: Doctests | None = None,
) -> Generated:
    """Check the file and compile it to C. Raises CheckFailed, Refused, ProvisionError.

    `dump` is called with each pass's name and what the program is after it; `doctests` are compiled in.
    """
    bound = binder.bind(release, progress)
    path = packages.entry_file(path)
    progress(f"checking {packages.module_name(path)}")
    added = None if doctests is None else doctests.added
    analysis = analyse(path, Library(kernel=binder.LAYER, bindings=bound.python), added)
    if analysis.program is None:
        raise CheckFailed(analysis.diagnostics)
    program = analysis.program
    name = program.about.get("name") or packages.module_name(path)
    if not _NAME.fullmatch(name):
        raise Refused(
            f"{name!r} cannot be the name of a FreeBSD module: letters, digits and _, at most 55, "
            'not a digit first; name the file otherwise, or say @module(name="...")'
        )
    progress(f"compiling {packages.module_name(path)}")
    target = _target(program, name, bound.assertions.read_text())
    target.dump = dump
    if doctests is not None:
        doctests.into(target, program, "KMI_FREEBSD")
    made = to_c(program, target).text
    if said := errnos.lacking(made):
        raise Refused("\n".join(said))
    return Generated(name, made, program, path.absolute().parent)


def _target(program: Program, name: str, assertions: str) -> Target:
    """The loader of the module's class: all that is compiled is reached from its two functions."""
    assert program.entry is not None
    loader = program.find("kmi.kernels.freebsd.module.Loader")
    receiver = ClassType(loader, (ClassType(program.entry),))
    checks = [parameter.check for parameter in program.parameters if parameter.check is not None]
    return Target(
        roots=[
            *(Root(loader.methods[word], receiver, f"Loader_{word}") for word in ("init", "exit")),
            *events.roots(program),
            *(Root(check, None, check.name) for check in checks),
        ],
        prologue=metadata.prologue(program, name, assertions),
        epilogue=metadata.epilogue(program, "Loader_init", "Loader_exit"),
        file=f"{name}.c",
    )


def build(
    path: Path,
    release: Release = DEFAULT,
    *,
    test: bool = True,
    output: Path | None = None,
    progress: Callable[[str], None] = lambda line: None,
    doctests: Doctests | None = None,
) -> Built:
    """Build the module in the file for the release; with `output`, also copy the kld there.

    `test` builds count what is alive (`kmi_live_objects`, `kmi_live_memory`, among the kld's symbols) and can
    make the n-th allocation fail (`kmi_fail_nth`). `doctests` are compiled in, and run where the module is
    loaded with `hw.NAME.kmi_doctests` in the kernel's environment.
    Raises CheckFailed, Refused, ProvisionError, BuildError, StackError, CacheError.
    """
    began = time.monotonic()
    made = generate(path, release, progress, doctests=doctests)
    headers = sorted([*compiler.RUNTIME.glob("*.h"), *compiler.LAYER.glob("*.h")])
    key = cache.key(
        provision.identity(release),
        made.name,
        made.text,
        str(test),
        str(made.root),
        compiler.OPTIONS,
        Path(compiler.__file__).read_text(),
        *(header.read_text() for header in headers),
    )
    entry_name = f"freebsd-{release.name}-{made.name}-{key}"
    cached = cache.find("module", entry_name) is not None
    log: list[str] = []

    def make(partial: Path) -> None:
        progress(f"building {made.name}.ko for {release.title}")
        log.append(_build(partial, made, release, test=test))

    entry = cache.get("module", entry_name, make)
    ko = entry / f"{made.name}.ko"
    if output is not None:
        deliver(ko, output)
    return Built(
        ko,
        entry / f"{made.name}.c",
        time.monotonic() - began,
        cached,
        ko.stat().st_size,
        "".join(log),
        tuple(differences.notes(made.program)),
    )


def _build(partial: Path, made: Generated, release: Release, *, test: bool) -> str:
    with tempfile.TemporaryDirectory(prefix="kmi-kld-") as directory:
        work = Path(directory)
        (work / f"{made.name}.c").write_text(made.text)
        try:
            compiled = compiler.compile(work, made.name, release, test=test, root=made.root)
        except compiler.CompilerError as error:
            if release.tree is not None:
                raise BuildError(
                    f"{made.name} does not compile with the headers in {release.tree}:\n{error}"
                ) from error
            kept = cache.directory() / "work" / f"freebsd-{made.name}.c"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(made.text)
            raise InternalError(
                f"the C compiler refused what kmi made of {made.name}.py ({kept}); this is a bug of kmi, "
                f"please report it:\n{error}"
            ) from error
        entries = stack.check(compiled.ir, compiled.sizes, made.name)
        (partial / f"{made.name}.stack").write_text("".join(f"{e.size:6} {e.name}\n" for e in entries))
        log = compiled.log + compiler.link(work, made.name)
        for suffix in (".ko", ".c"):
            shutil.copyfile(work / f"{made.name}{suffix}", partial / f"{made.name}{suffix}")
    return log
