# mypy: disable-error-code="empty-body"
"""Parameters of a module, given when it is loaded, and changed later where they are writable.

    def power_of_two(value: int) -> bool:
        return value & (value - 1) == 0

    class EchoModule(Module):
        capacity = Parameter(4096, "bytes kept at most", minimum=1, maximum=1 << 20)
        burst: Parameter[u8] = Parameter(4, "bytes at once", writable=True, check=power_of_two)
        ports = Parameter([80, 443], "where to listen", capacity=8)

        def __init__(self) -> None:
            self.device = MiscDevice("echo", Echo(self.capacity))

`insmod echo.ko capacity=16 ports=1,2,3` in Linux, `kernel.load("echo.py", capacity=16, ports=[1, 2, 3])` in a
test. A value of the wrong form or out of range refuses the load with EINVAL, before any of the module's code
runs. Root reads all of them, and writes the writable ones, in `/sys/module/echo/parameters/`; a bad value
refuses the write with EINVAL, and the old one stays.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from kmi.interface import provided

__all__ = ["Parameter"]

P = TypeVar("P", bool, int, str, list[int])


@provided
class Parameter(Generic[P]):
    """A parameter of the module: a class attribute of the Module subclass, on which its value is read.

    The default, a constant, gives the kind: `bool`, `int` (64 bits, signed; another width where it is
    annotated, as `Parameter[u8]`), `str` or a list of integers.

    `minimum` and `maximum` bound an int, or each of a list, both inclusive. `capacity` is the most items of a
    list, 1 to 1024: by default as many as its default has. `check` is a function of the module that says
    whether a value will do: it is asked for each value that somebody gives, not for the default, and an
    exception in it means no.

    A text that is no UTF-8 is refused as any other value that will not do.

    A `writable` one can be changed while the module runs, by root: `EchoModule.burst` and `self.burst` give
    the latest value, each read anew. A str and a list are read whole, never half-changed, and each read makes
    a new one: MemoryError where there is no memory for it.
    """

    def __init__(
        self,
        default: P,
        description: str,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        capacity: int | None = None,
        check: Callable[[P], bool] | None = None,
        writable: bool = False,
    ) -> None:
        """A parameter that is `default` where the loader says nothing. All arguments are constant.

        Linux: `module_param_cb` (include/linux/moduleparam.h); a value of the wrong form fails the load.
        """
        ...

    def __get__(self, module: object, owner: type | None = None) -> P:
        """The value: what the loader gave or root wrote last, or the default."""
        ...
