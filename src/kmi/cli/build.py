"""``kmi build``: a module for a real kernel."""

from __future__ import annotations

from pathlib import Path

import click

from kmi.cli.check import FILE, checked
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Progress
from kmi.cli.targets import Target, target_of
from kmi.compiler.driver import PASSES
from kmi.language import packages


@click.command(short_help="Build a module for a kernel.")
@click.argument("file", type=FILE)
@click.option("--on", required=True, metavar="KERNEL", help="The kernel to build for: linux:6.1, freebsd, …")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else NAME.ko, here."
)
@click.option("--dump", type=click.Choice(PASSES), help="Print the program after a pass; build nothing.")
@click.option(
    "--export",
    "exported",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write C, Kbuild, Makefile and dkms.conf to DIR, to build without kmi.",
)
@click.option(
    "--headers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="FreeBSD's source tree, for a release of which kmi has no headers: /usr/src.",
)
@click.option("--test", is_flag=True, help="A test build: counts what is alive, can fail allocations.")
def command(
    file: Path,
    on: str,
    output: Path | None,
    dump: str | None,
    exported: Path | None,
    headers: Path | None,
    test: bool,
) -> int:
    """Compile FILE to a module of KERNEL, and say whether that kernel would take it."""
    target = target_of(on, headers)
    checked(file)
    if dump is not None:
        _dump(file, target, dump)
        return Exit.OK
    if exported is not None:
        click.echo(target.export(file, exported))
        return Exit.OK
    name = packages.module_name(file)
    with Progress().step(f"build {name} for {on}") as note:
        built = target.build(file, test=test, output=output or Path(f"{name}.ko"), progress=note)
    for said in built.notes:
        click.echo(f"note: {said}", err=True)
    if built.problems:
        raise Failure("\n".join(built.problems))
    click.echo(f"{output or name + '.ko'}: {built.size:,} bytes, of which {on} loads {built.loaded:,}")
    return Exit.OK


def _dump(file: Path, target: Target, wanted: str) -> None:
    def take(name: str, text: str) -> None:
        if name == wanted:
            click.echo(text)

    target.program(file, dump=take)
