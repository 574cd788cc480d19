"""What clang says of a module's use of the stack, for `kernels/building/stack.py`.

    found = stack.check(ir, sizes, "echo")
    found[0].size                          # the bytes of the deepest chain of calls

`-fstack-usage` writes what each function keeps (`NAME.su`); whom each calls is in LLVM's own form of the
module, after inlining, from which the machine code is then made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from kmi.kernels.building.stack import Call, Entry, Function, connect, entries, refuse

__all__ = ["LIMIT", "check", "read"]

STACK = 16 << 10
"""KSTACK_PAGES of amd64, 4, as GENERIC has it: sys/amd64/include/param.h."""
LIMIT = STACK // 2
"""The bytes that a call into the module may use."""

_RETURN = 8
"""The return address, which -fstack-usage leaves out."""
_SIZE = re.compile(r"^(.*):([^:\t]+)\t(\d+)\t", re.MULTILINE)
_DEFINE = re.compile(r'^define .*?@("[^"]+"|[\w.$-]+)\(')
_CALL = re.compile(r'^\s+(?:%[\w.]+ = )?(?:tail |musttail |notail )?call\b.*?([@%])("[^"]+"|[\w.$-]+)\(')
_ASM = re.compile(r'^[^"@]*\bcall\b[^"@]*\basm\b')
_PLACE = re.compile(r", !dbg !(\d+)")
_METADATA = re.compile(r"^!(\d+) = (?:distinct )?!(DI\w+)\((.*)\)$", re.MULTILINE)
_SCOPE = re.compile(r"\bscope: !(\d+)")
_FILE = re.compile(r"\bfile: !(\d+)")
_NAME = re.compile(r'\bfilename: "([^"]*)"')


def check(ir: str, sizes: str, name: str) -> list[Entry]:
    """All entry points, deepest first. Raises StackError if one can use more than a module may."""
    found = entries(read(ir, sizes))
    refuse(found, LIMIT, name)
    return found


def read(ir: str, sizes: str) -> dict[str, Function]:
    """The functions of a module by name, from its LLVM text and the lines of `-fstack-usage`."""
    functions = {
        name: Function(name, PurePath(place).name, int(size) + _RETURN)
        for place, name, size in _SIZE.findall(sizes)
    }
    connect(functions, list(_calls(ir)))
    return functions


def _calls(ir: str) -> Iterator[Call]:
    files = _Files(ir)
    source = ""
    for line in ir.split("\n"):
        if line.startswith("define "):
            found = _DEFINE.match(line)
            source = found[1].strip('"') if found is not None else ""
        elif " call " in line and not _ASM.match(line) and (called := _CALL.match(line)) is not None:
            name = called[2].strip('"')
            if called[1] == "@" and name.startswith("llvm."):
                continue
            place = _PLACE.search(line)
            file = files.of(place[1]) if place is not None else ""
            yield Call(source, name if called[1] == "@" else None, file)


class _Files:
    """The file of each place, as debug information has it."""

    def __init__(self, ir: str) -> None:
        self._nodes = {number: (kind, text) for number, kind, text in _METADATA.findall(ir)}
        self._known: dict[str, str] = {}

    def of(self, number: str) -> str:
        """The name of the file of a place, or of what it is in; empty if it has none."""
        if number not in self._known:
            self._known[number] = self._find(number)
        return self._known[number]

    def _find(self, number: str) -> str:
        kind, text = self._nodes.get(number, ("", ""))
        if kind == "DIFile":
            name = _NAME.search(text)
            return PurePath(name[1]).name if name is not None else ""
        further = (_SCOPE if kind == "DILocation" else _FILE).search(text) or _SCOPE.search(text)
        return self.of(further[1]) if further is not None else ""
