"""What a diagnostic code is, and the registry of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

ENDING = '''

from kmi import Module, module


@module(license="GPL", description="an example")
class Example(Module):
    pass
'''

REGISTRY: dict[str, Code] = {}


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic, under a number that never changes meaning and is never used again.

    ``failing`` is a program for which the checker gives exactly this code, ``fixed`` the same one
    mended; both are printed by ``kmi explain`` and both are tests. A program without ``@module`` gets
    one at its end (``complete``), unless it is ``whole``.
    """

    number: str
    title: str
    explanation: str
    failing: str
    fixed: str
    whole: bool = False

    def __str__(self) -> str:
        return self.number

    def complete(self, program: str) -> str:
        """``program`` as a file that can be checked by itself."""
        return program if self.whole or "@module" in program else program + ENDING


def code(number: int, title: str, explanation: str, *, failing: str, fixed: str, whole: bool = False) -> Code:
    """Registers the code KMI0123 for the number 123. ValueError if the number is taken."""
    name = f"KMI{number:04}"
    if name in REGISTRY:
        raise ValueError(f"{name} is taken by {REGISTRY[name].title!r}")
    made = Code(name, title, dedent(explanation).strip(), _program(failing), _program(fixed), whole)
    REGISTRY[name] = made
    return made


def _program(text: str) -> str:
    return dedent(text).strip("\n") + "\n"
