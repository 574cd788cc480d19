"""Programs that say in comments what is wrong with them."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from kmi.language import analyse
from kmi.language.library import Library
from kmi.language.report.diagnostics import Diagnostic
from kmi.language.report.render import plain

HEADER = """\
from dataclasses import dataclass

from kmi import Module, Parameter, Struct, info, module, u8, u64
from kmi.device import File, FileOperations, MiscDevice, Poll, PollTable
from kmi.ioctl import Request
from kmi.sync import Condition, Mutex, RawSpinLock, RwLock, SpinLock
from kmi.uio import Uio


@dataclass
class Entry:
    count: int = 0

    def add(self) -> None:
        self.count += 1


class Final:
    def __init__(self, number: int) -> None:
        self.number = number

"""
ENDING = """

@module(license="GPL", description="a test")
class Test(Module):
    pass
"""
MARK = re.compile(r"# (KMI\d{4}(?:, KMI\d{4})*)$")

Agrees = Callable[[str], list[Diagnostic]]


@pytest.fixture
def agrees(tmp_path: Path) -> Agrees:
    """Checks a program and requires exactly the codes of its comments, each at its line; gives what was
    reported.

    The program has the names of ``HEADER``; a class under ``@module`` is added if it has none.
    """

    def check(program: str) -> list[Diagnostic]:
        text = HEADER + dedent(program)
        text += "" if "@module" in program else ENDING
        file = tmp_path / "program.py"
        file.write_text(text)
        diagnostics = analyse(file, Library()).diagnostics
        wanted = sorted(
            (number, code)
            for number, line in enumerate(text.splitlines(), 1)
            if (mark := MARK.search(line))
            for code in mark[1].split(", ")
        )
        reported = sorted((diagnostic.span.line, diagnostic.code.number) for diagnostic in diagnostics)
        assert reported == wanted, "\n" + plain(diagnostics)
        return diagnostics

    return check
