"""Says hello when it is loaded, and whom it greeted when it goes."""

from kmi import Module, info, module


class Guest:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"bye, {self.name}")


@module(license="Dual BSD/GPL", description="greets", version="2.1")
class Greeter(Module):
    def __init__(self) -> None:
        self.guest = Guest("FreeBSD")
        ages = {"old": 33, "young": 15}
        info(f"hello, {self.guest.name}: {sorted(ages.values())}")
