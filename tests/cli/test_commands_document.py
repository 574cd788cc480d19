"""docs/commands.md: its sessions are real, and no command is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kmi.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "commands.md").read_text()
ALL = re.findall(r"```console\n\$ (.*?)\n(.*?)```", TEXT, re.DOTALL)
SESSIONS = [(line, shown) for line, shown in ALL if "..." not in shown]
"""What is shown whole; tests/test_tutorial.py runs what is shown in part."""


@pytest.mark.parametrize(("line", "shown"), SESSIONS, ids=lambda text: text[:30])
def test_the_sessions_are_real(line: str, shown: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        timeout=60,
    )
    assert sorted(done.stdout.splitlines()) == sorted(shown.splitlines()), done.stdout


def test_every_command_is_there() -> None:
    assert len(SESSIONS) >= 4
    for name in COMMANDS:
        assert f"`kmi {name}" in TEXT
