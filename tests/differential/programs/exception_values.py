"""Exceptions with fields, wherever values may be."""

from kmi import info


class Bad(ValueError):
    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"bad {code}")
        self.code = code
        self.name = name


class Worse(Bad):
    def __init__(self, code: int) -> None:
        super().__init__(code, "worse" + str(code))


class Holder:
    def __init__(self, error: Exception) -> None:
        self.error = error
        self.last: Bad | None = None

    def keep(self, error: Bad) -> None:
        self.last = error

    def again(self) -> None:
        raise self.error


def raising(error: Exception) -> None:
    raise error


def choose(flag: bool) -> Bad:
    return Bad(1, "o" + "ne") if flag else Worse(2)


def pair() -> tuple[Bad, int]:
    return Bad(5, "fi" + "ve"), 5


def maybe(flag: bool) -> Exception | None:
    return Worse(3) if flag else None


def loops() -> int:
    count = 0
    for turn in range(6):
        try:
            try:
                raise Bad(turn, "loop" + str(turn))
            except Bad as error:
                if turn == 1:
                    continue
                if turn == 4:
                    break
                if turn == 2:
                    raise Worse(turn) from error
                count += error.code
            finally:
                count += 100
                if turn == 3:
                    continue
        except Worse as worse:
            count += 1000 + len(worse.name)
    return count


def returning(how: int) -> str:
    try:
        raise Bad(how, "re" + "turn")
    except Bad as error:
        if how == 1:
            return error.name
        try:
            raise Worse(how)
        except Worse as inner:
            if how == 2:
                return inner.name + error.name
        finally:
            info("inner finally")
    return "end"


def swallowing() -> int:
    for turn in range(3):
        try:
            raise Bad(turn, "sw" + str(turn))
        finally:
            if turn < 2:
                continue
            return turn
    return -1


def nested(depth: int) -> None:
    if depth == 0:
        raise Worse(9)
    try:
        nested(depth - 1)
    except KeyError:
        info("no")
    finally:
        try:
            raise Bad(depth, "fin" + str(depth))
        except ValueError as error:
            info(f"{error!r}")


def walrus(errors: list[Bad]) -> None:
    table = {error.code: error for error in errors}
    for code, error in table.items():
        info(f"{code} {error.name}")
    found = next((error for error in errors if error.code == 2), None)
    if found is not None:
        info(found.name)
    errors[0] = Worse(7)
    first, *rest = errors
    info(f"{first.name} {len(rest)}")


def main() -> None:
    holder = Holder(Bad(1, "ho" + "ld"))
    holder.keep(Worse(4))
    last = holder.last
    if last is not None:
        info(last.name)
    for _ in range(2):
        try:
            holder.again()
        except Exception as error:
            info(f"{error}")
            holder.error = error
    for flag in (True, False):
        try:
            raising(choose(flag))
        except Worse as error:
            info(error.name)
        except Bad as error:
            info(error.name)
        some = maybe(flag)
        info(f"{some}")
    bad, number = pair()
    info(f"{bad.name} {number} {pair()[0].name}")
    info(f"{loops()} {returning(1)} {returning(2)} {returning(3)} {swallowing()}")
    try:
        nested(3)
    except Bad as error:
        info(f"{error.code}")
    walrus([Bad(1, "a" + "b"), Bad(2, "c" + "d"), Worse(3)])
    kept = bad
    bad = Worse(8)
    info(f"{kept.name} {bad.name}")
    del bad
    try:
        try:
            raise kept
        except Bad:
            raise
    except Bad as error:
        kept2 = error
    info(kept2.name)
    raise kept2
