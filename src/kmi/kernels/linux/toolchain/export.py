"""A module as C that any Linux build takes: a directory with Kbuild, a Makefile and dkms.conf, without kmi.

    export(Path("semaphore.py"), flavors.find("6.1"), Path("semaphore-module"))
    make -C semaphore-module KDIR=/lib/modules/$(uname -r)/build

For distributions, which build modules from source with their own tools. The C is what `kmi build` compiles,
except that the layout of the kernel's structures, which that kernel's bindings assert, is left to the
compiler: another configuration of the same series is laid out differently, and C names fields.

Invariants: nothing in the directory names a place of the computer that wrote it; the same file gives the
same directory.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import kbuild
from kmi.kernels.linux.toolchain.build import generate

__all__ = ["export"]

_LAYOUT = re.compile(r"^_Static_assert\((?:sizeof|__builtin_offsetof)\(.*\n", re.MULTILINE)
_LINE = re.compile(r'^#line (\d+) "(/[^"]*)"$', re.MULTILINE)

_KBUILD = """\
obj-m := {name}.o
ccflags-y := -I$(src)/kmi
"""

_MAKEFILE = """\
# The kernel to build for: its headers, as `make modules_prepare` or a package of headers leaves them.
KDIR ?= /lib/modules/$(shell uname -r)/build

modules modules_install clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

.PHONY: modules modules_install clean
"""

_DKMS = """\
PACKAGE_NAME="{name}"
PACKAGE_VERSION="{version}"
BUILT_MODULE_NAME[0]="{name}"
DEST_MODULE_LOCATION[0]="/updates/dkms"
MAKE[0]="make KDIR=${{kernel_source_dir}}"
CLEAN="make KDIR=${{kernel_source_dir}} clean"
BUILD_EXCLUSIVE_KERNEL="^{series}\\."
AUTOINSTALL="yes"
"""


def export(path: Path, flavor: KernelFlavor, directory: Path) -> list[Path]:
    """Write the directory, which must be empty or new; its files. Raises CheckFailed, BuildError."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise kbuild.BuildError(f"{directory} has something in it already; export into a new directory")
    made = generate(path, flavor)
    version = str(made.program.about.get("version") or "0.1.0")
    text = _LINE.sub(lambda line: f'#line {line[1]} "{_place(Path(line[2]))}"', _LAYOUT.sub("", made.text))
    made_of = f"compiled from {path.name} by kmi, for Linux {flavor.series}"
    files = {
        f"{made.name}.c": f"/* {made.name}: {made_of}; change that file, not this. */\n{text}",
        "Kbuild": _KBUILD.format(name=made.name),
        "Makefile": _MAKEFILE,
        "dkms.conf": _DKMS.format(name=made.name, version=version, series=re.escape(flavor.series)),
    }
    headers = directory / "kmi"
    headers.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / name).write_text(content, encoding="utf-8")
    for header in (*kbuild.RUNTIME.glob("*.h"), *kbuild.LAYER.glob("*.h")):
        shutil.copyfile(header, headers / header.name)
    return sorted(file for file in directory.rglob("*") if file.is_file())


def _place(path: Path) -> str:
    """A source file's place as it is told in the C: its name, and for kmi's own, the place in kmi."""
    package = kbuild.RUNTIME.parent
    return str(Path("kmi") / path.relative_to(package)) if path.is_relative_to(package) else path.name
