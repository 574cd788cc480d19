"""``kmi explain-oops``: the lines of Python that a kernel's report of a bug points at."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from kmi import cache
from kmi.cli.exits import Exit
from kmi.cli.failure import Failure
from kmi.kernels.linux.toolchain.lines import Line, Place, has_place, lines_of, places
from kmi.machines.splats import Splat, parse

_BEFORE = re.compile(r"^(?:\s*\|\s)?(?:\w.* kernel: )?\s*\[\s*\d+\.\d+\] ")

CONTEXT = 2
"""How many lines of the source are shown before and after the one that matters."""


@click.command(name="explain-oops", short_help="Decode a kernel's oops to lines of Python.")
@click.argument("log", type=click.File("r", errors="replace"), default="-")
@click.option(
    "-m",
    "--module",
    "modules",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The .ko that was loaded; else those that kmi has built here are searched.",
)
def command(log: TextIO, modules: tuple[Path, ...]) -> int:
    """Show which lines of Python the reports in LOG point at: an oops, a WARNING, KASAN, lockdep.

    LOG is the kernel's log, as `dmesg` prints it, or - for standard input:

    \b
    dmesg | kmi explain-oops
    """
    if log is sys.stdin and sys.stdin.isatty():
        click.echo("paste the kernel's log, then press Ctrl-D", err=True)
    lines = [_without_stamp(line.rstrip("\n")) for line in log]
    splats = parse(lines)
    if not any(map(_points_somewhere, splats)) and places("\n".join(lines)):
        splats.append(Splat("Oops", "its beginning is missing in this log", tuple(lines)))
    if not splats:
        raise Failure(
            "this log has no oops, WARNING or other report of a bug; "
            "give all of it, as `dmesg` prints it: the report begins some lines before `Call Trace:`"
        )
    telling = list(filter(_points_somewhere, splats)) or splats  # a panic at the end says nothing of its own
    found = [_show(splat, modules) for splat in telling]
    return Exit.OK if any(found) else Exit.FAILED


def _points_somewhere(splat: Splat) -> bool:
    return bool(places("\n".join(splat.lines)))


def _without_stamp(line: str) -> str:
    """The line without what stands before the kernel's own words: a margin, syslog's host, dmesg's time."""
    return _BEFORE.sub("", line, count=1)


def _show(splat: Splat, modules: tuple[Path, ...]) -> bool:
    """Print one report and what it points at; whether anything of it is Python."""
    click.echo(str(splat))
    shown: set[Place] = set()
    decoded = False
    for place in places("\n".join(splat.lines)):
        if place in shown:
            continue
        shown.add(place)
        ko = _module(place, modules)
        if ko is None:
            click.echo(f"  {place}: no build of {place.module} here has this function; give it: -m FILE.ko")
            continue
        lines = lines_of(ko, place.function, place.offset)
        if not lines:
            click.echo(f"  {place}: not from a line of Python")
        for number, line in enumerate(lines):
            click.echo(f"  {_title(line)}{f'    {place}' if number == 0 else '    inlined above'}")
            if not decoded:
                _quote(line)
                decoded = True
    if not shown:
        click.echo("  no place in it is in a module")
    click.echo()
    return decoded


def _module(place: Place, given: tuple[Path, ...]) -> Path | None:
    """The build of the module that has this place: what was given, else the newest in the cache."""
    if given:
        candidates = [ko for ko in given if ko.stem.replace("-", "_") == place.module]
    else:
        built = (cache.directory() / "module").glob(f"*/{place.module}.ko")
        candidates = sorted(built, key=lambda path: path.stat().st_mtime, reverse=True)
    return next((ko for ko in candidates if has_place(ko, place)), None)


@dataclass(frozen=True)
class _Source:
    """What the source says about a line; its file may be gone or edited since."""

    lines: list[str]
    #: Such as ``Echo.read``.
    function: str | None
    #: The reason that the ``with unsafe(...)`` around the line gives.
    unsafe: str | None


def _title(line: Line) -> str:
    source = _source(line)
    inside = source.function if source and source.function else line.function
    return f"{line.path.name}:{line.number} in {inside}"


def _quote(line: Line) -> None:
    source = _source(line)
    if source is None:
        return
    for number in range(max(1, line.number - CONTEXT), min(len(source.lines), line.number + CONTEXT) + 1):
        mark = ">" if number == line.number else " "
        click.echo(f"    {mark} {number:4} | {source.lines[number - 1]}".rstrip())
    if source.unsafe is not None:
        click.echo(f'    it is in an unsafe block, whose reason is "{source.unsafe}"')
    else:
        click.echo("    it is in no unsafe block: please report this as a bug of kmi")


def _source(line: Line) -> _Source | None:
    try:
        text = line.path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return None
    if line.number > len(text.splitlines()):
        return None
    names: list[str] = []
    unsafe: str | None = None
    node: ast.AST | None = tree
    while node is not None:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.append(name)
            case ast.With(items=[ast.withitem(ast.Call(ast.Name("unsafe"), [ast.Constant(reason)]))]):
                unsafe = str(reason)
            case _:
                pass
        node = next((child for child in ast.iter_child_nodes(node) if _covers(child, line.number)), None)
    return _Source(text.splitlines(), ".".join(names) or None, unsafe)


def _covers(node: ast.AST, number: int) -> bool:
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    return first is not None and last is not None and first <= number <= last
