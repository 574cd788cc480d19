"""try, except, else, finally, raise: every way in and out."""

from errno import EAGAIN, EBUSY, EPERM

from kmi import info


class Odd(ValueError): ...


class VeryOdd(Odd): ...


def fails(how: int) -> int:
    if how == 1:
        raise ValueError("one")
    if how == 2:
        raise Odd("two")
    if how == 3:
        raise VeryOdd
    if how == 4:
        raise OSError(EBUSY, "busy")
    if how == 5:
        raise OSError(EAGAIN, "later")
    if how == 6:
        raise BlockingIOError
    if how == 7:
        raise OSError(EPERM, "no")
    if how == 8:
        raise NotImplementedError
    if how == 9:
        assert how < 9, "nine"
    if how == 10:
        assert how == 9
    return how


def told(how: int) -> None:
    try:
        info(f"gave {fails(how)}")
    except VeryOdd:
        info("very odd")
    except Odd:
        info("odd")
    except ValueError:
        info("value")
    except BlockingIOError:
        info("would block")
    except PermissionError:
        info("not permitted")
    except OSError as error:
        info(f"errno {error.errno}")
    except (AssertionError, NotImplementedError):
        info("assertion, or not implemented")
    else:
        info("else")
    finally:
        info(f"finally {how}")


def returns_through_finally(how: int) -> int:
    try:
        if how == 0:
            return 1
        fails(how)
    finally:
        info("on the way")
        if how == 2:
            return 2  # noqa: B012
    return 3


def loops() -> int:
    rounds = 0
    for i in range(6):
        try:
            if i == 1:
                continue
            if i == 4:
                break
            fails(i)
        except Odd:
            rounds += 10
            continue
        except ValueError:
            rounds += 100
        finally:
            rounds += 1
    else:
        rounds += 1000
    return rounds


def again(how: int) -> None:
    try:
        fails(how)
    except ValueError:
        info("seen")
        raise


def replaced(how: int) -> None:
    try:
        fails(how)
    except ValueError as error:
        raise RuntimeError("instead") from error


def nested(how: int) -> None:
    try:
        try:
            fails(how)
        finally:
            try:
                fails(how + 1)
            except Odd:
                info("inner")
    except ValueError:
        info("outer")


def speaking() -> None:
    for i in range(11):
        try:
            if i == 0:
                raise KeyError(3)
            if i == 1:
                raise KeyError("a")
            if i == 2:
                raise KeyError((1, "b"))
            if i == 3:
                raise ValueError(i, "x'y")
            if i == 4:
                raise Odd(b"bytes")
            if i == 5:
                raise Odd("text\t")
            if i == 6:
                raise Odd
            if i == 7:
                raise IndexError(None)
            if i == 8:
                assert i < 5, i
            if i == 9:
                raise KeyError
            if i == 10:
                raise ValueError("")
        except Exception as error:
            info(f"{error} {error!r} {error!r:>30}|")
            text = str(error)
            info(text + repr(error))
    d = {1: 2}
    try:
        info(f"{d[5]}")
    except KeyError as error:
        info(f"{error} {error!r}")
    for i in range(4):
        try:
            if i == 0:
                raise OSError(EBUSY, "busy")
            if i == 1:
                raise BlockingIOError
            if i == 2:
                raise OSError(EAGAIN, f"later {i}")
            if i == 3:
                raise PermissionError()
        except OSError as error:
            info(f"{error!r} {error.strerror} {error}")
            said = error.strerror
            if said is not None:
                info(said)


def main() -> None:
    speaking()
    for how in range(11):
        told(how)
    info(f"{returns_through_finally(0)} {returns_through_finally(2)} {returns_through_finally(11)}")
    try:
        returns_through_finally(1)
    except ValueError:
        info("came through")
    info(f"{loops()}")
    nested(1)
    nested(0)
    try:
        again(2)
    except Odd:
        info("again")
    try:
        replaced(1)
    except RuntimeError:
        info("replaced")
    replaced(4)
