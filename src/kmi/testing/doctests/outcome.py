"""How the doctest of one docstring ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One docstring's end."""

    name: str
    said: tuple[str, ...] = ()
    """What was expected and what came, where it failed."""
    passed: bool = True


class Incomplete(AssertionError):
    """A kernel that ran fewer doctests than it promised, or none."""
