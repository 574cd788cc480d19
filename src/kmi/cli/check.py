"""``kmi check``: everything that is wrong with a module, in one go."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click
from rich.console import Console

from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.cli.klds import check_klds
from kmi.compiler import checks
from kmi.language import Analysis, Library, analyse, packages
from kmi.language.report.diagnostics import Diagnostic, Severity
from kmi.language.report.formats import FORMATS
from kmi.language.report.render import styled
from kmi.language.tree import Program


class ModuleFile(click.Path):
    """A module's file; of a directory with an ``__init__.py``, which is a module of several files, that."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        given = Path(str(value))
        beside = [each.name for each in given.parent.glob("*.py")] if not given.exists() else []
        if near := get_close_matches(given.name, beside, 1):
            meant = str(given.with_name(near[0]))
            self.fail(f"there is no {str(given)!r}; did you mean {meant!r}?", param, ctx)
        path = Path(str(super().convert(value, param, ctx)))  # type: ignore[arg-type]
        if not path.is_dir():
            return path
        file = packages.entry_file(path)
        if not file.is_file():
            self.fail(f"the directory {str(path)!r} is no module: it has no __init__.py", param, ctx)
        return file


FILE = ModuleFile(exists=True, readable=True, path_type=Path)


@click.command(short_help="Check modules without building them.")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    default="text",
    show_default=True,
    help="For people (text) or for programs.",
)
@click.option(
    "--explain-checks",
    is_flag=True,
    help="Also list what is still checked at run time, what is known there, and what would take it away.",
)
@click.option(
    "--headers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="For a FILE.ko: the source tree of the FreeBSD that it is for, if not 15.",
)
def command(files: tuple[Path, ...], form: str, explain_checks: bool, headers: Path | None) -> int:
    """Report everything that keeps FILE from being a kernel module.

    Of a FILE.ko, which anybody may have made: what FreeBSD's linker would refuse. Ends with 3 if there was an
    error; warnings alone end with 0.
    """
    klds = [file for file in files if file.suffix == ".ko"]
    if klds:
        if form != "text" or explain_checks or len(klds) < len(files):
            raise Failure("klds are checked by themselves, and reported as text", code=Exit.USAGE)
        return check_klds(klds, headers)
    if headers is not None:
        raise Failure("--headers goes with a FILE.ko for another release of FreeBSD", code=Exit.USAGE)
    diagnostics: list[Diagnostic] = []
    modules = [file for file in files if not is_test(file)]
    for test in sorted({*files} - {*modules}):
        click.echo(f"{test}: left out, it is a test of modules, not a module: kmi test {test}", err=True)
    if not modules:
        return Exit.USAGE
    analyses = [analyse(file, Library()) for file in modules]
    for analysis in analyses:
        diagnostics += analysis.diagnostics
    if form != "text":
        click.echo(FORMATS[form](diagnostics), nl=False)
    elif diagnostics:
        show(diagnostics, Console(file=sys.stdout, highlight=False, soft_wrap=True))
    else:
        click.echo(f"{', '.join(map(str, modules))}: no mistakes found")
    if explain_checks:
        for file, analysis in zip(modules, analyses, strict=True):
            if analysis.program is not None:
                explain(file, analysis.program)
    return Exit.NOT_COMPILED if broken(diagnostics) else Exit.OK


def explain(file: Path, program: Program) -> None:
    """Print the checks that are left in a module, in the order of its lines."""
    listed = checks.left(program)
    for each in listed:
        check = each.check
        where = f"{check.span.source.path.name}:{check.span.line}:{check.span.column + 1}"
        click.echo(f"{where}: {check.kind} in {each.function}: `{check.span.text}`")
        click.echo(f"    known   {check.knows}")
        click.echo(f"    wanted  {check.allowed}")
        click.echo(f"    away    {check.away}")
    count = f"{len(listed)} check{'s' if len(listed) != 1 else ''}" if listed else "no checks"
    click.echo(f"{file}: {count} left at run time")


def is_test(file: Path) -> bool:
    """Whether pytest takes the file for its own: tests lie beside modules, `kmi check *.py` has both."""
    return file.name == "conftest.py" or file.name.startswith("test_") or file.stem.endswith("_test")


def checked(file: Path) -> Analysis:
    """The analysis of a module for a command that goes on with it; errors are shown and end the command."""
    analysis = analyse(file, Library())
    if analysis.diagnostics:
        show(analysis.diagnostics, Console(stderr=True, highlight=False, soft_wrap=True))
    if broken(analysis.diagnostics):
        raise click.exceptions.Exit(Exit.NOT_COMPILED)
    return analysis


def show(diagnostics: Sequence[Diagnostic], console: Console) -> None:
    """Print diagnostics for people, in colours where the console has them."""
    console.print(styled(diagnostics), end="")


def broken(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether there is an error among them."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
