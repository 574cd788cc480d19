"""What ``kmi check`` says of files that are built already: klds, for FreeBSD."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kmi.cli.exits import Exit

__all__ = ["check_klds"]


def check_klds(files: Sequence[Path]) -> Exit:
    """Print why FreeBSD would not take each, a sentence a line; KernelMissing without its headers."""
    from kmi.kernels.freebsd.provision import prepare
    from kmi.kernels.freebsd.provision.releases import DEFAULT
    from kmi.kernels.freebsd.toolchain import kld
    from kmi.testing.kernels.registry import KernelMissing

    if missing := prepare.missing(DEFAULT):
        raise KernelMissing("freebsd", missing)
    verdict = Exit.OK
    for file in files:
        if problems := kld.check(file, DEFAULT, str(file)):
            verdict = Exit.NOT_COMPILED
        for problem in problems or [f"{file}: nothing was found that {DEFAULT.title} would refuse"]:
            click.echo(problem)
    return verdict
