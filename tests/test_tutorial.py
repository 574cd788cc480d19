"""The tutorial and the page of the commands are true: what they say is done in order, and is what comes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
VARIES = re.compile(r"\b\d+\.\d+ ?s\b|\b[\d,]+ bytes|\bseed \d+")
"""Times, sizes and the numbers of seeds that are not given."""
KMI = f"""\
#!/bin/sh
exec {sys.executable} -c 'import sys; from kmi.cli.main import main; sys.exit(main())' "$@"
"""


class Reader:
    """Somebody who does what the page says, in a directory of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        tools = home / "bin"
        tools.mkdir()
        (tools / "kmi").write_text(KMI)
        (tools / "kmi").chmod(0o755)
        path = os.pathsep.join([str(tools), os.environ["PATH"]])
        source = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": source, "COLUMNS": "80"}

    def show(self, program: str) -> None:
        """A part of the file as it is by now."""
        assert program in (self.home / "counter.py").read_text()

    def add(self, program: str) -> None:
        test = self.home / "test_counter.py"
        test.write_text(f"{test.read_text()}\n\n{program}")

    def edit(self, difference: str) -> None:
        file = self.home / "counter.py"
        old, new = (
            "".join(line[1:] + "\n" for line in difference.splitlines() if line[0] in kept)
            for kept in (" -", " +")
        )
        assert file.read_text().count(old) == 1, difference
        file.write_text(file.read_text().replace(old, new))

    def run(self, session: str) -> None:
        """A command with what is typed at its prompts, and the lines that it answers with, in order."""
        command, *said = session.splitlines()
        typed = [line.removeprefix("(Pdb) ") for line in said if line.startswith("(Pdb) ")]
        done = subprocess.run(
            command.removeprefix("$ "),
            shell=True,
            cwd=self.home,
            env=self.environment,
            input="".join(f"{line}\n" for line in typed),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=400,
        )
        given = done.stdout.replace("(Pdb) ", "")
        expected = "\n".join(line for line in said if not line.startswith("(Pdb) "))
        assert re.fullmatch(pattern(expected), plain(given)), f"{session}\n--- but:\n{given}"


def plain(text: str) -> str:
    return "".join(VARIES.sub("#", line.rstrip()) + "\n" for line in text.splitlines())


def pattern(expected: str) -> str:
    """What the page shows, where `...` stands for anything."""
    parts = []
    for line in plain(expected).splitlines():
        parts.append("(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n")
    return "".join(parts)


def steps(page: str = "tutorial.md") -> Iterator[tuple[str, str]]:
    text = (ROOT / "docs" / page).read_text()
    for block in BLOCK.finditer(text):
        kind, body = block[1], block[2]
        if kind == "python" and text[: block.start()].rstrip().endswith("Add to `test_counter.py`:"):
            kind = "test"
        yield kind, body


def follow(reader: Reader, linux: bool) -> int:
    """Do all steps; of the commands those that need Linux, or the others. How many commands ran."""
    ran = 0
    for kind, body in steps():
        match kind:
            case "console":
                wants = "linux:" in body.splitlines()[0]
                if wants == linux or body.startswith("$ kmi new"):
                    reader.run(body)
                    ran += 1
            case "diff":
                reader.edit(body)
            case "test":
                reader.add(body)
            case "python":
                reader.show(body)
            case _:
                pytest.fail(f"what is a block of {kind}?")
    return ran


def test_the_tutorial_on_the_simulated_kernel(tmp_path: Path) -> None:
    assert follow(Reader(tmp_path), linux=False) == 10


@pytest.mark.needs("linux:6.12", "gcc")
def test_the_tutorial_in_linux(tmp_path: Path) -> None:
    assert follow(Reader(tmp_path), linux=True) == 4


PEEKS = """\
from kmi import Module, info, module, u64
from kmi.device import File, FileOperations, MiscDevice
from kmi.uio import Uio
from kmi.unsafe import Pointer, cast, unsafe


class Peeks(FileOperations):
    def read(self, file: File, data: Uio) -> None:
        with unsafe("nothing is at address 8, on purpose"):
            info(f"{cast(Pointer[u64], 8)[0]}")


@module(license="GPL", description="peeks")
class PeeksModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("peeks", Peeks())
"""


def commands(home: Path, linux: bool) -> int:
    """Run the commands of their page whose output is shown in part. How many ran."""
    reader = Reader(home)
    copytree(ROOT / "examples", home / "examples", ignore=ignore_patterns("__pycache__"))
    (home / "peeks.py").write_text(PEEKS)
    ran = 0
    for kind, body in steps("commands.md"):
        assert kind == "console"
        first = body.splitlines()[0]
        if "..." in body and ("linux:" in first or "oops" in first) == linux:
            reader.run(body)
            ran += 1
    return ran


def test_the_commands_on_the_simulated_kernel(tmp_path: Path) -> None:
    assert commands(tmp_path, linux=False) == 5


@pytest.mark.needs("linux:6.1", "linux:6.12", "gcc")
def test_the_commands_in_linux(tmp_path: Path) -> None:
    assert commands(tmp_path, linux=True) == 4
