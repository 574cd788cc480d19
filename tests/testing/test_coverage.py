"""coverage.py measures a module that the simulated kernel runs: its own lines, in every thread."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = '''\
"""Says one thing or the other."""

from kmi import Module, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Condition, Mutex
from kmi.uio import Uio


class Says(FileOperations):
    def __init__(self) -> None:
        self.said = Mutex(bytearray())
        self.more = Condition(self.said)

    def read(self, file: File, data: Uio) -> None:
        with self.said as said:
            while not said:
                self.more.wait()  # woken
            data.put(said)

    def write(self, file: File, data: Uio) -> None:
        text = data.get(8)
        if text == b"never":
            text = b"not this"  # never
        else:
            text = text + b"!"  # always
        with self.said as said:
            said.extend(text)
            self.more.notify_all()

    def close(self, file: File) -> None:
        if file.nonblocking:
            self.unused()  # never

    def unused(self) -> None:
        with self.said as said:  # never
            said.clear()  # never


@module(license="GPL", description="of a test")
class SaysModule(Module):
    def __init__(self) -> None:
        self.device = MiscDevice("says", Says())
'''

TESTS = """
def test_says(kernel):
    kernel.load("says.py")
    reader, writer = kernel.process(), kernel.process()
    call = reader.start("read", reader.open("/dev/says"), 8)
    call.wait_blocked()
    writer.write(writer.open("/dev/says"), b"x")
    assert call.result() == b"x!"
"""

MISSING = [number for number, line in enumerate(MODULE.splitlines(), 1) if line.endswith("# never")]


@pytest.mark.parametrize(
    "command",
    [["-m", "coverage", "run", "-m", "pytest", "-q"], ["-m", "pytest", "-q", "--cov=.", "--cov-report="]],
    ids=["coverage run", "pytest --cov"],
)
def test_the_lines_of_a_module_are_measured(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "says.py").write_text(MODULE)
    (tmp_path / "test_says.py").write_text(TESTS)
    (tmp_path / ".coveragerc").write_text("[run]\nconcurrency = greenlet\n")
    environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:hypothesispytest", "COVERAGE_FILE": ".coverage"}
    for words in ([*command, "-p", "no:cacheprovider", "test_says.py"], ["-m", "coverage", "json", "-q"]):
        line = [sys.executable, *words]
        ran = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    measured = json.loads((tmp_path / "coverage.json").read_text())["files"]["says.py"]
    assert measured["missing_lines"] == MISSING
