"""Building with the kernel's own Kbuild, and learning from it the commands that a module is built with.

    kbuild.make(directory, "semaphore", flavor, test=False)     # `make -C HEADERS M=directory modules W=1`
    commands = kbuild.commands(flavor, test=False)              # what make did, for any module
    commands.compiler                                           # the compiler's words, for bindgen

Kbuild takes seconds, mostly to find out what to do, which is the same for every module of one kernel. So a
probe is built once for each kernel; Kbuild saves each command beside its output, and `replay.py` runs them
again for other modules.

Invariants: what a replay makes is, byte for byte, what make would have made (a test compares them).
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import kmi
from kmi import cache
from kmi.kernels.building.refused import BuildError
from kmi.kernels.building.steps import run
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor

__all__ = [
    "BuildError",
    "Commands",
    "Step",
    "commands",
    "has_warning",
    "make",
    "refuse_full",
    "write_kbuild",
]

PROBE = "kmi_probe"
COMMON = ".module-common.o"
"""Since 6.12 a module's last part, the same in every module; 6.1 repeats it in NAME.mod.c."""
RUNTIME = Path(kmi.__file__).parent / "runtime"
LAYER = Path(__file__).parents[1]

_SAVED = re.compile(r"^(?:saved)?cmd_\S+ := *(.*)$", re.MULTILINE)
_WARNING = re.compile(r"\bwarning:|^WARNING:", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One command of a build. `@DIRECTORY@`, `@NAME@` and `@MODULE@` stand for what differs."""

    title: str
    line: str
    source: str = ""
    """What it compiles; need not run again while that has not changed."""
    output: str = ""


@dataclass(frozen=True)
class Commands:
    """What builds a module for one kernel: run in `directory`, in this order."""

    directory: str
    compile: Step
    modpost: Step
    about: Step
    """Compiles what modpost writes: which symbols of the kernel the module needs."""
    link: Step

    @property
    def compiler(self) -> list[str]:
        """The words of the compiler's command line."""
        return shlex.split(self.compile.line.split(";")[0])


def write_kbuild(directory: Path, name: str, *, test: bool) -> None:
    """Write the Kbuild file of a module with one C file."""
    flags = [f"-I{RUNTIME}", f"-I{LAYER}", "-I$(src)", *(["-DKMI_TEST"] if test else [])]
    (directory / "Kbuild").write_text(f"obj-m := {name}.o\nccflags-y := {' '.join(flags)}\n")


def make(directory: Path, flavor: KernelFlavor) -> str:
    """Run Kbuild on a directory with a Kbuild file and sources; the log. Raises BuildError."""
    for path in (directory, RUNTIME):
        if re.search(r"\s", str(path)):
            raise BuildError(
                f"Kbuild cannot work in a directory with a blank in its name: {path}; "
                "choose another place for the cache: export KMI_CACHE=/some/where/else"
            )
    headers = provision.headers(flavor)
    done = run([*_make(flavor), "-C", str(headers), f"M={directory}", "modules", "W=1"])
    if done.returncode:
        refuse_full(done.stdout, directory)
        raise BuildError("Kbuild failed:\n" + done.stdout[-8000:])
    return done.stdout


def _make(flavor: KernelFlavor) -> list[str]:
    return ["make", *([f"ARCH={flavor.architecture}"] if flavor.architecture else [])]


def refuse_full(log: str, directory: Path) -> None:
    """Say that the disk is full, if that is why a build in the directory failed. Raises BuildError."""
    if os.strerror(errno.ENOSPC) in log or os.strerror(errno.EDQUOT) in log:
        raise BuildError(
            f"the disk is full: the compiler could write no more in {directory} or {tempfile.gettempdir()}; "
            "free some space there, or choose other places: export KMI_CACHE=/some/where TMPDIR=/some/where"
        )


def commands(
    flavor: KernelFlavor, progress: Callable[[str], None] = lambda line: None, *, test: bool = False
) -> Commands:
    """The commands that build a module for the kernel, learned from building a probe once."""
    release = provision.release(flavor)
    key = cache.key(release, str(provision.headers(flavor)), str(RUNTIME), str(test), "4")

    def learn(path: Path) -> None:
        progress(f"learning how linux:{flavor.name} builds a module")
        work = path / "probe"
        work.mkdir()
        write_kbuild(work, PROBE, test=test)
        (work / f"{PROBE}.c").write_text(
            '#include <linux/module.h>\nMODULE_LICENSE("GPL");\nMODULE_DESCRIPTION("probe");\n'
        )
        make(work, flavor)
        learned = _learn(work, provision.headers(flavor))
        (path / "commands.json").write_text(json.dumps(asdict(learned), indent=1))
        if (work / COMMON).exists():
            (work / COMMON).rename(path / COMMON)
        shutil.rmtree(work)

    entry = cache.get("kbuild", f"{flavor.name}-{key}", learn)
    data = json.loads((entry / "commands.json").read_text())
    link = Step(**data["link"])
    return Commands(
        data["directory"],
        Step(**data["compile"]),
        Step(**data["modpost"]),
        Step(**data["about"]),
        replace(link, line=link.line.replace(f"@DIRECTORY@/{COMMON}", str(entry / COMMON))),
    )


def _learn(work: Path, headers: Path) -> Commands:
    about = _saved(work, f"{PROBE}.mod.o")
    return Commands(
        str(headers),
        Step("CC", _saved(work, f"{PROBE}.o")),
        Step("MODPOST", _saved(work, "Module.symvers")),
        Step("CC", about, "@DIRECTORY@/@NAME@.mod.c", "@DIRECTORY@/@NAME@.mod.o"),
        Step("LD", _saved(work, f"{PROBE}.ko")),
    )


def _saved(work: Path, output: str) -> str:
    """The command that Kbuild saved for an output, with the probe's own names taken out."""
    file = work / f".{output}.cmd"
    found = _SAVED.search(file.read_text()) if file.exists() else None
    if found is None:
        raise BuildError(f"Kbuild has saved no command for {output}: kmi does not know this kernel's build")
    line = found.group(1).replace("$(pound)", "#").replace("$$", "$")
    return (
        line.replace(str(work), "@DIRECTORY@")
        .replace(f'"{PROBE}"', '"@MODULE@"')
        .replace(f"kmod_{PROBE}", "kmod_@MODULE@")
        .replace(PROBE, "@NAME@")
    )


def has_warning(log: str) -> bool:
    """Whether a build's log has a warning of the compiler, of objtool or of modpost."""
    return _WARNING.search(log) is not None
