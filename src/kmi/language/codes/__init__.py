"""The codes of all diagnostics, as constants: ``codes.UNKNOWN_NAME``.

Each is declared once, by a call of ``code`` with a title, an explanation, a failing program and its
fixed twin, in the file of its hundred:

    UNKNOWN_NAME = code(201, "unknown name", "...", failing="...", fixed="...")

KMI01xx syntax and constructs, 02xx names and imports, 03xx types (``typing``, ``classes``), 04xx module and
interface, 05xx unsafe code, 06xx sharing, moves and escape, 07xx contexts, 08xx locks.

Invariants: numbers are permanent; every code's programs are run by tests/language/test_codes.py, so that
no code exists which nothing reports.
"""
# ruff: noqa: F403

from kmi.language.codes.base import REGISTRY, Code, code
from kmi.language.codes.classes import *
from kmi.language.codes.containers import *
from kmi.language.codes.contexts import *
from kmi.language.codes.devices import *
from kmi.language.codes.functions import *
from kmi.language.codes.interface import *
from kmi.language.codes.lifetimes import *
from kmi.language.codes.locks import *
from kmi.language.codes.names import *
from kmi.language.codes.readers import *
from kmi.language.codes.refused import *
from kmi.language.codes.sharing import *
from kmi.language.codes.syntax import *
from kmi.language.codes.typing import *
from kmi.language.codes.unsafe import *
from kmi.language.codes.weak import *

__all__ = ["REGISTRY", "Code", "code", "find"]


def find(number: str) -> Code | None:
    """The code of that number, written ``KMI0123``, ``kmi123`` or ``123``."""
    digits = number.strip().upper().removeprefix("KMI")
    return REGISTRY.get(f"KMI{int(digits):04}") if digits.isascii() and digits.isdigit() else None
