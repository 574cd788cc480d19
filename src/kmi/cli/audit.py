"""``kmi audit``: every unsafe block of a module, with the reason that its author gave."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from kmi.cli.check import FILE, checked
from kmi.cli.exits import Exit
from kmi.cli.targets import target_of
from kmi.language import tree
from kmi.language.tree.walk import functions, trusted, walk

Block = tuple[str, int, str, str]
"""The file, the line, the function, the reason."""


@click.command(short_help="List the unsafe blocks of a module.")
@click.argument("file", type=FILE)
@click.option("--on", metavar="KERNEL", help="Also those of the library that it reaches on linux:6.1, ….")
def command(file: Path, on: str | None) -> int:
    """List the `with unsafe("reason")` blocks of FILE and, with --on, of kmi's own code with it."""
    program = checked(file).program if on is None else target_of(on).program(file)
    assert program is not None
    modules = program.modules.values()
    own = [block for module in modules if not trusted(module.name) for block in blocks(module)]
    click.echo(f"{file}: {_counted(len(own))}")
    _show(own)
    if on is None:
        click.echo("those of the library that comes with it: --on linux:6.12")
        return Exit.OK
    library = [block for module in modules if trusted(module.name) for block in blocks(module)]
    click.echo(f"the library, on {on}: {_counted(len(library))}")
    _show(library)
    return Exit.OK


def blocks(module: tree.Module) -> Iterator[Block]:
    """The unsafe blocks of the functions of a module that are reached, in the order of their lines."""
    found: set[Block] = set()
    for function in functions(module):
        for node in walk(function.body or []):
            if isinstance(node, tree.Unsafe):
                path = str(node.span.source.path)
                found.add((path, node.span.line, function.qualified, node.reason))
    yield from sorted(found)


def _show(found: list[Block]) -> None:
    for path, line, function, reason in found:
        short = os.path.relpath(path)
        click.echo(f"  {path if short.startswith('..') else short}:{line} in {function}: {reason}")


def _counted(count: int) -> str:
    return "no unsafe blocks" if not count else "1 unsafe block" if count == 1 else f"{count} unsafe blocks"
