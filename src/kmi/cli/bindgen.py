"""``kmi bindgen``: typed bindings from a kernel's headers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from kmi import bindgen
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.progress import Note, Progress
from kmi.kernels.building import binder
from kmi.kernels.building.binder import Bound, Headers
from kmi.kernels.freebsd.provision import releases
from kmi.kernels.linux.provision import flavors


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
    with Progress().step(f"{on}: read the headers") as note:
        try:
            found, bound, first = _of(on, note)
            text = binder.ask(found, names, (*first, *headers)) if names else bound().python.read_text()
        except (flavors.UnknownKernel, releases.UnknownRelease) as error:
            raise Failure(f"--on: {error}", code=Exit.USAGE) from None
        except (bindgen.HeaderError, bindgen.NameNotFound) as error:
            if not names:
                raise
            raise Failure(str(error), code=Exit.USAGE) from None
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text)
    return Exit.OK


def _of(on: str, note: Note) -> tuple[Headers, Callable[[], Bound], Sequence[str]]:
    """A kernel's headers, the bindings of kmi's own layer, and what has to be included before any of them."""
    if on.split(":")[0] == "freebsd":
        from kmi.kernels.freebsd.toolchain import binder as freebsd

        release = releases.find(on)
        return freebsd.headers(release, note), lambda: freebsd.bind(release, note), ["sys/param.h"]
    from kmi.kernels.linux.toolchain import binder as linux

    flavor = flavors.find(on)
    return linux.headers(flavor, note), lambda: linux.bind(flavor, note), []
