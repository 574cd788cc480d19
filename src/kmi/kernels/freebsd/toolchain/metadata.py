"""The C around a compiled module: its name, its events, what the linker is told of it.

    #define KMI_NAME "echo"
    #include "entry.h"
    ...
    KMI_FREEBSD_MODULE(Loader_init, Loader_exit, 1)
"""

from __future__ import annotations

import re

from kmi.kernels.building.literals import text
from kmi.language.tree import Program

__all__ = ["epilogue", "prologue"]


def prologue(program: Program, name: str, assertions: str) -> str:
    """The C before the module's own: headers and the proof of the bindings."""
    return f'#define KMI_NAME {text(name)}\n#include "entry.h"\n\n{assertions}\n'


def epilogue(program: Program, init: str, leave: str) -> str:
    """The C after it; `init` and `leave` are the C names of the loader's two functions."""
    return f"KMI_FREEBSD_MODULE({init}, {leave}, {_version(program)});\n"


def _version(program: Program) -> int:
    """What MODULE_VERSION has: a positive number, the first in the module's own version."""
    found = re.match(r"\d{1,9}", program.about.get("version") or "")
    return max(1, int(found[0])) if found else 1
