"""What a diagnostic code is, and the registry of all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

ENDING = """

from kmi import Module, module


@module(license="GPL", description="an example")
class Example(Module):
    pass
"""

REGISTRY: dict[str, Code] = {}


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic, under a number that never changes meaning and is never used again.

    ``failing`` is a program for which the checker gives exactly this code, ``fixed`` the same one
    mended; both are printed by ``kmi explain`` and both are tests. A program without ``@module`` gets
    one at its end (``complete``), unless it is ``whole``. ``help`` is what a diagnostic says that has no
    better help of its own. With ``layer`` the programs are that module of a kernel's layer, and
    a ``package`` is several files. What is ``opaque`` hides errors of names and types in its line: they would
    only follow from it.
    """

    number: str
    title: str
    explanation: str
    failing: str
    fixed: str
    whole: bool = False
    help: str | None = None
    layer: str = ""
    opaque: bool = False
    package: bool = False

    def __str__(self) -> str:
        return self.number

    def complete(self, program: str) -> str:
        """``program`` as a file that can be checked by itself."""
        whole = self.whole or self.layer != "" or "@module" in program
        return program if whole else program + ENDING

    def files(self, program: str) -> dict[str, str]:
        """The files of a ``package``, each behind a line with its name, as ``# ring.py``."""
        parts = re.split(r"^# (\w+\.py)\n", program, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))


def code(
    number: int,
    title: str,
    explanation: str,
    *,
    failing: str,
    fixed: str,
    whole: bool = False,
    help: str | None = None,
    layer: str = "",
    opaque: bool = False,
    package: bool = False,
) -> Code:
    """Registers the code KMI0123 for the number 123. ValueError if the number is taken."""
    name = f"KMI{number:04}"
    if name in REGISTRY:
        raise ValueError(f"{name} is taken by {REGISTRY[name].title!r}")
    said = dedent(explanation).strip()
    made = Code(name, title, said, _program(failing), _program(fixed), whole, help, layer, opaque, package)
    REGISTRY[name] = made
    return made


def _program(text: str) -> str:
    return dedent(text).strip("\n") + "\n"
