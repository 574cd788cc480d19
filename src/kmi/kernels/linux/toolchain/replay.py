"""Building a module by running Kbuild's saved commands again: a second instead of several.

    replay.build(directory, "semaphore", commands)       # semaphore.c -> semaphore.ko

The compiler, objtool, modpost and the final link run each time; what modpost writes, `semaphore.mod.c`, is
compiled only when it has changed, which is when the module needs other symbols of the kernel than before.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from kmi import cache
from kmi.kernels.building.steps import run
from kmi.kernels.linux.toolchain.kbuild import BuildError, Commands, Step, refuse_full

__all__ = ["CompilerError", "build", "fill"]


class CompilerError(Exception):
    """The C compiler refused the C that kmi wrote: an internal error; the message is the compiler's."""


def build(directory: Path, name: str, commands: Commands) -> str:
    """Build `name`.ko of `name`.c in a directory of its own; the log. Raises CompilerError, BuildError."""
    log: list[str] = []
    done = _run(commands.compile, directory, name, commands)
    log.append(done.stdout)
    if done.returncode:
        refuse_full(done.stdout, directory)
        raise CompilerError(done.stdout)
    (directory / "modules.order").write_text(f"{directory}/{name}.o\n")
    # Where the kernel wants a version of the source, modpost reads here which files it was made of.
    source = directory / f"{name}.c"
    (directory / f"{name}.mod").write_text(f"{directory}/{name}.o\n")
    (directory / f".{name}.o.cmd").write_text(
        f"source_{directory}/{name}.o := {source}\n\ndeps_{directory}/{name}.o := \\\n  {source} \\\n"
    )
    for step in (commands.modpost, commands.about, commands.link):
        if _is_done(step, directory, name):
            continue
        done = _run(step, directory, name, commands)
        log.append(done.stdout)
        if done.returncode:
            refuse_full(done.stdout, directory)
            raise BuildError(f"{step.title} failed:\n{done.stdout}")
        _remember(step, directory, name)
    return "".join(log)


def _is_done(step: Step, directory: Path, name: str) -> bool:
    if not step.source:
        return False
    output = Path(fill(step.output, directory, name))
    known = _record(output)
    return output.exists() and known.exists() and known.read_text() == _digest(step, directory, name)


def _remember(step: Step, directory: Path, name: str) -> None:
    if step.source:
        _record(Path(fill(step.output, directory, name))).write_text(_digest(step, directory, name))


def _record(output: Path) -> Path:
    return output.with_name(f"{output.name}.made-of")


def _digest(step: Step, directory: Path, name: str) -> str:
    return cache.key(step.line, Path(fill(step.source, directory, name)).read_bytes())


def fill(text: str, directory: Path, name: str) -> str:
    """A command's text for one module."""
    for mark, value in (
        ("@DIRECTORY@", str(directory)),
        ("@MODULE@", name.replace("-", "_")),
        ("@NAME@", name),
    ):
        text = text.replace(mark, value)
    return text


def _run(step: Step, directory: Path, name: str, commands: Commands) -> subprocess.CompletedProcess[str]:
    return run(["sh", "-e", "-c", fill(step.line, directory, name)], commands.directory)
