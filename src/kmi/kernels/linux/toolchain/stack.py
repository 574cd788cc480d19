"""What gcc says of a module's use of the stack: `-fcallgraph-info=su`, for `kernels/building/stack.py`.

    found = stack.check(Path("echo.ci").read_text(), stack.limit(kasan=False), "echo")
    found[0].size                          # the bytes of the deepest chain of calls
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from kmi.kernels.building.stack import Call, Entry, Function, StackError, connect, refuse
from kmi.kernels.building.stack import entries as _entries
from kmi.kernels.linux.toolchain.kbuild import Commands

__all__ = ["FLAG", "Entry", "StackError", "check", "entries", "limit", "watched"]

FLAG = "-fcallgraph-info=su"
STACK = 16 << 10
"""THREAD_SIZE of x86-64. With KASAN it is twice that: arch/x86/include/asm/page_64_types.h."""

_NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', re.MULTILINE)
_EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)" label: "([^"]*)"', re.MULTILINE)
_BYTES = re.compile(r"(\d+) bytes \(")


def watched(commands: Commands) -> Commands:
    """The commands of a build that also writes who calls whom, and what each keeps on the stack: `NAME.ci`.

    A header that was precompiled without the flag makes gcc crash, so it belongs to all that is compiled.
    """
    line = commands.compile.line.replace(" -c ", f" {FLAG} -c ", 1)
    return replace(commands, compile=replace(commands.compile, line=line))


def limit(kasan: bool) -> int:
    """The bytes that a call into the module may use."""
    return (STACK * 2 if kasan else STACK) // 2


def check(graph: str, allowed: int, name: str) -> list[Entry]:
    """All entry points, deepest first. Raises StackError if one can use more than is allowed."""
    found = entries(graph)
    refuse(found, allowed, name)
    return found


def entries(graph: str) -> list[Entry]:
    """What each function needs that no other calls by name."""
    return _entries(_read(graph))


def _read(graph: str) -> dict[str, Function]:
    functions: dict[str, Function] = {}
    for title, label in _NODE.findall(graph):
        parts = label.split("\\n")
        if (size := _BYTES.search(label)) is not None:
            place = Path(parts[1]).name.rpartition(":")[0] if len(parts) > 1 else "?"
            functions[title] = Function(parts[0], place, int(size.group(1)))
    connect(
        functions,
        (
            Call(source, None if target == "__indirect_call" else target, Path(where).name.partition(":")[0])
            for source, target, where in _EDGE.findall(graph)
        ),
    )
    return functions
