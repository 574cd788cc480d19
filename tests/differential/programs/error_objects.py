"""Exceptions with fields and methods: caught, kept, raised again, looked at by `__exit__`."""

from __future__ import annotations

from errno import EBUSY, EIO
from types import TracebackType

from kmi import info


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"~{self.name}")


class Coded(ValueError):
    def __init__(self, code: int, loud: str | None = None) -> None:
        super().__init__(f"code {code}")
        self.code = code
        self.loud = loud


class Deep(Coded):
    def __init__(self, code: int, more: tuple[int, int]) -> None:
        super().__init__(code * 2, f"deep{code}")
        self.more = more

    def __str__(self) -> str:
        return f"deep {self.code} {self.more}"

    def total(self) -> int:
        return self.code + self.more[0] + self.more[1]


class Plain(Exception):
    pass


class Disk(OSError):
    def __init__(self, sector: int) -> None:
        super().__init__(EIO, f"sector {sector}")
        self.sector = sector


def raises(n: int) -> int:
    local = Loud(f"local{n}")
    match n:
        case 0:
            raise Coded(5)
        case 1:
            raise Coded(6, "carried")
        case 2:
            raise Deep(7, (1, n))
        case 3:
            raise Plain("plain", 3)
        case 4:
            raise KeyError(n)
        case 5:
            raise OSError(EBUSY, "busy")
        case 6:
            raise Disk(99)
        case 7:
            raise KeyError("k", local.name)
        case 8:
            raise ValueError
        case 9:
            raise Coded(300, local.name)
        case _:
            return n


def caught(n: int) -> int:
    try:
        return raises(n)
    except Deep as error:
        info(f"deep {error} {error.code} {error.total()} {error!r}")
        kept = error.loud
        info(kept if kept is not None else "-")
        return error.total()
    except Coded as error:
        info(f"coded {error} {error.code} {error.loud is None} {error!r}")
        return error.code
    except KeyError as error:
        info(f"key {error} {error!r}")
        raise Coded(1) from error
    except Disk as error:
        info(f"disk {error} {error.errno} {error.strerror} {error.sector}")
        return error.sector
    except OSError as error:
        info(f"os {error} {error.errno} {error!r}")
        return error.errno or 0
    finally:
        info(f"finally {n}")


def keeps(n: int) -> Coded | None:
    saved: Coded | None = None
    try:
        raises(n)
    except Coded as error:
        saved = error
    except Exception as error:
        info(f"other {error!r}")
    info("kept")
    return saved


def again(n: int) -> None:
    try:
        try:
            raises(n)
        except Coded as error:
            if error.loud is not None:
                raise
            raise Deep(error.code, (0, 0)) from error
    except Deep as error:
        info(f"again deep {error}")
    except Coded as error:
        info(f"again coded {error.code}")


class Change:
    def __init__(self, items: list[int]) -> None:
        self.items = items
        self.before: list[int] = []

    def __enter__(self) -> Change:
        self.before = list(self.items)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            info(f"commit {self.items}")
            return False
        info(f"roll back {kind is None} {error}")
        self.items[:] = self.before
        if isinstance(error, Coded):
            info(f"code {error.code}")
            return error.code > 6
        return isinstance(error, KeyError)


def changes(n: int) -> None:
    items = [1]
    for k in range(2):
        with Change(items) as change:
            change.items.append(k + 10)
            if n == 20:
                continue
            if n == 21:
                break
            if n == 22:
                return
            raises(n)
            info("went well")
    info(f"{items}")


def main() -> None:
    for n in range(11):
        try:
            info(f"{caught(n)}")
        except Exception as error:
            info(f"out {error!r}")
    for n in [0, 2, 3, 9, 10]:
        saved = keeps(n)
        if saved is not None:
            info(f"saved {saved} {saved.code}")
    saved = None
    for n in [0, 1, 2, 9]:
        again(n)
    for n in [0, 1, 2, 3, 4, 5, 9, 10, 20, 21, 22]:
        try:
            changes(n)
        except Exception as error:
            info(f"changes {error!r}")
    stored: list[Coded] = []
    for n in [0, 1, 2]:
        try:
            raises(n)
        except Coded as error:
            stored.append(error)
    info(f"{[error.code for error in stored]} {max(stored, key=lambda e: e.code)}")
    stored.clear()
    info("cleared")
    raise Deep(50, (1, 1))
