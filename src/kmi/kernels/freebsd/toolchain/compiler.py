"""The commands that make a kld of C: clang with the kernel's own flags, then one relocatable link.

    made = compile(directory, "echo", release, test=False)     # echo.c -> echo.o
    link(directory, "echo")                                    # echo.o -> echo.ko

The flags are those of FreeBSD's `sys/conf/kern.mk` and `kmod.mk` for amd64, as far as they decide what code
is made. Options of the kernel's configuration that headers ask for are in `opt_global.h`, written beside:
those of GENERIC.

Invariants: the same C gives the same bytes, wherever it is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import kmi
from kmi.kernels.building.refused import BuildError
from kmi.kernels.building.steps import run
from kmi.kernels.freebsd.provision import prepare as provision
from kmi.kernels.freebsd.provision.releases import Release

__all__ = [
    "LAYER",
    "OPTIONS",
    "RUNTIME",
    "Compiled",
    "CompilerError",
    "compile",
    "flags",
    "link",
    "preprocessor",
]

RUNTIME = Path(kmi.__file__).parent / "runtime"
LAYER = Path(__file__).parents[1]

#: `opt_global.h`, as config(8) writes it for GENERIC: sys/amd64/conf/GENERIC.
OPTIONS = "#define SMP 1\n#define MAC 1\n#define VIMAGE 1\n"

#: All code in one section: an offset in it says which code is meant, and there is one table of lines.
_SCRIPT = "SECTIONS { .text : { *(.text .text.*) } }\n"

_CODE = (
    "-O2", "-gdwarf-4", "-ffreestanding", "-fwrapv", "-fno-strict-aliasing", "-mcmodel=kernel",
    "-mno-red-zone", "-mno-mmx", "-mno-sse", "-msoft-float", "-mno-aes", "-mno-avx",
    "-fno-asynchronous-unwind-tables", "-fno-omit-frame-pointer", "-mno-omit-leaf-frame-pointer",
    "-fno-common", "-fstack-protector",
)  # fmt: skip
#: Callbacks have the parameters that FreeBSD gives them; kern.mk does not ask for -Wpointer-sign, either.
_WARNINGS = ("-Wall", "-Wextra", "-Wpointer-arith", "-Wundef", "-Wstrict-prototypes", "-Wmissing-prototypes",
             "-Wno-unused-parameter", "-Wno-pointer-sign")  # fmt: skip


class CompilerError(BuildError):
    """The C does not compile, which is kmi's fault."""


def preprocessor(release: Release) -> list[str]:
    """What decides how the headers read, for the compiler and for bindgen."""
    words = [f"--target={release.triple}", "-nostdinc", "-std=gnu17", "-D_KERNEL", "-DKLD_MODULE"]
    if release.tree is None:  # the package's sys/param.h leaves that to the compiler
        words.append(f"-D__FreeBSD_version={release.version}")
    if release.current:
        words.append("-DKMI_FREEBSD_MAXVER=__FreeBSD_version")
    for place in provision.headers(release):
        words += ["-isystem", str(place)]
    return words


def flags(release: Release, *, test: bool) -> list[str]:
    """All of the compiler's, without the files."""
    return [
        *preprocessor(release), *_CODE, *_WARNINGS, "-I", str(RUNTIME), "-I", str(LAYER), "-I", ".",
        *(["-DKMI_TEST"] if test else []),
        f"-ffile-prefix-map={RUNTIME.parent}=kmi", "-fdebug-compilation-dir=.",
        *(f"-ffile-prefix-map={place}=freebsd" for place in provision.headers(release)),
    ]  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """What the compiler said of a file that it took."""

    log: str
    """Its warnings."""
    ir: str
    """The module in LLVM's own form, optimised: what the machine code was made of."""
    sizes: str
    """What each function keeps on the stack, as `-fstack-usage` writes it."""


def compile(directory: Path, name: str, release: Release, *, test: bool, root: Path) -> Compiled:
    """Make `NAME.o` of `NAME.c`, by way of `NAME.ll`. `root` is the directory of the module's Python.

    Raises CompilerError, ProvisionError.
    """
    (directory / "opt_global.h").write_text(OPTIONS)
    # Of two that fit, clang takes the last: the path as it stands in the C, then what it really is.
    roots = [f"-ffile-prefix-map={each}=." for each in (root.resolve(), root)]
    front = ["-include", "opt_global.h", *flags(release, test=test), *roots]
    back = [f"--target={release.triple}", *_CODE, "-fstack-usage", "-fdebug-compilation-dir=."]
    log = _clang([*front, "-S", "-emit-llvm", f"{name}.c", "-o", f"{name}.ll"], directory)
    once = ["-Xclang", "-disable-llvm-passes"]  # it is optimised
    log += _clang([*back, *once, "-c", "-x", "ir", f"{name}.ll", "-o", f"{name}.o"], directory)
    return Compiled(log, (directory / f"{name}.ll").read_text(), (directory / f"{name}.su").read_text())


def _clang(words: list[str], directory: Path) -> str:
    done = run([*provision.clang(), *words], directory)
    if done.returncode:
        raise CompilerError(done.stdout[-8000:])
    return done.stdout


def link(directory: Path, name: str) -> str:
    """Make `NAME.ko` of `NAME.o`; the linker's warnings. Raises BuildError, ProvisionError."""
    (directory / "kld.ld").write_text(_SCRIPT)
    command = [
        *provision.linker(), "-m", "elf_x86_64_fbsd", "-r", "-T", "kld.ld", f"{name}.o", "-o", f"{name}.ko",
    ]  # fmt: skip
    done = run(command, directory)
    if done.returncode:
        raise BuildError(f"the linker failed:\n{done.stdout[-8000:]}")
    return done.stdout
