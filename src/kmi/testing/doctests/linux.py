"""Doctests in a Linux kernel: a test build of the module that has them compiled in.

kernel.load(built(Path("crc_device.py"), flavor), kmi_doctests="1")     # KTAP in the log
"""

from __future__ import annotations

from pathlib import Path

from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.language.report.render import plain
from kmi.testing.doctests.collect import collect, contents, unique
from kmi.testing.doctests.outcome import Incomplete
from kmi.testing.doctests.translate import translate

#: What this process has built, by the files' contents: a test for each docstring loads the same module.
_BUILT: dict[tuple[Path, bytes, str], Path] = {}


def built(path: Path, flavor: KernelFlavor) -> Path:
    """The module with its doctests. Raises Untranslatable, BadDocstring and what a build raises."""
    from kmi.kernels.linux.toolchain.build import CheckFailed, build

    key = path.resolve(), contents(path), flavor.name
    if key not in _BUILT:
        cases = unique(collect(path))
        if not cases:
            raise Incomplete(f"{path.name} has no doctests: no docstring in it has `>>> `")
        try:
            _BUILT[key] = build(path, flavor, doctests=translate(path, cases)).ko
        except CheckFailed as error:
            error.add_note(plain(error.diagnostics))
            raise
    return _BUILT[key]
