"""`kmi test` where kmi is installed as users install it: its package among others, not a clone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import kmi

METADATA = "Metadata-Version: 2.1\nName: kmi\nVersion: 0.1.0\n"
ENTRY = "[pytest11]\nkmi = kmi.testing.plugin\n"


def test_a_first_green_test_comes_without_warnings(tmp_path: Path) -> None:
    site, tests = tmp_path / "site", tmp_path / "tests"
    about = site / "kmi-0.1.0.dist-info"
    about.mkdir(parents=True)
    tests.mkdir()
    (site / "kmi").symlink_to(Path(kmi.__file__).parent)
    (about / "METADATA").write_text(METADATA)
    (about / "entry_points.txt").write_text(ENTRY)
    (about / "RECORD").write_text("kmi/__init__.py,,\nkmi/testing/plugin.py,,\n")
    (tests / "test_one.py").write_text("def test_one(kernel):\n    assert kernel.log() == []\n")
    done = subprocess.run(
        [sys.executable, "-c", "from kmi.cli.main import main; raise SystemExit(main(['test']))"],
        cwd=tests,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout and "warning" not in done.stdout
