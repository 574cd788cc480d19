"""What ``parameters`` has learnt of functions: a table that ranges and facts look into."""

from __future__ import annotations

from dataclasses import dataclass, field

from kmi.compiler.intervals import Interval


@dataclass(slots=True)
class Known:
    """Intervals of parameters and of results, by the identity of the local and of the function."""

    seen: frozenset[int] = frozenset()
    """The functions whose calls were looked at: one that is not there makes all of it void."""
    parameters: dict[int, Interval] = field(default_factory=dict)
    results: dict[int, Interval] = field(default_factory=dict)
    items: Interval | None = None
    """What every item of a ``list[int]`` is, if ``contents`` finds it so."""
