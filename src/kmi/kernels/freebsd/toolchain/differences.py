"""What a module defines and FreeBSD never calls: said when it is built, for it does no harm elsewhere.

    notes(program)      # ["chardev.py:31: FreeBSD never calls `Numbers.seek`: lseek(2) asks no driver; …"]
"""

from __future__ import annotations

from collections.abc import Iterator

from kmi.language.tree import Program
from kmi.language.tree.walk import trusted

__all__ = ["notes"]

#: Of kmi's class, its method, and why nobody calls it.
_UNCALLED = {
    ("FileOperations", "seek"): (
        "lseek(2) asks no driver, it sets the offset that the next read or write gets; look at that there"
    ),
}


def notes(program: Program) -> list[str]:
    """A sentence for each such method of the author's classes, in the order of the files' lines."""
    return [said for _, _, said in sorted(_found(program))]


def _found(program: Program) -> Iterator[tuple[str, int, str]]:
    for module in program.modules.values():
        if trusted(module.name):
            continue
        for each in module.classes.values():
            kinds = {base.name for base in each.ancestors() if trusted(base.module)}
            for (kind, name), why in _UNCALLED.items():
                if kind in kinds and name in each.methods:
                    span = each.methods[name].span
                    place = f"{span.source.path.name}:{span.line}"
                    said = f"{place}: FreeBSD never calls `{each.name}.{name}`: {why}"
                    yield str(span.source.path), span.line, said
