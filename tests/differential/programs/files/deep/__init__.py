"""A package in the package."""

from ..ring import Ring
from .limits import LIMIT as LIMIT


def measure(ring: Ring) -> int:
    return len(ring.items) * 10 + ring.room
