"""What ``kmi check`` says of files that are built already: klds, for FreeBSD."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kmi.cli.exits import Exit

__all__ = ["check_klds"]


def check_klds(files: Sequence[Path], headers: Path | None) -> Exit:
    """Print why FreeBSD 15, or the release that a source tree is of, would not take each: a sentence a line.

    Raises KernelMissing without the headers, Failure where the tree is none.
    """
    from kmi.cli.targets import release_of
    from kmi.kernels.freebsd.toolchain import kld

    release = release_of("freebsd", headers)
    verdict = Exit.OK
    for file in files:
        if problems := kld.check(file, release, str(file)):
            verdict = Exit.NOT_COMPILED
        for problem in problems or [f"{file}: nothing was found that {release.title} would refuse"]:
            click.echo(problem)
    return verdict
