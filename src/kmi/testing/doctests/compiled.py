"""Doctests in a kernel that modules are compiled for: a test build of the module that has them in it.

    ko = built(Path("crc_device.py"), "linux:6.1", build_with)
    kernel.load(ko, kmi_doctests="1")     # KTAP in the log
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kmi.kernels.building.doctests import Doctests
from kmi.kernels.building.refused import CheckFailed
from kmi.language.report.render import plain
from kmi.testing.doctests.collect import collect, contents, unique
from kmi.testing.doctests.outcome import Incomplete
from kmi.testing.doctests.translate import translate

#: What this process has built, by the files' contents: a test for each docstring loads the same module.
_BUILT: dict[tuple[Path, bytes, str], Path] = {}


def built(path: Path, kernel: str, build: Callable[[Path, Doctests], Path]) -> Path:
    """The module with its doctests. Raises Untranslatable, BadDocstring and what a build raises."""
    key = path.resolve(), contents(path), kernel
    if key not in _BUILT:
        cases = unique(collect(path))
        if not cases:
            raise Incomplete(f"{path.name} has no doctests: no docstring in it has `>>> `")
        try:
            _BUILT[key] = build(path, translate(path, cases))
        except CheckFailed as error:
            error.add_note(plain(error.diagnostics))
            raise
    return _BUILT[key]
