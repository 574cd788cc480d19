"""The host kernel: user space, where compiled code meets the sanitizers, the debugger and a thousand programs
a minute.

    outcome = run(Path("program.py"))        # def main() -> None
    outcome.log, outcome.raised, outcome.objects

Compiled from the same C as for any kernel. It has a log, locks that are checked, and no devices.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from kmi.kernels.host import build as _build
from kmi.kernels.host.build import BuildFailed, Built, Execution, execute
from kmi.kernels.host.outcome import Outcome, Raised

__all__ = ["BuildFailed", "Built", "Execution", "Outcome", "Raised", "execute", "run"]


def run(path: Path, main: str = "main") -> Outcome:
    """Build a file and run its `main`. BuildFailed with the diagnostics where it does not check."""
    with tempfile.TemporaryDirectory() as directory:
        return execute(_build.build(path, Path(directory), mains=[main])).outcomes[main]
