"""``kmi bindgen``: typed bindings from a kernel's headers."""

from __future__ import annotations

from pathlib import Path

import click

from kmi import bindgen
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Progress
from kmi.kernels.linux.provision import flavors
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.toolchain import binder, kbuild


@click.command(short_help="Write bindings of a kernel's headers.")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--on", default="linux:6.1", metavar="KERNEL", show_default=True, help="Whose headers.")
@click.option(
    "--include", "headers", multiple=True, metavar="HEADER", help="A header that has them: linux/fs.h."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Else printed.")
def command(names: tuple[str, ...], on: str, headers: tuple[str, ...], output: Path | None) -> int:
    """Write the bindings of each NAME (a struct, a function, a constant), read from the HEADERs given.

    Without a NAME: the bindings that kmi's own layer for this kernel asks for.
    """
    if bool(names) != bool(headers):
        raise click.UsageError("give names together with the headers they are in (--include), or neither")
    try:
        flavor = flavors.find(on)
    except flavors.UnknownKernel as error:
        raise Failure(f"--on: {error}", code=Exit.USAGE) from None
    with Progress().step(f"{on}: read the headers") as note:
        if names:
            prologue = "".join(f"#include <{header}>\n" for header in headers)
            flags = bindgen.clang_flags(kbuild.commands(flavor, note).compiler)
            title = f"Bindings of Linux {provision.release(flavor)}."
            try:
                made = bindgen.generate(prologue, names, flags, provision.headers(flavor), title)
            except (bindgen.HeaderError, bindgen.NameNotFound) as error:
                raise Failure(str(error), code=Exit.USAGE) from None
            text = made.python
        else:
            text = binder.bind(flavor, note).python.read_text()
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text)
    return Exit.OK
