"""The bindings of one Linux: for exactly the names that the layer imports from `kmi.kernels.linux.bindings`.

    bindings = bind(flavor)
    bindings.python        # a file for `Library(bindings=...)`
    bindings.assertions    # a C header that proves them, included by every module

Cached by the kernel's release, the layer's own text and bindgen's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import kmi.bindgen
from kmi import cache
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import kbuild

__all__ = ["LAYER", "Bound", "bind", "wanted"]

LAYER = Path(__file__).parents[1]
MODULE = "kmi.kernels.linux.bindings"


@dataclass(frozen=True)
class Bound:
    """Where the bindings of a kernel are."""

    python: Path
    assertions: Path


def wanted() -> list[str]:
    """The names that the layer imports, sorted."""
    names: set[str] = set()
    for file in sorted(LAYER.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == MODULE:
                names.update(alias.name for alias in node.names)
    return sorted(names)


def _helpers() -> str:
    """The layer's C with the headers of its own that it includes put in: bindgen reads one text."""
    own = {file.name: file.read_text() for file in LAYER.glob("*.h")}
    return re.sub(
        r'^#include "(\w+\.h)"$',
        lambda line: own.get(line[1], line[0]),
        own["helpers.h"],
        flags=re.MULTILINE,
    )


def bind(flavor: KernelFlavor, progress: Callable[[str], None] = lambda line: None) -> Bound:
    """The bindings of the kernel, made when they are not there yet.

    Raises ProvisionError without its headers, and bindgen's HeaderError and NameNotFound.
    """
    names = wanted()
    prologue = _helpers()
    generator = Path(kmi.bindgen.__file__).parent
    key = cache.key(
        provision.release(flavor),
        *(file.read_text() for file in sorted(LAYER.glob("*.h"))),
        *names,
        *(file.read_text() for file in sorted(generator.glob("*.py"))),
    )

    def make(path: Path) -> None:
        progress(f"reading the headers of linux:{flavor.name}")
        saved = kbuild.commands(flavor, progress)
        made = kmi.bindgen.generate(
            f"#define KMI_BINDGEN\n{prologue}",
            names,
            [*kmi.bindgen.clang_flags(saved.compiler), "-iquote", str(LAYER)],
            provision.headers(flavor),
            f"Bindings of Linux {provision.release(flavor)}.",
            aliases={"kmi_error": "Exception"},
        )
        (path / "bindings.py").write_text(made.python)
        (path / "bindings.h").write_text(made.assertions)

    entry = cache.get("bindings", f"{flavor.name}-{key}", make)
    return Bound(entry / "bindings.py", entry / "bindings.h")
