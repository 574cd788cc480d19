"""The C around a compiled module: its name, its events, what the linker is told of it.

    #define KMI_NAME "echo"
    #include "entry.h"
    ...
    KMI_FREEBSD_PARAMETERS(&kmi_parameter_capacity)
    KMI_FREEBSD_MODULE(kmi_freebsd_begin, Loader_init, Loader_exit, kmi_freebsd_end, 1)
"""

from __future__ import annotations

import re

from kmi.kernels.building.literals import text
from kmi.kernels.freebsd.toolchain import events, parameters
from kmi.language.tree import Program

__all__ = ["epilogue", "prologue"]


def prologue(program: Program, name: str, assertions: str) -> str:
    """The C before the module's own: headers, the proof of the bindings, the storage of the parameters."""
    stored = "".join(parameters.storage(each) for each in program.parameters)
    said = f"#define KMI_NAME {text(name)}\n{events.before(program)}"
    return f'{said}#include "entry.h"\n\n{assertions}\n{stored}\n'


def epilogue(program: Program, init: str, leave: str) -> str:
    """The C after it; `init` and `leave` are the C names of the loader's two functions."""
    begin, end = ("kmi_freebsd_begin", "kmi_freebsd_end") if program.parameters else ("NULL", "NULL")
    return (
        parameters.listed(program)
        + events.after(program)
        + f"KMI_FREEBSD_MODULE({begin}, {init}, {leave}, {end}, {_version(program)});\n"
    )


def _version(program: Program) -> int:
    """What MODULE_VERSION has: a positive number, the first in the module's own version."""
    found = re.match(r"\d{1,9}", program.about.get("version") or "")
    return max(1, int(found[0])) if found else 1
