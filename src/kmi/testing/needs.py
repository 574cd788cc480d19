"""What a test needs of the computer, beside the kernel it runs on.

    @pytest.mark.needs("gcc", "linux:6.1")

A need is a program by its name, a kernel (its headers and its machine), `kunit` (Linux's reader of KTAP) or
`ziglang` (clang and FreeBSD's headers). A test whose needs are not met is an error with the line that
installs them; with ``--on available`` it is left out, and named at the end. Tests of the simulated kernel,
the language and the commands need nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kmi.testing.kernels.registry import KernelMissing, find

#: Debian's package of a program that tests ask for, where it has another name.
PACKAGES = {"qemu-system-x86_64": "qemu-system-x86"}


@dataclass(frozen=True)
class Unmet:
    """A need that this computer does not meet."""

    need: str
    line: str


@cache
def unmet(need: str) -> Unmet | None:
    """Why a need is not met; None if it is. UnknownKernel for a kernel that there is not."""
    if need in ("simulated", "freebsd") or need.startswith("linux:"):
        missing = find(need).missing()
        return Unmet(need, KernelMissing(need, missing).line) if missing else None
    if need == "ziglang":  # clang and the headers of FreeBSD
        from kmi.kernels.freebsd.provision import prepare, releases

        lacking = prepare.missing(releases.DEFAULT)
        return Unmet(need, lacking[0].line) if lacking else None
    if need == "kunit":
        from kmi.kernels.linux.provision import kunit

        line = f"{Path(sys.executable).with_name('kmi')} doctor --prepare tests"
        return Unmet(need, line) if kunit.scripts() is None else None
    if shutil.which(need) is not None:
        return None
    sudo = "" if os.geteuid() == 0 else "sudo "
    return Unmet(need, f"{sudo}apt-get install --no-install-recommends -y {PACKAGES.get(need, need)}")
