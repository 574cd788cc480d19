"""The tables between exceptions and errnos."""

import errno
import os

import pytest

from kmi.errors import OUTBOUND, errno_of, error, inbound, is_program_error, outcome


def test_a_subclass_stands_before_its_base() -> None:
    for place, row in enumerate(OUTBOUND):
        for earlier in OUTBOUND[:place]:
            assert not issubclass(row.error, earlier.error), f"{row.error} is never reached"


def test_every_row_names_an_errno() -> None:
    for row in OUTBOUND:
        assert isinstance(getattr(errno, row.errno), int)
        assert row.ioctl is None or isinstance(getattr(errno, row.ioctl), int)


def test_every_exception_has_an_outcome_and_no_other_has() -> None:
    assert OUTBOUND[-1].error is Exception
    with pytest.raises(LookupError, match="KeyboardInterrupt is not an Exception"):
        outcome(KeyboardInterrupt())


def test_a_bare_os_error_has_the_errno_that_cpython_maps_to_it() -> None:
    """The other direction of CPython's map: the default errno of a class gives that class."""
    for row in OUTBOUND:
        if issubclass(row.error, OSError) and row.error is not OSError:
            assert type(error(getattr(errno, row.errno))) is row.error


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_an_errno_goes_in_and_comes_out(number: int) -> None:
    assert errno_of(inbound(number)) == number
    assert not is_program_error(inbound(number))


def test_an_os_error_keeps_its_errno() -> None:
    assert errno_of(PermissionError(errno.EBUSY, "busy")) == errno.EBUSY
    assert errno_of(OSError("no errno")) == errno.EIO
    assert [errno_of(OSError(number, "none")) for number in (0, -5, 4096)] == [errno.EIO] * 3


def test_not_implemented_is_enotty_from_an_ioctl() -> None:
    assert errno_of(NotImplementedError()) == errno.ENOSYS
    assert errno_of(NotImplementedError(), ioctl=True) == errno.ENOTTY


def test_an_error_has_the_systems_text_or_its_own() -> None:
    assert error(errno.EBUSY).strerror == os.strerror(errno.EBUSY)
    assert error(errno.EBUSY, "in use").strerror == "in use"
