"""The command itself: exit codes, and what happens to errors that a command does not handle."""

from __future__ import annotations

import errno
import importlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from kmi.cache import CacheError
from kmi.cli import main as cli
from kmi.cli.exits import Exit
from kmi.cli.failure import OUTCOMES, Failure, understood
from kmi.kernels.building.lacking import Missing, ProvisionError
from kmi.machines.outcomes import KernelPanic, MachineLost, TimedOut
from kmi.testing.kernels.registry import KernelMissing


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes every command end in the error given."""

    def fail(error: BaseException) -> None:
        @click.command
        def command() -> None:
            raise error

        monkeypatch.setattr(cli.Commands, "get_command", lambda *_: command)

    return fail


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Failure("no"), 1, "kmi: no"),
        (Failure("no", line="make it", code=Exit.USAGE), 2, "kmi: no; this mends it:\n    make it"),
        (KernelPanic("it oopsed", "a\nb"), 4, "  | b"),
        (MachineLost("it went"), 5, "it went"),
        (TimedOut("it hangs"), 124, "it hangs"),
        (
            KernelMissing("linux:9", [Missing("headers", "apt-get install x")]),
            1,
            "linux:9 cannot run here: headers missing; this mends it:\n    apt-get install x",
        ),
        (ProvisionError("no gcc:", [Missing("gcc", "apt-get install gcc")]), 1, "apt-get install gcc"),
        (CacheError("the disk of the cache is full"), 1, "the disk of the cache is full"),
        (OSError(errno.ENOSPC, "No space", "/x/y"), 1, "the disk is full: /x/y could not be written"),
        (KeyboardInterrupt(), 130, "kmi: interrupted"),
    ],
)
def test_each_error_has_its_sentence_and_code(
    failing: Callable[[BaseException], None],
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    failing(error)
    assert cli.main(["check"]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_an_unexpected_error_asks_for_a_report(
    failing: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    failing(ZeroDivisionError("division by zero"))
    assert cli.main(["check"]) == Exit.INTERNAL
    said = capsys.readouterr().err
    assert said.startswith("kmi: internal error (ZeroDivisionError: division by zero); please report it")
    named = re.search(r"in (\S+)$", said.strip())
    assert named is not None
    file = Path(named[1])
    assert "raise error" in file.read_text()
    file.unlink()


def test_the_traceback_on_request(
    failing: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    failing(ZeroDivisionError("division by zero"))
    assert cli.main(["--traceback", "check"]) == Exit.INTERNAL
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_every_error_of_the_table_exists() -> None:
    for name in OUTCOMES:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), kind), Exception)


def test_other_errors_are_not_understood() -> None:
    assert understood(OSError(errno.EACCES, "no")) is None
    assert understood(RuntimeError()) is None


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["check"], ["check", "no-such-file.py"], ["explain"], ["explain", "KMI9999"]],
)
def test_usage_errors_are_2(arguments: list[str]) -> None:
    assert cli.main(arguments) == Exit.USAGE


def test_every_command_has_a_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in cli.COMMANDS:
        assert cli.main([name, "--help"]) == Exit.OK
        assert f"Usage: kmi {name}" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_internal_error() -> None:
    read, write = os.pipe()
    os.close(read)
    program = "import sys; from kmi.cli.main import main; sys.exit(main(['explain', '--all']))"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(write)
        _, errors = process.communicate(timeout=30)
    assert errors == ""
    assert process.returncode == 1


@pytest.mark.parametrize("thread", [False, True])
def test_the_end_of_the_command_is_the_end_of_a_python_process(thread: bool) -> None:
    program = (
        "import atexit, sys, threading; from kmi.cli.main import main\n"
        "atexit.register(lambda: print('at the end'))\n"
        f"if {thread}: threading.Timer(0.2, lambda: print('a thread')).start()\n"
        "sys.argv = ['kmi', 'explain', 'KMI0000']\n"
        "print('first')\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    said = ["first", *(["a thread"] if thread else []), "at the end"]
    assert [line for line in done.stdout.splitlines() if line in ("first", "a thread", "at the end")] == said
    assert done.returncode == Exit.USAGE, done.stderr


def test_ctrl_c_is_130(tmp_path: Path) -> None:
    program = (
        "import sys, time, click; from kmi.cli import main as cli\n"
        "@click.command\n"
        "def command():\n"
        "    print('running', flush=True)\n"
        "    time.sleep(60)\n"
        "cli.Commands.get_command = lambda *_: command\n"
        "sys.exit(cli.main(['check']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "running\n"
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (130, "kmi: interrupted")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("chek", "there is no command 'chek'; did you mean `kmi check`?"),
        ("frob", "the commands are audit, bindgen, build,"),
    ],
)
def test_a_command_that_is_not_there(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([given]) == Exit.USAGE
    assert said in capsys.readouterr().err
