"""Managers that look at the exception: commit or roll back, hold it back."""

from errno import EBUSY
from types import TracebackType

from kmi import info


class Bad(ValueError):
    def __init__(self, code: int) -> None:
        super().__init__(f"bad {code}")
        self.code = code


class Transaction:
    """Commits, or rolls back."""

    def __init__(self, values: list[int]) -> None:
        self.values = values
        self.before = list(values)

    def __enter__(self) -> "Transaction":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            info(f"commit {len(self.values)}")
            return
        self.values.clear()
        self.values.extend(self.before)
        info(f"rolled back: {error}")


class Holding:
    def __enter__(self) -> "Holding":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            info("no error")
            return False
        if isinstance(error, Bad):
            info(f"bad with {error.code}")
            return error.code == 7
        if kind is not None and issubclass(kind, OSError) and trace is not None:
            info(f"os {error!r}")
            return True
        return isinstance(error, KeyError)




def fail(how: int) -> None:
    match how:
        case 0:
            return
        case 1:
            raise Bad(7)
        case 2:
            raise Bad(8)
        case 3:
            raise OSError(EBUSY, "busy")
        case 4:
            raise KeyError("k")
        case _:
            raise IndexError


def main() -> None:
    for how in range(6):
        values = [1]
        try:
            with Transaction(values) as both:
                both.values.append(2)
                fail(how)
        except Exception as error:
            info(f"{error!r}")
        info(f"{values}")
    for how in range(6):
        try:
            with Holding():
                fail(how)
        except Exception as error:
            info(f"out {error!r}")
    for how in range(3):
        with Holding():
            if how == 1:
                continue
            fail(how)
    last: Exception | None = None
    for how in range(3):
        try:
            fail(how)
        except Exception as error:
            last = error
    if isinstance(last, Bad):
        info(f"{last.code}")
    if last is not None:
        raise last
