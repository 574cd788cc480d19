"""Linux's own reader of KTAP, `tools/testing/kunit`, of the kernel's source package.

    python kunit.py parse FILE          # in the directory that `scripts` gives

It is kept when a kernel is built here; otherwise it is taken out of the source package, which is large.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from kmi import cache
from kmi.kernels.building.lacking import ProvisionError

_PLACE = "tools/testing/kunit"  # the scripts look for it in their own path
_PACKAGE = "linux-source-6.1"


def scripts() -> Path | None:
    """The directory of `kunit.py`; None where it was not fetched."""
    entry = cache.find("kunit", _PACKAGE)
    return entry / _PLACE if entry is not None else None


def keep(tree: Path) -> None:
    """Take it from a kernel's source that is unpacked anyway."""

    def make(path: Path) -> None:
        shutil.copytree(tree / _PLACE, path / _PLACE)

    cache.get("kunit", _PACKAGE, make)


def prepare(progress: Callable[[str], None]) -> None:
    """Fetch it. Raises ProvisionError."""
    from kmi.kernels.linux.provision import prepare as provision  # which keeps it when it builds a kernel

    def make(path: Path) -> None:
        progress(f"fetching {_PACKAGE}, for {_PLACE}")
        package = provision.download(_PACKAGE, path)
        unpacked = path / "unpacked"
        provision.unpack(package, unpacked)
        archive = next((unpacked / "usr" / "src").glob("linux-source-*.tar.xz"))
        wanted = f"{archive.name.removesuffix('.tar.xz')}/{_PLACE}"
        command = ["tar", "-C", str(path), "--strip-components=1", "-xf", str(archive), wanted]
        if subprocess.run(command, capture_output=True).returncode:
            raise ProvisionError(f"{archive.name} has no {_PLACE}")
        shutil.rmtree(unpacked)

    cache.get("kunit", _PACKAGE, make)
