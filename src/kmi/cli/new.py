"""``kmi new``: a module to begin with, and its test."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import click

from kmi.cli.exits import Exit
from kmi.cli.failure import Failure

MODULE = '''\
"""A device that counts: each read gives the next number, and writing a number goes on from there.

    $ head -c 2 /dev/{name}
    0
"""

from kmi import Module, Parameter, info, module
from kmi.device import File, FileOperations, MiscDevice
from kmi.sync import Mutex
from kmi.uio import Uio

LONGEST = 20


class State:
    def __init__(self, next: int) -> None:
        self.next = next


class {Name}(FileOperations):
    def __init__(self, start: int) -> None:
        self.state = Mutex(State(start))

    def read(self, file: File, data: Uio) -> None:
        with self.state as state:
            data.put(f"{{state.next}}\\n".encode())
            state.next += 1

    def write(self, file: File, data: Uio) -> None:
        if data.remaining > LONGEST:
            raise ValueError("a number has at most 20 characters")
        text = data.get(data.remaining).decode("ascii")
        number = int(text)                        # what is no number is EINVAL to the writer
        with self.state as state:
            state.next = number


@module(license="GPL", description="counts")
class {Name}Module(Module):
    start = Parameter(0, "the first number", minimum=0)

    def __init__(self) -> None:
        self.device = MiscDevice("{name}", {Name}(self.start))
        info("{name}: ready")
'''

TEST = '''\
"""{name}: numbers go up, and start where they are told to."""

import errno

import pytest

from kmi.testing.kernels.kernel import Kernel


def test_each_read_gives_the_next_number(kernel: Kernel) -> None:
    kernel.load("{name}.py")
    user = kernel.process()
    fd = user.open("/dev/{name}")
    assert [user.read(fd, 100) for _ in range(3)] == [b"0\\n", b"1\\n", b"2\\n"]


def test_starts_where_it_is_told_to(kernel: Kernel) -> None:
    kernel.load("{name}.py", start=41)
    user = kernel.process()
    fd = user.open("/dev/{name}")
    assert user.read(fd, 100) == b"41\\n"
    user.write(fd, b"7")
    assert user.read(fd, 100) == b"7\\n"


@pytest.mark.parametrize("text", [b"seven", b" ", b"1" * 21])
def test_refuses_what_is_no_number(kernel: Kernel, text: bytes) -> None:
    kernel.load("{name}.py")
    user = kernel.process()
    fd = user.open("/dev/{name}")
    with pytest.raises(OSError) as refused:
        user.write(fd, text)
    assert refused.value.errno == errno.EINVAL
    assert user.read(fd, 100) == b"0\\n"
'''


@click.command(short_help="Write a new module with its test.")
@click.argument("name")
@click.option(
    "--in",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    help="The directory to write to; else this one.",
)
def command(name: str, directory: Path) -> int:
    """Write NAME.py, a small device to begin with, and test_NAME.py, which passes on every kernel."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name) or keyword.iskeyword(name):
        raise Failure(
            f"{name!r} cannot be the name of a module: lower-case letters, digits and _, a letter first, "
            "at most 31, no word of Python's",
            code=Exit.USAGE,
        )
    directory.mkdir(parents=True, exist_ok=True)
    texts = {directory / f"{name}.py": MODULE, directory / f"test_{name}.py": TEST}
    for path in texts:
        if path.exists():
            raise Failure(f"{path} is there already; choose another name")
    title = "".join(word.capitalize() for word in name.split("_"))
    for path, text in texts.items():
        path.write_text(text.format(name=name, Name=title), encoding="utf-8")
    files = " and ".join(map(str, texts))
    click.echo(f"written: {files}")
    click.echo(f"try:     kmi test {directory / f'test_{name}.py'}")
    click.echo(f"         kmi run {directory / f'{name}.py'} -- 'head -c 2 /dev/{name}'")
    click.echo(f"         kmi test --on simulated,linux:6.1 {directory / f'test_{name}.py'}")
    return Exit.OK
