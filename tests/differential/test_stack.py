"""What is long dies on a stack that is short."""

import resource
import subprocess
from pathlib import Path

import pytest

from kmi.kernels.host.build import build

pytestmark = pytest.mark.needs("gcc")
PROGRAM = Path(__file__).with_name("programs") / "dropping.py"
STACK = 256 * 1024


def _small_stack() -> None:
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))


def test_lists_and_trees_of_100_000_objects_die_on_a_small_stack(tmp_path: Path) -> None:
    mains = ["chain", "comb", "nested", "too_deep"]
    built = build(PROGRAM, tmp_path, mains=mains, way="fast")
    done = subprocess.run(
        [str(built.program), "0"], capture_output=True, text=True, timeout=60, preexec_fn=_small_stack
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("dropped") == 3
    assert done.stdout.count("end 0 0") == 4  # no object, no memory
    assert "RecursionError" in done.stdout
