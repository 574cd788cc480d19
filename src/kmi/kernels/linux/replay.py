"""Building a module by running Kbuild's saved commands again: a second instead of several.

    replay.build(directory, "semaphore", commands)       # semaphore.c -> semaphore.ko

The compiler, objtool and the final link run each time; modpost and the compilation of its `mod.c` only when
what they depend on has changed: the symbols that the module needs, its metadata, the source's version.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from kmi.kernels.linux.kbuild import BuildError, Commands, Step, environment

__all__ = ["CompilerError", "build"]


class CompilerError(Exception):
    """The C compiler refused the C that kmi wrote: an internal error; the message is the compiler's."""


def build(directory: Path, name: str, commands: Commands) -> str:
    """Build `name`.ko of `name`.c in a directory of its own; the log. Raises CompilerError, BuildError."""
    log: list[str] = []
    done = _run(commands.compile, directory, name, commands)
    log.append(done.stdout)
    if done.returncode:
        raise CompilerError(done.stdout)
    (directory / "modules.order").write_text(f"{directory}/{name}.o\n")
    # modpost reads the list of sources beside the object for the source's version.
    (directory / f"{name}.mod").write_text(f"{directory}/{name}.o\n")
    source = directory / f"{name}.c"
    (directory / f".{name}.o.cmd").write_text(
        f"cmd_{directory}/{name}.o := replayed\n\nsource_{directory}/{name}.o := {source}\n\n"
        f"deps_{directory}/{name}.o := \\\n  {source} \\\n"
    )
    for step in (commands.modpost, *commands.finish):
        if step.shared and (directory / ".module-common.o").exists():
            continue
        done = _run(step, directory, name, commands)
        log.append(done.stdout)
        if done.returncode:
            raise BuildError(f"{step.title} failed:\n{done.stdout}")
    return "".join(log)


def _run(step: Step, directory: Path, name: str, commands: Commands) -> subprocess.CompletedProcess[str]:
    line = (
        step.line.replace("@DIRECTORY@", str(directory))
        .replace("@MODULE@", name.replace("-", "_"))
        .replace("@NAME@", name)
    )
    return subprocess.run(
        ["sh", "-c", line],
        cwd=commands.directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
