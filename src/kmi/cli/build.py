"""``kmi build``: a module for a real kernel."""

from __future__ import annotations

from pathlib import Path

import click

from kmi.cli.check import FILE, checked
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Progress
from kmi.compiler.driver import PASSES
from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.provision.flavors import KernelFlavor
from kmi.kernels.linux.toolchain import preflight
from kmi.kernels.linux.toolchain.build import build, generate
from kmi.kernels.linux.toolchain.export import export
from kmi.language import packages
from kmi.testing.kernels.linux import LinuxKind
from kmi.testing.kernels.registry import KernelMissing


@click.command(short_help="Build a module for a kernel.")
@click.argument("file", type=FILE)
@click.option("--on", required=True, metavar="KERNEL", help="The kernel to build for: linux:6.1, …")
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
@click.option("--test", is_flag=True, help="A test build: counts what is alive, can fail allocations.")
def command(
    file: Path, on: str, output: Path | None, dump: str | None, exported: Path | None, test: bool
) -> int:
    """Compile FILE to a module of KERNEL, and say whether that kernel would take it."""
    flavor = flavor_of(on)
    checked(file)
    if dump is not None:
        _dump(file, flavor, dump)
        return Exit.OK
    if exported is not None:
        files = export(file, flavor, exported)
        click.echo(f"{exported}: {len(files)} files; `make -C {exported} KDIR=HEADERS modules` builds them")
        return Exit.OK
    name = packages.module_name(file)
    with Progress().step(f"build {name} for {on}") as note:
        built = build(file, flavor, test=test, output=output or Path(f"{name}.ko"), progress=note)
    if problems := preflight.check(built.ko, flavor):
        raise Failure("\n".join(problems))
    loaded = preflight.loaded_size(built.ko)
    click.echo(f"{output or name + '.ko'}: {built.size:,} bytes, of which {on} loads {loaded:,}")
    return Exit.OK


def _dump(file: Path, flavor: KernelFlavor, wanted: str) -> None:
    def take(name: str, text: str) -> None:
        if name == wanted:
            click.echo(text)

    generate(file, flavor, dump=take)


def flavor_of(on: str) -> KernelFlavor:
    """The Linux of an `--on` option. Raises Failure for other names, KernelMissing where it is not here."""
    if on == "simulated":
        raise Failure("the simulated kernel runs the file as it is: nothing is built", code=Exit.USAGE)
    try:
        flavor = flavors.find(on)
    except flavors.UnknownKernel as error:
        raise Failure(f"--on: {error}", code=Exit.USAGE) from None
    if missing := LinuxKind(flavor).missing():
        raise KernelMissing(on, missing)
    return flavor
