"""A very small shell that means the same on every kernel::

    kmi run echo.py --on linux:6.12 -- 'echo hello > /dev/echo; head -c 6 /dev/echo'

Its commands are here, in Python; each ``open``, ``read`` and ``write`` that they make is a system call of
a process of the kernel under test (a real one in a guest). So only the kernel differs between ``--on``'s.

Invariants: a command or a syntax that the shell does not know is refused by name before anything has run;
commands of a pipeline pull from one another, so that ``cat /dev/zero | head -c 4`` ends; a failed call is a
line on standard error and status 1, as in any shell.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from kmi.kernels.userspace import Call
from kmi.testing.kernels.kernel import Kernel

T = TypeVar("T")

CHUNK = 1 << 17
OPERATORS = ("&&", "||", ">>", ";", "\n", "|", ">", "<", "&")
UNSUPPORTED = {
    "&": "background jobs",
    "$": "variables",
    "`": "command substitution",
    "(": "subshells",
    ")": "subshells",
    "*": "file name patterns",
    "?": "file name patterns",
    "[": "file name patterns",
    "~": "home directories",
    "{": "groups",
    "}": "groups",
}


class ShellError(Exception):
    """A script that this shell refuses; nothing of it has run."""


class CommandError(Exception):
    """A command that failed while it ran."""


Output = Generator[bytes, None, None]


@dataclass
class Command:
    """One simple command of a pipeline, with its redirections."""

    words: list[str] = field(default_factory=list)
    source: str | None = None
    target: str | None = None
    append: bool = False


@dataclass
class Pipeline:
    """Commands joined by ``|``, run if ``joined`` to what came before allows it."""

    joined: Literal[";", "&&", "||"]
    commands: list[Command]
    background: bool = False


def parse(script: str, commands: Collection[str] | None = None, background: bool = False) -> list[Pipeline]:
    """The pipelines of a script; ShellError names the first thing that this shell does not know.

    With `background` a `&` ends a pipeline that is not waited for.
    """
    known = COMMANDS if commands is None else commands
    pipelines: list[Pipeline] = []
    current = Pipeline(";", [Command()])
    tokens = _tokens(script)
    for kind, text in tokens:
        command = current.commands[-1]
        if kind == "word":
            command.words.append(text)
        elif text == "|":
            _complete(current, "|", known)
            current.commands.append(Command())
        elif text == "&" and not background:
            raise _unknown("&")
        elif text in (">", ">>", "<"):
            following = next(tokens, ("end", ""))
            if following[0] != "word":
                raise ShellError(f"a file name is missing after '{text}'")
            if text == "<":
                command.source = following[1]
            else:
                command.target, command.append = following[1], text == ">>"
        else:
            joined: Literal[";", "&&", "||"] = "&&" if text == "&&" else "||" if text == "||" else ";"
            if joined != ";" or current.commands[-1].words or len(current.commands) > 1:
                _complete(current, text, known)
                current.background = text == "&"
                pipelines.append(current)
            elif text == "&":
                raise ShellError("a command is missing before '&'")
            current = Pipeline(joined, [Command()])
    if current.commands[-1].words or len(current.commands) > 1 or current.joined != ";":
        _complete(current, "the end", known)
        pipelines.append(current)
    return pipelines


def _complete(pipeline: Pipeline, before: str, commands: Collection[str]) -> None:
    words = pipeline.commands[-1].words
    if not words:
        raise ShellError(f"a command is missing before {before!r}")
    if words[0] not in commands:
        known = ", ".join(sorted(commands))
        raise ShellError(f"the command '{words[0]}' is not one of those that kmi knows: {known}")


def _tokens(script: str) -> Iterator[tuple[Literal["word", "operator"], str]]:
    place = 0
    while place < len(script):
        rest = script[place:]
        operator = next((o for o in OPERATORS if rest.startswith(o)), None)
        if operator is not None:
            yield "operator", operator
            place += len(operator)
        elif rest[0].isspace():
            place += 1
        elif rest[0] == "#":
            end = rest.find("\n")
            place += len(rest) if end < 0 else end
        else:
            word, used = _word(rest)
            yield "word", word
            place += used


def _unknown(char: str) -> ShellError:
    return ShellError(f"'{char}' ({UNSUPPORTED[char]}) is not known here; quote it to mean just that")


def _word(text: str) -> tuple[str, int]:
    out: list[str] = []
    place = 0
    while place < len(text):
        char = text[place]
        if char in "'\"":
            end = text.find(char, place + 1)
            if end < 0:
                raise ShellError(f"the quote {char} has no end")
            inside = text[place + 1 : end]
            if char == '"' and (bad := next((c for c in inside if c in "$`\\"), None)):
                raise ShellError(f"'{bad}' between double quotes is not known here; use single quotes")
            out.append(inside)
            place = end + 1
        elif char == "\\":
            out.append(text[place + 1 : place + 2])
            place += 2
        elif char.isspace() or char in ";|<>&":
            break
        elif char in UNSUPPORTED:
            raise _unknown(char)
        else:
            out.append(char)
            place += 1
    return "".join(out), place


class Shell:
    """A shell for one process of a kernel; :meth:`run` gives the status of the last command."""

    background = False
    """Whether it has jobs."""

    def __init__(
        self,
        kernel: Kernel,
        stdout: Callable[[bytes], object],
        stderr: Callable[[str], object],
        patience: float,
        commands: Mapping[str, Builtin] | None = None,
    ) -> None:
        self.commands = COMMANDS if commands is None else commands
        self.kernel = kernel
        self.process = kernel.process()
        self.stdout = stdout
        self.stderr = stderr
        self.patience = patience

    def run(self, script: str) -> int:
        """Run a script; ShellError before anything ran if it is not understood."""
        status = 0
        for pipeline in parse(script, self.commands, self.background):
            if (pipeline.joined == "&&" and status) or (pipeline.joined == "||" and not status):
                continue
            status = self.begin(pipeline) if pipeline.background else self._pipeline(pipeline)
        return status

    def begin(self, pipeline: Pipeline) -> int:
        """Begin a pipeline that is not waited for."""
        raise ShellError("there are no jobs here")

    def refused(self, text: str) -> None:
        """A command of a pipeline failed."""
        self.stderr(text)

    def _pipeline(self, pipeline: Pipeline) -> int:
        stream: Output = _nothing()
        for command in pipeline.commands[:-1]:
            stream = self._command(command, stream)
        last = pipeline.commands[-1]
        try:
            for chunk in self._command(last, stream):
                self.stdout(chunk)
        except CommandError as error:
            self.refused(str(error))
            return 1
        finally:
            stream.close()
        return 1 if last.words[0] == "false" else 0

    def _command(self, command: Command, stdin: Output) -> Output:
        name, *arguments = command.words
        source = stdin if command.source is None else self.read(name, command.source)
        output = self.commands[name](self, arguments, source)
        return output if command.target is None else self._redirected(command, output)

    def _redirected(self, command: Command, output: Output) -> Output:
        assert command.target is not None
        name, target = command.words[0], command.target
        flags = os.O_WRONLY | (os.O_APPEND if command.append else os.O_TRUNC)
        with self.opened(name, target, flags) as fd:
            for chunk in output:
                while chunk:
                    try:
                        written = self.wait(self.process.start("write", fd, chunk))
                    except OSError as error:
                        raise refused(name, target, error) from error
                    if written == 0:
                        raise CommandError(f"{name}: {target}: took nothing of {len(chunk)} bytes")
                    chunk = chunk[written:]
            yield from ()

    def read(self, name: str, path: str, limit: int | None = None) -> Output:
        """The bytes of a file up to its end or to ``limit``, as they come."""
        left = limit
        with self.opened(name, path, os.O_RDONLY) as fd:
            while left is None or left > 0:
                length = CHUNK if left is None else min(left, CHUNK)
                try:
                    chunk = self.wait(self.process.start("read", fd, length))
                except OSError as error:
                    raise refused(name, path, error) from error
                if not chunk:
                    return
                if left is not None:
                    left -= len(chunk)
                yield chunk

    def wait(self, call: Call[T]) -> T:
        """The value of a call that the process is in."""
        return call.result(self.patience)

    @contextmanager
    def opened(self, name: str, path: str, flags: int) -> Iterator[int]:
        """A file, open for a block; CommandError where the kernel refuses."""
        try:
            fd = self.process.open(path, flags)
        except OSError as error:
            raise refused(name, path, error) from error
        try:
            yield fd
        except (CommandError, GeneratorExit):
            self.close(name, path, fd)
            raise
        # Nothing else leaves the process idle: a call that was given up (Ctrl-C, the time limit, a deadlock)
        # goes on, and the file is closed when the process ends.
        self.close(name, path, fd)

    def close(self, name: str, path: str, fd: int) -> None:
        """Close a file of a command's; CommandError where the kernel refuses."""
        try:
            self.process.close(fd)
        except OSError as error:
            raise refused(name, path, error) from error


def refused(name: str, path: str, error: OSError) -> CommandError:
    """What a command says of a call that failed."""
    return CommandError(f"{name}: {path}: {os.strerror(error.errno or 0)}")


def _nothing() -> Output:
    yield from ()


Builtin = Callable[[Shell, Sequence[str], Output], Output]


def _echo(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    end = b"\n"
    if arguments and arguments[0] == "-n":
        end, arguments = b"", arguments[1:]
    yield " ".join(arguments).encode() + end


def _printf(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if len(arguments) != 1 or "%" in arguments[0].replace("%%", ""):
        raise CommandError("printf: only one argument with backslash escapes is known here")
    text = arguments[0].replace("%%", "%")
    yield text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


def _cat(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    _no_options("cat", arguments)
    if not arguments:
        yield from stdin
    for path in arguments:
        yield from shell.read("cat", path)


def _head(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    match arguments:
        case ["-c", count, *paths] if count.isdecimal() and len(paths) <= 1:
            left = int(count)
        case _:
            raise CommandError("head: only 'head -c COUNT [FILE]' is known here")
    if paths:
        yield from shell.read("head", paths[0], left)
        return
    while left > 0 and (chunk := next(stdin, b"")):
        yield chunk[:left]
        left -= len(chunk)


def _wc(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    if list(arguments[:1]) != ["-c"] or len(arguments) > 2:
        raise CommandError("wc: only 'wc -c [FILE]' is known here")
    source = shell.read("wc", arguments[1]) if len(arguments) == 2 else stdin
    yield f"{sum(len(chunk) for chunk in source)}\n".encode()


def _xxd(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    _no_options("xxd", arguments)
    data = b"".join(_cat(shell, arguments, stdin))
    for offset in range(0, len(data), 16):
        row = data[offset : offset + 16]
        pairs = " ".join(row[i : i + 2].hex() for i in range(0, len(row), 2))
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{offset:08x}: {pairs:<39}  {text}\n".encode()


def _dmesg(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    _no_options("dmesg", arguments)
    yield "".join(f"{line}\n" for line in shell.kernel.log()).encode()


def _silent(shell: Shell, arguments: Sequence[str], stdin: Output) -> Output:
    yield from ()


def _no_options(name: str, arguments: Sequence[str]) -> None:
    option = next((argument for argument in arguments if argument.startswith("-")), None)
    if option is not None:
        raise CommandError(f"{name}: the option '{option}' is not known here")


COMMANDS: dict[str, Builtin] = {
    "cat": _cat,
    "dmesg": _dmesg,
    "echo": _echo,
    "false": _silent,
    "head": _head,
    "printf": _printf,
    "true": _silent,
    "wc": _wc,
    "xxd": _xxd,
}
