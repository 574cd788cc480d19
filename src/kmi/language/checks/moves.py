"""What goes under a lock belongs to the lock from then on: nothing else may lead to it.

    self.permits = Mutex(Permits())      # fine: made here, known to nobody
    self.bytes = Mutex(start)            # fine if `start` was made here and is not used any more
    entries.append(entry)                # under a lock: `entry` is lent by the block from here on

Invariant: when a confined object goes under a lock, all that leads to it are locals of this function,
and none of these is read afterwards but inside the lock's block.
"""

from __future__ import annotations

from kmi.language import codes
from kmi.language.checks.graph import Point
from kmi.language.checks.origins import Argument, Elsewhere, Lent, Moved, Origins, Set, State, ordered
from kmi.language.report.diagnostics import Reporter
from kmi.language.tree import Expression


def check(origins: Origins, reporter: Reporter) -> None:
    """Reports what goes under a lock and is known elsewhere, or is used afterwards."""
    for point, state in origins.states.items():
        _used(point, state, origins, reporter)
        for _, value, found in origins.moves(point, state):
            _aliased(value, found, reporter)
        for stored in origins.stores(point, state):
            if stored.foreign:
                _aliased(stored.held, stored.held_origins, reporter)


def _used(point: Point, state: State, origins: Origins, reporter: Reporter) -> None:
    for read in origins.reads(point):
        for origin in ordered(state.get(read.local, frozenset())):
            if isinstance(origin, Moved):
                place = origin.place
                owner = f"self.{place.field.name}"
                reporter.error(
                    codes.MOVED_AND_USED,
                    read.span,
                    f"`{read.local.name}` is used after it went under the lock `{owner}`",
                    label="used here, without the lock",
                    labels=[(place.span, f"from here on it belongs to `{owner}`")],
                    help="use it before that line, or under the lock:\n"
                    f"with {owner} as {read.local.name}:\n    ...",
                )


def _aliased(value: Expression, found: Set, reporter: Reporter) -> None:
    for origin in ordered(found):
        match origin:
            case Argument(local=local):
                whose = "the caller still has it"
                span = local.span
                label = f"`{local.name}` belongs to the caller"
            case Lent(block=block):
                whose = "another lock guards it"
                span = block.context.span
                label = "it is guarded by this lock"
            case Elsewhere(site=site):
                whose = "nothing is known about where it comes from"
                span = site.span
                label = "it comes from unsafe code"
            case _:
                continue
        written = value.span.text
        copy = f"a copy (`bytearray({written})`)" if str(value.type) == "bytearray" else "a copy"
        reporter.error(
            codes.MOVED_BUT_ALIASED,
            value.span,
            f"`{written}` goes under a lock, but {whose}",
            labels=[(span, label)] if span != value.span else [],
            note="what a lock guards must not be reachable without the lock",
            help=f"put {copy} under the lock, or something that is made here",
        )
        return
