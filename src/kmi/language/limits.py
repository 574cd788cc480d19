"""What no program may exceed, on any kernel: the checks of each are made of these numbers."""

from typing import Final

__all__ = ["DEEPEST"]

DEEPEST: Final = 64
"""How many counted calls may be nested, on every kernel and in the simulator."""
