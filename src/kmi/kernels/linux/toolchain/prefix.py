"""The kernel's headers, compiled once: what all modules save but the first.

    commands = prefix.shortened(commands, flavor, directory, name)   # the same commands, headers precompiled

Reading the kernel's headers is more than a third of compiling a module, and nearly all of compiling what
modpost writes about it. They are the same for all modules of one kernel but for the module's name, which
they mention in macros only; so they are precompiled under a name of their own, and a second header gives the
macros the module's.

Invariants: the code is the same with and without it (a test compares them); it is made when a second module
is built, not before, since it takes a second and 50 MB.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from pathlib import Path

from kmi import cache
from kmi.kernels.building.steps import run
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain.kbuild import LAYER, RUNTIME, BuildError, Commands, Step
from kmi.kernels.linux.toolchain.replay import fill

__all__ = ["shortened"]

_HEADER = re.compile(r"^#include (<[^>]+>)", re.MULTILINE)
#: Macros for a module's name, and what they are while the headers are compiled.
_NAMED = {"KBUILD_MODNAME": '"kmi"', "KBUILD_BASENAME": '"kmi"', "__KBUILD_MODNAME": "kmod_kmi"}
#: What modpost's file includes, and little else.
_ABOUT = "<linux/module.h>"


def shortened(commands: Commands, flavor: KernelFlavor, directory: Path, name: str) -> Commands:
    """The commands that build the module in the directory, reading the headers precompiled.

    Writes the headers with the module's name there. Raises BuildError.
    """
    headers = sorted({header for file in LAYER.glob("*.h") for header in _HEADER.findall(file.read_text())})
    where = Path(commands.directory)

    def shorter(step: Step, kind: str, headers: list[str]) -> Step:
        compiler, semicolon, rest = step.line.partition(";")
        words, first, names = _taken_apart(shlex.split(compiler))
        entry = _compiled(words, first, headers, where, f"{flavor.name}-{kind}", provision.release(flavor))
        own = directory / f".{name}.{kind}.h"
        own.write_text(_macros({macro: fill(value, directory, name) for macro, value in names.items()}))
        line = [*words[:1], "-include", str(entry / "prefix.h"), "-include", str(own), *words[1:]]
        return replace(step, line=f"{shlex.join(line)} {semicolon}{rest}")

    module = shorter(commands.compile, "module", headers)
    return replace(commands, compile=module, about=shorter(commands.about, "about", [_ABOUT]))


def _compiled(
    words: list[str], first: list[str], headers: list[str], where: Path, kind: str, release: str
) -> Path:
    """The cache's entry with `prefix.h` and, beside it, what the compiler made of it."""
    text = (
        "".join(f'#include "{Path(where, file)}"\n' for file in first)
        + _macros(_NAMED)
        + "".join(f"#include {header}\n" for header in headers)
    )
    # What names the module's own files, or kmi's, is no part of how the kernel's headers are compiled.
    own = ("-c", "-o", f"-I{RUNTIME}", f"-I{LAYER}")
    common = [word for word in words if "@DIRECTORY@" not in word and word not in own]

    def make(path: Path) -> None:
        (path / "prefix.h").write_text(text)
        line = [*common, "-x", "c-header", "-o", str(path / "prefix.h.gch"), str(path / "prefix.h")]
        done = run(line, where)
        if done.returncode:
            raise BuildError(f"the kernel's headers do not compile by themselves:\n{done.stdout}")

    entry = cache.get("prefix", f"{kind}-{cache.key(release, text, *common)}", make)
    os.utime(entry)  # the two used last are kept: those of test builds and of others
    cache.prune("prefix", f"{kind}-", 2)
    return entry


def _macros(names: dict[str, str]) -> str:
    return "".join(f"#undef {name}\n#define {name} {value}\n" for name, value in names.items())


def _taken_apart(words: list[str]) -> tuple[list[str], list[str], dict[str, str]]:
    """The command without its forced headers and without the module's name; those headers; that name."""
    kept: list[str] = []
    first: list[str] = []
    names: dict[str, str] = {}
    waiting = iter(words)
    for word in waiting:
        macro, _, value = word.removeprefix("-D").partition("=")
        if word == "-include":
            first.append(next(waiting))
        elif macro in _NAMED:
            names[macro] = value
        else:
            kept.append(word)
    return kept, first, names
