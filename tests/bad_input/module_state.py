# expect: KMI0104 at 12
# expect: KMI0104 at 13
# expect: KMI0602 at 22
# expect: KMI0601 at 26
"""State at the top of the module, and in the module object without a lock."""

from typing import Final

from kmi import Module, module

LIMIT: Final = 10
TABLE: Final = [1, 2, 3]
seen = {}


@module(license="GPL", description="state")
class State(Module):
    total = 0

    def __init__(self) -> None:
        self.loads = 0
        self.names: list[str] = []
        self.bump()

    def bump(self) -> None:
        self.loads += 1
