"""`kmi shell`: lines from a pipe, lines from a terminal, Ctrl-C and Ctrl-D."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmi.cli.exits import Exit
from kmi.cli.shell_command import Session
from kmi.kernels.userspace import Call
from kmi.testing.kernels.registry import RunningKernel

EXAMPLES = Path(__file__).parents[2] / "examples"
KMI = [str(Path(sys.executable).with_name("kmi")), "shell"]

EDITED = """
from kmi import Module, info, module


@module(license="GPL", description="edited while it is loaded")
class Edited(Module):
    def __init__(self) -> None:
        info("edited: {}")
"""


def piped(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*KMI, *arguments], input=script, capture_output=True, text=True, timeout=100, cwd=EXAMPLES.parent
    )


ON = pytest.mark.parametrize(
    "on", ["simulated", pytest.param("linux:6.1", marks=pytest.mark.needs("linux:6.1"))]
)


@ON
def test_lines_from_a_pipe(on: str) -> None:
    script = """
        echo hello > /dev/echo
        head -c 6 /dev/echo
        insmod examples/minimal.py
        lsmod
        rmmod minimal
        poll /dev/echo out
        ls /sys/module/echo
        cat /sys/module/echo/parameters/capacity
        sleep 0.01
        exit
        echo not reached
    """
    done = piped(script, "examples/echo.py", "--on", on, "-p", "capacity=77")
    assert done.returncode == Exit.OK, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:4] == ["hello", "minimal", "echo", "out"]
    assert "parameters" in lines and lines[-1] == "77"
    assert f"[{on}] echo: keeps up to 77 bytes" in done.stderr
    assert f"[{on}] minimal: hello" in done.stderr


@ON
def test_a_line_that_fails_is_told_and_the_next_one_runs(on: str) -> None:
    script = """
        cat /dev/nothing
        bogus
        sleep x
        poll /dev/echo in
        poll /dev/echo sideways
        ioctl /dev/echo 1
        ioctl /dev/echo x
        ls /nowhere
        lsmod x
        insmod /tmp/there-is-no-such-file.py
        insmod examples/echo.py capacity=1
        rmmod nothing
        echo goes on
        insmod
    """
    done = piped(script, "examples/echo.py", "--on", on)
    assert done.returncode == Exit.FAILED, done.stderr
    assert done.stdout == "goes on\n"
    said = [line for line in done.stderr.splitlines() if not line.startswith(("[", "done: ", on))]
    assert said[0] == "cat: /dev/nothing: No such file or directory"
    assert said[1].startswith("kmi shell: the command 'bogus' is not one of those that kmi knows: cat, dmesg")
    assert said[2:] == [
        "sleep: 'x' is no number of seconds",
        "poll: /dev/echo: not ready",
        "poll: 'poll FILE in|out|in,out [SECONDS]' is known here",
        "ioctl: /dev/echo: Inappropriate ioctl for device",
        "ioctl: 'ioctl FILE REQUEST [NUMBER | hex:BYTES]' is known here",
        "ls: /nowhere: No such file or directory",
        "lsmod: takes no arguments",
        "insmod: /tmp/there-is-no-such-file.py: No such file or directory",
        "insmod: examples/echo.py: EEXIST (File exists); the log says why",
        "rmmod: nothing is not loaded",
        "insmod: 'insmod FILE [NAME=VALUE…]' is known here",
    ]


@ON
def test_jobs_go_on_beside_the_prompt(on: str) -> None:
    script = """
        head -c 1 /dev/semaphore | xxd &
        ps
        echo -n x > /dev/semaphore
        head -c 1 /dev/semaphore &
        kill -USR1 %2
        cat /dev/semaphore & echo there
        kill %3
        kill %3
        kill -9 %1
        rmmod semaphore &
        cat /dev/nothing &
        ps
        cat /dev/semaphore &
    """
    done = piped(script, "examples/semaphore.py", "--on", on)
    assert done.returncode == Exit.OK, done.stderr
    first, *lines = done.stdout.splitlines()
    assert first.endswith(" [1] head -c 1 /dev/semaphore | xxd")
    assert lines == ["00000000: 00                                       .", "there"]
    told = re.compile(r"(\[\d\] (done|failed|ended)|kill|cat|head)")
    assert [line for line in done.stderr.splitlines() if told.match(line)] == [
        "[1] done: head -c 1 /dev/semaphore | xxd",
        "head: /dev/semaphore: Interrupted system call",
        "[2] failed: head -c 1 /dev/semaphore",
        "[3] ended by SIGTERM: cat /dev/semaphore",
        "kill: %3: there is no such job; ps lists them",
        "kill: 'kill [-HUP|INT|KILL|TERM|USR1|USR2] PID' or '%NUMBER' of a job is known here",
        "[4] failed: rmmod semaphore",
        "cat: /dev/nothing: No such file or directory",
        "[5] failed: cat /dev/nothing",
    ]
    assert "modules are loaded and unloaded at the prompt, not by a job" in done.stderr


def test_reload_takes_the_file_as_it_is_now(kernel: RunningKernel, tmp_path: Path, capfd: Any) -> None:
    file = tmp_path / "edited.py"
    file.write_text(EDITED.format("first"))
    session = Session(kernel, file, {})
    session.run_file()
    file.write_text(EDITED.format("second"))
    assert session.run("reload") == 0
    file.write_text("import nothing\n" + EDITED.format("third"))
    assert session.run("reload") == 1
    assert "error[" in capfd.readouterr().err
    assert kernel.modules() == ["edited"]
    file.write_text(EDITED.format("fourth"))
    assert session.run("rmmod edited; reload") == 0
    assert [line for line in kernel.log() if "edited: " in line] == [
        "edited: first",
        "edited: second",
        "edited: fourth",
    ]


class _Sleeping:
    """A call, and someone who presses Ctrl-C once it sleeps."""

    def __init__(self, call: Call[Any]) -> None:
        self.call = call
        self.pressed = False

    def result(self, timeout: float) -> Any:
        if not self.pressed:
            self.pressed = True
            self.call.wait_blocked()
            os.kill(os.getpid(), signal.SIGINT)
        return self.call.result(timeout)


class _Interrupted(Session):
    def wait(self, call: Call[Any]) -> Any:
        return super().wait(_Sleeping(call))  # type: ignore[arg-type]


def test_ctrl_c_interrupts_the_call_and_not_the_shell(kernel: RunningKernel, capfd: Any) -> None:
    session = _Interrupted(kernel, EXAMPLES / "semaphore.py", {})
    session.run_file()
    with session.interruptible():
        assert session.run("head -c 1 /dev/semaphore") == 1
    assert "head: /dev/semaphore: Interrupted system call" in capfd.readouterr().err
    assert Session.run(session, "lsmod") == 0
    assert capfd.readouterr().out == "semaphore\n"


def test_the_simulated_kernel_says_that_nothing_can_wake_a_call() -> None:
    done = piped("head -c 1 /dev/semaphore\nlsmod\n", "examples/semaphore.py")
    assert "the call sleeps, and nothing in this kernel can wake it: interrupted" in done.stderr
    assert "head: /dev/semaphore: Interrupted system call" in done.stderr
    assert done.stdout == "semaphore\n"


class Terminal:
    """Somebody at a terminal."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "dumb"}
        self.process = subprocess.Popen(
            [*KMI, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=EXAMPLES.parent,
            env=environment,
            preexec_fn=_own_terminal,
        )
        os.close(theirs)
        self.seen = ""

    def expect(self, text: str) -> None:
        """Wait until the text is shown, and forget what came before it."""
        deadline = time.monotonic() + 60
        while text not in self.seen:
            ready, _, _ = select.select([self.ours], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} did not come: {self.seen!r}"
            try:
                self.seen += os.read(self.ours, 4096).decode()
            except OSError:
                raise AssertionError(f"{text!r} did not come: {self.seen!r}") from None
        self.seen = self.seen.partition(text)[2]

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def interrupt(self, shown: str) -> None:
        """Ctrl-C, once what was typed is shown and the command waits for more.

        Python looks for a signal when its wait for a key is interrupted. One that comes a moment before that
        wait is seen with the next key only, so the moment is waited out.
        """
        self.expect(shown)
        stat = Path(f"/proc/{self.process.pid}/stat")
        deadline = time.monotonic() + 60
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < deadline, "the command does not come to rest"
            time.sleep(0.01)
        self.type("\x03")

    def close(self) -> int:
        try:
            while os.read(self.ours, 4096):
                pass
        except OSError:
            pass  # how Linux says that the other end is closed
        os.close(self.ours)
        return self.process.wait(60)


def _own_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture(params=["simulated", pytest.param("linux:6.1", marks=pytest.mark.needs("linux:6.1"))])
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    found = Terminal("examples/echo.py", "--on", request.param)
    found.expect(f"[{request.param}] echo: keeps up to 4096 bytes")
    found.expect(f"{request.param}$ ")
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()


def test_a_session_at_a_terminal(terminal: Terminal) -> None:
    terminal.type("echo hello > /dev/echo\r")
    terminal.expect("$ ")
    terminal.type("head -c 6 /dev/echo\r")
    terminal.expect("\nhello\r\n")
    terminal.expect("$ ")
    terminal.type("half a line")
    terminal.interrupt("half a line")  # gives up what was typed
    terminal.expect("$ ")
    terminal.type("\x10")  # Ctrl-P: the line before
    terminal.interrupt("head -c 6 /dev/echo")
    terminal.expect("$ ")
    terminal.type("help\r")
    terminal.expect("Ctrl-D leaves")
    terminal.expect("$ ")
    terminal.type("\x04")
    assert terminal.close() == Exit.OK
