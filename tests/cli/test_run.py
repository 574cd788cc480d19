"""`kmi run`: a module, a kernel, a line of user space."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
ECHO = str(EXAMPLES / "echo.py")

REFUSES = """
from errno import EBUSY

from kmi import Module, error, info, module


@module(license="GPL", description="never loads")
class Refuses(Module):
    def __init__(self) -> None:
        info("refuses: not today")
        raise error(EBUSY)
"""


@pytest.fixture
def refuses(tmp_path: Path) -> str:
    file = tmp_path / "refuses.py"
    file.write_text(textwrap.dedent(REFUSES))
    return str(file)


def test_runs_a_line_on_the_simulated_kernel(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["run", ECHO, "--", "echo hello > /dev/echo; head -c 6 /dev/echo"]) == Exit.OK
    captured = capfdbinary.readouterr()
    assert captured.out == b"hello\n"
    assert b"[simulated] echo: keeps up to 4096 bytes\n" in captured.err


def test_without_a_line_it_shows_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", ECHO, "-p", "capacity=16"]) == Exit.OK
    assert "[simulated] echo: keeps up to 16 bytes" in capfd.readouterr().err


def test_words_keep_their_borders(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["run", ECHO, "--", "echo", "a  b; c"]) == Exit.OK
    assert capfdbinary.readouterr().out == b"a  b; c\n"


def test_a_command_that_fails_is_1(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", ECHO, "--", "cat /dev/nothing"]) == Exit.FAILED
    assert "cat: /dev/nothing: No such file or directory" in capfd.readouterr().err


def test_a_module_that_refuses(refuses: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", refuses]) == Exit.FAILED
    said = capfd.readouterr().err
    assert "kmi: simulated refused refuses.py: EBUSY (Device or resource busy); its log says why" in said
    assert "[simulated] refuses: not today" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-p", "capacity=0"], "simulated refused echo.py: EINVAL"),
        (["-p", "capacity"], "'-p capacity' is not NAME=VALUE"),
        (["--on", "vax"], "there is no kernel 'vax'"),
        (["--on", "simulated,simulated,linux:6.1"], "names 2 kernels; kmi run takes one"),
        (["--", "reboot"], "the command 'reboot' is not one of those that kmi knows"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["run", ECHO, *arguments])
    assert code == (Exit.FAILED if "refused" in said else Exit.USAGE)
    assert said in capfd.readouterr().err


def test_a_module_with_mistakes_is_not_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("def wrong( -> None: ...\n")
    assert main(["run", str(file)]) == Exit.NOT_COMPILED
    assert "KMI0101" in capfd.readouterr().err


@pytest.mark.parametrize("line", ["cat /dev/echo", "cat /dev/echo > /dev/echo", "cat /dev/echo | wc -c"])
def test_waiting_for_what_never_comes_is_told(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", ECHO, "--", line]) == Exit.FAILED
    assert "waits for Echo.filled at echo.py:" in capfd.readouterr().err


@pytest.mark.needs("linux:6.1")
def test_waiting_too_long_on_linux_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    given = ["run", ECHO, "--on", "linux:6.1", "--time-limit", "0.2", "--", "cat /dev/echo"]
    assert main(given) == Exit.TIMEOUT
    assert "was in read" in capfd.readouterr().err


@pytest.fixture
def waiting() -> Iterator[subprocess.Popen[str]]:
    """A `kmi run` on a Linux, whose user space waits for a byte that never comes."""
    program = "import sys; from kmi.cli.main import main; sys.exit(main())"
    arguments = ["run", ECHO, "--on", "linux:6.1", "--", "echo started; cat /dev/echo"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.mark.needs("linux:6.1")
def test_ctrl_c_leaves_no_machine(waiting: subprocess.Popen[str]) -> None:
    assert waiting.stdout is not None and waiting.stdout.readline() == "started\n"
    machines = _children(waiting.pid)
    assert machines, "a machine runs"
    waiting.send_signal(signal.SIGINT)
    _, errors = waiting.communicate(timeout=30)
    assert waiting.returncode == Exit.INTERRUPTED
    assert errors.rstrip().endswith("kmi: interrupted")
    assert not any(_alive(pid) for pid in machines)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    children = [int(word) for word in text.split()]
    return children + [grandchild for child in children for grandchild in _children(child)]


def _alive(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return True
        time.sleep(0.01)
    return False
