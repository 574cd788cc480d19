"""The smallest module: it logs a few greetings when it is loaded.

    insmod minimal.ko greetings=3
"""

from kmi import Module, Parameter, info, module


@module(license="GPL", description="greets the kernel's log")
class Minimal(Module):
    greetings = Parameter(1, "how many greetings to log", minimum=0, maximum=10)

    def __init__(self) -> None:
        for number in range(self.greetings):
            info(f"minimal: hello, kernel ({number + 1} of {self.greetings})")
