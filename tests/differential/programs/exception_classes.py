"""Exceptions with fields, methods and texts of their own."""

from errno import EBUSY

from kmi import info


class Busy(OSError):
    def __init__(self, owner: int, name: str) -> None:
        super().__init__(EBUSY, f"held by {owner}")
        self.owner = owner
        self.name = name

    def described(self) -> str:
        return f"{self.name} has it ({self.owner})"


class VeryBusy(Busy):
    def described(self) -> str:
        return "very " + super().described()


class Parse(ValueError):
    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column


class Missing(KeyError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    @property
    def upper(self) -> str:
        return self.key.upper()


class Spoken(Exception):
    LIMIT = 7

    def __init__(self, code: int) -> None:
        super().__init__(code, "code")
        self.code = code

    def __str__(self) -> str:
        return f"spoken {self.code} of {self.LIMIT}"


class Plain(Exception):
    def twice(self) -> int:
        return 2


class Told(OSError):
    def __init__(self, name: str) -> None:
        super().__init__(EBUSY, f"held by {name}")
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} has it"


class Deeper(Spoken):
    def __init__(self, code: int, why: str) -> None:
        super().__init__(code + 1)
        self.why = why


def fail(how: int) -> None:
    if how == 0:
        raise Busy(3, "n" + "ame")
    if how == 1:
        raise VeryBusy(4, "other")
    if how == 2:
        raise Parse(3, 4)
    if how == 3:
        raise Missing("key" + "s")
    if how == 4:
        raise Spoken(5)
    if how == 5:
        raise Plain("plain")
    if how == 6:
        raise Plain
    if how == 7:
        raise Deeper(9, "why")
    if how == 8:
        raise ValueError("usual")


def told() -> None:
    try:
        raise Told("somebody")
    except OSError as error:
        info(f"{error} {error!r} {error.strerror} {error.errno}")


def shown(error: Exception) -> str:
    if isinstance(error, Busy):
        return error.described()
    return f"{error!r}"


def through(how: int) -> int:
    for turn in range(3):
        try:
            fail(how)
        except Busy as error:
            if turn == 1:
                return error.owner
            continue
        except Spoken as error:
            if error.code > 6:
                break
            info(f"{error.code}")
        finally:
            info("finally")
    return -1


def again(how: int) -> None:
    try:
        fail(how)
    except Busy:
        raise
    except Parse as error:
        raise Busy(error.line, "parse") from error
    except Spoken as error:
        raise error
    finally:
        try:
            fail(how)
        except Exception as inner:
            info(f"inner {inner}")


def swallowed(how: int) -> int:
    try:
        fail(how)
    finally:
        return how


def kept(how: int) -> None:
    found: list[Exception] = []
    last: Exception | None = None
    for each in range(how):
        try:
            fail(each)
        except Exception as error:
            found.append(error)
            last = error
    for one in found:
        info(f"{one} {one!r}")
    if last is not None:
        info(f"last {last}")
    pair = (found[0], 3)
    first, _ = pair
    if isinstance(first, Busy):
        info(first.name)


def make(code: int) -> Spoken:
    return Spoken(code)


def main() -> None:
    for how in range(9):
        try:
            fail(how)
        except VeryBusy as error:
            info(f"{error.described()} {error.owner} {error.errno} {error.strerror} {error}")
        except Busy as error:
            info(f"{error.described()} {error.owner} {error.errno} {error} {error!r}")
        except Parse as error:
            info(f"{error.line} {error.column} {error} {error!r}")
        except Missing as error:
            info(f"{error.key} {error.upper} {error} {error!r}")
        except Spoken as error:
            info(f"{error.code} {error} {error!r} {error.LIMIT}")
        except Plain as error:
            info(f"{error.twice()} {error} {error!r}")
        except Exception as error:
            info(f"{error}")
    for how in range(9):
        try:
            fail(how)
        except Exception as error:
            info(shown(error))
    info(f"{through(0)} {through(4)} {through(7)}")
    for how in range(9):
        try:
            again(how)
        except (Busy, Spoken) as error:
            info(f"again {error}")
        except Exception as error:
            info(f"other {error}")
    for how in range(9):
        info(f"{swallowed(how)}")
    kept(9)
    told()
    made = make(1)
    info(f"{made} {made.code}")
    try:
        raise made
    except Spoken as caught:
        info(f"{caught.code} {made.code}")
    raise make(3)
