"""bindgen: from a kernel's headers to typed bindings for kernel Python.

    made = bindgen.generate('#include "helpers.h"', ["miscdevice"], flags, directory, "Linux 6.1")
    made.python          # @c_struct("struct miscdevice", 80, 8) class miscdevice: ...
    made.assertions      # _Static_assert(sizeof(struct miscdevice) == 80, ...)

It knows no kernel: whoever calls it brings the C text that includes the headers, and the compiler's flags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from kmi.bindgen.headers import HeaderError, NameNotFound, read
from kmi.bindgen.write import Bindings, write

__all__ = ["Bindings", "HeaderError", "NameNotFound", "clang_flags", "generate"]

_INCLUDE = re.compile(r"^\s*#\s*include\s*[<\"]([^>\"]+)[>\"]", re.MULTILINE)


def generate(
    prologue: str,
    names: Sequence[str],
    arguments: Sequence[str],
    directory: Path,
    title: str,
    aliases: Mapping[str, str] | None = None,
) -> Bindings:
    """The bindings of `names` in the headers that `prologue` includes.

    `arguments` are clang's, as `clang_flags` picks them; `directory` is where they were meant. `aliases`
    names the structs that kernel Python has another word for: a pointer to one is that word. Raises
    HeaderError, NameNotFound.
    """
    scope = read(prologue, names, arguments, directory)
    return write(scope, names, title, _INCLUDE.findall(prologue), aliases or {})


def clang_flags(command: Sequence[str]) -> list[str]:
    """Of a gcc command line, what decides how headers read: paths, macros, the language.

    Optimisation and code generation are left out, since clang does not know all of gcc's.
    """
    kept: list[str] = []
    words = iter(command)
    for word in words:
        if word in ("-include", "-isystem", "-I", "-D", "-U"):
            kept += [word, next(words)]
        elif word.startswith(
            ("-I", "-D", "-U", "-std=", "-nostdinc", "-m64", "-fshort-wchar", "-funsigned-char")
        ):
            kept.append(word)
    return kept
