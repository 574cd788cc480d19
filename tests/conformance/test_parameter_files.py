"""`kmi.parameter`: parameters of every kind, and their files in /sys."""

import errno
import os

import pytest

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel, Value

MODULE = "modules/tunables.py"
FOLDER = "/sys/module/tunables/parameters"
DEFAULTS = f"False 7 300 {1 << 63} 2 3 plain 2 3"


def shown(kernel: Kernel) -> str:
    user = kernel.process()
    return user.read_file("/dev/tunables").decode().strip()


def test_what_was_not_given_is_the_default(kernel: Kernel) -> None:
    kernel.load(MODULE)
    assert shown(kernel) == DEFAULTS


def test_all_kinds_can_be_given(kernel: Kernel) -> None:
    kernel.load(
        MODULE, flag=True, small=255, middle=0xFFFF, large=(1 << 64) - 1, evens=-8, divisor=1, text="given",
        numbers=[-5, 0, 50],
    )  # fmt: skip
    assert shown(kernel) == f"True 255 65535 {(1 << 64) - 1} -8 1 given 3 45"


BAD: list[dict[str, Value]] = [
    {"small": 256}, {"small": -1}, {"middle": 99}, {"middle": 1 << 16}, {"large": -1}, {"large": 1 << 64},
    {"evens": 3}, {"divisor": 0}, {"divisor": 100}, {"text": "no"}, {"text": "much too long"},
    {"numbers": [2, 1]}, {"numbers": [1, 2, 3, 4, 5]}, {"numbers": [101]}, {"numbers": ""},
    {"numbers": "1,,2"}, {"numbers": "1,x"}, {"agreed": False},
]  # fmt: skip


def test_what_will_not_do_refuses_the_load(kernel: Kernel) -> None:
    for given in BAD:
        with pytest.raises(OSError) as refused:
            kernel.load(MODULE, **given)
        assert refused.value.errno in (errno.EINVAL, errno.ERANGE), given
    kernel.load(MODULE)


def test_each_is_a_file(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    names = ("flag", "small", "middle", "large", "evens", "text", "numbers", "fixed")
    texts = [user.read_file(f"{FOLDER}/{name}").decode() for name in names]
    assert texts == ["N\n", "7\n", "300\n", f"{1 << 63}\n", "2\n", "plain\n", "1,2\n", "5\n"]


def test_what_is_written_is_seen_at_the_next_read(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    written = {
        "flag": b"y\n", "small": b"0x20\n", "middle": b"1000", "large": b"0\n", "evens": b"-4\n",
        "divisor": b"6\n", "text": b"changed\n", "numbers": b"10,20,30,40\n",
    }  # fmt: skip
    for name, data in written.items():
        user.write_file(f"{FOLDER}/{name}", data)
    assert shown(kernel) == "True 32 1000 0 -4 6 changed 4 100"
    assert user.read_file(f"{FOLDER}/numbers") == b"10,20,30,40\n"
    user.write_file(f"{FOLDER}/text", b"\n")
    assert user.read_file(f"{FOLDER}/text") == b"\n"


def test_a_write_that_will_not_do_changes_nothing(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    tried = {
        "evens": b"3\n", "divisor": b"0\n", "text": b"no\n", "numbers": b"3,2\n", "small": b"300\n",
        "flag": b"perhaps\n", "agreed": b"n\n",
    }  # fmt: skip
    for name, data in tried.items():
        for wrong in (data, b"\xc3\n"):  # which is no UTF-8, either
            with pytest.raises(OSError) as refused:
                user.write_file(f"{FOLDER}/{name}", wrong)
            assert refused.value.errno in (errno.EINVAL, errno.ERANGE), name
        assert shown(kernel) == DEFAULTS, name


def test_what_is_not_writable_is_only_read(kernel: Kernel) -> None:
    kernel.load(MODULE)
    user = kernel.process()
    with pytest.raises(PermissionError):
        user.open(f"{FOLDER}/fixed", os.O_WRONLY)
    assert user.read_file(f"{FOLDER}/fixed") == b"5\n"
    with pytest.raises(FileNotFoundError):
        user.open(f"{FOLDER}/missing", os.O_RDONLY)


def test_the_files_go_with_the_module(kernel: Kernel) -> None:
    module = kernel.load(MODULE)
    user = kernel.process()
    fd = user.open(f"{FOLDER}/text", os.O_RDWR)
    kernel.unload(module)
    with pytest.raises(FileNotFoundError):
        user.open(f"{FOLDER}/text", os.O_RDONLY)
    for call in (lambda: user.read(fd, 10), lambda: user.write(fd, b"late")):
        with pytest.raises(OSError) as refused:
            call()
        assert refused.value.errno == errno.ENODEV
    user.close(fd)
    kernel.load(MODULE)
    assert shown(kernel) == DEFAULTS


def test_a_reader_never_sees_half_of_a_write(kernel: Kernel) -> None:
    kernel.load(MODULE)
    users = [kernel.process() for _ in range(3)]
    reader, texts, lists = users
    lines = {DEFAULTS}
    fd = reader.open("/dev/tunables")
    text_fd, list_fd = texts.open(f"{FOLDER}/text"), lists.open(f"{FOLDER}/numbers")
    for turn in range(20):
        calls = [
            texts.start("write", text_fd, b"aaaaaaaa" if turn % 2 else b"bbbbbbbb"),
            lists.start("write", list_fd, b"1,2,3,4" if turn % 2 else b"96,97,98,99"),
        ]
        lines.add(reader.pread(fd, 100, 0).decode().strip())
        for call in calls:
            call.result()
    for line in lines:
        *_, text, count, total = line.split()
        assert text in ("plain", "aaaaaaaa", "bbbbbbbb")
        assert (count, total) in (("2", "3"), ("4", "10"), ("4", "390"))


def test_without_memory_nothing_is_lost(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, MODULE):
            user = kernel.process()
            try:
                user.write_file(f"{FOLDER}/text", b"other\n")
                user.write_file(f"{FOLDER}/numbers", b"1,2,3\n")
                user.read(user.open("/dev/tunables"), 100)
            finally:
                user.end()

    assert fail_each(kernel, scenario) >= 4
