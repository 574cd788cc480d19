"""Putting a built module where it was asked for, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kmi.kernels.building.refused import BuildError

__all__ = ["deliver"]


def deliver(built: Path, output: Path) -> None:
    """Copy the file there. Raises BuildError."""
    if output.exists() and not output.is_file():  # /dev/stdout and its like
        shutil.copyfile(built, output)
        return
    final = output.resolve()
    partial = final.with_name(f".{final.name}.partial")
    try:
        shutil.copyfile(built, partial)
        partial.replace(final)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BuildError(
            f"{output} cannot be written: {os.strerror(error.errno or 0)}; choose another place with -o"
        ) from error
