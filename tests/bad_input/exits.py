# expect: KMI0315 at 17
"""An `__exit__` that asks `kind` for more than it says."""

from types import TracebackType

from kmi import Module, module


class Manager:
    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        held = isinstance(error, KeyError)
        return held or kind is ValueError


@module(license="GPL", description="exits")
class Exits(Module):
    pass
