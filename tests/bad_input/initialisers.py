# expect: KMI0312 at 17
# expect: KMI0312 at 26
# expect: KMI0312 at 29
"""`__init__` and `__del__` called by hand: final fields would change under those who borrow them."""

from kmi import Module, info, module
from kmi.sync import Mutex


class Table:
    def __init__(self, size: int) -> None:
        self.items = [size]
        self.size = size

    def reset(self) -> int:
        items = self.items
        self.__init__(0)
        return len(items)


class Wide(Table):
    def __init__(self) -> None:
        super().__init__(9)

    def again(self) -> None:
        super().__init__(8)

    def end(self) -> None:
        self.__del__()

    def __del__(self) -> None:
        info("gone")


@module(license="GPL", description="initialisers")
class Main(Module):
    def __init__(self) -> None:
        self.wide = Mutex(Wide())
