"""The bindings of one kernel's headers: for exactly the names that a layer imports from its ``bindings``.

    bound = bind(Path("src/kmi/kernels/linux"), Headers("6.1.0-56", flags, directory, "Linux 6.1"), "6.1")
    bound.python           # a file for `Library(bindings=...)`
    bound.assertions       # a C header that proves them, included by every module

Cached by the headers' release, the layer's own text and bindgen's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import kmi.bindgen
from kmi import cache

__all__ = ["Bound", "Headers", "ask", "bind", "wanted"]


@dataclass(frozen=True)
class Bound:
    """Where the bindings of a kernel are."""

    python: Path
    assertions: Path


@dataclass(frozen=True)
class Headers:
    """Headers, and how the compiler reads them."""

    release: str
    """All that they depend on: headers of one release are the same everywhere."""
    flags: Callable[[], Sequence[str]]
    """Clang's, asked for only when the headers are read."""
    directory: Path
    """Where the flags' relative paths begin."""
    title: str


def ask(headers: Headers, names: Sequence[str], includes: Sequence[str]) -> str:
    """The bindings of these names, which are in these headers. Raises bindgen's HeaderError, NameNotFound."""
    prologue = "".join(f"#include <{include}>\n" for include in includes)
    title = f"Bindings of {headers.title}."
    return kmi.bindgen.generate(prologue, names, headers.flags(), headers.directory, title).python


def wanted(layer: Path) -> list[str]:
    """The names that the layer imports, sorted; what the kernel alone has is in a directory of its name."""
    module = f"kmi.kernels.{layer.name}.bindings"
    names: set[str] = set()
    for file in sorted([*layer.glob("*.py"), *(layer / layer.name).glob("*.py")]):
        text = file.read_text()
        # Imports stand at the top of kernel Python, and most files need only be looked at for this name.
        for node in ast.parse(text).body if module in text else ():
            if isinstance(node, ast.ImportFrom) and node.module == module:
                names.update(alias.name for alias in node.names)
    return sorted(names)


def _helpers(layer: Path) -> str:
    """The layer's C with the headers of its own that it includes put in: bindgen reads one text."""
    own = {file.name: file.read_text() for file in layer.glob("*.h")}
    return re.sub(
        r'^#include "(\w+\.h)"$',
        lambda line: own.get(line[1], line[0]),
        own["helpers.h"],
        flags=re.MULTILINE,
    )


def bind(layer: Path, headers: Headers, name: str) -> Bound:
    """The bindings, made when they are not there yet; `name` is the entry's in the cache.

    Raises bindgen's HeaderError and NameNotFound, and what `headers.flags` raises.
    """
    names = wanted(layer)
    prologue = _helpers(layer)
    generator = Path(kmi.bindgen.__file__).parent
    key = cache.key(
        headers.release,
        *(file.read_text() for file in sorted(layer.glob("*.h"))),
        *names,
        *(file.read_text() for file in sorted(generator.glob("*.py"))),
    )

    def make(path: Path) -> None:
        made = kmi.bindgen.generate(
            f"#define KMI_BINDGEN\n{prologue}",
            names,
            [*headers.flags(), "-iquote", str(layer)],
            headers.directory,
            f"Bindings of {headers.title}.",
            aliases={"kmi_error": "Exception"},
        )
        (path / "bindings.py").write_text(made.python)
        (path / "bindings.h").write_text(made.assertions)

    entry = cache.get("bindings", f"{name}-{key}", make)
    return Bound(entry / "bindings.py", entry / "bindings.h")
