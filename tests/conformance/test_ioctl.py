"""`kmi.ioctl` and `kmi.struct`: commands, their records, and what bad ones give."""

import errno
import struct
from pathlib import Path

import headers
import pytest
import records

from kmi.kernels.userspace import UserProcess
from kmi.testing.kernels.kernel import Kernel

LAYOUT = "=QBBhI"


def opened(kernel: Kernel) -> tuple[UserProcess, int]:
    kernel.load("modules/records.py")
    user = kernel.process()
    return user, user.open("/dev/records")


def test_commands_are_those_of_c() -> None:
    assert records.NUMBER == 0x0000_7201
    assert records.LOAD == 0x8010_7202
    assert records.STORE == 0x4010_7203
    assert records.DOUBLE == 0xC010_7204


def test_a_record_has_the_layout_of_c() -> None:
    record = records.Record(large=1 << 63, small=200, reserved=0, signed=-5, middle=6)
    assert record.pack() == struct.pack(LAYOUT, 1 << 63, 200, 0, -5, 6)
    assert records.Record.unpack(record.pack()) == record
    assert records.Record.SIZE == struct.calcsize(LAYOUT)


def test_a_bare_number_goes_in_and_comes_back(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    assert user.ioctl(fd, records.NUMBER, 21) == (42, b"")


def test_records_go_out_and_in(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    assert user.ioctl(fd, records.STORE, struct.pack(LAYOUT, 100, 20, 0, -5, 3))[0] == 0
    expected = struct.pack(LAYOUT, 118, 1, 0, -2, 3)
    assert user.ioctl(fd, records.LOAD, bytes(16)) == (0, expected)


def test_a_record_goes_both_ways(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    result = user.ioctl(fd, records.DOUBLE, struct.pack(LAYOUT, 21, 1, 0, 2, 3))
    assert result == (5, struct.pack(LAYOUT, 42, 1, 0, 2, 3))


@pytest.mark.parametrize("command", [records.LOAD, records.STORE, records.DOUBLE])
def test_a_bad_pointer_is_efault(kernel: Kernel, command: int) -> None:
    user, fd = opened(kernel)
    for address in (0, 1, (1 << 64) - 4096):
        with pytest.raises(OSError) as refused:
            user.ioctl(fd, command, address=address)
        assert refused.value.errno == errno.EFAULT, hex(address)


@pytest.mark.parametrize("command", [records.LOAD, records.STORE])
def test_a_record_cut_off_by_a_fault_is_efault(kernel: Kernel, command: int) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, command, bytes(16), fault_after=15)
    assert refused.value.errno == errno.EFAULT


def test_what_is_no_command_of_the_device(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    for command, expected in (
        (records.WRONG_SIZE, errno.EINVAL),
        (records.WRONG_WAY, errno.EINVAL),
        (records.LATER, errno.ENOTTY),
        (records.PROBE, errno.ENOTTY),
        (0xC010_72FF, errno.ENOTTY),
        (0, errno.ENOTTY),
    ):
        with pytest.raises(OSError) as refused:
            user.ioctl(fd, command, bytes(16))
        assert refused.value.errno == expected, hex(command)


@pytest.mark.parametrize("argument", [1, 1 << 31])
def test_a_result_is_no_errno_in_disguise(kernel: Kernel, argument: int) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, records.NEGATIVE if argument == 1 else records.NUMBER, argument)
    assert refused.value.errno == errno.ENOTRECOVERABLE
    assert any("OverflowError" in line for line in kernel.log())


def test_a_field_that_overflows_is_an_error_of_the_program(kernel: Kernel) -> None:
    user, fd = opened(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, records.DOUBLE, struct.pack(LAYOUT, 1 << 63, 0, 0, 0, 0))
    assert refused.value.errno == errno.ENOTRECOVERABLE
    line = next(line for line in kernel.log() if line.startswith("kmi:"))
    number = Path(records.__file__).read_text().splitlines().index("            record.large *= 2") + 1
    assert line == f"kmi: records.py:{number} in Records.ioctl: OverflowError: {1 << 64} does not fit u64"


def test_a_device_without_ioctl_has_no_commands(kernel: Kernel) -> None:
    kernel.load("modules/silent.py")
    user = kernel.process()
    fd = user.open("/dev/silent")
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, records.NUMBER, 1)
    assert refused.value.errno == errno.ENOTTY


def header(magic: int, origin: tuple[int, int], name: bytes, ports: list[int], path: list[int]) -> bytes:
    """A `headers.Header` as a C program has it."""
    parts = struct.pack(">I", magic), struct.pack("=hh", *origin), name
    rest = struct.pack("<Q", (1 << 63) + 5), struct.pack(">3H", *ports), struct.pack("=4h", *path)
    return b"".join([*parts, *rest, b"\1\2", struct.pack("=Q", 77)])


def devices_of_headers(kernel: Kernel) -> tuple[UserProcess, int]:
    kernel.load("modules/headers.py")
    user = kernel.process()
    return user, user.open("/dev/headers")


def test_records_within_records_arrays_and_orders_go_out_as_they_came_in(kernel: Kernel) -> None:
    user, fd = devices_of_headers(kernel)
    data = header(0x01020304, (-1, 2), b"abcdefgh", [1, 0xFFFE, 3], [1, -2, 3, -4])
    assert len(data) == headers.Header.SIZE == 48
    assert user.ioctl(fd, headers.STORE, data)[0] == 0
    assert user.ioctl(fd, headers.LOAD, bytes(len(data))) == (0, data)


def test_what_is_within_a_record_changes_in_place(kernel: Kernel) -> None:
    user, fd = devices_of_headers(kernel)
    data = header(0x01020304, (-1, 2), b"abcdefgh", [1, 0xFFFE, 3], [1, -2, 3, -4])
    turned = header(0x01020305, (2, -1), b"hgfedcba", [3, 0xFFFE, 1], [3, -4, 1, -2])
    assert user.ioctl(fd, headers.TURN, data) == (2, turned)


def test_a_number_that_its_field_in_another_order_does_not_hold(kernel: Kernel) -> None:
    user, fd = devices_of_headers(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, headers.TURN, header(0xFFFFFFFF, (0, 0), bytes(8), [0, 0, 0], [0, 0, 0, 0]))
    assert refused.value.errno == errno.ENOTRECOVERABLE
    assert any("OverflowError: 4294967296 does not fit u32" in line for line in kernel.log())


def test_an_array_of_another_length_is_not_put(kernel: Kernel) -> None:
    user, fd = devices_of_headers(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, headers.SHORT, bytes(headers.Header.SIZE))
    assert refused.value.errno == errno.EINVAL


@pytest.mark.parametrize("command", [headers.STORE, headers.TURN])
def test_a_record_of_records_cut_off_by_a_fault_is_efault(kernel: Kernel, command: int) -> None:
    user, fd = devices_of_headers(kernel)
    with pytest.raises(OSError) as refused:
        user.ioctl(fd, command, bytes(headers.Header.SIZE), fault_after=headers.Header.SIZE - 1)
    assert refused.value.errno == errno.EFAULT
