"""ring_package: a module of several files; its device remembers the last lines."""

import os

from kmi.testing.faults import fail_each, loaded
from kmi.testing.kernels.kernel import Kernel


def write(kernel: Kernel, text: bytes) -> None:
    user = kernel.process()
    try:
        assert user.write(user.open("/dev/ring", os.O_WRONLY), text) == len(text)
    finally:
        user.end()


def read(kernel: Kernel) -> bytes:
    user = kernel.process()
    fd = user.open("/dev/ring", os.O_RDONLY)
    parts = []
    while part := user.read(fd, 7):
        parts.append(part)
    user.close(fd)
    return b"".join(parts)


def test_remembers_the_last_lines(kernel: Kernel) -> None:
    kernel.load("ring_package", capacity=3)
    assert read(kernel) == b""
    write(kernel, b"one\ntwo\n")
    assert read(kernel) == b"one\ntwo\n"
    write(kernel, b"three\nfour\nfive\n")
    assert read(kernel) == b"three\nfour\nfive\n"


def test_a_line_may_come_in_pieces(kernel: Kernel) -> None:
    kernel.load("ring_package")
    for piece in (b"in", b" pieces", b"\nnext", b"\n\n"):
        write(kernel, piece)
    assert read(kernel) == b"in pieces\nnext\n\n"


def test_a_line_without_an_end_is_cut(kernel: Kernel) -> None:
    kernel.load("ring_package")
    write(kernel, b"x" * 2500 + b"\n")
    assert [len(line) for line in read(kernel).splitlines()] == [1024, 1024, 452]


def test_runs_out_of_memory_anywhere_and_recovers(kernel: Kernel) -> None:
    def scenario() -> None:
        with loaded(kernel, "ring_package", capacity=2):
            write(kernel, b"a\nb\n")

    assert fail_each(kernel, scenario) >= 5
