"""``kmi explain``: what a diagnostic's code means, by a program that has the mistake, and mended."""

from __future__ import annotations

import click

from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.language.codes import REGISTRY
from kmi.language.report.explain import explain


@click.command(short_help="Explain a diagnostic's code.")
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="List all codes with their titles.")
def command(code: str | None, every: bool) -> int:
    """Explain CODE, such as KMI0102: why it is a mistake, a program that makes it, and the program mended."""
    if every == (code is not None):
        raise click.UsageError("give a code or --all")
    if code is None:
        for number, one in sorted(REGISTRY.items()):
            click.echo(f"{number}  {one.title}")
        return Exit.OK
    try:
        click.echo(explain(code), nl=False)
    except LookupError as error:
        raise Failure(str(error.args[0]), code=Exit.USAGE) from None
    return Exit.OK
