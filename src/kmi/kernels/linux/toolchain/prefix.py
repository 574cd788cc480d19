"""The kernel's headers, compiled once: what a module's second build saves.

    step = prefix.shortened(commands, flavor, name)   # the compile step, headers precompiled

Reading the kernel's headers is more than a third of compiling a module. They are the same for all modules of
one kernel but for the module's name, which they mention in macros only; so they are precompiled under a name
of their own, and a second header gives the macros the module's.

Invariants: the code is the same with and without it (a test compares them); it is made when a module is built
again, not before, since it takes a second and 50 MB.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

from kmi import cache
from kmi.kernels.building.steps import run
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain.kbuild import LAYER, BuildError, Commands, Step

__all__ = ["shortened"]

_HEADER = re.compile(r"^#include (<[^>]+>)", re.MULTILINE)
_NAMED = ("-DKBUILD_MODNAME=", "-DKBUILD_BASENAME=", "-D__KBUILD_MODNAME=")

_NAME = """\
#undef KBUILD_MODNAME
#undef KBUILD_BASENAME
#undef __KBUILD_MODNAME
#define KBUILD_MODNAME "{name}"
#define KBUILD_BASENAME "{name}"
#define __KBUILD_MODNAME kmod_{name}
"""


def shortened(commands: Commands, flavor: KernelFlavor, directory: Path, name: str) -> Step:
    """The step that compiles the module in the directory, reading the headers precompiled.

    Writes the header with the module's name there. Raises BuildError.
    """
    compiler, semicolon, rest = commands.compile.line.partition(";")
    words, first = _taken_apart(shlex.split(compiler))
    headers = sorted({header for file in LAYER.glob("*.h") for header in _HEADER.findall(file.read_text())})
    text = (
        "".join(f'#include "{Path(commands.directory, file)}"\n' for file in first)
        + _NAME.format(name="kmi")
        + "".join(f"#include {header}\n" for header in headers)
    )
    # What names the module's own files is no part of how headers are compiled.
    common = [word for word in words if "@DIRECTORY@" not in word and word not in ("-c", "-o")]

    def make(path: Path) -> None:
        (path / "prefix.h").write_text(text)
        line = [*common, "-x", "c-header", "-o", str(path / "prefix.h.gch"), str(path / "prefix.h")]
        done = run(line, commands.directory)
        if done.returncode:
            raise BuildError(f"the kernel's headers do not compile by themselves:\n{done.stdout}")

    key = cache.key(provision.release(flavor), text, *common)
    entry = cache.get("prefix", f"{flavor.name}-{key}", make)
    cache.prune("prefix", f"{flavor.name}-", 2)
    own = directory / f".{name}.name.h"
    own.write_text(_NAME.format(name=name.replace("-", "_")))
    line = [*words[:1], "-include", str(entry / "prefix.h"), "-include", str(own), *words[1:]]
    return replace(commands.compile, line=f"{shlex.join(line)} {semicolon}{rest}")


def _taken_apart(words: list[str]) -> tuple[list[str], list[str]]:
    """The command without its forced headers and without the module's name, and those headers."""
    kept: list[str] = []
    first: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word == "-include":
            first.append(next(waiting))
        elif not word.startswith(_NAMED):
            kept.append(word)
    return kept, first
