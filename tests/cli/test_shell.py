"""The small shell of `kmi run`, over a process whose system calls are the host's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from kmi.cli.shell import CHUNK, Shell, ShellError, parse
from kmi.testing.kernels.kernel import Kernel


class Done:
    """A call that has ended."""

    def __init__(self, value: object) -> None:
        self.value = value

    def result(self, timeout: float) -> object:
        return self.value


class HostProcess:
    """The calls the shell makes, made here; counts what is open."""

    def __init__(self) -> None:
        self.opened: set[int] = set()
        self.lengths: list[int] = []
        self.most_written = CHUNK

    def open(self, path: str, flags: int) -> int:
        fd = os.open(path, flags)
        self.opened.add(fd)
        return fd

    def close(self, fd: int) -> None:
        os.close(fd)
        self.opened.remove(fd)

    def start(self, name: str, fd: int, argument: int | bytes) -> Done:
        if name == "read":
            assert isinstance(argument, int)
            self.lengths.append(argument)
            return Done(os.read(fd, argument))
        assert name == "write" and isinstance(argument, bytes)
        return Done(os.write(fd, argument[: self.most_written]))


class HostKernel:
    def __init__(self) -> None:
        self.user = HostProcess()

    def process(self) -> HostProcess:
        return self.user

    def log(self) -> list[str]:
        return ["first", "second"]


class Session:
    """A shell with what it wrote."""

    def __init__(self) -> None:
        self.kernel = HostKernel()
        self.out = b""
        self.errors: list[str] = []
        self.shell = Shell(cast(Kernel, self.kernel), self._write, self.errors.append, patience=1.0)

    def _write(self, data: bytes) -> None:
        self.out += data

    def run(self, script: str) -> int:
        status = self.shell.run(script)
        assert not self.kernel.user.opened, "a descriptor was left open"
        return status


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("echo hello", b"hello\n"),
        ("echo -n hello   world", b"hello world"),
        ("echo 'a ; b' \"c | d\" e\\ f", b"a ; b c | d e f\n"),
        ("echo a; echo b\necho c", b"a\nb\nc\n"),
        ("true && echo yes || echo no", b"yes\n"),
        ("false && echo yes || echo no", b"no\n"),
        ("echo abcdef | head -c 3", b"abc"),
        ("echo abc | cat | wc -c", b"4\n"),
        ("printf 'a\\x00\\n%%'", b"a\x00\n%"),
        ("cat /dev/zero | head -c 4 | xxd", b"00000000: 0000 0000" + b" " * 32 + b"....\n"),
        ("dmesg", b"first\nsecond\n"),
        ("echo a # not this\necho b", b"a\nb\n"),
        ("", b""),
        ("; ;", b""),
        ("echo ä", "ä\n".encode()),
    ],
)
def test_gives_what_a_shell_gives(session: Session, script: str, wanted: bytes) -> None:
    session.run(script)
    assert session.out == wanted
    assert session.errors == []


def test_redirects(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"what was there before")
    assert session.run(f"echo one > {file}; echo two >> {file}; cat < {file}; head -c 2 {file}") == 0
    assert session.out == b"one\ntwo\non"
    assert file.read_bytes() == b"one\ntwo\n"


def test_writes_the_rest_after_a_partial_write(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    session.kernel.user.most_written = 2
    assert session.run(f"echo -n abcde > {file}") == 0
    assert file.read_bytes() == b"abcde"


def test_stops_on_a_device_that_takes_nothing(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    session.kernel.user.most_written = 0
    assert session.run(f"echo -n abcde > {file}") == 1
    assert session.errors == [f"echo: {file}: took nothing of 5 bytes"]


def test_head_reads_no_more_than_it_was_told(session: Session) -> None:
    session.run("head -c 6 /dev/zero")
    assert session.kernel.user.lengths == [6]


def test_a_failed_call_is_a_line_and_a_status(session: Session, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert session.run(f"cat {missing}") == 1
    assert session.run(f"cat {missing} || echo gone") == 0
    assert session.run(f"echo a > {missing}") == 1
    assert session.errors == [f"cat: {missing}: No such file or directory"] * 2 + [
        f"echo: {missing}: No such file or directory"
    ]
    assert session.out == b"gone\n"
    assert not missing.exists()


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("rm -rf /", "the command 'rm' is not one of those"),
        ("echo $HOME", "'$' (variables)"),
        ("cat /dev/echo & echo a", "'&' (background jobs)"),
        ("ls; cat *", "the command 'ls'"),
        ("cat *", "'*' (file name patterns)"),
        ("echo 'a", "the quote ' has no end"),
        ('echo "$HOME"', "use single quotes"),
        ("echo a >", "a file name is missing after '>'"),
        ("echo a > ; echo b", "a file name is missing after '>'"),
        ("| cat", "a command is missing before '|'"),
        ("echo a | ; cat", "a command is missing before ';'"),
        ("echo a &&", "a command is missing before 'the end'"),
        ("(echo a)", "'(' (subshells)"),
    ],
)
def test_refuses_by_name_before_anything_runs(session: Session, script: str, complaint: str) -> None:
    with pytest.raises(ShellError) as error:
        session.run(f"echo first; {script}")
    assert complaint in str(error.value)
    assert session.out == b""


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("cat -v file", "cat: the option '-v' is not known here"),
        ("head file", "head: only 'head -c COUNT [FILE]' is known here"),
        ("wc -l file", "wc: only 'wc -c [FILE]' is known here"),
        ("printf %d 3", "printf: only one argument with backslash escapes is known here"),
    ],
)
def test_refuses_options_it_does_not_know(session: Session, script: str, complaint: str) -> None:
    assert session.run(script) == 1
    assert session.errors == [complaint]


def test_parse_keeps_order_and_joints() -> None:
    joints: Callable[[str], list[str]] = lambda script: [one.joined for one in parse(script)]  # noqa: E731
    assert joints("true; false && echo a || echo b") == [";", ";", "&&", "||"]
