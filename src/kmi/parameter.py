# mypy: disable-error-code="empty-body"
"""Parameters of a module, given when it is loaded.

    class EchoModule(Module):
        capacity = Parameter(4096, "bytes kept at most", minimum=1, maximum=1 << 20)

        def __init__(self) -> None:
            self.device = MiscDevice("echo", Echo(self.capacity))

`insmod echo.ko capacity=16` in Linux, `kernel.load("echo.py", capacity=16)` in a test. A value of the wrong
form or out of range refuses the load with EINVAL, before any of the module's code runs.
"""

from typing import Generic, TypeVar

from kmi.interface import provided

__all__ = ["Parameter"]

P = TypeVar("P", bool, int, str)


@provided
class Parameter(Generic[P]):
    """A parameter of the module: a class attribute of the Module subclass; on the instance, the value.

    The default, a constant, gives the kind: `bool`, `int` (64 bits, signed) or `str`. `minimum` and `maximum`
    bound an int, both inclusive. A `writable` one can be changed while the module runs, by root; each read
    then gives the latest value.
    """

    def __init__(
        self,
        default: P,
        description: str,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        writable: bool = False,
    ) -> None: ...

    def __get__(self, module: object, owner: type | None = None) -> P:
        """The value: what the loader gave, or the default."""
        ...
