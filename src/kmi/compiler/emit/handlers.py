"""Handlers and clean-ups: where errors go that a ``try``, a ``with`` or an unwinding frame meets.

    try:                                    if (unlikely(f(error)))
        f()                                         goto except_1;
    except ValueError:              ->      goto done_1;
        g()                                 except_1:
                                            if (kmi_error_is(error, &kmi_ValueError)) {
                                                    g();
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmi.compiler import linear
from kmi.compiler.emit.expressions import by_pointer, exception_name
from kmi.compiler.emit.regions import labels
from kmi.compiler.ending import ends
from kmi.compiler.linear import Statement
from kmi.compiler.tidy import walk
from kmi.language.types import ClassType

if TYPE_CHECKING:
    from kmi.compiler.emit.statements import Printer


def try_(printer: Printer, statement: linear.Try) -> None:
    """A ``try`` with its handlers behind it, which a body that goes well jumps over."""
    printer.block(statement.body)
    printer.block(statement.otherwise)
    if not statement.catches or statement.region is None:
        return
    done = printer.fresh("done")
    open_end = not (ends(statement.body) or ends(statement.otherwise))
    if open_end:
        printer.used.add(done)
        printer.writer.line(f"goto {done};", statement.span, True)
    labels(printer, statement.region, statement.span, False)
    covered = False
    for position, catch in enumerate(statement.catches):
        word = "if" if position == 0 else "} else if"
        last = position == len(statement.catches) - 1 and statement.edge is None
        if not catch.classes or last:  # whatever gets to the last one is its, where nothing goes on
            covered = True
            if position:
                printer.writer.line("} else {", catch.span, True)
            else:
                printer.writer.line("{", catch.span, True)
        else:
            tests = [f"kmi_error_is(error, &{exception_name(ClassType(each))})" for each in catch.classes]
            printer.writer.line(f"{word} ({' || '.join(tests)}) {{", catch.span)
        printer.writer.depth += 1
        if catch.saved is not None:
            source = "error" if by_pointer(catch.saved) else "*error"
            printer.writer.line(f"{catch.saved.name} = {source};", catch.span)
        printer.block(catch.body)
        printer.writer.depth -= 1
    if not covered and statement.edge is not None:
        printer.writer.line("} else {", statement.span, True)
        printer.writer.line(f"\t{printer.goto(statement.edge)}", statement.span, True)
    printer.writer.line("}", statement.span, True)
    if open_end:
        printer.place(done, statement.span)


def cleanup(printer: Printer, statement: linear.Cleanup) -> None:
    """What has to be done on the way out of a body, whether it goes well or not."""
    printer.block(statement.body)
    printer.block(statement.otherwise)
    region = statement.region
    if region is None or not region.labels:
        return
    if statement.edge is not None and not _leaves(statement.cleanup):
        printer.deferred.append(statement)
        return
    done = printer.fresh("done")
    open_end = not (ends(statement.body) or ends(statement.otherwise))
    if open_end:
        printer.used.add(done)
        printer.writer.line(f"goto {done};", statement.span, True)
    _path(printer, statement, region)
    if open_end:
        printer.place(done, statement.span)


def deferred_paths(printer: Printer) -> None:
    """Error paths that only clean up stand behind the function's last return, as kernel C has them."""
    while printer.deferred:
        statement = printer.deferred.pop(0)
        assert statement.region is not None
        _path(printer, statement, statement.region)


def _path(printer: Printer, statement: linear.Cleanup, region: linear.Region) -> None:
    """The error path of a clean-up: what it does, and on to where the error goes next."""
    labels(printer, region, statement.span, False)
    saved = statement.saved
    if statement.save and (saved.owned or statement.edge is not None):
        printer.writer.line(f"{saved.name} = *error;", statement.span)
    printer.block(statement.cleanup)
    if statement.save and statement.edge is not None:
        printer.writer.line(f"*error = {saved.name};", statement.span)
        if saved.owned and saved.nullable:
            printer.forget(saved, statement.span)
    if statement.edge is not None:
        printer.writer.line(printer.goto(statement.edge), statement.span, True)


def _leaves(body: list[Statement]) -> bool:
    """Whether a block has a way out of its own, which must be where its loop is."""
    return any(isinstance(each, linear.Break | linear.Continue | linear.Return) for each in walk(body))
