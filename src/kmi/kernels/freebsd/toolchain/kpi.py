"""The names that a FreeBSD kernel has for modules, as far as its headers declare them.

    "uiomove" in kpi.names(releases.DEFAULT)        # True
    "fopen" in kpi.names(releases.DEFAULT)          # False

FreeBSD exports every global name of the kernel, and has no list of them: what a module may count on is what
the headers declare to the kernel. So they are read, not compiled: each file-level declaration that is not
`static`, outside of what only user space sees (`#ifndef _KERNEL`), and the names that macros declare
(SYSCTL_DECL, MALLOC_DECLARE and their like). Of a header's other conditions both branches count, since the
kernel's configuration decides them: a name that is not here is in no header of this release, one that is here
may still be missing in a kernel of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache as memoize
from pathlib import Path

from kmi import cache
from kmi.kernels.freebsd.provision import prepare as provision
from kmi.kernels.freebsd.provision.releases import Release

__all__ = ["declared", "names"]

#: Where the kernel's headers are; the others are user space's.
PLACES = ("sys", "vm", "machine", "x86", "net", "netinet", "netinet6", "dev", "cam", "geom", "security", "fs",
          "ufs", "crypto", "opencrypto", "contrib", "kern", "ddb")  # fmt: skip

#: What the compiler calls by itself: sys/kern/stack_protector.c and sys/libkern.
_COMPILERS = ("__stack_chk_fail", "__stack_chk_guard", "memcmp", "memcpy", "memmove", "memset")

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_CONDITION = re.compile(r"#\s*(ifdef|ifndef|if|else|elif|endif)\b(.*)")
#: Macros that declare a name, and what they make of the one that they are given.
_DECLARE = {"SYSCTL_DECL": "sysctl__{}", "MALLOC_DECLARE": "{}", "TASKQUEUE_DECLARE": "taskqueue_{}",
            "TASKQGROUP_DECLARE": "qgroup_{}", "DPCPU_DECLARE": "pcpu_entry_{}",
            "VNET_DECLARE": "vnet_entry_{}", "DECLARE_CLASS": "{}"}  # fmt: skip
_DECLARING = re.compile(rf"\b({'|'.join(_DECLARE)})\s*\((?:[^,()]*,)?\s*(\w+)\s*\)")
_POINTER = re.compile(r"\(\s*\*+\s*(?:const\s+|volatile\s+)*(\w+)")
_FUNCTION = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_VARIABLE = re.compile(r"\b([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*(?:__\w+(?:\([^)]*\))?\s*)*(?=,|$)")
_KERNEL = re.compile(r"\s*(!?)\s*(?:defined\s*\(?\s*_KERNEL\s*\)?|_KERNEL)\s*")
_UNSEEN = re.compile(r"(static|typedef|__inline|inline|_Static_assert|CTASSERT)\b")
#: Macros that stand alone before a declaration: __BEGIN_DECLS, __NULLABILITY_PRAGMA_PUSH.
_MARKS = re.compile(r"^(?:\s*_*[A-Z][A-Z0-9_]*\s*\n)+\s*")
_NO_NAMES = {"__attribute__", "__aligned", "__section", "_Alignas", "_Static_assert", "CTASSERT"}


@memoize
def names(release: Release) -> frozenset[str]:
    """All of them; read from the headers once, then from the cache. Raises ProvisionError."""
    places = provision.headers(release)

    def make(path: Path) -> None:
        found: set[str] = set(_COMPILERS)
        for place in places:
            for directory in PLACES:
                for file in sorted((place / directory).rglob("*.h")):
                    found |= declared(file.read_text(errors="replace"))
        (path / "names").write_text("\n".join(sorted(found)))

    key = cache.key(provision.identity(release), *map(str, places), Path(__file__).read_text())
    entry = cache.get("kpi", f"freebsd-{release.name}-{key}", make)
    return frozenset((entry / "names").read_text().split("\n"))


def declared(header: str) -> set[str]:
    """The names that one header declares to the kernel."""
    found: set[str] = set()
    for whole in _statements("\n".join(_kernels(_COMMENT.sub(" ", header)))):
        statement = _MARKS.sub("", whole)
        made = {_DECLARE[macro].format(name) for macro, name in _DECLARING.findall(statement)}
        if made:
            found |= made
        elif not _UNSEEN.match(statement):
            found |= set(_names(statement))
    return found


def _names(statement: str) -> Iterator[str]:
    pointer = _POINTER.search(statement)
    functions = [name for name in _FUNCTION.findall(statement) if name not in _NO_NAMES]
    if statement.startswith("extern") and pointer is not None:
        yield pointer[1]
    elif functions:
        yield functions[0]
    elif statement.startswith("extern"):
        yield from _VARIABLE.findall(statement)


def _kernels(text: str) -> Iterator[str]:
    """The lines that the kernel sees, without those of the preprocessor."""
    branches: list[bool | None] = []
    continued = False
    for line in text.split("\n"):
        stripped = line.strip()
        if continued or stripped.startswith("#"):
            if not continued and (condition := _CONDITION.match(stripped)):
                _turn(branches, condition[1], condition[2])
            continued = stripped.endswith("\\")
        elif False not in branches:
            yield line


def _turn(branches: list[bool | None], word: str, rest: str) -> None:
    """What a line does to the branches one is in: those of the kernel, or not, or of anything else (None)."""
    match word:
        case "ifdef" | "ifndef" | "if":
            asked = _KERNEL.fullmatch(rest)
            negated = asked is not None and (word == "ifndef" or asked[1] == "!")
            branches.append(None if asked is None else not negated)
        case "else" if branches and branches[-1] is not None:
            branches[-1] = not branches[-1]
        case "elif" if branches:
            branches[-1] = None
        case "endif" if branches:
            branches.pop()
        case _:
            pass


def _statements(text: str) -> Iterator[str]:
    """The file-level declarations; what is in braces is left out.

    A brace at the beginning of a line closes all: of two branches both may have opened one.
    """
    depth = 0
    held: list[str] = []
    for part in re.split(r"(\n\}|[{};])", text):
        if part == "{":
            depth += 1
        elif part in ("}", "\n}"):
            depth = 0 if part != "}" else max(0, depth - 1)
            if depth == 0 and "(" in "".join(held):  # a function's body ends without a semicolon
                yield "".join(held).strip()
                held = []
        elif part == ";" and depth == 0:
            yield "".join(held).strip()
            held = []
        elif depth == 0:
            held.append(part)
