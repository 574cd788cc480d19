"""The labels of a region: where an error lands, and what is dropped on its way out from there.

out_2:                                   each label falls into one that drops less
    kmi_release(&taken->object);
out_1:
    return 1;
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmi.compiler import linear
from kmi.compiler.linear import Variable
from kmi.language.source import Span

if TYPE_CHECKING:
    from kmi.compiler.emit.statements import Printer


def labels(printer: Printer, region: linear.Region, span: Span | None, returns: bool) -> None:
    """A region's labels, each falling into one that drops less; ``returns``: all leave."""
    keys = sorted((key for key in region.labels if key), key=len, reverse=True)
    placed: set[tuple[Variable, ...]] = set()
    chains: list[tuple[list[tuple[Variable, ...]], tuple[Variable, ...] | None]] = []
    for head in keys:
        chain: list[tuple[Variable, ...]] = []
        key: tuple[Variable, ...] | None = head
        while key is not None and key not in placed:
            chain.append(key)
            placed.add(key)
            key = _next(key, keys)
        if chain:
            chains.append((chain, key))
    end = region.labels.get(())
    for position, (chain, joins) in enumerate(chains):
        last = position == len(chains) - 1
        for index, key in enumerate(chain):
            printer.writer.label(region.labels[key], span)
            tail = chain[index + 1] if index + 1 < len(chain) else joins or ()
            for variable in key[: len(key) - len(tail)]:
                printer.counts.release(printer.writer, variable, span, variable.nullable)
                if variable.nullable and not returns:
                    printer.forget(variable, span)
        if joins is not None:
            printer.writer.line(f"goto {region.labels[joins]};", span, True)
        elif returns:
            printer.writer.line("return 1;", span)
        elif not last:
            end = end or printer.fresh(f"{region.name}_end")
            printer.writer.line(f"goto {end};", span, True)
    if end is not None:
        printer.writer.label(end, span)


def _next(key: tuple[Variable, ...], keys: list[tuple[Variable, ...]]) -> tuple[Variable, ...] | None:
    """The longest other key that ends this one."""
    return next((key[start:] for start in range(1, len(key)) if key[start:] in keys), None)
